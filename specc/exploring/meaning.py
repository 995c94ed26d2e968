"""Columns of texts as the model sees them, by rows as `Columns` reads them: `replace` has put in place what it says.

A missing value stays "", also where something stands in for it: that it is missing is worth knowing.
"""

from collections import Counter
from typing import Any, TypeAlias

import numpy as np

from specc.data.layout import replaced
from specc.data.loading import Columns

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def values_of(columns: Columns, name: str, rows: Array | None = None) -> Array:
    """(n,) of strings, "" where there is no value."""
    texts = columns.texts(name, rows)
    if not columns.facts.columns[name].options.get("replace"):
        return texts
    meanings = {text: meaning(columns, name, text) for text in dict.fromkeys(texts)}
    return np.array([meanings[text] for text in texts], object)


def counts_of(columns: Columns, name: str, rows: Array | None = None) -> dict[str, int]:
    """How often each value occurs, "" for missing ones."""
    counts = Counter[str]()
    for text, count in columns.counts(name, rows).items():
        counts[meaning(columns, name, text)] += count
    return dict(counts)


def meaning(columns: Columns, name: str, text: str) -> str:
    """The value that a text of the column is."""
    return replaced(text, columns.facts.columns[name].options) if text else ""
