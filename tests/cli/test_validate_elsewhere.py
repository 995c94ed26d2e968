"""The pre-commit hook and the GitHub action, as far as they can be tried where they are made."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from specc.cli.validate import FORMATS

ROOT = Path(__file__).resolve().parents[2]
HOOK, FORMATTER = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
GOOD = "spec: 1\ndata: {dataset: iris}\nmodel: [Output]\n"
WRONG = GOOD.replace("Output", "Outputt")


@pytest.fixture
def specs(project: Path) -> Path:
    (project / "specs").mkdir()
    (project / "specs" / "good.yaml").write_text(GOOD, encoding="utf-8")
    (project / "specs" / "two words.yaml").write_text(WRONG, encoding="utf-8")
    return project


def test_the_hook_is_called_with_the_changed_files(specs: Path) -> None:
    command = [str(Path(sys.executable).with_name("specc")), *shlex.split(HOOK["entry"])[1:]]
    for files, code in ((["specs/good.yaml"], 0), (["specs/good.yaml", "specs/two words.yaml"], 1)):
        done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("specs/a.yaml", True),
        ("specs/b/c.yml", True),
        ("specs/d.json", True),
        ("a.yaml", False),
        ("specs/a.csv", False),
    ],
)
def test_the_hook_is_for_specs(path: str, expected: bool) -> None:
    assert [re.search(hook["files"], path) is not None for hook in (HOOK, FORMATTER)] == [expected, expected]


def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ACTION["runs"]["steps"]
    return found


def run_step(step: dict[str, Any], folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """A step of the action as the runner calls it: its variables filled in, its script in bash."""
    values = {f"inputs.{name}": str(entry["default"]) for name, entry in ACTION["inputs"].items()}
    values |= {f"inputs.{name}": value for name, value in given.items()}
    values |= {"runner.temp": str(folder / "temp"), "github.action_path": str(ROOT)}
    filled = {
        name: re.sub(r"\$\{\{ (\S+) \}\}", lambda match: values[match[1]], text) for name, text in step["env"].items()
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(command, env=os.environ | filled, capture_output=True, text=True, check=False)


@pytest.fixture
def installed(specs: Path) -> Path:
    """What the first step leaves, by links instead of an installation."""
    (specs / "temp" / "specc" / "bin").mkdir(parents=True)
    script = specs / "temp" / "specc" / "bin" / "specc"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m specc "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return specs


@pytest.mark.parametrize(
    ("given", "code", "starts"),
    [
        ({}, 1, "::error file=specs/two words.yaml,line=3,"),
        ({"specs": "specs/good.yaml"}, 0, ""),
        ({"specs": "specs/two words.yaml\n\nspecs/good.yaml\n", "format": "concise"}, 1, "specs/two words.yaml:3:9: "),
        ({"specs": "specs/*.yaml", "format": "concise"}, 1, "specs/two words.yaml:3:9: "),
        ({"specs": "$(touch evil)`touch evil`;touch evil", "format": "concise"}, 1, "$(touch evil)"),
        ({"specs": "--help"}, 1, "::error file=--help,line=1,"),
        ({"baseline": "missing.json"}, 2, ""),
        ({"specs": ""}, 2, ""),
    ],
)
def test_the_action_validates(given: dict[str, str], code: int, starts: str, installed: Path) -> None:
    done = run_step(steps()[1], installed, **given)
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith(starts)
    assert (done.stdout == "") == (starts == "")
    assert not (installed / "evil").exists()


def test_the_action_writes_a_file(installed: Path) -> None:
    done = run_step(steps()[1], installed, format="sarif", output="specc.sarif")
    assert (done.returncode, done.stdout) == (1, "")
    assert '"version": "2.1.0"' in (installed / "specc.sarif").read_text(encoding="utf-8")


def test_the_action_puts_no_input_into_a_script() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert all("${{" not in step["run"] and step["shell"] == "bash" for step in steps())
    assert ACTION["inputs"]["format"]["default"] in FORMATS


@pytest.mark.train  # takes as long: it installs the checker's three dependencies from the package index
def test_the_action_installs(specs: Path) -> None:
    first, second = steps()
    done = run_step(first, specs, python=sys.executable)
    assert done.returncode == 0, done.stderr
    done = run_step(second, specs)
    assert done.stdout.startswith("::error file=specs/two words.yaml,line=3,"), done.stderr
