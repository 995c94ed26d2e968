"""What is known of the data before training, found out without NumPy and without loading or downloading a set.

Built-in sets are known from a table (`specc.data.sets`). Files are read, when checking only up to `READ_WHEN_CHECKING`
bytes; a file that is longer leaves its number of rows, its classes and the inputs' shapes unknown, and one that only a
library reads leaves all unknown. Training goes through the whole files (`specc.data.loading`) and decides by the same
functions, those of `specc.data.deciding`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from specc.data.columns import assign_roles, kind_override
from specc.data.deciding import (
    Seen,
    declared_target,
    facts_of,
    inputs_of,
    moment,
    sized,
    unknown_classes,
    with_widths,
)
from specc.data.facts import CATEGORY, CLASSES, DTYPES, NUMBER, ColumnFacts, DataFacts, TargetFacts
from specc.data.idle import idle_arguments
from specc.data.kinds import as_categories
from specc.data.layout import replaced
from specc.data.options import complete_options
from specc.data.partition import Partition, partition
from specc.data.section import DataSpec
from specc.data.sets import BuiltInSet, find_set
from specc.data.sources import light_table
from specc.data.sources.contiguous import with_given
from specc.data.sources.windows import Windowed, series_column, windowed
from specc.data.split_rules import KEYS, Given, Keys, Labels, asked_for, column_of
from specc.data.text_table import Table, TextTable
from specc.data.weights import check_weights
from specc.diagnostics import Finding, Span, error, has_errors

READ_WHEN_CHECKING = 1024 * 1024


class Described(NamedTuple):
    """The facts, and what they were found in: a set from the table, or columns. `partition` is None for a set."""

    facts: DataFacts
    source: BuiltInSet | Table
    partition: Partition | None


def describe(
    data: DataSpec, root: Path, folder: Path, seed: int = 0, limit: int | None = READ_WHEN_CHECKING
) -> tuple[DataFacts | None, list[Finding]]:
    """The facts about the data, for shape inference and implied values; None, without a finding, if they are not known.

    `root` is the project's root, `folder` the spec's own; `seed` is the run's, which decides the split and with it the
    categories that are known in training. `limit` bounds the bytes read of files; None reads all.
    """
    described, findings = examine(data, root, folder, seed, limit)
    return (described.facts if described else None), findings


def examine(
    data: DataSpec, root: Path, folder: Path, seed: int, limit: int | None
) -> tuple[Described | None, list[Finding]]:
    """As `describe`, with the source that was looked at."""
    if data.source.kind == "dataset":
        known, findings = find_set(data.source)
        return _examine_set(data, known) if known else (None, findings)
    table, findings = light_table(data, root, folder, limit)
    if table is None:
        return None, findings
    if data.windows is not None:
        made, more = _windowed(data, table, root, folder)
        findings += more
        if made is None:
            return None, findings
        data, table = made.data, made.table
    data = with_given(data, table.given)
    facts, more = facts_of(data, table, root, folder)
    findings += more
    if facts is None or not table.complete:
        return (Described(facts, table, None) if facts else None), findings
    rows, more = partition(table.rows, data, seed, _labels(facts, table), table.given, _keys(data, facts, table))
    findings += more
    if rows is None:
        return None, findings
    train = rows.train

    def seen(name: str) -> Seen:
        if name in table.typed:
            return (), False
        cells = _cells(table, name)
        values = {cells[row] for row in train}
        return values - {None}, None in values  # type: ignore[return-value]

    findings += unknown_classes(data, facts, table.given, seen, lambda name, text: _place_of(table, name, text))
    findings += _check_weights(data, table, train)
    if has_errors(findings):
        return None, findings
    return Described(with_widths(facts, seen), table, rows), findings


def _windowed(data: DataSpec, table: Table, root: Path, folder: Path) -> tuple[Windowed | None, list[Finding]]:
    """The windows over a table, which takes the place of it."""
    facts, findings = facts_of(data, table, root, folder)
    if facts is None:
        return None, findings
    by = series_column(data)
    made, findings = windowed(data, table, facts, _cells(table, by) if by in table.surveys and by else None)
    return made, findings


def _check_weights(data: DataSpec, table: Table, train: Sequence[int]) -> list[Finding]:
    if data.weight is None or data.weight not in table.surveys:
        return []
    return check_weights(_cells(table, data.weight), train, data, table.place)


def _examine_set(data: DataSpec, known: BuiltInSet) -> tuple[Described | None, list[Finding]]:
    roles, findings = assign_roles(data, known.columns, known.targets, next(iter(known.targets)))
    if roles is None:
        return None, findings
    columns = {name: _overridden(data, facts) for name, facts in known.columns.items()}
    targets = []
    for name in roles.targets:
        target = known.targets.get(name) or TargetFacts(name, NUMBER)
        kind = declared_target(data, name) or target.kind
        if kind == NUMBER and target.names and not all(label.isdigit() for label in target.names):
            message = f"`{name}` is declared as a number and holds `{target.names[0]}`"
            return None, [error("not-a-number", message, data.span_of("columns", name))]
        target = target if kind == target.kind else TargetFacts(name, kind)
        if kind == NUMBER:
            target = target._replace(options=complete_options(data.columns.get(name), NUMBER, target=True))
        targets.append(target)
    given = Given(0, known.given_test)
    asked, findings = asked_for(known.samples, data, given)
    if data.split.stratify and targets[0].kind != CLASSES:
        _, findings = partition(known.samples, data, 0, None, given)
    if asked is None or findings:
        return None, findings
    findings = idle_arguments(data, columns, {target.name for target in targets}, columns)
    if findings:
        return None, findings
    facts = DataFacts(
        data.source.type,
        known.samples,
        columns,
        tuple(targets),
        inputs_of(roles, columns),
        known.given_test,
    )
    numbers = {name for name, column in columns.items() if column.kind != CATEGORY}
    return Described(sized(facts, lambda column: ((), False) if column.name in numbers else None), known, None), []


def _overridden(data: DataSpec, facts: ColumnFacts) -> ColumnFacts:
    kind = kind_override(data, facts.name) or facts.kind
    options = complete_options(data.columns.get(facts.name), kind, scale="standard" if facts.scaled else "none")
    return facts._replace(kind=kind, dtype=DTYPES.get(kind, facts.dtype), options=options)


def _cells(table: Table, name: str) -> Sequence[str | None]:
    """A column's values as categories. Only tables of text have them in a check, and no others are divided in one."""
    return as_categories(_raw_cells(table, name))


