"""Layers as they are written, beside what they have become: where in a spec each layer of its graph comes from.

A *site* is one entry of a layer list that is a single layer; blocks and repeats make several layers of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from specc.composition import BLOCK, COPIES, MODEL, Parts
from specc.composition.blocks import Block
from specc.composition.entries import NODE_KEYS, items_of, type_entries
from specc.emitting.expressions import UnsupportedError
from specc.graph.graph import Graph, Node
from specc.language.tree import Entry, Sequence, Value
from specc.language.tree import Mapping as TreeMapping
from specc.language.tree import Node as Tree


class Instance(NamedTuple):
    """One layer of the graph.

    `prefix` stands before all names in its place; `local` is the name that its entry gives it, "" for none; `number`
    its number among `copies` that have one name.
    """

    node: Node
    prefix: str
    local: str
    number: int = 0
    copies: int = 1


@dataclass(slots=True)
class Sites:
    """The instances of each site, by the id of its entry as written, and those of each use of a block.

    `order` has all in the order in which layers are made: the site's id and the instance. `prefixes` are those that
    the uses of a block have had, by the block's id; `unnamed` are the blocks that some use gives no name. `counts` says
    how many copies a repeated entry has had, by its id.
    """

    instances: dict[int, list[Instance]] = field(default_factory=dict)
    order: list[tuple[int, Instance]] = field(default_factory=list)
    prefixes: dict[int, set[str]] = field(default_factory=dict)
    unnamed: set[int] = field(default_factory=set)
    counts: dict[int, set[int]] = field(default_factory=dict)


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
    types = type_entries(item, NODE_KEYS) if isinstance(item, TreeMapping) else []
    if len(types) != 1:
        raise UnsupportedError("an entry without a type of its own")
    return types[0]


def key_of(item: Tree, key: str) -> Tree | None:
    """A node key of an entry."""
    return item.get(key) if isinstance(item, TreeMapping) else None


def shares(item: Tree) -> bool:
    """Whether an entry applies another's layer."""
    return isinstance(item, TreeMapping) and item.entry("share") is not None


@dataclass(slots=True)
class _Walk:
    nodes: Iterator[Node]
    parts: Parts
    sites: Sites = field(default_factory=Sites)

    def chain(self, written: Tree, composed: Tree, blocks: Mapping[str, Block], prefix: str) -> None:
        made = list(items_of(composed))
        for item in items_of(written):
            if made and made[0].span.place == item.span.place:
                self.entry(item, made.pop(0), blocks, prefix)
            elif key_of(item, "repeat") is None:
                raise UnsupportedError("a layer is missing")
        if made:
            raise UnsupportedError("there are more layers than are written")

    def entry(
        self, item: Tree, made: Tree, blocks: Mapping[str, Block], prefix: str, copy: "_Copy | None" = None
    ) -> None:
        if key_of(item, "repeat") is not None and copy is None:
            self.copies(item, made, blocks, prefix)
            return
        name = copy.name if copy and copy.name else _text(key_of(made, "name"))
        if shares(item):
            self.leaf(item, prefix, name, copy)
            return
        kind, found = layer_type(item), layer_type(made)
        if found.key == BLOCK:
            self.use(blocks[kind.key], found, prefix, name)
        elif kind.key == "layers":
            inner = f"{prefix}{name}_" if name and copy else prefix
            self.chain(kind.value, found.value, blocks, inner)
        elif kind.key == "parallel":
            for one, other in zip(_branches(kind.value), _branches(found.value), strict=True):
                self.chain(one, other, blocks, prefix)
            self.leaf(item, prefix, name, copy)
        elif _is_leaf(kind, found):
            self.leaf(item, prefix, name, copy)
        else:
            raise UnsupportedError(f"a layer of the type {found.key}")

    def use(self, block: Block, found: Entry, prefix: str, name: str) -> None:
        """The layers of a block."""
        inner = f"{prefix}{name}_" if name else prefix
        self.sites.prefixes.setdefault(id(block), set()).add(inner)
        if not name:
            self.sites.unnamed.add(id(block))
        body = found.value.get("layers") if isinstance(found.value, TreeMapping) else None
        if body is None:
            raise UnsupportedError("a block without layers")
        self.chain(block.layers, body, block.blocks, inner)

    def copies(self, item: Tree, made: Tree, blocks: Mapping[str, Block], prefix: str) -> None:
        found = layer_type(made)
        if found.key != COPIES:
            raise UnsupportedError("a repeated entry that is not there")
        copies, name = items_of(found.value), _text(key_of(made, "name"))
        self.sites.counts.setdefault(id(item), set()).add(len(copies))
        for number, copy in enumerate(copies):
            own = f"{name}_{number}" if name and len(copies) > 1 else name
            self.entry(item, copy, blocks, prefix, _Copy(own, name, number, len(copies)))

    def leaf(self, item: Tree, prefix: str, name: str, copy: "_Copy | None") -> None:
        node = next(self.nodes, None)
        if node is None or node.span.place.path != item.span.place.path or not _within(node, item):
            raise UnsupportedError("the graph has its layers in another order")
        instance = Instance(node, prefix, name)
        if copy and copy.shared:
            instance = instance._replace(local=copy.shared, number=copy.number, copies=copy.copies)
        self.sites.instances.setdefault(id(item), []).append(instance)
        self.sites.order.append((id(item), instance))


class _Copy(NamedTuple):
    """A copy of a repeated entry: its name, the name that all copies have, its number, and how many there are."""

    name: str
    shared: str
    number: int
    copies: int


def _is_leaf(kind: Entry, found: Entry) -> bool:
    """Whether an entry has become one layer, whose arguments it writes itself."""
    if kind.key == "model" and found.key == MODEL:
        return True
    return kind.key == found.key and isinstance(kind.value, TreeMapping) == isinstance(found.value, TreeMapping)


def _within(node: Node, item: Tree) -> bool:
    """Whether a layer is written inside an entry."""
    at, place = (node.span.line, node.span.column), item.span
    return (place.line, place.column) <= at <= (place.end_line, place.end_column)


def _branches(value: Tree) -> tuple[Tree, ...]:
    return items_of(value.get("branches")) if isinstance(value, TreeMapping) else ()


def _text(node: Tree | None) -> str:
    return str(node.value) if isinstance(node, Value) and node.value is not None else ""
