"""What the scripts written by hand share: their arguments, how they fit, and what they say about it.

    python benchmarks/engine/small_mlp.py FOLDER             # arrays into `fit`
    python benchmarks/engine/small_mlp.py FOLDER --tf-data   # a pipeline: cached, shuffled, batched, prefetched
    python benchmarks/engine/small_mlp.py FOLDER --in-order-of 11   # in the order in which specc trains with that seed

A script brings two functions, as in Keras' guides: one loads the arrays and prepares them, one builds and compiles the
model. The last line of output is a JSON object: `epochs`, the seconds of each; `fit` and `saving`, those of the whole
calls; `history`, what `fit` gives, by Keras' names.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import keras
import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
History: TypeAlias = Mapping[str, Sequence[float]]


class Data(NamedTuple):
    """Prepared arrays, as `fit` takes them."""

    x: Array
    y: Array
    x_validation: Array
    y_validation: Array

    @property
    def validation(self) -> tuple[Array, Array]:
        """What `fit` takes as `validation_data`."""
        return self.x_validation, self.y_validation


class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """The seconds of each epoch, its validation included."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Start."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Stop."""
        self.seconds.append(time.perf_counter() - self._began)


def main(load: Callable[[Path], Data], build: Callable[[Data], keras.Model], batch_size: int) -> None:
    """Load, build, fit, save, and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int, default=5)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--tf-data", action="store_true")
    how.add_argument("--in-order-of", type=int, metavar="SEED")
    parser.add_argument(
        "--xla", action="store_true", help="with --in-order-of: compile by XLA, which draws other numbers"
    )
    options = parser.parse_args()
    seed = options.in_order_of
    if seed is not None:
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()  # as specc does
    keras.utils.set_random_seed(seed or 0)
    data = load(options.folder)
    model, clock = build(data), Clock()
    if seed is not None:
        model.jit_compile = options.xla
    began = time.perf_counter()
    if seed is not None:
        history = fit_in_order(model, data, batch_size, clock, orders(seed, options.epochs, len(data.x)))
    elif options.tf_data:
        history = fit_pipeline(model, data, batch_size, options.epochs, clock)
    else:
        history = fit_arrays(model, data, batch_size, options.epochs, clock)
    fitted = time.perf_counter()
    model.save(options.folder / f"by-hand-{model.name}.keras")
    took = {"epochs": clock.seconds, "fit": fitted - began, "saving": time.perf_counter() - fitted}
    print(json.dumps({**took, "history": history}))


def fit_arrays(model: keras.Model, data: Data, batch_size: int, epochs: int, clock: Clock) -> History:
    """NumPy's arrays into `fit`."""
    fitted = model.fit(
        data.x,
        data.y,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=data.validation,
        callbacks=[clock],
        verbose=0,
    )
    history: History = fitted.history
    return history


def fit_pipeline(model: keras.Model, data: Data, batch_size: int, epochs: int, clock: Clock) -> History:
    """The pipeline that TensorFlow's guide on performance comes to, for data that fit in memory."""
    import tensorflow as tf

    train = tf.data.Dataset.from_tensor_slices((data.x, data.y))
    train = train.cache().shuffle(len(data.x)).batch(batch_size).prefetch(tf.data.AUTOTUNE)
    validation = tf.data.Dataset.from_tensor_slices(data.validation)
    validation = validation.batch(batch_size).cache().prefetch(tf.data.AUTOTUNE)
    history: History = model.fit(
        train, epochs=epochs, validation_data=validation, callbacks=[clock], shuffle=False, verbose=0
    ).history
    return history


def fit_in_order(model: keras.Model, data: Data, batch_size: int, clock: Clock, orders: Sequence[Array]) -> History:
    """`fit` epoch by epoch, on rows that are in that epoch's order already."""
    history: dict[str, list[float]] = {}
    for rows in orders:
        fitted = model.fit(
            data.x[rows],
            data.y[rows],
            batch_size=batch_size,
            shuffle=False,
            validation_data=data.validation,
            callbacks=[clock],
            verbose=0,
        )
        for name, values in fitted.history.items():
            history.setdefault(name, []).extend(values)
    return history


def orders(seed: int, epochs: int, rows: int) -> list[Array]:
    """The orders in which specc visits the rows."""
    from specc.data.order import order

    return [order(seed, epoch, rows) for epoch in range(epochs)]
