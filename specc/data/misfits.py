"""Values of a table of text that are not of their column's kind: `misfit`, `fault_of`.

A check asks with the texts of a survey, training as it loads, and the readers where such rows are left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from specc.data.facts import BOOLEAN, DATETIME, IMAGE, NUMBER, SEQUENCE, VECTOR, ColumnFacts
from specc.data.kinds import as_boolean, as_numbers, as_seconds, is_number
from specc.diagnostics import Finding, Span, error

LISTS = frozenset({VECTOR, SEQUENCE})
PARTICULAR = frozenset({NUMBER, BOOLEAN, DATETIME}) | LISTS
"""The kinds that not every text is a value of."""
ALWAYS_THERE = LISTS | {IMAGE}
"""The kinds that have no missing values."""


def misfit(text: str, kind: str, options: Mapping[str, Any]) -> str | None:
    """What a text is instead of a value of a kind, as in "no number"; None if it is one.

    `options` are the arguments of the column's type, as far as they are known.
    """
    match kind:
        case "number":
            return None if is_number(text) else "no number"
        case "boolean":
            return None if as_boolean(text) is not None else "neither true nor false"
        case "datetime":
            return None if as_seconds(text, options.get("format")) is not None else "no date"
        case "vector" | "sequence":
            return misfit_list(as_numbers(text, str(options.get("separator") or " ")), kind, options)
    return None


def misfit_list(numbers: Sequence[float] | None, kind: str, options: Mapping[str, Any]) -> str | None:
    """The same of the numbers that a text holds; None if it holds something else."""
    if not numbers:
        return "no list of numbers"
    if options.get("dtype") == "int32" and any(not number.is_integer() or abs(number) >= 2**31 for number in numbers):
        return "no list of whole numbers below 2**31"
    length = options.get("length") if kind == VECTOR else None
    return None if length in {None, len(numbers)} else f"a list of {len(numbers)} instead of {length} numbers"


def fault_of(facts: ColumnFacts, text: str | None, place: Span) -> Finding:
    """The finding on a value that does not fit; None is a missing one of a kind that is always there."""
    name, kind = facts.name, facts.kind
    shown = "" if text is None else f"`{text[:80]}`"
    match kind:
        case "datetime":
            help_ = "say how dates are written: `datetime: {format: '%d.%m.%Y'}`"
            return error("not-a-date", f"`{name}` is declared as a date and holds {shown}", place, help=help_)
        case "boolean":
            help_ = "true and false are `true` and `false`, or `yes` and `no`; declare any other column as a `category`"
            return error("not-a-boolean", f"`{name}` is declared as a boolean and holds {shown}", place, help=help_)
    help_ = "fill in or mend such rows; `on_bad_row: skip` leaves them out"
    if kind == IMAGE:
        help_ = "fill in or mend such rows; `on_bad_row: skip` leaves them out where the column is declared an `image`"
        return error("not-a-file", f"`{name}` names the image of each row and has no value here", place, help=help_)
    if text is None:
        return error("not-a-list", f"`{name}` is declared as a {kind} and has no value here", place, help=help_)
    why = misfit(text, kind, facts.options)
    message = f"`{name}` is declared as a {kind} and holds {shown}, {why}"
    return error("not-a-list", message, place, help=help_)
