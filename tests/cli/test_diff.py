"""`specc diff` from outside: formats, exit codes, run directories."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from specc.catalog import load_schema

IRIS = "spec: 1\ndata: {dataset: iris}\nmodel: [Output]\n"
MORE = IRIS + "training: {epochs: 3}\n"


def diff(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specc", "diff", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def specs(project: Path) -> Path:
    (project / "a.yaml").write_text(IRIS)
    (project / "b.yaml").write_text(MORE)
    (project / "same.yaml").write_text("model:\n- Output # all\ndata:\n  dataset: iris\nspec: 1\n")
    (project / "bad.yaml").write_text(IRIS.replace("Output", "Outputt"))
    return project


def test_the_same(specs: Path) -> None:
    done = diff("a.yaml", "same.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "a.yaml and same.yaml mean the same\n", "")


def test_different(specs: Path) -> None:
    done = diff("a.yaml", "b.yaml")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("--- a.yaml\n+++ b.yaml\ntraining\n  ~ epochs: 10 -> 3\nweights\n")


@pytest.mark.parametrize(("after", "code"), [("a.yaml", 0), ("b.yaml", 1)])
def test_json(specs: Path, after: str, code: int) -> None:
    done = diff("a.yaml", after, "--format", "json")
    content = json.loads(done.stdout)
    jsonschema.validate(content, load_schema("diff-v1"))
    assert (done.returncode, content["same"], content["after"]) == (code, code == 0, after)


@pytest.mark.parametrize(("names", "count"), [(["a.yaml", "bad.yaml"], 1), (["nothing.yaml", "bad.yaml"], 2)])
def test_faults_are_told_and_nothing_is_compared(specs: Path, names: list[str], count: int) -> None:
    done = diff(*names, "--format", "json")
    assert (done.returncode, done.stdout, done.stderr.count("error[")) == (1, "", count)


def test_advice_is_not_repeated(specs: Path) -> None:
    (specs / "deep.yaml").write_text(IRIS.replace("[Output]", "[{Dense: 4}, Output]"))
    done = diff("a.yaml", "deep.yaml")
    assert (done.returncode, done.stderr) == (1, "")


def test_a_run_directory_stands_for_its_lock(specs: Path) -> None:
    run = specs / "runs" / "a" / "20260102-030405-1a2b3c4d"
    run.mkdir(parents=True)
    (run / "run.json").write_text(json.dumps({"run": 1, "name": "a", "spec_path": "a.yaml"}))
    (run / "lock.yaml").write_text(yaml.safe_dump({"lock": 1, "spec": yaml.safe_load(MORE)}))
    assert diff(str(run), "b.yaml").returncode == 0
    assert "  ~ epochs: 3 -> 10\n" in diff(str(run), "a.yaml").stdout
    (run / "run.json").write_text(json.dumps({"run": 1, "name": "a", "spec_path": "../a.yaml"}))
    done = diff(str(run), "a.yaml")
    assert (done.returncode, done.stdout, "error[path-outside-project]" in done.stderr) == (1, "", True)
    (run / "run.json").write_text(json.dumps({"run": 1, "name": "a", "spec_path": "gone/a.yaml"}))
    assert diff(str(run), "b.yaml").returncode == 0
    done = diff("runs", "a.yaml")
    assert (done.returncode, done.stdout, "error[not-a-run]" in done.stderr) == (1, "", True)


@pytest.mark.parametrize(
    "arguments", [["a.yaml"], ["a.yaml", "b.yaml", "--format", "html"], ["a.yaml", "b.yaml", "-q"]]
)
def test_wrong_usage(specs: Path, arguments: list[str]) -> None:
    assert diff(*arguments).returncode == 2
