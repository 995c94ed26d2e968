"""Columns and their rows by split -> what each column holds: `describe_columns`.

Numbers, no judgement (`specc.exploring.judging`) and no look. One column is in memory at a time; of images and other
arrays only so many rows are looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from specc.data import DataSpec
from specc.data.facts import BOOLEAN, CLASSES, DATETIME, IMAGE, NUMBER, TEXT, ColumnFacts
from specc.data.loading import Columns
from specc.exploring.meaning import counts_of

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Rows: TypeAlias = Mapping[str, Array]
"""The row numbers of each split that has rows, by its name, in the order train, validation, test."""

BARS = 12
MOST_SHOWN = 10
"""So many of the most frequent values of a category are kept."""
ROWS_AT_ONCE = 65_536
ROWS_OF_ARRAYS = 1000
"""Of a column of images or other arrays so many rows of a split are looked at, evenly spread."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How numbers are spread. `histogram` counts them in `BARS` equal intervals from `low` to `high`.

    Those two are of all splits together, so that histograms compare.
    """

    least: float
    mean: float
    median: float
    greatest: float
    deviation: float
    low: float
    high: float
    histogram: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A column in one split.

    `spread` is of numbers, of the seconds of times, of the lengths of texts in characters, of all values of arrays;
    `common` are the most frequent values of categories and classes with their counts. `distinct` is None for arrays.
    """

    rows: int
    missing: int
    distinct: int | None
    spread: Spread | None = None
    common: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """A column. `role` is `input`, `target` or `unused`; `shape` is that of one value, () for one number or text."""

    name: str
    kind: str
    role: str
    shape: tuple[int | None, ...]
    parts: Mapping[str, Part]

    @property
    def has_spread(self) -> bool:
        """Whether it is told by numbers, not by its most frequent values."""
        return any(part.spread for part in self.parts.values())


@dataclass(frozen=True, slots=True)
class Profile:
    """All columns of a spec's data. `rows` counts those of each split."""

    name: str
    source: str
    rows: Mapping[str, int]
    columns: tuple[ColumnProfile, ...]


def describe_columns(name: str, data: DataSpec, columns: Columns, rows: Rows) -> Profile:
    """The profile of every column, targets first, then what feeds the model, then what is not used."""
    facts = columns.facts
    targets = {target.name: target.kind for target in facts.targets}
    roles = {column: role_of(column, columns) for column in facts.columns}
    order = sorted(facts.columns, key=lambda column: ("target", "input", "unused").index(roles[column]))
    profiles = tuple(
        ColumnProfile(
            column,
            targets.get(column, facts.columns[column].kind),
            roles[column],
            facts.columns[column].shape,
            _parts(columns, facts.columns[column], targets.get(column), rows),
        )
        for column in order
    )
    return Profile(name, facts.source or data.source.type, {split: len(part) for split, part in rows.items()}, profiles)


def role_of(column: str, columns: Columns) -> str:
    """What a column is used as: `target`, `input` or `unused`."""
    if any(target.name == column for target in columns.facts.targets):
        return "target"
    return "input" if column in columns.facts.features else "unused"


def is_numeric(facts: ColumnFacts, target: str | None) -> bool:
    """Whether a column is one of single numbers. `target` is the kind of the target that it is, if it is one."""
    return not facts.shape and (target or facts.kind) in {NUMBER, BOOLEAN, DATETIME}


def is_array(facts: ColumnFacts, target: str | None) -> bool:
    """Whether each value of a column is an array."""
    return bool(facts.shape) or (target or facts.kind) not in {NUMBER, BOOLEAN, DATETIME, CLASSES, TEXT, "category"}


def _parts(columns: Columns, facts: ColumnFacts, target: str | None, rows: Rows) -> dict[str, Part]:
    if is_array(facts, target):
        return _arrays(columns, facts, rows)
    if is_numeric(facts, target):
        values = {split: columns.numbers(facts.name, part) for split, part in rows.items()}
        if facts.kind == BOOLEAN and target is None:
            return {split: _booleans(found) for split, found in values.items()}
        return _numbers(values)
    if facts.kind == TEXT and target is None:
        return _texts({split: _lengths(columns, facts.name, part) for split, part in rows.items()})
    return {split: _categories(counts_of(columns, facts.name, part)) for split, part in rows.items()}


