"""A flat model -> the same in the order in which a person would write it, and the groups that its names suggest.

Branches stand one after the other, in the order in which they are merged, and layers whose names belong together stand
together. What lies between a fork and a merging layer becomes a `parallel`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from specc.importing.folding.items import MERGES, Item, Items, Model, Wire, base_name, sources, walk

_ACTIVATIONS = frozenset({"Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax"})
_MANY = 10
"""So many layers that end alike are a group of their own."""
Scheme = Callable[[str], str | None]
"""From a layer's name to that of the group that it belongs to."""


class Ordered(NamedTuple):
    """A model in order. `groups` are ranges of its entries that have a group in common."""

    model: Model
    groups: tuple[range, ...]


def schemes(model: Model) -> tuple[Scheme, ...]:
    """The ways in which names may tell what belongs together; the last finds nothing."""
    suffixes = Counter(_suffix(item.name, 2) for item in model.items if item.name)
    return (
        *(lambda name, size=size: _prefix(name, size) for size in (1, 2, 3, 4, 5, 6)),
        *(lambda name, size=size: _suffix(name, size) for size in (1, 2)),
        lambda name: _suffix(name, 2 if suffixes[_suffix(name, 2)] >= _MANY else 1),
        lambda name: next((token for token in name.split("_") if token.isdigit()), None),
        lambda _: None,
    )


def _prefix(name: str, size: int) -> str | None:
    tokens = name.split("_")
    return "_".join(tokens[:size]) if len(tokens) > size else None


def _suffix(name: str, size: int) -> str | None:
    tokens = name.split("_")
    return "_".join(tokens[-size:]) if len(tokens) > size else None


def in_order(model: Model, scheme: Scheme, *, forward: bool) -> Ordered | None:
    """The model in order, by the groups of `scheme`; None if they wait for each other.

    Layers whose names say nothing go with those that they follow or, `forward`, with those that follow them.
    """
    grouping, free = _grouping(model, scheme, forward=forward)
    items = _with_parallels(model, grouping, free)
    grouping = {item.uid: grouping[item.uid] for item in items}
    order = _numbered_order(items, grouping, model)
    if order is None:
        return None
    ranges: list[range] = []
    start = 0
    for at in range(1, len(order) + 1):
        if at == len(order) or grouping[order[at].uid] != grouping[order[start].uid]:
            if at - start > 1 or order[start].branches:
                ranges.append(range(start, at))
            start = at
    return Ordered(_chained(_unnamed(replace(model, items=tuple(order)))), tuple(ranges))


def _grouping(model: Model, scheme: Scheme, *, forward: bool) -> tuple[dict[int, int], set[int]]:
    """The group of every layer, by number, and the layers in none; connected layers of equal keys are one group."""
    keys: dict[int, str | None] = {}
    automatic = _automatic(model.items)
    for item in model.items:
        keys[item.uid] = None if item.uid in automatic or item.name is None else scheme(item.name)
    users: dict[int, list[Item]] = defaultdict(list)
    for item in model.items:
        for source in {wire.source for wire in sources(item.wires)}:
            users[source].append(item)
    for item in model.items:  # what has no name of its own follows what it merges, or what only it takes
        if item.uid in automatic:
            before = [wire.source for wire in sources(item.wires)]
            if len(before) > 1:
                keys[item.uid] = next((keys[uid] for uid in reversed(sorted(before)) if keys.get(uid)), None)
            elif before and not forward and len(users[before[0]]) == 1:
                keys[item.uid] = keys.get(before[0])
    for item in reversed(model.items):
        if item.uid in automatic and keys[item.uid] is None and len(users[item.uid]) == 1:
            keys[item.uid] = keys[users[item.uid][0].uid]
    _release(model, automatic, keys, users)
    _adopt(model, keys, users)
    parents = {item.uid: item.uid for item in model.items}

    def root(uid: int) -> int:
        while parents[uid] != uid:
            parents[uid] = uid = parents[parents[uid]]
        return uid

    for item in model.items:
        for wire in sources(item.wires):
            if keys[item.uid] is not None and keys.get(wire.source) == keys[item.uid]:
                parents[root(item.uid)] = root(wire.source)
    return {uid: root(uid) for uid in parents}, {uid for uid, key in keys.items() if key is None}


