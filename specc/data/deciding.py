"""What the columns of a table are, and what is wrong with that: `facts_of`, `with_widths`, `unknown_classes`.

A check (`specc.data.describe`) and a training (`specc.data.loading`) read a table in different ways and ask here, so
that both decide alike. Knows surveys and single places of a table, no rows.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from specc.data.columns import Roles, assign_roles, kind_override
from specc.data.facts import (
    CATEGORY,
    CLASSES,
    DTYPES,
    IMAGE,
    NUMBER,
    TEXT,
    VECTOR,
    ColumnFacts,
    DataFacts,
    InputFacts,
    TargetFacts,
)
from specc.data.idle import idle_arguments
from specc.data.kinds import as_category, as_numbers, as_seconds, guess_kind, guess_target, in_order, is_number
from specc.data.layout import encoded, replaced, vector_dtype, width
from specc.data.misfits import ALWAYS_THERE, PARTICULAR, fault_of, misfit
from specc.data.options import complete_options
from specc.data.section import UNREAD, DataSpec
from specc.data.split_rules import Given
from specc.data.survey import Survey
from specc.data.text_table import Table
from specc.diagnostics import Finding, Span, error, has_errors, warning

MOST_CATEGORIES = 50
"""A text column with more different values, and another one in most rows, is probably a name or an identifier."""

NEARLY = 20
"""A column is told to be nearly one of numbers where at most one in so many of its values is none."""

Seen = tuple[Collection[str], bool]
"""The different texts of a column's training rows, and whether one of them is missing."""


def facts_of(data: DataSpec, table: Table, root: Path, folder: Path) -> tuple[DataFacts | None, list[Finding]]:
    """What is known of the columns of a table; the widths of those that become vectors are left open.

    `root` and `folder` are where the images lie that a column names, as of `specc.data.describe`.
    """
    placeholders = {name: ColumnFacts(name, CATEGORY) for name in table.surveys} | dict(table.typed)
    roles, findings = assign_roles(data, placeholders, table.targets, next(iter(table.targets), None))
    if roles is None:
        return None, findings
    targets = tuple(table.targets.get(name) or _target(data, name, table) for name in roles.targets)
    inputs = roles.inputs.values()
    alone = {names[0] for names in inputs if len(names) == 1}
    classes = {target.name for target in targets if target.kind == CLASSES}
    columns = {}
    for name in table.names:
        columns[name], faults = _column(data, name, table, is_classes=name in classes, alone=name in alone)
        findings += faults
    for target in targets:
        findings += _check_target(data, target, table)
    findings += idle_arguments(data, columns, {target.name for target in targets}, table.typed)
    if has_errors(findings):
        return None, findings
    unread = {name for name, said in data.columns.items() if said.type == UNREAD}
    used = dict.fromkeys(name for names in inputs for name in names if name not in unread)
    for name in used:
        findings += _check_feature(data, columns[name], table)
    findings += _check_own_inputs(data, columns, roles)
    for name in used:
        if columns[name].kind == IMAGE and name in table.surveys:
            columns[name], faults = _pictures(data, columns[name], table, root, folder)
            findings += faults
    if has_errors(findings):
        return None, findings
    facts = DataFacts(
        "table" if data.source.kind == "table" else ", ".join(each.written for each in data.files()),
        table.rows if table.complete else None,
        columns,
        targets,
        inputs_of(roles, columns),
        table.given.test,
        table.given.validation,
        complete=table.complete,
    )
    return facts, findings


def with_widths(facts: DataFacts, seen: Callable[[str], Seen]) -> DataFacts:
    """The facts with the shapes of all inputs; `seen` says what the training rows of a column of text have."""
    return sized(facts, lambda column: seen(column.name) if _asks(column) else ((), False))


def unknown_classes(
    data: DataSpec,
    facts: DataFacts,
    given: Given,
    seen: Callable[[str], Seen],
    place_of: Callable[[str, str], Span],
) -> list[Finding]:
    """Classes in the source's own validation or test part that its training part lacks, each where it stands first."""
    findings = []
    for target in facts.targets if any(given) and not data.split.by else ():
        if target.kind != CLASSES or target.names is None or target.name not in facts.columns:
            continue
        if facts.columns[target.name].shape:  # classes of places, which their source numbers
            continue
        options = facts.columns[target.name].options
        trained = {replaced(text, options) for text in seen(target.name)[0]}
        strange = [name for name in target.names if name not in trained]
        for name in strange[:5]:
            known = ", ".join(f"`{each}`" for each in target.names if each not in strange)
            message = f"`{name}` is a class of `{target.name}` that no training row has"
            help_ = f"write `columns: {{{target.name}: {{category: {{replace: {{…}}}}}}}}` if it is another's spelling"
            notes = (f"the training rows have {known}",) if len(target.names) <= 30 else ()
            findings.append(error("unknown-class", message, place_of(target.name, name), notes=notes, help=help_))
    return findings


