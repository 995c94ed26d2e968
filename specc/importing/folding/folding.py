"""The search: which order, which groups and which blocks make the text shortest.

For each way in which names may tell what belongs together, the model is put in order and its groups become blocks; then
rows of entries that occur several times do, as long as that shortens the text. The shortest wins.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from specc.catalog import Catalog, load
from specc.importing.folding.block_names import block_name, renamed
from specc.importing.folding.grouping import is_automatic, schemes
from specc.importing.folding.items import (
    Item,
    Items,
    Model,
    Wire,
    bodies,
    read_model,
    referred,
    replaced,
    sources,
    start,
    walk,
)
from specc.importing.folding.name_parts import shortener
from specc.importing.folding.ordering import Ordered, in_order
from specc.importing.folding.params import IDENTIFIER
from specc.importing.folding.repeating import runs, with_repeats
from specc.importing.folding.unifying import Stretch, Unified, unify
from specc.importing.folding.writing import write_model

LINE = 40
"""A line costs as much as this many characters."""
_LONGEST = 12
_TRIED = 6
_SCHEMES = 5


def fold(model: Mapping[str, Any]) -> dict[str, Any]:
    """`{"blocks": …, "model": …}` for a flat model document, which may have no `blocks`.

    Expanding it by the language's rules gives the layers, names, arguments and wires of `model`.
    """
    catalog = load()
    flat = read_model(model)
    grouped: list[tuple[int, Model]] = []
    seen = set()
    for scheme, forward in itertools.product(schemes(flat), (False, True)):
        ordered = in_order(flat, scheme, forward=forward)
        if ordered is None or ordered.groups in seen:
            continue
        seen.add(ordered.groups)
        for variant in (ordered, _collapsed(ordered)):
            found = _with_families(variant, catalog)
            grouped.append((_cost(found, catalog), found))
    grouped.sort(key=lambda pair: pair[0])
    folded = [_with_rows(found, catalog) for _, found in grouped[:_SCHEMES]]
    best = min(folded, key=lambda found: _cost(found, catalog))
    return write_model(with_repeats(renamed(best)), catalog)


def _cost(model: Model, catalog: Catalog) -> int:
    """The length of the text, with its repeats."""
    document = write_model(with_repeats(model), catalog)
    total = 0
    for block in document.get("blocks", {}).values():
        layers = block if isinstance(block, list) else block["layers"]
        total += 2 * LINE + _entries_cost(layers)
        if len(layers) == 1 and "parallel" not in layers[0]:
            total += 5 * LINE  # a block for one entry hides more than it says
        if isinstance(block, dict):
            names = list(block.get("params", ()))
            parts = sum(IDENTIFIER.fullmatch(name) is not None for name in names)
            total += LINE + len(str(names)) // 3 + LINE * (2 * parts + max(0, len(names) - 5))
    return total + _entries_cost(document["model"]["layers"])


def _entries_cost(entries: list[Any]) -> int:
    total = 0
    for entry in entries:
        if isinstance(entry, dict) and "parallel" in entry:
            branches = entry["parallel"]["branches"]
            total += sum(_entries_cost(branch) or LINE for branch in branches) + 2 * LINE
        elif isinstance(entry, dict) and "layers" in entry:
            total += _entries_cost(entry["layers"]) + 3 * LINE
            total += 3 * LINE * any(isinstance(inner, dict) and "parallel" in inner for inner in entry["layers"])
        else:
            total += LINE + len(str(entry)) // 3
    return total


def _collapsed(ordered: Ordered) -> Ordered:
    """With what repeats inside the groups as one entry, so that groups may differ in how often."""
    model = ordered.model
    named = referred(model)
    made: list[Item] = []
    ranges: list[range] = []
    at = 0
    for group in ordered.groups:
        made += model.items[at : group.start]
        start, at = len(made), group.start
        for first, last, run in runs(model.items[group.start : group.stop], named):
            made += [*model.items[at : group.start + first], run]
            at = group.start + last
        made += model.items[at : group.stop]
        at = group.stop
        ranges.append(range(start, len(made)))
    return Ordered(replace(model, items=(*made, *model.items[at:])), tuple(ranges))


class _Group(NamedTuple):
    """One group of the order, as its place in the model."""

    at: range
    stretch: Stretch


def _with_families(ordered: Ordered, catalog: Catalog) -> Model:
    """The model with its groups as uses of blocks, alike groups of the same."""
    model = ordered.model
    places = _places(model)
    groups = [group for at in ordered.groups if (group := _group(model, at, places))]
    clusters: dict[Hashable, list[_Group]] = defaultdict(list)
    for group in groups:
        clusters[tuple(map(_shape, group.stretch.items))].append(group)
    order = sorted(clusters.values(), key=len, reverse=True)
    families: list[list[_Group]] = []
    for cluster in order:
        best: tuple[int, list[list[_Group]]] | None = None
        options = [[*families, cluster]]
        options += [
            [*families[:at], [*family, *cluster], *families[at + 1 :]]
            for at, family in enumerate(families)
            if _likeness(family[0], cluster[0]) > 0.5
        ]
        for option in options:
            folded = _with_blocks(model, option, catalog)
            if folded is not None:
                cost = _cost(folded, catalog)
                if best is None or cost < best[0]:
                    best = (cost, option)
        if best is not None:
            families = best[1]
    return _with_blocks(model, families, catalog) or model


def _places(model: Model) -> dict[int, set[int]]:
    """Where in the model each entry is named; -1 for its outputs."""
    places: dict[int, set[int]] = defaultdict(set)
    for at, top in enumerate(model.items):
        for item in walk((top,)):
            for wire in sources(item.wires):
                places[wire.source].add(at)
    for wire in model.outputs.values():
        places[wire.source].add(-1)
    return places


def _group(model: Model, at: range, places: Mapping[int, set[int]]) -> _Group | None:
    """A group that can be a block's use: only its last entry counts outside."""
    items = model.items[at.start : at.stop]
    if any(item.pinned for item in walk(items)):
        return None
    if any(not places.get(item.uid, set()) <= set(at) for item in walk(items[:-1])):
        return None
    before = Wire(model.items[at.start - 1].uid) if at.start else start(model)
    return _Group(at, Stretch(items, before))