def _release(model: Model, automatic: set[int], keys: dict[int, str | None], users: Mapping[int, list[Item]]) -> None:
    """Takes the poolings and the like that follow a group out of it, where nothing says that they are part of it."""
    for item in reversed(model.items):
        if item.uid not in automatic or keys[item.uid] is None or item.type in _ACTIVATIONS:
            continue
        if isinstance(item.wires, Wire) and all(keys[user.uid] != keys[item.uid] for user in users[item.uid]):
            keys[item.uid] = None


def _adopt(model: Model, keys: dict[int, str | None], users: Mapping[int, list[Item]]) -> None:
    """Gives one or two layers with a key of their own, from a group and back to it, to that group."""
    for item in model.items:
        before = {keys.get(wire.source) for wire in sources(item.wires)}
        after = {keys[user.uid] for user in users[item.uid]}
        for user in users[item.uid]:
            if keys[user.uid] == keys[item.uid]:
                after |= {keys[other.uid] for other in users[user.uid]}
        around = (before & after) - {None, keys[item.uid]}
        if len(around) == 1 and keys[item.uid] is not None:
            keys[item.uid] = around.pop()


def _automatic(items: Iterable[Item]) -> set[int]:
    return {item.uid for item in items if is_automatic(item)}


def is_automatic(item: Item) -> bool:
    """Whether the layer's name is what Keras makes of its type: `conv2d`, `conv2d_7`."""
    if item.name is None:
        return True
    base = base_name(item.type)
    return item.name == base or (item.name.startswith(f"{base}_") and item.name[len(base) + 1 :].isdigit())


def _with_parallels(model: Model, grouping: Mapping[int, int], free: set[int]) -> list[Item]:
    """The entries, with those between a fork and its merging layer inside a `parallel`."""
    items = {item.uid: item for item in model.items}
    uses: Counter[int] = Counter(wire.source for item in model.items for wire in sources(item.wires))
    uses.update(wire.source for wire in model.outputs.values() for _ in range(2))
    for merge in model.items:
        found = _branches(
            merge, items, uses, lambda uid, group=grouping[merge.uid]: uid in free or grouping[uid] == group
        )
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
    merge: Item, items: Mapping[int, Item], uses: Mapping[int, int], may_hold: Callable[[int], bool]
) -> tuple[Wire, list[list[Item]]] | None:
    """The wire where all that `merge` takes comes from, and the ways from there."""
    if merge.type not in MERGES or merge.pinned or not isinstance(merge.wires, tuple) or len(merge.wires) < 2:
        return None
    if isinstance(merge.wires, Wire) or len(set(merge.wires)) < len(merge.wires):
        return None
    forks: set[Wire] = set()
    branches: list[list[Item]] = []
    for wire in merge.wires:
        branch: list[Item] = []
        while uses[wire.source] == 1 and wire.source in items:
            item = items[wire.source]
            if not may_hold(item.uid) or item.pinned or wire.port or not isinstance(item.wires, Wire):
                break
            branch.append(item)
            wire = item.wires
        forks.add(wire)
        branches.append(branch[::-1])
    return (forks.pop(), branches) if len(forks) == 1 else None


def _numbered_order(items: list[Item], grouping: Mapping[int, int], model: Model) -> list[Item] | None:
    """An order in which as many types as possible count their automatic names up."""
    holders = {inner.uid: item.uid for item in items for inner in walk((item,))}
    automatic = _automatic(model.items)
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
    automatic = _automatic(walk(model.items))
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
    first = next(iter(model.inputs.values())) if len(model.inputs) == 1 else 0
    return replace(model, items=_chain(model.items, Wire(first)))


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
