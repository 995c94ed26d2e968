"""What the text of a column means: the kind of a column, and for a target numbers or classes.

A column's kind is guessed from its different texts, missing ones aside. It is the first of these that fits all of them:

- `number`: decimal numbers; 0 and 1 too,
- `boolean`: `true` and `false`, or `yes` and `no`, in any case,
- `datetime`: days or times as ISO 8601 writes them: `2024-02-29`, `2024-02-29T12:30:00+01:00`, `2024-02-29 12:30`,
- `image`: names of files that end in `.png`, `.jpg`, `.jpeg`, `.bmp` or `.gif`,
- `text`: more than 50 different texts, more than half as many as there are rows, of three words on average,
- `category`: any other.

As a category a value that is a number has one name however it is written: `1`, `1.0`, `01` and `+1` are `1`. That goes
by the value alone, so that a text means the same whatever stands in the other rows.

A target is `classes` if it is not numeric; if its values are just 0 and 1, or just -1 and 1; or if they are at most 20
different whole numbers, each with at least ten rows on average. `columns` in the spec decides otherwise.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from specc.data.facts import BOOLEAN, CATEGORY, CLASSES, DATETIME, IMAGE, NUMBER, TEXT
from specc.data.survey import Cells

MOST_INTEGER_CLASSES = 20
ROWS_PER_CLASS = 10
LARGEST_NUMBER = 3.4e38  # float32's; what is larger would be infinite

TRUE, FALSE = frozenset({"true", "yes"}), frozenset({"false", "no"})
"""What stands for true and false, in small letters."""
IMAGE_FILES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
FEWEST_TEXTS = 50
WORDS_PER_TEXT = 3

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"([+-]?)0*([0-9]+?)(?:\.0*)?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def is_number(text: str) -> bool:
    """Whether `text` is a decimal number that a 32-bit float can hold."""
    return _NUMBER.fullmatch(text) is not None and abs(float(text)) <= LARGEST_NUMBER


def as_boolean(text: str) -> bool | None:
    """True or false, or None if `text` says neither; `0` and `1` do not, being numbers."""
    small = text.lower()
    return True if small in TRUE else False if small in FALSE else None


def as_seconds(text: str, form: str | None = None) -> float | None:
    """The moment in seconds since 1970-01-01T00:00Z, or None if `text` is none.

    `form` is a format of `datetime.strptime`; None is ISO 8601. A moment without a zone is one of UTC.
    """
    try:
        if form is not None:
            moment = datetime.strptime(text, form)  # noqa: DTZ007  the zone is seen to below
        elif _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
        else:
            return None
    except (ValueError, re.error):  # the latter of a format that says something twice
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return moment.timestamp()


def as_numbers(text: str, separator: str = " ") -> list[float] | None:
    """The numbers of a list, as JSON writes it or with a separator between them; None if `text` is none."""
    parts = text[1:-1].split(",") if text.startswith("[") and text.endswith("]") else text.split(separator)
    parts = [part.strip() for part in parts if part.strip()]
    return [float(part) for part in parts] if all(map(is_number, parts)) else None


def guess_kind(values: Collection[str], rows: int) -> str:
    """The kind of a column of so many rows with these different texts, by the rule above; `number` if it has none."""
    possible = [NUMBER, BOOLEAN, DATETIME, IMAGE]
    words = 0
    for text in values:
        possible = [kind for kind in possible if _fits(kind, text)]
        words += text.count(" ") + 1
    if possible:
        return possible[0]
    is_text = len(values) > FEWEST_TEXTS and 2 * len(values) > rows and words >= WORDS_PER_TEXT * len(values)
    return TEXT if is_text else CATEGORY


def _fits(kind: str, text: str) -> bool:
    match kind:
        case "number":
            return is_number(text)
        case "boolean":
            return as_boolean(text) is not None
        case "datetime":
            return as_seconds(text) is not None
        case _:
            return text.lower().endswith(IMAGE_FILES)


def kind_of(cells: Cells) -> str:
    """`number` or `category`: what a column is that has to be one of the two."""
    return NUMBER if all(is_number(text) for text in set(cells) if text is not None) else CATEGORY


def target_kind_of(cells: Cells) -> str:
    """`number` or `classes`."""
    return guess_target({text for text in cells if text is not None}, len(cells))


def guess_target(values: Collection[str], rows: int) -> str:
    """`number` or `classes`: the kind of a target of so many rows with these different texts, by the rule above."""
    if not all(is_number(text) for text in values):
        return CLASSES
    numbers = {float(text) for text in values}
    if numbers in ({0.0, 1.0}, {-1.0, 1.0}):
        return CLASSES
    few = len(numbers) <= MOST_INTEGER_CLASSES and len(numbers) * ROWS_PER_CLASS <= rows
    return CLASSES if few and all(number.is_integer() for number in numbers) else NUMBER


def as_categories(cells: Cells) -> list[str | None]:
    """The values as categories."""
    names = {text: as_category(text) for text in set(cells) if text is not None}
    return [None if text is None else names[text] for text in cells]


def as_category(text: str) -> str:
    """The category that a value names: a number's own name, or the text as it is.

    Whole numbers keep all their digits, as those of identifiers; fractions are those of 64 bits.
    """
    whole = _WHOLE.fullmatch(text)
    if whole:
        sign, digits = whole.groups()
        return f"-{digits}" if sign == "-" and digits != "0" else digits
    return number_text(float(text)) if is_number(text) else text


def number_text(value: float) -> str:
    """A number's name as a category."""
    return str(int(value)) if value.is_integer() else repr(value)


def in_order(categories: Iterable[str]) -> tuple[str, ...]:
    """Each category once: by value if all are numbers, or else by code point."""
    distinct: Sequence[str] = list(dict.fromkeys(categories))
    if all(is_number(text) for text in distinct):
        return tuple(sorted(distinct, key=lambda text: (float(text), text)))
    return tuple(sorted(distinct))
