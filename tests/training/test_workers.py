"""Several workers, each a process of its own, train what one process trains."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

import specc
from specc.runs import Run, read

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
name: together
data: {dataset: {moons: {samples: 100, noise: 0.1}}}
model:
  - Dense: {units: 8, activation: tanh, kernel_regularizer: {L2: 0.01}}
  - BatchNormalization: {synchronized: true}
  - Output
training: {epochs: 3, batch_size: 13, optimizer: {SGD: {learning_rate: 0.05, momentum: 0.9}}, class_weight: {0: 2.0}}
runtime: {seed: 3, checkpoint: {epochs: 1}}
report: false
"""


def test_two_workers_train_what_one_process_trains(project: Path) -> None:
    Path("spec.yaml").write_text(SPEC)
    outcome = specc.train("spec.yaml")
    assert outcome.run
    one = read(outcome.run.path)[0]
    launched = [sys.executable, "-m", "specc", "launch", "--workers", "2", "spec.yaml", "--quiet", "--json"]
    done = subprocess.run(launched, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    folder = Path(json.loads(line)["run"])
    two, findings = read(folder)
    assert findings == ()
    check_alike(two, one)
    assert sorted(path.name for path in folder.parent.iterdir()) == sorted((outcome.run.id, folder.name))
    lock = yaml.safe_load((folder / "lock.yaml").read_text())
    assert lock["strategy"] == {"name": "MultiWorkerMirroredStrategy", "replicas": 2}
    assert (two.status, two.engine.checkpoints) == ("completed", 3)


def check_alike(two: Run, one: Run) -> None:
    """All but the last digits: the epochs, and what is judged at the end."""
    assert two.history.epochs == one.history.epochs == (1, 2, 3)
    for name, values in one.history.columns.items():
        if name != "seconds":
            np.testing.assert_allclose(two.history.columns[name], values, rtol=1e-4, err_msg=name)
    for split, metrics in one.metrics.items():
        assert two.metrics[split] == pytest.approx(metrics, rel=1e-4)
