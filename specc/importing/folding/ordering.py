"""A flat model -> the same in the order in which a person would write it, and the groups that its names suggest.

Branches stand one after the other, in the order in which they are merged, and layers whose names belong together stand
together. What lies between a fork and a merging layer becomes a `parallel`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from specc.importing.folding.grouping import Scheme, automatic_ones, grouping
from specc.importing.folding.items import MERGES, Item, Items, Model, Wire, base_name, sources, start, walk


class Ordered(NamedTuple):
    """A model in order. `groups` are ranges of its entries that have a group in common."""

    model: Model
    groups: tuple[range, ...]


def in_order(model: Model, scheme: Scheme, *, forward: bool) -> Ordered | None:
    """The model in order, by the groups of `scheme`; None if they wait for each other.

    Layers whose names say nothing go with those that they follow or, `forward`, with those that follow them.
    """
    groups, free = grouping(model, scheme, forward=forward)
    items = _with_parallels(model, groups, free)
    groups = {item.uid: groups[item.uid] for item in items}
    order = _numbered_order(items, groups, model)
    if order is None:
        return None
    ranges: list[range] = []
    begin = 0
    for at in range(1, len(order) + 1):
        if at == len(order) or groups[order[at].uid] != groups[order[begin].uid]:
            if at - begin > 1 or order[begin].branches:
                ranges.append(range(begin, at))
            begin = at
    return Ordered(_chained(_unnamed(replace(model, items=tuple(order)))), tuple(ranges))


def _with_parallels(model: Model, grouping: Mapping[int, int], free: set[int]) -> list[Item]:
    """The entries, with those between a fork and its merging layer inside a `parallel`."""
    items = {item.uid: item for item in model.items}
    uses: Counter[int] = Counter(wire.source for item in model.items for wire in sources(item.wires))
    uses.update(wire.source for wire in model.outputs.values() for _ in range(2))
    for merge in model.items:
        found = _branches(merge, items, uses, free | {uid for uid in items if grouping[uid] == grouping[merge.uid]})
        if found is None:
            continue
        fork, branches = found
        for branch in branches:
            uses[fork.source] -= 1
            for inner in branch:
                del items[inner.uid]
        uses[fork.source] += 1
        plain = tuple(tuple(branch) for branch in branches)
        items[merge.uid] = replace(merge, wires=fork, branches=plain)
    return list(items.values())


def _branches(
    merge: Item, items: Mapping[int, Item], uses: Mapping[int, int], inside: set[int]
) -> tuple[Wire, list[list[Item]]] | None:
    """The wire where all that `merge` takes comes from, and the ways from there."""
    if merge.type not in MERGES or merge.pinned or not isinstance(merge.wires, tuple) or len(merge.wires) < 2:
        return None
    if isinstance(merge.wires, Wire) or len(set(merge.wires)) < len(merge.wires):
        return None
    forks: set[Wire] = set()
    branches: list[list[Item]] = []
    for end in merge.wires:
        wire = end
        branch: list[Item] = []
        while uses[wire.source] == 1 and wire.source in items:
            item = items[wire.source]
            if item.uid not in inside or item.pinned or wire.port or not isinstance(item.wires, Wire):
                break
            branch.append(item)
            wire = item.wires
        forks.add(wire)
        branches.append(branch[::-1])
    return (forks.pop(), branches) if len(forks) == 1 else None


def _numbered_order(items: list[Item], grouping: Mapping[int, int], model: Model) -> list[Item] | None:
    """An order in which as many types as possible count their automatic names up."""
    holders = {inner.uid: item.uid for item in items for inner in walk((item,))}
    automatic = automatic_ones(model.items)
    bases: dict[str, dict[int, int]] = defaultdict(dict)
    for item in model.items:
        if item.uid in automatic:
            base = base_name(item.type)
            bases[base][int(item.flat[len(base) + 1 :] or 0)] = holders[item.uid]
    every = _order(items, grouping, _after(bases.values()))
    if every is not None:
        return every
    order = _order(items, grouping, {})
    kept: list[dict[int, int]] = []
    for found in bases.values() if order is not None else ():
        better = _order(items, grouping, _after([*kept, found]))
        if better is not None:
            order = better
            kept.append(found)
    return order


def _after(bases: Iterable[Mapping[int, int]]) -> dict[int, list[int]]:
    """What each entry has to come after, so that the numbers of all bases rise."""
    after: dict[int, list[int]] = defaultdict(list)
    for found in bases:
        for number, uid in found.items():
            before = found.get(number - 1, uid)
            if before != uid:
                after[uid].append(before)
    return after


def _order(items: list[Item], grouping: Mapping[int, int], after: Mapping[int, list[int]]) -> list[Item] | None:
    """Groups as they are needed, and in each its entries as they are needed, each after others of its own."""
    needed = {item.uid: [wire.source for wire in sources(item.wires)] for item in items}
    members: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        members[grouping[item.uid]].append(item)

    def between(wanted: Mapping[int, list[int]]) -> dict[int, list[int]]:
        return {
            group: _distinct(
                grouping[uid]
                for item in inside
                for uid in wanted.get(item.uid, ())
                if grouping.get(uid, group) != group
            )
            for group, inside in members.items()
        }

    def within(inside: Mapping[int, Item], wanted: Mapping[int, list[int]]) -> dict[int, list[int]]:
        return {uid: _distinct(other for other in wanted.get(uid, ()) if other in inside) for uid in inside}

    groups = _scheduled(between(needed), between(after))
    ordered: list[Item] = []
    for group in groups or ():
        inside = {item.uid: item for item in members[group]}
        order = _scheduled(within(inside, needed), within(inside, after))
        if order is None:
            return None
        ordered += [inside[uid] for uid in order]
    return None if groups is None else ordered


def _distinct(uids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(uids))


def _scheduled(needs: Mapping[int, list[int]], after: Mapping[int, list[int]]) -> list[int] | None:
    """The keys, each after all that it needs and close to it, and after others; None for a cycle.

    A chain is followed to its end before another begins.
    """
    plain = _depth_first(needs)
    if plain is None or not any(after.values()):
        return plain
    rank = {key: number for number, key in enumerate(plain)}
    waiting = {key: {*needs[key], *after[key]} for key in needs}
    users: dict[int, list[int]] = defaultdict(list)
    for key, wanted in waiting.items():
        for other in wanted:
            users[other].append(key)
    ready = [(rank[key], key) for key, wanted in waiting.items() if not wanted]
    heapify(ready)
    order: dict[int, None] = {}
    while ready:
        last = next(reversed(order), 0)
        follower = min(
            (rank[key] for key in users[last] if not waiting[key] and needs[key] == [last]),
            default=None,
        )
        key = heappop(ready)[1] if follower is None else plain[follower]
        if key in order:
            continue
        order[key] = None
        for user in users[key]:
            waiting[user].discard(key)
            if not waiting[user]:
                heappush(ready, (rank[user], user))
    return list(order) if len(order) == len(needs) else None


def _depth_first(needs: Mapping[int, list[int]]) -> list[int] | None:
    """The keys, each after all that it needs and close to it; None for a cycle."""
    needed = {other for others in needs.values() for other in others}
    order: dict[int, None] = {}
    for end in [key for key in needs if key not in needed]:
        stack = [(end, iter(needs[end]))]
        open_ = {end}
        while stack:
            key, rest = stack[-1]
            other = next((other for other in rest if other not in order), None)
            if other is None:
                stack.pop()
                open_.discard(key)
                order[key] = None
            elif other in open_:
                return None
            else:
                open_.add(other)
                stack.append((other, iter(needs[other])))
    return list(order) if len(order) == len(needs) else None


def _unnamed(model: Model) -> Model:
    """Without the names that the language would give, type by type: all of a type's automatic ones, or none."""
    taken = {"input", *model.inputs}
    bases: dict[str, list[Item]] = defaultdict(list)
    automatic = automatic_ones(walk(model.items))
    for item in walk(model.items):
        if item.uid in automatic and not item.pinned:
            bases[base_name(item.type)].append(item)
    free: set[int] = set()
    for base, found in bases.items():
        expected = [base, *(f"{base}_{number}" for number in range(1, len(found)))]
        if [item.name for item in found] == expected and not taken.intersection(expected):
            free |= {item.uid for item in found}
    return replace(model, items=_stripped(model.items, free))


def _stripped(items: Items, free: set[int]) -> Items:
    return tuple(
        replace(
            item,
            name=None if item.uid in free else item.name,
            branches=None if item.branches is None else tuple(_stripped(branch, free) for branch in item.branches),
        )
        for item in items
    )


def _chained(model: Model) -> Model:
    """Without the wires to the entry before."""
    return replace(model, items=_chain(model.items, start(model)))


def _chain(items: Items, before: Wire) -> Items:
    made: list[Item] = []
    for item in items:
        branches = item.branches
        if branches is not None and isinstance(item.wires, Wire):
            fork = item.wires
            branches = tuple(_chain(branch, fork) for branch in branches)
        made.append(replace(item, wires=None if item.wires == before else item.wires, branches=branches))
        before = Wire(item.uid)
    return tuple(made)
