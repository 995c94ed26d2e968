"""The training loop behind three narrow functions: fit, evaluate, predict.

Today this is `keras.Model.fit` over a `tf.data` pipeline that gathers samples in the order `order(seed, epoch)`, so
that each epoch has an order of its own that does not depend on devices or on where the run started. Samples stream
through it from memory or from files, few ones are tensors: the batches are the same. The loop may change; its contract
may not: the same weights, the same order, the same losses as Keras.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf

from specc.data.order import order
from specc.keras_target.build import one_or_all
from specc.training.array_files import Array, FileArray, take

Arrays: TypeAlias = Mapping[str, Array | FileArray]

WINDOW = 16 * 2**20
"""Bytes of samples that are fetched at a time and then cut into batches, so that there are few calls into Python, and
few passes through a file. Samples in memory that are no more than that become tensors."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Prepared samples of one split, in memory or streamed from files. The first axis of every array counts rows.

    `weights` weighs each row's loss, shape (rows,). `rows`, int64, are the rows that are samples, in this order and as
    often as they are named; None takes each once. `dtypes` names inputs that the model takes in another type than the
    one that they are kept in, as images of bytes.
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
    size = _window_size(samples, budget.batch_size)

    def windows() -> Iterator[Array]:
        epoch = 0
        while True:
            positions = order(budget.seed, epoch, len(samples))
            for start in range(0, len(samples), size):
                yield positions[start : start + size]
            del positions  # two of them, of a large set, would be more than the samples in memory
            epoch += 1

    positions = tf.data.Dataset.from_generator(windows, output_signature=tf.TensorSpec((None,), tf.int64))
    if _are_few(samples):
        batches = positions.flat_map(_Cut(budget.batch_size)).map(_Gather(samples), num_parallel_calls=1)
    else:
        batches = positions.map(_Fetch(samples), num_parallel_calls=1).flat_map(_Cut(budget.batch_size))
    return batches.map(_Arrange(samples)).prefetch(2)


def _in_turn(samples: Samples, batch_size: int) -> tf.data.Dataset:
    """One pass over the samples as they stand."""
    positions = tf.data.Dataset.range(len(samples))
    if _are_few(samples):
        batches = positions.batch(batch_size).map(_Gather(samples), num_parallel_calls=1)
    else:
        windows = positions.batch(_window_size(samples, batch_size))
        batches = windows.map(_Fetch(samples), num_parallel_calls=1).flat_map(_Cut(batch_size))
        batches = batches.apply(tf.data.experimental.assert_cardinality(-(-len(samples) // batch_size)))
    return batches.map(_Arrange(samples)).prefetch(2)


def _are_few(samples: Samples) -> bool:
    """Whether they are gathered in TensorFlow, for which an iterator begins several times sooner."""
    return not samples.streamed and sum(array.nbytes for array in samples.arrays) <= WINDOW


def _window_size(samples: Samples, batch_size: int) -> int:
    """How many samples are fetched at a time: whole batches, so that windows change nothing about them."""
    row_bytes = sum(array.dtype.itemsize * math.prod(array.shape[1:]) for array in samples.arrays)
    return max(1, WINDOW // max(1, row_bytes * batch_size)) * batch_size


class _Fetch:
    """Positions -> the samples there, one tensor for each of `Samples.arrays`.

    A class, as those below, since AutoGraph cannot read a lambda's source everywhere.
    """

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def __call__(self, positions: tf.Tensor) -> tuple[tf.Tensor, ...]:
        arrays = self._samples.arrays
        tensors = tf.numpy_function(self._take, [positions], [array.dtype for array in arrays])
        for tensor, array in zip(tensors, arrays, strict=True):
            tensor.set_shape((None, *array.shape[1:]))
        return tuple(tensors)

    def _take(self, positions: Array) -> list[Array]:
        rows = positions if self._samples.rows is None else self._samples.rows[positions]
        return [take(array, rows) for array in self._samples.arrays]


class _Gather:
    """As `_Fetch`, from tensors that are made once."""

    def __init__(self, samples: Samples) -> None:
        with tf.device("CPU:0"):  # the pipeline runs on the host
            self._tensors = [tf.constant(np.asarray(array)) for array in samples.arrays]
            self._rows = None if samples.rows is None else tf.constant(samples.rows)

    def __call__(self, positions: tf.Tensor) -> tuple[tf.Tensor, ...]:
        rows = positions if self._rows is None else tf.gather(self._rows, positions)
        return tuple(tf.gather(tensor, rows) for tensor in self._tensors)


class _Cut:
    """Cuts the tensors of a window into batches."""

    def __init__(self, batch_size: int) -> None:
        self._batch_size = batch_size

    def __call__(self, *window: tf.Tensor) -> tf.data.Dataset:
        samples = tf.shape(window[0], tf.int64)[0]
        starts = tf.data.Dataset.range(0, samples, self._batch_size)
        return starts.map(_Slice(window, self._batch_size))


class _Slice:
    def __init__(self, window: tuple[tf.Tensor, ...], batch_size: int) -> None:
        self._window, self._batch_size = window, batch_size

    def __call__(self, start: tf.Tensor) -> Any:  # noqa: ANN401  a tensor of positions, or a tuple of arrays' tensors
        cut = tuple(tensor[start : start + self._batch_size] for tensor in self._window)
        return cut if len(cut) > 1 else cut[0]


class _Arrange:
    """The tensors of a batch -> (inputs, targets[, weights]) as `fit` takes them.

    A tensor where there is one, a dict by name otherwise.
    """

    def __init__(self, samples: Samples) -> None:
        self._inputs, self._targets, self._dtypes = tuple(samples.inputs), tuple(samples.targets), samples.dtypes

    def __call__(self, *batch: tf.Tensor) -> tuple[Any, ...]:
        inputs = dict(zip(self._inputs, batch, strict=False))
        inputs = {name: tf.cast(tensor, self._dtypes.get(name, tensor.dtype)) for name, tensor in inputs.items()}
        rest = batch[len(inputs) :]
        targets = dict(zip(self._targets, rest, strict=False))
        return one_or_all(inputs), one_or_all(targets), *rest[len(targets) :]


def _inputs_only(inputs: Any, *_: Any) -> Any:  # noqa: ANN401  what the pipeline gives
    return inputs
