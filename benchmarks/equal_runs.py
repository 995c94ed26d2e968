"""Whether two runs came to the same, bit for bit: their history, metrics, predictions, model and newest checkpoint."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import h5py
import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

OTHER_EACH_TIME = ("seconds",)
"""Columns of the history that no two runs share."""


def differences(run: Path, other: Path) -> list[str]:
    """What of two run directories is not the same, in words; nothing if all is."""
    tables = ("metrics.json", "predictions.csv")
    found = [f"history.csv: {name}" for name in _unequal_columns(run / "history.csv", other / "history.csv")]
    found += [name for name in tables if (run / name).read_bytes() != (other / name).read_bytes()]
    found += [f"model.keras: {name}" for name in _unequal_arrays(run / "model.keras", other / "model.keras")]
    newest, others = checkpoints(run), checkpoints(other)
    if not newest or not others or newest[-1].name != others[-1].name:
        return [*found, "the newest checkpoint"]
    return [*found, *(f"checkpoint: {name}" for name in _unequal_arrays(newest[-1], others[-1]))]


def checkpoints(run: Path) -> list[Path]:
    """The whole checkpoints of a run, oldest first; what is still being written aside is none."""
    found = (run / "checkpoints").glob("*")
    return sorted((path for path in found if not path.name.startswith((".", "part"))), key=moment)


def moment(checkpoint: Path) -> tuple[int, ...]:
    """When a checkpoint was made: the numbers in its name, the last of which counts steps."""
    return tuple(int(number) for number in re.findall(r"\d+", checkpoint.name))


def _unequal_columns(table: Path, other: Path) -> list[str]:
    columns, others = _columns(table), _columns(other)
    return sorted(
        name
        for name in columns.keys() | others.keys()
        if name not in OTHER_EACH_TIME and columns.get(name) != others.get(name)
    )


def _columns(table: Path) -> dict[str, list[str]]:
    with table.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    return {name: [row[place] for row in rows] for place, name in enumerate(header)}


def _unequal_arrays(path: Path, other: Path) -> list[str]:
    arrays, others = dict(_arrays(path, "")), dict(_arrays(other, ""))
    if not arrays:
        return ["it has no arrays"]
    return sorted(name for name in arrays.keys() | others.keys() if arrays.get(name) != others.get(name))


def _arrays(path: Path, place: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each array in a file or in the files of a folder: its place, and its type, shape and bytes."""
    if path.is_dir():
        for inner in sorted(path.iterdir()):
            yield from _arrays(inner, f"{place}{inner.name}/")
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                content = io.BytesIO(archive.read(name))
                if name.endswith(".h5"):
                    yield from _of_hdf5(content, f"{place}{name}/")
                elif name.endswith(".npy"):
                    yield f"{place}{name}", _as_bytes(np.load(content, allow_pickle=False))
    elif h5py.is_hdf5(path):
        yield from _of_hdf5(io.BytesIO(path.read_bytes()), place)


def _of_hdf5(content: io.BytesIO, place: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    found: list[tuple[str, tuple[Any, ...]]] = []
    with h5py.File(content, "r") as file:
        file.visititems(lambda name, item: _note(found, f"{place}{name}", item))
    yield from found


def _note(found: list[tuple[str, tuple[Any, ...]]], name: str, item: Any) -> None:  # noqa: ANN401  h5py has no types
    if isinstance(item, h5py.Dataset):
        found.append((name, _as_bytes(np.asarray(item[()]))))


def _as_bytes(array: Array) -> tuple[Any, ...]:
    return str(array.dtype), array.shape, array.tobytes()
