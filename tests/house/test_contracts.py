"""The import contracts of pyproject.toml notice what they are there to notice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = "Imports look down, and every room has its floor"
LIGHT = "Checking needs neither Keras nor TensorFlow nor NumPy"
REPORT = "The report is made from the run's folder alone"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "specc", tmp_path / "specc", ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("graph/resolve.py", "import keras", [LIGHT]),
        ("language/tree.py", "def f() -> None:\n    import numpy", [LIGHT]),
        ("data/describe.py", "import sklearn", [LIGHT]),
        ("language/read.py", "import specc.plan", [LAYERS]),
        ("runs/run.py", "import tensorflow", [REPORT]),
        ("reporting/__init__.py", "import specc.training", [LAYERS, REPORT]),
        ("training/__init__.py", "import specc.reporting", [LAYERS]),
    ],
)
def test_a_forbidden_import_breaks(module: str, line: str, broken: list[str], copy: Path) -> None:
    with (copy / "specc" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    said = lint(copy)
    assert [name for name in (LAYERS, LIGHT, REPORT) if f"{name} BROKEN" in said] == broken, said


def test_a_new_room_needs_a_floor(copy: Path) -> None:
    (copy / "specc" / "somewhere.py").touch()
    assert "specc.somewhere" in lint(copy)


def test_what_is_there_keeps_them(copy: Path) -> None:
    assert "3 kept, 0 broken" in lint(copy)
