"""HDF5 files -> `Scan`: the plain arrays of a group are columns. What leads out of the file is refused."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from specc.data.reading.arrays import Part, check_numbers, scan_arrays
from specc.data.reading.scan import ReadingError, Scan
from specc.data.section import DataSpec
from specc.data.sources.arrays import Declared, columns_of, single_value
from specc.data.sources.binary import files_of
from specc.data.sources.faults import file_fault, in_words
from specc.data.sources.locating import Located
from specc.diagnostics import Finding

_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, MemoryError)
"""What h5py raises over damaged files."""


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """The arrays of the group; several files of a part hold different columns."""
    files, findings = files_of(data, root, folder)
    if findings:
        return None, findings
    group = str(data.source.arguments.get("group", "/"))
    parts = [_part(part, located, group) for part, located in files.items()]
    _check_same_columns(parts)
    typed, names, findings = columns_of({name: [_declared(part, name) for part in parts] for name in parts[0].arrays})
    if findings:
        return None, findings
    for part in parts:
        with _reading(part.path):
            for name in typed:
                check_numbers(name, part.path, part.arrays[name])
    return scan_arrays(data, parts, typed, names)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """HDF5's faults as findings."""
    try:
        yield
    except _DAMAGE as fault:
        raise ReadingError(file_fault("damaged-file", path, f"cannot be read: {in_words(fault)}")) from fault


def _part(part: str, files: Sequence[Located], group: str) -> Part:
    arrays: dict[str, Any] = {}
    for path, _ in files:
        with _reading(path):
            found = _arrays(h5py.File(path, "r"), group, path)
        if not found:
            raise ReadingError(file_fault("empty-data", path, f"has no arrays in the group `{group}`"))
        arrays |= found
    path = files[0].path
    rows = {name: array.shape[0] for name, array in arrays.items() if array.shape}
    first, count = next(iter(rows.items()), ("", 0))
    for name, other in rows.items():
        if other != count:
            raise ReadingError(
                file_fault("rows-disagree", path, f"has {other} rows in `{name}` and {count} in `{first}`")
            )
    if not count:
        raise ReadingError(file_fault("empty-data", path, "has no rows"))
    return Part(part, path, arrays, count)


def _arrays(file: h5py.File, group: str, path: Path) -> dict[str, Any]:
    place: Any = file
    for name in [each for each in group.split("/") if each]:
        place = _hard(place, name, path)
        if not isinstance(place, h5py.Group):
            raise ReadingError(file_fault("damaged-file", path, f"has no group `{group}`"))
    found = {name: _hard(place, name, path) for name in place}
    return {name: _plain(thing, name, path) for name, thing in found.items() if isinstance(thing, h5py.Dataset)}


def _hard(group: Any, name: str, path: Path) -> Any:  # noqa: ANN401  a group or an array
    """What is called `name`, if that is no link elsewhere."""
    link = group.get(name, getlink=True) if name in group or group.get(name, getlink=True) else None
    if link is None:
        raise ReadingError(file_fault("damaged-file", path, f"has no group `{name}`"))
    if isinstance(link, h5py.ExternalLink | h5py.SoftLink):
        raise ReadingError(file_fault("unsafe-data", path, f"has a link elsewhere, to `{link.path}`, at `{name}`"))
    return group[name]


def _plain(array: h5py.Dataset, name: str, path: Path) -> Any:  # noqa: ANN401  what is sliced like an array
    """An array whose values lie in the file itself; texts as Python's strings."""
    if array.external or array.is_virtual:
        raise ReadingError(file_fault("unsafe-data", path, f"has an array whose values lie elsewhere, `{name}`"))
    if array.shape is None or array.shape == ():
        raise ReadingError(file_fault("rows-disagree", path, single_value(name)))
    if h5py.check_string_dtype(array.dtype) is not None:
        return _texts(array)
    return array


def _texts(array: h5py.Dataset) -> Any:  # noqa: ANN401  NumPy's array of strings
    return np.array(
        [text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text) for text in array[:]], "U"
    )


def _declared(part: Part, name: str) -> Declared:
    array = part.arrays[name]
    return Declared(part.path, array.dtype.str, tuple(map(int, array.shape)))


def _check_same_columns(parts: Sequence[Part]) -> None:
    first: Mapping[str, Any] = parts[0].arrays
    for part in parts:
        if set(part.arrays) != set(first):
            here, there = (", ".join(f"`{name}`" for name in sorted(names)) for names in (part.arrays, first))
            raise ReadingError(
                file_fault("different-columns", part.path, f"has the arrays {here}, and the training part {there}")
            )
