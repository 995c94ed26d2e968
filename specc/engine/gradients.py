"""How large gradients are, and how much they move the weights: means over the steps of an epoch, for each weight."""

from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf

Tensor: TypeAlias = Any

TINY = 1e-12
"""Stands in for the norm of weights that are all zero."""


class Watch:
    """Accumulates, in the graph, what the steps do to the trainable weights of `model`.

    Make it inside the strategy's scope, anew whenever other weights are trained. With several replicas the norm is that
    of the whole batch's gradient.
    """

    def __init__(self, model: keras.Model) -> None:
        self.names = [variable.path for variable in model.trainable_variables]
        self._sums = tf.Variable(
            tf.zeros((2, len(self.names))),
            trainable=False,
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.MEAN,
        )
        self._steps = tf.Variable(
            0.0,
            trainable=False,
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.MEAN,
        )

    @property
    def variables(self) -> list[Any]:
        """What a checkpoint in the middle of an epoch must hold."""
        return [self._sums, self._steps]

    def reset(self) -> None:
        """Begin an epoch."""
        self._sums.assign(tf.zeros_like(self._sums))
        self._steps.assign(0.0)

    def __call__(
        self, model: keras.Model, variables: list[Any], gradients: list[Any], update: Callable[[], object]
    ) -> None:
        """Make an update, in the graph, and add what it does."""
        before = [tf.identity(variable.value) for variable in variables]
        scale = model.optimizer.scale_loss(1.0)  # that of the loss, where half precision asks for one
        update()
        norms, ratios = [], []
        for variable, gradient, old in zip(variables, gradients, before, strict=True):
            dense = tf.zeros_like(old) if gradient is None else tf.convert_to_tensor(gradient)
            norms.append(tf.norm(tf.cast(dense, tf.float32)) / tf.cast(scale, tf.float32))
            moved = tf.norm(tf.cast(variable.value - old, tf.float32))
            ratios.append(moved / tf.maximum(tf.norm(tf.cast(variable.value, tf.float32)), TINY))
        found = tf.stack([tf.stack(norms), tf.stack(ratios)])
        finite = tf.reduce_all(tf.math.is_finite(found))  # a step that half precision's scaling left out is none
        self._sums.assign_add(tf.where(finite, found, 0.0))
        self._steps.assign_add(tf.cast(finite, tf.float32))

    def means(self) -> list[tuple[str, float, float]]:
        """Of each weight its path, the mean norm of its gradient, and the mean of |change| / |changed weight|."""
        steps = max(1.0, float(np.asarray(self._steps.read_value())))
        norms, ratios = np.asarray(self._sums.read_value()) / steps
        return [(name, float(norm), float(ratio)) for name, norm, ratio in zip(self.names, norms, ratios, strict=True)]
