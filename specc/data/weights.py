"""How much each training sample counts: whether a column of weights can be used.

Comes in: the column as texts. Goes out: findings, which `specc.data.balance` makes of arrays too. Needs nothing but
Python.
"""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import TypeAlias

from specc.data.section import DataSpec
from specc.diagnostics import Finding, Label, Span, error

Place: TypeAlias = Callable[[int, str], Span]
"""Where the value of a row in a column is written."""


def check_weights(
    cells: Sequence[str | None], rows: Sequence[int], data: DataSpec, place: Place | None = None
) -> list[Finding]:
    """What is wrong with the weights of the training `rows`; `cells` are those of all rows, None where missing."""
    wrong = [row for row in rows if not _is_weight(cells[row])]
    if wrong:
        return [invalid_weight(wrong[0], cells[wrong[0]] or "", len(wrong) - 1, data, place)]
    return [] if any(float(cells[row] or 0) for row in rows) else [no_weight(data)]


def invalid_weight(row: int, text: str, others: int, data: DataSpec, place: Place | None = None) -> Finding:
    """The weight of a row is missing, negative or no number; `others` more rows have such weights."""
    written = data.span_of("weight")
    what = f"is `{text}`" if text else "has no value"
    message = f"row {row + 1} of `{data.weight}` {what}, and a weight is a number that is not negative"
    notes = (f"{others} more rows have no weight either",) if others else ()
    labels = (Label(written, "weights of the samples"),) if place else ()
    span = place(row, data.weight or "") if place else written
    return error("invalid-weight", message, span, labels=labels, notes=notes)


def no_numbers(data: DataSpec, kind: str) -> Finding:
    """The column of weights is of another `kind` than numbers."""
    return error(
        "invalid-weight", f"`{data.weight}` is of the kind `{kind}`, and weights are numbers", data.span_of("weight")
    )


def no_weight(data: DataSpec) -> Finding:
    """All training rows weigh nothing."""
    return error("invalid-weight", f"every training row has the weight 0 in `{data.weight}`", data.span_of("weight"))


def _is_weight(text: str | None) -> bool:
    try:
        number = float(text or "")
    except ValueError:
        return False
    return isfinite(number) and number >= 0
