"""Configs of Keras models and the flat documents that they become."""

from typing import Any

import pytest

from tests.importing.configs import (
    Config,
    X,
    called,
    chain,
    converted,
    functional,
    input_layer,
    keras_object,
    layer,
    net,
    operation,
    policy,
    sequential,
    tensor,
)

GLOROT = keras_object("keras.initializers", "GlorotUniform", seed=None, input_axes=None, output_axes=None)
ZEROS = keras_object("keras.initializers", "Zeros")
PAIR = {"class_name": "__tuple__", "config": {"value": [2, 2]}}


def dense(name: str = "dense", units: int = 4, **more: Any) -> Config:
    return layer(
        "Dense",
        name,
        **{
            "dtype": policy("float32"),
            "units": units,
            "activation": "linear",
            "use_bias": True,
            "kernel_initializer": GLOROT,
            "bias_initializer": ZEROS,
            "kernel_regularizer": None,
            **more,
        },
    )


def lone(described: Config, *shape: int | None) -> Any:
    """The entry of a layer that stands alone in a model, without its name and wires."""
    found, findings = converted(sequential(input_layer("x", *(shape or (4,))), described))
    assert found is not None, findings
    (entry,) = found.model["layers"]
    return {key: value for key, value in entry.items() if key not in ("name", "inputs")}


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (dense(), {"Dense": {"units": 4}}),
        (dense(activation="relu", trainable=False), {"Dense": {"units": 4, "activation": "relu", "trainable": False}}),
        (
            dense(use_bias=False, dtype=policy("float64")),
            {"Dense": {"units": 4, "use_bias": False, "dtype": "float64"}},
        ),
        (
            dense(kernel_initializer=keras_object("keras.initializers", "HeNormal", seed=None)),
            {"Dense": {"units": 4, "kernel_initializer": "he_normal"}},
        ),
        (
            dense(bias_initializer=keras_object("keras.initializers", "Constant", value=0.5)),
            {"Dense": {"units": 4, "bias_initializer": {"Constant": {"value": 0.5}}}},
        ),
        (
            dense(kernel_regularizer=keras_object("keras.regularizers", "L2", l2=9.999999747378752e-05)),
            {"Dense": {"units": 4, "kernel_regularizer": {"L2": {"l2": 1e-4}}}},
        ),
        (
            dense(kernel_constraint=keras_object("keras.constraints", "MaxNorm", max_value=3, axis=0)),
            {"Dense": {"units": 4, "kernel_constraint": {"MaxNorm": {"max_value": 3}}}},
        ),
        (layer("Flatten", "f", data_format="channels_last"), {"Flatten": None}),
        (layer("MaxPooling2D", "p", pool_size=[2, 2], strides=[2, 2], padding="valid"), {"MaxPooling2D": None}),
        (layer("MaxPooling2D", "p", pool_size=[3, 3], strides=[3, 3]), {"MaxPooling2D": {"pool_size": 3}}),
        (
            layer("MaxPooling2D", "p", pool_size=[3, 3], strides=[2, 2]),
            {"MaxPooling2D": {"pool_size": 3, "strides": 2}},
        ),
        (layer("ZeroPadding2D", "p", padding=[[3, 3], [3, 3]]), {"ZeroPadding2D": {"padding": 3}}),
        (layer("ZeroPadding2D", "p", padding=[[1, 1], [2, 2]]), {"ZeroPadding2D": {"padding": [1, 2]}}),
        (layer("Cropping2D", "p", cropping=[[0, 1], [0, 1]]), {"Cropping2D": {"cropping": [[0, 1], [0, 1]]}}),
        (layer("Reshape", "r", target_shape=PAIR), {"Reshape": {"target_shape": [2, 2]}}),
        (layer("Dropout", "d", rate=0.5, seed=7, noise_shape=None), {"Dropout": {"rate": 0.5, "seed": 7}}),
        (
            layer("TimeDistributed", "t", layer=dense("inner")),
            {"TimeDistributed": {"layer": {"Dense": {"units": 4}}}},
        ),
        (
            layer(
                "Bidirectional",
                "b",
                merge_mode="concat",
                layer=layer("LSTM", "forward", units=3, go_backwards=False, zero_output_for_mask=True),
                backward_layer=layer("LSTM", "backward", units=3, go_backwards=True, zero_output_for_mask=True),
            ),
            {"Bidirectional": {"layer": {"LSTM": {"units": 3}}}},
        ),
        (
            layer(
                "Bidirectional",
                "b",
                merge_mode="sum",
                layer=layer("LSTM", "forward", units=3, go_backwards=False),
                backward_layer=layer("GRU", "backward", units=3, go_backwards=True),
            ),
            {
                "Bidirectional": {
                    "layer": {"LSTM": {"units": 3}},
                    "merge_mode": "sum",
                    "backward_layer": {"GRU": {"units": 3, "go_backwards": True}},
                }
            },
        ),
    ],
)
def test_arguments(described: Config, expected: Any) -> None:
    assert lone(described) == expected


