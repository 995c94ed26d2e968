"""A file whose rows follow each other in time -> windows over it: `open_windows` to evaluate, `open_forecasts` to ask.

A forecast needs no row after those that it sees: each row that has enough rows before it is the last one of a window.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from specc.data import DataSpec
from specc.data.columns import kind_override
from specc.data.deciding import facts_of
from specc.data.facts import CATEGORY, NUMBER, ColumnFacts
from specc.data.reading import Scan
from specc.data.reading import scan as scan_source
from specc.data.reading.windows import windowed_scan
from specc.data.sources.windows import PAST, series_column
from specc.data.stored import MadeColumn, Stored
from specc.data.text_table import Table
from specc.diagnostics import Finding, Span, error, has_errors
from specc.predicting.rows import FileRows, anywhere, loaded, misfits, missing_columns

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def open_windows(
    data: DataSpec, file: Path, wanted: Mapping[str, ColumnFacts]
) -> tuple[FileRows | None, list[Finding]]:
    """The windows over a file with their targets, as in training. `data` is a section as `rows.for_file` gives it."""
    scan, findings = scan_source(data, anywhere(file), file.parent)
    if scan is None or has_errors(findings):
        return None, findings
    there = set(scan.table.names)
    columns = {name: column for name, column in data.columns.items() if name in there}
    data = replace(data, columns=columns, drop=tuple(name for name in data.drop if name in there))
    absent = [name for name in data.target if name not in there]
    if absent:
        return None, [*findings, *missing_columns(absent, file, scan.table.names)]
    facts, more = facts_of(data, scan.table, anywhere(file), file.parent)
    findings += more
    made, more = windowed_scan(data, scan, facts) if facts else (None, [])
    findings += more
    if made is None or has_errors(findings):
        return None, findings
    rows, more = loaded(made[0], file, made[1], wanted)
    return rows, findings + more


def open_forecasts(
    data: DataSpec, file: Path, wanted: Mapping[str, ColumnFacts], targets: Sequence[str], *, keep: bool = False
) -> tuple[FileRows | None, list[Finding]]:
    """All windows of a file, the newest included. `index` is the last row that each sees.

    `targets` may be missing from the file unless the windows are made of them.
    """
    scan, findings = scan_source(data, anywhere(file), file.parent)
    if scan is None or has_errors(findings):
        return None, findings
    inputs = _inputs(data, scan.table, set(targets))
    names = list(dict.fromkeys(name for names in inputs.values() for name in names))
    by = series_column(data)
    findings += _faults(file, scan, names, by)
    findings += [] if has_errors(findings) else _other_shapes(file, inputs, wanted)
    if has_errors(findings):
        return None, findings
    asked = {name: ColumnFacts(name, NUMBER) for name in names}
    as_texts = list(scan.table.surveys) if keep else [by] if by else []
    values, more = scan.load(asked)
    texts, others = scan.load({name: ColumnFacts(name, CATEGORY, dtype="string") for name in as_texts})
    findings += more + others
    if values is None or texts is None or has_errors(findings):
        return None, findings
    past = _past(data)
    seen = _seen(scan.table.rows, texts[by].texts() if by else None, past)
    if not len(seen):
        series = f", of which no `{by}` has enough" if by else ""
        message = f"`{file.name}` has {scan.table.rows} rows{series}, and a window takes {past}"
        return None, [*findings, error("empty-data", message, Span(str(file), 1, 1, 1, 1))]
    columns = {name: _column(seen, [values[column] for column in inputs[name]]) for name in wanted}
    last = seen[:, -1]
    index = scan.in_source(last)
    kept: dict[str, Stored] = {name: _of_last(column, last) for name, column in texts.items()} if keep else {}

    def place(row: int, column: str) -> Span:
        return scan.table.place(int(last[row]), inputs.get(column, (column,))[0])

    return FileRows(columns, kept, index, place), findings


def _inputs(data: DataSpec, table: Table, targets: set[str]) -> dict[str, tuple[str, ...]]:
    """The columns of each new column, named as `specc.data.sources.windows` names it."""
    if data.inputs:
        return {f"{name}_{PAST}" if name in targets else name: columns for name, columns in data.inputs.items()}
    left_out = {*data.drop, series_column(data)}
    there = [name for name in table.surveys if name not in left_out]
    numbers = [name for name in there if name in targets or _is_number(data, table, name)]
    numbers += sorted(targets - set(table.names))  # a window sees them, so they are missed
    return {f"{PAST}_values" if PAST in targets else PAST: tuple(numbers)}


def _is_number(data: DataSpec, table: Table, name: str) -> bool:
    said = kind_override(data, name)
    return table.surveys[name].is_numeric if said is None else said == NUMBER


def _faults(file: Path, scan: Scan, names: Sequence[str], by: str | None) -> list[Finding]:
    """Columns that are not there, values that are no numbers, and gaps."""
    needed = [*names, by] if by else names
    absent = [name for name in needed if name not in scan.table.surveys]
    findings = missing_columns(absent, file, scan.table.names)
    there = {name: ColumnFacts(name, NUMBER) for name in names if name in scan.table.surveys}
    findings += misfits(scan.table, there.values())
    for name in there:
        first = scan.table.surveys[name].first_missing
        if first is not None:
            message = f"row {first + 1} has no value in `{name}`, and windows have no gaps"
            findings.append(error("missing-in-window", message, scan.table.place(first, name)))
    return findings


def _other_shapes(file: Path, inputs: Mapping[str, Sequence[str]], wanted: Mapping[str, ColumnFacts]) -> list[Finding]:
    findings = []
    for name, facts in wanted.items():
        columns, width = inputs.get(name, ()), facts.shape[-1]
        if len(columns) != width:
            shown = ", ".join(f"`{column}`" for column in columns) or "none"
            message = f"`{file.name}` has {len(columns)} columns of numbers, and the model takes {width}"
            help_ = "name the columns under `inputs` in the spec: then others may stand beside them"
            place = Span(str(file), 1, 1, 1, 1)
            findings.append(error("input-mismatch", message, place, notes=(f"they are {shown}",), help=help_))
    return findings


def _past(data: DataSpec) -> int:
    past = data.windows.arguments.get("past") if data.windows else None
    return past if isinstance(past, int) else 1


def _seen(rows: int, series: Array | None, past: int) -> Array:
    """(windows, past): the rows that each window sees, in the order of the last of them."""
    each = [np.arange(rows)]
    if series is not None:
        order = np.argsort(series.astype(str), kind="stable")
        each = np.split(
            order, np.flatnonzero(np.diff(np.unique(series.astype(str), return_inverse=True)[1][order])) + 1
        )
    found = [np.lib.stride_tricks.sliding_window_view(own, past) for own in each if len(own) >= past]
    windows: Array = np.concatenate(found) if found else np.empty((0, past), "int64")
    return windows[np.argsort(windows[:, -1], kind="stable")]


def _column(seen: Array, columns: Sequence[Stored]) -> MadeColumn:
    table = np.stack([column.numbers() for column in columns], axis=1).astype("float32")  # (rows, columns)
    return MadeColumn(len(seen), lambda rows: table[seen[rows]])


def _of_last(column: Stored, last: Array) -> MadeColumn:
    return MadeColumn(len(last), lambda rows: column.texts(last[rows]))
