"""What a spec may ask of the checker is bounded: a finding, in little time and memory, for each of these."""

import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 20.0  # of processor time; a free machine needs half a second
MEMORY = 700 * 1024**2  # bytes of address space
CHECK = """
import gc, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
gc.set_threshold(100_000)  # as the command does
from specc.check import check
from specc.rendering import Format, render
checked = check(Path(sys.argv[1]))
for form in Format:
    render(checked.findings, checked.sources, form)
print(*sorted({finding.code for finding in checked.findings}))
print(time.process_time())
"""
HEAD = "spec: 1\ndata: {dataset: digits}\n"
WORDS = ["".join("abcdefghij"[n * prime % 7919 % 10] for prime in (3, 7, 13, 31, 71, 127)) for n in range(1, 2001)]
SPECS = {
    "aliases in aliases": (
        "x-0: &a0 [1, 1]\n" + "".join(f"x-{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)) + HEAD,
        ["expansion-limit"],
    ),
    "merges of merges": (
        "x-0: &a0 {a: 1}\n"
        + "".join(f"x-{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}\n" for n in range(1, 60))
        + HEAD
        + "model: [Flatten, Output]\n",
        ["expansion-limit"],
    ),
    "a large file": (HEAD + "# " + "x" * 9_000_000, ["file-too-large"]),
    "a long line": (HEAD + "model: [Flatten, Output]\ndescription: " + "x" * 8_000_000, []),
    "many values": (HEAD + "x-a: [" + "1, " * 250_000 + "]\n", ["expansion-limit"]),
    "deep lists": (HEAD + "model: " + "[" * 100_000, ["nesting-limit"]),
    "deep mappings": (HEAD + "model:\n" + "".join(" " * n + "a:\n" for n in range(1, 1000)), ["nesting-limit"]),
    "many quotes": (HEAD + "model: " + "'" * 1_000_001, ["invalid-syntax"]),
    "many faults": (HEAD + "model:\n" + "  - Dens: 4\n" * 20_000, ["too-many-faults", "unknown-layer"]),
    "many unknown names": (
        HEAD
        + "model:\n  - Flatten\n"
        + "".join(f"  - Dense: 3\n    name: n{n}_{WORDS[n]}\n    inputs: {WORDS[-n]}_n{n}\n" for n in range(1, 1001)),
        ["unknown-name"],
    ),
    "many unknown columns": (
        "spec: 1\ndata:\n  target: c0\n  drop: ["
        + ", ".join(f"{word}x" for word in dict.fromkeys(WORDS))
        + "]\n  table:\n    columns: [c0, "
        + ", ".join(dict.fromkeys(WORDS))
        + "]\n    rows:\n"
        + f"      - [{', '.join(['1'] * (1 + len(set(WORDS))))}]\n" * 2
        + "model: [Output]\n",
        ["missing-column"],
    ),
    "many layers": (
        HEAD + "model:\n  - Flatten\n" + "  - Dense: {units: 4, activation: relu}\n" * 20_000 + "  - Output\n",
        [],
    ),
    "many wires": (
        HEAD
        + "model:\n  - Flatten: {}\n    name: f\n  - Concatenate: {}\n    inputs: ["
        + "f, " * 20_000
        + "f]\n  - Output\n",
        [],
    ),
    "many axes": (HEAD + "model: [Flatten, {Reshape: [" + "1, " * 20_000 + "64]}, Flatten, Output]\n", []),
    "many variables": (
        "spec: 1\nvars:\n  v0: 1\n"
        + "".join(f"  v{n}: $(v{n - 1} + 1)\n" for n in range(1, 5000))
        + "data: {dataset: digits}\nmodel: [Flatten, Dense: $v4999, Output]\n",
        ["linear-after-linear"],
    ),
    "a large tensor": (HEAD + "model: [Flatten, {RepeatVector: 1000000000000}, Flatten, Output]\n", ["too-large"]),
    "large axes": (
        HEAD + "model: [Flatten, {ops.broadcast_to: {shape: [" + "9223372036854775807, " * 60 + "64]}}, Output]\n",
        ["too-large"],
    ),
    "a large weight": (HEAD + "model: [Flatten, {Dense: 10000000000}, Output]\n", ["too-large"]),
    "a large table": (
        HEAD + "model: [{Embedding: {input_dim: 1000000000000, output_dim: 64}}, Flatten, Output]\n",
        ["too-large"],
    ),
    "many parameters": (
        HEAD + "model: [Flatten, " + "{Dense: {units: 40000, activation: relu}}, " * 15 + "Output]\n",
        ["too-large"],
    ),
    "a large integer": (HEAD + "model: [Flatten, {Dense: " + "9" * 900 + "}, Output]\n", ["out-of-range"]),
    "a large data set": (
        "spec: 1\ndata: {dataset: {moons: {samples: 1000000000000}}}\nmodel: [Output]\n",
        ["invalid-value"],
    ),
    "a large split": (
        "spec: 1\ndata: {dataset: iris, split: {test: 1000000000000}}\nmodel: [Output]\n",
        ["split-too-large"],
    ),
    "a deep wrapper": (
        HEAD + "model: [Flatten, " + "{TimeDistributed: {layer: " * 40 + "{Dense: 4}" + "}}" * 40 + ", Output]\n",
        ["nesting-limit"],
    ),
}


@pytest.mark.parametrize(("text", "codes"), SPECS.values(), ids=SPECS)
def test_bounds(text: str, codes: list[str], tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", CHECK, str(path), str(MEMORY)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found, seconds = done.stdout.splitlines()
    assert found.split() == codes
    assert float(seconds) < SECONDS
