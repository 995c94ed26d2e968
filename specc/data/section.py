"""The `data` section of a spec as typed values: `resolve_data` takes its positioned tree, `DataSpec` comes out.

The tree has passed the schema; of a tree that has not, what is understood is kept and nothing is raised. Whether
files and columns exist is `specc.data.describe`'s business.
"""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from specc.catalog.sources import FILES, SOURCES
from specc.component import Argument, Component
from specc.diagnostics import Finding, Span, error
from specc.language.tree import Mapping, Node, Path, Sequence, Value, plain

PARTS = ("path", "validation", "test")
FIRST_ARGUMENT: AbstractMapping[str, str] = {
    **dict.fromkeys(FILES, "path"),
    "windows": "past",
    "number": "scale",
    "category": "encode",
    "boolean": "missing",
    "text": "max_tokens",
    "datetime": "format",
    "vector": "length",
    "sequence": "length",
    "imdb": "num_words",
    "reuters": "num_words",
    "cifar100": "label_mode",
}  # of everything else: `samples`

UNREAD = ""
"""The type of a column of which the spec says something that cannot be told."""

Share: TypeAlias = float | int
"""A fraction of the rows (float) or a number of rows (int)."""


@dataclass(frozen=True, slots=True)
class SplitSpec:
    """How rows are divided, as written. None stands for what is left out.

    Left out, `validation` and `test` are 0.15 each, unless the set has a test part of its own, which then is the test
    split. `stratify` left out means: by the first target, if that is classes. `seed` left out means the run's seed.
    `group`, `time` and `by` are columns. `fold` is which of the `folds` validates, counted from 0; no spec says it.
    """

    validation: Share | None = None
    test: Share | None = None
    stratify: bool | None = None
    seed: int | None = None
    group: str | None = None
    time: str | None = None
    by: str | None = None
    folds: int | None = None
    fold: int | None = None


class NamedFile(NamedTuple):
    """A file, a folder or a pattern of names as a source writes it.

    `key` is the class or the column that it stands for where files are written by name, else "".
    """

    written: str
    span: Span
    key: str = ""


@dataclass(frozen=True, slots=True)
class DataSpec:
    """The `data` section as written.

    `source` has the kind `dataset`, `table` or one of `FILES`; a table's arguments are `columns` (names) and `rows`
    (lists). `windows` is None or a component of that kind. `columns` holds components of the kind `column` (its types
    are those of the schema: `number`, `category`, ...). An empty `target` was left out. `spans` maps paths in the
    section to places: ("target", 0), ("columns", "age"), ("inputs", "left", 1), ("rows", 3), ("path", 1)
    and ("split", "group").
    """

    source: Component
    span: Span
    target: tuple[str, ...] = ()
    inputs: AbstractMapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: AbstractMapping[str, Component] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    weight: str | None = None
    balance: str | None = None
    skip_bad_rows: bool = False
    windows: Component | None = None
    split: SplitSpec = SplitSpec()
    spans: AbstractMapping[Path, Span] = field(default_factory=dict)

    def files(self, part: str = "path") -> tuple[NamedFile, ...]:
        """What the source names as its `path`, `validation` or `test`."""
        match self.source.arguments.get(part):
            case str() as written:
                return (NamedFile(written, self.source.span_of(part)),)
            case list() as listed:
                return tuple(NamedFile(str(each), self.span_of(part, index)) for index, each in enumerate(listed))
            case dict() as by_name:
                return tuple(NamedFile(str(each), self.span_of(part, key), key) for key, each in by_name.items())
        return ()

    def span_of(self, *path: str | int) -> Span:
        """The place of `path`, or of the nearest part around it that is written."""
        while path:
            if path in self.spans:
                return self.spans[path]
            path = path[:-1]
        return self.span


def resolve_data(tree: Mapping) -> tuple[DataSpec | None, list[Finding]]:
    """The section as a `DataSpec`; None if its source cannot be told."""
    written = [entry for entry in tree if entry.key in SOURCES]
    if not written:
        note = f"a source is one of {', '.join(f'`{name}`' for name in SOURCES)}"
        return None, [error("missing-source", "the data has no source", tree.span, notes=(note,))]
    if len(written) > 1:
        message = f"the data has {len(written)} sources: " + ", ".join(f"`{entry.key}`" for entry in written)
        return None, [error("several-sources", message, written[1].key_span, help="keep one of them")]
    spans: dict[Path, Span] = {(entry.key,): entry.value.span for entry in tree}
    source = _source(written[0].key, written[0].key_span, written[0].value, spans)
    if source is None:
        kind, place = written[0].key, written[0].value.span
        return None, [error("invalid-value", f"this does not describe a `{kind}`", place)]
    return DataSpec(
        source=source,
        span=tree.span,
        target=_names(tree.get("target"), ("target",), spans),
        inputs=_inputs(tree.get("inputs"), spans),
        columns=_columns(tree.get("columns"), spans),
        drop=_names(tree.get("drop"), ("drop",), spans),
        weight=next(iter(_names(tree.get("weight"), ("weight",), spans)), None),
        balance=_text(tree.get("balance")),
        skip_bad_rows=_text(tree.get("on_bad_row")) == "skip",
        windows=_windows(tree),
        split=_split(tree.get("split"), spans),
        spans=spans,
    ), []


