"""TFRecord files of `tf.train.Example`s -> `Scan`; the spec says what each feature is. TensorFlow reads them."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from specc.data.reading.arrays import Part, check_numbers, scan_arrays
from specc.data.reading.scan import ReadingError, Scan
from specc.data.section import DataSpec
from specc.data.sources.arrays import Declared, columns_of
from specc.data.sources.binary import files_of
from specc.data.sources.faults import file_fault, in_words
from specc.data.stored import Array
from specc.diagnostics import Finding, error

ROWS = 1024
MOST_VALUES = 100_000_000
"""Values of a feature; TensorFlow makes room for them before it looks at the file."""


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """The examples of the files, which are read into memory."""
    files, findings = files_of(data, root, folder)
    if findings:
        return None, findings
    features = _features(data)
    parts: list[Part] = []
    for part, located in files.items():
        pieces = [_arrays(path, features) for path, _ in located]
        arrays = {name: np.concatenate([piece[name] for piece in pieces]) for name in features}
        parts.append(Part(part, located[0].path, arrays, len(next(iter(arrays.values())))))
    declared = {name: [_declared(each, name) for each in parts] for name in features}
    typed, names, findings = columns_of(declared)
    if findings:
        return None, findings
    for each in parts:
        for name in typed:
            check_numbers(name, each.path, each.arrays[name])
    return scan_arrays(data, parts, typed, names)


def _declared(part: Part, name: str) -> Declared:
    return Declared(part.path, part.arrays[name].dtype.str, part.arrays[name].shape)


def _features(data: DataSpec) -> Mapping[str, Any]:
    found = {}
    written = data.source.arguments.get("features")
    for name, feature in written.items() if isinstance(written, dict) else ():
        full = feature if isinstance(feature, dict) else {"dtype": feature, "shape": []}
        written_shape = full.get("shape")
        shape = [size for size in written_shape if isinstance(size, int)] if isinstance(written_shape, list) else []
        if math.prod(shape) > MOST_VALUES:
            message = f"`{name}` has {math.prod(shape):,} values in each example, and {MOST_VALUES:,} are allowed"
            raise ReadingError(error("invalid-value", message, data.source.span_of("features")))
        found[name] = tf.io.FixedLenFeature(shape, tf.as_dtype(str(full.get("dtype"))))
    return found


def _arrays(path: Path, features: Mapping[str, Any]) -> Mapping[str, Array]:
    """The values of a file by feature."""
    pieces: list[Mapping[str, Array]] = []
    rows = 0
    try:
        for batch in tf.data.TFRecordDataset(str(path)).batch(ROWS).as_numpy_iterator():
            pieces.append(_parsed(batch, features, path, rows))
            rows += len(batch)
    except tf.errors.OpError as fault:
        words = f"is damaged after {rows} examples: {in_words(fault)}"
        raise ReadingError(file_fault("damaged-file", path, words)) from fault
    if not pieces:
        raise ReadingError(file_fault("empty-data", path, "has no examples"))
    found = {name: np.concatenate([piece[name] for piece in pieces]) for name in features}
    return {name: _texts(values) if values.dtype == object else values for name, values in found.items()}


def _parsed(batch: Array, features: Mapping[str, Any], path: Path, first: int) -> Mapping[str, Array]:
    try:
        return {name: tensor.numpy() for name, tensor in tf.io.parse_example(batch, dict(features)).items()}
    except tf.errors.InvalidArgumentError:
        for row, example in enumerate(batch, first + 1):
            fault = _fault(example, features)
            if fault:
                words = f"has an example that is not as `features` say: number {row} {fault}"
                raise ReadingError(file_fault("wrong-feature", path, words)) from None
        raise


def _fault(example: bytes, features: Mapping[str, Any]) -> str:
    for name, feature in features.items():
        try:
            tf.io.parse_single_example(example, {name: feature})
        except tf.errors.InvalidArgumentError:
            return f"has no `{name}` of the type {feature.dtype.name} and the shape {tuple(feature.shape)}"
    return ""


def _texts(values: Array) -> Array:
    texts = [value.decode("utf-8", "replace") for value in values.ravel().tolist()]
    return np.array(texts, "U").reshape(values.shape)
