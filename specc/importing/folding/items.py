"""What folding works on: entries with wires by number instead of by name, in blocks and in one model.

All of it is immutable, so that a fold can be tried and thrown away. `read_model` makes it from a flat model document.
"""

import functools
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

from specc.composition.entries import NODE_KEYS
from specc.graph.drafts import default_name

MERGES = frozenset({"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"})
"""The layers that can join the branches of a `parallel`."""
GROUP = "layers"
"""The type of entries that hold several others, in their only branch."""
HOLE = re.compile(r"\$\([^)]*\)|\$[A-Za-z_]\w*")


class Wire(NamedTuple):
    """One output of an entry, or an input of the body around."""

    source: int
    port: int = 0


Wires: TypeAlias = Wire | tuple[Wire, ...] | dict[str, Wire | tuple[Wire, ...]] | None
"""What an entry takes; None is the entry before."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One entry of a list of layers: a layer, a use of a block, or a `parallel`, whose type is the layer that merges.

    `name` None is the automatic one. `uid` is the number by which wires refer to what comes out of the entry. An entry
    that is `pinned` has to stay where everything sees it. `arguments` None: there are none. `flat` is the name that a
    layer of the flat model has, also where it is automatic.
    """

    uid: int
    type: str
    arguments: Any
    name: str | None
    wires: Wires
    outputs: tuple[str, ...] = ()
    branches: tuple[tuple["Item", ...], ...] | None = None
    repeat: Any = None
    pinned: bool = False
    flat: str = ""


Items: TypeAlias = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its parameters with their defaults (`REQUIRED` for none), its inputs' numbers, its entries."""

    params: Mapping[str, Any]
    inputs: tuple[int, ...]
    items: Items


@dataclass(frozen=True, slots=True)
class Model:
    """A model with its blocks. `inputs` are their numbers by name; `described` is how the document describes them."""

    described: Mapping[str, Any]
    inputs: Mapping[str, int]
    items: Items
    outputs: Mapping[str, Wire]
    blocks: Mapping[str, Block]


REQUIRED = object()
base_name = functools.cache(default_name)
"""The automatic name of a type's first layer."""
_numbers = itertools.count(1)


def new_uid() -> int:
    """A number that no entry has."""
    return next(_numbers)


def read_model(model: Mapping[str, Any]) -> Model:
    """A flat model document, wires as numbers."""
    inputs = {name: new_uid() for name in model["inputs"]}
    known = {name: Wire(uid) for name, uid in inputs.items()}
    layers = list(model["layers"])
    uids = [new_uid() for _ in layers]
    for entry, uid in zip(layers, uids, strict=True):
        known[entry["name"]] = Wire(uid)
        known |= {name: Wire(uid, port) for port, name in enumerate(entry.get("outputs", ()))}
    owners = {entry["share"] for entry in layers if "share" in entry}
    items = tuple(_read(entry, uid, known, entry["name"] in owners) for entry, uid in zip(layers, uids, strict=True))
    outputs = {name: known[reference] for name, reference in model["outputs"].items()}
    return Model(model["inputs"], inputs, items, outputs, {})


def _read(entry: Mapping[str, Any], uid: int, known: Mapping[str, Wire], shared: bool) -> Item:
    type_name = next((key for key in entry if key not in NODE_KEYS), "share")
    outputs = tuple(entry.get("outputs", ()))
    pinned = shared or type_name in {"share", "model"} or bool(outputs)
    return Item(
        uid,
        type_name,
        entry[type_name],
        entry["name"],
        _wires(entry["inputs"], known),
        outputs,
        pinned=pinned,
        flat=entry["name"],
    )


def _wires(written: Any, known: Mapping[str, Wire]) -> Wires:  # noqa: ANN401  plain data
    match written:
        case str():
            return known[written]
        case list():
            return tuple(known[name] for name in written)
    return {
        key: tuple(known[name] for name in value) if isinstance(value, list) else known[value]
        for key, value in written.items()
    }


