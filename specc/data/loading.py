"""A `DataSpec` -> raw columns as NumPy arrays, nothing prepared yet; and targets as the model's outputs need them.

Numbers are float32 with NaN for a missing value, categories and classes are strings with "" for a missing one, images
and sequences keep their axes. The facts are found again over the whole data, by the code that checks a spec.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from specc.data.describe import examine
from specc.data.facts import CATEGORY, CLASSES, NUMBER, ColumnFacts, DataFacts
from specc.data.generated import generate
from specc.data.kinds import as_categories, number_text
from specc.data.library_sets import UnavailableError, keras_set, scikit_learn_set
from specc.data.partition import Partition
from specc.data.section import DataSpec
from specc.data.sets import BuiltInSet
from specc.data.text_table import Cells, TextTable
from specc.diagnostics import Finding, error

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns of the data, dropped ones included, by name; the first axis is the rows.

    `facts` are those of the whole data. `partition` is set where it had to be found to know the facts.
    """

    facts: DataFacts
    values: Mapping[str, Array]
    partition: Partition | None = None

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))


def load(data: DataSpec, root: Path, folder: Path, seed: int = 0) -> tuple[Columns | None, list[Finding]]:
    """The columns, read, computed or downloaded. Arguments as of `specc.data.describe`."""
    described, findings = examine(data, root, folder, seed, None)
    if described is None:
        return None, findings
    facts, source = described.facts, described.source
    if isinstance(source, TextTable):
        values = {name: _from_text(source.columns[name], column) for name, column in facts.columns.items()}
        return Columns(facts, values, described.partition), findings
    try:
        arrays = _arrays(source)
    except UnavailableError as fault:
        message = f"`{source.name}` has to be downloaded and cannot be reached: {fault}"
        help_text = "train once where there is a network; Keras keeps the files in its cache (`~/.keras/datasets`)"
        return None, [error("dataset-unavailable", message, data.source.span, help=help_text)]
    values = {name: _from_array(arrays[name], source, column) for name, column in facts.columns.items()}
    return Columns(facts, values), findings


def encode_targets(columns: Columns) -> dict[str, Array]:
    """Each target (n, 1): the class index as int32, or the number as float32."""
    encoded = {}
    for target in columns.facts.targets:
        values = columns.values[target.name]
        if target.kind == CLASSES:
            index = {name: position for position, name in enumerate(target.names or ())}
            encoded[target.name] = np.array([index[text] for text in values], "int32")[:, None]
        else:
            encoded[target.name] = values.astype("float32")[:, None]
    return encoded


def fingerprint(columns: Columns) -> str:
    """`sha256:` and the digest of every column's name, kind and values; the same on every machine for the same data."""
    digest = hashlib.sha256()
    for name, values in columns.values.items():
        digest.update(f"{name}\0{columns.facts.columns[name].kind}\0{values.shape}\0".encode())
        if values.dtype == object:
            for text in values:
                encoded = text.encode()
                digest.update(len(encoded).to_bytes(8, "little") + encoded)
        else:
            # One bit pattern for every NaN, one byte order for every machine.
            plain = np.where(np.isnan(values), np.float32("nan"), values) if values.dtype.kind == "f" else values
            digest.update(np.ascontiguousarray(plain, plain.dtype.newbyteorder("<")).tobytes())
    return f"sha256:{digest.hexdigest()}"


def _from_text(cells: Cells, column: ColumnFacts) -> Array:
    if column.kind == NUMBER:
        return np.array([np.nan if text is None else float(text) for text in cells], "float32")
    return np.array(["" if text is None else text for text in as_categories(cells)], object)


def _arrays(source: BuiltInSet) -> dict[str, Array]:
    if source.origin == "generated":
        return generate(source.name, source.settings)
    return keras_set(source) if source.origin == "keras" else scikit_learn_set(source)


def _from_array(array: Array, source: BuiltInSet, column: ColumnFacts) -> Array:
    if column.kind != CATEGORY:
        return np.ascontiguousarray(array, column.dtype)
    target = source.targets.get(column.name)
    if target and target.names:
        return np.array([target.names[index] for index in array], object)
    return np.array([number_text(float(value)) for value in array], object)
