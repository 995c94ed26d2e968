"""Training by phases: averages of weights go to the weights that they are of, also where an optimizer ends early."""

from pathlib import Path

import keras
import numpy as np
import pytest

import specc

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
name: averaged
data: {dataset: iris}
model:
  - {Dense: {units: 4, kernel_initializer: zeros}, name: first}
  - {Dense: {units: 4, kernel_initializer: identity}, name: second}
  - Output
training:
  phases: [PHASES]
report: false
"""
STILL = "{SGD: {learning_rate: 1e-30, use_ema: true}}"


def weights(phases: str) -> dict[str, np.ndarray]:
    """The trained kernels by layer."""
    Path("spec.yaml").write_text(SPEC.replace("PHASES", phases))
    outcome = specc.train("spec.yaml")
    assert outcome.run, outcome.findings
    model = keras.models.load_model(outcome.run.model)
    return {weight.path.split("/")[-2]: weight.numpy() for weight in model.weights if "kernel" in weight.path}


def test_a_layer_that_is_frozen_later_keeps_its_own_average(project: Path) -> None:
    found = weights(f"{{epochs: 1, optimizer: {STILL}}}, {{epochs: 1, freeze: [first, output]}}")
    np.testing.assert_allclose(found["first"], np.zeros((4, 4)), atol=1e-6)
    np.testing.assert_allclose(found["second"], np.eye(4), atol=1e-6)


def test_an_optimizer_that_another_follows_leaves_its_averages(project: Path) -> None:
    moving = "{SGD: {learning_rate: 0.1, use_ema: true, ema_momentum: 0.999999}}"
    found = weights(f"{{epochs: 1, optimizer: {moving}}}, {{epochs: 1, optimizer: {{SGD: 1e-30}}}}")
    np.testing.assert_allclose(found["second"], np.eye(4), atol=1e-3)  # where the average still is
