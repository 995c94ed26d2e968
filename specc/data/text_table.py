"""Columns of text, from a CSV file or from the rows of a spec, with the place of every row.

Comes from `specc.data.csv_file` and `read_rows`; what the text means (numbers, categories) is decided in
`specc.data.kinds`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from specc.data.section import DataSpec
from specc.diagnostics import Finding, Span, error

Cells: TypeAlias = Sequence[str | None]
"""A column's values; None is a missing one."""


class TextTable(NamedTuple):
    """Rows of text by column.

    `place(row, column)` is where a value stands; `complete` says whether all rows were read.
    """

    columns: Mapping[str, Cells]
    rows: int
    place: Callable[[int, str], Span]
    complete: bool = True


def read_rows(data: DataSpec) -> tuple[TextTable | None, list[Finding]]:
    """The rows written in the spec itself."""
    names, rows = data.source.arguments.get("columns"), data.source.arguments.get("rows")
    if not isinstance(names, list) or not isinstance(rows, list) or not names or not rows:
        return None, [error("empty-data", "the table has no rows", data.source.span)]
    header = [str(name) for name in names]
    for index, name in enumerate(header):
        if name in header[:index]:
            message = f"two columns are called `{name}`"
            return None, [error("duplicate-column", message, data.span_of("header", index))]
    findings: list[Finding] = []
    texts: list[list[str | None]] = []
    for index, row in enumerate(rows):
        values = row if isinstance(row, list) else [row]
        if len(values) != len(header):
            message = f"this row has {len(values)} values for {len(header)} columns"
            findings.append(error("ragged-row", message, data.span_of("rows", index)))
            break
        if any(not _is_cell(value) for value in values):
            message = "a value of a table is a finite number, a string, a boolean or null"
            findings.append(error("invalid-value", message, data.span_of("rows", index)))
            break
        texts.append([_text(value) for value in values])
    if findings:
        return None, findings
    columns = {name: [row[index] for row in texts] for index, name in enumerate(header)}
    return TextTable(columns, len(texts), lambda row, _: data.span_of("rows", row)), []


def _is_cell(value: object) -> bool:
    return value is None or isinstance(value, int | str) or (isinstance(value, float) and math.isfinite(value))


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)
