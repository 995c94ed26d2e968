"""`specc show`: its formats, where they go, and what it refuses."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from specc.cli import specc


@pytest.fixture
def spec(project: Path) -> Path:
    path = project / "spec.yaml"
    path.write_text("spec: 1\nname: flowers\ndata: {dataset: iris}\nmodel: [Output]\n")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(specc, ["show", "spec.yaml", *arguments])


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("table", "flowers\n\nlayer "),
        ("json", '{\n  "name": "flowers",'),
        ("svg", '<svg xmlns="http://www.w3.org/2000/svg"'),
        ("mermaid", 'flowchart TD\n  n0(["Input<br/>input (None, 4)"])\n'),
    ],
)
def test_formats(form: str, start: str, spec: Path) -> None:
    done = run("--format", form)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(start)
    assert done.stdout.endswith("\n")
    written = run("--format", form, "-o", "out")
    assert (written.exit_code, written.stdout) == (0, "wrote out\n")
    assert (spec.parent / "out").read_text(encoding="utf-8") == done.stdout


def test_json(spec: Path) -> None:
    found = json.loads(run("--json").stdout)
    assert (found["parameters"], found["memory"]["weights"], found["rows"][1]["is_output"]) == (15, 60, True)
    assert run("--json").stdout == run("--format", "json").stdout


def test_the_svg_is_xml(spec: Path) -> None:
    assert ET.fromstring(run("--format", "svg").stdout).tag.endswith("svg")  # noqa: S314


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "spec.yaml"), "`spec.yaml` is the spec itself"),
        (("-o", "gone/out"), "there is no folder `gone`"),
        (("-o", "."), "cannot write `.`"),
        (("--format", "png"), "'png' is not one of"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], message: str, spec: Path) -> None:
    before = spec.read_text()
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert spec.read_text() == before


def test_a_model_too_large_for_a_drawing(spec: Path) -> None:
    names = [f"a{number}" for number in range(201)]
    layers = "".join(f"    - {{Dense: 2, name: {name}, inputs: x}}\n" for name in names)
    layers += f"    - {{Concatenate: , inputs: [{', '.join(names)}]}}\n    - Output\n"
    spec.write_text(f"spec: 1\ndata: {{dataset: iris}}\nmodel:\n  inputs: {{x: [4]}}\n  layers:\n{layers}")
    done = run("--format", "svg")
    assert done.exit_code == 2
    assert "more than 200 boxes" in done.stderr
