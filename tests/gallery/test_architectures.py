"""The specs of well-known networks: as many parameters as published, and Keras' own weights give Keras' own outputs."""

from pathlib import Path
from typing import Any

import pytest

import specc
from specc.catalog import load
from specc.check import check
from specc.graph.graph import Graph
from specc.plan.expand import expand
from specc.summary import summarize
from tests.importing.rebuilding import interchange

SPECS = Path(__file__).parents[2] / "specs"
INTERCHANGE = interchange()
LINES = 110
"""A screen or two."""

PARAMETERS = {
    "resnet50": 25_636_712,
    "vgg16": 138_357_544,
    "inception-v3": 23_851_784,
    "mobilenet-v2": 3_538_984,
    "densenet121": 8_062_504,
    "convnext-tiny": 28_589_128,
    "unet": 31_030_658,
    "lenet5": 61_706,
    "transformer-encoder": 39_018,
}

BY_NAME = ["ResNet50", "MobileNetV2", "DenseNet121", "InceptionV3", "VGG16"]
STEMS = {name: name.lower() for name in BY_NAME} | {"MobileNetV2": "mobilenet-v2", "InceptionV3": "inception-v3"}


@pytest.mark.parametrize("stem", PARAMETERS)
def test_parameters(stem: str) -> None:
    checked = check(SPECS / f"{stem}.yaml")
    model = checked.plan or checked.outline
    assert checked.findings == ()
    assert model
    assert model.name == stem
    assert summarize(model).parameters == PARAMETERS[stem]


@pytest.mark.parametrize("stem", PARAMETERS)
def test_is_read_on_a_screen_or_two(stem: str) -> None:
    lines = (SPECS / f"{stem}.yaml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= (70 if stem == "resnet50" else LINES)


@pytest.mark.train
@pytest.mark.parametrize("name", BY_NAME)
def test_weights_of_keras_fit_by_name(name: str) -> None:
    import keras

    theirs = getattr(keras.applications, name)(weights=None)
    ours = built(graph_of(SPECS / f"{STEMS[name]}.yaml"))
    assert [layer.name for layer in ours.layers[1:]] == [layer.name for layer in theirs.layers[1:]]
    assert ours.count_params() == theirs.count_params()
    INTERCHANGE.scatter(theirs)
    INTERCHANGE.carry_over(theirs, ours)
    assert INTERCHANGE.largest_difference(theirs, ours) <= 1e-5


@pytest.mark.train
def test_weights_of_keras_fit_in_their_order() -> None:
    """Keras' ConvNeXt has layers of its own, which nobody else can name, and so other names."""
    import keras

    theirs = keras.applications.ConvNeXtTiny(weights=None)
    ours = built(graph_of(SPECS / "convnext-tiny.yaml"))
    assert [weight.shape for weight in ours.weights] == [weight.shape for weight in theirs.weights]
    INTERCHANGE.scatter(theirs)
    ours.set_weights(theirs.get_weights())
    assert INTERCHANGE.largest_difference(theirs, ours) <= 1e-5


@pytest.mark.parametrize("stem", PARAMETERS)
def test_expanded_it_means_the_same(stem: str, project: Path) -> None:
    (project / "expanded.yaml").write_text(specc.expand(SPECS / f"{stem}.yaml"))
    assert specc.diff(SPECS / f"{stem}.yaml", "expanded.yaml").same


@pytest.mark.train
@pytest.mark.parametrize("stem", ["lenet5", "mobilenet-v2", "transformer-encoder", "unet"])
def test_expanded_it_builds_the_same(stem: str) -> None:
    path = SPECS / f"{stem}.yaml"
    checked = check(path)
    model = checked.plan or checked.outline
    assert model
    again = check(path, content=expand(model).encode())
    written = again.plan or again.outline
    assert written
    assert built(written.graph).to_json() == built(model.graph).to_json()


def graph_of(spec: Path) -> Graph:
    outline = check(spec).outline
    assert outline
    return outline.graph


def built(graph: Graph) -> Any:
    """The Keras model of a graph."""
    import keras

    from specc.keras_target.build import build_model

    keras.utils.set_random_seed(0)
    made, findings = build_model(graph, load())
    assert made, findings
    return made.model
