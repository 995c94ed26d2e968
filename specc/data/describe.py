"""What is known of the data before training, found out without NumPy and without loading or downloading a set.

Built-in sets are known from a table (`specc.data.sets`). A CSV file is read, when checking only up to
`READ_WHEN_CHECKING` bytes; a file that is longer leaves its number of rows, its classes and the inputs' shapes unknown.
Training runs the same code over the whole file, so that both decide alike.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from specc.data.columns import Roles, assign_roles, is_scaled, kind_override, target_override
from specc.data.csv_file import read_csv
from specc.data.facts import CATEGORY, CLASSES, DTYPES, NUMBER, ColumnFacts, DataFacts, InputFacts, TargetFacts
from specc.data.kinds import as_categories, in_order, kind_of, not_numbers, target_kind_of
from specc.data.layout import category_width, number_width
from specc.data.partition import Labels, Partition, partition, split_sizes
from specc.data.section import UNREAD, DataSpec
from specc.data.sets import BuiltInSet, find_set
from specc.data.text_table import Cells, TextTable, read_rows
from specc.diagnostics import Finding, Span, error, has_errors, warning

READ_WHEN_CHECKING = 1024 * 1024
MOST_CATEGORIES = 50
"""A text column with more different values, and another one in most rows, is probably a name or an identifier."""


class Described(NamedTuple):
    """The facts, and what they were found in: a set from the table, or text. `partition` is None for a set."""

    facts: DataFacts
    source: BuiltInSet | TextTable
    partition: Partition | None


def describe(
    data: DataSpec, root: Path, folder: Path, seed: int = 0, limit: int | None = READ_WHEN_CHECKING
) -> tuple[DataFacts | None, list[Finding]]:
    """The facts about the data, for shape inference and implied values.

    `root` is the project's root, `folder` the spec's own; `seed` is the run's, which decides the split and with it the
    categories that are known in training. `limit` bounds the bytes read of a file; None reads all.
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
    table, findings = read_rows(data) if data.source.kind == "table" else read_csv(data, root, folder, limit)
    if table is None:
        return None, findings
    described, more = _examine_table(data, table, seed)
    return described, findings + more


def _examine_set(data: DataSpec, known: BuiltInSet) -> tuple[Described | None, list[Finding]]:
    roles, findings = assign_roles(data, known.columns, known.targets, next(iter(known.targets)))
    if roles is None:
        return None, findings
    columns = {name: _overridden(data, facts) for name, facts in known.columns.items()}
    targets = []
    for name in roles.targets:
        target = known.targets.get(name) or TargetFacts(name, NUMBER)
        kind = target_override(data, name) or target.kind
        if kind == NUMBER and target.names and not all(label.isdigit() for label in target.names):
            message = f"`{name}` is declared as a number and holds `{target.names[0]}`"
            return None, [error("not-a-number", message, data.span_of("columns", name))]
        targets.append(target if kind == target.kind else TargetFacts(name, kind))
    sizes, findings = split_sizes(known.samples, data, known.given_test)
    if data.split.stratify and targets[0].kind != CLASSES:
        _, findings = partition(known.samples, data, 0, None, known.given_test)
    if sizes is None or findings:
        return None, findings
    unknown = {name for name, facts in columns.items() if facts.kind == CATEGORY}
    widths = {name: None if name in unknown else number_width(has_missing=False) for name in columns}
    facts = DataFacts(
        data.source.type,
        known.samples,
        columns,
        tuple(targets),
        _inputs(roles, columns, widths),
        known.given_test,
    )
    return Described(facts, known, None), []


def _overridden(data: DataSpec, facts: ColumnFacts) -> ColumnFacts:
    kind = kind_override(data, facts.name) or facts.kind
    scaled = kind == NUMBER and is_scaled(data, facts.name, default=facts.scaled)
    return facts._replace(kind=kind, dtype=DTYPES.get(kind, facts.dtype), scaled=scaled)


def _examine_table(data: DataSpec, table: TextTable, seed: int) -> tuple[Described | None, list[Finding]]:
    placeholders = {name: ColumnFacts(name, CATEGORY) for name in table.columns}
    roles, findings = assign_roles(data, placeholders, (), None)
    if roles is None:
        return None, findings
    findings = _check_numbers(data, table)
    targets = tuple(_target(data, name, table) for name in roles.targets)
    for target in targets:
        findings += _check_target(data, target, table)
    if has_errors(findings):
        return None, findings
    classes = {target.name for target in targets if target.kind == CLASSES}
    columns = {name: _column(data, name, cells, name in classes) for name, cells in table.columns.items()}
    unread = {name for name, said in data.columns.items() if said.type == UNREAD}
    for name in dict.fromkeys(name for names in roles.inputs.values() for name in names if name not in unread):
        findings += _check_feature(data, columns[name], table)
    rows: Partition | None = None
    widths: dict[str, int | None] = dict.fromkeys(columns)
    if table.complete:
        rows, more = partition(table.rows, data, seed, _labels(targets, table))
        findings += more
        if rows is None:
            return None, findings
        widths |= {name: _width(facts, table.columns[name], rows.train) for name, facts in columns.items()}
    facts = DataFacts(
        "table" if data.source.kind == "table" else str(data.source.arguments["path"]),
        table.rows if table.complete else None,
        columns,
        targets,
        _inputs(roles, columns, widths),
        complete=table.complete,
    )
    return Described(facts, table, rows), findings