def sources(wires: Wires) -> Iterator[Wire]:
    """Every wire that is written out."""
    match wires:
        case Wire():
            yield wires
        case tuple():
            yield from (wire for wire in wires if isinstance(wire, Wire))
        case dict():
            for value in wires.values():
                yield from sources(value)


def walk(items: Items) -> Iterator[Item]:
    """The entries and everything inside them, in the order in which they expand."""
    for item in items:
        for branch in item.branches or ():
            yield from walk(branch)
        yield item


def bodies(model: Model) -> Iterator[tuple[Items, Wire]]:
    """Every list of entries that there is, inner ones too, and what its first entry follows."""
    yield from _lists(model.items, start(model))
    for block in model.blocks.values():
        yield from _lists(block.items, Wire(block.inputs[0]))


def start(model: Model) -> Wire:
    """What the model's first entry follows: its input, if there is one to tell."""
    return Wire(next(iter(model.inputs.values()))) if len(model.inputs) == 1 else Wire(0)


def _lists(items: Items, before: Wire) -> Iterator[tuple[Items, Wire]]:
    yield items, before
    for item in items:
        fork = item.wires if isinstance(item.wires, Wire) else before
        for branch in item.branches or ():
            yield from _lists(branch, fork)
        before = Wire(item.uid)


def inner_first(model: Model) -> Iterator[str]:
    """The blocks that are used, each after those that it uses."""
    done: set[str] = set()

    def visit(items: Items) -> Iterator[str]:
        for item in walk(items):
            if item.type in model.blocks and item.type not in done:
                done.add(item.type)
                yield from visit(model.blocks[item.type].items)
                yield item.type

    yield from visit(model.items)


def referred(model: Model) -> set[int]:
    """The numbers of all entries that some wire names, or an output."""
    found = {wire.source for wire in model.outputs.values()}
    for items in (model.items, *(block.items for block in model.blocks.values())):
        found |= {wire.source for item in walk(items) for wire in sources(item.wires)}
    return found


Cuts: TypeAlias = Mapping[int, list[tuple[int, int, Item]]]
"""By the identity of a list of entries: from where to where one entry takes the place of several."""


def replaced(model: Model, cuts: Cuts) -> Model:
    """The model with entries in the place of others."""
    blocks = {name: replace(block, items=_replaced(block.items, cuts)) for name, block in model.blocks.items()}
    return replace(model, items=_replaced(model.items, cuts), blocks=blocks)


def _replaced(items: Items, cuts: Cuts) -> Items:
    made: list[Item] = []
    at = 0
    for start, end, item in [*sorted(cuts.get(id(items), ()), key=lambda cut: cut[0]), (len(items), len(items), None)]:
        made += [_inside(kept, cuts) for kept in items[at:start]]
        if item is not None:
            made.append(item)
        at = end
    return tuple(made)


def _inside(item: Item, cuts: Cuts) -> Item:
    if item.branches is None:
        return item
    return replace(item, branches=tuple(_replaced(branch, cuts) for branch in item.branches))


def has_hole(value: Any) -> bool:  # noqa: ANN401  plain data
    """Whether a variable from outside stands somewhere in a value; `$index` is the entry's own."""
    return any(_names_variables(hole) for hole in holes(value))


def counts(value: Any) -> bool:  # noqa: ANN401  plain data
    """Whether `$index` stands somewhere in a value."""
    return any(re.search(r"\bindex\b", hole) for hole in holes(value))


def _names_variables(hole: str) -> bool:
    return bool(set(re.findall(r"[A-Za-z_]\w*", re.sub("'[^']*'", "", hole))) - {"index"})


def holes(value: Any) -> Iterator[str]:  # noqa: ANN401  plain data
    """Every `$name` and `$(expression)` in a value."""
    match value:
        case str():
            if "$" in value:
                yield from HOLE.findall(value.replace("$$", ""))
        case list():
            for item in value:
                yield from holes(item)
        case dict():
            for item in value.values():
                yield from holes(item)
