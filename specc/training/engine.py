"""The training loop behind three narrow functions: fit, evaluate, predict.

Today this is `keras.Model.fit` over a `tf.data` pipeline that gathers samples in the order `order(seed, epoch)`, so
that each epoch has an order of its own that does not depend on devices or on where the run started. The loop may
change; its contract may not: the same weights, the same order, the same losses as Keras.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from specc.data.order import order
from specc.keras_target.build import one_or_all

Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class Samples:
    """Prepared samples of one split, resident in memory. The first axis of every array counts samples.

    `weights` weighs each sample's loss, shape (samples,).
    """

    inputs: Arrays
    targets: Arrays
    weights: np.ndarray[Any, Any] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.targets.values())))


@dataclass(frozen=True, slots=True)
class Budget:
    """How long and in which order to train. `batch_size` is the global batch over all replicas."""

    batch_size: int
    epochs: int
    seed: int

    def steps(self, samples: int) -> int:
        """Steps in one epoch; the last batch may be smaller."""
        return -(-samples // self.batch_size)


def fit(
    model: keras.Model,
    train: Samples,
    validation: Samples | None,
    budget: Budget,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Train the compiled `model`; what happens on the way reaches `callbacks`, with Keras' meaning."""
    _build_state(model, train)
    model.fit(
        _epochs(train, budget),
        epochs=budget.epochs,
        steps_per_epoch=budget.steps(len(train)),
        validation_data=_in_turn(validation, budget.batch_size) if validation else None,
        callbacks=list(callbacks),
        shuffle=False,  # the pipeline's order is the order
        verbose=0,
    )


def evaluate(model: keras.Model, samples: Samples, batch_size: int) -> dict[str, float]:
    """Loss and metrics of the model over `samples`, by Keras' log names."""
    logs = model.evaluate(_in_turn(samples, batch_size), return_dict=True, verbose=0)
    return {name: float(value) for name, value in logs.items()}


def predict(model: keras.Model, samples: Samples, batch_size: int) -> list[np.ndarray[Any, Any]]:
    """The model's outputs over `samples`, one array for each output in the model's order."""
    outputs = model.predict(_in_turn(samples, batch_size).map(_inputs_only), verbose=0)
    if isinstance(outputs, Mapping):
        return [np.asarray(outputs[name]) for name in model.output]
    return [np.asarray(outputs)]


def _build_state(model: keras.Model, samples: Samples) -> None:
    """Make the variables of loss, metrics and optimizer before the first batch, from one sample.

    Under a strategy, Keras 3.15 (backend/tensorflow/trainer.py, `_maybe_symbolic_build`) would take the first batch
    off the iterator for that, so that no epoch keeps its order, and average it over the replicas, which fails for
    uneven parts.
    """
    if model.distribute_strategy.num_replicas_in_sync > 1:
        one = next(iter(_in_turn(samples, 1)))
        with model.distribute_strategy.scope():
            model._symbolic_build(data_batch=one)  # noqa: SLF001  see above
        model._maybe_symbolic_build = _nothing_to_build  # noqa: SLF001  see above


def _nothing_to_build(**_: Any) -> None:
    """Stands in for the build that is already done."""


def _epochs(samples: Samples, budget: Budget) -> tf.data.Dataset:
    """Batches without end, epoch after epoch, each in its own order; the last batch of an epoch may be smaller."""
    count = len(samples)

    def orders() -> Iterator[np.ndarray[Any, Any]]:
        epoch = 0
        while True:
            yield order(budget.seed, epoch, count)
            epoch += 1

    indices = tf.data.Dataset.from_generator(orders, output_signature=tf.TensorSpec((count,), tf.int64))
    batches = indices.flat_map(_Batches(budget.batch_size))
    return batches.map(_Gather(samples), num_parallel_calls=1).prefetch(2)


def _in_turn(samples: Samples, batch_size: int) -> tf.data.Dataset:
    """One pass over the samples as they stand."""
    return tf.data.Dataset.range(len(samples)).batch(batch_size).map(_Gather(samples), num_parallel_calls=1).prefetch(2)


class _Batches:
    """Cuts one epoch's order into batches of indices.

    A class, since AutoGraph cannot read a lambda's source everywhere.
    """

    def __init__(self, batch_size: int) -> None:
        self._batch_size = batch_size

    def __call__(self, indices: tf.Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.from_tensor_slices(indices).batch(self._batch_size)


class _Gather:
    """Indices -> (inputs, targets[, weights]) as `fit` takes them.

    A tensor where there is one, a dict by name otherwise.
    """

    def __init__(self, samples: Samples) -> None:
        with tf.device("CPU:0"):  # the pipeline runs on the host
            self._inputs = {name: tf.constant(array) for name, array in samples.inputs.items()}
            self._targets = {name: tf.constant(array) for name, array in samples.targets.items()}
            self._weights = None if samples.weights is None else tf.constant(samples.weights)

    def __call__(self, indices: tf.Tensor) -> tuple[Any, ...]:
        inputs = one_or_all({name: tf.gather(tensor, indices) for name, tensor in self._inputs.items()})
        targets = one_or_all({name: tf.gather(tensor, indices) for name, tensor in self._targets.items()})
        if self._weights is None:
            return inputs, targets
        return inputs, targets, tf.gather(self._weights, indices)


def _inputs_only(inputs: Any, *_: Any) -> Any:  # noqa: ANN401  what the pipeline gives
    return inputs
