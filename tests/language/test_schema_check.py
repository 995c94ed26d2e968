"""What does not fit the schema, in the words of the language."""

# ruff: noqa: E501  # a finding is one line
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.composition import compose, composed_schema
from specc.language import limits
from specc.language.overrides import Overrides
from specc.language.schema_check import check_schema
from specc.language.schema_words import alternatives, choices, described, listed
from specc.language.yaml_text import read_yaml
from tests.language.shown import shown
from tests.language.small_schema import SMALL

PUBLISHED: dict[str, Any] = composed_schema()


def check(text: str, expected: list[str], schema: dict[str, Any]) -> None:
    tree, findings = read_yaml(text, "p")
    assert not findings
    assert tree is not None
    tree = compose(tree, Overrides(), Path("p"), Path()).tree
    assert shown(check_schema(tree, schema)) == expected


SMALL_CASES: list[tuple[str, list[str]]] = [
    ("model: [Dense: {unit: 3}]", ["2:17-21 unknown-argument: `Dense` has no argument `unit` (did you mean `units`?)"]),
    ("model: [Dense: {units: abc}]", ["2:24-27 wrong-type: `units` must be an integer, got the string `abc`"]),
    ("model: [Dense: abc]", ["2:16-19 wrong-type: `units` of `Dense` must be an integer, got the string `abc`"]),
    ("model: [Dense: 0]", ["2:16-17 out-of-range: `units` of `Dense` must be at least 1, got 0"]),
    ("model: [Dense: ]", ["2:9-14 missing-argument: `Dense` needs `units`"]),
    ("model: [Dense]", ["2:9-14 missing-argument: `Dense` needs `units` (write `Dense: {units: …}`)"]),
    ("model: [dense: 3]", ["2:9-14 unknown-layer: there is no layer `dense` (did you mean `Dense`?)"]),
    (
        "model: [Conv2d: {filters: 3, kernel_size: 3}]",
        ["2:9-15 unknown-layer: there is no layer `Conv2d` (did you mean `Conv2D`?)"],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: [3]}]",
        ["2:43-46 out-of-range: `kernel_size` must have exactly 2 items, got 1"],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: [3, 0]}]",
        ["2:47-48 out-of-range: `kernel_size[1]` must be at least 1, got 0"],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: [3, x]}]",
        ["2:47-48 wrong-type: `kernel_size[1]` must be an integer, got the string `x`"],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: 3, padding: Same}]",
        [
            "2:55-59 unknown-choice: `padding` must be one of `valid`, `same`, got the string `Same` (did you mean `same`?)"
        ],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: 3, padding: 5}]",
        ["2:55-56 unknown-choice: `padding` must be one of `valid`, `same`, got the integer 5"],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: 3, padding: []}]",
        ["2:55-57 wrong-type: `padding` must be one of `valid`, `same`, got an empty list"],
    ),
    (
        "model: [Conv2D: {filter: 3}]",
        [
            "2:9-15 missing-argument: `Conv2D` needs `kernel_size`",
            "2:18-24 unknown-argument: `Conv2D` has no argument `filter` (did you mean `filters`?)",
        ],
    ),
    (
        "model: [{Dense: 3, activation: relu}]",
        [
            "2:20-30 misplaced-argument: `activation` is an argument of `Dense`, but stands beside it (indent it under `Dense:`, or write `Dense: {activation: …}`)"
        ],
    ),
    (
        "model: [{Dense: 3, input: relu}]",
        ["2:20-25 unknown-key: the entry of `Dense` has no key `input` (did you mean `inputs`?)"],
    ),
    (
        "model: [{Dense: {units: 3, name: foo}}]",
        [
            "2:28-32 unknown-argument: `Dense` has no argument `name` (`name` stands beside `Dense:`, not among its arguments)"
        ],
    ),
    (
        "model: [Dense: {units: 3, activation: Relu}]",
        ["2:39-43 unknown-activation: there is no activation `Relu` (did you mean `relu`?)"],
    ),
    (
        "model: [Dense: {units: 3, activation: 5}]",
        ["2:39-40 not-a-component: an activation is written `Type` or `Type: arguments`, got the integer 5"],
    ),
    (
        "model: [Dense: {units: 3, activation: {Elu: }}]",
        ["2:40-43 unknown-activation: there is no activation `Elu` (did you mean `ReLU`?)"],
    ),
    (
        "model: [Dense: {units: 3, activation: {}}]",
        ["2:39-41 not-a-component: an activation is written `Type` or `Type: arguments`, got an empty mapping"],
    ),
    (
        "model: [Dense: {units: 3.0, use_bias: 1}]",
        [
            "2:24-27 wrong-type: `units` must be an integer, got the number 3.0 (write `3`)",
            "2:39-40 wrong-type: `use_bias` must be true or false, got the integer 1",
        ],
    ),
    ("model: [Flatten: 3]", ["2:18-19 wrong-type: `Flatten` takes no arguments, got the integer 3"]),
    ("model: [Flatten: {a: 3}]", ["2:19-20 unknown-argument: `Flatten` has no argument `a`"]),
    ("model: [5]", ["2:9-10 not-a-component: a layer is written `Type` or `Type: arguments`, got the integer 5"]),
    ("model: []", ["2:8-10 out-of-range: `model` must have at least 1 item, got 0"]),
    ("model: Dense", ["2:8-13 wrong-type: `model` must be a list, got the string `Dense`"]),
    ("model: [Dropout: 1.5]", ["2:18-21 out-of-range: `rate` of `Dropout` must be less than 1, got 1.5"]),
    ("model: [Dropout: {rate: -1}]", ["2:25-27 out-of-range: `rate` must be at least 0, got -1"]),
    ("model: [{dens: 3, nam: x}]", ["2:10-14 unknown-layer: there is no layer `dens` (did you mean `Dense`?)"]),
    ("model: [{name: x}]", []),
    ("epochs: 5", ["2:1-7 unknown-key: the top level has no key `epochs` (`epochs` belongs in `training`)"]),
    ("training: {epoch: 5}", ["2:12-17 unknown-key: `training` has no key `epoch` (did you mean `epochs`?)"]),
    ("training: {seed: 5}", ["2:12-16 unknown-key: `training` has no key `seed` (`seed` belongs in `runtime`)"]),
    ("training: {learningrate: 5}", ["2:12-24 unknown-key: `training` has no key `learningrate`"]),
    (
        "training: {optimizer: {Adam: {}, learning_rate: 3}}",
        [
            "2:34-47 not-a-component: an optimizer has one type, got `Adam` and `learning_rate` (indent `learning_rate` under `Adam:`, or write `Adam: {learning_rate: …}`)"
        ],
    ),
    ("training: {optimizer: {Dense: 3}}", ["2:24-29 unknown-optimizer: there is no optimizer `Dense`"]),
    ("training: {optimizer: adma}", ["2:23-27 unknown-optimizer: there is no optimizer `adma` (did you mean `adam`?)"]),
    (
        "training: {optimizer: {Adam: [1]}}",
        ["2:30-33 wrong-type: `learning_rate` of `Adam` must be a number, got a list"],
    ),
    (
        "training: {class_weight: foo}",
        ["2:26-29 unknown-choice: `class_weight` must be `balanced` or a mapping, got the string `foo`"],
    ),
    ("training: {class_weight: {0: x}}", ["2:30-31 wrong-type: `class_weight.0` must be a number, got the string `x`"]),
    (
        "training: {class_weight: 5}",
        ["2:26-27 unknown-choice: `class_weight` must be `balanced` or a mapping, got the integer 5"],
    ),
    (
        "training: {shuffle: yes}",
        ["2:21-24 wrong-type: `shuffle` must be true or false, got the string `yes` (write `true`)"],
    ),
    ("training: [1]", ["2:11-14 wrong-type: `training` must be a mapping, got a list"]),
    ("modell: []", ["2:1-7 unknown-key: the top level has no key `modell` (did you mean `model`?)"]),
    (
        "name: 1a",
        [
            "2:7-9 invalid-name: `name` must be a name, got the string `1a` (a name is letters, digits, `_` and `-`, and does not begin with a digit)"
        ],
    ),
    ("name: 5", ["2:7-8 wrong-type: `name` must be a string, got the integer 5"]),
    (
        "data: {csv: a, table: []}",
        ["2:16-21 conflicting-keys: `data` takes only one of `csv` and `table` [given here 2:8-11]"],
    ),
    ("data: {}", ["2:1-5 missing-key: `data` needs one of the keys `csv` and `table`"]),
    ("data: {csvs: a}", ["2:8-12 unknown-key: `data` has no key `csvs` (did you mean `csv`?)"]),
    (
        "data: {csv: ../a}",
        [
            "2:13-17 path-outside-project: `csv` must be a relative path inside the project, got the string `../a` (write it relative to the spec's folder, with forward slashes)"
        ],
    ),
    (
        "data: {csv: a, drop: [a, b, a]}",
        ["2:29-30 duplicate-item: `drop` names the string `a` twice [first given here 2:23-24]"],
    ),
    (
        "data: {csv: a, inputs: {1a: b}}",
        [
            "2:25-27 invalid-name: a key of `inputs` must be a name, got the string `1a` (a name is letters, digits, `_` and `-`, and does not begin with a digit)"
        ],
    ),
    ("x-foo: 1", []),
    (
        "model: [Dense: $zz, Dropout: $(1.5), $zz, Dense: {units: $zz, activation: $zz}]",
        ["2:30-36 out-of-range: `rate` of `Dropout` must be less than 1, got 1.5"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), SMALL_CASES)
