"""What several workers decide together between two calls of the loop, so that all make the same steps.

Within one process there is nothing to agree on, and nothing is asked.
"""

from typing import Any

import tensorflow as tf


def several_workers(strategy: Any) -> bool:  # noqa: ANN401  a tf.distribute.Strategy
    """Whether `strategy` trains in several processes together."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


class Agreement:
    """Of the workers of `strategy`. Every worker must ask the same questions in the same order."""

    def __init__(self, strategy: Any) -> None:  # noqa: ANN401  a tf.distribute.Strategy
        self._strategy = strategy
        self._several = several_workers(strategy)

    def any(self, *wishes: bool) -> tuple[bool, ...]:
        """Of each wish whether some worker has it."""
        if not self._several:
            return wishes
        return tuple(bool(value) for value in self._sum([float(wish) for wish in wishes]) > 0)

    def mean(self, number: float) -> float:
        """The mean of the workers' numbers."""
        return float(self._sum([number])[0]) / self._strategy.num_replicas_in_sync if self._several else number

    def _sum(self, values: list[float]) -> Any:  # noqa: ANN401  (n,) float32, over replicas
        each = self._strategy.experimental_distribute_values_from_function(lambda _: tf.constant(values, tf.float32))
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None).numpy()