def _shape(item: Item) -> Hashable:
    """What has to be equal for two entries to correspond without anything left out."""
    branches = None if item.branches is None else tuple(tuple(map(_shape, branch)) for branch in item.branches)
    return item.type, branches, 0 if isinstance(item.wires, Wire) else len(tuple(sources(item.wires)))


def _likeness(one: _Group, other: _Group) -> float:
    left, right = (Counter(item.type for item in walk(group.stretch.items)) for group in (one, other))
    return (left & right).total() / max(left.total(), right.total())


def _with_blocks(model: Model, families: Sequence[Sequence[_Group]], catalog: Catalog) -> Model | None:
    """The model with each family's groups as uses of one block; None if a family cannot be one."""
    blocks = dict(model.blocks)
    cuts: list[tuple[int, int, Item]] = []
    for family in families:
        if len(family) < 2:
            continue
        unified = _unified([group.stretch for group in family], catalog, blocks)
        if unified is None:
            return None
        name = block_name(unified.block.items, blocks)
        blocks[name] = unified.block
        cuts += [
            (group.at.start, group.at.stop, replace(use, type=name))
            for group, use in zip(family, unified.uses, strict=True)
        ]
    return replace(replaced(model, {id(model.items): cuts}), blocks=blocks)


def _unified(stretches: Sequence[Stretch], catalog: Catalog, blocks: Mapping[str, Any]) -> Unified | None:
    """As one block: with residuals as a `parallel`, or, where some have none, as an `Add` that may be left out."""
    short = [shortener(stretch.items) for stretch in stretches]

    def key_of(number: int, item: Item) -> Hashable:
        local = None if item.name is None or is_automatic(item) else short[number](item.name)
        return item.type, local, len(item.branches or ())

    found = unify(stretches, key_of, catalog, blocks)
    if found is not None:
        return found
    opened = [Stretch(_opened(stretch), stretch.before) for stretch in stretches]
    if all(new.items == old.items for new, old in zip(opened, stretches, strict=True)):
        return None
    return unify(opened, key_of, catalog, blocks)


