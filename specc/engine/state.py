"""The state of training as tensors: all variables of a model, its optimizer and its metrics, on every replica.

Weights, what the optimizer has gathered, the seed generators, what metrics have added up so far. What is put back
trains on to the same bits.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple, TypeAlias
from zlib import crc32

import keras
import numpy as np
import tensorflow as tf

from specc.engine.adam import quicken
from specc.engine.agreeing import gather, worker_of
from specc.engine.feeding import Part
from specc.engine.steps import stop_reducing

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class Named(NamedTuple):
    """A variable with its path, and its copies in this process, one for each replica.

    `own` says that replicas know different values: what metrics have added up, moving statistics. All others are the
    same everywhere.
    """

    path: str
    copies: tuple[Any, ...]
    own: bool

    @property
    def described(self) -> dict[str, Any]:
        """What must be the same where values are put back."""
        first = self.copies[0]
        return {"path": self.path, "shape": list(first.shape), "dtype": first.dtype.name, "own": self.own}


class State:
    """The variables of a compiled and built `model`, and `more` ones, which replicas have for themselves."""

    def __init__(self, model: keras.Model, more: Sequence[Any] = ()) -> None:
        self._strategy = model.distribute_strategy
        own = {id(each) for each in (*model.metrics_variables, *_statistics(model), *more)}
        found = [*model.variables, *model.metrics_variables, *model.optimizer.variables, *more]
        self.named = [
            Named(getattr(each, "path", each.name), self._copies(each), id(each) in own)
            for each in {id(each): each for each in found}.values()
        ]
        self._variables = [copy for each in self.named for copy in each.copies]
        copy = tf.function(lambda: [tf.identity(variable) for variable in self._variables], autograph=False)
        self._copy = copy.get_concrete_function()
        self._put = tf.function(self._assign, autograph=False)

    @property
    def nbytes(self) -> int:
        """The size of all variables in this process in bytes."""
        return sum(variable.shape.num_elements() * variable.dtype.size for variable in self._variables)

    @property
    def checksum(self) -> int:
        """The CRC-32 of what is the same everywhere. Not the same elsewhere, it tells of a process that differs."""
        shared = (copy for each in self.named if not each.own for copy in each.copies)
        return reduce(lambda found, copy: crc32(np.asarray(copy).tobytes(), found), shared, 0)

    def copy(self) -> list[Any]:
        """The values in this process as they are now, on the devices."""
        return list(self._copy())

    def put(self, values: Sequence[Any]) -> None:
        """Set all variables of this process to what `copy` gave."""
        self._put(list(values))

    def arrays(self) -> list[Array]:
        """The values of all processes in memory. Every worker must ask.

        Of a variable that replicas have for themselves those of each replica, (replicas, …), else the one they share.
        """
        values = iter(self.copy())
        copies = [[np.asarray(next(values)) for _ in each.copies] for each in self.named]
        own = [np.stack(each) for each, named in zip(copies, self.named, strict=True) if named.own]
        gathered = iter(gather(self._strategy, own))
        return [next(gathered) if named.own else each[0] for each, named in zip(copies, self.named, strict=True)]

    def put_arrays(self, arrays: Sequence[Array]) -> None:
        """Set all variables to what `arrays` gave."""
        values: list[Array] = []
        first = worker_of(self._strategy)
        for each, array in zip(self.named, arrays, strict=True):
            count = len(each.copies)
            values += list(array[first * count : (first + 1) * count]) if each.own else [array] * count
        self.put([tf.constant(value, variable.dtype) for value, variable in zip(values, self._variables, strict=True)])

    def _assign(self, values: Sequence[Any]) -> None:
        for variable, value in zip(self._variables, values, strict=True):
            variable.assign(value)

    def _copies(self, variable: Any) -> tuple[Any, ...]:  # noqa: ANN401  of Keras or TensorFlow
        value = variable.value if isinstance(variable, keras.Variable) else variable
        found: tuple[Any, ...] = self._strategy.experimental_local_results(value)
        return found


def build(model: keras.Model, one: Part) -> None:
    """Make all variables before any loop is traced, those of loss and metrics from `one` sample.

    A trace that makes variables is thrown away and made again, which takes as long; on several replicas it would also
    make them in a replica's context. Keras 3.15 (backend/tensorflow/trainer.py, `_maybe_symbolic_build`) would take a
    whole batch off an iterator and average it over the replicas, which fails for uneven parts.
    """
    strategy = model.distribute_strategy
    with strategy.scope():
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        quicken(model.optimizer)
        if strategy.num_replicas_in_sync > 1:
            stop_reducing(model.optimizer)
        batch = (one.inputs, one.targets, *([] if one.weights is None else [one.weights]))
        model._symbolic_build(data_batch=batch)  # noqa: SLF001  see above


def finalize(optimizer: keras.Optimizer) -> None:
    """Give the weights that `optimizer` was built for what it makes of them at the end, such as their averages.

    Keras' `fit` names the weights that are trainable now, which it takes for those that the optimizer was built for;
    some of these may be frozen by now.
    """
    optimizer.finalize_variable_values(getattr(optimizer, "inner_optimizer", optimizer)._trainable_variables)  # noqa: SLF001


class Averaging:
    """Makes what replicas know differently the same again: the mean of their moving statistics.

    `BatchNormalization` learns its means and variances from each replica's own part of the batches, unless it is
    `synchronized`. A moving mean is linear, so that the mean over the replicas is what one would have that moves with
    the mean of their statistics.
    """

    def __init__(self, model: keras.Model) -> None:
        self._strategy = model.distribute_strategy
        self._variables = [variable.value for variable in _statistics(model)]
        several = self._strategy.num_replicas_in_sync > 1 and self._variables
        self._average = tf.function(self._assign, autograph=False) if several else lambda: None

    def __call__(self) -> None:
        """Average over all replicas, of all workers."""
        self._average()

    def _assign(self) -> None:
        for variable in self._variables:
            own = self._strategy.run(lambda variable=variable: tf.identity(variable))
            variable.assign(self._strategy.reduce(tf.distribute.ReduceOp.MEAN, own, axis=None))


def _statistics(model: keras.Model) -> list[Any]:
    """The variables that layers learn by themselves, such as moving means; the states of seed generators are none."""
    return [each for each in model.non_trainable_variables if tf.as_dtype(each.dtype).is_floating]
