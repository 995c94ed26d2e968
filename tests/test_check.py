"""The front end as a whole: a spec's text -> exactly these findings, each at its place."""

from pathlib import Path

import pytest

import specc
from specc.check import check

DIGITS = "spec: 1\ndata: {dataset: digits}\n"
IRIS = "spec: 1\ndata: {dataset: iris}\n"


def findings_of(project: Path, text: str, name: str = "spec.yaml") -> list[str]:
    """`line:column code` of every finding, warnings marked."""
    (project / name).write_text(text, encoding="utf-8")
    found = check(project / name).findings
    return [f"{f.span.line}:{f.span.column} {f.code}" + ("" if f.level == "error" else "?") for f in found]


SOUND = {
    "the shortest spec": IRIS + "model: [Output]",
    "a chain": DIGITS + "model: [{Rescaling: 0.0625}, Flatten, {Dense: {units: 8, activation: relu}}, Output]",
    "json": '{"spec": 1, "data": {"dataset": "iris"}, "model": ["Output"]}',
    "variables": "vars: {n: 4}\n" + IRIS + "model: [{Dense: {units: $(n * 2), activation: relu}}, Output]",
    "a graph written backwards": IRIS
    + "model:\n  layers:\n    - Output:\n      inputs: b\n      name: o\n    - ReLU:\n      name: b\n"
    "      inputs: input\n  outputs: o",
    "a shared layer": IRIS
    + "model:\n  - Dense: 4\n    name: d\n  - share: d\n  - Concatenate:\n    inputs: [d, d_again]\n  - Output",
    "own notes": "x-author: me\n" + IRIS + "model: [Output]",
    "an allowed warning": "allow: [unused-layer]\n" + IRIS + "model: [{Dense: 4, name: a}, {Output: , inputs: input}]",
    "written inputs": DIGITS + "model: {inputs: {image: [8, 8, 1]}, layers: [Flatten, Output]}",
    "a nested layer": "spec: 1\ndata: {dataset: sines}\nmodel: [{Bidirectional: {layer: {LSTM: 4}}}, Output]",
    "an activation with arguments": IRIS
    + "model: [{Dense: {units: 4, activation: {LeakyReLU: {negative_slope: 0.1}}}}, Output]",
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND.keys())
def test_sound(project: Path, text: str) -> None:
    name = "spec.json" if text.startswith("{") else "spec.yaml"
    assert findings_of(project, text, name) == []


