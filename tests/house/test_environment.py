"""The environment that the Makefile builds: pinned within pyproject.toml's ranges, and clear when Python is missing."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PINS = [
    line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DIRECT = [
    requirement
    for text in [*PROJECT["dependencies"], *EXTRAS["train"], *EXTRAS["dev"]]
    if (requirement := Requirement(text)).name != PROJECT["name"]
]


@pytest.mark.parametrize("line", PINS)
def test_a_pin_is_a_name_and_a_version(line: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_every_requirement_is_pinned_within_its_range(requirement: Requirement) -> None:
    pins = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in PINS)}
    assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)])


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        "make",
        "--no-print-directory",
        "-f",
        str(ROOT / "Makefile"),
        "-C",
        str(ROOT),
        f"VENV={folder / 'venv'}",
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_python_that_is_missing_is_named(tmp_path: Path) -> None:
    done = make(tmp_path, "PYTHON=python9", f"{tmp_path}/venv/.ready")
    assert done.returncode != 0
    assert "specc needs Python 3.11 or newer, but python9 is missing or older" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_without_venv_is_named(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\n', encoding="ascii")
    python.chmod(0o755)
    done = make(tmp_path, f"PYTHON={python}", f"{tmp_path}/venv/.ready")
    assert f"{python} has no venv; on Debian and Ubuntu: apt-get install python3-venv" in done.stderr


def test_help_lists_the_commands(tmp_path: Path) -> None:
    listed = {line.split()[0] for line in make(tmp_path, "help").stdout.splitlines()}
    assert listed == {"help", "demo", "test", "quick", "bless", "constraints", "clean"}
