"""What several workers tell each other between two calls of the loop, so that all make the same steps.

Within one process there is nothing to agree on, and nothing is asked. Every worker must ask the same questions in the
same order.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def several_workers(strategy: Any) -> bool:  # noqa: ANN401  a tf.distribute.Strategy
    """Whether `strategy` trains in several processes together."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def worker_of(strategy: Any) -> int:  # noqa: ANN401  as above
    """Which of the workers this process is."""
    return strategy.cluster_resolver.task_id or 0 if several_workers(strategy) else 0


def gather(strategy: Any, arrays: Sequence[Array]) -> list[Array]:  # noqa: ANN401  as above
    """Of each array (replicas here, …) of numbers the same of all workers, (replicas, …), bit for bit.

    All travel together: a row for each replica, its own filled with bits as int64, the others with noughts to which
    these are added.
    """
    if not several_workers(strategy) or not arrays:
        return list(arrays)
    count = len(arrays[0])
    flat = [np.concatenate([array[local].ravel().astype("float64") for array in arrays]) for local in range(count)]
    rows = np.zeros((count, strategy.num_replicas_in_sync, len(flat[0])), "int64")
    for local, values in enumerate(flat):
        rows[local, worker_of(strategy) * count + local] = values.view("int64")
    parts = iter(rows)
    each = strategy.experimental_distribute_values_from_function(lambda _: tf.constant(next(parts)))
    found = strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None).numpy().view("float64")
    ends = np.cumsum([array[0].size for array in arrays])[:-1]
    return [
        piece.reshape(-1, *array.shape[1:]).astype(array.dtype)
        for piece, array in zip(np.split(found, ends, axis=1), arrays, strict=True)
    ]


class Agreement:
    """Of the workers of `strategy`; `several` says whether there is more than this one."""

    def __init__(self, strategy: Any) -> None:  # noqa: ANN401  a tf.distribute.Strategy
        self._strategy = strategy
        self.several = several_workers(strategy)

    def any(self, *wishes: bool) -> tuple[bool, ...]:
        """Of each wish whether some worker has it."""
        if not self.several:
            return wishes
        return tuple(bool(value) for value in self._sum([float(wish) for wish in wishes]) > 0)

    def same(self, *numbers: int) -> bool:
        """Whether all workers have the same numbers, none of which is above 2**40; all get the same answer."""
        differs = any(mean != number for mean, number in zip(self._means(*numbers), numbers, strict=True))
        return not self.any(differs)[0]

    def mean(self, number: float) -> float:
        """The mean of the workers' numbers."""
        return self._means(number)[0]

    def _means(self, *numbers: float) -> tuple[float, ...]:
        if not self.several:
            return numbers
        return tuple(self._sum([float(number) for number in numbers]) / self._strategy.num_replicas_in_sync)

    def _sum(self, values: list[float]) -> Any:  # noqa: ANN401  (n,) float64, over replicas
        each = self._strategy.experimental_distribute_values_from_function(lambda _: tf.constant(values, tf.float64))
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None).numpy()
