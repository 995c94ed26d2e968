"""What phases set in a built model: Keras then trains the layers that the plan says, and no others."""

from pathlib import Path

import pytest

from specc.catalog import load
from specc.check import check
from specc.keras_target.build import build_model
from specc.keras_target.freezing import freeze, trainable_now
from specc.plan.freezing import settings, train_in, trainable_as_built

pytestmark = pytest.mark.train

SPEC = """
spec: 1
data: {dataset: iris}
models:
  deep: [{Dense: {units: 4, activation: relu}, name: low}, {Dense: {units: 4, activation: relu}, name: high}]
  body:
    - {model: {source: deep, trainable: false}, name: deep}
    - {BatchNormalization: , name: last}
model:
  - {model: body, name: body}
  - {ops.relu: }
  - Output
training:
  phases:
    - {epochs: 1}
    - {epochs: 1, freeze: body, unfreeze: [body/deep/high]}
    - {epochs: 1, unfreeze: body, freeze: body/deep/low}
    - {epochs: 1, freeze: body}
    - {epochs: 1, unfreeze: [body], freeze: output}
"""


def test_keras_trains_what_the_plan_says(project: Path) -> None:
    path = project / "spec.yaml"
    path.write_text(SPEC, encoding="utf-8")
    plan = check(path).plan
    assert plan
    built, _ = build_model(plan.graph, load())
    assert built
    flags = trainable_now(built.model, plan.graph)
    assert flags == trainable_as_built(plan.graph)
    expected = dict(flags)
    for phase, calls in zip(plan.phases, settings(plan.phases, flags), strict=True):
        expected |= train_in(phase, expected)
        freeze(built.model, calls)
        trained = {variable.path.rpartition("/")[0] for variable in built.model.trainable_variables}
        leaves = {"body/deep/low": "low", "body/deep/high": "high", "body/last": "last", "output": "output"}
        assert trained == {name for leaf, name in leaves.items() if expected[leaf]}
