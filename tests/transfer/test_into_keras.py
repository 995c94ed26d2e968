"""Weights of a file reach the layers of a Keras model, bit for bit, in every layout and in a whole training."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import h5py
import jsonschema
import keras
import numpy as np
import pytest
import yaml
from keras import layers

import specc
from specc.catalog import load_schema
from specc.diagnostics import Level, Span
from specc.graph.graph import Graph, WeightsFile
from specc.keras_target.weights import Loaded, load_weights
from specc.runs import RunFolder, read
from specc.training.quiet import quiet_tensorflow
from tests.warm import Warm

pytestmark = pytest.mark.train

PLACE = Span("spec.yaml", 1, 1, 1, 2)
NO_GRAPH = Graph("net", (), (), {})


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Keras' own warnings are not ours."""
    quiet_tensorflow()


def network(seed: int, *, turned: bool = False, dtype: str = "float32") -> keras.Model:
    """Layers of many kinds; `turned` makes those of one class in another order, so that Keras counts them otherwise."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    image, words = keras.Input((8, 8, 3), name="image"), keras.Input((6,), name="words", dtype="int32")
    makers = [
        lambda: layers.Conv2D(4, 3, padding="same", name="left", dtype=dtype)(image),
        lambda: layers.Conv2D(4, 3, padding="same", name="right")(image),
    ]
    made = [maker() for maker in (reversed(makers) if turned else makers)]
    left, right = reversed(made) if turned else made
    x = layers.Add(name="sum")([left, right])
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.DepthwiseConv2D(3, name="depth")(x)
    x = layers.SeparableConv2D(4, 3, name="apart")(x)
    x = layers.Flatten(name="flat")(x)
    inner = [keras.Input((64,)), layers.Dense(8, name="in"), layers.BatchNormalization(name="n"), layers.Dropout(0.5)]
    x = keras.Sequential(inner, name="encoder")(x)
    y = layers.Embedding(10, 8, name="table")(words)
    y = layers.MultiHeadAttention(2, 4, name="look")(y, y)
    y = layers.TimeDistributed(layers.Dense(5), name="each")(y)
    y = layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="both")(y)
    y = layers.RNN([layers.GRUCell(3), layers.GRUCell(4)], name="stack")(y)
    return keras.Model([image, words], layers.Dense(3, name="head")(layers.Concatenate(name="all")([x, y])))


def load(model: keras.Model, path: Path, *, freeze: bool = False, missing: str = "error") -> Loaded:
    weights = WeightsFile(path.name, PLACE, missing, freeze, located=str(path))
    loaded, findings = load_weights(model, weights, NO_GRAPH)
    assert findings == [] or missing == "warning"
    assert loaded
    return loaded


def by_name(model: keras.Model) -> dict[str, list[np.ndarray[Any, Any]]]:
    return {layer.name: [np.asarray(weight) for weight in layer.get_weights()] for layer in model.layers}


def assert_equal(one: keras.Model, other: keras.Model) -> None:
    for name, expected in by_name(one).items():
        for a, b in zip(expected, by_name(other)[name], strict=True):
            np.testing.assert_array_equal(a, b, err_msg=name)


@pytest.mark.parametrize("form", ["a.weights.h5", "a.keras", "a.h5"])
@pytest.mark.parametrize("turned", [False, True], ids=["the same order", "another order"])
def test_every_layer_takes_its_own(form: str, turned: bool, tmp_path: Path) -> None:
    source = network(1)
    path = tmp_path / form
    source.save_weights(path) if form == "a.weights.h5" else source.save(path)
    model = network(2, turned=turned)
    loaded = load(model, path)
    assert len(loaded.match.rows) == (12 if form == "a.h5" else 13)  # old files do not tell layers in layers apart
    assert loaded.match.unused == ()
    assert_equal(source, model)


def test_files_without_names_go_by_position(tmp_path: Path) -> None:
    source = network(1)
    path = tmp_path / "a.weights.h5"
    source.save_weights(path)
    groups: list[str] = []
    with h5py.File(path, "a") as file:
        file.visit(groups.append)
        for name in groups:
            if "name" in file[name].attrs:
                del file[name].attrs["name"]
    model = network(2)
    assert load(model, path).match.by == "position"
    assert_equal(source, model)


def test_other_precisions_are_converted(tmp_path: Path) -> None:
    source, path = network(1, dtype="bfloat16"), tmp_path / "a.weights.h5"
    source.save_weights(path)
    model = network(2)
    load(model, path)
    np.testing.assert_array_equal(
        model.get_layer("left").kernel, np.asarray(source.get_layer("left").kernel, "float32")
    )
    again = network(3, dtype="bfloat16")
    model.save_weights(path)
    load(again, path)
    assert_equal(source, again)


def test_what_does_not_fit_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    network(1).save(path)
    model, before = network(2), by_name(network(2))
    with h5py.File(tmp_path / "b.weights.h5", "w") as file:
        file["layers/dense/vars/0"], file["layers/dense/vars/1"] = np.zeros((12, 3)), np.full(3, 7.0)
        file["layers/dense/vars"].attrs["name"] = "head"
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 3, 5))
        file["layers/conv2d/vars"].attrs["name"] = "left"
    loaded = load(model, tmp_path / "b.weights.h5", missing="warning")
    assert [row.layer for row in loaded.match.having("loaded")] == ["head"]
    assert [row.layer for row in loaded.match.having("differs")] == ["left"]
    np.testing.assert_array_equal(model.get_layer("head").bias, [7.0, 7.0, 7.0])
    for name, arrays in by_name(model).items():
        if name != "head":
            for a, b in zip(arrays, before[name], strict=True):
                np.testing.assert_array_equal(a, b, err_msg=name)


def test_layers_from_the_file_are_frozen(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    network(1).get_layer("encoder").save(path)
    model = network(2).get_layer("encoder")
    weights = WeightsFile("a.keras", PLACE, freeze=True, located=str(path))
    loaded, _ = load_weights(model, weights, NO_GRAPH, "encoder/")
    assert loaded
    assert loaded.frozen == ("encoder/in", "encoder/n")
    assert model.trainable_weights == []


@pytest.mark.parametrize("form", ["a.weights.h5", "a.h5"])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_are_none_are_told(form: str, number: float, tmp_path: Path) -> None:
    source, path = network(1), tmp_path / form
    source.get_layer("head").bias.assign([0.0, number, 0.0])
    source.save_weights(path) if form == "a.weights.h5" else source.save(path)
    loaded, findings = load_weights(network(2), WeightsFile(form, PLACE, located=str(path)), NO_GRAPH)
    assert loaded
    assert [(finding.code, finding.level) for finding in findings] == [("weights-not-finite", Level.WARNING)]
    assert findings[0].message.endswith("infinite or NaN: `head`")


SPEC = """\
spec: 1
name: %s
data: {dataset: iris}
model:
  %slayers:
    - Dense: {units: 8, activation: relu}
      name: hidden
    - Dropout: 0.2
    - Dense: %d
      name: head