def test_a_sequential_model_is_a_chain() -> None:
    found, findings = converted(sequential(input_layer("x", 8, dtype="int32"), dense("a"), dense("b")))
    assert found is not None
    assert findings == []
    assert found.model == {
        "inputs": {"x": {"shape": [8], "dtype": "int32"}},
        "layers": [
            {"Dense": {"units": 4}, "name": "a", "inputs": "x"},
            {"Dense": {"units": 4}, "name": "b", "inputs": "a"},
        ],
        "outputs": {"b": "b"},
    }


def test_a_sequential_model_without_inputs_leaves_them_to_the_data() -> None:
    found, _ = converted(sequential(dense("a")))
    assert found is not None
    assert found.model["inputs"] == {}


def layers_of(*described: Config, outputs: Any) -> list[Any]:
    found, findings = converted(net(outputs, *described))
    assert found is not None, findings
    return list(found.model["layers"])


def test_branches_stand_in_the_order_in_which_they_are_merged() -> None:
    """Keras lists layers by their distance from the end."""
    assert layers_of(
        called(dense("stem"), tensor("x")),
        called(dense("second"), tensor("first_b")),
        called(dense("first_b"), tensor("stem")),
        called(dense("first_a"), tensor("stem")),
        called(layer("Add", "add"), [tensor("first_a"), tensor("second")]),
        outputs=["add", 0, 0],
    ) == [
        {"Dense": {"units": 4}, "name": "stem", "inputs": "x"},
        {"Dense": {"units": 4}, "name": "first_a", "inputs": "stem"},
        {"Dense": {"units": 4}, "name": "first_b", "inputs": "stem"},
        {"Dense": {"units": 4}, "name": "second", "inputs": "first_b"},
        {"Add": None, "name": "add", "inputs": ["first_a", "second"]},
    ]


def test_a_layer_that_is_called_twice_is_shared() -> None:
    assert layers_of(
        called(dense("a"), tensor("x"), tensor("a")),
        called(layer("ReLU", "relu"), tensor("a", 1)),
        outputs=[["relu", 0, 0]],
    ) == [
        {"Dense": {"units": 4}, "name": "a", "inputs": "x"},
        {"share": "a", "name": "a_again", "inputs": "a"},
        {"ReLU": None, "name": "relu", "inputs": "a_again"},
    ]


def test_several_outputs_of_a_layer_get_names() -> None:
    assert layers_of(
        called(layer("LSTM", "lstm", units=2, return_state=True), tensor("x", shape=(None, 3, 4)), training=False),
        called(layer("Add", "add"), [tensor("lstm", 0, 1), tensor("lstm", 0, 2)]),
        outputs=["add", 0, 0],
    ) == [
        {
            "LSTM": {"units": 2, "return_state": True},
            "name": "lstm",
            "inputs": "x",
            "outputs": ["lstm", "lstm_h", "lstm_c"],
        },
        {"Add": None, "name": "add", "inputs": ["lstm_h", "lstm_c"]},
    ]


def test_what_goes_in_beside_the_first_input_goes_by_name() -> None:
    attention = layer("MultiHeadAttention", "mha", num_heads=2, key_dim=4, value_dim=4, attention_axes=[1])
    x = tensor("x", shape=(None, 3, 4))
    assert layers_of(called(attention, (x, x), use_causal_mask=True), outputs=["mha", 0, 0]) == [
        {
            "MultiHeadAttention": {"num_heads": 2, "key_dim": 4, "use_causal_mask": True},
            "name": "mha",
            "inputs": {"query": "x", "value": "x"},
        }
    ]


