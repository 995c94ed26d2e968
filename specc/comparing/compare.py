"""Two plans -> what differs, by meaning: layers, shapes and counts, data, training, runtime, and whose weights fit.

What is for people (name, description, report, `allow`, the user's own keys) and how a spec is written do not count.
Nothing is printed here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from specc.comparing.layers import Layer, Pair, Wire, layers_of, outputs_of, paired
from specc.comparing.values import ABSENT, Change, Value, changes
from specc.comparing.weights import WeightsFit, weights_fit
from specc.component import Component
from specc.plan import Outline, Plan
from specc.plan.document import as_document, as_outline
from specc.spec import Phase


class LayerChange(NamedTuple):
    """A layer that is new, gone or not what it was. `changes` go by what changed.

    That is `name`, `type`, `inputs`, `shares`, `shape`, `parameters`, or an argument's dotted path behind `arguments.`.
    """

    before: Layer | None
    after: Layer | None
    changes: tuple[Change, ...] = ()

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        sides = {"before": _layer_json(self.before), "after": _layer_json(self.after)}
        return {"change": self.kind, **sides, "changes": [change.as_json() for change in self.changes]}


class Comparison(NamedTuple):
    """All differences between two specs. `parameters` are the totals of both, `settings` all but the layers."""

    layers: tuple[LayerChange, ...]
    settings: tuple[Change, ...]
    parameters: tuple[int, int]
    weights: WeightsFit

    @property
    def same(self) -> bool:
        """Whether both specs mean the same."""
        return not self.layers and not self.settings

    def as_json(self) -> dict[str, Any]:
        """The same as plain data, by `schemas/diff-v1.schema.json`."""
        return {
            "diff": 1,
            "same": self.same,
            "layers": [change.as_json() for change in self.layers],
            "settings": [change.as_json() for change in self.settings],
            "parameters": {"before": self.parameters[0], "after": self.parameters[1]},
            "weights": self.weights.as_json(),
        }


def compare(before: Plan | Outline, after: Plan | Outline) -> Comparison:
    """What the second plan has made of the first; a spec without data is a model alone."""
    old, new = layers_of(before), layers_of(after)
    pairs = paired(old, new)
    renamed = {pair.before.name: pair.after.name for pair in pairs if pair.before and pair.after}
    layers = [
        LayerChange(pair.before, pair.after, found)
        for pair in pairs
        if (found := tuple(_layer_changes(pair, renamed))) or pair.before is None or pair.after is None
    ]
    settings = [*_outputs(before, after, renamed), *changes(_settings(before), _settings(after))]
    parameters = before.inferred.parameters, after.inferred.parameters
    return Comparison(tuple(layers), tuple(settings), parameters, weights_fit(old, pairs))


def _layer_changes(pair: Pair, renamed: Mapping[str, str]) -> Iterator[Change]:
    old, new = pair
    if old is None or new is None:
        return
    if old.name != new.name:
        yield Change("name", old.name, new.name)
    one, other = old.component, new.component
    found = list(changes(one, other, ranks=(old.rank, new.rank)))
    if [change.path for change in found] == [""]:
        yield Change("type", found[0].before, found[0].after)
    else:
        yield from (change._replace(path=f"arguments.{change.path}") for change in found)
    if tuple(_renamed(wire, renamed) for wire in old.inputs) != new.inputs:
        yield Change("inputs", _shown(old.inputs), _shown(new.inputs))
    if renamed.get(old.shares, old.shares) != new.shares:
        yield Change("shares", old.shares or ABSENT, new.shares or ABSENT)
    if old.shape != new.shape:
        yield Change("shape", old.shape, new.shape)
    if old.parameters != new.parameters:
        yield Change("parameters", old.parameters, new.parameters)


def _renamed(wire: Wire, renamed: Mapping[str, str]) -> Wire:
    role, source, port = wire
    return role, renamed.get(source, source), port


def _shown(wires: tuple[Wire, ...]) -> list[str]:
    """Where inputs come from, each with the call argument that takes it and its port where that is not the first."""
    return [
        ("" if role.isdigit() else f"{role}: ") + source + (f" (output {port + 1})" if port else "")
        for role, source, port in wires
    ]


def _outputs(before: Plan | Outline, after: Plan | Outline, renamed: Mapping[str, str]) -> Iterator[Change]:
    old, new = outputs_of(before.graph), outputs_of(after.graph)
    if len(old) == len(new) == 1:  # which is as the spec's author likes
        old = {next(iter(new)): next(iter(old.values()))}
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        if one is None or other is None or _renamed(one, renamed) != other:
            shown = [ABSENT if wire is None else _shown((wire,))[0] for wire in (one, other)]
            yield Change(f"model.outputs.{name}", *shown)


def _settings(plan: Plan | Outline) -> dict[str, Value]:
    """Everything but the layers that training depends on, components as such."""
    if isinstance(plan, Outline):
        return {"model": {key: value for key, value in as_outline(plan)["model"].items() if key == "weights"}}
    document = as_document(plan)
    source = plan.data.source
    data = {key: value for key, value in document["data"].items() if key not in (source.type, source.kind)}
    kinds = {name: Component("column", kind, {}, plan.data.span) if isinstance(kind, str) else kind
             for name, kind in data.get("columns", {}).items()}  # fmt: skip
    data |= {source.kind: source} | ({"columns": kinds | dict(plan.data.columns)} if kinds else {})
    training: dict[str, Value] = {
        "loss": dict(plan.losses),
        **({} if plan.phases and plan.phases[0].optimizer else {"optimizer": plan.optimizer}),
        "metrics": dict(plan.metrics),
        "batch_size": plan.batch_size,
        **({"phases": tuple(map(_phase, plan.phases))} if plan.phases else {"epochs": plan.epochs}),
        "loss_weights": dict(plan.loss_weights),
        "class_weight": plan.class_weight,
        "callbacks": plan.callbacks,
    }
    runtime = document["runtime"] | {"distribute": plan.runtime.distribute}
    weights = document["model"].get("weights")
    start: dict[str, Value] = {"model": {"weights": weights}} if weights else {}
    if len(plan.targets) == 1:
        training |= {
            key: next(iter(by_output.values())) for key, by_output in (("loss", plan.losses), ("metrics", plan.metrics))
        }
    return start | {"data": data, "training": training, "runtime": runtime}


def _phase(phase: Phase) -> dict[str, Value]:
    """What a phase does; its name is for people."""
    lists: dict[str, Value] = {"freeze": list(phase.freeze), "unfreeze": list(phase.unfreeze)}
    return {"epochs": phase.epochs, **lists, **({"optimizer": phase.optimizer} if phase.optimizer else {})}


def _layer_json(layer: Layer | None) -> dict[str, Any] | None:
    if layer is None:
        return None
    return {
        "name": layer.name,
        "type": layer.component.type,
        "inputs": _shown(layer.inputs),
        "shape": layer.shape,
        "parameters": layer.parameters,
    }
