"""What folding works on -> the plain data of a spec, wires by name and left out where the language implies them."""

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from specc.catalog import Catalog
from specc.importing.folding.items import (
    GROUP,
    REQUIRED,
    Block,
    Item,
    Items,
    Model,
    Wire,
    Wires,
    base_name,
    inner_first,
    sources,
    walk,
)
from specc.importing.folding.unifying import INPUT_NAMES


def write_model(model: Model, catalog: Catalog) -> dict[str, Any]:
    """`{"blocks": …, "model": …}`, blocks before those that use them."""
    blocks = {name: _block(model.blocks[name], model, catalog) for name in inner_first(model)}
    names = {uid: name for name, uid in model.inputs.items()}
    wanted = _wanted(model.items) | {wire.source for wire in model.outputs.values()}
    scope = _Scope(model.blocks, catalog, names, wanted, is_model=True)
    written: dict[str, Any] = {"inputs": dict(model.described), "layers": _entries(model.items, scope)}
    outputs = {name: _reference(wire, scope) for name, wire in model.outputs.items()}
    last = model.items[-1] if model.items else None
    implied = last is not None and not _is_use(last, scope) and last.repeat is None and not last.outputs
    if last is None or not implied or outputs != {last.flat: last.flat} or scope.names[last.uid] != last.flat:
        written["outputs"] = list(outputs) if all(name == own for name, own in outputs.items()) else outputs
    return {"blocks": blocks, "model": written} if blocks else {"model": written}


@dataclass(slots=True)
class _Scope:
    """One body while it is written. `names` are by number, `wanted` the numbers that need one."""

    blocks: Mapping[str, Block]
    catalog: Catalog
    names: dict[int, str]
    wanted: set[int]
    is_model: bool = False
    ports: dict[Wire, str] = field(default_factory=dict)
    bases: Counter[str] = field(default_factory=Counter)
    several: tuple[str, ...] = ()


def _is_use(item: Item, scope: _Scope) -> bool:
    return item.type in scope.blocks


def _wanted(items: Items) -> set[int]:
    return {wire.source for item in walk(items) for wire in sources(item.wires)}


def _block(block: Block, model: Model, catalog: Catalog) -> Any:  # noqa: ANN401  plain data
    several = INPUT_NAMES[: len(block.inputs)] if len(block.inputs) > 1 else ()
    names = dict(zip(block.inputs, several or ("input",), strict=True))
    bases = Counter(
        item.name or base_name(item.type)
        for item in walk(block.items)
        if item.type != GROUP and item.type not in model.blocks
    )
    scope = _Scope(model.blocks, catalog, names, _wanted(block.items), bases=bases, several=several)
    layers = _entries(block.items, scope)
    if not block.params and not several:
        return layers
    written: dict[str, Any] = {}
    if block.params:
        required = all(default is REQUIRED for default in block.params.values())
        written["params"] = (
            list(block.params)
            if required
            else {name: None if default is REQUIRED else default for name, default in block.params.items()}
        )
    if several:
        written["inputs"] = list(several)
    return written | {"layers": layers}


def _entries(items: Items, scope: _Scope, *, top: bool = True) -> list[Any]:
    made = []
    for at, item in enumerate(items):
        entry = _entry(item, scope)
        if top and at == 0 and scope.several and item.wires is None:
            entry = {entry: None} if isinstance(entry, str) else entry
            entry["inputs"] = scope.several[0]
        made.append(entry)
    return made


def _entry(item: Item, scope: _Scope) -> Any:  # noqa: ANN401  plain data
    """One entry; what needs a name gets one that changes none."""
    if item.type == GROUP:
        inner = [_entry(other, scope) for other in (item.branches or ((),))[0]]
        return {"layers": inner, "repeat": item.repeat}
    if item.branches is not None:
        branches = [_entries(branch, scope, top=False) for branch in item.branches]
        merge = {item.type: item.arguments} if item.arguments else item.type
        entry: dict[str, Any] = {"parallel": {"branches": branches, "merge": merge}}
    else:
        entry = {item.type: _arguments(item, scope)}
    name, alias = _names(item, scope)
    if name is not None:
        entry["name"] = name
    if item.wires is not None:
        entry["inputs"] = _inputs(item.wires, scope)
    outputs = list(item.outputs) or ([alias] if alias else [])
    if outputs:
        entry["outputs"] = outputs
        scope.ports |= {Wire(item.uid, port): output for port, output in enumerate(outputs) if port}
    if item.repeat is not None:
        entry["repeat"] = item.repeat
    return item.type if entry == {item.type: None} else entry


def _arguments(item: Item, scope: _Scope) -> Any:  # noqa: ANN401  plain data
    """The arguments; for a block the value alone if it is the first parameter's."""
    given = item.arguments
    if item.type not in scope.blocks or not isinstance(given, dict) or len(given) != 1:
        return given or None
    (name, value), *_ = given.items()
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return value if plain and name == next(iter(scope.blocks[item.type].params)) else given


def _names(item: Item, scope: _Scope) -> tuple[str | None, str | None]:
    """The name that the entry is written with, and one for its output where it has none to refer to."""
    wanted = item.uid in scope.wanted
    automatic = base_name(item.type)
    if item.name is not None:
        scope.names[item.uid] = item.name
        own = not scope.is_model and not _is_use(item, scope) and item.repeat is None
        implied = own and item.name == automatic and scope.bases[automatic] == 1
        return (None if implied else item.name), None
    if not wanted:
        return None, None
    if scope.is_model and item.flat and not _is_use(item, scope):
        scope.names[item.uid] = item.flat
        return item.flat, None
    if not scope.is_model and not _is_use(item, scope) and scope.bases[automatic] == 1:
        scope.names[item.uid] = automatic
        return None, None
    taken = {*scope.names.values(), *scope.bases}
    alias = next(
        name
        for name in map(f"{automatic}_out{{}}".format, itertools.chain([""], itertools.count(2)))
        if name not in taken
    )
    scope.names[item.uid] = alias
    return None, alias


def _inputs(wires: Wires, scope: _Scope) -> Any:  # noqa: ANN401  plain data
    match wires:
        case Wire():
            return _reference(wires, scope)
        case tuple():
            return [_reference(wire, scope) for wire in wires if isinstance(wire, Wire)]
        case dict():
            return {name: _inputs(value, scope) for name, value in wires.items()}
    return None


def _reference(wire: Wire, scope: _Scope) -> str:
    return scope.ports.get(wire) or scope.names[wire.source]
