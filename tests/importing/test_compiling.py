"""What a model was compiled with, as the `training` section."""

import json
from typing import Any

import pytest

from specc.catalog import load
from specc.importing.compiling import training_section
from specc.importing.reading import parse
from tests.importing.configs import keras_object

ONE, TWO = {"y": "y"}, {"a": "first", "b": "second"}


def compiled(outputs: dict[str, str], **config: Any) -> tuple[dict[str, Any], list[str]]:
    file, _, _ = parse(json.dumps({"class_name": "Sequential", "config": {}, "compile_config": config}), "m.json")
    assert file is not None
    section, findings = training_section(file.tree, outputs, load())
    return section, [finding.code for finding in findings]


FUNCTION = {"module": "builtins", "class_name": "function", "registered_name": "function"}
ADAM = keras_object("keras.optimizers", "Adam", name="adam", learning_rate=0.0010000000474974513, beta_1=0.9)
COSINE = keras_object("keras.optimizers.schedules", "CosineDecay", initial_learning_rate=0.1, decay_steps=9, alpha=0.0)


@pytest.mark.parametrize(
    ("outputs", "config", "expected"),
    [
        (ONE, {}, {}),
        (ONE, {"optimizer": None, "loss": None, "metrics": None}, {}),
        (ONE, {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]},
         {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]}),
        (ONE, {"optimizer": ADAM}, {"optimizer": "Adam"}),
        (ONE, {"optimizer": keras_object("keras.optimizers", "SGD", learning_rate=0.10000000149011612, momentum=0.9)},
         {"optimizer": {"SGD": {"learning_rate": 0.1, "momentum": 0.9}}}),
        (ONE, {"optimizer": keras_object("keras.optimizers", "SGD", learning_rate=COSINE)},
         {"optimizer": {"SGD": {"learning_rate": {"CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 9}}}}}),
        (ONE, {"loss": keras_object("keras.losses", "Huber", name="huber", delta=2.0, reduction="sum_over_batch_size")},
         {"loss": {"Huber": {"delta": 2.0}}}),
        (ONE, {"loss": ["mse"], "metrics": [["mae", "mse"]], "loss_weights": [2.0]},
         {"loss": "mse", "metrics": ["mae", "mse"], "loss_weights": {"y": 2.0}}),
        (ONE, {"metrics": [keras_object("keras.metrics", "AUC", name="auc")]}, {"metrics": ["AUC"]}),
        (ONE, {"metrics": [keras_object("keras.metrics", "AUC", name="area")]},
         {"metrics": [{"AUC": {"name": "area"}}]}),
        (ONE, {"run_eagerly": False, "jit_compile": "auto", "steps_per_execution": 1, "auto_scale_loss": True}, {}),
        (ONE, {"loss": FUNCTION | {"config": "mean_squared_error"}}, {"loss": "mean_squared_error"}),
        (ONE, {"loss": keras_object("keras.losses", "Huber", name="huber_loss", delta=1.0)}, {"loss": "Huber"}),
        (TWO, {"loss": {"b": "mae", "a": "mse"}, "loss_weights": {"a": 1.0, "b": 0.5}},
         {"loss": {"second": "mae", "first": "mse"}, "loss_weights": {"first": 1.0, "second": 0.5}}),
        (TWO, {"loss": ["mse", None], "metrics": [["mae"], []]},
         {"loss": {"first": "mse"}, "metrics": {"first": ["mae"]}}),
        (TWO, {"loss": "mse"}, {"loss": {"first": "mse", "second": "mse"}}),
    ],
)  # fmt: skip
def test_sections(outputs: dict[str, str], config: dict[str, Any], expected: dict[str, Any]) -> None:
    assert compiled(outputs, **config) == (expected, [])


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"loss": {"module": "builtins", "class_name": "function", "config": "my_loss"}}, "no-counterpart"),
        ({"loss": "my_loss"}, "no-counterpart"),
        ({"optimizer": keras_object("my.module", "MyAdam")}, "no-counterpart"),
        ({"metrics": [keras_object("keras.metrics", "MeanMetricWrapper", fn="f")]}, "no-counterpart"),
        ({"loss": {"nothing": "mse"}}, "not-a-model"),
        ({"loss": ["mse", "mse"]}, "not-a-model"),
        ({"loss_weights": "a"}, "not-a-model"),
        ({"loss": FUNCTION | {"config": "mean_squared_error", "module": "os"}}, "no-counterpart"),
        ({"weighted_metrics": ["mae"]}, "not-kept"),
        ({"run_eagerly": True}, "not-kept"),
        ({"jit_compile": True}, "not-kept"),
        ({"steps_per_execution": 8}, "not-kept"),
        ({"auto_scale_loss": False}, "not-kept"),
    ],
)
def test_what_cannot_be_kept(config: dict[str, Any], code: str) -> None:
    assert compiled(ONE, **config) == ({}, [code])


def test_the_delta_that_keras_forgets() -> None:
    assert compiled(ONE, loss=keras_object("keras.losses", "Huber", name="huber")) == ({"loss": "Huber"}, ["not-kept"])


def test_the_name_of_a_loss_is_not_kept() -> None:
    named = keras_object("keras.losses", "MeanSquaredError", name="mine", reduction="sum_over_batch_size")
    assert compiled(ONE, loss=named) == ({"loss": "MeanSquaredError"}, ["not-kept"])