def _target(data: DataSpec, name: str, table: TextTable) -> TargetFacts:
    cells = table.columns[name]
    kind = target_override(data, name) or target_kind_of(cells)
    if kind == NUMBER or not table.complete:
        return TargetFacts(name, kind)
    names = in_order(text for text in as_categories(cells) if text is not None)
    return TargetFacts(name, kind, len(names), names)


def _column(data: DataSpec, name: str, cells: Cells, is_classes: bool) -> ColumnFacts:
    kind = CATEGORY if is_classes else kind_override(data, name) or kind_of(cells)
    scaled = kind == NUMBER and is_scaled(data, name, default=data.source.kind == "csv")
    return ColumnFacts(name, kind, dtype=DTYPES[kind], scaled=scaled)


def _labels(targets: Sequence[TargetFacts], table: TextTable) -> Labels | None:
    first = targets[0]
    if first.kind != CLASSES or first.names is None:
        return None
    index = {name: position for position, name in enumerate(first.names)}
    cells = as_categories(table.columns[first.name])
    return Labels(first.name, [index[text] for text in cells if text is not None], first.names)


def _width(facts: ColumnFacts, cells: Cells, train: Sequence[int]) -> int:
    if facts.kind == NUMBER:
        return number_width(has_missing=any(cells[row] is None for row in train))
    texts = as_categories(cells)
    return category_width(texts[row] for row in train)


def _inputs(
    roles: Roles, columns: Mapping[str, ColumnFacts], widths: Mapping[str, int | None]
) -> dict[str, InputFacts]:
    """Each model input with the shape of its prepared tensor; a size is None if a column's width is unknown."""
    inputs = {}
    for name, names in roles.inputs.items():
        first = columns[names[0]]
        if first.shape:
            inputs[name] = InputFacts(name, names, first.shape, first.dtype)
            continue
        known = [widths[column] for column in names]
        size = None if None in known else sum(width or 0 for width in known)
        inputs[name] = InputFacts(name, names, (size,), "float32")
    return inputs


def _check_numbers(data: DataSpec, table: TextTable) -> list[Finding]:
    """Columns that the spec calls numbers and that are not."""
    findings = []
    for name in data.columns:
        wrong = not_numbers(table.columns[name]) if kind_override(data, name) == NUMBER else []
        if wrong:
            message = f"`{name}` is declared as a number and holds `{table.columns[name][wrong[0]]}`"
            notes = (f"so do {len(wrong) - 1} other rows",) if len(wrong) > 1 else ()
            help_text = "write `category`, or name the text in `missing` if it stands for a missing value"
            findings.append(error("not-a-number", message, table.place(wrong[0], name), notes=notes, help=help_text))
    return findings


def _check_target(data: DataSpec, target: TargetFacts, table: TextTable) -> list[Finding]:
    cells = table.columns[target.name]
    place = data.span_of("target", data.target.index(target.name))
    missing = [row for row, text in enumerate(cells) if text is None]
    if missing:
        others = f" and {len(missing) - 1} other rows have" if len(missing) > 1 else " has"
        message = f"row {missing[0] + 1}{others} no value for the target `{target.name}`"
        help_text = "remove the rows without a target"
        span = table.place(missing[0], target.name)
        return [error("missing-target-value", message, span, help=help_text)]
    if table.complete and len(set(as_categories(cells))) == 1:
        return [error("constant-target", f"`{target.name}` is `{cells[0]}` in every row: nothing to learn", place)]
    return []


def _check_feature(data: DataSpec, facts: ColumnFacts, table: TextTable) -> list[Finding]:
    cells = table.columns[facts.name]
    place = _feature_span(data, facts.name)
    distinct = len(set(cells) - {None})
    if not distinct and table.complete:
        message = f"column `{facts.name}` has no value at all"
        return [warning("empty-column", message, place, help=f"write `drop: [{facts.name}]`")]
    if facts.kind == CATEGORY and distinct > MOST_CATEGORIES and distinct * 2 > len(cells):
        message = f"`{facts.name}` has {distinct} different values in {len(cells)} rows"
        help_text = f"write `drop: [{facts.name}]` if it is a name or an identifier"
        notes = ("a value that no training row has says nothing to the model",)
        return [warning("many-categories", message, place, notes=notes, help=help_text)]
    return []


def _feature_span(data: DataSpec, name: str) -> Span:
    """Where an input names the column, or else the source."""
    for key, names in data.inputs.items():
        if name in names:
            return data.span_of("inputs", key, names.index(name))
    return data.source.span_of("path" if data.source.kind == "csv" else "rows")
