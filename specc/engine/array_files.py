"""Arrays of samples that do not fit in memory: `.npy` files, written piece by piece and read by rows.

Comes in: rows, one piece after another. Goes out: `FileArray`, which gives any rows as a NumPy array. What is mapped or
buffered at a time is bounded, whatever the size of the file. Does not know what the arrays mean.
"""

import math
import mmap
import os
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.lib import format as npy

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

MOST_RESIDENT = 256 * 2**20
"""Bytes of samples that are kept in memory on any machine; more of them are streamed from files."""

REGION = 64 * 2**20
"""Bytes of a file that are mapped at a time; mapped pages count as the process' memory."""


def most_resident() -> int:
    """Bytes of samples to keep in memory here: `MOST_RESIDENT`, but no more than a quarter of what is free."""
    available = free_memory()
    return MOST_RESIDENT if available is None else min(MOST_RESIDENT, available // 4)


class FileArray:
    """An array in an `.npy` file, its first axis the samples. Holds the file open, so that it may be deleted meanwhile.

    Raises OSError if the file cannot be read, and ValueError if it is no whole array of numbers.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            if npy.read_magic(file) != (1, 0):
                raise ValueError(f"{path.name}: not the format that is written here")
            self.shape, fortran, self.dtype = npy.read_array_header_1_0(file)
            self._offset = file.tell()
        self._row_bytes = self.dtype.itemsize * math.prod(self.shape[1:])
        whole = self._offset + self.nbytes
        if fortran or self.dtype.hasobject or not self.shape or path.stat().st_size != whole:
            raise ValueError(f"{path.name}: not a whole array")
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """The size of all samples in bytes."""
        return len(self) * self._row_bytes

    def __getitem__(self, rows: Array) -> Array:
        """The samples at `rows`, integers in any order, as often as they are named.

        The file is read from front to back, so that an order by chance does not cost a seek for each sample.
        """
        ranks = np.argsort(rows, kind="stable")
        ascending = rows[ranks]
        if len(ascending) and not 0 <= ascending[0] <= ascending[-1] < len(self):
            raise IndexError(f"rows {ascending[0]} to {ascending[-1]} of {len(self)}")
        found = np.empty((len(rows), *self.shape[1:]), self.dtype)
        begin = 0
        while begin < len(ascending):
            first = int(ascending[begin])
            end = int(np.searchsorted(ascending, first + self._rows_at_once))
            region = self._region(first, int(ascending[end - 1]) + 1)
            np.take(region, ascending[begin:end] - first, axis=0, out=found[begin:end], mode="clip")
            begin = end
        if len(rows) and (ranks[0] or (np.diff(ranks) != 1).any()):
            places = np.empty_like(ranks)
            places[ranks] = np.arange(len(ranks))
            found = np.take(found, places, axis=0)
        return found

    def __array__(self, dtype: np.dtype[Any] | None = None, copy: bool | None = None) -> Array:
        """All samples in memory, as `numpy.asarray` asks for them."""
        found = np.empty(self.shape, self.dtype)
        for first in range(0, len(self), self._rows_at_once):
            last = min(first + self._rows_at_once, len(self))
            found[first:last] = self._region(first, last)
        return found if dtype is None else found.astype(dtype)

    def checksum(self) -> int:
        """The CRC-32 of all samples' bytes."""
        found = 0
        for first in range(0, len(self), self._rows_at_once):
            found = zlib.crc32(self._region(first, min(first + self._rows_at_once, len(self))).data, found)
        return found

    @property
    def _rows_at_once(self) -> int:
        return max(1, REGION // max(1, self._row_bytes))

    def _region(self, first: int, last: int) -> Array:
        """The rows from `first` up to `last`, mapped for as long as the array is in use."""
        shape = (last - first, *self.shape[1:])
        if not math.prod(shape):
            return np.empty(shape, self.dtype)
        begin = self._offset + first * self._row_bytes
        start = begin - begin % mmap.ALLOCATIONGRANULARITY
        length = self._offset + last * self._row_bytes - start
        mapped = mmap.mmap(self._file, length, access=mmap.ACCESS_READ, offset=start)
        return np.frombuffer(mapped, self.dtype, math.prod(shape), begin - start).reshape(shape)


class MemoryWriter:
    """Takes the rows of an array one piece after another. `shape` is the whole array's."""

    def __init__(self, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self.array: Array = np.empty(shape, dtype)
        self._filled = 0

    def append(self, rows: Array) -> None:
        """The next rows."""
        self.array[self._filled : self._filled + len(rows)] = rows
        self._filled += len(rows)


class StorageError(Exception):
    """Something cannot be written, mostly since the disk is full. The message is the system's."""


@contextmanager
def writing() -> Iterator[None]:
    """Within, the system's refusals are `StorageError`. Nothing that reads belongs within."""
    try:
        yield
    except OSError as fault:
        raise StorageError(fault.strerror or str(fault)) from fault


class FileWriter:
    """Takes the rows of an array one piece after another into a new file that `FileArray` reads. Raises StorageError.

    Written, not mapped: on a full disk that raises, where a mapped page would end the process.
    """

    def __init__(self, path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self.checksum = 0
        self._dtype, self._row_shape = dtype, shape[1:]
        header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        with writing():
            self._file = path.open("xb")
            npy.write_array_header_1_0(self._file, header)

    def append(self, rows: Array) -> None:
        """The next rows."""
        if rows.shape[1:] != self._row_shape:
            raise ValueError(f"rows of shape {rows.shape[1:]} where {self._row_shape} are due")
        plain = np.ascontiguousarray(rows, self._dtype)
        if plain.size:
            with writing():
                self._file.write(plain.data)
            self.checksum = zlib.crc32(plain.data, self.checksum)

    def close(self) -> None:
        """Have everything on the disk; the file is closed also where that fails."""
        with writing():
            try:
                self._file.flush()
                os.fsync(self._file.fileno())
            finally:
                self._file.close()

    def abandon(self) -> None:
        """Close the file, whatever becomes of its content."""
        with suppress(OSError):
            self._file.close()


def take(array: Array | FileArray, rows: Array) -> Array:
    """The samples at `rows`, in memory."""
    return array[rows] if isinstance(array, FileArray) else np.take(array, rows, axis=0)


def free_memory() -> int | None:
    """Bytes that new data may take without driving anything else out; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)
