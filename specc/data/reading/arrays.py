"""Arrays of files -> `Scan`: those of one axis like a table's columns of text, the others as they are: `scan_arrays`.

Where arrays lie is the business of `numpy_files`, `hdf5` and `tfrecord` here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa

from specc.data.facts import ColumnFacts
from specc.data.kinds import LARGEST_NUMBER
from specc.data.reading.scan import Loaded, ReadingError, Scan
from specc.data.reading.texts import Batch, scan_texts
from specc.data.section import DataSpec
from specc.data.sources.arrays import TEXTS
from specc.data.sources.faults import MOST, beginning, file_fault
from specc.data.sources.row_rules import LeftOut, RowRules, row_rules
from specc.data.split_rules import Given
from specc.data.stored import Array, MadeColumn, Stored
from specc.data.text_table import Table
from specc.diagnostics import Finding, Span

Slices: TypeAlias = Any
"""What is sliced like an array: in memory, mapped, or in an HDF5 file."""

ROWS = 65_536
INT32 = np.iinfo("int32")


class Part(NamedTuple):
    """The arrays of one part, `path`, `validation` or `test`, by column; they have as many `rows` each."""

    part: str
    path: Path
    arrays: Mapping[str, Slices]
    rows: int


def scan_arrays(
    data: DataSpec, parts: Sequence[Part], typed: Mapping[str, ColumnFacts], names: Sequence[str]
) -> tuple[Scan | None, list[Finding]]:
    """The columns of some parts: `typed` have more than one axis, `names` are those with one."""
    values = _Values(data, parts, names)
    if names:
        found, findings = scan_texts(values, data)
        if found is None:
            return None, findings
    else:
        found, findings = Scan(_untabled(values), lambda _: ({}, [])), []
    table = replace(found.table, typed=typed)
    kept = values.kept()

    def load(wanted: Mapping[str, ColumnFacts]) -> Loaded:
        stored: dict[str, Stored] = {}
        texts = {name: facts for name, facts in wanted.items() if name not in typed}
        if texts:
            loaded, faults = found.load(texts)
            if loaded is None:
                return None, faults
            stored |= loaded
        for name in wanted:
            if name in typed:
                stored[name] = MadeColumn(table.rows, _maker([part.arrays[name] for part in parts], typed[name], kept))
        return stored, []

    return found._replace(table=table, load=load), findings


class _Values:
    """The arrays with one axis, as `specc.data.reading.texts.Texts`."""

    def __init__(self, data: DataSpec, parts: Sequence[Part], names: Sequence[str]) -> None:
        self._parts, self._rules = parts, row_rules(data)
        self.names = tuple(names)
        self.warnings: list[Finding] = []

    def parts(self) -> Sequence[str]:
        """As `Texts`."""
        return [part.part for part in self._parts]

    def batches(self) -> Iterator[Batch]:
        """As `Texts`."""
        for index, part in enumerate(self._parts):
            for start in range(0, part.rows, ROWS):
                columns = [as_texts(part.arrays[name][start : start + ROWS]) for name in self.names]
                columns, left_out, _ = without_faulty(self.names, columns, self._rules, part.path, start)
                yield Batch(index, columns, left_out)

    def kept(self) -> Array | None:
        """The rows that no rule leaves out; None for all."""
        if not self._rules.any_for(self.names):
            return None
        masks = []
        for part in self._parts:
            for start in range(0, part.rows, ROWS):
                columns = [as_texts(part.arrays[name][start : start + ROWS]) for name in self.names]
                masks.append(without_faulty(self.names, columns, self._rules, part.path, start)[2])
        return np.flatnonzero(np.concatenate(masks))

    def place(self, row: int, _column: str) -> Span:
        """As `Texts`: the beginning of the file."""
        for part in self._parts:
            if row < part.rows:
                return beginning(part.path)
            row -= part.rows
        return beginning(self._parts[-1].path)

    def given(self) -> Given:
        """The rows of the parts for validation and test."""
        rows = {part.part: part.rows for part in self._parts}
        return Given(rows.get("validation", 0), rows.get("test", 0))


def without_faulty(
    names: Sequence[str], columns: list[Any], rules: RowRules, path: Path, first: int
) -> tuple[list[Any], list[LeftOut], Array]:
    """Some rows without those that the rules leave out; these; and which rows are kept, (rows,) of bool.

    `first` is the number of the first row in its file; left-out rows are named by theirs, counted from 1.
    """
    kept = np.ones(len(columns[0]) if columns else 0, bool)
    looked_at = [name for name in names if name in rules.looked_at]
    if not looked_at:
        return columns, [], kept
    cells = [columns[list(names).index(name)].to_pylist() for name in looked_at]
    left_out = []
    for row, values in enumerate(zip(*cells, strict=True)):
        fault = rules.fault(dict(zip(looked_at, values, strict=True)))
        if fault is not None:
            kept[row] = False
            left_out.append(LeftOut(str(path), first + row + 1, fault, first + row))
    return [column.filter(pa.array(kept)) for column in columns], left_out, kept


def as_texts(values: Array) -> Any:  # noqa: ANN401  Arrow's array
    """Values of an array with one axis as Arrow's strings, as checking has them; null for NaN and for empty texts."""
    values = np.asarray(values)
    kind = values.dtype.kind
    if kind in TEXTS:
        distinct, inverse = np.unique(values, return_inverse=True)
        texts = pa.array([TEXTS[kind](value) for value in distinct.tolist()], pa.string())
        return texts.take(pa.array(inverse))
    if kind == "S":
        values = np.char.decode(values, "ascii", "replace")
    texts = [str(value) or None for value in values.tolist()]
    return pa.array([text if text is None else text.strip() or None for text in texts], pa.string())


