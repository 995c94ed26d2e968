"""A `DataSpec` -> raw columns, nothing prepared yet; and targets as the model's outputs need them.

The facts are found again over the whole data, by the functions that decide in a check. Columns are in memory or in
files, as `specc.data.stored` has them; they are read by rows.
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from specc.data.deciding import Seen, facts_of, moment, unknown_classes, with_widths
from specc.data.describe import examine
from specc.data.facts import BOOLEAN, CATEGORY, CLASSES, DATETIME, IMAGE, NUMBER, TEXT, ColumnFacts, DataFacts
from specc.data.generated import generate
from specc.data.kinds import number_text
from specc.data.layout import replaced
from specc.data.library_sets import UnavailableError, keras_set, scikit_learn_set
from specc.data.partition import split_columns
from specc.data.reading import scan
from specc.data.reading.scan import Scan
from specc.data.reading.windows import windowed_scan
from specc.data.section import DataSpec
from specc.data.sets import BuiltInSet
from specc.data.sources.contiguous import with_given
from specc.data.sources.row_rules import LeftOut
from specc.data.split_rules import Given, Keys, Labels
from specc.data.splitting import Split, split_rows
from specc.data.stored import ArrayColumn, Stored
from specc.data.text_table import Place
from specc.diagnostics import Finding, Span, error, has_errors

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

ROWS_AT_ONCE = 8192
"""Rows that are looked at at a time where values become Python's."""
BYTES_AT_ONCE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of the data by name, and the rows of each split.

    `facts` are those of the whole data. `place` says where a value is written, if the source can tell. `left_out` are
    the rows of the source that are not among these, and `in_source` gives rows their numbers there.
    """

    facts: DataFacts
    stored: Mapping[str, Stored]
    split: Split
    place: Place | None = None
    left_out: tuple[LeftOut, ...] = ()
    in_source: Callable[[Array], Array] = lambda rows: rows

    def __len__(self) -> int:
        return len(next(iter(self.stored.values())))

    def numbers(self, name: str, rows: Array | None = None) -> Array:
        """(n,) of a number, a boolean as 0 and 1, or a moment in seconds; NaN where it is missing."""
        return self.stored[name].numbers(rows)

    def texts(self, name: str, rows: Array | None = None) -> Array:
        """(n,) of the strings of a category or a text; "" where it is missing."""
        return self.stored[name].texts(rows)

    def counts(self, name: str, rows: Array | None = None) -> dict[str, int]:
        """Each different text with how often it occurs, "" for missing ones."""
        return self.stored[name].counts(rows)

    def arrays(self, name: str, rows: Array | None = None) -> Array:
        """(n, ...) of an image, a vector or a sequence; (n,) of arrays where they differ in size."""
        return self.stored[name].arrays(rows)


def load(data: DataSpec, root: Path, folder: Path, seed: int = 0) -> tuple[Columns | None, list[Finding]]:
    """The columns, read, computed or downloaded, and divided. Arguments as of `specc.data.describe`."""
    if data.source.kind == "dataset":
        return _load_set(data, root, folder, seed)
    data, scanned, findings = _scanned(data, root, folder)
    if scanned is None:
        return None, findings
    facts, more = facts_of(data, scanned.table, root, folder)
    findings += more
    if facts is None:
        return None, findings
    table = scanned.table
    stored, more = _stored(data, scanned, facts, root, folder)
    findings += more
    if stored is None:
        return None, findings
    rows, more = _divided(data, facts, scanned, stored, seed)
    findings += more
    if rows is None:
        return None, findings

    def seen(name: str) -> Seen:
        return _seen(facts.columns[name], stored[name], rows.train)

    def place_of(name: str, text: str) -> Span:
        where = np.flatnonzero(stored[name].codes({text: 0}) == 0)
        return table.place(int(where[0]) if len(where) else 0, name)

    findings += unknown_classes(data, facts, table.given, seen, place_of)
    if has_errors(findings):
        return None, findings
    return Columns(with_widths(facts, seen), stored, rows, table.place, scanned.left_out, scanned.in_source), findings


def _stored(
    data: DataSpec, scanned: Scan, facts: DataFacts, root: Path, folder: Path
) -> tuple[dict[str, Stored] | None, list[Finding]]:
    """The columns; one of paths becomes the images that these lead to."""
    stored, findings = scanned.load(facts.columns)
    for name in facts.features if stored is not None else ():
        column = facts.columns[name]
        if stored is None or column.kind != IMAGE or name not in scanned.table.surveys:
            continue
        from specc.data.reading.images import image_column

        images, faults = image_column(data, column, stored[name].texts(), scanned.table.place, root, folder)
        findings += faults
        stored = None if images is None else stored | {name: images}
    return stored, findings


def _divided(
    data: DataSpec, facts: DataFacts, scanned: Scan, stored: Mapping[str, Stored], seed: int
) -> tuple[Split | None, list[Finding]]:
    """The rows of each split. Columns that divide them are read once more, as texts: numbers may not be exact."""
    as_texts = {
        name: ColumnFacts(name, TEXT if name == data.split.time else CATEGORY) for name in split_columns(data).values()
    }
    keyed, findings = scanned.load(as_texts) if as_texts else ({}, [])
    if keyed is None:
        return None, findings
    keys = _keys(data, facts, keyed, scanned.table.place)
    return split_rows(scanned.table.rows, data, seed, _labels(facts, stored), scanned.table.given, keys)


def _scanned(data: DataSpec, root: Path, folder: Path) -> tuple[DataSpec, Scan | None, list[Finding]]:
    """The source that was gone through, or the windows over it; and the section that speaks of that."""
    scanned, findings = scan(data, root, folder)
    if scanned is not None and data.windows is not None:
        base, more = facts_of(data, scanned.table, root, folder)
        made, more = windowed_scan(data, scanned, base) if base else (None, more)
        findings += more
        data, scanned = made or (data, None)
    return (with_given(data, scanned.table.given) if scanned else data), scanned, findings


def _load_set(data: DataSpec, root: Path, folder: Path, seed: int) -> tuple[Columns | None, list[Finding]]:
    described, findings = examine(data, root, folder, seed, None)
    if described is None or not isinstance(described.source, BuiltInSet):
        return None, findings
    facts, source = described.facts, described.source
    try:
        arrays = _arrays(source)
    except UnavailableError as fault:
        message = f"`{source.name}` has to be downloaded and cannot be reached: {fault}"
        help_text = "train once where there is a network; Keras keeps the files in its cache (`~/.keras/datasets`)"
        return None, [error("dataset-unavailable", message, data.source.span, help=help_text)]
    stored = {name: _from_array(arrays[name], source, column) for name, column in facts.columns.items()}
    samples = len(next(iter(arrays.values())))
    given = Given(test=facts.given_test)
    rows, more = split_rows(samples, data, seed, _labels(facts, stored), given, _keys(data, facts, stored, None))
    if rows is None:
        return None, findings + more
    return Columns(facts, stored, rows), findings + more


def encode_targets(columns: Columns, rows: Array | None = None) -> dict[str, Array]:
    """Each target of some rows, (n, *shape): class indices as int32, or numbers as float32, not scaled."""
    encoded = {}
    for target in columns.facts.targets:
        column, stored = columns.facts.columns[target.name], columns.stored[target.name]
        if column.shape:
            encoded[target.name] = stored.arrays(rows).astype("int32" if target.kind == CLASSES else "float32")
        elif target.kind == CLASSES:
            encoded[target.name] = stored.codes(_class_index(column, target.names or (), stored), rows)[:, None]
        else:
            encoded[target.name] = stored.numbers(rows).astype("float32")[:, None]
    return encoded


def fingerprint(columns: Columns) -> str:
    """`sha256:` and the digest of every column's name, kind and values; the same on every machine for the same data.

    Images and folders of texts count by what is in their files. Raises ReadingError.
    """
    digest = hashlib.sha256()
    for name, stored in columns.stored.items():
        facts = columns.facts.columns[name]
        digest.update(f"{name}\0{facts.kind}\0{len(stored)}\0".encode())
        if stored.digest is not None:
            digest.update(stored.digest())
            continue
        size = _rows_at_once(facts)
        for start in range(0, len(stored), size):
            rows = np.arange(start, min(start + size, len(stored)))
            _add_values(digest.update, facts, stored, rows)
    return f"sha256:{digest.hexdigest()}"


def _rows_at_once(facts: ColumnFacts) -> int:
    """So many rows that arrays stay within `BYTES_AT_ONCE`."""
    numbers = math.prod(size or 1 for size in facts.shape)
    return max(1, min(ROWS_AT_ONCE, BYTES_AT_ONCE // (numbers * np.dtype("float32").itemsize)))


def _add_values(update: Callable[[bytes], None], facts: ColumnFacts, stored: Stored, rows: Array) -> None:
    if facts.kind in {CATEGORY, TEXT}:
        texts = [text.encode("utf-8", "surrogatepass") for text in stored.texts(rows)]
        update(np.array([len(text) for text in texts], "<i8").tobytes() + b"".join(texts))
        return
    values = stored.arrays(rows) if facts.shape else stored.numbers(rows)
    for each in values if values.dtype == object else [values]:
        # One bit pattern for every NaN, one byte order for every machine.
        plain = np.where(np.isnan(each), each.dtype.type("nan"), each) if each.dtype.kind == "f" else each
        update(np.ascontiguousarray(plain, plain.dtype.newbyteorder("<")).tobytes())


def _seen(column: ColumnFacts, stored: Stored, train: Array) -> Seen:
    if column.kind in {NUMBER, BOOLEAN, DATETIME}:
        return (), bool(np.isnan(stored.numbers(train)).any())
    if column.kind != CATEGORY:
        return (), False
    counts = stored.counts(train)
    return [text for text in counts if text], "" in counts


def _labels(facts: DataFacts, stored: Mapping[str, Stored]) -> Labels | None:
    first = facts.targets[0]
    column = facts.columns[first.name]
    if first.kind != CLASSES or first.names is None or column.shape:
        return None
    codes: Any = stored[first.name].codes(_class_index(column, first.names, stored[first.name]))
    return Labels(first.name, codes, first.names)


def _class_index(column: ColumnFacts, names: tuple[str, ...], stored: Stored) -> dict[str, int]:
    """The class of each text that a target holds, which may be another's spelling."""
    index = {name: position for position, name in enumerate(names)}
    if not column.options.get("replace"):
        return index
    return {text: index[meaning] for text in stored.counts() if (meaning := replaced(text, column.options)) in index}


