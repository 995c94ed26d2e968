"""Typed columns as they are read: kept in memory while they are small, in a file of Arrow's when they are not."""

import os
import tempfile
import weakref
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from specc.data.stored import Array, ArrowColumn, Stored

IN_MEMORY = 256 * 1024 * 1024
"""Bytes; more than these are written to a file in the folder for temporary files."""


class Spilled:
    """Takes batches of columns, and gives the columns."""

    def __init__(self, names: Sequence[str], most: int | None = None) -> None:
        self._names, self._most = list(names), IN_MEMORY if most is None else most
        self._batches: list[Any] = []
        self._bytes = 0
        self._file: _File | None = None

    def add(self, columns: Mapping[str, Any]) -> None:
        """Some more rows: an Arrow array for each name."""
        batch = pa.record_batch([columns[name] for name in self._names], self._names)
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
            return {name: SpilledColumn(self._file, name) for name in self._names}
        table = pa.Table.from_batches(self._batches)
        return {name: ArrowColumn(table.column(name)) for name in self._names}


class _File:
    """A file of record batches, which goes when nobody needs it any more."""

    def __init__(self, schema: Any) -> None:  # noqa: ANN401  Arrow's
        handle, name = tempfile.mkstemp(suffix=".arrow", prefix="specc-")
        os.close(handle)
        self.path = Path(name)
        weakref.finalize(self, self.path.unlink, missing_ok=True)
        self._writer = pa.ipc.new_file(name, schema)
        self._sizes: list[int] = []
        self._read: tuple[int, Any] | None = None

    def write(self, batch: Any) -> None:  # noqa: ANN401  Arrow's
        """Some more rows."""
        self._writer.write_batch(batch)
        self._sizes.append(batch.num_rows)

    def close(self) -> None:
        """No more rows come."""
        self._writer.close()
        self.ends = list(accumulate(self._sizes))
        self._reader = pa.ipc.open_file(pa.OSFile(str(self.path)))

    def batch(self, index: int) -> Any:  # noqa: ANN401  Arrow's
        """A batch; the one that was read last is kept, as its columns are asked for one after the other."""
        if self._read is None or self._read[0] != index:
            self._read = (index, self._reader.get_batch(index))
        return self._read[1]


class SpilledColumn:
    """A column in a file. Rows that ascend are read fastest."""

    digest: Callable[[], bytes] | None = None

    def __init__(self, file: _File, name: str) -> None:
        self._file, self._name = file, name

    def __len__(self) -> int:
        return self._file.ends[-1]

    def numbers(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return self._gathered([each.numbers() for each in self._parts(rows)], rows)

    def texts(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return self._gathered([each.texts() for each in self._parts(rows)], rows)

    def arrays(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return self._gathered([each.arrays() for each in self._parts(rows)], rows)

    def codes(self, index: Mapping[str, int], rows: Array | None = None) -> Array:
        """As `Stored`."""
        return self._gathered([each.codes(index) for each in self._parts(rows)], rows)

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
            for index in range(len(self._file.ends)):
                yield self._at(index, None)
            return
        rows = np.sort(rows)
        begin = 0
        while begin < len(rows):
            index = bisect_right(self._file.ends, int(rows[begin]))
            first = self._file.ends[index - 1] if index else 0
            end = int(np.searchsorted(rows, self._file.ends[index]))
            yield self._at(index, rows[begin:end] - first)
            begin = end

    def _at(self, index: int, rows: Array | None) -> ArrowColumn:
        column = self._file.batch(index).column(self._name)
        return ArrowColumn(pa.chunked_array([column if rows is None else column.take(pa.array(rows))]))

    @staticmethod
    def _gathered(parts: list[Array], rows: Array | None) -> Array:
        if not parts:
            return np.zeros(0, "float32")
        found = np.concatenate(parts)
        if rows is None or bool((np.diff(rows) >= 0).all()):
            return found
        back = np.empty_like(found)
        back[np.argsort(rows, kind="stable")] = found
        return back