def moment(text: str | None, form: str | None = None) -> float:
    """A text as a point in time that rows can be ordered by: a number, or a date as seconds; NaN if it is neither.

    `form` is how dates are written, if the spec says so; then nothing is a number.
    """
    if text is None:
        return float("nan")
    if form is None and is_number(text):
        return float(text)
    seconds = as_seconds(text, form)
    return float("nan") if seconds is None else seconds


def _asks(column: ColumnFacts) -> bool:
    """Whether how wide a column becomes depends on what its training rows have."""
    return encoded(column) is None


def _target(data: DataSpec, name: str, table: Table) -> TargetFacts:
    if name in table.typed:
        column = table.typed[name]
        return TargetFacts(name, NUMBER, shape=tuple(size or 1 for size in column.shape) or (1,))
    found = table.surveys[name]
    kind = declared_target(data, name) or guess_target(found.values.keys(), found.rows)
    if kind == CLASSES and not found.whole:
        kind = CLASSES if found.texts else NUMBER
    if kind == NUMBER:
        return TargetFacts(name, kind, options=complete_options(data.columns.get(name), NUMBER, target=True))
    if not table.complete:
        return TargetFacts(name, kind)
    options = complete_options(data.columns.get(name), CATEGORY)
    names = in_order(replaced(as_category(text), options) for text in found.values)
    return TargetFacts(name, kind, len(names), names)


def declared_target(data: DataSpec, name: str) -> str | None:
    """`number` or `classes` if the spec says of a target which it is."""
    kind = kind_override(data, name)
    return None if kind is None else NUMBER if kind == NUMBER else CLASSES


def _column(
    data: DataSpec, name: str, table: Table, *, is_classes: bool, alone: bool
) -> tuple[ColumnFacts, list[Finding]]:
    """What a column is: as the spec says, as the source says, or guessed; and values that are not of that kind."""
    said = data.columns.get(name)
    if name in table.typed:
        facts = table.typed[name]
        written = said.arguments if said is not None and said.type == facts.kind else {}
        return facts._replace(
            options={**complete_options(None, facts.kind, alone=alone), **facts.options, **written}
        ), []
    found = table.surveys[name]
    kind = CATEGORY if is_classes else kind_override(data, name) or _guess(found)
    scale = "none" if data.source.kind == "table" else "standard"
    options = complete_options(said, kind, scale=scale, alone=alone)
    if kind == VECTOR and options["length"] is None and found.values:
        numbers = as_numbers(next(iter(found.values)), options["separator"])
        options = {**options, "length": len(numbers) if numbers else None}
    facts = ColumnFacts(name, kind, _shape(kind, options), DTYPES.get(kind, "float32"), options)
    return facts, _check_kind(facts, found, table) if said is not None or kind == IMAGE else []


def _guess(found: Survey) -> str:
    kind = guess_kind(found.values.keys(), found.rows)
    return CATEGORY if kind == NUMBER and not found.is_numeric else kind


def _pictures(
    data: DataSpec, facts: ColumnFacts, table: Table, root: Path, folder: Path
) -> tuple[ColumnFacts, list[Finding]]:
    """A column of paths as one of images, which are as large as it says or as the first of them."""
    from specc.data.sources.images import image_column_facts  # most tables name no images

    found = table.surveys[facts.name]
    first = next(iter(found.values), None)
    row = 0 if found.first_missing != 0 else 1
    place = None if first is None else (first, table.place(min(row, table.rows - 1), facts.name))
    return image_column_facts(data, facts, place, root, folder)


def _shape(kind: str, options: Mapping[str, object]) -> tuple[int | None, ...]:
    length = options.get("length")
    if kind in {"vector", "sequence"}:
        return (length if isinstance(length, int) else None,)
    if kind == "image":
        size, channels = options.get("size"), options.get("channels")
        height, wide = size if isinstance(size, Sequence) else (None, None)
        return (height, wide, channels if isinstance(channels, int) else None)
    return ()


def _check_kind(facts: ColumnFacts, found: Survey, table: Table) -> list[Finding]:
    """A value that is not of the kind that the spec says."""
    if facts.kind == NUMBER and found.texts and found.first_text is not None:
        message = f"`{facts.name}` is declared as a number and holds `{found.text}`"
        notes = (f"so do {found.texts - 1} other rows",) if found.texts > 1 else ()
        help_ = "write `category`, or name the text in `missing` if it stands for a missing value"
        return [error("not-a-number", message, table.place(found.first_text, facts.name), notes=notes, help=help_)]
    if facts.kind in ALWAYS_THERE and found.first_missing is not None:
        return [fault_of(facts, None, table.place(found.first_missing, facts.name))]
    wrong = None
    if facts.kind in PARTICULAR - {NUMBER}:
        wrong = next((text for text in found.values if misfit(text, facts.kind, facts.options)), None)
    return [] if wrong is None else [fault_of(facts, wrong, table.place(table.first(facts.name, wrong), facts.name))]


