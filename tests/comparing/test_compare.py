"""What `compare` finds between two specs, and what it does not find where they mean the same."""

import json
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.catalog import load_schema
from specc.comparing import Comparison, compare
from specc.formatting import format_spec
from specc.plan.expand import expand
from tests.comparing.plans import BASE, compared, edited, plan_of

GALLERY = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))


def shown(comparison: Comparison) -> list[str]:
    """One line for each layer that is new or gone and for each change."""
    lines = []
    for layer in comparison.layers:
        side = layer.after or layer.before
        assert side
        lines += [] if layer.changes else [f"{layer.kind} {side.name}"]
        lines += [f"{side.name} {change.path}: {change.before} -> {change.after}" for change in layer.changes]
    return lines + [f"{change.path}: {change.before} -> {change.after}" for change in comparison.settings]


def check(after: str, expected: Sequence[str], before: str = BASE) -> None:
    comparison = compared(before, after)
    assert shown(comparison) == list(expected)
    assert comparison.same is (not expected)
    content = {"before": "a", "after": "b", **comparison.as_json()}
    jsonschema.validate(json.loads(json.dumps(content)), load_schema("diff-v1"))


SAME = {
    "itself": BASE,
    "name and description": edited(("name: base", "name: other\ndescription: for people\nx-a: 1")),
    "where it is logged": edited(("training:", "report: {tensorboard: true, mlflow: logs}\ntraining:")),
    "report and allow": edited(("training:", "report: false\nallow: [unused-layer]\ntraining:")),
    "format and comments": edited(("{scale: 0.0625}", "\n      scale: 62.5e-3   # one sixteenth")),
    "order of keys": edited(
        ("{filters: 8, kernel_size: 3, activation: relu}", "{activation: relu, kernel_size: 3, filters: 8}")
    ),
    "the first argument": edited(("{units: 16}", "16")),
    "defaults written out": edited(("{units: 16}", "{units: 16, use_bias: true, kernel_initializer: GlorotUniform}")),
    "a default component written as one": edited(
        ("{units: 16}", "{units: 16, kernel_initializer: {GlorotUniform: {}}}")
    ),
    "no activation": edited(("{units: 16}", "{units: 16, activation: linear}")),
    "a number for each axis": edited(("kernel_size: 3", "kernel_size: [3, 3], strides: 1")),
    "another name of a type": edited(("Conv2D", "Convolution2D")),
    "implied training": edited(("Adam: 0.01}", "Adam: 0.01}\n  epochs: 10\n  batch_size: 32\n  metrics: [accuracy]")),
    "the implied loss": edited(
        ("training:", "training:\n  loss: {SparseCategoricalCrossentropy: {from_logits: true}}")
    ),
    "implied runtime": edited(("training:", "runtime: {seed: 0, precision: float32}\ntraining:")),
    "variables": edited(("name: base", "name: base\nvars: {n: 8}"), ("filters: 8", "filters: $n")),
}


@pytest.mark.parametrize("case", SAME)
def test_the_same(case: str) -> None:
    check(SAME[case], [])


