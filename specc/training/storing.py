"""Arrays that are made a piece at a time -> in memory if they are few, or else in files; kept in the cache if asked.

Comes in: how many rows each split has and a function that makes a piece of them. Goes out: arrays by `Place`. Knows
bytes and files; what the arrays mean is `specc.training.preparation`'s business.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from specc.engine.array_files import Array, FileArray, FileWriter, MemoryWriter, StorageError, most_resident
from specc.training import cache
from specc.training.cache import Draft, Place
from specc.training.counting import counting
from specc.training.display import Show

Arrays: TypeAlias = Mapping[Place, Array | FileArray]
NewArray: TypeAlias = Callable[[Place, np.dtype[Any], tuple[int, ...]], MemoryWriter | FileWriter]

ROWS_AT_ONCE = 8192
BYTES_AT_ONCE = 16 * 2**20
"""Rows that are made at a time, or fewer where these take more bytes than that."""

WORTH_KEEPING_S = 3.0
"""Arrays are kept for the next run if they are in files, or if reading and making them took longer than that."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What becomes of prepared samples.

    `cache` says whether they are kept from run to run. Those of at most `most_resident` bytes are in memory; None is
    what suits this machine. What took less than `worth_s` seconds to read and prepare is not kept.
    """

    cache: bool = True
    most_resident: int | None = None
    worth_s: float = WORTH_KEEPING_S

    @property
    def bound(self) -> int:
        """Bytes that are kept in memory."""
        return most_resident() if self.most_resident is None else self.most_resident


class Making(NamedTuple):
    """What is to be made. `rows` counts them by split; `piece(split, start, stop)` gives their arrays by part and name.

    `more` are arrays that are made already. `began` is the moment, by `time.monotonic`, at which the work on all this
    began.
    """

    rows: Mapping[str, int]
    piece: Callable[[str, int, int], Mapping[Place, Array]]
    more: Mapping[Place, Array]
    began: float


class StoreFailedError(Exception):
    """Arrays that are too many for memory cannot be written; the message says how large they are, where and why."""


def make(making: Making, key: str, keeping: Keeping, show: Show | None) -> Arrays:
    """All arrays: those of the splits by (split, part, name), and `more`. Raises StoreFailedError."""
    split = next(iter(making.rows))
    one = making.piece(split, 0, 1)
    row_bytes = sum(array.nbytes for array in one.values())
    total = row_bytes * sum(making.rows.values()) + sum(array.nbytes for array in making.more.values())
    at_once = max(1, min(ROWS_AT_ONCE, BYTES_AT_ONCE // max(1, row_bytes)))
    if total <= keeping.bound:
        writers: dict[Place, MemoryWriter] = {}

        def new(place: Place, dtype: np.dtype[Any], shape: tuple[int, ...]) -> MemoryWriter:
            return writers.setdefault(place, MemoryWriter(dtype, shape))

        _fill(making, one, new, at_once, show)
        arrays = {place: writer.array for place, writer in writers.items()} | dict(making.more)
        if keeping.cache and time.monotonic() - making.began > keeping.worth_s:
            _keep(arrays, key)
        return arrays
    try:
        return _in_files(making, one, total, at_once, key if keeping.cache else None, show)
    except StorageError as fault:
        size = f"{total / 2**30:.1f} GiB" if total >= 2**30 else f"{total / 2**20:,.0f} MiB"
        message = f"the prepared samples take {size} and cannot be written to `{cache.cache_folder()}`: {fault}"
        raise StoreFailedError(message) from fault


def kept(key: str, keeping: Keeping) -> Arrays | None:
    """What an earlier run has kept under the key, as `make` would give it."""
    found = cache.find(cache.cache_folder(), key) if keeping.cache else None
    if found is None or sum(array.nbytes for array in found.values()) > keeping.bound:
        return found
    return {place: np.asarray(array) for place, array in found.items()}


def _fill(making: Making, one: Mapping[Place, Array], new: NewArray, at_once: int, show: Show | None) -> None:
    """Make all rows, piece by piece. `one` is the first row, which tells the arrays' types and shapes."""
    with counting("preparing", sum(making.rows.values()), show) as count:
        for split, rows in making.rows.items():
            writers = {
                place: new((split, *place), array.dtype, (rows, *array.shape[1:])) for place, array in one.items()
            }
            for start in range(0, rows, at_once):
                stop = min(start + at_once, rows)
                for place, array in making.piece(split, start, stop).items():
                    writers[place].append(array)
                count(stop - start)


def _in_files(  # noqa: PLR0913, PLR0917  the parts of one work
    making: Making, one: Mapping[Place, Array], total: int, at_once: int, key: str | None, show: Show | None
) -> Arrays:
    """The arrays in files of the cache, or without a key in files that are nobody else's and gone when closed."""
    root = cache.cache_folder()
    draft = Draft(root)
    try:
        draft.room_for(total)
        _fill(making, one, draft.array, at_once, show)
        for place, array in making.more.items():
            draft.array(place, array.dtype, array.shape).append(array)
        draft.finish()
        folder = cache.keep(root, draft, key) if key else draft.folder
        return cache.opened(folder)
    finally:
        draft.discard()


def _keep(arrays: Mapping[Place, Array], key: str) -> None:
    """Write arrays that are in memory for the next run; without them it is slower, so that no fault is worth a word."""
    draft: Draft | None = None
    try:
        draft = Draft(cache.cache_folder())
        for place, array in arrays.items():
            draft.array(place, array.dtype, array.shape).append(array)
        draft.finish()
        cache.keep(cache.cache_folder(), draft, key)
    except StorageError:
        pass
    finally:
        if draft is not None:
            draft.discard()