def inputs_of(roles: Roles, columns: Mapping[str, ColumnFacts]) -> dict[str, InputFacts]:
    """Each model input with the shape of its prepared tensor; the width of a vector is left open."""
    inputs = {}
    for name, names in roles.inputs.items():
        own = encoded(columns[names[0]])
        if own is not None:
            inputs[name] = InputFacts(name, names, *own)
        else:
            inputs[name] = InputFacts(name, names, (None,), vector_dtype(columns[column] for column in names))
    return inputs


def sized(facts: DataFacts, seen: Callable[[ColumnFacts], Seen | None]) -> DataFacts:
    """The facts with the widths of the vectors, as far as it is known what the training rows have."""
    inputs = {}
    for name, given in facts.inputs.items():
        columns = [facts.columns[column] for column in given.columns]
        widths = [width(column, *(seen(column) or (None, None))) for column in columns if encoded(column) is None]
        size = None if None in widths else sum(each or 0 for each in widths)
        inputs[name] = given._replace(shape=(size,)) if widths else given
    return replace(facts, inputs=inputs)


def _check_own_inputs(data: DataSpec, columns: Mapping[str, ColumnFacts], roles: Roles) -> list[Finding]:
    """A column that is an input of its own cannot stand beside others."""
    findings = []
    for key, names in roles.inputs.items():
        own = [name for name in names if encoded(columns[name]) is not None]
        if own and len(names) > 1:
            kind = columns[own[0]].kind
            article = "an" if kind[0] in "aeiou" else "a"
            what = f"input `{key}` takes `{own[0]}`, which is {article} {kind}, together with other columns"
            findings.append(
                error("mixed-input", what, data.span_of("inputs", key), help=f"give the {kind} an input of its own")
            )
    return findings


def _check_target(data: DataSpec, target: TargetFacts, table: Table) -> list[Finding]:
    if target.name not in table.surveys:
        return []
    found = table.surveys[target.name]
    place = data.span_of("target", data.target.index(target.name)) if target.name in data.target else data.source.span
    if found.first_missing is not None:
        others = f" and {found.missing - 1} other rows have" if found.missing > 1 else " has"
        message = f"row {found.first_missing + 1}{others} no value for the target `{target.name}`"
        where = table.place(found.first_missing, target.name)
        help_ = "fill in or remove such rows; `on_bad_row: skip` leaves them out"
        return [error("missing-target-value", message, where, help=help_)]
    if table.complete and len({as_category(text) for text in found.values}) == 1:
        shown = next(iter(found.values))
        return [error("constant-target", f"`{target.name}` is `{shown}` in every row: nothing to learn", place)]
    return []


def _check_feature(data: DataSpec, facts: ColumnFacts, table: Table) -> list[Finding]:
    if facts.name not in table.surveys:
        return []
    found = table.surveys[facts.name]
    place = _feature_span(data, facts.name)
    distinct = len(found.values)
    if not distinct and table.complete:
        message = f"column `{facts.name}` has no value at all"
        return [warning("empty-column", message, place, help=f"write `drop: [{facts.name}]`")]
    if data.columns.get(facts.name) is None and facts.kind in {CATEGORY, TEXT} and (few := _nearly_number(found)):
        first, number = few
        message = f"`{facts.name}` is no column of numbers, because of {number}; the first is `{first}`"
        where = place if found.first_text is None else table.place(found.first_text, facts.name)
        help_text = f"write `columns: {{{facts.name}: number}}` to have them refused, or name them in `missing`"
        return [warning("nearly-number", message, where, help=help_text)]
    few_places = facts.options.get("encode") == "hash" or facts.options.get("most")
    if facts.kind == CATEGORY and distinct > MOST_CATEGORIES and distinct * 2 > found.rows and not few_places:
        message = f"`{facts.name}` has {distinct} different values in {found.rows} rows"
        help_text = f"write `drop: [{facts.name}]` if it is a name or an identifier"
        notes = ("a value that no training row has says nothing to the model",)
        return [warning("many-categories", message, place, notes=notes, help=help_text)]
    return []


def _nearly_number(found: Survey) -> tuple[str, str] | None:
    """The first text among values of which nearly all are numbers, and how many there are; None for any other column.

    Nearly all of the rows or of the different values, and more different numbers than texts: a code that is `0` in
    most rows is none.
    """
    strange = [text for text in found.values if not is_number(text)]
    rows, distinct = found.rows - found.missing, len(found.values)
    if not strange or distinct <= 2 * len(strange):
        return None
    if NEARLY * found.texts > rows and NEARLY * len(strange) > distinct:
        return None
    count = "one value that is none" if found.texts == 1 else f"{found.texts} values of {rows} that are none"
    return strange[0], count


def _feature_span(data: DataSpec, name: str) -> Span:
    """Where an input names the column, or else the source."""
    for key, names in data.inputs.items():
        if name in names:
            return data.span_of("inputs", key, names.index(name))
    return data.source.span_of("rows" if data.source.kind == "table" else "path")
