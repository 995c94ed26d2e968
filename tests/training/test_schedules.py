"""The callback `LearningRateScheduler`: a schedule of the spec, asked for each epoch."""

from pathlib import Path

import pytest

import specc
from specc.runs import read

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
data: {dataset: iris}
model: [Output]
training:
  epochs: 4
  callbacks:
    - LearningRateScheduler:
        schedule: {SCHEDULE}
report: false
"""

SCHEDULES = {
    "PiecewiseConstantDecay: {boundaries: [0, 2], values: [0.1, 0.01, 0.001]}": [0.1, 0.01, 0.01, 0.001],
    "ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 1, decay_rate: 0.5}": [0.1, 0.05, 0.025, 0.0125],
    "PolynomialDecay: {initial_learning_rate: 0.1, decay_steps: 4, end_learning_rate: 0}": [0.1, 0.075, 0.05, 0.025],
}


@pytest.mark.parametrize(("schedule", "expected"), SCHEDULES.items())
def test_the_rate_of_each_epoch(schedule: str, expected: list[float], project: Path) -> None:
    (project / "spec.yaml").write_text(SPEC.replace("SCHEDULE", schedule), encoding="utf-8")
    outcome = specc.train("spec.yaml")
    assert outcome.run
    history, _ = read(outcome.run.path)
    assert history.history.columns["learning_rate"] == pytest.approx(expected)