training: {epochs: 3, batch_size: 16, optimizer: {SGD: %s}}
report: {formats: [json]}
runtime: {seed: %d%s}
"""


def train(name: str, weights: str = "", units: int = 3, rate: str = "0.1", seed: int = 1) -> RunFolder:
    Path("spec.yaml").write_text(SPEC % (name, f"weights: {weights}\n  " if weights else "", units, rate, seed, ""))
    outcome = specc.train("spec.yaml")
    assert outcome.run
    return outcome.run


def hidden(saved: Path, name: str) -> list[np.ndarray[Any, Any]]:
    """The weights of the layer `hidden` in the model of that name."""
    inner = next(layer for layer in keras.saving.load_model(saved).layers if layer.name == name)
    return [np.asarray(weight) for weight in inner.get_layer("hidden").get_weights()]


def test_a_run_starts_from_another(project: Path) -> None:
    first = train("first")
    start = Path("start.keras")
    shutil.copy(first.model, start)
    second = train("second", start.name, rate="1e-30", seed=2)
    for a, b in zip(hidden(first.model, "first"), hidden(second.model, "second"), strict=True):
        np.testing.assert_array_equal(a, b)
    content = json.loads(second.run.read_text())
    jsonschema.validate(content, load_schema("run-v1"))
    jsonschema.validate(json.loads((second.path / "report.json").read_text()), load_schema("report-v1"))
    assert [row["status"] for row in content["weights"][0]["layers"]] == ["loaded", "loaded"]
    lock = yaml.safe_load(second.lock.read_text())
    jsonschema.validate(lock, load_schema("lock-v1"))
    assert lock["weights"][0]["sha256"] == "sha256:" + hashlib.sha256(start.read_bytes()).hexdigest()
    assert read(second.path)[1] == ()


def test_runs_from_one_file_are_equal_and_frozen_layers_stay(project: Path) -> None:
    train("first").model.rename("start.keras")
    one, two = (train("second", "{path: start.keras, freeze: true, missing: allowed}", units=4) for _ in range(2))
    assert one.predictions.read_text() == two.predictions.read_text()
    for a, b in zip(hidden(Path("start.keras"), "first"), hidden(one.model, "second"), strict=True):
        np.testing.assert_array_equal(a, b)
    found, _ = read(one.path)
    assert (found.weights[0].frozen, found.model.parameters.trainable) == (("hidden",), 36)


NESTED = """\
spec: 1
name: nested
data: {dataset: iris}
models:
  encoder:
    weights: start.keras
    inputs: {x: [4]}
    layers: [{Dense: {units: 8, activation: relu}, name: hidden}]
