"""The rows written in the spec itself -> `TextTable`."""

import math

from specc.data.section import DataSpec
from specc.data.sources.row_rules import LeftOut, about_left_out, row_rules
from specc.data.text_table import TextTable, text_table
from specc.diagnostics import Finding, error


def read(data: DataSpec) -> tuple[TextTable | None, list[Finding]]:
    """The rows; those that `missing: drop` and `on_bad_row: skip` say are left out."""
    names, rows = data.source.arguments.get("columns"), data.source.arguments.get("rows")
    if not isinstance(names, list) or not isinstance(rows, list) or not names or not rows:
        return None, [error("empty-data", "the table has no rows", data.source.span)]
    header = [str(name) for name in names]
    for index, name in enumerate(header):
        if name in header[:index]:
            message = f"two columns are called `{name}`"
            return None, [error("duplicate-column", message, data.span_of("header", index))]
    rules = row_rules(data)
    left_out: list[LeftOut] = []
    texts: list[list[str | None]] = []
    kept: list[int] = []
    for index, row in enumerate(rows):
        values = row if isinstance(row, list) else [row]
        if len(values) != len(header):
            message = f"this row has {len(values)} values for {len(header)} columns"
            return None, [error("ragged-row", message, data.span_of("rows", index))]
        if any(not _is_cell(value) for value in values):
            message = "a value of a table is a finite number, a string, a boolean or null"
            return None, [error("invalid-value", message, data.span_of("rows", index))]
        cells = [_text(value) for value in values]
        fault = rules.fault(dict(zip(header, cells, strict=True)))
        if fault is None:
            texts.append(cells)
            kept.append(index)
        elif rules.skip:
            place = data.span_of("rows", index)
            left_out.append(LeftOut(place.path, place.line, fault))
    if not texts:
        return None, [error("empty-data", "all rows are left out", data.source.span)]
    columns = {name: [row[index] for row in texts] for index, name in enumerate(header)}
    table = text_table(columns, len(texts), lambda row, _: data.span_of("rows", kept[row]))
    return table, about_left_out(left_out, data.source.span_of("rows"))


def _is_cell(value: object) -> bool:
    return value is None or isinstance(value, int | str) or (isinstance(value, float) and math.isfinite(value))


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)
