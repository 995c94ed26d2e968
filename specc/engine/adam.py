"""Adam with Keras' numbers, bit for bit, in fewer operations.

Keras 3.15 (optimizers/adam.py) makes some thirty operations for each weight: half of them compute what is the same for
all weights, and each of the others passes over all of a weight's numbers. Kernels of other optimizers compute parts of
the same formulas in one pass.
"""

from typing import Any, NamedTuple, TypeAlias

import keras
import tensorflow as tf

Tensor: TypeAlias = Any

ADAMS = (keras.optimizers.Adam, keras.optimizers.AdamW)
KERNELS = (tf.float16, tf.float32, tf.float64)
"""The types of weights for which there are kernels on every device."""


def quicken(optimizer: keras.Optimizer) -> None:
    """Let an optimizer, and one inside it, update weights so, if it is Adam or AdamW without `amsgrad`."""
    for each in (optimizer, getattr(optimizer, "inner_optimizer", None)):
        if each is not None and type(each) in ADAMS and not each.amsgrad:
            each.update_step = _Update(each)


class _Rates(NamedTuple):
    """What a step needs that is the same for all weights of a type, as tensors of that type."""

    mean: Tensor
    square: Tensor
    update: Tensor
    epsilon: Tensor


class _Update:
    """Stands for the `update_step` of a built `adam`."""

    def __init__(self, adam: keras.Optimizer) -> None:
        self._adam = adam
        self._graph: Any = None
        self._made: dict[tf.DType, _Rates] = {}

    def __call__(self, gradient: Tensor, variable: Any, learning_rate: Tensor) -> None:  # noqa: ANN401  a tf.Variable
        if variable.dtype not in KERNELS:
            type(self._adam).update_step(self._adam, gradient, variable, learning_rate)
            return
        index = self._adam._get_variable_index(variable)  # noqa: SLF001  as Keras' own optimizers do
        mean, square = (kept[index].value for kept in (self._adam._momentums, self._adam._velocities))  # noqa: SLF001
        rates = self._rates(variable.dtype, learning_rate)
        _approach(mean, _dense(gradient, variable.dtype), rates.mean)
        _approach(square, _dense(_squared(gradient), variable.dtype), rates.square)
        # Adagrad's update, from an accumulator that it leaves alone: mean * rate / (sqrt(square) + epsilon).
        tf.raw_ops.ResourceApplyAdagradV2(
            var=variable.handle,
            accum=square.handle,
            lr=rates.update,
            epsilon=rates.epsilon,
            grad=mean,
            update_slots=False,
        )

    def _rates(self, dtype: tf.DType, learning_rate: Tensor) -> _Rates:
        """Those of the step, made once in the graph that is being made."""
        if tf.executing_eagerly():
            return self._new_rates(dtype, learning_rate)
        graph = tf.compat.v1.get_default_graph()
        if graph is not self._graph:
            self._graph, self._made = graph, {}
        if dtype not in self._made:
            self._made[dtype] = self._new_rates(dtype, learning_rate)
        return self._made[dtype]

    def _new_rates(self, dtype: tf.DType, learning_rate: Tensor) -> _Rates:
        adam = self._adam
        step = tf.cast(adam.iterations + 1, dtype)
        first, second = (tf.pow(tf.cast(beta, dtype), step) for beta in (adam.beta_1, adam.beta_2))  # by way of float32
        update = tf.cast(learning_rate, dtype) * tf.sqrt(1 - second) / (1 - first)
        mean, square, epsilon = (tf.constant(each, dtype) for each in (1 - adam.beta_1, 1 - adam.beta_2, adam.epsilon))
        return _Rates(mean, square, update, epsilon)


def _squared(gradient: Any) -> Any:  # noqa: ANN401  a tensor or slices of one
    """Slices, as an embedding's gradient has them, each for itself, also those of one row: Keras adds up squares."""
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(tf.square(gradient.values), gradient.indices, gradient.dense_shape)
    return tf.square(gradient)


def _dense(gradient: Any, dtype: tf.DType) -> Tensor:  # noqa: ANN401  as above
    return tf.cast(tf.convert_to_tensor(gradient), dtype)


def _approach(kept: Any, value: Tensor, rate: Tensor) -> None:  # noqa: ANN401  a tf.Variable
    """`kept` plus `rate` times its distance to `value`, as a step of gradient descent."""
    tf.raw_ops.ResourceApplyGradientDescent(var=kept.handle, alpha=rate, delta=kept - value)
