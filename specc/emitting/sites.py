"""Layers as they are written, beside what they have become: where in a spec each layer of its graph comes from.

A *site* is one entry of a layer list that is a single layer; blocks and repeats make several layers of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from specc.composition import BLOCK, COPIES, Parts
from specc.composition.blocks import NODE_KEYS, Block
from specc.emitting.expressions import UnsupportedError
from specc.graph.graph import Graph, Node
from specc.language.tree import Entry, Mapping, Sequence, Value
from specc.language.tree import Node as Tree


class Instance(NamedTuple):
    """One layer of the graph. `prefix` stands before all names in its place; `local` is the name that its entry gives
    it, "" for none; `copy` its number among `copies` that have one name."""

    node: Node
    prefix: str
    local: str
    copy: int = 0
    copies: int = 1


@dataclass(slots=True)
class Sites:
    """The instances of each site, by the id of its entry as written, and those of each use of a block.

    `order` has all in the order in which layers are made: the site's id and the instance. `prefixes` are those that
    the uses of a block have had, by the block's id; `named` says which uses have a name of their own.
    """

    instances: dict[int, list[Instance]] = field(default_factory=dict)
    order: list[tuple[int, Instance]] = field(default_factory=list)
    prefixes: dict[int, set[str]] = field(default_factory=dict)
    unnamed: set[int] = field(default_factory=set)


def find_sites(written: Sequence, composed: Sequence, graph: Graph, parts: Parts) -> Sites:
    """The sites of a model. Raises UnsupportedError if the graph has not its layers in the order of the text."""
    walk = _Walk(iter(graph.nodes), parts)
    walk.chain(written, composed, parts.blocks, "")
    if next(walk.nodes, None) is not None:
        raise UnsupportedError("the graph has other layers")
    return walk.sites


def layer_type(item: Tree) -> Entry:
    """The entry of a layer's type: its one key that is no node key."""
    if isinstance(item, Value):
        return Entry(str(item.value), item.span, Value(item.span, None))
    types = [entry for entry in item if entry.key not in NODE_KEYS and not entry.key.startswith("x-")] if isinstance(item, Mapping) else []
    if len(types) != 1:
        raise UnsupportedError("an entry without a type of its own")
    return types[0]


def key_of(item: Tree, key: str) -> Tree | None:
    """A node key of an entry."""
    return item.get(key) if isinstance(item, Mapping) else None


def items_of(node: Tree | None) -> tuple[Tree, ...]:
    """The items of a list."""
    return node.items if isinstance(node, Sequence) else ()


def shares(item: Tree) -> bool:
    """Whether an entry applies another's layer."""
    return isinstance(item, Mapping) and item.entry("share") is not None


@dataclass(slots=True)
class _Walk:
    nodes: Iterator[Node]
    parts: Parts
    sites: Sites = field(default_factory=Sites)

    def chain(self, written: Tree, composed: Tree, blocks: "dict[str, Block]", prefix: str) -> None:
        made = list(items_of(composed))
        for item in items_of(written):
            if made and made[0].span.place == item.span.place:
                self.entry(item, made.pop(0), blocks, prefix)
            elif key_of(item, "repeat") is None:
                raise UnsupportedError("a layer is missing")
        if made:
            raise UnsupportedError("there are more layers than are written")

    def entry(self, item: Tree, made: Tree, blocks: "dict[str, Block]", prefix: str, copy: "_Copy | None" = None) -> None:
        if key_of(item, "repeat") is not None and copy is None:
            self.copies(item, made, blocks, prefix)
            return
        name = copy.name if copy and copy.name else _text(key_of(made, "name"))
        if shares(item):
            self.leaf(item, prefix, _text(key_of(made, "name")), copy)
            return
        kind, found = layer_type(item), layer_type(made)
        if found.key == BLOCK:
            block = blocks[kind.key]
            inner = f"{prefix}{name}_" if name else prefix
            self.sites.prefixes.setdefault(id(block), set()).add(inner)
            if not name:
                self.sites.unnamed.add(id(block))
            body = found.value.get("layers") if isinstance(found.value, Mapping) else None
            if body is None:
                raise UnsupportedError("a block without layers")
            self.chain(block.layers, body, dict(block.blocks), inner)
        elif kind.key == "layers":
            inner = f"{prefix}{name}_" if name and copy else prefix
            self.chain(kind.value, found.value, blocks, inner)
        elif kind.key == "parallel":
            branches = zip(_branches(kind.value), _branches(found.value), strict=True)
            for one, other in branches:
                self.chain(one, other, blocks, prefix)
            self.leaf(item, prefix, name, copy)
        elif found.key == kind.key:
            if isinstance(found.value, Mapping) != isinstance(kind.value, Mapping):
                raise UnsupportedError("a variable that holds all arguments")
            self.leaf(item, prefix, name, copy)
        else:
            raise UnsupportedError(f"a layer of the type {found.key}")

    def copies(self, item: Tree, made: Tree, blocks: "dict[str, Block]", prefix: str) -> None:
        found = layer_type(made)
        if found.key != COPIES:
            raise UnsupportedError("a repeated entry that is not there")
        copies, name = items_of(found.value), _text(key_of(made, "name"))
        for number, copy in enumerate(copies):
            own = f"{name}_{number}" if name and len(copies) > 1 else name
            self.entry(item, copy, blocks, prefix, _Copy(own, name, number, len(copies)))

    def leaf(self, item: Tree, prefix: str, name: str, copy: "_Copy | None") -> None:
        node = next(self.nodes, None)
        if node is None or node.span.place.path != item.span.place.path or not _within(node, item):
            raise UnsupportedError("the graph has its layers in another order")
        instance = Instance(node, prefix, name)
        if copy and copy.shared:
            instance = replace_copy(instance, copy)
        self.sites.instances.setdefault(id(item), []).append(instance)
        self.sites.order.append((id(item), instance))


class _Copy(NamedTuple):
    """A copy of a repeated entry: its name, the name that all copies have, its number, and how many there are."""

    name: str
    shared: str
    number: int
    count: int


def replace_copy(instance: Instance, copy: _Copy) -> Instance:
    """The instance with its number."""
    return instance._replace(local=copy.shared, copy=copy.number, copies=copy.count)


def _within(node: Node, item: Tree) -> bool:
    """Whether a layer is written inside an entry."""
    at, place = (node.span.line, node.span.column), item.span
    return (place.line, place.column) <= at <= (place.end_line, place.end_column)


def _branches(value: Tree) -> tuple[Tree, ...]:
    return items_of(value.get("branches")) if isinstance(value, Mapping) else ()


def _text(node: Tree | None) -> str:
    return str(node.value) if isinstance(node, Value) and node.value is not None else ""


