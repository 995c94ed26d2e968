import json
import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from specc import diagnosis as doctor
from specc.diagnosis import DevicesFound, Diagnosis, Package, as_json, as_text, examine, within

REQUIREMENTS = [
    "click<9,>=8.1.7",
    "pyyaml<7,>=6.0.2",
    "build>=1.2; extra == 'dev'",
    "tensorflow<2.22,>=2.21; extra == 'train'",
    'keras<3.16,>=3.15; extra == "train"',
]
ONE_CPU = DevicesFound((doctor.Device("CPU:0", "CPU", ""),), seconds=2.0)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The packages that seem to be installed, by version; tests take out or change what they need."""
    versions = {"specc": "0.1.0", "click": "8.3.0", "pyyaml": "6.0.3", "tensorflow": "2.21.0", "keras": "3.15.1"}

    def version(name: str) -> str:
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    def requires(name: str) -> list[str]:
        version(name)
        return REQUIREMENTS

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(metadata, "requires", requires)
    monkeypatch.setattr(doctor, "_devices", lambda: ONE_CPU)
    monkeypatch.setattr("shutil.which", lambda _: None)
    return versions


def messages(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [(problem.message, problem.help) for problem in diagnosis.problems]


@pytest.mark.parametrize(
    ("version", "tested", "expected"),
    [
        ("2.21.0", ">=2.21,<2.22", True),
        ("2.21", ">=2.21.0,<2.22", True),
        ("2.22.0", ">=2.21,<2.22", False),
        ("2.20.9", ">=2.21,<2.22", False),
        ("2.21.0rc1", ">=2.21,<2.22", True),
        ("3.9", ">=3.11", False),
        ("10.0", ">=9,<=10", True),
        ("1.0", "==1.0.0", True),
        ("1.1", ">1.1", False),
        ("1.0", "", True),
    ],
)
def test_within(version: str, tested: str, expected: bool) -> None:
    assert within(version, tested) is expected


def test_a_complete_installation_has_no_problem(installed: dict[str, str], tmp_path: Path) -> None:
    diagnosis = examine(tmp_path / "runs")
    assert installed
    assert (messages(diagnosis), diagnosis.can_check, diagnosis.can_train, diagnosis.ready) == ([], True, True, True)
    assert [package.name for package in diagnosis.packages] == ["click", "pyyaml", "tensorflow", "keras"]
    assert diagnosis.packages[2] == Package("tensorflow", "2.21.0", ">=2.21,<2.22", "train")
    assert not (tmp_path / "runs").exists()


def test_without_the_extra_specs_are_checked_only(installed: dict[str, str], tmp_path: Path) -> None:
    del installed["tensorflow"], installed["keras"]
    diagnosis = examine(tmp_path)
    assert messages(diagnosis) == [
        (
            "`tensorflow`, `keras` are missing, so training does not work",
            'in a checkout of specc: pip install ".[train]"',
        )
    ]
    assert (diagnosis.can_check, diagnosis.can_train, diagnosis.devices) == (True, False, ())


def test_a_missing_package_of_the_checker(installed: dict[str, str], tmp_path: Path) -> None:
    del installed["click"]
    diagnosis = examine(tmp_path)
    assert messages(diagnosis) == [
        ("`click` is missing, so checking does not work", 'in a checkout of specc: pip install "."')
    ]
    assert not diagnosis.can_check


def test_a_version_outside_the_tested_range(installed: dict[str, str], tmp_path: Path) -> None:
    installed["keras"] = "3.16.0"
    assert messages(examine(tmp_path)) == [
        ("`keras` is 3.16.0, outside the tested range >=3.15,<3.16", 'pip install "keras>=3.15,<3.16"')
    ]


def test_specc_itself_not_installed(installed: dict[str, str], tmp_path: Path) -> None:
    del installed["specc"]
    diagnosis = examine(tmp_path)
    assert diagnosis.specc == "not installed"
    assert messages(diagnosis)[0][1] == 'in a checkout of specc: pip install "."'


def test_a_driver_without_a_gpu_in_tensorflow(
    installed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installed
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert messages(examine(tmp_path)) == [
        ("an NVIDIA driver is installed, but TensorFlow finds no GPU", 'in a checkout of specc: pip install ".[cuda]"')
    ]


@pytest.mark.parametrize(
    ("program", "failure"),
    [
        ("import sys; sys.exit('no such library')", "no such library"),
        ("import os; os.abort()", "its process ended with -6"),
    ],
)
def test_a_tensorflow_that_does_not_start(program: str, failure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIST_DEVICES", program)
    found = doctor._devices()
    assert (found.devices, found.failure) == ((), failure)


def test_runs_that_cannot_be_written(installed: dict[str, str], tmp_path: Path) -> None:
    assert installed
    (tmp_path / "runs").write_text("a file where the folder should be")
    diagnosis = examine(tmp_path / "runs")
    assert [message for message, _ in messages(diagnosis)] == [f"runs cannot be written to `{tmp_path / 'runs'}`"]
    assert not diagnosis.can_train


def test_text(installed: dict[str, str], tmp_path: Path) -> None:
    del installed["keras"]
    diagnosis = examine(tmp_path)
    machine = doctor.Machine("Linux-6.1", 2, 23 * doctor.GIBIBYTE, "runs", True, 100 * doctor.GIBIBYTE)
    assert (
        as_text(replace(diagnosis, python="3.11.7", machine=machine))
        == """\
specc 0.1.0, Python 3.11.7, Linux-6.1

checking:
  click       8.3.0
  pyyaml      6.0.3
training:
  tensorflow  2.21.0
  keras       missing (tested >=3.15,<3.16)
devices:
  CPU:0
  (TensorFlow took 2.0 s to start)
machine:
  cores   2
  memory  23.0 GiB
  runs    runs (writable, 100.0 GiB free)

problem: `keras` is missing, so training does not work
  help: in a checkout of specc: pip install ".[train]"
specs can be checked, but not trained"""
    )


def test_the_json_form_is_plain_data(installed: dict[str, str], tmp_path: Path) -> None:
    assert installed
    data = json.loads(as_json(examine(tmp_path)))
    assert data["packages"][0] == {
        "name": "click", "version": "8.3.0", "tested": ">=8.1.7,<9", "extra": "", "in_range": True,
    }  # fmt: skip
    assert data["devices"] == [{"name": "CPU:0", "type": "CPU", "model": ""}]


@pytest.mark.train
def test_this_machine(tmp_path: Path) -> None:
    diagnosis = examine(tmp_path)
    assert any(device.type == "CPU" for device in diagnosis.devices)
    assert diagnosis.can_train, as_text(diagnosis)


def test_examining_imports_nothing_heavy() -> None:
    program = "import sys, specc.diagnosis; print([m for m in ('numpy', 'keras', 'tensorflow') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