def _keys(data: DataSpec, facts: DataFacts, stored: Mapping[str, Stored], place: Place | None) -> Keys:
    """The values of the columns that the split names, as arrays; they are read as texts, which are exact."""
    found: dict[str, Any] = {}
    for key, name in split_columns(data).items():
        found[key] = _as_texts(stored[name])
        if key == "time":
            form = facts.columns[name].options.get("format")
            meaning = {text: moment(text or None, form) for text in dict.fromkeys(found[key])}
            found[key] = np.fromiter((meaning[text] for text in found[key]), "float64", len(found[key]))
    return Keys(found.get("group"), found.get("time"), found.get("by"), place)


def _as_texts(column: Stored) -> Array:
    """(n,) of strings; numbers, as built-in sets have them, as the texts that they would be as categories."""
    texts = column.texts()
    if all(isinstance(text, str) for text in texts):
        return texts
    return np.array(["" if np.isnan(number) else number_text(float(number)) for number in texts], object)


def _arrays(source: BuiltInSet) -> dict[str, Array]:
    if source.origin == "generated":
        return generate(source.name, source.settings)
    return keras_set(source) if source.origin == "keras" else scikit_learn_set(source)


def _from_array(array: Array, source: BuiltInSet, column: ColumnFacts) -> Stored:
    if column.kind != CATEGORY:
        return ArrayColumn(np.ascontiguousarray(array, column.dtype))
    target = source.targets.get(column.name)
    if target and target.names:
        return ArrayColumn(np.array([target.names[index] for index in array], object))
    return ArrayColumn(np.array([number_text(float(value)) for value in array], object))
