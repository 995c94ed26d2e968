"""`Preprocessing` -> the Keras model that prepares raw columns: one input per column in, the model's input tensors out.

It is the first part of the saved model and prepares the training data too. Made of Keras' own layers and operations
only, so that it loads in safe mode. Computes in float32 whatever the precision of the model behind it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import layers, ops

from specc.data.layout import (
    CategoryTable,
    DatePart,
    DateParts,
    HashedCategory,
    ImageForm,
    NumberScaling,
    PreparedInput,
    Preprocessing,
    Rest,
    SequenceForm,
    VectorScaling,
    Whole,
    WordTable,
)
from specc.keras_target.moments import moment_parts
from specc.keras_target.scales import row, to_scales

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Tensor: TypeAlias = Any
"""A Keras tensor."""

ROWS_AT_ONCE = 8192
BYTES_AT_ONCE = 2**26
NAME = "preprocessing"


def preprocessing_model(preprocessing: Preprocessing) -> keras.Model | None:
    """The model from columns, named as in `raw_names`, to a dict of prepared tensors by the model input's name.

    Numbers, moments, categories and texts are (n, 1), the rest keeps its axes; images that are resized and sequences
    that are brought to a length may have any. None if every input takes one column as it is.
    """
    if all(prepared.is_passed for prepared in preprocessing.inputs):
        return None
    names = raw_names(preprocessing)
    parts = {part.column: part for prepared in preprocessing.inputs for part in _parts(prepared)}
    raw: dict[str, Tensor] = {column: _raw_input(parts[column], name) for column, name in names.items()}
    outputs = {prepared.name: _prepare(prepared, raw) for prepared in preprocessing.inputs}
    return keras.Model({names[column]: tensor for column, tensor in raw.items()}, outputs, name=NAME)


def raw_names(preprocessing: Preprocessing) -> dict[str, str]:
    """What the model's input for each column is called: its name as an identifier, made unique by a number."""
    return input_names(preprocessing.columns)


def input_names(columns: Iterable[str]) -> dict[str, str]:
    """The same for columns in the order of the inputs."""
    names: dict[str, str] = {}
    for column in columns:
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
        return {prepared.name: raw[column] for prepared in preprocessing.inputs for column in prepared.takes}
    names = raw_names(preprocessing)
    if not len(next(iter(raw.values()))):
        return {each.name: np.empty((0, *each.shape), each.dtype) for each in preprocessing.inputs}
    return apply(model, {names[column]: array for column, array in raw.items()})


def apply(model: keras.Model, raw: Mapping[str, Array]) -> dict[str, Array]:
    """The same from at least one row of raw arrays by the name of the preprocessing's own input."""
    found: dict[str, Array] = {}
    samples = len(next(iter(raw.values())))
    for rows in _pieces(raw, samples):
        piece = {name: _tensor(array[rows]) for name, array in raw.items()}
        for name, tensor in model(piece).items():
            values = ops.convert_to_numpy(tensor)
            if name not in found:
                found[name] = np.empty((samples, *values.shape[1:]), values.dtype)
            found[name][rows] = values
    return found


