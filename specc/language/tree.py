"""The positioned tree: what a YAML or JSON text says, every key and value with its place in the text.

Comes from `specc.language.yaml_text` and `specc.language.json_text`; every later stage of the front end reads it, so
that a fault found late still points at the words that caused it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from specc.diagnostics import Span

Scalar: TypeAlias = bool | int | float | str | None


class Deletion(str):
    """What `!delete` says in place of a value: the spec that is extended has a key that this one takes away."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar: null, boolean, integer, float or string.

    `span` is where the value is used. `origin` is where the variable is defined that it came from, if it came from one;
    so it is of lists and mappings.
    """

    span: Span
    value: Scalar
    origin: Span | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    span: Span
    items: tuple["Node", ...]
    origin: Span | None = None


class Entry(NamedTuple):
    """One `key: value` of a mapping. Keys are strings; `key_span` is the key's own place."""

    key: str
    key_span: Span
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping in the order of the text. Keys are unique."""

    span: Span
    entries: tuple[Entry, ...]
    origin: Span | None = None

    def get(self, key: str) -> "Node | None":
        """The value under `key`, or None."""
        entry = self.entry(key)
        return entry.value if entry else None

    def entry(self, key: str) -> Entry | None:
        """The whole entry of `key`, or None."""
        return next((entry for entry in self.entries if entry.key == key), None)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


Node: TypeAlias = Value | Sequence | Mapping
PlainValue: TypeAlias = "Scalar | list[PlainValue] | dict[str, PlainValue]"
Path: TypeAlias = tuple[str | int, ...]


def plain(node: Node) -> PlainValue:
    """The tree without positions, as json.loads would give it."""
    match node:
        case Mapping(entries=entries):
            return {entry.key: plain(entry.value) for entry in entries}
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Value(value=value):
            return value


def descend(root: Node, path: Path) -> Node:
    """The node at `path`, keys and indices from the root. The path must exist."""
    node: Node = root
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            found = node.get(step)
            if found is None:
                raise KeyError(path)
            node = found
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
        else:
            raise KeyError(path)
    return node
