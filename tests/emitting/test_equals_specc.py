"""An emitted script makes the model that specc makes, and trains it to the same losses on the same rows."""

import ast
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

import specc
import specc.emitting
from specc.catalog import load
from specc.emitting.expressions import UnsupportedError
from specc.keras_target.build import build_model
from specc.plan import Outline
from specc.runs import read
from tests.emitting.specs import GALLERY, SPECS, TRAINED, checked, script_of, write
from tests.warm import Warm

pytestmark = pytest.mark.train

LARGE = {"vgg16", "resnet50"}
"""Whose parts others have too."""
MODELS = [*SPECS, *sorted({path.stem for path in GALLERY.glob("*.yaml")} - LARGE)]


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    """The scripts set the precision for the whole process."""
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("name", MODELS)
def test_the_model_is_the_same(name: str, project: Path) -> None:
    check_model(write(name, project))


@pytest.mark.parametrize("name", ["bottleneck", "repeats", "several-wires", "attention", "several-models", "unet"])
def test_layer_by_layer_it_is_the_same(name: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise UnsupportedError("as if this could not be told by functions")

    monkeypatch.setattr(specc.emitting, "structured_model", refuse)
    path = write(name, project)
    assert "for " not in script_of(path).partition("def build_model")[2].partition("def main")[0]
    check_model(path)


def check_model(path: Path) -> None:
    """The model of a spec's script has the names, the parameters and, from the same weights, the outputs of specc's."""
    _, model = checked(path)
    script = path.parent / "script.py"
    script.write_text(script_of(path), encoding="utf-8")
    keras.utils.clear_session()
    theirs = runpy.run_path(str(script))["build_model"]()
    precision = model.precision if isinstance(model, Outline) else model.runtime.precision
    assert {layer.dtype_policy.name for layer in theirs.layers if layer.weights} <= {precision}
    keras.utils.clear_session()
    keras.config.set_dtype_policy(precision)
    built, findings = build_model(model.graph, load())
    assert built, findings
    ours = built.model
    layers = [layer.name for layer in ours.layers]
    assert sorted(layer.name for layer in theirs.layers) == sorted(layers)
    assert theirs.count_params() == ours.count_params()
    for layer in ours.layers:
        theirs.get_layer(layer.name).set_weights(layer.get_weights())
    random = np.random.default_rng(0)
    batch = keras.tree.map_structure(lambda x: random.random((4, *x.shape[1:]), "float32"), ours.input)
    expected, given = ours(batch, training=False), theirs(batch, training=False)
    keras.tree.map_structure(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5, rtol=1e-5), expected, given)


@pytest.mark.parametrize("name", TRAINED)
def test_the_losses_are_the_same(name: str, project: Path, warm: Warm) -> None:
    path = write(name, project)
    outcome = specc.train(path, sets={"report": "false"})
    assert outcome.run
    history, _ = read(outcome.run.path)
    (project / "script.py").write_text(specc.emit(path), encoding="utf-8")
    python = sys.executable if name == "plain" else warm.programs / "python"
    done = subprocess.run([python, "script.py"], capture_output=True, text=True, check=False, cwd=project)
    assert done.returncode == 0, done.stderr
    metrics = ast.literal_eval(done.stdout.strip().splitlines()[-1])
    assert metrics == pytest.approx(dict(outcome.metrics["test"]), abs=1e-5, rel=1e-5)
    assert history.history.columns["loss"][-1] == pytest.approx(_losses(done.stdout)[-1], abs=1e-3)
    assert (project / f"{path.stem}.keras").is_file()


def _losses(output: str) -> list[float]:
    """The loss of each epoch as Keras' progress bar shows it."""
    words = output.replace("\x08", " ").split()
    return [float(words[at + 1]) for at, word in enumerate(words) if word == "loss:"]