def _source(kind: str, key_span: Span, node: Node, spans: dict[Path, Span]) -> Component | None:
    if kind == "table":
        return _table(key_span, node, spans)
    if kind in FILES:
        found = _with_arguments(kind, kind, key_span, node)
        for part in PARTS:
            _mark(node.get(part) if isinstance(node, Mapping) and node.get("path") else node, part, spans)
        return found if isinstance(found.arguments.get("path"), str | list | dict) else None
    return _component("dataset", node)


def _mark(node: Node | None, part: str, spans: dict[Path, Span]) -> None:
    """The places of the files of a part, which may be one, a list, or files by name."""
    match node:
        case Mapping():
            spans.update({(part, entry.key): entry.value.span for entry in node})
        case Sequence():
            spans.update({(part, index): item.span for index, item in enumerate(node.items)})


def _windows(tree: Mapping) -> Component | None:
    entry = next((entry for entry in tree if entry.key == "windows"), None)
    return entry and _with_arguments("windows", "windows", entry.key_span, entry.value)


def _text(node: Node | None) -> str | None:
    return node.value if isinstance(node, Value) and isinstance(node.value, str) else None


def _component(kind: str, node: Node) -> Component | None:
    match node:
        case Value(value=str() as type_name):
            return Component(kind, type_name, {}, node.span)
        case Mapping(entries=(entry,)):
            return _with_arguments(kind, entry.key, entry.key_span, entry.value)
    return None


def _with_arguments(kind: str, type_name: str, span: Span, node: Node) -> Component:
    match node:
        case Mapping():
            written: dict[str, Node] = {entry.key: entry.value for entry in node}
        case Value(value=None):
            written = {}
        case _:
            first = "path" if kind in FILES else FIRST_ARGUMENT.get(type_name, "samples")  # `text` is also a column
            written = {first: node}
    arguments: dict[str, Argument] = {name: _argument(value) for name, value in written.items()}
    return Component(kind, type_name, arguments, span, {name: value.span for name, value in written.items()})


def _argument(node: Node) -> Argument:
    match node:
        case Mapping():
            return {entry.key: _argument(entry.value) for entry in node}
        case Sequence():
            return [_argument(item) for item in node.items]
        case Value():
            return node.value


def _table(span: Span, node: Node, spans: dict[Path, Span]) -> Component | None:
    """Both forms become `columns` and `rows`. A row that is a mapping has nulls for the keys it leaves out."""
    if isinstance(node, Sequence):
        rows = node.items
        columns = list(dict.fromkeys(entry.key for row in rows if isinstance(row, Mapping) for entry in row))
        header: tuple[Node, ...] = ()
    elif isinstance(node, Mapping):
        named, listed = node.get("columns"), node.get("rows")
        header = named.items if isinstance(named, Sequence) else ()
        columns = [str(plain(item)) for item in header]
        rows = listed.items if isinstance(listed, Sequence) else ()
    else:
        return None
    spans.update({("rows", index): row.span for index, row in enumerate(rows)})
    spans.update({("header", index): item.span for index, item in enumerate(header)})
    cells: list[Argument] = [_row(row, columns) for row in rows]
    return Component("table", "table", {"columns": list(columns), "rows": cells}, span, {"rows": node.span})


def _row(row: Node, columns: list[str]) -> Argument:
    values = _argument(row)
    if isinstance(values, dict):
        return [values.get(name) for name in columns]
    return values if isinstance(values, list) else [values]


def _names(node: Node | None, path: Path, spans: dict[Path, Span]) -> tuple[str, ...]:
    """One name or a list of names."""
    items = node.items if isinstance(node, Sequence) else (node,) if isinstance(node, Value) else ()
    found = [item for item in items if isinstance(item, Value) and item.value is not None]
    spans.update({(*path, index): item.span for index, item in enumerate(found)})
    return tuple(str(item.value) for item in found)


def _inputs(node: Node | None, spans: dict[Path, Span]) -> dict[str, tuple[str, ...]]:
    inputs: dict[str, tuple[str, ...]] = {}
    for entry in node if isinstance(node, Mapping) else ():
        spans["inputs", entry.key] = entry.key_span
        inputs[entry.key] = _names(entry.value, ("inputs", entry.key), spans)
    return inputs


def _columns(node: Node | None, spans: dict[Path, Span]) -> dict[str, Component]:
    columns: dict[str, Component] = {}
    for entry in node if isinstance(node, Mapping) else ():
        spans["columns", entry.key] = entry.key_span
        kind = _component("column", entry.value)
        if kind is not None:
            columns[entry.key] = kind
    return columns


def _split(node: Node | None, spans: dict[Path, Span]) -> SplitSpec:
    if not isinstance(node, Mapping):
        return SplitSpec()
    written = {entry.key: entry.value for entry in node if isinstance(entry.value, Value)}
    spans.update({("split", key): value.span for key, value in written.items()})

    def share(key: str) -> Share | None:
        value = written[key].value if key in written else None
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def whole(key: str) -> int | None:
        value = share(key)
        return None if value is None else int(value)

    stratify = written["stratify"].value if "stratify" in written else None
    return SplitSpec(
        share("validation"),
        share("test"),
        stratify if isinstance(stratify, bool) else None,
        whole("seed"),
        _text(written.get("group")),
        _text(written.get("time")),
        _text(written.get("by")),
        whole("folds"),
    )