def test_faults(text: str, expected: list[str]) -> None:
    check("spec: 1\n" + text, expected, SMALL)


WHOLE: list[tuple[str, list[str]]] = [
    (
        "a:1\nb:2",
        ["1:1-2:4 wrong-type: the spec must be a mapping, got the string `a:1 b:2` (put a space after each `:`)"],
    ),
    ("[]", ["1:1-3 wrong-type: the spec must be a mapping, got an empty list"]),
    ("spec: 2", ["1:7-8 unknown-choice: `spec` must be `1`, got the integer 2"]),
    ("name: a", ["1:1-1 missing-key: the spec needs the key `spec` (add `spec: 1`)"]),
    (
        "spec: 1\nvars: {w: 0}\nmodel: [Dense: $w]",
        ["3:16-18 out-of-range: `units` of `Dense` must be at least 1, got 0 [its value comes from here 2:11-12]"],
    ),
    (
        "spec: 1\nmodel: [Dense: $no, $no, {Dense: {units: $no, activation: $no}}, Dropout: 2]",
        ["2:75-76 out-of-range: `rate` of `Dropout` must be less than 1, got 2"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), WHOLE)
def test_faults_of_whole_texts(text: str, expected: list[str]) -> None:
    check(text, expected, SMALL)


PUBLISHED_CASES: list[tuple[str, list[str]]] = [
    (
        "model: [Conv2d: {filters: 3, kernel_size: 3}]",
        ["2:9-15 unknown-layer: there is no layer `Conv2d` (did you mean `Conv2D`?)"],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: 3, strides: [1,2,3], padding: Same, activation: rellu}]",
        [
            "2:55-62 out-of-range: `strides` must have exactly 2 items, got 3",
            "2:73-77 unknown-choice: `padding` must be one of `valid`, `same`, got the string `Same` (did you mean `same`?)",
            "2:91-96 unknown-activation: there is no activation `rellu` (did you mean `relu`?)",
        ],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: 3, kernel_regularizer: {L2: abc}}]",
        ["2:71-74 wrong-type: `l2` of `L2` must be a number, got the string `abc`"],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: 3, kernel_regularizer: {L3: 1}}]",
        ["2:67-69 unknown-regularizer: there is no regularizer `L3` (did you mean `L2`?)"],
    ),
    (
        "model: [Conv2D: {filters: 3, kernel_size: 3, kernel_initializer: he_norm}]",
        ["2:66-73 unknown-initializer: there is no initializer `he_norm` (did you mean `he_normal`?)"],
    ),
    (
        "model: [{Dense: 3, activation: relu}]",
        [
            "2:20-30 misplaced-argument: `activation` is an argument of `Dense`, but stands beside it (indent it under `Dense:`, or write `Dense: {activation: …}`)"
        ],
    ),
    (
        "model: [{Add: , input: [a, b]}]",
        ["2:17-22 unknown-key: the entry of `Add` has no key `input` (did you mean `inputs`?)"],
    ),
    (
        'model: [{Add: , inputs: [a, "b c"]}]',
        [
            "2:29-34 invalid-name: `inputs[1]` must be a name, got the string `b c` (a name is letters, digits, `_` and `-`, and does not begin with a digit)"
        ],
    ),
    (
        "model: [{ops.mean: {axes: 1}}, {ops.maen: {axis: 1}}]",
        [
            "2:21-25 unknown-argument: `ops.mean` has no argument `axes` (did you mean `axis`?)",
            "2:33-41 unknown-layer: there is no layer `ops.maen` (did you mean `ops.mean`?)",
        ],
    ),
    (
        "model: [Bidirectional: {layer: {LSTMM: 64}}]",
        ["2:33-38 unknown-layer: there is no layer `LSTMM` (did you mean `LSTM`?)"],
    ),
    (
        "model: [Bidirectional: {LSTM: 64}]",
        ["2:25-29 unknown-argument: `Bidirectional` has no argument `LSTM` (write `layer: {LSTM: …}`)"],
    ),
    (
        "model: [RNN: {cell: {LSTM: 3}}]",
        [
            "2:22-26 unknown-choice: `cell` must be one of `LSTMCell`, `GRUCell`, `SimpleRNNCell`, `StackedRNNCells`, got the layer `LSTM`"
        ],
    ),
    (
        "model: [{share: a}, {Reshape: [0, 2]}, Dense]",
        [
            "2:32-33 out-of-range: `Reshape[0]` must not be 0",
            "2:40-45 missing-argument: `Dense` needs `units` (write `Dense: {units: …}`)",
        ],
    ),
    (
        "model: {inputs: {a: [3, x]}, layer: []}",
        [
            "2:25-26 wrong-type: `a[1]` must be an integer or null, got the string `x`",
            "2:30-35 unknown-key: `model` has no key `layer` (did you mean `layers`?)",
        ],
    ),
    (
        "training: {loss: {SparseCategoricalCrossentropi: {from_logits: true}}}",
        [
            "2:19-48 unknown-loss: there is no loss `SparseCategoricalCrossentropi` (did you mean `SparseCategoricalCrossentropy`?)"
        ],
    ),
    (
        "training: {loss: {SparseCategoricalCrossentropy: {from_logit: true}}}",
        [
            "2:51-61 unknown-argument: `SparseCategoricalCrossentropy` has no argument `from_logit` (did you mean `from_logits`?)"
        ],
    ),
    ("training: {loss: {a: mse, b: mes}}", ["2:30-33 unknown-loss: there is no loss `mes` (did you mean `mse`?)"]),
    (
        "training: {loss: msee, metrics: [acc, accurcy], optimizer: adamm}",
        [
            "2:18-22 unknown-loss: there is no loss `msee` (did you mean `mse`?)",
            "2:39-46 unknown-metric: there is no metric `accurcy` (did you mean `accuracy`?)",
            "2:60-65 unknown-optimizer: there is no optimizer `adamm` (did you mean `adam`?)",
        ],
    ),
    (
        "training: {metrics: {a: [accuracy, foo], b: AUCC}}",
        [
            "2:36-39 unknown-metric: there is no metric `foo`",
            "2:45-49 unknown-metric: there is no metric `AUCC` (did you mean `AUC`?)",
        ],
    ),
    (
        "training: {optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 1}}}}}",
        ["2:47-58 missing-argument: `CosineDecay` needs `decay_steps`"],
    ),
    (
        "training: {optimizer: {Adam: {learning_rate: fast}}}",
        [
            "2:46-50 wrong-type: `learning_rate` must be a number, got the string `fast` (write a number, or a schedule such as `CosineDecay: …`)"
        ],
    ),
    (
        "training: {callbacks: [EarlyStoping: {monitor: x}]}",
        ["2:24-36 unknown-callback: there is no callback `EarlyStoping` (did you mean `EarlyStopping`?)"],
    ),
    (
        "training: {callbacks: {EarlyStopping: {monitor: x}}}",
        ["2:23-52 wrong-type: `callbacks` must be a list, got a mapping (write `[EarlyStopping: …]`)"],
    ),
    (
        "training: {batch_size: 0, epochs: 1.0, class_weight: {0: -1}, learning_rate: 3}",
        [
            "2:24-25 out-of-range: `batch_size` must be at least 1, got 0",
            "2:35-38 wrong-type: `epochs` must be an integer, got the number 1.0 (write `1`)",
            "2:58-60 out-of-range: `class_weight.0` must be at least 0, got -1",
            "2:63-76 unknown-key: `training` has no key `learning_rate` (write it with the optimizer: `optimizer: {Adam: {learning_rate: …}}`)",
        ],
    ),
    (
        "training: {class_weight: balancd}",
        [
            "2:26-33 unknown-choice: `class_weight` must be `balanced`, got the string `balancd` (did you mean `balanced`?)"
        ],
    ),
    ("data: {dataset: digts}", ["2:17-22 unknown-dataset: there is no data set `digts` (did you mean `digits`?)"]),
    (
        "data: {dataset: {moons: {noise: a, sample: 3}}}",
        [
            "2:33-34 wrong-type: `noise` must be a number, got the string `a`",
            "2:36-42 unknown-argument: `moons` has no argument `sample` (did you mean `samples`?)",
        ],
    ),
    (
        'data: {csv: /etc/passwd, target: "", columns: {a: numbr, b: {category: 5}}}',
        [
            "2:13-24 path-outside-project: `csv` must be a relative path inside the project, got the string `/etc/passwd` (write it relative to the spec's folder, with forward slashes)",
            "2:34-36 invalid-value: `target` must not be empty",
            "2:51-56 unknown-choice: `a` must be one of `number`, `category`, `boolean`, `text`, `datetime`, `image`, `vector`, `sequence`, got the string `numbr` (did you mean `number`?)",
            "2:72-73 unknown-choice: `category` must be one of `one_hot`, `index`, `hash`, `null`, got the integer 5",
        ],
    ),
    (
        'data: {csv: {seperator: ";"}}',
        [
            "2:8-11 missing-key: `csv` needs the key `path`",
            "2:14-23 unknown-key: `csv` has no key `seperator` (did you mean `separator`?)",
        ],
    ),
    (
        "data: {table: [{x: 1, y: []}], split: {validation: 1.5, train: 0.5, stratify: yes}}",
        [
            "2:26-28 wrong-type: `y` must be a number, a string, true or false or null, got an empty list",
            "2:52-55 out-of-range: `validation` must be less than 1, got 1.5",
            "2:57-62 unknown-key: `split` has no key `train` (leave it out: what `validation` and `test` do not take is trained on)",
            "2:79-82 wrong-type: `stratify` must be true or false, got the string `yes` (write `true`)",
        ],
    ),
    (
        "data: {table: {columns: [a], row: [[1]]}}",
        ["2:30-33 unknown-key: `table` has no key `row` (did you mean `rows`?)"],
    ),
    (
        "data: {csv: a.csv, target: b, columns: {c: skip}}",
        [
            "2:44-48 unknown-choice: `c` must be one of `number`, `category`, `boolean`, `text`, `datetime`, `image`, `vector`, `sequence`, got the string `skip` (a column is left out by `drop: c` in `data`)",
        ],
    ),
    (
        "runtime: {distribute: Mirrored, precision: fp16, seed: -1}",
        [
            "2:23-31 unknown-strategy: there is no strategy `Mirrored` (did you mean `MirroredStrategy`?)",
            "2:44-48 unknown-choice: `precision` must be one of `float32`, `float64`, `mixed_float16`, `mixed_bfloat16`, `auto`, got the string `fp16` (write `mixed_float16`, which computes in 16 bits and keeps the weights in 32)",
            "2:56-58 out-of-range: `seed` must be at least 0, got -1",
        ],
    ),
    (
        "runtime: {epochs: 4}",
        [
            (
                "2:11-17 unknown-key: `runtime` has no key `epochs` "
                "(`epochs` belongs in `training` or in `runtime.checkpoint`)"
            )
        ],
    ),
    (
        "report: {formats: [html, pdf]}",
        ["2:26-29 unknown-choice: `formats[1]` must be one of `html`, `json`, `md`, got the string `pdf`"],
    ),
    (
        "name: my net",
        [
            "2:7-13 invalid-name: `name` must be a name, got the string `my net` (a name is letters, digits, `_` and `-`, and does not begin with a digit)"
        ],
    ),
    (
        "batch_size: 4",
        ["2:1-11 unknown-key: the top level has no key `batch_size` (`batch_size` belongs in `training`)"],
    ),
    ("stratify: true", ["2:1-9 unknown-key: the top level has no key `stratify` (`stratify` belongs in `data.split`)"]),
    (
        "learning_rate: 4",
        [
            "2:1-14 unknown-key: the top level has no key `learning_rate` (it is an argument of the component under `training.optimizer`)"
        ],
    ),
    ("kernel_size: 4", ["2:1-12 unknown-key: the top level has no key `kernel_size`"]),
    ("model: [Masking: .nan]", ["2:18-22 out-of-range: `mask_value` of `Masking` must not be .nan"]),
    ("model: [Normalization: {mean: [0, .inf]}]", ["2:35-39 out-of-range: `mean[1]` must not be .inf"]),
    (
        "model: [Dense: {units: 3, kernel_regularizer: {L2: .inf}}]",
        ["2:52-56 out-of-range: `l2` of `L2` must not be .inf"],
    ),
    ("model: [ops.clip: {x_min: -.inf, x_max: .inf}]", []),
    ("model: [ops.normalize: {order: .inf}]", []),
    ("model: [ops.normalize: {order: .nan}]", ["2:32-36 out-of-range: `order` must not be .nan"]),
    ("training: {loss_weights: {a: -.inf}}", ["2:30-35 out-of-range: `a` must not be -.inf"]),
    ("data: {table: [{x: .inf}]}", []),
    (
        "data: {dataset: iris, target: [a, b, a]}",
        ["2:38-39 duplicate-item: `target` names the string `a` twice [first given here 2:32-33]"],
    ),
    ("name: 0", ["2:7-8 wrong-type: `name` must be a string, got the integer 0"]),
    (
        "model: [{Dense: 3, name: 0}]",
        ['2:26-27 wrong-type: `name` must be a string, got the integer 0 (write it in quotes: `"0"`)'],
    ),
    (
        "model: [layers.Dropout(0.5)]",
        ["2:9-28 unknown-layer: there is no layer `layers.Dropout(0.5)` (write `Dropout: 0.5`)"],
    ),
    ("model: [Flatten()]", ["2:9-18 unknown-layer: there is no layer `Flatten()` (write `Flatten`)"]),
    ("model: [Dense(units=3)]", ["2:9-23 unknown-layer: there is no layer `Dense(units=3)` (write `Dense: …`)"]),
    (
        "allow: [Foo]",
        ["2:9-12 invalid-value: `allow[0]` must match `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, got the string `Foo`"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), PUBLISHED_CASES)
