"""`specc launch` from outside, with a Python in the place of `specc train` where a training would take long."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

IRIS = "spec: 1\nname: iris\ndata: {dataset: iris}\nmodel: [Output]\ntraining: {epochs: 1}\n"


def specc(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specc", *arguments]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


@pytest.fixture
def spec(project: Path) -> Path:
    (project / "spec.yaml").write_text(IRIS)
    return project


def test_a_fault_is_told_once(project: Path) -> None:
    (project / "spec.yaml").write_text(IRIS.replace("Output", "Outputt"))
    done = specc("launch", "--workers", "3", "spec.yaml")
    assert done.returncode == 1
    assert done.stderr.count("error[") == 1
    assert "[worker" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--workers", "0"],
        ["--workers", "two"],
        ["--timeout", "0"],
        ["--max-restarts", "-1"],
        ["--manifest", "nomad"],
        ["--manifest", "slurm", "--timeout", "5"],
        ["--manifest", "slurm", "--max-restarts", "5"],
        ["--set", "epochs"],
        ["--no-such-option"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], spec: Path) -> None:
    done = specc("launch", "spec.yaml", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error" in done.stderr


@pytest.mark.parametrize(
    "distribute", ["none", "{OneDeviceStrategy: {device: 'CPU:0'}}", "{MirroredStrategy: {devices: 2}}"]
)
def test_a_strategy_of_one_worker(distribute: str, spec: Path) -> None:
    for arguments in ([], ["--manifest", "slurm"]):
        done = specc("launch", "spec.yaml", "--set", f"runtime.distribute={distribute}", *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("error[strategy-of-one-worker]: 2 workers cannot train together")
    assert specc(
        "launch", "spec.yaml", "--set", "runtime.distribute=none", "--manifest", "slurm", "--workers", "1"
    ).stdout


def test_manifests_pass_the_options_on(spec: Path) -> None:
    done = specc(
        "launch", "spec.yaml", "--manifest", "slurm", "--workers", "4", "--set", "training.epochs=7", "--quiet"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "#SBATCH --ntasks=4\n" in done.stdout
    assert "  specc train spec.yaml --quiet --set=training.epochs=7 --resume=auto\n" in done.stdout


def test_a_worker_says_what_is_wrong_with_its_cluster(spec: Path) -> None:
    done = specc("train", "spec.yaml", TF_CONFIG='{"cluster": {"worker": ["a:1"]}}')
    assert done.returncode == 1
    assert done.stderr.startswith("error[invalid-cluster]: `TF_CONFIG` has no `task`\n --> $TF_CONFIG:1:1\n")


@pytest.mark.train
def test_a_training(spec: Path) -> None:
    done = specc("launch", "--workers", "1", "spec.yaml", "--json", "--set", "training.epochs=2")
    assert done.returncode == 0, done.stderr
    run = Path(json.loads(done.stdout.splitlines()[-1])["run"])
    assert (run / "report.html").exists()
    assert done.stderr
    assert all(line.startswith("[worker 0] ") for line in done.stderr.splitlines())
