"""`freeze` and `unfreeze` of the phases -> which layers train in each, and how Keras is told.

A layer is named by its path: its own name, or `model/layer` for one inside a model that is a layer; a model's path
means all layers in it. Where a phase names a model and a layer inside of it, the layer's own word holds. What a phase
says nothing about stays as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from specc.graph.graph import Graph, Node
from specc.spec import Phase


class Setting(NamedTuple):
    """`layer.trainable = trains` of the layer at a path, which in Keras sets all layers inside of it too.

    It does so only where that changes the layer's own value (Keras 3.15, backend/tensorflow/trackable.py): a model that
    is thawed already thaws nothing inside of it, so that its layers are set one by one.
    """

    path: str
    trains: bool


def layer_paths(graph: Graph, prefix: str = "") -> Iterator[tuple[str, Node]]:
    """The layers of a graph with their paths, a model before those inside of it. Each is there once, if shared too.

    Operations are no layers: they hold nothing to train.
    """
    for node in graph.nodes:
        if node.layer == node.name and node.component.kind != "op":
            yield f"{prefix}{node.name}", node
            if node.model is not None:
                yield from layer_paths(node.model, f"{prefix}{node.name}/")


def trainable_as_built(graph: Graph) -> dict[str, bool]:
    """Keras' `trainable` of every layer before the first phase, by path: what the spec writes at each, or around it.

    Layers that a file of weights freezes are not among the frozen ones, as the spec alone does not tell them.
    """
    flags: dict[str, bool] = {}
    for path, node in layer_paths(graph):
        outer = path.rpartition("/")[0]
        flags[path] = node.component.arguments.get("trainable") is not False and flags.get(outer, True)
    return flags


def settings(phases: Sequence[Phase], flags: Mapping[str, bool]) -> tuple[tuple[Setting, ...], ...]:
    """What is set in Keras as each phase begins, in this order.

    `flags` has the `trainable` of every layer before the first phase, as of `trainable_as_built`.
    """
    current, found = dict(flags), []
    for phase in phases:
        wanted = train_in(phase, current)
        tops = [path for path in current if "/" not in path]
        found.append(tuple(setting for top in tops for setting in _calls(top, wanted, current)))
    return tuple(found)


def train_in(phase: Phase, flags: Mapping[str, bool]) -> dict[str, bool]:
    """Which layers train in a phase, models left out, if those in `flags` do before it. Unknown names mean nothing."""
    models = {path.rpartition("/")[0] for path in flags}
    wanted = {path: trains for path, trains in flags.items() if path not in models}
    named = [Setting(path, trains=False) for path in phase.freeze] + [Setting(p, trains=True) for p in phase.unfreeze]
    for path, trains in sorted(named, key=lambda setting: setting.path.count("/")):  # from the outside in
        wanted |= {leaf: trains for leaf in wanted if _within(leaf, path)}
    return wanted


def _calls(path: str, wanted: Mapping[str, bool], current: dict[str, bool]) -> Iterator[Setting]:
    """The settings of a layer and of all inside of it; `current` becomes what they leave behind.

    What is inside of a frozen model does not train, whatever it says itself.
    """
    leaves = [leaf for leaf in wanted if _within(leaf, path)]
    trains = any(wanted[leaf] for leaf in leaves)
    alike = all(wanted[leaf] is trains for leaf in leaves)
    if current[path] is not trains and (trains or alike) and _differ(leaves, wanted, current):
        current |= {inside: trains for inside in current if _within(inside, path)}
        yield Setting(path, trains)
    if _differ(leaves, wanted, current):
        for inner in [other for other in current if other.rpartition("/")[0] == path]:
            yield from _calls(inner, wanted, current)


def _differ(leaves: Sequence[str], wanted: Mapping[str, bool], current: Mapping[str, bool]) -> bool:
    return any(current[leaf] is not wanted[leaf] for leaf in leaves)


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith(f"{outer}/")
