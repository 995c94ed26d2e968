"""A table whose rows follow each other in time -> a table of windows over it: `windowed`.

A sample is `past` rows of numbers, (past, columns), and its target the value `horizon` rows after the last of them.
Rows stand in the order of time, series apart if `by` tells them. The rows of each series are divided by time, and a
window lies with its target in one part alone, so that no value of a later part is seen in an earlier one.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from specc.data.facts import NUMBER, SEQUENCE, ColumnFacts, DataFacts, TargetFacts
from specc.data.section import DataSpec
from specc.data.sources.contiguous import Cut, contradictions, parts_of, with_given
from specc.data.split_rules import Given
from specc.data.text_table import Table
from specc.diagnostics import Finding, Span, error, has_errors

PAST = "past"


class Windows(NamedTuple):
    """The windows of a table, those of the training part first, then validation and test.

    `rows` are the table's rows, series by series; sample i sees `rows[starts[i]]` and those after it, `past` in all,
    and its target is in `rows[starts[i] + ahead]`. `inputs` are the columns that each new column takes.
    """

    rows: Sequence[int]
    starts: Sequence[int]
    past: int
    ahead: int
    inputs: Mapping[str, tuple[str, ...]]
    targets: tuple[str, ...]


class Windowed(NamedTuple):
    """What takes the place of a section and its table: a sequence for each input, and the targets."""

    data: DataSpec
    table: Table
    windows: Windows


def windowed(
    data: DataSpec, table: Table, facts: DataFacts, series: Sequence[str | None] | None
) -> tuple[Windowed | None, list[Finding]]:
    """The windows over a table with these facts; `series` is the column that `by` names, one value for each row.

    Of a table that is not complete, only the shapes are known.
    """
    findings = [*contradictions(data), *_unfit(data, table, facts)]
    inputs = _inputs(data, facts)
    findings += _not_numbers(data, facts, table, inputs)
    if has_errors(findings):
        return None, findings
    past, ahead, cut = _sizes(data)
    rows: Sequence[int] = range(0)
    starts, given = array("q"), Given()
    if table.complete:
        rows, starts, given, findings = _cut(data, table, series, cut)
        if findings:
            return None, findings
    targets = tuple(target.name for target in facts.targets)
    windows = Windows(rows, starts, past, ahead, inputs, targets)
    return Windowed(_section(data, given, inputs), _table(data, table, facts, windows, given), windows), []


def series_column(data: DataSpec) -> str | None:
    """The column that tells series apart."""
    name = data.windows.arguments.get("by") if data.windows else None
    return name if isinstance(name, str) else None


def _sizes(data: DataSpec) -> tuple[int, int, Cut]:
    """How many rows a sample sees, how far after its first row the target is, and how samples are cut."""
    arguments = data.windows.arguments if data.windows else {}
    past, horizon, stride = (
        value if isinstance(value := arguments.get(key, 1), int) else 1 for key in ("past", "horizon", "stride")
    )
    return past, past + horizon - 1, Cut(past + horizon, stride)


def _unfit(data: DataSpec, table: Table, facts: DataFacts) -> list[Finding]:
    """What cannot be said together with windows."""
    place = data.span_of("windows")
    by = series_column(data)
    if by is not None and by not in table.names:
        return [error("missing-column", f"there is no column `{by}`, which `by` names", place)]
    if data.weight is not None:
        return [error("conflicting-keys", "`weight` cannot be given with windows", data.span_of("weight"))]
    if data.skip_bad_rows:
        message = "`on_bad_row: skip` cannot be given with windows: rows around one that is left out are no neighbours"
        return [error("conflicting-keys", message, data.span_of("on_bad_row"))]
    for target in facts.targets:
        if target.kind != NUMBER:
            message = f"windows predict numbers, and `{target.name}` has classes"
            help_ = f"write `columns: {{{target.name}: number}}` if its values are numbers"
            return [error("not-convertible", message, data.span_of("target"), help=help_)]
    return []


def _inputs(data: DataSpec, facts: DataFacts) -> dict[str, tuple[str, ...]]:
    """The columns of each new column: as the spec says, or else all numbers, what is predicted among them."""
    names = {target.name for target in facts.targets}
    if data.inputs:
        return {f"{name}_{PAST}" if name in names else name: columns for name, columns in data.inputs.items()}
    left_out = {*data.drop, series_column(data)}
    numbers = tuple(name for name, column in facts.columns.items() if column.kind == NUMBER and name not in left_out)
    return {f"{PAST}_values" if PAST in names else PAST: numbers}


def _not_numbers(
    data: DataSpec, facts: DataFacts, table: Table, inputs: Mapping[str, tuple[str, ...]]
) -> list[Finding]:
    findings = []
    if not all(inputs.values()):
        findings.append(error("no-inputs", "no column of numbers is left to look at", data.span_of("windows")))
    names = dict.fromkeys([*(name for names in inputs.values() for name in names), *(t.name for t in facts.targets)])
    for name in names:
        column, found = facts.columns.get(name), table.surveys.get(name)
        if column is None or found is None or column.kind != NUMBER:
            kind = column.kind if column else "no column"
            message = f"windows are made of numbers, and `{name}` is {kind}"
            findings.append(error("not-convertible", message, data.span_of("inputs")))
        elif found.first_missing is not None:
            message = f"row {found.first_missing + 1} has no value in `{name}`, and windows have no gaps"
            place = table.place(found.first_missing, name)
            help_ = "fill in the values, or leave such rows out with `missing: drop`"
            findings.append(error("missing-in-window", message, place, help=help_))
    return findings


def _cut(
    data: DataSpec, table: Table, series: Sequence[str | None] | None, cut: Cut
) -> tuple[Sequence[int], "array[int]", Given, list[Finding]]:
    """The rows series by series, the beginning of each window among them, and how many validate and test."""
    rows, sizes = _by_series(table, series)
    first_test = table.rows - table.given.test
    first_validation = first_test - table.given.validation
    starts = [array("q"), array("q"), array("q")]
    begin = 0
    for size in sizes:
        end = begin + size
        # The rows of a series ascend, so that those of its files for validation and test come last.
        own_validation = bisect_left(rows, first_validation, begin, end)
        own_test = bisect_left(rows, first_test, own_validation, end)
        parts, findings = parts_of(data, own_validation - begin, cut)
        if findings:
            return rows, array("q"), Given(), findings
        for index, count in enumerate(parts):
            starts[index].extend(range(begin, begin + count - cut.span + 1, cut.stride))
            begin += count
        starts[1].extend(range(own_validation, own_test - cut.span + 1, cut.stride))
        starts[2].extend(range(own_test, end - cut.span + 1, cut.stride))
        begin = end
    return rows, starts[0] + starts[1] + starts[2], Given(len(starts[1]), len(starts[2])), []


def _by_series(table: Table, series: Sequence[str | None] | None) -> tuple[Sequence[int], list[int]]:
    """The rows with those of each series together, in their order, and how many each has."""
    if series is None:
        return range(table.rows), [table.rows]
    found: dict[str | None, array[int]] = {}
    for row, name in enumerate(series):
        found.setdefault(name, array("q")).append(row)
    rows = array("q")
    for each in found.values():
        rows.extend(each)
    return rows, [len(each) for each in found.values()]


def _section(data: DataSpec, given: Given, inputs: Mapping[str, tuple[str, ...]]) -> DataSpec:
    named = {key: (name,) for key, name in zip(data.inputs, inputs, strict=False)}
    return with_given(replace(data, inputs=named, columns={}, drop=(), weight=None), given)


def _scale(data: DataSpec, columns: Sequence[str]) -> str | tuple[str, ...]:
    """The scale of a window's columns, or one for each: as the spec says, or else `standard`."""
    scales = []
    for name in columns:
        said = data.columns.get(name)
        scales.append(str(said.arguments.get("scale") or "standard") if said and said.type == NUMBER else "standard")
    return tuple(scales) if len(set(scales)) > 1 else scales[0]


def _table(data: DataSpec, table: Table, facts: DataFacts, windows: Windows, given: Given) -> Table:
    typed = {
        name: ColumnFacts(name, SEQUENCE, (windows.past, len(columns)), "float32", {"scale": _scale(data, columns)})
        for name, columns in windows.inputs.items()
    }
    targets: dict[str, TargetFacts] = {}
    for target in facts.targets:
        targets[target.name] = target._replace(names=None, shape=(1,))
        typed[target.name] = ColumnFacts(target.name, NUMBER)

    def place(row: int, column: str) -> Span:
        base = windows.rows[windows.starts[row] + windows.ahead]
        return table.place(base, column if column in targets else windows.inputs[column][0])

    return Table({}, len(windows.starts), place, table.complete, given, typed, targets)
