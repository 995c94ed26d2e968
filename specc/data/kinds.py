"""What the text of a column means: numbers or categories, and for a target numbers or classes.

A column whose values are all numbers is `number` (0 and 1 too), any other is `category` (`True` and `False` too). A
target is `classes` if it is not numeric; if its values are just 0 and 1, or just -1 and 1; or if they are at most 20
different whole numbers, each with at least ten rows on average. `columns: {name: number}` or `category` in the spec
decides otherwise.
"""

import re
from collections.abc import Iterable, Sequence

from specc.data.facts import CATEGORY, CLASSES, NUMBER
from specc.data.text_table import Cells

MOST_INTEGER_CLASSES = 20
ROWS_PER_CLASS = 10
LARGEST_NUMBER = 3.4e38  # float32's; what is larger would be infinite

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def is_number(text: str) -> bool:
    """Whether `text` is a decimal number that a 32-bit float can hold."""
    return _NUMBER.fullmatch(text) is not None and abs(float(text)) <= LARGEST_NUMBER


def not_numbers(cells: Cells) -> list[int]:
    """The rows whose value is there and is not a number."""
    return [row for row, text in enumerate(cells) if text is not None and not is_number(text)]


def kind_of(cells: Cells) -> str:
    """`number` or `category`."""
    return NUMBER if all(is_number(text) for text in set(cells) if text is not None) else CATEGORY


def target_kind_of(cells: Cells) -> str:
    """`number` or `classes`."""
    distinct = {text for text in cells if text is not None}
    if not all(is_number(text) for text in distinct):
        return CLASSES
    values = {float(text) for text in distinct}
    if values in ({0.0, 1.0}, {-1.0, 1.0}):
        return CLASSES
    few = len(values) <= MOST_INTEGER_CLASSES and len(values) * ROWS_PER_CLASS <= len(cells)
    return CLASSES if few and all(value.is_integer() for value in values) else NUMBER


def as_categories(cells: Cells) -> list[str | None]:
    """The values as categories. In a column of numbers `1`, `1.0` and `01` are one category, `1`."""
    if kind_of(cells) == CATEGORY:
        return list(cells)
    return [None if text is None else number_text(float(text)) for text in cells]


def number_text(value: float) -> str:
    """A number's name as a category."""
    return str(int(value)) if value.is_integer() else repr(value)


def in_order(categories: Iterable[str]) -> tuple[str, ...]:
    """Each category once: by value if all are numbers, or else by code point."""
    distinct: Sequence[str] = list(dict.fromkeys(categories))
    if all(is_number(text) for text in distinct):
        return tuple(sorted(distinct, key=lambda text: (float(text), text)))
    return tuple(sorted(distinct))
