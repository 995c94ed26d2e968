"""Measure how fast `specc validate` is, as installed: in processes of its own, with compiled modules at hand.

    python benchmarks/validate.py [--rounds 15]

A check starts with the imports of the libraries that it needs; what specc adds to them is measured against them, the
commands taking turns so that a busy machine slows all alike. Prints the Markdown table of docs/performance.md and ends
with 1 if a bound does not hold.
"""

import argparse
import os
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

from processes import Finished, finished, machine

ROOT = Path(__file__).resolve().parents[1]
GALLERY = [spec for spec in sorted((ROOT / "specs").glob("*.yaml")) if "\ndata:" in spec.read_text(encoding="utf-8")]
"""Those that train; the architectures beside them have hundreds of layers each."""
IMPORTS = "import yaml, jsonschema, click"
SPEC = ROOT / "specs" / "digits-cnn.yaml"
LAYERS, SPECS = 200, 1000


class Row(NamedTuple):
    """A line of the table."""

    what: str
    measured: str
    bound: str
    holds: bool


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), options.rounds)
    print(markdown(rows))
    return 0 if all(row.holds for row in rows) else 1


def measure(folder: Path, rounds: int) -> list[Row]:
    """The rows of the table; files that this needs are written into `folder`."""
    specc = [sys.executable, "-m", "specc", "validate"]
    deep = folder / "deep.yaml"
    deep.write_text(deep_spec(LAYERS), encoding="utf-8")
    environment = compiled_in(folder / "compiled")
    commands = [[sys.executable, "-c", IMPORTS], [*specc, str(SPEC)], [*specc, str(deep)]]
    taken = alternating(commands, environment, rounds)
    imports, small, large = (median(usage.seconds for usage in column) for column in taken)
    ratio = median(spec.seconds / bare.seconds for bare, spec, _ in zip(*taken, strict=True))
    memory = max(usage.peak_mib for usage in taken[1])
    rate = SPECS / finished([*specc, str(gallery_copies(folder / "specs", SPECS))], environment=environment).seconds
    return [
        Row(f"`python -c '{IMPORTS}'`", f"{imports * 1000:.0f} ms", "", True),
        Row(f"`specc validate {SPEC.relative_to(ROOT)}`", f"{small * 1000:.0f} ms", "", True),
        Row("its time, by that of the imports", f"{ratio:.2f}", "1.5", ratio <= 1.5),
        Row("its memory", f"{memory:.0f} MiB", "60 MiB", memory <= 60),
        Row(
            f"how much more a spec of {LAYERS} layers takes",
            f"{(large - small) * 1000:.0f} ms",
            "60 ms",
            large - small <= 0.06,
        ),
        Row(f"{SPECS} specs in one call", f"{rate:.0f} a second", "at least 150 a second", rate >= 150),
    ]


def alternating(commands: list[list[str]], environment: dict[str, str], rounds: int) -> list[list[Finished]]:
    """What each command took in each round."""
    for command in commands:
        finished(command, environment=environment)  # compiles the modules
    taken = ([finished(command, environment=environment) for command in commands] for _ in range(rounds))
    return [list(column) for column in zip(*taken, strict=True)]


def compiled_in(folder: Path) -> dict[str, str]:
    """The environment in which Python keeps compiled modules in `folder`, also where they are not written usually."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder)}


def deep_spec(layers: int) -> str:
    """A sound spec of so many layers, all but the last two in pairs of a convolution and its normalization."""
    pair = ("  - Conv2D: {filters: 16, kernel_size: 3, padding: same, activation: relu}", "  - BatchNormalization")
    body = "\n".join(islice(cycle(pair), layers - 2))
    end = "  - GlobalAveragePooling2D\n  - Output"
    return f"spec: 1\ndata: {{dataset: digits, target: digit}}\nmodel:\n{body}\n{end}\ntraining: {{epochs: 1}}\n"


def gallery_copies(folder: Path, count: int) -> Path:
    """A folder with the gallery's specs over and over."""
    folder.mkdir()
    for number, spec in enumerate(islice(cycle(GALLERY), count)):
        (folder / f"{number:04}-{spec.name}").write_bytes(spec.read_bytes())
    return folder


def markdown(rows: list[Row]) -> str:
    head = ["| What | Measured | Bound |", "| --- | ---: | ---: |"]
    lines = [f"| {row.what} | {row.measured} | {row.bound}{'' if row.holds else ' (does not hold)'} |" for row in rows]
    return "\n".join([*head, *lines, "", f"Measured on {machine()}."])


if __name__ == "__main__":
    sys.exit(main())
