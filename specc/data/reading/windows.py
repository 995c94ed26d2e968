"""The windows over a table -> `Scan`: samples are cut from the columns as their rows are asked for."""

from collections.abc import Mapping, Sequence

import numpy as np

from specc.data.facts import ColumnFacts, DataFacts
from specc.data.reading.scan import Loaded, Scan
from specc.data.section import DataSpec
from specc.data.sources.windows import Windows, series_column, windowed
from specc.data.stored import Array, MadeColumn, Stored
from specc.diagnostics import Finding


def windowed_scan(
    data: DataSpec, scanned: Scan, facts: DataFacts
) -> tuple[tuple[DataSpec, Scan] | None, list[Finding]]:
    """The section and the scan that take the place of `data` and `scanned`; `facts` are those of its table."""
    by = series_column(data)
    series = None
    if by is not None and by in facts.columns:
        found, findings = scanned.load({by: facts.columns[by]})
        if found is None:
            return None, findings
        values = found[by].numbers() if facts.columns[by].kind == "number" else found[by].texts()
        series = [str(value) for value in values]
    made, findings = windowed(data, scanned.table, facts, series)
    if made is None:
        return None, findings
    windows = made.windows
    order, starts = np.asarray(windows.rows, "int64"), np.asarray(windows.starts, "int64")
    last_seen = order[starts + windows.past - 1].astype("int32" if len(order) < 2**31 else "int64")

    def load(wanted: Mapping[str, ColumnFacts]) -> Loaded:
        names = dict.fromkeys([*(name for names in windows.inputs.values() for name in names), *windows.targets])
        base, faults = scanned.load({name: facts.columns[name] for name in names})
        if base is None:
            return None, faults
        values = {name: column.numbers() for name, column in base.items()}
        stored = _stored(windows, order, starts, values)
        return {name: stored[name] for name in wanted}, faults

    def in_source(rows: Array) -> Array:
        """The last row that each window sees."""
        return scanned.in_source(last_seen[rows])

    return (made.data, Scan(made.table, load, scanned.left_out, in_source)), findings


def _stored(windows: Windows, order: Array, starts: Array, values: Mapping[str, Array]) -> dict[str, Stored]:
    places = np.arange(windows.past)

    def seen(columns: Sequence[str]) -> MadeColumn:
        table = np.stack([values[name] for name in columns], axis=1).astype("float32")[order]  # (rows, columns)
        return MadeColumn(len(starts), lambda rows: table[starts[rows][:, None] + places])

    def ahead(name: str) -> MadeColumn:
        found = values[name].astype("float32")[order]
        return MadeColumn(len(starts), lambda rows: found[starts[rows] + windows.ahead])

    return {
        **{name: seen(columns) for name, columns in windows.inputs.items()},
        **{name: ahead(name) for name in windows.targets},
    }