def _opened(stretch: Stretch) -> Items:
    """With each residual, a `parallel` of something and nothing, as that something and a layer that adds."""
    made: list[Item] = []
    before = stretch.before
    for item in stretch.items:
        branches = item.branches or ()
        if len(branches) == 2 and () in branches and any(branches):
            fork = item.wires if isinstance(item.wires, Wire) else before
            inner = branches[0] or branches[1]
            made.append(replace(inner[0], wires=item.wires))
            made += inner[1:]
            ends = [Wire(inner[-1].uid) if branch else fork for branch in branches]
            made.append(replace(item, wires=tuple(ends), branches=None))
        else:
            made.append(item)
        before = Wire(item.uid)
    return tuple(made)


class _Place(NamedTuple):
    """Where a row of entries stands: in which list, and from where."""

    items: Items
    start: int
    before: Wire


def _with_rows(model: Model, catalog: Catalog) -> Model:
    """The model with rows of entries that occur several times as blocks, as long as the text gets shorter."""
    cost = _cost(model, catalog)
    while True:
        better: tuple[int, Model] | None = None
        for size, places in _rows(model):
            folded = _with_row(model, size, places, catalog)
            if folded is not None:
                new_cost = _cost(folded, catalog)
                if new_cost < (better[0] if better else cost - 2 * LINE):
                    better = (new_cost, folded)
        if better is None:
            return model
        cost, model = better


def _rows(model: Model) -> list[tuple[int, list[_Place]]]:
    """The rows that promise most, each with all its places, which do not overlap."""
    named = referred(model)
    found: dict[tuple[tuple[Hashable, ...], Hashable], list[_Place]] = defaultdict(list)
    for items, before in bodies(model):
        shapes = [_shape(item) for item in items]
        weights = [sum(1 for _ in walk((item,))) for item in items]
        names = [item.name for item in items]
        for first in range(len(items)):
            previous = Wire(items[first - 1].uid) if first else before
            for size in range(1, min(_LONGEST, len(items) - first) + 1):
                last = items[first + size - 1]
                if last.pinned or last.repeat is not None:
                    break
                if size > 1 and items[first + size - 2].uid in named:
                    break
                if sum(weights[first : first + size]) < 2:
                    continue
                row = tuple(shapes[first : first + size])
                style = _style(names[first : first + size])
                found[row, style].append(_Place(items, first, previous))
    promising: list[tuple[int, int, list[_Place]]] = []
    for (row, _), places in found.items():
        size = len(row)
        apart = _apart(places, size)
        if len(apart) > 1:
            weight = sum(sum(1 for _ in walk((item,))) for item in places[0].items[places[0].start :][:size])
            gain = (len(apart) - 1) * weight - len(apart) - 2
            if gain > 0:
                promising.append((gain, size, apart))
    promising.sort(key=lambda entry: -entry[0])
    return [(size, places) for _, size, places in promising[:_TRIED]]


def _style(names: Sequence[str | None]) -> Hashable:
    """How the names of a row belong together, so that rows with other names are not taken for the same."""
    tokens = [None if name is None else name.split("_") for name in names]
    written = [own for own in tokens if own is not None]
    if not written:
        return None
    common = 0
    while all(len(own) > common for own in written) and len({own[common] for own in written}) == 1:
        common += 1
    if len(written) == 1:
        return tuple(own is not None for own in tokens)
    return tuple(None if own is None else tuple(own[common:]) for own in tokens)


def _apart(places: list[_Place], size: int) -> list[_Place]:
    """Those that do not overlap, from the front."""
    kept: list[_Place] = []
    for place in places:
        if not (kept and kept[-1].items is place.items and kept[-1].start + size > place.start):
            kept.append(place)
    return kept


def _with_row(model: Model, size: int, places: Sequence[_Place], catalog: Catalog) -> Model | None:
    stretches = [Stretch(place.items[place.start : place.start + size], place.before) for place in places]
    unified = unify(stretches, lambda _, item: _shape(item), catalog, model.blocks)
    if unified is None:
        return None
    name = block_name(unified.block.items, model.blocks)
    cuts: dict[int, list[tuple[int, int, Item]]] = defaultdict(list)
    for place, use in zip(places, unified.uses, strict=True):
        cuts[id(place.items)].append((place.start, place.start + size, replace(use, type=name)))
    folded = replaced(model, cuts)
    return replace(folded, blocks={**folded.blocks, name: unified.block})
