"""`Preprocessing` -> the Keras model that prepares raw columns: one input per column in, the model's input tensors out.

It is the first part of the saved model and prepares the training data too. Made of Keras' own layers and operations
only, so that it loads in safe mode. Computes in float32 whatever the precision of the model behind it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import layers, ops

from specc.data.layout import CategoryTable, NumberScaling, PreparedInput, Preprocessing

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

ROWS_AT_ONCE = 8192
NAME = "preprocessing"


def preprocessing_model(preprocessing: Preprocessing) -> keras.Model | None:
    """The model from columns, named as in `raw_names`, to a dict of prepared tensors by the model input's name.

    Numbers and categories are (n, 1), the rest keeps its axes. None if every input takes one column as it is.
    """
    if all(prepared.passed is not None for prepared in preprocessing.inputs):
        return None
    names = raw_names(preprocessing)
    raw: dict[str, Any] = {column: _raw_input(column, names[column], preprocessing) for column in names}
    outputs = {prepared.name: _prepare(prepared, raw) for prepared in preprocessing.inputs}
    return keras.Model({names[column]: tensor for column, tensor in raw.items()}, outputs, name=NAME)


def raw_names(preprocessing: Preprocessing) -> dict[str, str]:
    """What the model's input for each column is called: its name as an identifier, made unique by a number."""
    names: dict[str, str] = {}
    for column in (*preprocessing.passed, *preprocessing.numbers, *preprocessing.categories):
        name = re.sub(r"[^A-Za-z0-9_]+", "_", column).strip("_")
        name = name if re.match(r"[A-Za-z]", name) else f"column_{name}".rstrip("_")
        count, unique = 1, name
        while unique in {NAME, *names.values()}:
            count += 1
            unique = f"{name}_{count}"
        names[column] = unique
    return names


def prepare(model: keras.Model | None, preprocessing: Preprocessing, raw: Mapping[str, Array]) -> dict[str, Array]:
    """The prepared arrays by model input, from the raw ones by column (`specc.data.preprocessing.feed`)."""
    if model is None:
        return {prepared.name: raw[str(prepared.passed)] for prepared in preprocessing.inputs}
    names = raw_names(preprocessing)
    parts = [
        {name: ops.convert_to_numpy(tensor) for name, tensor in model(piece).items()}
        for piece in _pieces({names[column]: array for column, array in raw.items()})
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _pieces(raw: Mapping[str, Array]) -> Iterator[dict[str, Any]]:
    samples = len(next(iter(raw.values())))
    for start in range(0, max(samples, 1), ROWS_AT_ONCE):
        yield {
            name: ops.convert_to_tensor(
                array[start : start + ROWS_AT_ONCE], "string" if array.dtype == object else None
            )
            for name, array in raw.items()
        }


def _raw_input(column: str, name: str, preprocessing: Preprocessing) -> Any:  # noqa: ANN401  a Keras tensor
    if column in preprocessing.categories:
        return keras.Input((1,), name=name, dtype="string")
    if column in preprocessing.numbers:
        return keras.Input((1,), name=name, dtype="float32")
    prepared = next(prepared for prepared in preprocessing.inputs if prepared.passed == column)
    return keras.Input(prepared.passed_shape, name=name, dtype=prepared.dtype)


def _prepare(prepared: PreparedInput, raw: Mapping[str, Any]) -> Any:  # noqa: ANN401  a Keras tensor
    if prepared.passed is not None:
        return raw[prepared.passed]
    parts = _numbers(prepared.numbers, raw) if prepared.numbers else []
    parts += [_one_hot(table, raw[table.column]) for table in prepared.categories]
    return _concatenated(parts)


def _numbers(numbers: tuple[NumberScaling, ...], raw: Mapping[str, Any]) -> list[Any]:
    """The scaled numbers (n, k), and where some have missing values these columns' indicators (n, m)."""
    values = _concatenated([raw[number.column] for number in numbers])
    missing = ops.isnan(values)
    medians = np.array([[number.median for number in numbers]], "float32")
    values = ops.where(missing, medians, values)
    if any((number.mean, number.std) != (0.0, 1.0) for number in numbers):
        # Not `Normalization`: it takes variances, which overflow or vanish in float32 where deviations do not.
        means = np.array([[number.mean for number in numbers]], "float32")
        deviations = np.array([[number.std for number in numbers]], "float32")
        values = ops.divide(ops.subtract(values, means), deviations)
    marked = [index for index, number in enumerate(numbers) if number.has_missing]
    return [values, ops.cast(ops.take(missing, marked, axis=1), "float32")] if marked else [values]


def _one_hot(table: CategoryTable, text: Any) -> Any:  # noqa: ANN401  Keras tensors
    """(n, 1) of strings -> (n, width). The lookup's column for unknown values is cut off, leaving zeros."""
    vocabulary = [*([""] if table.has_missing else []), *table.vocabulary]
    unknown = "[UNK]"
    while unknown in vocabulary:
        unknown += "]"
    lookup = layers.StringLookup(vocabulary=vocabulary, oov_token=unknown, output_mode="one_hot")
    return ops.cast(lookup(text)[:, 1:], "float32")  # TensorFlow's lookup gives int64 whatever its dtype


def _concatenated(parts: list[Any]) -> Any:  # noqa: ANN401  Keras tensors
    return layers.Concatenate(dtype="float32")(parts) if len(parts) > 1 else parts[0]
