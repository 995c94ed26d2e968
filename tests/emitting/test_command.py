"""`specc emit` and `specc.emit`: what they print, write and refuse."""

import ast
from pathlib import Path

import pytest
from click.testing import CliRunner

import specc
from specc.cli import specc as command
from tests.emitting.specs import write

ALONE = "spec: 1\nname: alone\nmodel: {inputs: {x: [4]}, layers: [{Dense: 3}], outputs: dense}\n"


def functions_of(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


def test_it_prints_or_writes(project: Path) -> None:
    path = write("wine", project)
    printed = CliRunner().invoke(command, ["emit", str(path)])
    assert printed.exit_code == 0, printed.output
    assert printed.stdout == specc.emit(path)
    written = CliRunner().invoke(command, ["emit", str(path), "-o", "train.py"])
    assert written.exit_code == 0, written.output
    assert (project / "train.py").read_text() == printed.stdout


def test_overrides_count(project: Path) -> None:
    path = write("bottleneck", project)
    assert "WIDTH = 6\n" in specc.emit(path, variables={"width": "6"})
    assert "EPOCHS = 3\n" in specc.emit(path, sets={"training.epochs": "3"})


def test_a_model_without_data_is_only_made(project: Path) -> None:
    path = project / "alone.yaml"
    path.write_text(ALONE)
    assert functions_of(specc.emit(path)) == ["build_model"]


def test_weights_of_a_file_are_not_silently_left_out(project: Path) -> None:
    (project / "old.keras").write_bytes(b"")
    path = project / "alone.yaml"
    path.write_text(ALONE.replace("inputs:", "weights: old.keras, inputs:"))
    assert "weights are new" in specc.emit(path)


def test_the_spec_itself_is_not_overwritten(project: Path) -> None:
    path = write("wine", project)
    before = path.read_text()
    assert CliRunner().invoke(command, ["emit", str(path), "-o", str(path)]).exit_code == 2
    assert path.read_text() == before


def test_a_faulty_spec_is_refused(project: Path) -> None:
    path = project / "faulty.yaml"
    path.write_text("spec: 1\ndata: {dataset: wine}\nmodel: [Outptu]\n")
    assert CliRunner().invoke(command, ["emit", str(path)]).exit_code == 1
    with pytest.raises(specc.SpecError):
        specc.emit(path)


def test_a_spec_that_extends_another_is_whole(project: Path) -> None:
    base = write("bottleneck", project)
    path = project / "child.yaml"
    path.write_text(f"extends: {base.name}\nspec: 1\nname: child\nvars: {{width: 8}}\n")
    text = specc.emit(path)
    assert "def bottleneck(" in text
    assert "WIDTH = 8\n" in text
