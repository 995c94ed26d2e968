"""The order in which an epoch visits the samples: a pure function of seed and epoch, never the state of an iterator.

Sample i has the key that the Philox generator with the key (seed, epoch) draws i-th, a 64-bit integer; samples are
visited in the order of their keys. Only the generator's raw integers are used, whose sequence NumPy guarantees.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np

Indices: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


def order(seed: int, epoch: int, samples: int) -> Indices:
    """A permutation of 0 … samples - 1, (samples,) int64. `epoch` counts from 0."""
    key = np.array([seed % 2**64, epoch], np.uint64)
    keys = np.random.Philox(key=key).random_raw(samples)
    ranked = np.argsort(keys)  # some three times as fast as a stable one, and the same unless keys are equal
    if _has_twice(keys, ranked):
        ranked = np.argsort(keys, kind="stable")
    return ranked.astype(np.int64, copy=False)


def batches(samples: Indices, batch_size: int) -> Iterator[Indices]:
    """The samples in consecutive batches; the last one may be smaller."""
    for start in range(0, len(samples), batch_size):
        yield samples[start : start + batch_size]


def _has_twice(keys: np.ndarray[Any, Any], ranked: Indices) -> bool:
    """Whether two of the keys are equal; a piece at a time, as there may be many."""
    piece = 2**20
    return any(
        bool((np.diff(keys[ranked[start : start + piece + 1]]) == 0).any()) for start in range(0, len(ranked), piece)
    )
