"""A number that is learnt on another scale: the loss is on that scale, everything that people see is on its own."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from specc.catalog import load
from specc.check import check
from specc.data.layout import Affine
from specc.data.preprocessing import fit_affine
from specc.keras_target.build import build_model
from specc.keras_target.scales import from_scale, to_scales
from specc.keras_target.serving import serving_model
from specc.plan import Plan
from specc.training.compilation import compile_model
from specc.training.predictions import prediction_table

pytestmark = [
    pytest.mark.train,
    # Keras 3.15 saves variables of TensorFlow so; under `specc train` its warnings are not shown.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
]

ONE = """
spec: 1
data: {table: [{x: 1, y: 10}, {x: 2, y: 30}, {x: 3, y: 20}, {x: 4, y: 95}], target: y, split: {validation: 0, test: 0}}
model: [Output]
"""
TWO = """
spec: 1
data:
  table: [{x: 1, y: 10, z: a}, {x: 2, y: 30, z: b}, {x: 3, y: 20, z: a}, {x: 4, y: 95, z: b}]
  target: [y, z]
  split: {validation: 0, test: 0}
model: {layers: [{Output: , name: y, inputs: input}, {Output: , name: z, inputs: input}], outputs: {y: y, z: z}}
training: {metrics: {y: [MeanAbsoluteError, RootMeanSquaredError], z: [accuracy]}}
"""
X, Y = np.array([[1], [2], [3], [4]], "float32"), np.array([[10], [30], [20], [95]], "float32")


def built(project: Path, text: str) -> tuple[Any, Plan]:
    (project / "spec.yaml").write_text(text)
    checked = check(project / "spec.yaml")
    assert checked.plan is not None, checked.findings
    model, findings = build_model(checked.plan.graph, load())
    assert model is not None, findings
    return model.model, checked.plan


@pytest.mark.parametrize("scale", ["standard", "minmax", "robust", "log"])
def test_there_and_back(scale: str) -> None:
    values = np.array([-1e4, -3, 0, 0.5, 7, 1e5], "float32")
    affine = fit_affine(values, scale)
    there = to_scales([affine], values[:, None])
    np.testing.assert_allclose(np.asarray(from_scale(affine, there))[:, 0], values, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("scale", ["standard", "minmax", "robust", "log"])
def test_one_output(project: Path, tmp_path: Path, scale: str) -> None:
    model, plan = built(project, ONE)
    affine = fit_affine(Y[:, 0], scale)
    compile_model(model, plan, load(), {"output": affine})
    model.fit(X, Y, verbose=0)
    logs = model.evaluate(X, Y, return_dict=True, verbose=0)
    learnt = np.asarray(model(X))
    np.testing.assert_allclose(logs["loss"], np.mean((np.asarray(to_scales([affine], Y)) - learnt) ** 2), rtol=1e-5)
    own = np.asarray(from_scale(affine, learnt))
    np.testing.assert_allclose(logs["mean_absolute_error"], np.abs(Y - own).mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["root_mean_squared_error"], ((Y - own) ** 2).mean() ** 0.5, rtol=1e-5)
    served = serving_model(model, None, plan.losses, load(), {"output": affine})
    served.save(tmp_path / "served.keras")
    again = keras.saving.load_model(tmp_path / "served.keras", safe_mode=True)
    np.testing.assert_allclose(np.asarray(again(X)), own, rtol=1e-6)
    header, rows = prediction_table(plan, np.arange(4), {"output": Y}, {"output": learnt}, load(), {"output": affine})
    assert header == ["index", "y target", "y prediction"]
    np.testing.assert_allclose(np.array(rows, float), np.concatenate([np.arange(4)[:, None], Y, own], 1), rtol=1e-5)


def test_training_is_that_on_scaled_targets(project: Path) -> None:
    affine = Affine(38.75, 33.0)
    weights = []
    for targets, scalings in ((Y, {"output": affine}), ((Y - affine.shift) / affine.scale, {})):
        keras.utils.set_random_seed(3)
        model, plan = built(project, ONE)
        compile_model(model, plan, load(), scalings)
        model.fit(X, targets, epochs=5, shuffle=False, verbose=0)
        weights.append([np.asarray(each) for each in model.weights])
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_one_of_two_outputs(project: Path) -> None:
    model, plan = built(project, TWO)
    affine = Affine(38.75, 33.0)
    compile_model(model, plan, load(), {"y": affine})
    logs = model.evaluate(X, {"y": Y, "z": np.array([[0], [1], [0], [1]])}, return_dict=True, verbose=0)
    outputs = {name: np.asarray(values) for name, values in model(X).items()}
    own = np.asarray(from_scale(affine, outputs["y"]))
    np.testing.assert_allclose(logs["y_mean_absolute_error"], np.abs(Y - own).mean(), rtol=1e-5)
    served = serving_model(model, None, plan.losses, load(), {"y": affine})(X)
    np.testing.assert_allclose(np.asarray(served["y"]), own, rtol=1e-6)
    np.testing.assert_allclose(np.asarray(served["z"]).sum(-1), 1, rtol=1e-6)


def test_metrics_keep_their_direction(project: Path) -> None:
    model, plan = built(project, ONE)
    compile_model(model, plan, load(), {"output": Affine(1.0, 2.0)})
    stopping = keras.callbacks.EarlyStopping("mean_absolute_error", patience=0, min_delta=0)
    model.fit(X, Y, epochs=2, callbacks=[stopping], verbose=0)
    assert stopping.monitor_op is keras.ops.less
