"""What is trained on: the prepared samples of a split, and how long and in which order they are visited."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from specc.engine.array_files import Array, FileArray, take

Arrays: TypeAlias = Mapping[str, Array | FileArray]


@dataclass(frozen=True, slots=True)
class Samples:
    """Prepared samples of one split, in memory or streamed from files. The first axis of every array counts rows.

    `weights` weighs each row's loss, shape (rows,). `rows`, integers, are the rows that are samples, in this order and
    as often as they are named; None takes each once. `dtypes` names inputs that the model takes in another type than
    the one that they are kept in, as images of bytes.
    """

    inputs: Arrays
    targets: Arrays
    weights: Array | FileArray | None = None
    rows: Array | None = None
    dtypes: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.targets.values())) if self.rows is None else self.rows)

    @property
    def arrays(self) -> tuple[Array | FileArray, ...]:
        """Inputs, targets and, if there are any, weights."""
        return (*self.inputs.values(), *self.targets.values(), *(() if self.weights is None else (self.weights,)))

    @property
    def streamed(self) -> bool:
        """Whether any of it is read from files while training."""
        return any(isinstance(array, FileArray) for array in self.arrays)

    def at(self, positions: Array) -> Array:
        """The rows of the samples at `positions`, (n,) integers both."""
        return positions if self.rows is None else self.rows[positions]

    def head(self, most: int) -> "Samples":
        """The first of the samples, at most so many."""
        if len(self) <= most:
            return self
        rows = np.arange(most) if self.rows is None else self.rows[:most]
        return replace(self, rows=rows)

    def answers(self) -> dict[str, Array]:
        """The targets by output name in memory, one for each sample."""
        return {
            name: np.asarray(array) if self.rows is None else take(array, self.rows)
            for name, array in self.targets.items()
        }


@dataclass(frozen=True, slots=True)
class Budget:
    """How long and in which order to train. `batch_size` is the global batch over all replicas."""

    batch_size: int
    epochs: int
    seed: int

    def steps(self, samples: int) -> int:
        """Steps in one epoch; the last batch may be smaller."""
        return -(-samples // self.batch_size)
