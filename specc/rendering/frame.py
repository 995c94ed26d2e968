"""The code frame: the lines that a finding marks, with marks and words beneath them.

Columns of a span count characters; columns of the frame count terminal cells, after tabs are blanks, unsafe characters
are escapes and long lines are cut to a window around their marks.
"""

from dataclasses import dataclass

from specc.diagnostics import Level, Span
from specc.rendering.escape import escape, width
from specc.rendering.paint import Paint

WINDOW = 120  # characters of a line that are shown
_LEAD = 30  # of them, at least before the first mark


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to underline, with a few words; the primary one is where the fault is."""

    span: Span
    text: str
    primary: bool


@dataclass(frozen=True, slots=True)
class _Cells:
    """A mark in cells of the printed line: from `start`, which is included, to `end`."""

    start: int
    end: int
    mark: Mark


def frame(lines: list[str], marks: list[Mark], gutter: int, level: Level, paint: Paint) -> list[str]:
    """The frame for the marks in one file. `gutter` is the width of line numbers."""
    bar = f"{' ' * gutter} {paint.frame('|')}"
    out = [bar]
    previous: int | None = None
    for number in sorted({mark.span.line for mark in marks}):
        if previous is not None and number > previous + 1:
            only = number == previous + 2
            out.append(_numbered(lines, previous + 1, gutter, paint) if only else paint.frame("." * max(gutter, 3)))
        text = lines[number - 1] if number <= len(lines) else ""
        shown, cells = _place(text, [mark for mark in marks if mark.span.line == number])
        out.append(f"{paint.frame(str(number).rjust(gutter))} {paint.frame('|')} {shown}")
        out.extend(f"{bar} {row}" for row in _rows(cells, level, paint))
        previous = number
    return out


def _numbered(lines: list[str], number: int, gutter: int, paint: Paint) -> str:
    text = lines[number - 1] if number <= len(lines) else ""
    return f"{paint.frame(str(number).rjust(gutter))} {paint.frame('|')} {_place(text, [])[0]}"


def _place(text: str, marks: list[Mark]) -> tuple[str, list[_Cells]]:
    """The line as printed, and its marks in cells of it."""
    first = min((mark.span.column for mark in marks), default=1) - 1
    begin = max(0, first - _LEAD) if len(text) > WINDOW else 0
    end = min(len(text), begin + WINDOW)
    before, after = ("…" if begin else ""), ("…" if end < len(text) else "")

    def cell(offset: int) -> int:
        clipped = min(max(offset, begin), end)
        return len(before) + width(escape(text[begin:clipped]))

    cells = []
    for mark in marks:
        span = mark.span
        start = cell(span.column - 1)
        stop = cell(span.end_column - 1 if span.end_line == span.line else len(text))
        cells.append(_Cells(start, max(stop, start + 1), mark))
    return before + escape(text[begin:end]) + after, sorted(cells, key=lambda c: (c.start, not c.mark.primary))


def _rows(cells: list[_Cells], level: Level, paint: Paint) -> list[str]:
    """The underlines, with the words of the rightmost mark beside them and those of the others below, as rustc does."""
    under: dict[int, tuple[str, Mark]] = {}
    for cell in sorted(cells, key=lambda c: c.mark.primary):  # the primary mark is drawn over others
        for column in range(cell.start, cell.end):
            under[column] = ("^" if cell.mark.primary else "-", cell.mark)
    worded = [cell for cell in cells if cell.mark.text]
    beside = worded[-1] if worded and worded[-1].end == max(under) + 1 else None
    hanging = [cell for cell in worded if cell is not beside]
    row = _row(under, level, paint)
    rows = [f"{row} {_words(beside, level, paint)}" if beside else row]
    if hanging:
        rows.append(_row({cell.start: ("|", cell.mark) for cell in hanging}, level, paint))
    while hanging:
        cell = hanging.pop()
        stems = {other.start: ("|", other.mark) for other in hanging if other.start < cell.start}
        blank = " " * (cell.start - max(stems, default=-1) - 1)
        rows.append(_row(stems, level, paint) + blank + _words(cell, level, paint))
    return rows


def _row(signs: dict[int, tuple[str, Mark]], level: Level, paint: Paint) -> str:
    """Signs at their columns; neighbours of one mark are painted together."""
    out, at = "", 0
    columns = sorted(signs)
    while columns:
        start = end = columns.pop(0)
        sign, mark = signs[start]
        while columns and columns[0] == end + 1 and signs[columns[0]] == (sign, mark):
            end = columns.pop(0)
        text = sign * (end - start + 1)
        out += " " * (start - at) + (paint.level(level, text) if mark.primary else paint.frame(text))
        at = end + 1
    return out


def _words(cell: _Cells, level: Level, paint: Paint) -> str:
    text = escape(cell.mark.text)
    return paint.level(level, text) if cell.mark.primary else paint.frame(text)
