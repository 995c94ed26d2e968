"""Spec documents, the short form of them, and their text."""

from typing import Any

import pytest

from specc.catalog import load
from specc.importing.shortening import shorten
from specc.importing.writing import flow, write
from specc.language.read import read_text
from specc.language.tree import plain

CATALOG = load()


def model(*layers: Any, outputs: Any = None, inputs: Any = None) -> dict[str, Any]:
    last = layers[-1]["name"]
    return {
        "inputs": inputs or {"x": {"shape": [4], "dtype": "float32"}},
        "layers": list(layers),
        "outputs": outputs or {last: last},
    }


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            model(
                {"Dense": {"units": 4}, "name": "dense", "inputs": "x"}, {"ReLU": None, "name": "a", "inputs": "dense"}
            ),
            {"inputs": {"x": [4]}, "layers": [{"Dense": 4}, {"ReLU": None, "name": "a"}]},
        ),
        (
            model({"Dense": {"units": 4}, "name": "dense_1", "inputs": "x"}),
            {"inputs": {"x": [4]}, "layers": [{"Dense": 4, "name": "dense_1"}]},
        ),
        (
            model(
                {"Flatten": None, "name": "flatten", "inputs": "x"}, inputs={"x": {"shape": [4, 2], "dtype": "int32"}}
            ),
            {"inputs": {"x": {"shape": [4, 2], "dtype": "int32"}}, "layers": ["Flatten"]},
        ),
        (  # dense_1 comes second, so that it would be called `dense_1` anyway; `dense_3` would not
            model(
                {"Dense": {"units": 4}, "name": "dense", "inputs": "x"},
                {"Dense": {"units": 4}, "name": "dense_1", "inputs": "dense"},
                {"Dense": {"units": 4}, "name": "dense_3", "inputs": "dense_1"},
            ),
            {"inputs": {"x": [4]}, "layers": [{"Dense": 4}, {"Dense": 4}, {"Dense": 4, "name": "dense_3"}]},
        ),
        (
            model(
                {"Dense": {"units": 4}, "name": "dense", "inputs": "x"},
                {"share": "dense", "name": "dense_again", "inputs": "dense"},
                {"Add": None, "name": "add", "inputs": ["dense", "dense_again"]},
                outputs={"dense": "dense", "add": "add"},
            ),
            {
                "inputs": {"x": [4]},
                "layers": [{"Dense": 4}, {"share": "dense"}, {"Add": None, "inputs": ["dense", "dense_again"]}],
                "outputs": ["dense", "add"],
            },
        ),
        (
            model({"ReLU": None, "name": "re_lu", "inputs": "x"}, outputs={"y": "re_lu"}),
            {"inputs": {"x": [4]}, "layers": ["ReLU"], "outputs": {"y": "re_lu"}},
        ),
        (
            model(
                {
                    "Dense": {
                        "units": 4,
                        "kernel_regularizer": {"L2": {"l2": 0.1}},
                        "kernel_initializer": {"VarianceScaling": {"scale": 2.0}},
                    },
                    "name": "dense",
                    "inputs": "x",
                }
            ),
            {
                "inputs": {"x": [4]},
                "layers": [
                    {
                        "Dense": {
                            "units": 4,
                            "kernel_regularizer": {"L2": 0.1},
                            "kernel_initializer": {"VarianceScaling": {"scale": 2.0}},
                        }
                    }
                ],
            },
        ),
        (  # a mapping would be read as the arguments
            model({"TimeDistributed": {"layer": {"Dense": {"units": 4}}}, "name": "t", "inputs": "x"}),
            {"inputs": {"x": [4]}, "layers": [{"TimeDistributed": {"layer": {"Dense": 4}}, "name": "t"}]},
        ),
    ],
)
def test_shortening(document: dict[str, Any], expected: dict[str, Any]) -> None:
    assert shorten({"model": document}, CATALOG) == {"model": expected}


def test_a_model_whose_inputs_follow_from_the_data_is_a_list() -> None:
    chain: dict[str, Any] = {
        "inputs": {},
        "layers": [{"ReLU": None, "name": "re_lu", "inputs": "input"}],
        "outputs": None,
    }
    assert shorten({"model": chain}, CATALOG) == {"model": ["ReLU"]}


