"""Files of weights are read as data: each layout of Keras, and what is hostile is one finding in little memory."""

import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import h5py
import numpy as np
import pytest

from specc.transfer import content_table, open_weights

DENSE = {"layers/dense/vars/0": (4, 3), "layers/dense/vars/1": (3,)}


def layers(path: Path, arrays: Mapping[str, tuple[int, ...]], names: dict[str, str] | None = None) -> Path:
    """A file as Keras 3 writes it."""
    with h5py.File(path, "w") as file:
        for name, shape in arrays.items():
            file[name] = np.ones(shape, "float32")
        for group, name in (names or {}).items():
            file.require_group(f"{group}/vars").attrs["name"] = name
    return path


def found(path: Path) -> dict[str, tuple[tuple[int, ...], ...]]:
    """The layers of a file with their shapes."""
    with open_weights(path) as (content, findings):
        assert findings == []
        assert content
        return {layer.name or layer.key: layer.shapes for layer in content.root.layers}


def codes(path: Path) -> list[str]:
    with open_weights(path) as (content, findings):
        assert (content is None) == bool(findings)
        return [finding.code for finding in findings]


def test_keras_3(tmp_path: Path) -> None:
    arrays = DENSE | {"layers/bidirectional/forward_layer/cell/vars/0": (2, 16), "optimizer/vars/0": (7,)}
    path = layers(tmp_path / "a.weights.h5", arrays, {"layers/dense": "head", "layers/bidirectional": "both"})
    assert found(path) == {"head": ((4, 3), (3,)), "both": ((2, 16),)}


def test_a_model_in_a_model(tmp_path: Path) -> None:
    arrays = {f"layers/functional/{name}": shape for name, shape in DENSE.items()}
    path = layers(tmp_path / "a.weights.h5", arrays, {"layers/functional": "encoder"})
    with open_weights(path) as (content, _):
        assert content
        assert [model.name for model in content.root.models()] == ["", "encoder"]
        assert "encoder/dense  15  (4, 3), (3,)" in content_table(content)


def test_keras_2_of_the_last_kind(tmp_path: Path) -> None:
    arrays = {name.replace("layers/", "_layer_checkpoint_dependencies/"): shape for name, shape in DENSE.items()}
    assert found(layers(tmp_path / "a.weights.h5", arrays)) == {"dense": ((4, 3), (3,))}


@pytest.mark.parametrize("base", ["", "model_weights/"])
def test_keras_2(base: str, tmp_path: Path) -> None:
    path = layers(tmp_path / "a.h5", {f"{base}conv/conv/kernel:0": (3, 3, 1, 8), f"{base}conv/conv/bias:0": (8,)})
    with h5py.File(path, "a") as file:
        group = file[base] if base else file
        group.create_group("flatten").attrs["weight_names"] = np.array([], "S1")
        group["conv"].attrs["weight_names"] = [b"conv/kernel:0", b"conv/bias:0"]
        group.attrs["layer_names0"], group.attrs["layer_names1"] = [b"conv"], [b"flatten"]
    assert found(path) == {"conv": ((3, 3, 1, 8), (8,)), "flatten": ()}


def zipped(tmp_path: Path, config: object) -> Path:
    arrays = {
        "layers/dense/vars/0": (4, 3),
        "layers/dense_1/vars/0": (3, 2),
        "layers/functional/layers/dense/vars/0": (2, 5),
    }
    weights = layers(tmp_path / "w.h5", arrays).read_bytes()
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", config if isinstance(config, bytes) else json.dumps(config))
        archive.writestr("model.weights.h5", weights)
    return path


def layer(kind: str, name: str, module: str = "keras.layers", **config: object) -> dict[str, object]:
    return {"module": module, "class_name": kind, "config": {"name": name, **config}}


def test_names_come_from_the_configuration(tmp_path: Path) -> None:
    inner = [layer("InputLayer", "x"), layer("Dense", "inside")]
    listed = [layer("Dense", "first"), layer("Dense", "sum", module="keras.src.ops.numpy"), layer("Dense", "second")]
    config = {"class_name": "Functional", "config": {"layers": [*listed, layer("Functional", "model", layers=inner)]}}
    path = zipped(tmp_path, config)
    assert found(path) == {"first": ((4, 3),), "second": ((3, 2),), "model": ((2, 5),)}
    with open_weights(path) as (content, _):
        assert content
        assert [each.name for each in content.root.layers[2].layers] == ["inside"]


@pytest.mark.parametrize(
    "config",
    [
        b"{",
        b"[" * 100_000,
        b"\xff",
        3,
        [],
        {"config": 3},
        {"config": {"layers": [3, {}, {"class_name": 3, "config": 1}]}},
    ],
    ids=range(7),
)
def test_a_broken_configuration_gives_no_names(config: object, tmp_path: Path) -> None:
    assert set(found(zipped(tmp_path, config))) == {"dense", "dense_1", "functional"}


def test_a_large_configuration_is_not_read(tmp_path: Path) -> None:
    assert codes(zipped(tmp_path, b"[" + b"0," * 5 * 2**20 + b"0]")) == ["archive-limit"]


