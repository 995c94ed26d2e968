"""Two trees -> one: a spec laid over the one that it extends.

Mappings merge deeply; everything else replaces, and so does a component of another type. Reads no file.
"""

from collections.abc import Iterator

from specc.diagnostics import Finding, Span, Use, error
from specc.language.tree import Deletion, Entry, Mapping, Node, Sequence, Value

_SOURCES = frozenset(("dataset", "csv", "table"))
"""Keys of `data` of which there is one: it says what kind of source this is, as a component's type does."""


def merge(base: Node, over: Node) -> Node:
    """`over` laid over `base`: keys of both merge deeply, `!delete` takes a key of `base` away."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping) or _replaces(base, over):
        return over
    ours = {entry.key: entry for entry in over}
    gone = _SOURCES if not _SOURCES.isdisjoint(ours) else frozenset()
    merged = [_merged(entry, ours) for entry in base if entry.key in ours or entry.key not in gone]
    known = {entry.key for entry in base}
    entries = [entry for entry in merged if entry] + [entry for entry in over if entry.key not in known]
    return Mapping(over.span, tuple(entries))


def reached(node: Node, use: Use) -> Node:
    """The same tree, each place of it reached by `use`, and by the way that leads to that."""
    return _by(node, (use._replace(span=use.span.place), *use.span.via))


def nothing_to_delete(node: Node) -> Iterator[Finding]:
    """A finding for each `!delete` that is left when all is merged."""
    match node:
        case Mapping(entries=entries):
            for entry in entries:
                if isinstance(entry.value, Value) and isinstance(entry.value.value, Deletion):
                    message = f"there is no `{entry.key}` to delete"
                    help_ = "`!delete` takes away a key that an extended spec has in the same place"
                    yield error("nothing-to-delete", message, entry.value.span, help=help_)
                else:
                    yield from nothing_to_delete(entry.value)
        case Sequence(items=items):
            for item in items:
                if isinstance(item, Value) and isinstance(item.value, Deletion):
                    yield error("nothing-to-delete", "`!delete` stands for a key's value, not in a list", item.span)
                else:
                    yield from nothing_to_delete(item)


def without_deletions(node: Node) -> Node:
    """The tree without the keys and items whose value is `!delete`."""
    match node:
        case Mapping(span=span, entries=entries):
            kept = tuple(e._replace(value=without_deletions(e.value)) for e in entries if not _is_deletion(e.value))
            return Mapping(span, kept)
        case Sequence(span=span, items=items):
            return Sequence(span, tuple(without_deletions(item) for item in items if not _is_deletion(item)))
    return node


def _merged(entry: Entry, ours: dict[str, Entry]) -> Entry | None:
    own = ours.get(entry.key)
    if own is None:
        return entry
    return None if _is_deletion(own.value) else own._replace(value=merge(entry.value, own.value))


def _is_deletion(node: Node) -> bool:
    return isinstance(node, Value) and isinstance(node.value, Deletion)


def _replaces(base: Mapping, over: Mapping) -> bool:
    """Whether both are components, and of different types: the arguments of one mean nothing to the other."""
    if len(base.entries) != 1 or len(over.entries) != 1 or _is_deletion(over.entries[0].value):
        return False
    one, other = base.entries[0].key, over.entries[0].key
    return one != other and one[:1].isupper() and other[:1].isupper()


def _by(node: Node, way: tuple[Use, ...]) -> Node:
    match node:
        case Mapping(span=span, entries=entries):
            inside = tuple(Entry(e.key, _span_by(e.key_span, way), _by(e.value, way)) for e in entries)
            return Mapping(_span_by(span, way), inside)
        case Sequence(span=span, items=items):
            return Sequence(_span_by(span, way), tuple(_by(item, way) for item in items))
        case Value(span=span, value=value, origin=origin):
            return Value(_span_by(span, way), value, origin)


def _span_by(span: Span, way: tuple[Use, ...]) -> Span:
    return Span(span.path, span.line, span.column, span.end_line, span.end_column, span.via + way)
