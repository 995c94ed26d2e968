"""Typed columns as they are read: kept in memory while they are small, in a file of Arrow's when they are not."""

import os
import tempfile
import weakref
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from specc.data.stored import Array, ArrowColumn, Stored

BatchOf: TypeAlias = Callable[[int], Any]
"""What gives the Arrow array of a batch by its number."""

IN_MEMORY = 64 * 1024 * 1024
"""Bytes; more than these are written to a file in the folder for temporary files, which is read hardly slower."""


class Spilled:
    """Takes batches of columns, and gives the columns."""

    def __init__(self, names: Sequence[str], most: int | None = None) -> None:
        self._names, self._most = list(names), IN_MEMORY if most is None else most
        self._batches: list[Any] = []
        self._sizes: list[int] = []
        self._bytes = 0
        self._file: _File | None = None

    def add(self, columns: Mapping[str, Any]) -> None:
        """Some more rows: an Arrow array for each name."""
        batch = pa.record_batch([columns[name] for name in self._names], self._names)
        self._sizes.append(batch.num_rows)
        if self._file is not None:
            self._file.write(batch)
            return
        self._batches.append(batch)
        self._bytes += batch.nbytes
        if self._bytes > self._most:
            self._file = _File(batch.schema)
            for each in self._batches:
                self._file.write(each)
            self._batches = []

    def columns(self) -> dict[str, Stored]:
        """All rows so far, by column."""
        if self._file is not None:
            self._file.close()
        ends = list(accumulate(self._sizes))
        return {name: BatchedColumn(ends, self._reading(place)) for place, name in enumerate(self._names)}

    def _reading(self, place: int) -> BatchOf:
        if self._file is not None:
            return _Reader(self._file, place)
        batches = self._batches
        return lambda index: batches[index].column(place)


class _File:
    """A file of record batches, which goes when nobody needs it any more."""

    def __init__(self, schema: Any) -> None:  # noqa: ANN401  Arrow's
        handle, name = tempfile.mkstemp(suffix=".arrow", prefix="specc-")
        os.close(handle)
        path = Path(name)
        weakref.finalize(self, path.unlink, missing_ok=True)
        self._writer = pa.ipc.new_file(name, schema)
        self.write = self._writer.write_batch
        self._name = name

    def close(self) -> None:
        """No more rows come."""
        self._writer.close()
        self.source = pa.OSFile(self._name)


class _Reader:
    """Reads a column, and passes the others by; the batch that was read last is kept: often a few rows are wanted."""

    def __init__(self, file: _File, place: int) -> None:
        self._file = file  # is there for as long as it is read
        options, pool = pa.ipc.IpcReadOptions(included_fields=[place]), pa.default_memory_pool()
        self._reader = pa.ipc.open_file(file.source, options=options, memory_pool=pool)
        self._last: tuple[int, Any] = (-1, None)

    def __call__(self, index: int) -> Any:  # noqa: ANN401  Arrow's array
        if self._last[0] != index:
            self._last = (-1, None)
            column = self._reader.get_batch(index).column(0)  # lies in memory that has room for all the others
            self._last = index, pa.concat_arrays([column])
        return self._last[1]


class BatchedColumn:
    """A column in batches, of which `batch` gives each and `ends` says with which row it ends.

    Rows are taken from one batch after another, and so fastest if they ascend.
    """

    digest: Callable[[], bytes] | None = None

    def __init__(self, ends: Sequence[int], batch: BatchOf) -> None:
        self._ends, self._batch = ends, batch

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def numbers(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return self._gathered((each.numbers() for each in self._parts(rows)), rows)

    def texts(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return self._gathered((each.texts() for each in self._parts(rows)), rows)

    def arrays(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        chunks = [chunk for each in self._parts(rows) for chunk in each.values.chunks]
        together = ArrowColumn(pa.chunked_array(chunks or [self._batch(0)[:0]]))  # lengths may differ among batches
        return _in_order_of(rows, together.arrays())

    def codes(self, index: Mapping[str, int], rows: Array | None = None) -> Array:
        """As `Stored`."""
        return self._gathered((each.codes(index) for each in self._parts(rows)), rows)

    def counts(self, rows: Array | None = None) -> dict[str, int]:
        """As `Stored`."""
        counts: dict[str, int] = {}
        for each in self._parts(rows):
            for text, count in each.counts().items():
                counts[text] = counts.get(text, 0) + count
        return counts

    def _parts(self, rows: Array | None) -> Iterator[ArrowColumn]:
        """The rows of each batch; of rows that do not ascend, in ascending order."""
        if rows is None:
            for index in range(len(self._ends)):
                yield self._at(index, None)
            return
        rows = rows if _ascend(rows) else np.sort(rows)
        begin = 0
        while begin < len(rows):
            index = bisect_right(self._ends, int(rows[begin]))
            first = self._ends[index - 1] if index else 0
            end = int(np.searchsorted(rows, self._ends[index]))
            yield self._at(index, rows[begin:end] - first)
            begin = end

    def _at(self, index: int, rows: Array | None) -> ArrowColumn:
        column = self._batch(index)
        return ArrowColumn(pa.chunked_array([column if rows is None else column.take(pa.array(rows))]))

    def _gathered(self, parts: Iterator[Array], rows: Array | None) -> Array:
        """The parts in one array, in the order of `rows`."""
        first = next(parts, np.zeros(0, "float32"))
        found = np.empty((len(self) if rows is None else len(rows), *first.shape[1:]), first.dtype)
        end = 0
        for part in chain([first], parts):
            found[end : end + len(part)] = part
            end += len(part)
        return _in_order_of(rows, found)


def _in_order_of(rows: Array | None, found: Array) -> Array:
    """What was found for `rows` in ascending order, in theirs."""
    if rows is None or _ascend(rows):
        return found
    back = np.empty_like(found)
    back[np.argsort(rows, kind="stable")] = found
    return back


def _ascend(rows: Array) -> bool:
    return bool((rows[1:] >= rows[:-1]).all())