Y = tensor("x")


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (called(operation("Add", "o"), (Y, Y)), {"ops.add": None, "inputs": {"x1": "x", "x2": "x"}}),
        (called(operation("Multiply", "o"), (Y, 2.0)), {"ops.multiply": {"x2": 2.0}, "inputs": "x"}),
        (called(operation("Subtract", "o"), (1, Y)), {"ops.subtract": {"x1": 1}, "inputs": {"x2": "x"}}),
        (called(operation("Max", "o", axis=-1), Y), {"ops.max": {"axis": -1}, "inputs": "x"}),
        (called(operation("Mean", "o", axis=None, keepdims=False), Y), {"ops.mean": None, "inputs": "x"}),
        (called(operation("Stack", "o", axis=-1), [Y, Y]), {"ops.stack": {"axis": -1}, "inputs": ["x", "x"]}),
        (called(operation("Absolute", "o"), Y), {"ops.abs": None, "inputs": "x"}),
        (  # the last axis of what goes in, and not of what comes out
            called(operation("OneHot", "o", num_classes=3, axis=1), Y),
            {"ops.one_hot": {"num_classes": 3, "axis": 1}, "inputs": "x"},
        ),
        (called(operation("Softmax", "o", axis=-1), Y), {"ops.softmax": None, "inputs": "x"}),
    ],
)  # fmt: skip
def test_operations(described: Config, expected: Any) -> None:
    (entry,) = layers_of(described, outputs=["o", 0, 0])
    assert entry == expected | {"name": "o"}


def test_several_inputs_and_outputs() -> None:
    found, _ = converted(
        functional(
            {"b": ["second", 0, 0], "a": X},
            {"sum": ["add", 0, 0], "left": ["left", 0, 0]},
            called(input_layer("x", 4)),
            called(input_layer("second", 4)),
            called(dense("left"), tensor("x")),
            called(layer("Add", "add"), [tensor("left"), tensor("second")]),
        )
    )
    assert found is not None
    assert list(found.model["inputs"]) == ["x", "second"]
    assert found.model["outputs"] == {"left": "left", "sum": "add"}
    assert found.outputs == {"left": "left", "sum": "sum"}


def test_nested_models() -> None:
    inner = functional(
        ["i", 0, 0],
        [["p", 0, 0], ["q", 0, 0]],
        called(input_layer("i", 4)),
        called(dense("p"), tensor("i")),
        called(dense("q"), tensor("p")),
        name="inner",
    )
    nested = sequential(input_layer("j", 4), dense("r"), name="chain")
    found, findings = converted(
        net(
            ["add", 0, 0],
            called(nested, tensor("x")),
            called(inner, tensor("chain"), mask=None),
            called(layer("Add", "add"), [tensor("inner", 0, 0), tensor("inner", 0, 1)]),
        )
    )
    assert found is not None, findings
    assert list(found.models) == ["chain", "inner"]
    assert found.models["inner"]["outputs"] == {"p": "p", "q": "q"}
    assert found.model["layers"] == [
        {"model": "chain", "name": "chain", "inputs": "x"},
        {"model": "inner", "name": "inner", "inputs": "chain", "outputs": ["inner", "inner_q"]},
        {"Add": None, "name": "add", "inputs": ["inner", "inner_q"]},
    ]


def test_names_that_no_spec_has_are_changed_with_a_warning() -> None:
    found, findings = converted(chain(dense("a.1"), dense("größe"), dense("2nd")))
    assert found is not None
    assert [entry["name"] for entry in found.model["layers"]] == ["a_1", "gr_e", "_2nd"]
    assert [finding.code for finding in findings] == ["renamed-layer"] * 3


def test_a_fixed_batch_size_is_not_kept() -> None:
    described = input_layer("x", 4)
    described["config"]["batch_shape"][0] = 16
    found, findings = converted(sequential(described, dense()))
    assert found is not None
    assert [finding.code for finding in findings] == ["not-kept"]