def _untabled(values: _Values) -> Table:
    rows = sum(part.rows for part in values._parts)  # noqa: SLF001  of this module
    return Table({}, rows, values.place, given=values.given())


def _maker(arrays: Sequence[Slices], facts: ColumnFacts, kept: Array | None) -> Callable[[Array], Array]:
    """What gives the rows of a column that lies in several arrays."""
    ends = list(accumulate(array.shape[0] for array in arrays))

    def make(rows: Array) -> Array:
        rows = rows if kept is None else kept[rows]
        shape = tuple(size or 0 for size in facts.shape)
        found = np.empty((len(rows), *shape), facts.dtype)
        which = np.searchsorted(ends, rows, "right")
        for index, array in enumerate(arrays):
            places = np.flatnonzero(which == index)
            if len(places):
                first = int(ends[index - 1]) if index else 0
                taken = _taken(array, rows[places] - first)
                found[places] = taken.reshape(len(places), *shape)
        return found

    return make


def _taken(array: Slices, rows: Array) -> Array:
    """Some rows; HDF5 gives rows that ascend, each once, and those that follow each other fastest."""
    first, last = int(rows.min()), int(rows.max())
    if isinstance(array, np.ndarray):
        return np.asarray(array[rows])
    if last - first < 2 * len(rows):
        piece: Array = np.asarray(array[first : last + 1])[rows - first]
        return piece
    distinct, inverse = np.unique(rows, return_inverse=True)
    found: Array = np.asarray(array[distinct])[inverse]
    return found


def check_numbers(name: str, path: Path, array: Slices) -> None:
    """Raises ReadingError for numbers that float32 or int32 cannot hold, in an array with more than one axis."""
    if array.dtype.kind not in "fiu" or np.can_cast(array.dtype, "int32"):
        return
    for start in range(0, array.shape[0], MOST * 1024):
        piece = np.asarray(array[start : start + MOST * 1024])
        if piece.dtype.kind == "f":
            sound, what = np.abs(piece) <= LARGEST_NUMBER, "not finite"  # as float32 has them; NaN is not less
        else:
            sound, what = (piece >= INT32.min) & (piece <= INT32.max), "not below 2**31"
        if not sound.all():
            row = start + int(np.argwhere(~sound.reshape(len(piece), -1).all(axis=1))[0, 0])
            raise ReadingError(
                file_fault("not-a-number", path, f"has a number in row {row + 1} of `{name}` that is {what}")
            )