def test_faults_by_the_published_schema(text: str, expected: list[str]) -> None:
    check("spec: 1\n" + text, expected, PUBLISHED)


def test_a_misspelt_layer_beside_others_is_one_fault() -> None:
    check(
        "spec: 1\nmodel: [{name: a, dens: 3}]",
        ["2:19-23 unknown-layer: there is no layer `dens` (did you mean `Dense`?)"],
        SMALL,
    )


@pytest.mark.parametrize("schema", [SMALL, PUBLISHED])
def test_components_nested_to_the_bound_are_checked(schema: dict[str, Any]) -> None:
    depth = 29
    text = "spec: 1\nmodel: [" + "TimeDistributed: {layer: {" * depth + "Dense: x" + "}}" * depth + "]"
    column = len(text.splitlines()[1]) - 2 * depth - 1
    message = "`units` of `Dense` must be an integer, got the string `x`"
    check(text, [f"2:{column}-{column + 1} wrong-type: {message}"], schema)


def test_what_a_generated_spec_gets_wrong_everywhere_is_told_a_bounded_number_of_times() -> None:
    tree, _ = read_yaml("spec: 1\nmodel:\n" + "- Dens: 5\n" * (2 * limits.FINDINGS), "p")
    assert tree is not None
    *findings, last = check_schema(tree, PUBLISHED)
    assert len(findings) == limits.FINDINGS
    assert (last.code, last.span.line) == ("too-many-faults", 3 + limits.FINDINGS)


