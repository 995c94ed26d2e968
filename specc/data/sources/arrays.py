"""What arrays of files are as columns, from their declarations alone: `columns_of`.

One axis: values, which are looked at like those of any table. Bytes with axes of an image: images. More axes of whole
numbers: sequences; of fractions: a vector, or with more than one axis a sequence.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from specc.data.facts import IMAGE, SEQUENCE, VECTOR, ColumnFacts
from specc.data.kinds import number_text
from specc.data.sources.faults import file_fault
from specc.diagnostics import Finding
from specc.language.limits import TENSOR

_SIZES = {"i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8), "b": (1,)}
_WORDS = {"O": "objects, which only `pickle` can read", "V": "bytes without a meaning", "c": "complex numbers"}
_WORDS |= {"M": "moments of NumPy's own", "m": "spans of time", "r": "records of several values"}


class Declared(NamedTuple):
    """An array in a file: its type as NumPy writes it (`<f4`, `|b1`, `<U8`), and its shape with the rows."""

    path: Path
    dtype: str
    shape: tuple[int, ...]


def _number(value: float) -> str | None:
    return None if math.isnan(value) else number_text(value) if math.isfinite(value) else repr(value)


TEXTS: Mapping[str, Callable[[Any], str | None]] = {
    "i": str,
    "u": str,
    "f": _number,
    "b": lambda value: "true" if value else "false",
}
"""How a value stands as text in a survey, by the kind of its type."""


def columns_of(
    arrays: Mapping[str, Sequence[Declared]],
) -> tuple[dict[str, ColumnFacts], list[str], list[Finding]]:
    """The facts of columns with more than one axis, the names of the others, and arrays that cannot be columns.

    The arrays of a column are those of its parts, and must agree in all but the rows.
    """
    typed: dict[str, ColumnFacts] = {}
    values: list[str] = []
    for name, parts in arrays.items():
        for part in parts:
            if fault := _unfit(name, part, parts[0]):
                return {}, [], [fault]
        first = parts[0]
        if len(first.shape) == 1:
            values.append(name)
        else:
            typed[name] = _facts(name, first)
    return typed, values, []


def rows_of(parts: Sequence[Any]) -> int:
    """How many rows the arrays of a column have together."""
    return sum(part.shape[0] for part in parts)


def single_value(name: str) -> str:
    """What is wrong with an array without axes, after its file's name."""
    return f"holds a single value in `{name}`, and a column has rows"


def _unfit(name: str, array: Declared, first: Declared) -> Finding | None:
    code = array.dtype[1:2]
    if array.dtype == "record" or code in _WORDS:
        what = _WORDS["r"] if array.dtype == "record" else _WORDS[code]
        return file_fault("unsupported-type", array.path, f"holds {what} in `{name}`")
    size = array.dtype[2:]
    if not size.isdigit() or (code not in "US" and int(size) not in _SIZES.get(code, ())):
        return file_fault("unsupported-type", array.path, f"holds values of the type `{array.dtype[:30]}` in `{name}`")
    if not array.shape:
        return file_fault("rows-disagree", array.path, single_value(name))
    if array.shape[1:] != first.shape[1:]:
        words = f"has rows of the shape {array.shape[1:]} in `{name}`, and `{first.path.name}` of {first.shape[1:]}"
        return file_fault("different-columns", array.path, words)
    if math.prod(array.shape[1:]) > TENSOR or 0 in array.shape[1:]:
        return file_fault("unsupported-type", array.path, f"has rows of the shape {array.shape[1:]} in `{name}`")
    if len(array.shape) > 1 and code in "US":
        return file_fault("unsupported-type", array.path, f"has several texts in a row of `{name}`")
    return None


def _facts(name: str, array: Declared) -> ColumnFacts:
    shape = array.shape[1:]
    code, size = array.dtype[1], int(array.dtype[2:])
    if code == "u" and size == 1 and (len(shape) == 2 or (len(shape) == 3 and shape[2] in {1, 3, 4})):
        return ColumnFacts(name, IMAGE, shape if len(shape) == 3 else (*shape, 1), "uint8")
    if code == "f":
        kind = IMAGE if len(shape) == 3 and shape[2] in {1, 3, 4} else VECTOR if len(shape) == 1 else SEQUENCE
        return ColumnFacts(name, kind, shape, "float32")
    return ColumnFacts(name, SEQUENCE, shape, "int32")