model:
  %slayers:
    - model: encoder
    - Dense: 3
      name: last
training: {epochs: 1, optimizer: {SGD: 1e-30}}
report: {formats: [json, md]}
"""


def test_a_model_in_a_model_starts_from_a_file_of_its_own(project: Path) -> None:
    first = train("first")
    shutil.copy(first.model, "start.keras")
    for more, unused in (("", [["head"]]), ("weights: whole.keras\n  ", [["encoder/hidden"], ["head"]])):
        Path("spec.yaml").write_text(NESTED % more)
        outcome = specc.train("spec.yaml")
        assert outcome.run
        assert outcome.findings == ()
        found, findings = read(outcome.run.path)
        assert findings == ()
        assert [list(each.unused) for each in found.weights] == unused
        assert [layer.name for layer in found.weights[-1].layers] == ["encoder/hidden"]
        nested = next(each for each in keras.saving.load_model(outcome.run.model).layers if each.name == "nested")
        weights = nested.get_layer("encoder").get_layer("hidden").get_weights()
        for a, b in zip(hidden(first.model, "first"), weights, strict=True):
            np.testing.assert_array_equal(a, b)
        shutil.copy(outcome.run.model, "whole.keras")


def test_mirrored_devices_start_from_the_same(project: Path, warm: Warm) -> None:
    train("first").model.rename("start.keras")
    losses = []
    for more in (", distribute: none", ", distribute: {MirroredStrategy: {devices: 2}}"):
        Path("spec.yaml").write_text(SPEC % ("second", "weights: start.keras\n  ", 3, "1e-30", 2, more))
        done = warm.specc("train", "spec.yaml", "--json")
        assert done.returncode == 0, done.stderr
        assert "weights of 2 of 2 layers (67 numbers) from start.keras, from its model `first`" in done.stderr
        losses.append(json.loads(done.stdout.splitlines()[-1])["metrics"]["test"]["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.parametrize(
    ("weights", "units", "code"),
    [
        ("{path: start.keras, missing: error}", 4, "weights-mismatch"),
        ("{path: other.keras, missing: allowed}", 3, "weights-mismatch"),
        ("{path: start.keras, freeze: true}", 3, "nothing-to-train"),
        ("spec.h5", 3, "not-weights"),
        ("spec.keras", 3, "not-an-archive"),
    ],
)
def test_what_forbids_training_is_one_finding(weights: str, units: int, code: str, project: Path) -> None:
    train("first").model.rename("start.keras")
    keras.Sequential([keras.Input((4,)), layers.Dense(2, name="strange")]).save("other.keras")
    Path("spec.h5").write_text("text")
    Path("spec.keras").write_text("text")
    with pytest.raises(specc.SpecError) as caught:
        train("second", weights, units=units)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert not Path("runs/second").exists()


def test_a_spec_without_data_can_be_asked(project: Path, warm: Warm) -> None:
    Path("net.yaml").write_text(
        "spec: 1\nmodel: {inputs: {x: [4]}, layers: [{Dense: 3, name: head}, {Dense: 2, name: new}]}\n"
    )
    keras.Sequential([keras.Input((4,)), layers.Dense(3, name="head")]).save_weights("a.weights.h5")
    done = warm.specc("weights", "a.weights.h5", "net.yaml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == ["  head  loaded", "  new   not in the file"]
