"""Loaded columns, in memory or mapped from disk, behind four questions: `Stored`.

Rows are row numbers, (n,) int64, or None for all of them. What a column is not made for it does not answer: numbers of
texts and texts of images are faults of ours.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps some 70 MB for itself after the smallest table

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def release_memory() -> None:
    """Give free memory back to the system, with glibc; its allocator keeps much among pieces of many sizes."""
    pa.default_memory_pool().release_unused()


class Stored(Protocol):
    """A column whose values can be had by row."""

    @property
    def digest(self) -> Callable[[], bytes] | None:
        """What gives a digest that differs wherever the values do, without making them; None where nothing does."""

    def __len__(self) -> int: ...

    def numbers(self, rows: Array | None = None) -> Array:
        """(n,) float32, or float64 for moments in time; NaN where there is no value."""

    def texts(self, rows: Array | None = None) -> Array:
        """(n,) of strings, "" where there is no value."""

    def counts(self, rows: Array | None = None) -> dict[str, int]:
        """How often each text occurs, "" where there is no value."""

    def codes(self, index: Mapping[str, int], rows: Array | None = None) -> Array:
        """(n,) int32: what `index` has for each text, -1 for what it does not have."""

    def arrays(self, rows: Array | None = None) -> Array:
        """(n, ...) of a column of images, vectors or sequences; (n,) of arrays where they differ in length."""


class ArrowColumn:
    """Numbers, moments or texts as Arrow keeps them: with gaps where there is no value."""

    digest: Callable[[], bytes] | None = None

    def __init__(self, values: pa.ChunkedArray) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def numbers(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        found: Array = self._at(rows).to_numpy(zero_copy_only=False)
        return found

    def texts(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        found = _plain(self._at(rows)).fill_null("")
        return np.asarray(found.to_numpy(zero_copy_only=False), object)

    def counts(self, rows: Array | None = None) -> dict[str, int]:
        """As `Stored`."""
        pairs = pc.value_counts(_plain(self._at(rows)).fill_null(""))
        return {pair["values"]: pair["counts"] for pair in pairs.to_pylist()}

    def codes(self, index: Mapping[str, int], rows: Array | None = None) -> Array:
        """As `Stored`."""
        places = pc.index_in(_plain(self._at(rows)).fill_null(""), pa.array(list(index), pa.string()))
        numbers = np.array([*index.values(), -1], "int32")
        found: Array = numbers[places.fill_null(-1).to_numpy(zero_copy_only=False)]
        return found

    def arrays(self, rows: Array | None = None) -> Array:
        """As `Stored`, of a column of lists."""
        lists = self._at(rows)
        lengths = pc.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False)
        flat = pc.list_flatten(lists).to_numpy(zero_copy_only=False)
        if len(lengths) and (lengths == lengths[0]).all():
            matrix: Array = flat.reshape(len(lengths), -1)
            return matrix
        found = np.empty(len(lengths), object)
        found[:] = np.split(flat, np.cumsum(lengths)[:-1])
        return found

    def _at(self, rows: Array | None) -> pa.ChunkedArray:
        return self.values if rows is None else self.values.take(pa.array(rows))


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


class ArrayColumn:
    """Images, vectors or sequences, (rows, ...), in memory or mapped; also (rows,) of numbers or of strings."""

    digest: Callable[[], bytes] | None = None

    def __init__(self, values: Array) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def numbers(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return np.asarray(self._at(rows), "float32")

    def texts(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return np.asarray(self._at(rows), object)

    def counts(self, rows: Array | None = None) -> dict[str, int]:
        """As `Stored`."""
        counts: dict[str, int] = {}
        for text in self._at(rows):
            counts[text] = counts.get(text, 0) + 1
        return counts

    def codes(self, index: Mapping[str, int], rows: Array | None = None) -> Array:
        """As `Stored`."""
        return np.array([index.get(text, -1) for text in self._at(rows)], "int32")

    def arrays(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return np.asarray(self._at(rows))

    def _at(self, rows: Array | None) -> Array:
        return self.values if rows is None else self.values[rows]


class MadeColumn:
    """What is computed or read for the rows that are asked for: `make(rows)` gives (n, ...); `digest` as `Stored`."""

    def __init__(self, samples: int, make: Callable[[Array], Array], digest: Callable[[], bytes] | None = None) -> None:
        self._samples, self._make, self.digest = samples, make, digest

    def __len__(self) -> int:
        return self._samples

    def numbers(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return np.asarray(self.arrays(rows), "float32")

    def texts(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return np.asarray(self.arrays(rows), object)

    def counts(self, rows: Array | None = None) -> dict[str, int]:
        """As `Stored`, a piece at a time."""
        return ArrayColumn(self.texts(rows)).counts()

    def codes(self, index: Mapping[str, int], rows: Array | None = None) -> Array:
        """As `Stored`."""
        return ArrayColumn(self.texts(rows)).codes(index)

    def arrays(self, rows: Array | None = None) -> Array:
        """As `Stored`."""
        return self._make(np.arange(self._samples) if rows is None else rows)


def digest_of_files(paths: Sequence[Path], about: object) -> bytes:
    """A digest (32 bytes) of what is in some files, in order, wherever they lie, and of the text of `about`.

    Raises OSError.
    """
    digest = hashlib.sha256(repr(about).encode())
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.digest()