def _numbers(values: Mapping[str, Array]) -> dict[str, Part]:
    present = {split: found[~np.isnan(found)] for split, found in values.items()}
    low, high = _ends(present)
    return {
        split: Part(
            len(values[split]),
            len(values[split]) - len(found),
            len(np.unique(found)),
            _spread(found, low, high),
        )
        for split, found in present.items()
    }


def _booleans(values: Array) -> Part:
    counts = {"true": int((values == 1).sum()), "false": int((values == 0).sum())}
    return _categories({"": int(np.isnan(values).sum()), **counts})


def _categories(counts: Mapping[str, int]) -> Part:
    present = {text: count for text, count in counts.items() if text and count}
    common = sorted(present.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_SHOWN]
    missing = counts.get("", 0)
    return Part(sum(present.values()) + missing, missing, len(present), None, tuple(common))


def _texts(found: Mapping[str, tuple[Array, Array]]) -> dict[str, Part]:
    """From the lengths and hashes of each split's texts, of which empty ones are missing."""
    present = {split: lengths[lengths > 0] for split, (lengths, _) in found.items()}
    low, high = _ends(present)
    return {
        split: Part(
            len(lengths),
            len(lengths) - len(present[split]),
            len(np.unique(hashes[lengths > 0])),
            _spread(present[split], low, high),
        )
        for split, (lengths, hashes) in found.items()
    }


def _lengths(columns: Columns, name: str, rows: Array) -> tuple[Array, Array]:
    """The lengths of texts in characters, and a hash of each, a piece of the rows at a time."""
    lengths, hashes = np.zeros(len(rows), "int64"), np.zeros(len(rows), "int64")
    for start in range(0, len(rows), ROWS_AT_ONCE):
        texts = columns.texts(name, rows[start : start + ROWS_AT_ONCE])
        lengths[start : start + len(texts)] = [len(text) for text in texts]
        hashes[start : start + len(texts)] = [hash(text) for text in texts]
    return lengths, hashes


def _arrays(columns: Columns, facts: ColumnFacts, rows: Rows) -> dict[str, Part]:
    looked_at = {split: _flat(columns.arrays(facts.name, evenly(part, ROWS_OF_ARRAYS))) for split, part in rows.items()}
    low, high = _ends(looked_at)
    return {split: Part(len(rows[split]), 0, None, _spread(found, low, high)) for split, found in looked_at.items()}


def _flat(arrays: Array) -> Array:
    """All values as float64; the arrays may differ in size. What is no number counts for nothing."""
    uneven = arrays.dtype == object
    values = np.concatenate([array.ravel() for array in arrays]) if uneven else arrays.ravel()
    values = values.astype("float64")
    finite: Array = values[np.isfinite(values)]
    return finite


def evenly(rows: Array, most: int) -> Array:
    """At most `most` of the rows, evenly spread over them."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype("int64")]


def _ends(values: Mapping[str, Array]) -> tuple[float, float]:
    found = [end for array in values.values() if len(array) for end in (float(array.min()), float(array.max()))]
    return (min(found), max(found)) if found else (0.0, 0.0)


def _spread(values: Array, low: float, high: float) -> Spread | None:
    """None of no values. Sums in float64."""
    if not len(values):
        return None
    values = values.astype("float64")
    # Not `np.histogram`: it refuses ranges whose bars are narrower than floats can tell apart.
    share = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    counts = np.bincount(np.minimum((share * BARS).astype("int64"), BARS - 1), minlength=BARS)
    return Spread(
        float(values.min()),
        float(values.mean()),
        float(np.median(values)),
        float(values.max()),
        float(values.std()),
        low,
        high,
        tuple(int(count) for count in counts),
    )


def sample_images(columns: Columns, rows: Rows, most: int = 12) -> dict[str, dict[str, Array]]:
    """Of each column of images a few of each split: column -> split -> (n, h, w, c), values as they come."""
    images = [name for name, facts in columns.facts.columns.items() if facts.kind == IMAGE]
    return {name: {split: columns.arrays(name, evenly(part, most)) for split, part in rows.items()} for name in images}