def _raw_cells(table: Table, name: str) -> Sequence[str | None]:
    return table.columns[name] if isinstance(table, TextTable) else ()


def _labels(facts: DataFacts, table: Table) -> Labels | None:
    first = facts.targets[0]
    if first.kind != CLASSES or first.names is None or first.name not in table.surveys:
        return None
    index = {name: position for position, name in enumerate(first.names)}
    options = facts.columns[first.name].options
    return Labels(
        first.name,
        [index[replaced(text, options)] for text in _cells(table, first.name) if text is not None],
        first.names,
    )


def _keys(data: DataSpec, facts: DataFacts, table: Table) -> Keys:
    """The values of the columns that the split names."""
    texts = {key: column for key in KEYS if (column := column_of(data.split, key)) is not None}
    found: dict[str, Sequence[str | None]] = {key: _cells(table, column) for key, column in texts.items()}
    times = None
    if "time" in found:
        form = facts.columns[texts["time"]].options.get("format")
        times = [moment(text, form) for text in _raw_cells(table, texts["time"])]
    group, by = ([text or "" for text in found[key]] if key in found else None for key in ("group", "by"))
    return Keys(group, times, by, table.place)


def _place_of(table: Table, name: str, text: str) -> Span:
    cells = _cells(table, name)
    return table.place(next((row for row, cell in enumerate(cells) if cell == text), 0), name)