def test_a_line_that_is_wrong_each_time_it_is_repeated_is_one_fault() -> None:
    message = "there is no layer `Dens` (did you mean `Dense`?)"
    check(
        f"spec: 1\nmodel: [{{Dens: 5, repeat: {2 * limits.FINDINGS}}}]",
        [f"2:10-14 unknown-layer: {message}"],
        PUBLISHED,
    )


def test_a_valid_spec_is_silent() -> None:
    text = """
spec: 1
vars: {width: 32, rate: 0.3}
data: {dataset: digits, split: {validation: 0.15, stratify: true}}
model:
  - Conv2D: {filters: $width, kernel_size: 3, padding: same, activation: relu}
  - MaxPooling2D
  - Conv2D: {filters: $(width * 2), kernel_size: [3, 3], kernel_regularizer: {L2: 1e-4}}
  - Dropout: $rate
  - Dense: 10
    name: logits
training:
  loss: {SparseCategoricalCrossentropy: {from_logits: true}}
  optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 1e-3, decay_steps: 50}}}}
  metrics: [accuracy]
  class_weight: {0: 1.0, 1: 2}
x-note: {anything: [goes]}
"""
    check(text, [], PUBLISHED)


WORDS = [
    (described("x" * 100), "the string `" + "x" * 60 + "…`"),
    (described(""), "an empty string"),
    (described(None), "null"),
    (described(True), "`true`"),
    (described(0.5), "the number 0.5"),
    (described([1]), "a list"),
    (described({}), "an empty mapping"),
    (listed([]), ""),
    (listed(["a"]), "`a`"),
    (listed(["a", "b", "c"]), "`a`, `b` and `c`"),
    (listed(map(str, range(30))), ", ".join(f"`{i}`" for i in range(20)) + ", …"),
    (choices([None, True, 1]), "`null`, `true`, `1`"),
    (alternatives(["a", "b", "c"]), "a, b or c"),
]


@pytest.mark.parametrize(("words", "expected"), WORDS)
def test_words(words: str, expected: str) -> None:
    assert words == expected


NODES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["Dense", "relu", "adam", "x", "$w", "", "1.5"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Dense", "units", "activation", "name", "loss", "optimizer", "Adam", "layer", "Conv2D", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*PUBLISHED["properties"], "modle"]), NODES, max_size=4))
def test_any_document_is_checked(document: dict[str, Any]) -> None:
    tree, _ = read_yaml(json.dumps(document), "p")
    assert tree is not None
    for schema in (SMALL, PUBLISHED):
        findings = check_schema(tree, schema)
        assert all(finding.message and finding.span.path == "p" for finding in findings)
        places = [(finding.span, finding.code, finding.message) for finding in findings]
        assert len(places) == len(set(places))
