"""Files as they come: sound ones, and those that mean harm. One finding, nothing run, nothing written."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from specc.importing import import_model
from tests.importing.configs import (
    DENSE,
    SOUND,
    Config,
    X,
    called,
    chain,
    input_layer,
    keras_file,
    keras_object,
    layer,
    net,
    operation,
    sequential,
    tensor,
)


def codes(path: Path | str) -> list[str]:
    imported = import_model(str(path))
    assert bool(imported.text) == (imported.document is not None)
    return [finding.code for finding in imported.findings]


def test_a_keras_file(tmp_path: Path) -> None:
    imported = import_model(str(keras_file(tmp_path / "model.keras", SOUND, **{"model.weights.h5": b""})))
    assert imported.findings == ()
    assert imported.has_weights
    assert imported.text.splitlines() == [
        "# Imported from model.keras",
        "spec: 1",
        "name: chain",
        "model:",
        "  inputs: {x: [4]}",
        "  layers: [{Dense: 2}]",
    ]


@pytest.mark.parametrize("config", [SOUND, SOUND["config"]], ids=["to_json", "get_config"])
def test_a_json_file(config: Config, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    assert codes(path) == []


def test_findings_point_into_the_config_of_the_archive(tmp_path: Path) -> None:
    path = keras_file(tmp_path / "model.keras", json.dumps(sequential(layer("Lambda", "l")), indent=1).encode())
    (finding,) = import_model(str(path)).findings
    assert finding.span.path == f"{path}/config.json"
    assert finding.span.line > 1


def nested(depth: int) -> Any:
    return sequential(nested(depth - 1) if depth else DENSE)


def gets(value: Any) -> Config:
    """A model whose dense layer has a strange argument."""
    return chain(layer("Dense", "dense", units=2, activation=value))


LAMBDA = layer("Lambda", "l", function={"class_name": "__lambda__", "config": {"code": "4wEAAA=="}})
SYSTEM = {"module": "os", "class_name": "system", "config": "touch owned", "registered_name": None}
HOSTILE: dict[str, tuple[Any, str]] = {
    "lambda": (sequential(LAMBDA), "no-counterpart"),
    "os.system as a layer": (sequential(SYSTEM | {"name": "x"}), "no-counterpart"),
    "os.system as an activation": (gets(SYSTEM), "no-counterpart"),
    "os.system without a name": (sequential(SYSTEM), "no-counterpart"),
    "os.system as a function": (
        gets({"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}),
        "no-counterpart",
    ),
    "a lambda as an activation": (gets({"value": ["4wEAAAA==", None, None]}), "no-counterpart"),
    "-3 units": (chain(layer("Dense", "d", units=-3)), "out-of-range"),
    "units as text": (chain(layer("Dense", "d", units="3")), "wrong-type"),
    "units of 400 digits": (chain(layer("Dense", "d", units=10**400)), "too-large"),
    "a kernel of 10^18 numbers": (
        sequential(input_layer("x", 2**31), layer("Dense", "d", units=2**31 - 1)),
        "too-large",
    ),
    "an argument of 10^5 numbers": (chain(layer("Dense", "d", units=[[1] * 1000] * 100)), "too-large"),
    "a constant of 10^5 numbers": (
        net(
            ["a", 0, 0],
            called(
                operation("Add", "a"),
                (tensor("x"), {"class_name": "__numpy__", "config": {"value": [0.5] * 10**5, "dtype": "float32"}}),
            ),
        ),
        "no-counterpart",
    ),
    "a function": (gets({"module": "builtins", "class_name": "function", "config": "f"}), "no-counterpart"),
    "a class of the user's": (
        sequential(layer("Mine", "x") | {"module": "mine", "registered_name": "mine>Mine"}),
        "no-counterpart",
    ),
    "a registered class that says it is Keras'": (
        sequential(layer("Dense", "x", units=1) | {"registered_name": "mine>Dense"}),
        "no-counterpart",
    ),
    "a saved program": (sequential(layer("TFSMLayer", "x", filepath="/etc")), "no-counterpart"),
    "a subclassed model": (
        {"module": "mine", "class_name": "Mine", "config": {}, "registered_name": "Mine"},
        "no-counterpart",
    ),
    "a model of Keras that lists no layers": (keras_object("keras", "Model"), "no-counterpart"),
    "a tensor of 10^12 units": (chain(layer("Dense", "d", units=10**12)), "too-large"),
    "an input of 10^12 sizes": (sequential(input_layer("x", 10**12), DENSE), "too-large"),
    "a long chain of models": (nested(30), "nesting-limit"),
    "no layers": (sequential(), "not-a-model"),
    "layers that are none": (keras_object("keras", "Sequential", name="x", layers=[1, 2]), "not-a-model"),
    "a cycle": (
        net(
            ["a", 0, 0],
            called(layer("Dense", "a", units=2), tensor("b")),
            called(layer("Dense", "b", units=2), tensor("a")),
        ),
        "not-a-model",
    ),
    "a wire from nowhere": (net(["a", 0, 0], called(layer("Dense", "a", units=2), tensor("y"))), "not-a-model"),
    "an output from nowhere": (net(["a", 7, 0]), "not-a-model"),
    "two layers of one name": (net(X, called(input_layer("x", 4))), "not-a-model"),
    "an argument that no layer has": (sequential(layer("Dense", "d", units=1, code="x")), "no-counterpart"),
    "a layer without what it needs": (sequential(layer("Dense", "d")), "not-a-model"),
    "a slice": (
        net(
            ["g", 0, 0],
            called(operation("GetItem", "g"), (tensor("x"), [{"class_name": "__slice__", "config": {}}, 0])),
        ),
        "no-counterpart",
    ),
    "an operation that makes files": (net(["g", 0, 0], called(operation("Save", "g"), tensor("x"))), "no-counterpart"),
    "another kind of JSON": ({"spec": 1}, "not-a-model"),
    "a list": ([1, 2], "not-a-model"),
    "nothing": (b"", "not-a-model"),
    "no JSON": (b"\x80\x04K\x01.", "not-utf8"),
    "a pickle by text": (b"cos\nsystem\n(S'touch owned'\ntR.", "invalid-syntax"),
    "depth": (b"[" * 100_000, "nesting-limit"),
    "breadth": (b"[" + b"1," * 300_000 + b"1]", "expansion-limit"),
    "a huge number": (b'{"class_name": ' + b"9" * 100_000 + b"}", "number-too-large"),
    "a bomb of spaces": (b" " * (64 * 2**20), "archive-limit"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_configs(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, code = HOSTILE[case]
    monkeypatch.chdir(tmp_path)
    path = keras_file(tmp_path / "model.keras", config)
    assert codes(path) == [code]
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        (["config.json", "../evil.py"], "unsafe-archive"),
        (["config.json", "a/../../evil.py"], "unsafe-archive"),
        (["config.json", "/etc/evil"], "unsafe-archive"),
        (["config.json", "C:/evil"], "unsafe-archive"),
        (["config.json", "config.json"], "unsafe-archive"),
        (["model.weights.h5"], "not-a-model"),
        (["inner.keras"], "not-a-model"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives(members: list[str], code: str, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.writestr(member, json.dumps(SOUND))
    assert codes(path) == [code]
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_archives_in_archives_are_not_opened(tmp_path: Path) -> None:
    content = b"\0" * 2**20
    for level in range(6):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{level}-{number}.zip", content)
        content = packed.getvalue()
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    assert codes(path) == ["not-a-model"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("model.keras", b"", "not-a-model"),
        ("model.keras", b"PK\x03\x04 and no more", "not-an-archive"),
        ("model.h5", b"\x89HDF\r\n\x1a\n", "not-a-model"),
        ("model.txt", b"{}", "not-a-model"),
        ("model.json", b"", "not-a-model"),
        ("model.json", b"{", "invalid-syntax"),
        ("model.json", b'{"class_name": 1, "class_name": 2}', "duplicate-key"),
    ],
)
def test_files_that_are_no_models(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert codes(path) == [code]


def test_faults_stand_at_their_layers(tmp_path: Path) -> None:
    """What the front end finds is said where the config has the layer."""
    path = tmp_path / "model.json"
    path.write_text(json.dumps(chain(DENSE, layer("Dense", "d", units=-3)), indent=1))
    (finding,) = import_model(str(path)).findings
    line = path.read_text().splitlines().index('     "units": -3')
    assert (finding.message, line - 8 < finding.span.line <= line) == ("`units` must be at least 1, got -3", True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (b"-1\n7\n5", None),
        (b"7\n5\n\n", None),
        (b"-1\nseven", "not-a-model"),
        (b"\xff\xfe", "not-a-model"),
        (b"".join(b"%d\n" % number for number in range(2000)), "no-counterpart"),
    ],
    ids=["with the unknown", "without", "a word", "no text", "long"],
)
def test_vocabularies_in_an_archive(words: bytes, code: str | None, tmp_path: Path) -> None:
    lookup = layer("IntegerLookup", "l", vocabulary_dtype="int64", vocabulary=None, oov_token=-1, mask_token=None)
    config = sequential(input_layer("x", 1, dtype="int64"), lookup)
    path = keras_file(tmp_path / "model.keras", config, **{"assets/layers/integer_lookup/vocabulary.txt": words})
    found = import_model(str(path))
    assert [finding.code for finding in found.findings] == ([code] if code else [])
    assert ("IntegerLookup: {vocabulary: [7, 5]}" in found.text) == (code is None)


def test_a_vocabulary_that_is_not_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    lookup = layer("StringLookup", "l", vocabulary=None, vocabulary_size=9, mask_token=None)
    path.write_text(json.dumps(sequential(input_layer("x", 1, dtype="string"), lookup)))
    (finding,) = import_model(str(path)).findings
    assert (finding.code, finding.message) == ("not-kept", "the vocabulary of 8 entries is not in this file")


def test_a_model_of_very_many_layers_is_written_layer_by_layer(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(chain(*(layer("ReLU", f"r{n}") for n in range(2001)))))
    found = import_model(str(path))
    assert found.text.splitlines()[1] == "# Layer by layer: more than 2,000 are not searched for what repeats"
    assert found.text.count("ReLU") == 2001


def test_what_is_no_file(tmp_path: Path) -> None:
    assert codes(tmp_path / "nothing.keras") == ["no-such-file"]
    assert codes(tmp_path) == ["not-a-file"]
    assert codes("keras.applications:ResNet51") == ["no-such-file"]


def test_files_are_read_without_keras(tmp_path: Path) -> None:
    keras_file(tmp_path / "model.keras", SOUND)
    code = (
        "import sys; from specc.importing import import_model; import_model('model.keras');"
        "print({'keras', 'tensorflow', 'numpy', 'h5py'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
