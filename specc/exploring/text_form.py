"""A `Profile` as text for a terminal: a table for each kind of column, a line for each column and split."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from specc.exploring.profile import ColumnProfile, Part, Profile, Spread
from specc.rendering.escape import escape, width

BLOCKS = "▁▂▃▄▅▆▇█"
VALUES_SHOWN = 5
LONGEST_VALUE = 24
_GAP = "  "
_VALUED: tuple[str, ...] = ("column", "", "split", "missing", "distinct", "most frequent")
_SPREAD = (*_VALUED[:5], "least", "mean", "median", "greatest", "deviation", "")

Cells: TypeAlias = tuple[str, ...]


def profile_table(profile: Profile) -> str:
    """The whole profile; ends in a line break."""
    rows = ", ".join(f"{split} {count:,}" for split, count in profile.rows.items())
    total = sum(profile.rows.values())
    blocks = [f"{escape(profile.name)}: {total:,} rows of {escape(profile.source)} ({rows})"]
    spread = [column for column in profile.columns if column.has_spread]
    valued = [column for column in profile.columns if not column.has_spread]
    if spread:
        blocks.append(_table(_SPREAD, (_spread_row(*line) for line in _lines(spread)), {0, 1, 2, 10}))
    if valued:
        blocks.append(_table(_VALUED, (_valued_row(*line) for line in _lines(valued)), {0, 1, 2, 5}))
    return "\n\n".join(blocks) + "\n"


def number_text(value: float) -> str:
    """Four digits, as short as they are."""
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}"
    return "0" if text == "-0" else text


def sparkline(spread: Spread) -> str:
    """The histogram as blocks of eight heights; what is empty is blank, so that a single row is seen."""
    most = max(spread.histogram)
    return "".join(BLOCKS[min(7, count * 8 // most)] if count else " " for count in spread.histogram)


def about(column: ColumnProfile) -> str:
    """A column's kind and, unless it feeds the model, its role."""
    kind = f"{column.kind} {column.shape}" if column.shape else column.kind
    return kind if column.role == "input" else f"{kind}, {column.role}"


def _lines(columns: Iterable[ColumnProfile]) -> Iterable[tuple[Cells, Part]]:
    """What each line begins with: column and kind once, then the split."""
    for column in columns:
        name = (escape(column.name), about(column))
        for split, part in column.parts.items():
            yield (*name, split), part
            name = ("", "")


def _spread_row(begin: Cells, part: Part) -> Cells:
    counts = (f"{part.missing:,}", "" if part.distinct is None else f"{part.distinct:,}")
    found = part.spread
    if found is None:
        return (*begin, *counts, *[""] * 6)
    numbers = (found.least, found.mean, found.median, found.greatest, found.deviation)
    return (*begin, *counts, *map(number_text, numbers), sparkline(found))


def _valued_row(begin: Cells, part: Part) -> Cells:
    counts = (f"{part.missing:,}", "" if part.distinct is None else f"{part.distinct:,}")
    shown = [f"{_short(text)} {count / max(part.rows, 1):.0%}" for text, count in part.common[:VALUES_SHOWN]]
    more = ", …" if (part.distinct or 0) > VALUES_SHOWN else ""
    return (*begin, *counts, ", ".join(shown) + more)


def _short(text: str) -> str:
    text = escape(text)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _table(header: Cells, rows: Iterable[Cells], texts: set[int]) -> str:
    """Aligned columns; those in `texts` to the left, numbers to the right."""
    table = [header, *rows]
    widths = [max(width(row[column]) for row in table) for column in range(len(header))]
    lines = [_line(row, widths, texts) for row in table]
    return "\n".join([lines[0], _GAP.join("-" * size for size in widths).rstrip(), *lines[1:]])


def _line(row: Cells, widths: Sequence[int], texts: set[int]) -> str:
    cells = []
    for column, (text, size) in enumerate(zip(row, widths, strict=True)):
        blank = " " * (size - width(text))
        cells.append(text + blank if column in texts else blank + text)
    return _GAP.join(cells).rstrip()