def test_the_layers_that_only_applications_have() -> None:
    home = "keras.src.applications.convnext"
    scale = keras_object(home, "LayerScale", name="s", init_values=1e-6, projection_dim=4) | {
        "registered_name": "LayerScale",
        "build_config": {"input_shape": [None, 8, 8, 4]},
    }
    assert lone(scale, 8, 8, 4) == {
        "EinsumDense": {
            "equation": "...a,a->...a",
            "output_shape": 4,
            "kernel_initializer": {"Constant": 1e-6},
        }
    }
    depth = keras_object(home, "StochasticDepth", name="s", drop_path_rate=0.2)
    assert lone(depth, 8, 8, 4) == {"Dropout": {"rate": 0.2, "noise_shape": [None, 1, 1, 1]}}


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (layer("RandomRotation", "r", factor=[-0.1, 0.1]), {"RandomRotation": {"factor": 0.1}}),
        (layer("RandomRotation", "r", factor=[-0.1, 0.2]), {"RandomRotation": {"factor": [-0.1, 0.2]}}),
        (dense(lora_rank=2, lora_alpha=2), {"Dense": {"units": 4, "lora_rank": 2}}),
        (dense(lora_rank=2, lora_alpha=4), {"Dense": {"units": 4, "lora_rank": 2, "lora_alpha": 4}}),
        (
            layer("MelSpectrogram", "m", fft_length=512, sequence_length=512, max_freq=8000.0),
            {"MelSpectrogram": {"fft_length": 512}},
        ),
        (
            layer("Discretization", "d", bin_boundaries=[0.5, 1.5], num_bins=3),
            {"Discretization": {"bin_boundaries": [0.5, 1.5]}},
        ),
    ],
)
def test_what_follows_is_left_out(described: Config, expected: Any) -> None:
    assert lone(described) == expected


@pytest.mark.parametrize(
    ("axis", "expected"), [(-1, None), ([2], None), (2, None), (1, {"axis": 1}), ([1, 2], {"axis": [1, 2]})]
)
def test_axes_are_counted_from_either_end(axis: Any, expected: Any) -> None:
    described = called(layer("LayerNormalization", "n", axis=axis), tensor("x", shape=(None, 3, 4)))
    assert layers_of(described, outputs=["n", 0, 0]) == [{"LayerNormalization": expected, "name": "n", "inputs": "x"}]


@pytest.mark.parametrize("training", [True, False, None])
def test_whether_a_layer_trains_is_for_keras_to_say(training: bool | None) -> None:
    described = called(layer("Dropout", "d", rate=0.5), tensor("x"), training=training)
    found, findings = converted(net(["d", 0, 0], described))
    assert found is not None, findings
    assert found.model["layers"] == [{"Dropout": {"rate": 0.5}, "name": "d", "inputs": "x"}]


@pytest.mark.parametrize(("inner", "expected"), [("mine", ["not-kept"]), ("dense_3", []), ("forward_dense", [])])
def test_names_inside_wrappers(inner: str, expected: list[str]) -> None:
    found, findings = converted(sequential(input_layer("x", 5, 4), layer("TimeDistributed", "t", layer=dense(inner))))
    assert found is not None
    assert [finding.code for finding in findings] == expected


@pytest.mark.parametrize("old", [True, False], ids=["Keras 2", "Keras 3"])
def test_how_calls_of_a_model_are_counted(old: bool) -> None:
    """From 1 where Keras 2 wrote them and among a model's outputs, from 0 in what Keras 3 writes at a layer."""
    inner = functional(["y", 0, 0], ["d", 0, 0], called(input_layer("y", 4)), called(dense("d"), tensor("y")), name="e")
    described = called(inner, tensor("x"), tensor("e", 0))
    if old:
        described["inbound_nodes"] = [[["x", 0, 0, {}]], [["e", 1, 0, {}]]]
    found, findings = converted(net(["e", 2, 0], described))
    assert found is not None, findings
    assert found.model["layers"] == [
        {"model": "e", "name": "e", "inputs": "x"},
        {"share": "e", "name": "e_again", "inputs": "e"},
    ]
    assert found.model["outputs"] == {"e_again": "e_again"}


def test_configs_of_keras_2() -> None:
    """Without modules, and with calls as plain lists."""
    old = {
        "class_name": "Functional",
        "config": {
            "name": "old",
            "layers": [
                {
                    "class_name": "InputLayer",
                    "config": {"batch_input_shape": [None, 4], "dtype": "float32", "name": "x"},
                    "name": "x",
                    "inbound_nodes": [],
                },
                {
                    "class_name": "Dense",
                    "config": {"name": "d", "units": 2, "kernel_initializer": {"class_name": "Zeros", "config": {}}},
                    "name": "d",
                    "inbound_nodes": [[["x", 0, 0, {}]]],
                },
            ],
            "input_layers": [["x", 0, 0]],
            "output_layers": [["d", 0, 0]],
        },
    }
    found, findings = converted(old)
    assert found is not None, findings
    assert found.model["layers"] == [{"Dense": {"units": 2, "kernel_initializer": "zeros"}, "name": "d", "inputs": "x"}]
