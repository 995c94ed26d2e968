"""The catalog as the checker uses it; no Keras here."""

import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from specc import catalog
from specc.catalog import ArgumentFacts

CATALOG = catalog.load()
SCHEMA = catalog.load_schema("spec-v1")
EVERY_TYPE = [(kind, name) for kind in CATALOG.kinds() for name in CATALOG.names(kind)]


def test_a_type_has_its_facts() -> None:
    dense = CATALOG.find("layer", "Dense")
    assert dense is not None
    assert (dense.path, dense.family, dense.first) == ("keras.layers.Dense", "core", "units")
    assert dense.arguments["units"] == ArgumentFacts("units", required=True)
    assert dense.arguments["activation"] == ArgumentFacts("activation", has_default=True, component="activation")
    assert (dict(dense.call), dense.needs) == ({"inputs": "tensor"}, ("inputs",))


@pytest.mark.parametrize(
    ("kind", "name", "wires", "needs"),
    [
        ("layer", "Add", {"inputs": "tensors"}, ("inputs",)),
        ("layer", "LSTM", {"sequences": "tensor", "initial_state": "tensors", "mask": "tensor"}, ("sequences",)),
        ("layer", "LSTMCell", {"inputs": "tensor", "states": "tensors"}, ("inputs", "states")),
        ("layer", "Attention", {"inputs": "tensors", "mask": "tensors"}, ("inputs",)),
        ("op", "ops.matmul", {"x1": "tensor", "x2": "tensor"}, ("x1", "x2")),
        ("op", "ops.multiply", {"x1": "tensor", "x2": "tensor"}, ()),
        ("op", "ops.concatenate", {"xs": "tensors"}, ("xs",)),
        ("op", "ops.mean", {"x": "tensor"}, ("x",)),
        ("op", "ops.clip", {"x": "tensor"}, ("x",)),
    ],
)
def test_wires(kind: str, name: str, wires: dict[str, str], needs: tuple[str, ...]) -> None:
    facts = CATALOG.find(kind, name)
    assert facts is not None
    assert (dict(facts.call), list(facts.call), facts.needs) == (wires, list(wires), needs)


def test_attention_flags_are_given_at_the_call() -> None:
    attention = CATALOG.find("layer", "MultiHeadAttention")
    assert attention is not None
    flags = [name for name, argument in attention.arguments.items() if argument.at_call]
    assert flags == ["use_causal_mask", "return_attention_scores"]
    assert list(attention.call)[:3] == ["query", "value", "key"]
    assert attention.needs == ("query", "value")


@pytest.mark.parametrize(
    ("kind", "name", "first"),
    [
        ("layer", "Dropout", "rate"),
        ("layer", "MaxPooling2D", "pool_size"),
        ("layer", "Flatten", None),
        ("layer", "Output", None),
        ("layer", "Add", None),
        ("layer", "BatchNormalization", "axis"),
        ("layer", "Bidirectional", "layer"),
        ("op", "ops.mean", "axis"),
        ("op", "ops.power", "x2"),
        ("op", "ops.relu", None),
        ("optimizer", "Adam", "learning_rate"),
        ("regularizer", "L2", "l2"),
        ("dataset", "moons", "samples"),
        ("dataset", "digits", None),
        ("strategy", "MirroredStrategy", "devices"),
        ("callback", "EarlyStopping", "monitor"),
        ("application", "ResNet50", "weights"),
        ("application", "MobileNet", "weights"),
    ],
)
def test_first_argument(kind: str, name: str, first: str | None) -> None:
    facts = CATALOG.find(kind, name)
    assert facts is not None
    assert facts.first == first


@pytest.mark.parametrize(
    ("kind", "word", "name"),
    [
        ("loss", "mse", "MeanSquaredError"),
        ("loss", "sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"),
        ("loss", "kl_divergence", "KLDivergence"),
        ("metric", "mae", "MeanAbsoluteError"),
        ("metric", "acc", "accuracy"),
        ("metric", "accuracy", "accuracy"),
        ("metric", "Accuracy", "Accuracy"),
        ("optimizer", "adam", "Adam"),
        ("initializer", "he_normal", "HeNormal"),
        ("initializer", "zero", "Zeros"),
        ("regularizer", "l2", "L2"),
        ("constraint", "non_neg", "NonNeg"),
        ("activation", "swish", "silu"),
        ("layer", "MaxPool2D", "MaxPooling2D"),
        ("layer", "Convolution1D", "Conv1D"),
    ],
)
def test_other_names_find_the_same_type(kind: str, word: str, name: str) -> None:
    facts = CATALOG.find(kind, word)
    assert facts is not None
    assert facts.name == name
    assert facts is CATALOG.find(kind, name)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("layer", "Lambda"),
        ("layer", "TFSMLayer"),
        ("layer", "InputLayer"),
        ("layer", "Dens"),
        ("op", "mean"),
        ("op", "ops.while_loop"),
        ("callback", "LambdaCallback"),
        ("metric", "MeanMetricWrapper"),
        ("initializer", "constant"),
    ],
)
def test_what_is_not_offered_is_not_found(kind: str, name: str) -> None:
    assert CATALOG.find(kind, name) is None


def test_files_are_marked_as_paths() -> None:
    marked = {
        f"{name}.{argument.name}"
        for kind in ("layer", "callback")
        for name in CATALOG.names(kind)
        if (facts := CATALOG.find(kind, name))
        for argument in facts.arguments.values()
        if argument.path
    }
    assert marked == {
        *("BackupAndRestore.backup_dir", "CSVLogger.filename", "ModelCheckpoint.filepath", "TensorBoard.log_dir"),
        *("TensorBoard.embeddings_metadata", "TextVectorization.vocabulary", "StringLookup.vocabulary"),
        "IntegerLookup.vocabulary",
    }


def test_every_component_argument_names_a_kind() -> None:
    named = {
        argument.component
        for kind, name in EVERY_TYPE
        if (facts := CATALOG.find(kind, name))
        for argument in facts.arguments.values()
    }
    assert named - {None} <= set(CATALOG.kinds())


@pytest.mark.parametrize(("kind", "name"), EVERY_TYPE)
def test_defaults_fit_the_schema(kind: str, name: str) -> None:
    definition = SCHEMA["$defs"][f"{kind}.{name}"]
    facts = CATALOG.find(kind, name)
    assert facts is not None
    assert list(definition["then"]["properties"]) == list(facts.arguments)
    assert definition["description"] == facts.about
    defaults = {argument.name: argument.default for argument in facts.arguments.values() if argument.has_default}
    arguments = {"properties": definition["then"]["properties"], "$defs": SCHEMA["$defs"]}
    faults = [f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(arguments).iter_errors(defaults)]
    assert faults == []


def test_every_argument_is_described_and_typed() -> None:
    for kind, name in EVERY_TYPE:
        for argument, schema in SCHEMA["$defs"][f"{kind}.{name}"]["then"]["properties"].items():
            assert schema["description"], f"{kind} {name} {argument}"
            assert schema.keys() & {"type", "$ref", "anyOf", "if"}, f"{kind} {name} {argument}"


def test_loading_imports_neither_keras_nor_the_overlay() -> None:
    program = (
        "import sys; from specc import catalog; catalog.load(); catalog.load_schema('spec-v1');"
        "print([name for name in sys.modules if name.split('.')[0] in ('keras', 'tensorflow', 'numpy')"
        " or 'overlay' in name])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_an_unknown_schema_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match="no published schema"):
        catalog.schema_path("spec-v0")