BOTH = "inputs: {query: image, value: image}"
MEANING_THE_SAME = [
    ("ZeroPadding2D", "ZeroPadding2D: 1"),
    ("ZeroPadding2D", "ZeroPadding2D: {padding: [[1, 1], [1, 1]]}"),
    ("ZeroPadding2D", "ZeroPadding2D: {padding: [1, 1], data_format: channels_last}"),
    ("Cropping2D: {cropping: [1, 2]}", "Cropping2D: {cropping: [[1, 1], [2, 2]]}"),
    ("MaxPooling2D", "MaxPooling2D: {pool_size: 2, strides: 2}"),
    ("AveragePooling2D: 3", "AveragePooling2D: {pool_size: [3, 3], strides: [3, 3]}"),
    ("UpSampling2D: 2", "UpSampling2D: {size: [2, 2]}"),
    ("BatchNormalization", "BatchNormalization: {axis: 3}"),
    ("LayerNormalization: {axis: [-1]}", "LayerNormalization: {axis: 3}"),
    ("Softmax: {axis: -2}", "Softmax: {axis: 2}"),
    ("Activation: swish", "Activation: silu"),
    (
        "Conv2DTranspose: {filters: 2, kernel_size: 3, strides: 2, output_padding: 1}",
        "Conv2DTranspose: {filters: 2, kernel_size: [3, 3], strides: [2, 2], output_padding: [1, 1]}",
    ),
    (
        f"MultiHeadAttention: {{num_heads: 2, key_dim: 4}}, {BOTH}",
        f"MultiHeadAttention: {{num_heads: 2, key_dim: 4, value_dim: 4, attention_axes: [1, 2]}}, {BOTH}",
    ),
    ("TimeDistributed: {layer: MaxPooling1D}", "TimeDistributed: {layer: {MaxPooling1D: {strides: 2}}}"),
]
MEANING_OTHERS = [
    ("ZeroPadding2D: 1", "ZeroPadding2D: {padding: [1, 2]}", "padding: 1 -> [1, 2]"),
    ("ZeroPadding2D: {padding: [[1, 2], [1, 1]]}", "ZeroPadding2D: 1", "padding: [[1, 2], [1, 1]] -> 1"),
    ("MaxPooling2D", "MaxPooling2D: {strides: 1}", "strides: None -> 1"),
    ("BatchNormalization", "BatchNormalization: {axis: 2}", "axis: -1 -> 2"),
    ("BatchNormalization", "BatchNormalization: {axis: -2}", "axis: -1 -> -2"),
]


def with_layer(layer: str) -> str:
    written = f"{{{layer}}}" if ":" in layer else layer
    return f"spec: 1\nmodel: {{inputs: {{image: [8, 8, 3]}}, layers: [{written}]}}\n"


@pytest.mark.parametrize(("one", "other"), MEANING_THE_SAME)
def test_arguments_that_mean_the_same(one: str, other: str) -> None:
    check(with_layer(other), [], with_layer(one))
    check(with_layer(one), [], with_layer(other))


@pytest.mark.parametrize(("one", "other", "change"), MEANING_OTHERS)
def test_arguments_that_do_not(one: str, other: str, change: str) -> None:
    (layer,) = compared(with_layer(one), with_layer(other)).layers
    found = [f"{each.path}: {each.before} -> {each.after}" for each in layer.changes]
    assert found[0] == f"arguments.{change}"