@pytest.mark.parametrize(
    ("name", "code"), [("none.h5", "no-such-file"), ("none.keras", "no-such-file"), ("a.h5/", "not-a-file")]
)
def test_what_is_no_file_is_one_finding(name: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name.endswith("/"):
        path.mkdir()
    assert codes(path) == [code]
    done = subprocess.run([sys.executable, "-m", "specc", "weights", str(path)], capture_output=True, check=False)
    assert done.returncode == 1


def test_what_python_trips_over_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = 3
    with open_weights(path) as (_, findings):
        assert findings[0].message == (
            "`a.h5` cannot be read as HDF5: it has a part of a type that Keras does not write"
        )


def test_what_keras_itself_has_no_type_for(tmp_path: Path) -> None:
    path = layers(tmp_path / "a.weights.h5", {})
    with h5py.File(path, "a") as file:
        file["layers/dense/vars/0"] = np.zeros((2, 2), "V2")
        file["layers/dense/vars/0"].attrs["dtype"] = "bfloat16"
    with open_weights(path) as (content, _):
        assert content
        assert content.root.layers[0].tensors["vars/0"].dtype == "bfloat16"


File = Callable[[h5py.File], object]


def soft(file: h5py.File) -> None:
    file["layers/dense/vars/0"] = h5py.SoftLink("/layers")


def external(file: h5py.File) -> None:
    file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/passwd", "/x")


def outside(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (4,), "f4", external=[("/etc/hostname", 0, 16)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
    file.create_virtual_dataset("layers/dense/vars/0", layout)


def packed(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", data=np.zeros(10**6, "f4"), compression="gzip")


def enormous(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (10**6, 10**6), "f4", chunks=(1000, 1000))


def empty(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (1000, 1000), "f4", chunks=(10, 10))


def deep(file: h5py.File) -> None:
    file.create_group("layers/dense" + "/a" * 500)


def circle(file: h5py.File) -> None:
    group = file.create_group("layers/dense")
    group["a"], group["b"] = group, group


def wide(file: h5py.File) -> None:
    group = file.create_group("layers/dense/vars")
    for number in range(1000):
        group[str(number)] = np.float32(number)
    for number in range(60):
        file[f"layers/copy_{number}"] = file["layers/dense"]


def no_layers(file: h5py.File) -> None:
    file["weights"] = np.ones(3)


def a_type(file: h5py.File) -> None:
    file["layers/dense"] = np.dtype("f4")


def not_there(file: h5py.File) -> None:
    file.attrs["layer_names"] = [b"../../x"]


def through_a_link(file: h5py.File) -> None:
    file.create_group("a").attrs["weight_names"] = [b"b/c"]
    file["a/b"] = h5py.SoftLink("/")
    file.attrs["layer_names"] = [b"a"]


def long_names(file: h5py.File) -> None:
    file.create_group("a")
    file.attrs.create("layer_names", np.zeros(40_000, "S30"), dtype="S30")


HOSTILE: dict[str, tuple[File, str]] = {
    "a link to another place": (soft, "unsafe-weights"),
    "a link to another file": (external, "unsafe-weights"),
    "an array in another file": (outside, "unsafe-weights"),
    "an array made of others": (virtual, "unsafe-weights"),
    "a packed array": (packed, "unsafe-weights"),
    "an array of 10^12 numbers": (enormous, "weights-limit"),
    "an array without its numbers": (empty, "not-weights"),
    "500 groups inside each other": (deep, "weights-limit"),
    "groups that hold themselves": (circle, "weights-limit"),
    "the same groups again and again": (wide, "weights-limit"),
    "no layers": (no_layers, "not-weights"),
    "a type": (a_type, "not-weights"),
    "a layer that is not there": (not_there, "not-weights"),
    "a layer behind a link": (through_a_link, "unsafe-weights"),
}


@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_one_finding(make: File, code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.weights.h5"
    with h5py.File(path, "w") as file:
        make(file)
    assert codes(path) == [code]


def test_long_attributes_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="latest") as file:
        long_names(file)
    assert codes(path) == ["weights-limit"]


@pytest.mark.parametrize("content", [b"", b"text", b"\x89HDF\r\n\x1a\n" + b"\xff" * 500])
def test_what_is_no_hdf5_is_one_finding(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(content)
    assert codes(path) == ["not-weights"]


def test_bytes_at_random_never_raise(tmp_path: Path) -> None:
    path = layers(tmp_path / "a.weights.h5", DENSE, {"layers/dense": "head"})
    whole = path.read_bytes()
    chance = np.random.default_rng(1)
    for _ in range(150):
        broken = bytearray(whole)
        for place in chance.integers(0, 2500, 4):
            broken[place] = chance.integers(256)
        path.write_bytes(broken)
        assert set(codes(path)) <= {"not-weights", "unsafe-weights", "weights-limit"}


def test_an_archive_without_weights(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
    assert codes(path) == ["not-weights"]


@pytest.mark.parametrize("make", [enormous, empty, circle], ids=["10^12 numbers", "no numbers", "circle"])
def test_memory_is_bounded(make: File, tmp_path: Path) -> None:
    path = tmp_path / "a.weights.h5"
    with h5py.File(path, "w") as file:
        make(file)
    done = subprocess.run(
        [sys.executable, "-m", "specc", "weights", str(path)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)),
        env={"OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1"},
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.endswith("1 error in 1 file\n")
