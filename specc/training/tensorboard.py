"""A run as TensorBoard shows it: event files of scalars for each epoch, and histograms of the weights.

Written by TensorFlow alone. TensorFlow 2.21 leaves `tf.summary.scalar` to the package `tensorboard`, which is not
installed with it, so the summaries are put together here, in the form that its plugins read. The package is needed
for looking at them only.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from specc.engine.array_files import Array

BINS = 30
"""Bars of a histogram."""

SHARE = 0.02
"""Histograms may take this share of the time; the first epoch and the last always have them."""

_VALIDATION = "val_"


class EventFiles(keras.callbacks.Callback):
    """Writes `train/` and `validation/` below `folder`, each scalar under its metric's name, by epoch from 1.

    A resumed run adds further files; TensorBoard shows them as one.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._writers: dict[str, Any] = {}
        self._epoch = self._written_in = 0
        self._next = 0.0

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Write the epoch's numbers, and the weights if that is due."""
        self._epoch = epoch + 1
        train = {name: value for name, value in (logs or {}).items() if not name.startswith(_VALIDATION)}
        rate = learning_rate(self.model)
        if rate is not None:
            train["learning_rate"] = rate
        validation = {
            name.removeprefix(_VALIDATION): value for name, value in (logs or {}).items() if name not in train
        }
        for split, values in (("train", train), ("validation", validation)):
            if values:
                self._write(split, [_scalar(name, float(value)) for name, value in values.items()])
        if time.perf_counter() >= self._next:
            self._write_weights()

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Write the last weights and close the files."""
        if self._epoch > self._written_in:
            self._write_weights()
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _write_weights(self) -> None:
        began = time.perf_counter()
        weights = self.model.trainable_variables
        self._write("train", [_histogram(each.path, keras.ops.convert_to_numpy(each)) for each in weights])
        self._written_in = self._epoch
        now = time.perf_counter()
        self._next = now + (now - began) / SHARE

    def _write(self, split: str, values: list[Any]) -> None:
        if split not in self._writers:
            self._writers[split] = tf.summary.create_file_writer(str(self._folder / split))
        with self._writers[split].as_default():
            summary = tf.compat.v1.Summary(value=values)
            tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step=self._epoch)


def learning_rate(model: keras.Model) -> float | None:
    """The rate that the optimizer uses now; None if it has none."""
    rate = getattr(model.optimizer, "learning_rate", None)
    return None if rate is None else float(keras.ops.convert_to_numpy(rate))


def _scalar(name: str, value: float) -> Any:  # noqa: ANN401  a protobuf message
    return _value(name, "scalars", np.float32(value))


def _histogram(name: str, weight: Array) -> Any:  # noqa: ANN401  a protobuf message
    """Rows of (left, right, count), as TensorBoard's plugin has them; what is not finite is not counted."""
    finite = weight[np.isfinite(weight)].astype(np.float64)
    counts, edges = np.histogram(finite, BINS)
    return _value(name, "histograms", np.stack([edges[:-1], edges[1:], counts.astype(np.float64)], axis=1))


def _value(name: str, plugin: str, value: Any) -> Any:  # noqa: ANN401  a protobuf message
    metadata = tf.compat.v1.SummaryMetadata(plugin_data={"plugin_name": plugin})
    return tf.compat.v1.Summary.Value(tag=name, metadata=metadata, tensor=tf.make_tensor_proto(value))
