"""Columns that are other columns in other words, such as `class` of `pclass`: `renamed`.

Such columns go with each other one to one, value by value. That is only asked of columns of which each value occurs
twice on average: numbers of rows and names of persons would all be each other's renaming.
"""

import hashlib
from collections import defaultdict
from itertools import count
from typing import Any, TypeAlias

import numpy as np

from specc.data.facts import BOOLEAN, CATEGORY, NUMBER
from specc.data.loading import Columns
from specc.exploring.meaning import meaning

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def renamed(columns: Columns) -> list[tuple[str, str]]:
    """Each feature that goes one to one with an earlier one, and that one. At least one of the two is no number."""
    kinds = {name: columns.facts.columns[name].kind for name in columns.facts.features}
    by_division: defaultdict[str, list[str]] = defaultdict(list)
    for name in kinds:
        division = _division(columns, name)
        if division is not None:
            by_division[division].append(name)
    pairs = []
    for names in by_division.values():
        for index, name in enumerate(names):
            earlier = next((other for other in names[:index] if {kinds[name], kinds[other]} != {NUMBER}), None)
            pairs += [] if earlier is None else [(name, earlier)]
    return pairs


def _division(columns: Columns, name: str) -> str | None:
    """A digest of which rows have the same value, whatever it is; None of columns that are not looked at."""
    facts = columns.facts.columns[name]
    if facts.shape or facts.kind not in {NUMBER, BOOLEAN, CATEGORY}:
        return None
    if facts.kind == CATEGORY:
        values = _codes(columns, name)
    else:
        numbers = columns.numbers(name)
        values = np.where(np.isnan(numbers), np.inf, numbers)
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    if len(first) < 2 or 2 * len(first) > len(values):
        return None
    places = np.empty(len(first), "<i8")
    places[np.argsort(first)] = np.arange(len(first))
    return hashlib.blake2b(places[inverse].tobytes(), digest_size=16).hexdigest()


def _codes(columns: Columns, name: str) -> Array:
    """A number for each value."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    index = {text: numbers[meaning(columns, name, text)] for text in columns.counts(name)}
    return columns.stored[name].codes(index)
