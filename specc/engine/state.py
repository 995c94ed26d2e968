"""The state of training as tensors: all variables of a model, its optimizer and its metrics, on every replica.

Weights, what the optimizer has gathered, the seed generators, what metrics have added up so far. What is put back
trains on to the same bits.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import keras
import numpy as np
import tensorflow as tf

from specc.engine.feeding import Part

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class Named(NamedTuple):
    """A variable with its path; on several replicas one of its copies."""

    path: str
    variable: Any


class State:
    """The variables of a compiled and built `model`, and `more` ones."""

    def __init__(self, model: keras.Model, more: Sequence[Any] = ()) -> None:
        self._strategy = model.distribute_strategy
        found = [*model.variables, *model.metrics_variables, *model.optimizer.variables, *more]
        self.named = [
            Named(getattr(variable, "path", variable.name), copy)
            for variable in {id(each): each for each in found}.values()
            for copy in self._copies(variable)
        ]
        self._copy = tf.function(lambda: [tf.identity(each.variable) for each in self.named], autograph=False)
        self._put = tf.function(self._assign, autograph=False)

    @property
    def nbytes(self) -> int:
        """The size of all variables in bytes."""
        return sum(each.variable.shape.num_elements() * each.variable.dtype.size for each in self.named)

    def copy(self) -> list[Any]:
        """The values as they are now, on the devices."""
        return list(self._copy())

    def put(self, values: Sequence[Any]) -> None:
        """Set all variables to what `copy` gave."""
        self._put(list(values))

    def arrays(self) -> list[Array]:
        """The values as they are now, in memory."""
        return [np.asarray(value) for value in self.copy()]

    def _assign(self, values: Sequence[Any]) -> None:
        for each, value in zip(self.named, values, strict=True):
            each.variable.assign(value)

    def _copies(self, variable: Any) -> tuple[Any, ...]:  # noqa: ANN401  of Keras or TensorFlow
        value = variable.value if isinstance(variable, keras.Variable) else variable
        found: tuple[Any, ...] = self._strategy.experimental_local_results(value)
        return found


def build(model: keras.Model, one: Part) -> None:
    """Make the variables of the optimizer and, on several replicas, of loss and metrics, from `one` sample.

    On one replica losses and metrics make theirs when the loop is traced. On several ones that would be in a replica's
    context; and Keras 3.15 (backend/tensorflow/trainer.py, `_maybe_symbolic_build`) would take a whole batch off an
    iterator and average it over the replicas, which fails for uneven parts.
    """
    strategy = model.distribute_strategy
    with strategy.scope():
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        if strategy.num_replicas_in_sync > 1:
            batch = (one.inputs, one.targets, *([] if one.weights is None else [one.weights]))
            model._symbolic_build(data_batch=batch)  # noqa: SLF001  see above


class Averaging:
    """Makes what replicas know differently the same again: the mean of their moving statistics.

    `BatchNormalization` learns its means and variances from each replica's own part of the batches, unless it is
    `synchronized`. A moving mean is linear, so that the mean over the replicas is what one would have that moves with
    the mean of their statistics.
    """

    def __init__(self, model: keras.Model) -> None:
        self._strategy = model.distribute_strategy
        seeds = {id(generator) for generator in _seed_states(model)}
        self._variables = [
            variable.value
            for variable in model.non_trainable_variables
            if id(variable) not in seeds and tf.as_dtype(variable.dtype).is_floating
        ]
        several = self._strategy.num_replicas_in_sync > 1 and self._variables
        self._average = tf.function(self._assign, autograph=False) if several else lambda: None

    def __call__(self) -> None:
        """Average over all replicas, of all workers."""
        self._average()

    def _assign(self) -> None:
        for variable in self._variables:
            own = self._strategy.run(lambda variable=variable: tf.identity(variable))
            variable.assign(self._strategy.reduce(tf.distribute.ReduceOp.MEAN, own, axis=None))


def _seed_states(model: keras.Model) -> list[Any]:
    return [generator.state for layer in model._flatten_layers() for generator in layer._seed_generators]  # noqa: SLF001