DIFFERENT = {
    "an argument": (
        edited(("units: 16, activation", "units: 16, use_bias: false, activation")),
        ["hidden arguments.use_bias: True -> False", "hidden parameters: 4624 -> 4608"],
    ),
    "a shape": (
        edited(("{units: 16", "{units: 8")),
        [
            "hidden arguments.units: 16 -> 8",
            "hidden shape: (None, 16) -> (None, 8)",
            "hidden parameters: 4624 -> 2312",
            "second arguments.units: 16 -> 8",
            "second shape: (None, 16) -> (None, 8)",
            "second parameters: 272 -> 72",
            "sum shape: (None, 16) -> (None, 8)",
            "output parameters: 170 -> 90",
        ],
    ),
    "an argument of a component": (
        edited(("{units: 16}", "{units: 16, kernel_initializer: {GlorotUniform: {seed: 3}}}")),
        ["second arguments.kernel_initializer.GlorotUniform.seed: None -> 3"],
    ),
    "an activation": (
        edited(("activation: relu}\n    name: hidden", "activation: gelu}\n    name: hidden")),
        ["hidden arguments.activation: relu -> gelu"],
    ),
    "added": (
        edited(("  - Output", "  - Dropout: 0.1\n  - Output")),
        ["added dropout", "output inputs: ['sum'] -> ['dropout']"],
    ),
    "removed": (
        edited(("  - Rescaling: {scale: 0.0625}\n", "")),
        ["removed rescaling", "conv inputs: ['rescaling'] -> ['input']"],
    ),
    "rewired": (
        edited(("inputs: [hidden, second]", "inputs: [second, hidden]")),
        ["sum inputs: ['hidden', 'second'] -> ['second', 'hidden']"],
    ),
    "renamed": (edited(("name: conv", "name: edges")), ["edges name: conv -> edges"]),
    "renamed and wired by name": (edited(("hidden", "first")), ["first name: hidden -> first"]),
    "renamed and changed": (
        edited(
            ("filters: 8", "filters: 4"),
            ("name: conv", "name: edges"),
            (", activation: relu}\n    name: h", "}\n    name: h"),
        ),
        [
            "edges name: conv -> edges",
            "edges arguments.filters: 8 -> 4",
            "edges shape: (None, 6, 6, 8) -> (None, 6, 6, 4)",
            "edges parameters: 80 -> 40",
            "flatten shape: (None, 288) -> (None, 144)",
            "hidden arguments.activation: relu -> None",
            "hidden parameters: 4624 -> 2320",
        ],
    ),
    "another type": (
        edited(("Add:", "Multiply:")),
        ["sum type: Add -> Multiply"],
    ),
    "a new name and another type is another layer": (
        edited(("Add:", "Multiply:"), ("name: sum", "name: product")),
        ["removed sum", "added product", "output inputs: ['sum'] -> ['product']"],
    ),
    "shared": (
        edited(("  - Add", "  - share: second\n    name: third\n  - Add"), ("[hidden, second]", "[hidden, third]")),
        ["added third", "sum inputs: ['hidden', 'second'] -> ['hidden', 'third']"],
    ),
    "training": (
        edited(
            (
                "  optimizer: {Adam: 0.01}",
                "  optimizer: {Adam: 0.02}\n  epochs: 20\n  callbacks: [{EarlyStopping: {patience: 3}}]",
            )
        ),
        [
            "training.optimizer.Adam.learning_rate: 0.01 -> 0.02",
            "training.epochs: 10 -> 20",
            "training.callbacks: [] -> [{'EarlyStopping': {'patience': 3}}]",
        ],
    ),
    "phases for epochs": (
        edited(("{Adam: 0.01}", "{Adam: 0.01}\n  phases: [{epochs: 3, freeze: hidden}]")),
        [
            "training.epochs: 10 -> nothing",
            "training.phases: nothing -> [{'epochs': 3, 'freeze': ['hidden'], 'unfreeze': []}]",
        ],
    ),
    "the loop": (
        edited(("training:", "runtime: {xla: true, checkpoint: {epochs: 1}}\ntraining:")),
        [
            "runtime.xla: auto -> True",
            "runtime.checkpoint.minutes: 0.5 -> nothing",
            "runtime.checkpoint.epochs: nothing -> 1",
        ],
    ),
    "another optimizer": (
        edited(("{Adam: 0.01}", "{SGD: 0.01}")),
        ["training.optimizer: {'Adam': {'learning_rate': 0.01}} -> {'SGD': {'learning_rate': 0.01}}"],
    ),
    "runtime": (
        edited(("training:", "runtime: {seed: 3}\ntraining:")),
        ["data.split.seed: 0 -> 3", "runtime.seed: 0 -> 3"],
    ),
    "data": (
        edited(("{dataset: digits}", "{dataset: digits, split: {validation: 0.2}}")),
        ["data.split.validation: 0.15 -> 0.2"],
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_different(case: str) -> None:
    check(*DIFFERENT[case])


@pytest.mark.parametrize(
    ("after", "verdict", "fits", "unused"),
    [
        (BASE, "all", {"conv": "fits", "hidden": "fits", "second": "fits", "output": "fits"}, ()),
        (
            edited(("filters: 8", "filters: 4")),
            "some",
            {"conv": "differs", "hidden": "differs", "second": "fits", "output": "fits"},
            (),
        ),
        (
            edited(("name: conv", "name: edges")),
            "some",
            {"edges": "missing, was conv", "hidden": "fits", "second": "fits", "output": "fits"},
            ("conv",),
        ),
        (
            edited(("  - Output", "  - Dense: 16\n    name: new\n  - Output")),
            "some",
            {"conv": "fits", "hidden": "fits", "second": "fits", "new": "missing", "output": "fits"},
            (),
        ),
        (
            "spec: 1\ndata: {dataset: iris}\nmodel: [Output]\n",
            "none",
            {"output": "differs"},
            ("conv", "hidden", "second"),
        ),
    ],
)
def test_weights(after: str, verdict: str, fits: dict[str, str], unused: tuple[str, ...]) -> None:
    weights = compared(BASE, after).weights
    found = {layer.name: f"{layer.fit}, was {layer.was}" if layer.was else str(layer.fit) for layer in weights.layers}
    assert (weights.verdict, weights.unused) == (verdict, unused)
    assert found == fits


@pytest.mark.parametrize("spec", GALLERY, ids=lambda path: path.stem)
def test_a_spec_of_the_gallery_equals_itself_formatted_and_expanded(spec: Path) -> None:
    text = spec.read_text(encoding="utf-8")
    plan = plan_of(text, str(spec))
    for same in (text, format_spec(text.encode(), spec.name).text, expand(plan)):
        comparison = compare(plan, plan_of(same, str(spec)))
        assert comparison.same
        assert comparison.weights.verdict == "all"


ENCODER = """\
spec: 1
data: {dataset: digits}
models:
  encoder: {inputs: {x: [8, 8, 1]}, layers: [Flatten, {Dense: 8, name: core}, {Dense: 8, name: more}]}
model: [{model: encoder, name: first}, {Dense: 4}, Output]
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Flatten,", "Flatten, ", []),
        ("encoder", "trunk", []),
        (
            "{Dense: 8, name: core}",
            "{Dense: {units: 8, use_bias: false}, name: core}",
            [
                "first parameters: 592 -> 584",
                "first.core arguments.use_bias: True -> False",
                "first.core parameters: 520 -> 512",
            ],
        ),
        ("name: core", "name: kernel", ["first.kernel name: first.core -> first.kernel"]),
    ],
)
def test_models_inside_a_model(old: str, new: str, expected: list[str]) -> None:
    check(ENCODER.replace(old, new), expected, before=ENCODER)


def test_weights_inside_a_model_go_by_dotted_names() -> None:
    weights = compared(ENCODER, ENCODER.replace("Dense: 8, name: core", "Dense: 9, name: core")).weights
    assert {layer.name: str(layer.fit) for layer in weights.layers} == {
        "first.core": "differs",
        "first.more": "differs",
        "dense": "fits",
        "output": "fits",
    }


LAYERS = st.lists(
    st.sampled_from(
        ["Dense: 4", "Dense: {units: 8, activation: relu}", "Dropout: 0.1", "ReLU:", "BatchNormalization:"]
    ),
    max_size=5,
)


def chain(layers: list[str]) -> str:
    return "spec: 1\ndata: {dataset: iris}\nmodel:\n" + "".join(f"  - {layer}\n" for layer in [*layers, "Output"])


@settings(max_examples=60)
@given(LAYERS, LAYERS)
def test_chains(one: list[str], other: list[str]) -> None:
    there, back = compared(chain(one), chain(other)), compared(chain(other), chain(one))
    assert there.same is back.same is (one == other)
    assert there.parameters == back.parameters[::-1]
    assert sum(layer.kind == "added" for layer in there.layers) == sum(layer.kind == "removed" for layer in back.layers)
    assert compared(chain(one), chain(one)).same
