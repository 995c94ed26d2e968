"""Configs with random damage: findings or a spec, never an exception."""

import copy
import json
import random
from typing import Any

import pytest

from specc.catalog import load
from specc.importing.compiling import training_section
from specc.importing.converting import convert
from specc.importing.folding import fold
from specc.importing.reading import parse
from specc.importing.shortening import shorten
from specc.importing.writing import write
from specc.language.read import read_text
from tests.importing.configs import (
    Config,
    X,
    called,
    converted,
    functional,
    input_layer,
    keras_object,
    layer,
    operation,
    policy,
    sequential,
    tensor,
)

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    3,
    1e300,
    10**9,
    "",
    "x",
    "$x",
    "a b",
    "é",
    [],
    {},
    [[]],
    [None],
    {"class_name": 1},
]
L2 = keras_object("keras.regularizers", "L2", l2=0.1)
INNER = functional(
    {"i": ["i", 0, 0]},
    [["p", 0, 0], ["q", 0, 0]],
    called(input_layer("i", 4)),
    called(layer("Dense", "p", units=4), tensor("i")),
    called(layer("Dense", "q", units=4), tensor("p"), tensor("q")),
    name="inner",
)
MODELS = [
    functional(
        X,
        {"out": ["sum", 0, 0], "state": ["lstm", 0, 1]},
        called(input_layer("x", 3, 4)),
        called(
            layer("Dense", "d", units=4, dtype=policy("float32"), kernel_regularizer=L2),
            tensor("x", shape=(None, 3, 4)),
        ),
        called(layer("LSTM", "lstm", units=4, return_state=True), tensor("d"), mask=None, training=False),
        called(INNER, {"i": tensor("lstm")}),
        called(operation("Multiply", "m"), (tensor("inner", 0, 1), 2.0)),
        called(layer("Add", "sum"), [tensor("m"), tensor("lstm")]),
        compile_config={
            "optimizer": keras_object("keras.optimizers", "Adam", learning_rate=0.001),
            "loss": {"out": "mse", "state": keras_object("keras.losses", "Huber", delta=1.0)},
            "metrics": [["mae"], []],
            "loss_weights": {"out": 1.0},
        },
    ),
    sequential(
        input_layer("x", 8, 8, 3),
        layer("Conv2D", "c", filters=4, kernel_size=[3, 3], strides=[1, 1], activation="relu"),
        layer("MaxPooling2D", "p", pool_size=[2, 2], strides=[2, 2]),
        layer("Bidirectional", "b", layer=layer("LSTM", "l", units=2), backward_layer=layer("LSTM", "k", units=2)),
        layer("Flatten", "f"),
        layer("Dense", "d", units=3),
    ),
]  # fmt: skip


def damaged(config: Config, dice: random.Random) -> Any:
    """The config with one to three of its values, keys or items changed."""
    config = copy.deepcopy(config)
    for _ in range(dice.randint(1, 3)):
        places = list(_places(config))
        holder, key = dice.choice(places)
        change = dice.random()
        if change < 0.2:
            del holder[key]
        elif change < 0.4:
            other, name = dice.choice(places)
            holder[key] = copy.deepcopy(other[name]) if name in other or isinstance(name, int) else None
        else:
            holder[key] = copy.deepcopy(dice.choice(ODD))
        if not list(_places(config)):
            break
    return config


def _places(value: Any) -> Any:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)


def check(config: Any) -> None:
    catalog = load()
    file, _, findings = parse(json.dumps(config), "model.json")
    if file is None:
        assert findings
        return
    found, findings = convert(file.tree, catalog)
    if found is None:
        assert findings
        return
    training, _ = training_section(file.tree, found.outputs, catalog)
    document = {"model": found.model, "models": found.models, "training": training}
    if found.model["inputs"]:
        document |= fold(found.model)
    text = write(shorten(document, catalog))
    tree, faults = read_text(text, "spec.yaml")
    assert tree is not None, (faults, text)


@pytest.mark.parametrize("seed", range(300))
def test_damage_is_a_finding(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  the same damage each time
    check(damaged(dice.choice(MODELS), dice))


@pytest.mark.parametrize("config", MODELS, ids=["functional", "sequential"])
def test_without_damage_there_is_a_spec(config: Config) -> None:
    found, findings = converted(config)
    assert found is not None, findings
