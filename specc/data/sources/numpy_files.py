"""NumPy's files -> `Table`: each array is a column, its first axis the rows. Needs no NumPy, and unpickles nothing.

Of arrays with one axis the values are read too; of others the declaration alone.
"""

import ast
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from specc.archive import members
from specc.data.facts import ColumnFacts
from specc.data.section import PARTS, DataSpec
from specc.data.sources.arrays import TEXTS, Declared, columns_of, rows_of, single_value
from specc.data.sources.faults import beginning, file_fault, unreadable
from specc.data.sources.locating import located
from specc.data.sources.row_rules import LeftOut, about_left_out, row_rules
from specc.data.split_rules import Given
from specc.data.survey import Cells
from specc.data.text_table import Table, text_table
from specc.diagnostics import Finding, error

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 10_000
"""In bytes; NumPy itself reads no longer one (`numpy.lib.format`)."""

_ZIP = b"PK\x03\x04"
_VALUES: Mapping[str, str] = {
    **{f"i{size}": code for size, code in ((1, "b"), (2, "h"), (4, "i"), (8, "q"))},
    **{f"u{size}": code for size, code in ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))},
    "f2": "e",
    "f4": "f",
    "f8": "d",
    "b1": "?",
}

LONGEST_TEXT = 1_000_000
"""Bytes of a text in an array; longer ones are a damaged header."""


class Stored(NamedTuple):
    """An array of a file: its column, the archive's member that it is ("" for a file of its own), its declaration.

    `offset` is where its values begin, after the member's or the file's beginning; `fortran` that columns come first.
    """

    name: str
    path: Path
    member: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    fortran: bool


class _DamagedError(Exception):
    """What is wrong with a file, after its name."""


def read(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[Table | None, list[Finding]]:
    """What the arrays are; values of arrays with one axis up to `limit` bytes of each."""
    arrays, given, findings = arrays_of(data, root, folder)
    if arrays is None:
        return None, findings
    typed, names, findings = described(arrays)
    if findings:
        return None, findings
    columns: dict[str, Cells] = {}
    complete = True
    for name in names:
        cells: list[str | None] = []
        for stored in arrays[name]:
            values, fault = _texts(stored, limit)
            if fault:
                return None, [fault]
            cells += values
        columns[name] = cells
        complete = complete and len(cells) == rows_of(arrays[name])
    rows = rows_of(next(iter(arrays.values())))
    if not complete:
        rows = min(map(len, columns.values()))
        columns = {name: cells[:rows] for name, cells in columns.items()}
    path = next(iter(arrays.values()))[0].path
    columns, kept, given, left_out = _by_rules(data, columns, rows, given, path)
    findings = about_left_out(left_out, data.source.span_of("path"))
    if not kept:
        return None, [*findings, error("empty-data", "all rows are left out", data.source.span_of("path"))]
    return text_table(columns, kept, lambda _row, _column: beginning(path), complete, given, typed), findings


def _by_rules(
    data: DataSpec, columns: dict[str, Cells], rows: int, given: Given, path: Path
) -> tuple[dict[str, Cells], int, Given, list[LeftOut]]:
    """The rows that are not left out, how many they are, and the others."""
    rules = row_rules(data)
    if not rules.any_for(list(columns)):
        return columns, rows, given, []
    faults = [rules.fault({name: cells[row] for name, cells in columns.items()}) for row in range(rows)]
    kept = [row for row, fault in enumerate(faults) if fault is None]
    left_out = [LeftOut(str(path), row + 1, fault) for row, fault in enumerate(faults) if fault is not None]
    first_test = rows - given.test
    first_validation = first_test - given.validation
    given = Given(sum(first_validation <= row < first_test for row in kept), sum(row >= first_test for row in kept))
    return {name: [cells[row] for row in kept] for name, cells in columns.items()}, len(kept), given, left_out


def arrays_of(data: DataSpec, root: Path, folder: Path) -> tuple[dict[str, list[Stored]] | None, Given, list[Finding]]:
    """The arrays of each column, one for each part that there is."""
    columns: dict[str, list[Stored]] = {}
    counts = dict.fromkeys(PARTS, 0)
    for part in PARTS:
        files, findings = located(data, part, root, folder, "a file of NumPy's")
        if findings:
            return None, Given(), findings
        here: dict[str, Stored] = {}
        for path, named in files:
            found, fault = _stored(path, named.key)
            if fault:
                return None, Given(), [fault]
            here |= {stored.name: stored for stored in found}
        if not files:
            continue
        if columns and set(here) != set(columns):
            path = files[0].path
            words = f"has the arrays {_listed(here)}, and the training part {_listed(columns)}"
            return None, Given(), [file_fault("different-columns", path, words)]
        if fault := _rows_disagree(list(here.values())):
            return None, Given(), [fault]
        for name, stored in here.items():
            columns.setdefault(name, []).append(stored)
        counts[part] = next(iter(here.values())).shape[0] if here else 0
    if not columns or not counts["path"]:
        return None, Given(), [error("empty-data", "there are no rows", data.source.span_of("path"))]
    return columns, Given(counts["validation"], counts["test"]), []


def described(
    arrays: Mapping[str, Sequence[Stored]],
) -> tuple[dict[str, ColumnFacts], list[str], list[Finding]]:
    """The columns of more than one axis, the names of the others, and arrays that cannot be columns."""
    return columns_of(
        {name: [Declared(each.path, each.dtype, each.shape) for each in parts] for name, parts in arrays.items()}
    )


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)[:10])


