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
    return np.argsort(keys, kind="stable").astype(np.int64)


def batches(samples: Indices, batch_size: int) -> Iterator[Indices]:
    """The samples in consecutive batches; the last one may be smaller."""
    for start in range(0, len(samples), batch_size):
        yield samples[start : start + batch_size]
