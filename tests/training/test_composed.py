"""What is composed of blocks, branches and models trains as its expansion does, bit for bit, and is nested in Keras."""

from pathlib import Path

import keras
import numpy as np
import pytest

import specc
from specc.catalog import load
from specc.keras_target.build import build_model
from tests.emitting.specs import checked, write

pytestmark = pytest.mark.train

SHORT = {"training.epochs": "2", "training.batch_size": "64", "runtime.seed": "3", "report": "false"}


@pytest.mark.parametrize("name", ["several-models", "with-and-without-a-name", "repeats"])
def test_an_expanded_spec_trains_to_the_same_bits(name: str, project: Path) -> None:
    path, expanded = write(name, project), project / "expanded.yaml"
    expanded.write_text(specc.expand(path, sets=SHORT), encoding="utf-8")
    one, other = specc.train(path, sets=SHORT), specc.train(expanded)
    assert one.run
    assert other.run
    assert one.metrics == other.metrics
    models = [keras.models.load_model(run.model) for run in (one.run, other.run)]
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_used_as_a_layer_is_one_in_keras(project: Path) -> None:
    _, plan = checked(write("several-models", project))
    built, findings = build_model(plan.graph, load())
    assert findings == []
    assert built
    encoder = built.model.get_layer("encoder")
    assert isinstance(encoder, keras.Model)
    assert [layer.name for layer in encoder.layers] == ["input", "dense", "dense_1"]
    assert [layer.name for layer in built.model.layers if isinstance(layer, keras.Model)] == ["encoder"]
    assert built.model.count_params() == plan.inferred.parameters


def test_a_frozen_model_is_not_trained(project: Path) -> None:
    path = write("several-models", project)
    frozen = path.read_text(encoding="utf-8").replace(
        "- model: encoder\n", "- model: {source: encoder, trainable: false}\n"
    )
    path.write_text(frozen, encoding="utf-8")
    _, plan = checked(path)
    built, _ = build_model(plan.graph, load())
    assert built
    assert built.model.get_layer("encoder").trainable_weights == []
    trainable = sum(int(np.prod(weight.shape)) for weight in built.model.trainable_weights)
    assert trainable == plan.inferred.trainable
