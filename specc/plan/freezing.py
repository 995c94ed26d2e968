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
    """`layer.trainable = trains` of the layer at a path, which in Keras sets all layers inside of it too."""

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
        calls = list(_calls(phase, wanted, current))
        found.append(tuple(calls))
    return tuple(found)


def train_in(phase: Phase, flags: Mapping[str, bool]) -> dict[str, bool]:
    """Which layers train in a phase, models left out, if those in `flags` do before it. Unknown names mean nothing."""
    wanted = {path: trains for path, trains in flags.items() if not _holds(path, flags)}
    for path, trains in _named(phase):
        wanted |= {leaf: trains for leaf in wanted if _within(leaf, path)}
    return wanted


def _named(phase: Phase) -> list[Setting]:
    """What the phase names, from the outside in."""
    named = [Setting(path, trains=False) for path in phase.freeze] + [Setting(p, trains=True) for p in phase.unfreeze]
    return sorted(named, key=lambda setting: setting.path.count("/"))


def _calls(phase: Phase, wanted: Mapping[str, bool], current: dict[str, bool]) -> Iterator[Setting]:
    """The settings of one phase; `current` becomes what they leave behind.

    A layer inside of a frozen model trains only if the model is thawed, which thaws its other layers too.
    """
    for leaf, trains in wanted.items():
        parts = leaf.split("/")
        for depth in range(1, len(parts)):
            outer = "/".join(parts[:depth])
            if trains and not current[outer]:
                yield _set(Setting(outer, trains=True), current)
    for path, trains in _named(phase):
        if current.get(path, trains) is not trains:
            yield _set(Setting(path, trains), current)
    for leaf, trains in wanted.items():
        if current[leaf] is not trains:
            yield _set(Setting(leaf, trains), current)


def _set(setting: Setting, current: dict[str, bool]) -> Setting:
    current |= {path: setting.trains for path in current if _within(path, setting.path)}
    return setting


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith(f"{outer}/")


def _holds(path: str, flags: Mapping[str, bool]) -> bool:
    """Whether the layer at a path is a model with layers of its own."""
    return any(other.startswith(f"{path}/") for other in flags)