def _pieces(raw: Mapping[str, Array], samples: int) -> Iterator[Array | slice]:
    """Which rows are prepared at a time: as many as fit, and of arrays of different shapes those that are alike."""
    uneven = [array for array in raw.values() if _is_uneven(array)]
    wide = sum(array[:1].nbytes for array in raw.values()) + sum(array[0].nbytes for array in uneven)
    most = max(1, min(ROWS_AT_ONCE, BYTES_AT_ONCE // max(wide, 1)))
    for start in range(0, samples, most):
        piece = slice(start, min(start + most, samples))
        if not uneven:
            yield piece
            continue
        alike: dict[tuple[Any, ...], list[int]] = {}
        for index in range(piece.start, piece.stop):
            alike.setdefault(tuple(array[index].shape for array in uneven), []).append(index)
        yield from (np.array(rows, "int64") for rows in alike.values())


def _is_uneven(array: Array) -> bool:
    return array.dtype == object and len(array) > 0 and isinstance(array.flat[0], np.ndarray)


def _tensor(array: Array) -> Tensor:
    if _is_uneven(array):
        return ops.convert_to_tensor(np.stack(list(array)))
    return ops.convert_to_tensor(array, "string" if array.dtype == object else None)


def _parts(prepared: PreparedInput) -> Sequence[NumberScaling | Rest | Whole]:
    return (*prepared.numbers, *prepared.rest, *([prepared.whole] if prepared.whole is not None else []))


def _raw_input(part: NumberScaling | Rest | Whole, name: str) -> Tensor:
    match part:
        case NumberScaling():
            return keras.Input((1,), name=name, dtype="float32")
        case DateParts():
            return keras.Input((1,), name=name, dtype="float64")
        case VectorScaling(affines=affines, dtype=dtype):
            return keras.Input((len(affines),), name=name, dtype=dtype)
        case ImageForm(resized=True, shape=(_, _, channels), dtype=dtype):
            return keras.Input((None, None, channels), name=name, dtype=dtype)
        case SequenceForm(length=int(), shape=(_, *others), dtype=dtype):
            return keras.Input((None, *others), name=name, dtype=dtype)
        case ImageForm(shape=shape, dtype=dtype) | SequenceForm(shape=shape, dtype=dtype):
            return keras.Input(shape, name=name, dtype=dtype)
    return keras.Input((1,), name=name, dtype="string")


def _prepare(prepared: PreparedInput, raw: Mapping[str, Tensor]) -> Tensor:
    if prepared.whole is not None:
        return _alone(prepared.whole, raw[prepared.whole.column])
    parts = [_numbers(prepared.numbers, raw)] if prepared.numbers else []
    if prepared.marked:
        marked = ops.concatenate([ops.cast(raw[column], "float32") for column in prepared.marked], axis=-1)
        parts.append(ops.cast(ops.isnan(marked), "float32"))
    parts += [ops.cast(_places(part, raw[part.column]), prepared.dtype) for part in prepared.rest]
    return ops.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]


def _alone(part: Whole, raw: Tensor) -> Tensor:
    match part:
        case WordTable():
            return ops.cast(_words(part, raw), "int32")
        case SequenceForm(length=int() as length, shape=shape):
            behind = [[0, 0], [0, length], *[[0, 0] for _ in shape[1:]]]
            return ops.pad(raw, behind)[:, :length]
        case SequenceForm(affines=affines) if affines:
            return to_scales(affines, raw)
        case ImageForm(shape=(height, width, _), resized=resized, divided=divided):
            raw = layers.Resizing(height, width, dtype="float32")(raw) if resized else ops.cast(raw, "float32")
            return ops.divide(raw, 255.0) if divided else raw
    return raw


def _numbers(numbers: tuple[NumberScaling, ...], raw: Mapping[str, Tensor]) -> Tensor:
    """The scaled numbers, (n, k)."""
    columns = [raw[number.column] for number in numbers]
    values = ops.concatenate(columns, axis=-1) if len(columns) > 1 else columns[0]
    values = ops.where(ops.isnan(values), row([number.fill for number in numbers]), values)
    return to_scales([number.affine for number in numbers], values)


def _places(part: Rest, raw: Tensor) -> Tensor:
    """A column's places in a vector, (n, width)."""
    match part:
        case CategoryTable():
            return _category(part, raw)
        case HashedCategory():
            return _hashed(part, raw)
        case WordTable(mode=mode, weights=weights, size=size):
            counts = ops.cast(_words(part, raw), "float32")
            return ops.multiply(counts, row([*weights, *[0.0] * (size - len(weights))])) if mode == "tf_idf" else counts
        case DateParts():
            return _date(part, raw)
        case VectorScaling(affines=affines):
            return to_scales(affines, ops.cast(raw, "float32"))


def _category(table: CategoryTable, text: Tensor) -> Tensor:
    """(n, 1) of strings -> (n, width); what is not known is place 0, which `one_hot` leaves out."""
    number = {value: index for index, value in enumerate(table.places, 1)}
    by_text = number | {text: number.get(other, 0) for text, other in table.others}
    found = ops.take(np.array([0, *by_text.values()], "int32"), _lookup(list(by_text))(text))
    if table.indexed:
        return found
    return ops.one_hot(ops.squeeze(found, -1), len(number) + 1, dtype="float32")[:, 1:]


def _hashed(table: HashedCategory, text: Tensor) -> Tensor:
    hashing = layers.Hashing(table.bins)
    bins = hashing(text)
    if table.others:
        texts = [text for text, _ in table.others]
        of_others = ops.convert_to_numpy(hashing(_tensor(np.array([other for _, other in table.others], object))))
        known = _lookup(texts)(text)
        bins = ops.where(ops.equal(known, 0), bins, ops.take(np.array([0, *of_others], "int64"), known))
    return ops.one_hot(ops.squeeze(bins, -1), table.bins, dtype="float32")


def _lookup(texts: list[str]) -> layers.StringLookup:
    """From a text to its place in the list, counted from 1, and 0 for any other."""
    unknown = "[UNK]"
    while unknown in texts:
        unknown += "]"
    return layers.StringLookup(vocabulary=texts or [f"not {unknown}"], oov_token=unknown)


def _words(table: WordTable, text: Tensor) -> Tensor:
    """(n, 1) of strings -> (n, length) of word numbers, or (n, size)."""
    counted = table.length is None
    vectorization = layers.TextVectorization(
        max_tokens=table.size,
        standardize=None if table.standardize == "none" else table.standardize,
        split=table.split,
        ngrams=table.ngrams if table.ngrams > 1 else None,
        output_mode={"tf_idf": "count"}.get(table.mode, table.mode),
        output_sequence_length=table.length,
        pad_to_max_tokens=counted,
        vocabulary=list(table.vocabulary) or ["[no word]"],
    )
    found = vectorization(text)
    return ops.reshape(found, (-1, table.size)) if counted else found  # Keras takes counts for (n, 1, size)


def _date(date: DateParts, seconds: Tensor) -> Tensor:
    parts = moment_parts(ops.where(ops.isnan(seconds), date.fill, seconds))
    return ops.concatenate([_date_part(part, parts[part.name]) for part in date.parts], axis=-1)


def _date_part(part: DatePart, values: Tensor) -> Tensor:
    """Whole seconds are brought to their scale in float64."""
    if part.period is None:
        scaled = ops.divide(ops.subtract(ops.cast(values, "float64"), part.affine.shift), part.affine.scale)
        return ops.cast(scaled, "float32")
    angle = ops.multiply(ops.cast(values, "float32"), float(2 * np.pi / part.period))
    return ops.concatenate([ops.sin(angle), ops.cos(angle)], axis=-1)
