"""Which layers of a flat model belong together, as far as their names tell.

A scheme makes a key of a layer's name, such as all before its last `_`. Layers whose names say nothing, since Keras
gave them, go with those around them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from specc.importing.folding.items import Item, Model, Wire, base_name, sources

_ACTIVATIONS = frozenset({"Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax"})
_MANY = 10
"""So many layers that end alike are a group of their own."""
Keys = dict[int, str | None]
Users = Mapping[int, list[Item]]
Scheme = Callable[[str], str | None]
"""From a layer's name to that of the group that it belongs to."""


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


def grouping(model: Model, scheme: Scheme, *, forward: bool) -> tuple[dict[int, int], set[int]]:
    """The group of every layer, by number, and the layers in none; connected layers of equal keys are one group."""
    keys: Keys = {}
    automatic = automatic_ones(model.items)
    for item in model.items:
        keys[item.uid] = None if item.uid in automatic or item.name is None else scheme(item.name)
    users: dict[int, list[Item]] = defaultdict(list)
    for item in model.items:
        for source in {wire.source for wire in sources(item.wires)}:
            users[source].append(item)
    _spread(model, automatic, keys, users, forward=forward)
    _release(model, automatic, keys, users)
    _adopt(model, keys, users)
    return _joined(model, keys), {uid for uid, key in keys.items() if key is None}


def _spread(model: Model, automatic: set[int], keys: Keys, users: Users, *, forward: bool) -> None:
    """Gives layers whose names say nothing the key of what they merge, or of what alone they take or are taken by."""
    for item in model.items:
        if item.uid in automatic:
            before = [wire.source for wire in sources(item.wires)]
            if len(before) > 1:
                keys[item.uid] = next((keys[uid] for uid in sorted(before, reverse=True) if keys.get(uid)), None)
            elif before and not forward and len(users[before[0]]) == 1:
                keys[item.uid] = keys.get(before[0])
    for item in reversed(model.items):
        if item.uid in automatic and keys[item.uid] is None and len(users[item.uid]) == 1:
            keys[item.uid] = keys[users[item.uid][0].uid]


def _joined(model: Model, keys: Keys) -> dict[int, int]:
    """One number for all layers that are connected and have the same key."""
    parents = {item.uid: item.uid for item in model.items}

    def root(uid: int) -> int:
        while parents[uid] != uid:
            parents[uid] = uid = parents[parents[uid]]
        return uid

    for item in model.items:
        for wire in sources(item.wires):
            if keys[item.uid] is not None and keys.get(wire.source) == keys[item.uid]:
                parents[root(item.uid)] = root(wire.source)
    return {uid: root(uid) for uid in parents}


def _release(model: Model, automatic: set[int], keys: Keys, users: Users) -> None:
    """Takes the poolings and the like that follow a group out of it, where nothing says that they are part of it."""
    for item in reversed(model.items):
        if item.uid not in automatic or keys[item.uid] is None or item.type in _ACTIVATIONS:
            continue
        if isinstance(item.wires, Wire) and all(keys[user.uid] != keys[item.uid] for user in users[item.uid]):
            keys[item.uid] = None


def _adopt(model: Model, keys: Keys, users: Users) -> None:
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


def automatic_ones(items: Iterable[Item]) -> set[int]:
    """The numbers of the layers that Keras has named."""
    return {item.uid for item in items if is_automatic(item)}


def is_automatic(item: Item) -> bool:
    """Whether the layer's name is what Keras makes of its type: `conv2d`, `conv2d_7`."""
    if item.name is None:
        return True
    base = base_name(item.type)
    return item.name == base or (item.name.startswith(f"{base}_") and item.name[len(base) + 1 :].isdigit())
