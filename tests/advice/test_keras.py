"""What the rules take for Keras' behaviour, against Keras: log names, and which direction of a metric is better."""

from pathlib import Path
from typing import Any

import pytest

from specc.advice.lognames import NEITHER, UP, log_names
from specc.advice.view import view
from specc.catalog import load
from specc.check import check
from tests.advice.cases import spec

pytestmark = pytest.mark.train

ARGUMENTS: dict[str, dict[str, Any]] = {
    "IoU": {"num_classes": 3, "target_class_ids": [0]},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 3},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}

ONE = spec(
    "[{Dense: {units: 1, activation: sigmoid}}]",
    "metrics: [acc, AUC, {AUC: {curve: PR}}, mse, {MeanSquaredError: {name: e}}, LogCoshError, TruePositives]",
    "binary",
)
TWO = spec(
    "{layers: [{Dense: 3, name: species, inputs: input}, {Dense: 1, name: width, inputs: input}], "
    "outputs: {species: species, petal_width: width}}",
    "metrics: {petal_width: [mae, R2Score]}",
    "{dataset: iris, target: [species, petal_width], inputs: {input: [sepal_length, sepal_width, petal_length]}}",
)
VECTORS = spec(
    "[{Dense: {units: 3, activation: softmax}}]",
    "loss: CategoricalCrossentropy, "
    "metrics: [accuracy, F1Score, {FBetaScore: macro}, {R2Score: {class_aggregation: null}}, "
    "{Precision: [0.3, 0.5]}, {Recall: [0.5]}, {TruePositives: {thresholds: [0.3, 0.5], name: hits}}, "
    "{AUC: {thresholds: [0.3, 0.5]}}, F1Score]",
)


def test_directions() -> None:
    import keras

    catalog = load()
    for name in catalog.names("metric"):
        facts = catalog.find("metric", name)
        if facts is None or facts.path is None:
            continue
        metric = getattr(keras.metrics, name)(**ARGUMENTS.get(name, {}))
        expected = {"up": name in UP, "down": name not in UP | NEITHER, None: name in NEITHER}
        assert expected[getattr(metric, "_direction", None)], name


@pytest.mark.parametrize("text", [ONE, TWO, VECTORS], ids=["one output", "two outputs", "several numbers"])
def test_log_names(project: Path, text: str) -> None:
    import keras
    import numpy as np

    from specc.engine.listening import as_logs
    from specc.keras_target.build import build_model
    from specc.training.compilation import compile_model

    (project / "spec.yaml").write_text(text)
    plan = check(project / "spec.yaml").plan
    assert plan is not None
    keras.utils.clear_session()
    built, _ = build_model(plan.graph, load())
    assert built is not None
    compile_model(built.model, plan, load())
    inputs = np.zeros((4, *built.model.inputs[0].shape[1:]), "float32")
    targets = {name: np.zeros((4, 3 if name in plan.one_hot else 1), "int32") for name in plan.targets}
    logs = built.model.evaluate(
        inputs, targets if len(targets) > 1 else next(iter(targets.values())), return_dict=True, verbose=0
    )
    assert set(log_names(view(plan, load()))) == set(as_logs(logs))