def _rows_disagree(arrays: Sequence[Stored]) -> Finding | None:
    for stored in arrays:
        first = arrays[0]
        if not stored.shape:
            return file_fault("rows-disagree", stored.path, single_value(stored.name))
        if stored.shape[0] != first.shape[0]:
            words = f"has {stored.shape[0]} rows in `{stored.name}` and {first.shape[0]} in `{first.name}`"
            return file_fault("rows-disagree", stored.path, words)
    return None


def _stored(path: Path, column: str) -> tuple[list[Stored], Finding | None]:
    """The arrays that a file declares; `column` is what a file of one array is called."""
    try:
        with path.open("rb") as file:
            if file.read(4) == _ZIP:
                return _of_archive(path)
            file.seek(0)
            return [_declared(file, path, column or path.stem, "")], None
    except OSError as fault:
        return [], unreadable(path, fault)
    except _DamagedError as fault:
        return [], file_fault("damaged-file", path, str(fault))


def _of_archive(path: Path) -> tuple[list[Stored], Finding | None]:
    found, findings = members(path)
    if findings:
        return [], findings[0]
    arrays = []
    try:
        with zipfile.ZipFile(path) as archive:
            for name in found:
                if not name.endswith(".npy"):
                    raise _DamagedError(f"has a member that is no array, `{name}`")
                with archive.open(name) as member:
                    arrays.append(_declared(io.BytesIO(member.read(LONGEST_HEADER + 12)), path, name[:-4], name))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as fault:
        raise _DamagedError(f"cannot be unpacked: {fault}") from fault
    if not arrays:
        raise _DamagedError("has no arrays")
    return arrays, None


def _declared(file: BinaryIO, path: Path, name: str, member: str) -> Stored:
    """What an array's header says (NumPy's NEP 1)."""
    start = file.read(8)
    if not start.startswith(MAGIC) or len(start) < 8:
        raise _DamagedError(f"is no file of NumPy's: it does not begin as one{f' in `{member}`' if member else ''}")
    wide = start[6] > 1
    size = file.read(4 if wide else 2)
    length = int.from_bytes(size, "little")
    text = file.read(min(length, LONGEST_HEADER))
    if length > LONGEST_HEADER or len(text) < length:
        raise _DamagedError(f"has a damaged header in `{name}`")
    try:
        header = ast.literal_eval(text.decode("latin-1").strip())
        dtype, fortran, shape = header["descr"], header["fortran_order"], header["shape"]
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError) as fault:
        raise _DamagedError(f"has a damaged header in `{name}`") from fault
    right = isinstance(shape, tuple) and all(isinstance(each, int) and each >= 0 for each in shape)
    if not right or not isinstance(dtype, str | list) or not isinstance(fortran, bool):
        raise _DamagedError(f"has a damaged header in `{name}`")
    offset = len(start) + len(size) + length
    return Stored(name, path, member, dtype if isinstance(dtype, str) else "record", shape, offset, fortran)


def _texts(stored: Stored, limit: int | None) -> tuple[list[str | None], Finding | None]:
    """The values of an array with one axis, as texts; up to `limit` bytes."""
    order, code = stored.dtype[:1], stored.dtype[1:]
    width = int(code[1:]) * (4 if code[0] == "U" else 1)
    total = stored.shape[0]
    if code[0] in "US" and not 0 < width <= LONGEST_TEXT:
        return [], file_fault("damaged-file", stored.path, f"has texts of {width:,} bytes in `{stored.name}`")
    wanted = total if limit is None else min(total, limit // max(width, 1))
    try:
        content = b"".join(_values(stored, wanted * width))
    except OSError as fault:
        return [], unreadable(stored.path, fault)
    except (zipfile.BadZipFile, zlib.error, EOFError) as fault:
        return [], file_fault("damaged-file", stored.path, f"cannot be unpacked: {fault}")
    if len(content) < wanted * width:
        return [], too_short(stored)
    if code[0] in "US":
        cut = [content[start : start + width] for start in range(0, wanted * width, width)]
        encoding = "ascii" if code[0] == "S" else "utf-32-be" if order == ">" else "utf-32-le"
        return [piece.decode(encoding, "replace").rstrip("\0").strip() or None for piece in cut], None
    endian = ">" if order == ">" else "<"
    values = struct.unpack(f"{endian}{wanted}{_VALUES[code]}", content)
    return [TEXTS[code[0]](value) for value in values], None


def too_short(stored: Stored) -> Finding:
    """An array with fewer values than its header says."""
    words = f"declares the shape {stored.shape} in `{stored.name}` and holds fewer values"
    return file_fault("damaged-file", stored.path, words)


def _values(stored: Stored, size: int) -> Iterator[bytes]:
    if not stored.member:
        with stored.path.open("rb") as file:
            file.seek(stored.offset)
            yield file.read(size)
        return
    with zipfile.ZipFile(stored.path) as archive, archive.open(stored.member) as member:
        member.read(stored.offset)
        yield member.read(size)
