"""Which columns are targets, which feed which model input, and of what kind they are: names checked, overrides applied.

Comes in: a `DataSpec` and the columns that its source has. Goes out: `Roles`. Does not look at rows.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from specc.data.facts import CATEGORY, NUMBER, ColumnFacts
from specc.data.layout import encoded
from specc.data.options import DEFAULTS
from specc.data.partition import split_columns
from specc.data.section import DataSpec
from specc.diagnostics import Finding, Span, error

DEFAULT_INPUT = "input"
"""The model input's name where the spec has no `inputs`."""


class Roles(NamedTuple):
    """The targets' names, and the columns of each model input in order."""

    targets: tuple[str, ...]
    inputs: Mapping[str, tuple[str, ...]]


def assign_roles(
    data: DataSpec, columns: Mapping[str, ColumnFacts], other_targets: Collection[str], default_target: str | None
) -> tuple[Roles | None, list[Finding]]:
    """The roles of the columns. `other_targets` are columns that a built-in set never feeds to the model by default."""
    findings = _check_names(data, columns)
    targets = tuple(dict.fromkeys(data.target)) or ((default_target,) if default_target else ())
    if not targets:
        help_text = "write `target: ` and the column that the model is to predict"
        message = "the data has no target"
        findings.append(error("missing-target", message, data.source.span, notes=(_listing(columns),), help=help_text))
    if findings:
        return None, findings
    seen = () if data.windows is not None else targets  # a window sees the past of what it predicts
    left_out = {*seen, *data.drop, *other_targets, *_about_rows(data)}
    inputs = data.inputs or {DEFAULT_INPUT: tuple(name for name in columns if name not in left_out)}
    findings = _check_targets(data, columns, targets, other_targets) or _check_inputs(data, columns, targets, inputs)
    return (None, findings) if findings else (Roles(targets, inputs), [])


def _about_rows(data: DataSpec) -> set[str]:
    """Columns that say what becomes of a row; they feed the model only if `inputs` names them."""
    return {name for name in (data.weight, data.split.group, data.split.by) if name is not None}


def kind_override(data: DataSpec, name: str) -> str | None:
    """The kind of a column if the spec says which it is."""
    component = data.columns.get(name)
    return component.type if component and component.type in DEFAULTS else None


def _check_names(data: DataSpec, columns: Mapping[str, ColumnFacts]) -> list[Finding]:
    """A finding for every name in the spec that is no column."""
    named: list[tuple[str, Span]] = [(name, data.span_of("target", i)) for i, name in enumerate(data.target)]
    named += [(name, data.span_of("drop", i)) for i, name in enumerate(data.drop)]
    named += [(name, data.span_of("columns", name)) for name in data.columns]
    named += [
        (name, data.span_of("inputs", key, i)) for key, names in data.inputs.items() for i, name in enumerate(names)
    ]
    named += [(name, data.span_of("split", key)) for key, name in split_columns(data).items()]
    named += [(data.weight, data.span_of("weight"))] if data.weight is not None else []
    unknown = [(name, place) for name, place in named if name not in columns]
    return [_missing_column(name, place, columns) for name, place in unknown]


def _missing_column(name: str, place: Span, columns: Mapping[str, ColumnFacts]) -> Finding:
    from specc.language.mending import respelt_own_name  # only faults pay for it
    from specc.language.suggest import did_you_mean

    only = next(iter(columns), "") if len(columns) == 1 else ""
    separator = next((mark for mark in (";", "\t", "|") if name in only.split(mark)), None)
    help_text = did_you_mean(name, columns)
    if separator:
        shown = "tab" if separator == "\t" else f"'{separator}'"
        help_text = f"the columns are divided by another sign: write `csv: {{path: …, separator: {shown}}}`"
    message, fix = f"there is no column `{name}`", respelt_own_name(place, name, columns)
    return error("missing-column", message, place, notes=(_listing(columns),), help=help_text, fix=fix)


def _listing(columns: Iterable[str]) -> str:
    names = list(columns)
    shown = ", ".join(f"`{name}`" for name in names[:30])
    return f"the columns are {shown}" + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def _check_targets(
    data: DataSpec, columns: Mapping[str, ColumnFacts], targets: tuple[str, ...], declared: Collection[str]
) -> list[Finding]:
    """`declared` are what the source itself calls targets."""
    findings = []
    for index, target in enumerate(targets):
        if target in data.drop:
            message = f"the target `{target}` is dropped"
            findings.append(error("no-inputs", message, data.span_of("drop", data.drop.index(target))))
        if columns[target].shape and target not in declared:
            message = f"`{target}` is {_article(columns[target].kind)}, and a target is a number or classes"
            findings.append(error("not-convertible", message, data.span_of("target", index)))
    return findings


def _check_inputs(
    data: DataSpec, columns: Mapping[str, ColumnFacts], targets: tuple[str, ...], inputs: Mapping[str, tuple[str, ...]]
) -> list[Finding]:
    findings = []
    for key, names in inputs.items():
        place = data.span_of("inputs", key)
        if not names:
            what = f"input `{key}`" if data.inputs else "the model"
            is_table = not data.inputs and data.windows is None
            help_text = "for a series over time write `windows: {past: …}` in `data`" if is_table else ""
            findings.append(error("no-inputs", f"no column is left to feed {what}", place, help=help_text))
        for index, name in enumerate(names):
            if name in targets and data.windows is None:
                message = f"`{name}` is a target and feeds input `{key}`: the model would be given the answer"
                findings.append(error("target-as-input", message, data.span_of("inputs", key, index)))
        arrays = [name for name in names if encoded(columns[name]) is not None]
        if arrays and len(names) > 1:
            kind = columns[arrays[0]].kind
            message = f"input `{key}` takes `{arrays[0]}`, which is {_article(kind)}, together with other columns"
            findings.append(error("mixed-input", message, place, help=f"give the {kind} an input of its own"))
    findings += [
        error("not-convertible", f"`{name}` is {_article(columns[name].kind)}", data.span_of("columns", name))
        for name in data.columns
        if not _converts(columns[name], kind_override(data, name))
    ]
    return findings


def _converts(facts: ColumnFacts, kind: str | None) -> bool:
    """Whether a column can be of this kind: arrays stay what they are, and numbers become categories at most."""
    if kind is None or kind == facts.kind:
        return kind is not None or not facts.shape
    return not facts.shape and (facts.kind != NUMBER or kind == CATEGORY)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
