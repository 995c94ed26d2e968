"""What of a plan's data a script cannot say: `data_gap`. The script then has the model alone."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from specc.data.describe import examine
from specc.data.facts import BOOLEAN, CATEGORY, CLASSES, NUMBER, ColumnFacts
from specc.data.kinds import as_category
from specc.data.options import DEFAULTS
from specc.data.section import DataSpec
from specc.data.text_table import Table
from specc.diagnostics import Finding, Span, warning
from specc.plan import Plan

_SOURCES = ("dataset", "csv", "table")
_OF_CSV = frozenset(("path", "separator", "missing", "names"))
_OF_SPLIT = ("group", "time", "by", "folds")


def data_gap(plan: Plan, root: Path, folder: Path) -> Finding | None:
    """A warning about the first part of the data that `specc emit` does not write; None if it writes them all.

    `root` and `folder` as of `specc.data.describe`.
    """
    gaps = chain(_gaps(plan), _of_truths(plan, root, folder), _of_spellings(plan, root, folder))
    what, place = next(gaps, ("", plan.data.span))
    if not what:
        return None
    message = f"the script has the model alone: `specc emit` does not write data with {what}"
    return warning("data-not-emitted", message, place, help="feed `build_model()` from code of your own")


def _gaps(plan: Plan) -> Iterator[tuple[str, Span]]:
    yield from _of_source(plan.data)
    data = plan.data
    for name, said in (("windows", data.windows), ("weight", data.weight), ("balance", data.balance)):
        if said is not None:
            yield f"`{name}`", data.span_of(name)
    if data.skip_bad_rows:
        yield "`on_bad_row: skip`", data.span_of("on_bad_row")
    for key in _OF_SPLIT:
        if getattr(data.split, key) is not None:
            yield f"`split: {key}`", data.span_of("split", key)
    yield from _of_columns(plan)


def _of_source(data: DataSpec) -> Iterator[tuple[str, Span]]:
    source, files = data.source, data.files()
    if source.kind not in _SOURCES:
        yield f"`{source.kind}`", source.span
    if source.kind != "csv":
        return
    for name in source.arguments:
        if name not in _OF_CSV:
            yield f"`{name}`", source.span_of(name)
    for file in files:
        if len(files) > 1 or any(sign in file.written for sign in "*?[") or file.written.endswith(".gz"):
            yield "several or packed files", file.span


def _of_columns(plan: Plan) -> Iterator[tuple[str, Span]]:
    data, columns = plan.data, plan.facts.columns
    for column in (columns[name] for name in plan.facts.features):
        if not column.shape and not _is_plain(column):
            yield f"the column `{column.name}`, a {column.kind} of that form", data.span_of("columns", column.name)
    for target in plan.targets.values():
        if target.options.get("scale", "none") != "none" or target.shape != (1,):
            yield f"the target `{target.name}` of that form", data.span_of("target")
        if columns[target.name].options.get("replace"):
            yield f"`replace` of the target `{target.name}`", data.span_of("columns", target.name)


def _of_truths(plan: Plan, root: Path, folder: Path) -> Iterator[tuple[str, Span]]:
    """Booleans of which some are missing."""
    truths = [name for name in plan.facts.features if plan.facts.columns[name].kind == BOOLEAN]
    described = examine(plan.data, root, folder, plan.runtime.seed, None)[0] if truths else None
    table = described.source if described is not None else None
    surveys = table.surveys if isinstance(table, Table) else {}
    for name in truths:
        if name in surveys and surveys[name].missing:
            yield f"missing values in the boolean `{name}`", plan.data.span_of("columns", name)


def _of_spellings(plan: Plan, root: Path, folder: Path) -> Iterator[tuple[str, Span]]:
    """Categories in which a number has several names, among texts or where fractions cannot tell them apart."""
    columns = plan.facts.columns
    classes = [target.name for target in plan.facts.targets if target.kind == CLASSES]
    names = [name for name in (*plan.facts.features, *classes) if columns[name].kind == CATEGORY]
    described = examine(plan.data, root, folder, plan.runtime.seed, None)[0] if names else None
    table = described.source if described is not None else None
    surveys = table.surveys if isinstance(table, Table) else {}
    for name in dict.fromkeys(names):
        texts = surveys[name].values if name in surveys else {}
        known = {as_category(text) for text in texts}
        is_numeric = name in surveys and surveys[name].is_numeric
        if len({float(text) for text in texts} if is_numeric else set(texts)) != len(known):
            yield f"numbers in several spellings in `{name}`", plan.data.span_of("columns", name)


def _is_plain(column: ColumnFacts) -> bool:
    """Whether a column is a number, a boolean or a category that is prepared as it is by default."""
    if column.kind not in {NUMBER, BOOLEAN, CATEGORY}:
        return False
    unlike = {name for name, value in DEFAULTS[column.kind].items() if column.options.get(name, value) != value}
    return not unlike or (unlike == {"scale"} and column.options["scale"] == "none")
