"""Two trees -> one: a spec laid over the one that it extends.

Mappings merge deeply; everything else replaces, and so does a component of another type. Reads no file.
"""

from collections.abc import Iterator

from specc.catalog.sources import SOURCES
from specc.diagnostics import Finding, Span, Use, error
from specc.language.tree import Deletion, Entry, Mapping, Node, Sequence, Value
from specc.language.variables import Unresolved

_SOURCES = frozenset(SOURCES)
"""Keys of `data` of which there is one: it says what kind of source this is, as a component's type does."""


_NAMED = frozenset(("vars", "models", "columns", "inputs", "loss_weights", "class_weight"))
"""Keys of mappings whose keys are the user's own names, and no types."""
_BY_OUTPUT = frozenset(("loss", "metrics"))


def merge(base: Node, over: Node, key: str = "") -> Node:
    """`over` laid over `base`, both under `key`: keys of both merge deeply, `!delete` takes a key of `base` away."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping) or _replaces(base, over, key):
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
    """The tree without the keys whose value is `!delete`; in lists, where nothing can be deleted, that is unknown."""
    match node:
        case Mapping(span=span, entries=entries):
            kept = tuple(e._replace(value=without_deletions(e.value)) for e in entries if not _is_deletion(e.value))
            return Mapping(span, kept)
        case Sequence(span=span, items=items):
            return Sequence(span, tuple(map(_unknown_deletions, items)))
    return node


def _unknown_deletions(node: Node) -> Node:
    match node:
        case Mapping(span=span, entries=entries):
            return Mapping(span, tuple(e._replace(value=_unknown_deletions(e.value)) for e in entries))
        case Sequence(span=span, items=items):
            return Sequence(span, tuple(map(_unknown_deletions, items)))
        case Value(span=span) if _is_deletion(node):
            return Value(span, Unresolved("!delete"))
    return node


def _merged(entry: Entry, ours: dict[str, Entry]) -> Entry | None:
    own = ours.get(entry.key)
    if own is None:
        return entry
    return None if _is_deletion(own.value) else own._replace(value=merge(entry.value, own.value, entry.key))


def _is_deletion(node: Node) -> bool:
    return isinstance(node, Value) and isinstance(node.value, Deletion)


def _replaces(base: Mapping, over: Mapping, key: str) -> bool:
    """Whether both are components, and of different types: the arguments of one mean nothing to the other.

    Of losses and metrics one may be a component, and the other have such by the outputs' names.
    """
    if key in _NAMED or not base.entries or any(_is_deletion(entry.value) for entry in over):
        return False
    one, other = _type(base), _type(over)
    by_output = key in _BY_OUTPUT and bool(over.entries) and bool(one) != bool(other)
    return by_output or (bool(one) and bool(other) and one != other)


def _type(node: Mapping) -> str:
    """The type, if the mapping is a component."""
    key = node.entries[0].key if len(node.entries) == 1 else ""
    return key if key[:1].isupper() else ""


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
