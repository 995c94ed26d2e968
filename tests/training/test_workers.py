"""Several workers, each a process of its own, train what one process trains, and one that is killed changes nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

import specc
from specc.runs import RunFolder, read
from specc.training.comparing_runs import compare_runs
from tests.training.loaded import new_project

pytestmark = pytest.mark.train

EPOCHS = 12
SPEC = f"""\
spec: 1
name: together
data: {{dataset: {{moons: {{samples: 100, noise: 0.1}}}}}}
model:
  - Dense: {{units: 8, activation: tanh, kernel_regularizer: {{L2: 0.01}}}}
  - BatchNormalization: {{synchronized: true}}
  - Output
training:
  epochs: {EPOCHS}
  batch_size: 13
  optimizer: {{SGD: {{learning_rate: 0.05, momentum: 0.9}}}}
  class_weight: {{0: 2.0}}
runtime: {{seed: 3, checkpoint: {{epochs: 1, keep: 2}}}}
report: false
"""
LAUNCH = (sys.executable, "-m", "specc", "launch", "--workers", "2", "--max-restarts", "1")


@pytest.fixture(scope="module")
def project_of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which two workers have trained, undisturbed."""
    with new_project(tmp_path_factory, "workers") as (root, _):
        Path("spec.yaml").write_text(SPEC)
        done = subprocess.run([*LAUNCH, "spec.yaml", "--quiet"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def two(project_of_two: Path) -> RunFolder:
    """Their run: one directory, as only the chief writes."""
    (folder,) = (project_of_two / "runs/together").iterdir()
    return RunFolder(folder)


def test_two_workers_train_what_one_process_trains(two: RunFolder, project: Path) -> None:
    Path("spec.yaml").write_text(SPEC)
    outcome = specc.train("spec.yaml")
    assert outcome.run
    one = read(outcome.run.path)[0]
    both, findings = read(two.path)
    assert findings == ()
    assert both.history.epochs == one.history.epochs == tuple(range(1, EPOCHS + 1))
    for name, values in one.history.columns.items():
        if name != "seconds":  # all but the last digits: sums over replicas round otherwise
            np.testing.assert_allclose(both.history.columns[name], values, rtol=1e-4, err_msg=name)
    for split, metrics in one.metrics.items():
        assert both.metrics[split] == pytest.approx(metrics, rel=1e-4)
    lock = yaml.safe_load(two.lock.read_text())
    assert lock["strategy"] == {"name": "MultiWorkerMirroredStrategy", "replicas": 2}
    assert (both.status, both.engine.checkpoints) == ("completed", EPOCHS)


def test_a_killed_worker_is_started_again_and_nothing_is_another(two: RunFolder, project: Path) -> None:
    Path("spec.yaml").write_text(SPEC)
    with subprocess.Popen([*LAUNCH, "spec.yaml", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as job:
        while not list(project.glob("runs/together/*/checkpoints/*.ckpt")):
            assert job.poll() is None, job.communicate()[1].decode()
            time.sleep(0.005)
        os.kill(worker(1, job.pid), signal.SIGKILL)
        out, err = job.communicate(timeout=300)
    assert job.returncode == 0, err.decode()
    assert "worker 1 was ended by SIGKILL; restart 1 of 1 from the last checkpoint" in err.decode()
    again = RunFolder(Path(json.loads(out.splitlines()[-1])["run"]))
    (resumed,) = read(again.path)[0].engine.resumed
    assert 0 < resumed.epoch <= EPOCHS
    compared = compare_runs(again, two, {})
    assert [each.words for each in compared] == [""] * len(compared)


def worker(index: int, launcher: int) -> int:
    """The process of one of the launcher's workers."""
    children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
    clusters = {child: environment(child)["TF_CONFIG"] for child in children}
    (found,) = (int(child) for child, cluster in clusters.items() if json.loads(cluster)["task"]["index"] == index)
    return found


def environment(process: str) -> dict[str, str]:
    """The variables that a process was started with."""
    entries = Path(f"/proc/{process}/environ").read_text().split("\0")
    return dict(entry.split("=", 1) for entry in entries if entry)
