"""The published schema of specs: what it accepts and what it refuses, and where."""

from collections.abc import Iterable
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from specc import catalog

CATALOG = catalog.load()
SCHEMA = catalog.load_schema("spec-v1")
COMPONENT_KINDS = tuple(kind for kind in CATALOG.kinds() if kind not in ("op", "application"))


def faults(value: Any, definition: str = "") -> list[ValidationError]:
    """The errors of `value` as a whole spec, or as what a definition describes."""
    part = {"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]} if definition else SCHEMA
    return list(Draft202012Validator(part).iter_errors(value))


def place(errors: Iterable[ValidationError]) -> list[str]:
    return [error.json_path.removeprefix("$") for error in errors]


def test_it_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_reference_leads_somewhere() -> None:
    def references(part: Any) -> Iterable[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for inner in part.values():
                yield from references(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from references(inner)

    assert {name.removeprefix("#/$defs/") for name in references(SCHEMA)} <= SCHEMA["$defs"].keys()


@pytest.mark.parametrize("kind", COMPONENT_KINDS)
def test_every_kind_dispatches_to_its_types(kind: str) -> None:
    types = SCHEMA["$defs"][kind]["else"]["properties"]
    offered = {name for name in CATALOG.names(kind) if name != "Output"}
    assert offered <= types.keys()
    assert types.keys() - offered <= {*CATALOG.names("application"), *CATALOG.aliases.get(kind, {})}
    for name in offered:
        assert types[name] == {"$ref": f"#/$defs/{kind}.{name}"}


def test_a_layer_entry_offers_layers_operations_and_applications() -> None:
    keys = SCHEMA["$defs"]["layer-entry"]["else"]["properties"].keys()
    assert {"Dense", "MaxPool2D", "ops.mean", "ResNet50", "Output", "name", "inputs", "outputs", "share"} <= keys
    assert not {"Lambda", "TFSMLayer", "InputLayer", "ops.cond"} & keys


ACCEPTED: list[tuple[str, Any]] = [
    ("layer-entry", "Flatten"),
    ("layer-entry", "Output"),
    ("layer-entry", "ops.relu"),
    ("layer-entry", "MaxPool2D"),
    ("layer-entry", {"Flatten": None}),
    ("layer-entry", {"Dense": 128}),
    ("layer-entry", {"Dense": "$width"}),
    ("layer-entry", {"Dense": {"units": "$(width * 2)", "activation": "relu"}}),
    ("layer-entry", {"Dense": {"units": 3, "activation": {"LeakyReLU": 0.1}}}),
    ("layer-entry", {"Dense": {"units": 3, "activation": None, "kernel_regularizer": {"L2": 1e-4}}}),
    ("layer-entry", {"Dense": {"units": 3, "kernel_regularizer": "l2", "kernel_constraint": "non_neg"}}),
    ("layer-entry", {"Dense": {"units": 3, "trainable": False, "dtype": "float16"}}),
    ("layer-entry", {"Output": {"activation": "softmax"}, "name": "head"}),
    ("layer-entry", {"Conv2D": {"filters": 8, "kernel_size": [3, 1], "strides": 2, "padding": "same"}}),
    ("layer-entry", {"Conv1D": {"filters": 8, "kernel_size": 3, "padding": "causal"}}),
    ("layer-entry", {"Conv2D": {"filters": 8, "kernel_size": 3}, "name": "shortcut", "inputs": "input"}),
    ("layer-entry", {"Add": None, "inputs": ["a", "b"]}),
    ("layer-entry", {"MultiHeadAttention": {"num_heads": 4, "key_dim": 16}, "inputs": {"query": "x", "value": "y"}}),
    ("layer-entry", {"MultiHeadAttention": {"num_heads": 4, "key_dim": 16, "use_causal_mask": True}}),
    ("layer-entry", {"LSTM": {"units": 64, "return_state": True}, "outputs": ["encoded", "h", "c"]}),
    ("layer-entry", {"Bidirectional": {"layer": {"LSTM": 64}, "merge_mode": None}}),
    ("layer-entry", {"RNN": {"cell": {"StackedRNNCells": [{"LSTMCell": 2}, {"GRUCell": 2}]}}}),
    ("layer-entry", {"RNN": {"cell": [{"LSTMCell": 2}, {"GRUCell": 2}]}}),
    ("layer-entry", {"RNN": [{"LSTMCell": 2}, {"StackedRNNCells": [{"GRUCell": 2}]}]}),
    ("layer-entry", {"TimeDistributed": "Flatten"}),
    ("layer-entry", {"TimeDistributed": {"layer": {"Dense": 3}}}),
    ("layer-entry", {"ops.mean": {"axis": 1}}),
    ("layer-entry", {"ops.mean": 1}),
    ("layer-entry", {"ops.multiply": 0.5}),
    ("layer-entry", {"ops.subtract": {"x1": 1}}),
    ("layer-entry", {"share": "encoder", "inputs": "other"}),
    ("layer-entry", {"ResNet50": {"weights": None, "include_top": False, "trainable": False}}),
    ("layer-entry", {"ResNet50": "imagenet"}),
    ("layer-entry", {"Flatten": None, "x-why": "a note"}),
    ("layer-entry", {"BatchNormalization": {"momentum": 0.9}}),
    ("layer-entry", {"LayerNormalization": {"axis": [1, 2]}}),
    ("layer-entry", {"Reshape": [8, 8, -1]}),
    ("layer-entry", {"ZeroPadding2D": [[1, 0], [2, 2]]}),
    ("layer-entry", {"Cropping2D": 2}),
    ("layer-entry", {"MaxPooling2D": {"pool_size": 2, "strides": None}}),
    ("layer-entry", {"RandomRotation": [-0.1, 0.2]}),
    ("layer-entry", {"Rescaling": {"scale": [0.5, 0.25], "offset": -1}}),
    ("layer-entry", {"StringLookup": {"vocabulary": ["a", "b"]}}),
    ("layer-entry", {"StringLookup": {"vocabulary": "words/en.txt"}}),
    ("layer-entry", {"TextVectorization": {"max_tokens": 1000, "standardize": None}}),
    ("layer-entry", {"GroupNormalization": -1}),
    ("activation", "relu"),
    ("activation", "swish"),
    ("activation", "LeakyReLU"),
    ("activation", {"ReLU": {"max_value": 6}}),
    ("initializer", "he_normal"),
    ("initializer", {"RandomNormal": {"stddev": 0.02}}),
    ("initializer", {"Constant": [[1, 0], [0, 1]]}),
    ("regularizer", {"L1L2": {"l1": 1e-5, "l2": 1e-4}}),
    ("constraint", {"MaxNorm": 3}),
    ("loss", "mse"),
    ("loss", {"SparseCategoricalCrossentropy": {"from_logits": True}}),
    ("loss", {"MeanSquaredError": {"reduction": None}}),
    ("losses", {"MeanSquaredError": None}),
    ("losses", {"price": "mse", "kind": {"SparseCategoricalCrossentropy": {"from_logits": True}}}),
    ("metrics", "accuracy"),
    ("metrics", ["accuracy", {"AUC": {"curve": "PR"}}, {"Precision": {"thresholds": [0.3, 0.5], "name": "p"}}]),
    ("metrics", {"price": ["mae", "RootMeanSquaredError"], "kind": "accuracy"}),
    ("metrics", {"F1Score": {"average": "macro"}}),
    ("optimizer", "adam"),
    ("optimizer", {"Adam": 1e-3}),
    ("optimizer", {"SGD": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}}),
    ("optimizer", {"AdamW": {"learning_rate": {"CosineDecay": {"initial_learning_rate": 1e-3, "decay_steps": 5e3}}}}),
    ("optimizer", {"Adam": {"learning_rate": "$rate", "clipnorm": 1, "use_ema": True}}),
    ("optimizer", {"LossScaleOptimizer": {"inner_optimizer": {"SGD": 0.1}}}),
    ("schedule", {"PiecewiseConstantDecay": {"boundaries": [10], "values": [0.1, 0.01]}}),
    ("callback", "TerminateOnNaN"),
    ("callback", {"EarlyStopping": {"monitor": "val_loss", "patience": 5, "restore_best_weights": True}}),
    ("callback", {"ModelCheckpoint": "best.keras"}),
    ("callback", {"ModelCheckpoint": {"filepath": "out/{epoch:02d}.weights.h5", "save_weights_only": True}}),
    ("callback", {"CSVLogger": "logs/history.csv"}),
    ("dataset", "digits"),
    ("dataset", "xor"),
    ("dataset", {"moons": {"samples": 200, "noise": 0.2, "seed": 1}}),
    ("dataset", {"moons": 200}),
    ("dataset", {"blobs": {"classes": 4, "features": 3, "spread": 0.5}}),
    ("dataset", {"sines": {"task": "forecast", "length": 16}}),
    ("dataset", {"cifar100": "coarse"}),
    ("dataset", {"imdb": {"num_words": 5000, "maxlen": 80}}),
    ("strategy", "auto"),
    ("strategy", "none"),
    ("strategy", "MirroredStrategy"),
    ("strategy", {"MirroredStrategy": {"devices": 2}}),
    ("strategy", {"MirroredStrategy": ["GPU:0", "GPU:1"]}),
    ("strategy", {"OneDeviceStrategy": {"device": "CPU:0"}}),
    ("column", "number"),
    ("column", {"number": {"scale": "none"}}),
]

# What is refused, with the place of each error below the value.
REFUSED: list[tuple[str, Any, list[str]]] = [
    ("layer-entry", "Dense", [""]),
    ("layer-entry", "Lambda", [""]),
    ("layer-entry", {"Lambda": "x"}, [""]),
    ("layer-entry", {"Dens": 3}, [""]),
    ("layer-entry", {}, [""]),
    ("layer-entry", 3, [""]),
    ("layer-entry", {"Dense": None}, [".Dense"]),
    ("layer-entry", {"Dense": 0}, [".Dense"]),
    ("layer-entry", {"Dense": "wide"}, [".Dense"]),
    ("layer-entry", {"Dense": True}, [".Dense"]),
    ("layer-entry", {"Dense": {}}, [".Dense"]),
    ("layer-entry", {"Dense": {"unit": 3}}, [".Dense", ".Dense"]),
    ("layer-entry", {"Dense": {"units": 3, "name": "d"}}, [".Dense"]),
    ("layer-entry", {"Dense": {"units": 3, "activation": "rellu"}}, [".Dense.activation"]),
    ("layer-entry", {"Dense": {"units": 3, "activation": {"relu": {"max_value": 6}}}}, [".Dense.activation.relu"]),
    ("layer-entry", {"Dense": {"units": 3, "kernel_regularizer": {"L2": -1}}}, [".Dense.kernel_regularizer.L2"]),
    ("layer-entry", {"Dense": {"units": 3, "kernel_initializer": None}}, [".Dense.kernel_initializer"]),
    ("layer-entry", {"Flatten": 1}, [".Flatten"]),
    ("layer-entry", {"Output": 10}, [".Output"]),
    ("layer-entry", {"Dropout": 1}, [".Dropout"]),
    ("layer-entry", {"Dropout": -0.1}, [".Dropout"]),
    ("layer-entry", {"Conv2D": {"filters": 8, "kernel_size": 0}}, [".Conv2D.kernel_size"]),
    ("layer-entry", {"Conv2D": {"filters": 8, "kernel_size": [3, 0]}}, [".Conv2D.kernel_size[1]"]),
    ("layer-entry", {"Conv2D": {"filters": 8, "kernel_size": [3]}}, [".Conv2D.kernel_size"]),
    ("layer-entry", {"Conv2D": {"filters": 8, "kernel_size": 3, "padding": "causal"}}, [".Conv2D.padding"]),
    ("layer-entry", {"Conv2D": {"filters": 8}}, [".Conv2D"]),
    ("layer-entry", {"LSTMCell": "x"}, [".LSTMCell"]),
    ("layer-entry", {"RNN": {"cell": {"LSTM": 2}}}, [".RNN.cell"]),
    ("layer-entry", {"RNN": {"cell": [{"GRUCell": 2}, {"LSTM": 2}]}}, [".RNN.cell[1]"]),
    ("layer-entry", {"RNN": []}, [".RNN"]),
    ("layer-entry", {"Bidirectional": {"LSTM": 2}}, [".Bidirectional", ".Bidirectional"]),
    ("layer-entry", {"Reshape": [8, 0]}, [".Reshape[1]"]),
    ("layer-entry", {"Flatten": None, "name": "first one"}, [".name"]),
    ("layer-entry", {"Flatten": None, "inputs": ["a b"]}, [".inputs[0]"]),
    ("layer-entry", {"Flatten": None, "inputs": []}, [".inputs"]),
    ("layer-entry", {"Flatten": None, "Units": 3}, [""]),
    ("layer-entry", {"BatchNormalization": {"epsilon": 0}}, [".BatchNormalization.epsilon"]),
    ("layer-entry", {"RandomRotation": 2}, [".RandomRotation"]),
    ("layer-entry", {"StringLookup": {"vocabulary": "/etc/passwd"}}, [".StringLookup.vocabulary"]),
    ("layer-entry", {"ResNet50": "/w.h5"}, [".ResNet50"]),
    ("layer-entry", {"ResNet50": "weights.pkl"}, [".ResNet50"]),
    ("layer-entry", {"ops.mean": {"axis": "x"}}, ["['ops.mean'].axis"]),
    ("loss", "msee", [""]),
    ("loss", {"mse": None}, [""]),
    ("loss", {"MeanSquaredError": {"name": "m"}}, [".MeanSquaredError"]),
    ("losses", {"MeanSquardError": {"reduction": "sum"}}, [".MeanSquardError"]),
    ("losses", {"price": "msee"}, [".price"]),
    ("losses", {}, [""]),
    ("metrics", ["accuracy", "acuracy"], ["[1]"]),
    ("metrics", {"price": ["maee"]}, [".price[0]"]),
    ("metrics", "IoU", [""]),
    ("optimizer", {"Adam": -1}, [".Adam"]),
    ("optimizer", {"Adam": {"lr": 0.1}}, [".Adam"]),
    ("optimizer", {"Adam": {"beta_1": 1}}, [".Adam.beta_1"]),
    ("optimizer", {"Adam": 1e-3, "SGD": 0.1}, [""]),
    ("optimizer", {"Adam": {"learning_rate": "CosineDecay"}}, [".Adam.learning_rate"]),
    ("optimizer", {"Adam": {"learning_rate": {"CosineDecay": 1}}}, []),  # `decay_steps` is missing: specc.spec says so
    ("callback", {"ModelCheckpoint": "../best.keras"}, [".ModelCheckpoint"]),
    ("callback", {"ModelCheckpoint": "a/../../best.keras"}, [".ModelCheckpoint"]),
    ("callback", {"ModelCheckpoint": "best.pkl"}, [".ModelCheckpoint"]),
    ("callback", {"CSVLogger": "C:\\log.csv"}, [".CSVLogger"]),
    ("callback", {"CSVLogger": "~/log.csv"}, [".CSVLogger"]),
    ("callback", "CSVLogger", [""]),
    ("callback", {"LambdaCallback": None}, [""]),
    ("dataset", "digit", [""]),
    ("dataset", {"digits": {"samples": 3}}, [".digits"]),
    ("dataset", {"moons": 0}, [".moons"]),
    ("dataset", {"circles": {"factor": 1}}, [".circles.factor"]),
    ("strategy", "OneDeviceStrategy", [""]),
    ("strategy", {"OneDeviceStrategy": "the first"}, [".OneDeviceStrategy"]),
    ("strategy", {"MirroredStrategy": 0}, [".MirroredStrategy"]),
    ("column", "words", [""]),
]


@pytest.mark.parametrize(("definition", "value"), ACCEPTED)
def test_accepted(definition: str, value: Any) -> None:
    assert place(faults(value, definition)) == []


@pytest.mark.parametrize(("definition", "value", "places"), REFUSED)
def test_refused(definition: str, value: Any, places: list[str]) -> None:
    assert place(faults(value, definition)) == places


TRAINING = [".training.loss", ".training.metrics", ".training.class_weight"]
GRAPH = [".model.layers[0].inputs", ".model.outputs"]
PHASES = [".training.phases[0].epochs", ".training.phases[1].name", ".training.phases[1]"]
LOOP = [".runtime.xla", ".runtime.segment", ".runtime.storage", ".runtime.checkpoint.minutes"]
WHOLE: list[tuple[dict[str, Any], list[str]]] = [
    ({"spec": 1}, []),
    ({"spec": 2}, [".spec"]),
    ({}, [""]),
    ({"spec": 1, "x-note": {"free": [1]}}, []),
    ({"spec": 1, "modle": []}, [""]),
    ({"spec": 1, "name": "digits-cnn", "description": "text", "vars": {"width": 32, "rates": [0.1, 0.2]}}, []),
    ({"spec": 1, "name": "2fast"}, [".name"]),
    ({"spec": 1, "allow": ["unused-layer"]}, []),
    ({"spec": 1, "allow": ["Unused"]}, [".allow[0]"]),
    ({"spec": 1, "model": []}, [".model"]),
    ({"spec": 1, "model": ["Flatten", {"Dense": 3}]}, []),
    ({"spec": 1, "model": "Flatten"}, [".model"]),
    ({"spec": 1, "model": {"layers": ["Flatten"]}}, []),
    ({"spec": 1, "model": {"inputs": {"a": [8, None], "b": {"shape": [], "dtype": "int32"}}, "layers": ["Add"]}}, []),
    ({"spec": 1, "model": {"inputs": {"a": None}, "layers": ["Add"], "outputs": {"y": "add"}}}, []),
    ({"spec": 1, "model": {"inputs": {"a": [0]}, "layers": ["Add"]}}, [".model.inputs.a[0]"]),
    ({"spec": 1, "model": {"inputs": {"a": {"dtype": "int32"}}, "layers": ["Add"]}}, [".model.inputs.a"]),
    ({"spec": 1, "model": {"inputs": {"a b": [1]}, "layers": ["Add"]}}, [".model.inputs"]),
    ({"spec": 1, "model": {"layers": ["Add"], "outputs": ["x", "y"]}}, []),
    ({"spec": 1, "model": {"outputs": "x"}}, [".model"]),
    ({"spec": 1, "data": {"dataset": "iris", "split": {"validation": 0.2, "test": 30, "stratify": False}}}, []),
    ({"spec": 1, "data": {"dataset": "iris", "split": {"validation": 1.5}}}, [".data.split.validation"]),
    ({"spec": 1, "data": {"dataset": "iris", "split": {"validation": -1}}}, [".data.split.validation"]),
    ({"spec": 1, "data": {"csv": "penguins.csv", "target": "species"}}, []),
    ({"spec": 1, "data": {"csv": {"path": "a/b.csv", "separator": ";", "missing": ["-"]}, "target": ["a", "b"]}}, []),
    ({"spec": 1, "data": {"csv": "/abs.csv"}}, [".data.csv"]),
    ({"spec": 1, "data": {"csv": {"separator": ";"}}}, [".data.csv"]),
    ({"spec": 1, "data": {"table": [{"x": 1, "y": 0}, {"x": None, "y": "a"}]}}, []),
    ({"spec": 1, "data": {"table": {"columns": ["x", "y"], "rows": [[1, 0], [0, 1]]}}}, []),
    ({"spec": 1, "data": {"table": {"columns": ["x"]}}}, [".data.table"]),
    ({"spec": 1, "data": {"table": []}}, [".data.table"]),
    ({"spec": 1, "data": {"dataset": "iris", "inputs": {"a": "x", "b": ["y", "z"]}, "drop": ["w"]}}, []),
    ({"spec": 1, "data": {"dataset": "iris", "columns": {"age": "number", "ticket no": {"category": None}}}}, []),
    ({"spec": 1, "data": {"target": ""}}, [".data.target"]),
    ({"spec": 1, "data": {"epochs": 3}}, [".data"]),
    ({"spec": 1, "training": {"loss": "mse", "optimizer": "adam", "batch_size": 64, "epochs": "$epochs"}}, []),
    ({"spec": 1, "training": {"epochs": 0}}, [".training.epochs"]),
    ({"spec": 1, "training": {"epochs": 2.5}}, [".training.epochs"]),
    ({"spec": 1, "training": {"class_weight": "balanced", "loss_weights": {"a": 1, "b": 0.5}}}, []),
    ({"spec": 1, "training": {"class_weight": {"0": 1, "cat": 2.5}}}, []),
    ({"spec": 1, "training": {"class_weight": "balance"}}, [".training.class_weight"]),
    ({"spec": 1, "training": {"callbacks": ["TerminateOnNaN", {"EarlyStopping": {"patience": 3}}]}}, []),
    ({"spec": 1, "runtime": {"seed": 7, "distribute": "auto", "precision": "mixed_float16", "threads": 2}}, []),
    ({"spec": 1, "runtime": {"precision": "float8", "runs": "../runs"}}, [".runtime.precision", ".runtime.runs"]),
    ({"spec": 1, "training": {"phases": [{"epochs": 2, "freeze": "a", "optimizer": "adam"}]}}, []),
    ({"spec": 1, "training": {"phases": [{"epochs": 2, "freeze": ["a/b"], "unfreeze": ["$last"]}]}}, []),
    ({"spec": 1, "training": {"phases": [{"epochs": 0}, {"name": 3}]}}, PHASES),
    ({"spec": 1, "training": {"phases": {"epochs": 2}}}, [".training.phases"]),
    ({"spec": 1, "runtime": {"xla": "auto", "segment": 20, "storage": "resident", "checkpoint": False}}, []),
    ({"spec": 1, "runtime": {"xla": 1, "segment": 0, "storage": 3, "checkpoint": {"minutes": 0}}}, LOOP),
    ({"spec": 1, "report": {"gradients": True, "tensorboard": "$log", "mlflow": "logs/mlflow"}}, []),
    ({"spec": 1, "report": {"tensorboard": "yes", "mlflow": "../logs"}}, [".report.tensorboard", ".report.mlflow"]),
    ({"spec": 1, "training": {"class_weight": 3, "metrics": 3, "loss": 3}}, TRAINING),
    ({"spec": 1, "data": {"csv": 3, "table": 3, "dataset": 3}}, [".data.dataset", ".data.csv", ".data.table"]),
    ({"spec": 1, "model": {"layers": [{"Add": None, "inputs": 3}], "outputs": 3}}, GRAPH),
    ({"spec": 1, "model": {"inputs": {"a": 3}, "layers": ["Add"]}}, [".model.inputs.a"]),
    ({"spec": 1, "report": "html"}, [".report"]),
    ({"spec": 1, "report": False}, []),
    ({"spec": 1, "report": {"formats": ["html"]}}, []),
    ({"spec": 1, "report": {"formats": ["pdf"]}}, [".report.formats[0]"]),
]


@pytest.mark.parametrize(("spec", "places"), WHOLE)
def test_whole_specs(spec: dict[str, Any], places: list[str]) -> None:
    assert place(faults(spec)) == places
