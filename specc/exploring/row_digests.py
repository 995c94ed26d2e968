"""Digests of columns and of rows, 64 bits each: equal content has equal digests on any machine.

Rows are read in pieces, so that of a large source only the digests are in memory.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from specc.data.loading import Columns
from specc.exploring.meaning import values_of
from specc.exploring.profile import ROWS_AT_ONCE, is_array, is_numeric

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

ARRAYS_AT_ONCE = 256
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def digest_rows(columns: Columns, names: Iterable[str], rows: Array) -> Array:
    """A digest (n,) uint64 for each of `rows`, of its values in the columns `names`."""
    digests = np.zeros(len(rows), "uint64")
    for name in names:
        for start, piece in _pieces(columns, name, rows):
            found = digests[start : start + len(piece)]
            digests[start : start + len(piece)] = _mixed(found * _PRIME + _digests(columns, name, piece))
    return digests


def digest_column(columns: Columns, name: str) -> tuple[str, str]:
    """What two columns with the same values have in common: the kind of values, and a digest of them."""
    digest = hashlib.blake2b(digest_size=8)
    for _, piece in _pieces(columns, name, np.arange(len(columns))):
        digest.update(_digests(columns, name, piece).astype("<u8").tobytes())
    facts, target = columns.facts.columns[name], _target(columns, name)
    kind = f"array {facts.shape}" if is_array(facts, target) else "number" if is_numeric(facts, target) else "text"
    return kind, digest.hexdigest()


def _pieces(columns: Columns, name: str, rows: Array) -> Iterable[tuple[int, Array]]:
    size = ARRAYS_AT_ONCE if is_array(columns.facts.columns[name], _target(columns, name)) else ROWS_AT_ONCE
    return ((start, rows[start : start + size]) for start in range(0, len(rows), size))


def _digests(columns: Columns, name: str, rows: Array) -> Array:
    facts, target = columns.facts.columns[name], _target(columns, name)
    if is_array(facts, target):
        return np.array([_of_bytes(array.tobytes()) for array in columns.arrays(name, rows)], "uint64")
    if is_numeric(facts, target):
        numbers = columns.numbers(name, rows).astype("float64") + 0.0  # -0 is 0
        numbers = np.where(np.isnan(numbers), np.nan, numbers)  # one bit pattern for every NaN
        return _mixed(numbers.view("uint64"))
    texts = values_of(columns, name, rows)
    known = {text: _of_text(text) for text in dict.fromkeys(texts)}
    return np.array([known[text] for text in texts], "uint64")


def _of_text(text: str) -> int:
    return _of_bytes(text.encode(errors="surrogatepass"))


def _of_bytes(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")


def _mixed(values: Array) -> Array:
    """splitmix64's last steps: neighbours apart."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    mixed: Array = values ^ values >> np.uint64(31)
    return mixed


def _target(columns: Columns, name: str) -> str | None:
    """The kind of the target that a column is, if it is one."""
    return next((target.kind for target in columns.facts.targets if target.name == name), None)
