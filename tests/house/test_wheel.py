"""The installed wheel, not the checkout: complete, light, and clear about what it does not bring.

Builds the wheel, installs it without the extra `train` into a fresh environment and uses it from an empty folder.
Marked `train` since it takes as long; the package index must be reachable for the checker's three dependencies.
"""

import json
import os
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.train

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("numpy", "tensorflow", "keras", "sklearn", "matplotlib")
SPEC = """\
spec: 1
name: installed
data: {dataset: digits}
model:
  - Flatten
  - Dense: 10
training: {epochs: 1}
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """The wheel, the environment it was installed into, and an empty folder to work in."""

    wheel: Path
    python: Path
    folder: Path

    def specc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(self.python.with_name("specc")), *arguments)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        return subprocess.run(
            command, cwd=self.folder, env=clean, capture_output=True, text=True, timeout=300, check=False
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = place.glob("*.whl")
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--constraint", str(ROOT / "constraints.txt"), str(wheel)]
    subprocess.run(pip, check=True, capture_output=True, timeout=600)
    folder = place / "work"
    folder.mkdir()
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return Installed(wheel, python, folder)


def test_the_wheel_holds_the_package_and_the_schemas(installed: Installed) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    package = {path.relative_to(ROOT).as_posix() for path in (ROOT / "specc").rglob("*.py")}
    schemas = {f"specc/schemas/{path.name}" for path in (ROOT / "schemas").glob("*.json")}
    assert schemas
    assert package | schemas | {"specc/py.typed"} <= names
    assert not [name for name in names if name.startswith(("tests/", "specs/", "docs/"))]


def test_nothing_of_the_extra_is_installed(installed: Installed) -> None:
    program = f"import importlib.util as u; print([name for name in {HEAVY!r} if u.find_spec(name)])"
    assert installed.run(str(installed.python), "-c", program).stdout == "[]\n"


def test_version(installed: Installed) -> None:
    done = installed.specc("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert installed.wheel.name.split("-")[1] in done.stdout


def test_validate(installed: Installed) -> None:
    done = installed.specc("validate", "spec.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_validate_finds_faults(installed: Installed) -> None:
    (installed.folder / "wrong.yaml").write_text(SPEC.replace("Flatten", "Flaten"), encoding="utf-8")
    done = installed.specc("validate", "wrong.yaml")
    assert done.returncode == 1
    assert "wrong.yaml:5:" in done.stdout + done.stderr


def test_explain(installed: Installed) -> None:
    done = installed.specc("explain", "unused-layer")
    assert done.stdout == (ROOT / "docs" / "codes" / "unused-layer.md").read_text(encoding="utf-8"), done.stderr


def test_schema(installed: Installed) -> None:
    done = installed.specc("schema")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((ROOT / "schemas" / "spec-v1.schema.json").read_text(encoding="utf-8"))


def test_module(installed: Installed) -> None:
    done = installed.run(str(installed.python), "-m", "specc", "--version")
    assert done.returncode == 0, done.stderr


def test_doctor_names_the_extra(installed: Installed) -> None:
    done = installed.specc("doctor")
    assert 'pip install ".[train]"' in done.stdout + done.stderr


def test_train_names_the_extra_in_one_line(installed: Installed) -> None:
    done = installed.specc("train", "spec.yaml")
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "pip install '.[train]'" in line
    assert not (installed.folder / "runs").exists()