FAULTY = {
    "misspelt section": (IRIS + "modle: [Output]\nmodel: [Output]", ["3:1 unknown-key"]),
    "misspelt layer": (IRIS + "model: [{Dence: 4}, Output]", ["3:10 unknown-layer"]),
    "misspelt argument": (IRIS + "model: [{Dense: {unit: 4}}, Output]", ["3:18 unknown-argument"]),
    "argument out of range": (IRIS + "model: [{Dropout: 1.5}, Output]", ["3:19 out-of-range"]),
    "no such name": (IRIS + "model: [{Dense: 4, inputs: x}, Output]", ["3:28 unknown-name"]),
    "no such shared layer": (IRIS + "model: [{share: x}, Output]", ["3:17 unknown-name"]),
    "one name twice": (
        IRIS + "model: [{Dense: 4, name: a}, {Dense: 4, name: a}, Output]",
        ["3:10 linear-after-linear?", "3:31 linear-after-linear?", "3:47 duplicate-name"],
    ),
    "a cycle": (
        IRIS + "model: [{Dense: 4, name: a, inputs: b}, {Dense: 4, name: b, inputs: a}, Output]",
        ["3:37 cycle"],
    ),
    "two types in one entry": (IRIS + "model: [{Dense: 4, Dropout: 0.1}, Output]", ["3:20 several-layer-types"]),
    "no type": (IRIS + "model: [{name: a}, Output]", ["3:9 missing-layer-type"]),
    "no layers": (IRIS + "model: []", ["3:8 out-of-range"]),
    "unused layer": (IRIS + "model: [{Dense: 4, name: a}, {Output: , inputs: input}]", ["3:26 unused-layer?"]),
    "bare layer that needs an argument": (IRIS + "model: [Dense, Output]", ["3:9 missing-argument"]),
    "shapes that do not add": (
        IRIS + "model: [{Dense: 4, name: a}, {Dense: 5, name: b}, {Add: , inputs: [a, b]}, Output]",
        ["3:71 shape-mismatch"],
    ),
    "unknown output in losses": (
        IRIS + "model: [Output]\ntraining: {loss: {a: mse, b: mae}}",
        ["4:19 unknown-output", "4:27 unknown-output"],
    ),
    "unknown class": (
        IRIS + "model: [Output]\ntraining: {class_weight: {setoza: 2}}",
        ["4:27 unknown-class"],
    ),
    "weights of classes that are none": (
        "spec: 1\ndata: {dataset: diabetes}\nmodel: [Output]\ntraining: {class_weight: balanced}",
        ["4:26 class-weight-without-classes"],
    ),
    "inputs that disagree with the data": (
        DIGITS + "model: {inputs: {image: [28, 28, 1]}, layers: [Flatten, Output]}",
        ["3:18 input-mismatch"],
    ),
    "two inputs and no choice": (
        "spec: 1\ndata: {dataset: iris, inputs: {a: sepal_length, b: sepal_width}}\nmodel: [Output]",
        ["3:9 missing-inputs"],
    ),
    "a target without an output": (
        "spec: 1\ndata: {dataset: iris, target: [species, petal_width]}\nmodel: [Output]",
        ["3:9 output-without-target"],
    ),
    "only a version": ("spec: 1", ["1:1 missing-key"]),
    "another version": ("spec: 2\n" + IRIS[8:] + "model: [Output]", ["1:7 unknown-choice"]),
    "one fault in data leaves the model checked": (
        "spec: 1\ndata: {dataset: iriss}\nmodel: [{Dense: {unit: 4}}, Output]",
        ["2:17 unknown-dataset", "3:18 unknown-argument"],
    ),
    "a seed beyond 64 bits": (
        IRIS + "model: [Output]\nruntime: {seed: 99999999999999999999}",
        ["4:17 out-of-range"],
    ),
    "a misspelt column, written twice": (
        "spec: 1\ndata: {dataset: iris, columns: {sepal_lenght: number}, inputs: {a: [sepal_lenght]}}\nmodel: [Output]",
        ["2:33 missing-column", "2:69 missing-column"],
    ),
    "a misspelt column, written once": (
        "spec: 1\ndata: {dataset: iris, target: &t [specie], drop: *t}\nmodel: [Output]",
        ["2:35 missing-column"],
    ),
    "faults in all sections": (
        (
            "spec: 1\ndata: {dataset: iris, targt: x}\nmodel: [{Dense: -1}, Output]\ntraining: {epochs: ten}\n"
            "runtime: {sed: 1}"
        ),
        ["2:23 unknown-key", "3:17 out-of-range", "4:20 wrong-type", "5:11 unknown-key"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAULTY.values(), ids=FAULTY.keys())
def test_faulty(project: Path, text: str, expected: list[str]) -> None:
    assert findings_of(project, text) == expected


def test_files_of_a_spec_stay_in_the_project(project: Path) -> None:
    (project.parent / "secret.csv").write_text("a,b\n1,2\n2,1\n")
    (project / "link.csv").symlink_to(project.parent / "secret.csv")
    for path in ("../secret.csv", str(project.parent / "secret.csv"), "link.csv"):
        found = findings_of(project, f"spec: 1\ndata: {{csv: {path}, target: b}}\nmodel: [Output]")
        assert [finding.split()[1] for finding in found] == ["path-outside-project"]
    (project / "spec.yaml").write_text("spec: 1\ndata: {csv: link.csv, target: b}\nmodel: [Output]")
    assert "path-outside-project" not in {f.code for f in check(project / "spec.yaml", root=project.parent).findings}


def test_the_same_spec_gives_the_same_findings(project: Path) -> None:
    text = FAULTY["faults in all sections"][0]
    assert findings_of(project, text) == findings_of(project, text)


def test_validate_is_the_same_from_python(project: Path) -> None:
    (project / "spec.yaml").write_text(IRIS + "model: [{Dense: {units: 0, activation: relu}}, Output]")
    (finding,) = specc.validate("spec.yaml")
    assert (finding.code, finding.span.line) == ("out-of-range", 3)
    assert specc.validate("spec.yaml", sets={"model.0.Dense.units": "4"}) == ()
    with pytest.raises(specc.SpecError, match="out-of-range"):
        specc.expand("spec.yaml")


def test_the_other_commands_from_python(project: Path) -> None:
    (project / "iris.yaml").write_text(specc.init("iris"))
    assert specc.validate("iris.yaml") == ()
    with pytest.raises(specc.SpecError, match="unknown-dataset"):
        specc.init("irsi")
    assert specc.schema()["title"] == "specc spec, version 1"
    assert specc.explain("shape-mismatch").startswith("# shape-mismatch")
    assert specc.doctor().machine.cores > 0
    assert all(callable(getattr(specc, name)) for name in specc.__all__)