def test_training_is_shortened_too() -> None:
    section = {
        "loss": {"a": "mse", "b": {"CategoricalCrossentropy": {"label_smoothing": 0.1}}},
        "optimizer": {"Adam": {"learning_rate": 0.01}},
        "metrics": {"a": ["mae"]},
    }
    assert shorten({"training": section}, CATALOG) == {"training": section | {"optimizer": {"Adam": 0.01}}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Add": None, "inputs": ["a", "b"]}, "{Add, inputs: [a, b]}"),
        ({"ops.abs": None, "name": "x"}, "{ops.abs, name: x}"),
        ({"Dropout": {"rate": 0.2, "noise_shape": [None, 1]}}, "{Dropout: {rate: 0.2, noise_shape: [null, 1]}}"),
        (1e-5, "1e-5"),
        (1.001e-05, "1.001e-5"),
        (1e22, "1e22"),
        (0.5, "0.5"),
        (True, "true"),
        ("true", "'true'"),
        ("1e-5", "'1e-5'"),
        ("...a,a->...a", "'...a,a->...a'"),
        ("a: b", "'a: b'"),
        ("a\nb", '"a\\nb"'),
        ("", "''"),
        ("null", "'null'"),
        ("- x", "'- x'"),
        ("größe", "größe"),
        ("#", "'#'"),
        ("a #b", "'a #b'"),
        ("$x", "$x"),
        ("{", "'{'"),
        ("$(2 * filters)", "$(2 * filters)"),
        ("$(['b', 'c'][index])", """"$(['b', 'c'][index])\""""),
        ("$(min(a, b))", "'$(min(a, b))'"),
        ("it's", "it's"),
    ],
)
def test_values_read_back_as_they_are(value: Any, text: str) -> None:
    assert flow(value) == text
    tree, findings = read_text(f"- {text}\n", "x.yaml")
    assert tree is not None, findings
    assert plain(tree) == [value]


LAYER = {"Conv2D": {"filters": 8, "kernel_size": 3, "padding": "same", "activation": "relu"}}
LONG = {"Conv2D": LAYER["Conv2D"] | {"kernel_regularizer": {"L2": 0.001}, "bias_regularizer": {"L2": 0.001}}}


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        (["Flatten", {"Dense": 10}], ["model:", "  - Flatten", "  - Dense: 10"]),
        (
            {"inputs": {"x": [4]}, "layers": [LAYER | {"name": "c"}, "Flatten"]},
            [
                "model:",
                "  inputs: {x: [4]}",
                "  layers:",
                "    - {Conv2D: {filters: 8, kernel_size: 3, padding: same, activation: relu}, name: c}",
                "    - Flatten",
            ],
        ),
        (
            [LONG | {"name": "convolution"}, "Flatten"],
            [
                "model:",
                "  - Conv2D:",
                "      filters: 8",
                "      kernel_size: 3",
                "      padding: same",
                "      activation: relu",
                "      kernel_regularizer: {L2: 0.001}",
                "      bias_regularizer: {L2: 0.001}",
                "    name: convolution",
                "  - Flatten",
            ],
        ),
        (
            [LAYER | {"name": "a_name_of_some_length", "inputs": ["some_other_name_of_length", "x"]}],
            [
                "model:",
                "  - Conv2D: {filters: 8, kernel_size: 3, padding: same, activation: relu}",
                "    name: a_name_of_some_length",
                "    inputs: [some_other_name_of_length, x]",
            ],
        ),
        (
            [{"parallel": {"branches": [[{"Dense": 4}, "ReLU"], []], "merge": "Add"}, "name": "sum"}],
            [
                "model:",
                "  - parallel:",
                "      branches:",
                "        - [{Dense: 4}, ReLU]",
                "        - []",
                "      merge: Add",
                "    name: sum",
            ],
        ),
    ],
)
def test_lines(model: Any, lines: list[str]) -> None:
    text = write({"model": model}, "Imported from x")
    assert text.splitlines() == ["# Imported from x", *lines]
    tree, _ = read_text(text, "x.yaml")
    assert tree is not None
    assert plain(tree) == {"model": model}
