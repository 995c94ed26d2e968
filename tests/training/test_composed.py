"""What is composed of blocks, branches and models trains as its expansion does, bit for bit, and is nested in Keras."""

from pathlib import Path

import keras
import numpy as np
import pytest

import specc
from specc.catalog import load
from specc.check import check
from specc.keras_target.build import build_model

pytestmark = pytest.mark.train

SPEC = """
spec: 1
data: {dataset: iris, inputs: {left: [sepal_length, sepal_width], right: [petal_length, petal_width]}}
blocks:
  residual:
    params: {units: 4, rate: 0.1}
    layers:
      - Dense: {units: $units, activation: relu, use_bias: false}
      - BatchNormalization
      - Dropout: $rate
        name: body
      - Add:
        inputs: [body, input]
models:
  encoder: [{Dense: {units: 4, activation: relu}}, {Dense: {units: 4, activation: tanh}}]
model:
  - model: encoder
    name: encoder
    inputs: left
  - share: encoder
    name: again
    inputs: right
  - Concatenate:
    inputs: [encoder, again]
  - Dense: {units: 4, activation: relu}
  - residual: {units: 4}
    name: first
  - residual: {rate: $(0.1 * (index + 1))}
    repeat: 2
  - parallel: {branches: [[{Dense: {units: 4, activation: tanh}}], []], merge: Maximum}
  - Output
training: {epochs: 2, batch_size: 16}
runtime: {seed: 3}
report: false
"""


def test_an_expanded_spec_trains_to_the_same_bits(project: Path) -> None:
    (project / "a.yaml").write_text(SPEC)
    (project / "b.yaml").write_text(specc.expand("a.yaml"))
    one, other = (specc.train(name) for name in ("a.yaml", "b.yaml"))
    assert one.run
    assert other.run
    assert one.metrics == other.metrics
    models = [keras.models.load_model(run.model) for run in (one.run, other.run)]
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_used_as_a_layer_is_one_in_keras(project: Path) -> None:
    (project / "a.yaml").write_text(SPEC)
    plan = check(Path("a.yaml")).plan
    assert plan
    built, findings = build_model(plan.graph, load())
    assert findings == []
    assert built
    encoder = built.model.get_layer("encoder")
    assert isinstance(encoder, keras.Model)
    assert [layer.name for layer in encoder.layers] == ["input", "dense", "dense_1"]
    assert [layer.name for layer in built.model.layers if isinstance(layer, keras.Model)] == ["encoder"]
    assert built.model.count_params() == plan.inferred.parameters
    assert "first_batch_normalization" in [layer.name for layer in built.model.layers]


def test_a_frozen_model_is_not_trained(project: Path) -> None:
    frozen = SPEC.replace("- model: encoder\n", "- model: {source: encoder, trainable: false}\n")
    (project / "a.yaml").write_text(frozen)
    plan = check(Path("a.yaml")).plan
    assert plan
    built, _ = build_model(plan.graph, load())
    assert built
    assert built.model.get_layer("encoder").trainable_weights == []
    trainable = sum(int(np.prod(weight.shape)) for weight in built.model.trainable_weights)
    assert trainable == plan.inferred.trainable
