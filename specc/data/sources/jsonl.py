"""JSON Lines -> `TextTable`: each line is an object, whose keys are columns.

A key that a line lacks, `null` and an empty text are missing values; booleans are the texts `true` and `false`, and
lists stand as JSON. Duplicate keys, NaN and objects inside of objects are findings with their line.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from specc.data.section import PARTS, DataSpec
from specc.data.sources.csv_file import CsvFile, Form, files_of, line_span, read_lines
from specc.data.sources.row_rules import LeftOut, about_left_out, row_rules
from specc.data.split_rules import Given
from specc.data.text_table import TextTable, text_table
from specc.diagnostics import Finding, Span, error

Row = dict[str, str | None]

WHAT = "a file of JSON lines"


class Line(NamedTuple):
    """A line that is not blank: its row, or what is wrong with it."""

    file: CsvFile
    number: int
    row: Row | str
    place: Span


def read(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[TextTable | None, list[Finding]]:
    """The rows of all files; where they have more than `limit` bytes, those that lie wholly within these."""
    files, findings = files_of(data, root, folder, WHAT)
    if findings:
        return None, findings
    lines, complete, findings = _lines(files, limit, allowed=data.skip_bad_rows)
    if findings:
        return None, findings
    source = data.source.span_of("path")
    names = dict.fromkeys(name for line in lines if isinstance(line.row, dict) for name in line.row)
    if not names:
        return None, [error("empty-data", "there are no rows with columns", source)]
    rules, left_out = row_rules(data), []
    lacking = rules.lacking(names)
    rows: list[Row] = []
    places: list[Span] = []
    counts = dict.fromkeys(PARTS, 0)
    for file, number, row, place in lines:
        reason = row if isinstance(row, str) else rules.fault(lacking | row)
        if isinstance(row, str) or reason is not None:
            left_out.append(LeftOut(str(file.path), number, str(reason)))
            continue
        rows.append(row)
        places.append(place)
        counts[file.part] += 1
    findings = about_left_out(left_out, source)
    if not rows:
        return None, [*findings, error("empty-data", "all rows are left out", source)]
    columns = {name: [row.get(name) for row in rows] for name in names}
    given = Given(counts["validation"], counts["test"])
    table = text_table(columns, len(rows), lambda row, _: places[row], complete, given)
    return table, findings


def _lines(files: Sequence[CsvFile], limit: int | None, *, allowed: bool) -> tuple[list[Line], bool, list[Finding]]:
    """The lines within `limit` that are not blank, and whether these are all; what is no row may be `allowed`."""
    found: list[Line] = []
    complete = True
    for file in files:
        lines, size, complete, findings = read_lines(file, Form(), limit)
        if lines is None:
            return [], False, findings
        for number, row in enumerate(map(parsed, lines), 1):
            if row is None:
                continue
            place = line_span(file.path, lines, number)
            if isinstance(row, str) and not allowed:
                return [], False, [invalid_row(file.path, number, row, place)]
            found.append(Line(file, number, row, place))
        limit = None if limit is None else limit - size
        if not complete:
            break
    return found, complete, []


def parsed(line: str) -> Row | str | None:
    """The row that a line holds, None if it is blank, or what is wrong with it."""
    if not line.strip():
        return None
    try:
        value = json.loads(line, object_pairs_hook=_unique, parse_constant=_refused)
    except (ValueError, RecursionError) as fault:
        return str(fault).partition(": line")[0].lower()
    if not isinstance(value, dict):
        return f"not an object but {type(value).__name__}"
    row: Row = {}
    for name, cell in value.items():
        if isinstance(cell, dict):
            return f"`{name}` holds an object"
        row[name] = _text(cell)
        if not _is_whole(name + (row[name] or "")):
            return "it holds half of a character, which no text has alone"
    return row


def invalid_row(path: Path, number: int, reason: str, place: Span) -> Finding:
    """A line that is no row."""
    return error("invalid-json", f"line {number} of `{path.name}` cannot be read: {reason}", place)


def _text(value: Any) -> str | None:  # noqa: ANN401  what JSON holds
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return None if value is None or value == "" else str(value)


def _is_whole(text: str) -> bool:
    """Whether there are no surrogates in a text; JSON can name them alone."""
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
