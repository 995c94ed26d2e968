"""A plan's model -> its layers under names that say where they are; two models -> which layer became which.

The layers of a model inside a model go by dotted names, `encoder.dense`. Inputs count as layers without weights.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from specc.comparing.values import changes
from specc.component import Component
from specc.graph.graph import Graph, Node, Ref, Wiring
from specc.graph.infer import Inferred
from specc.graph.shapes.rule import Weight
from specc.plan import Plan

Wire: TypeAlias = tuple[str, str, int]
"""As what an input is taken (a call argument, or a number), the dotted name of the layer it comes from, its port."""


class Layer(NamedTuple):
    """An input of the model, an application of a layer, or a model that is a layer.

    `shape` shows what comes out. `parameters` is None if that is not known. `weights` are those of the layer's own:
    none if it applies another's, which `shares` names, nor for a model, whose layers have them; None if not known.
    """

    name: str
    component: Component
    inputs: tuple[Wire, ...]
    shape: str
    parameters: int | None
    weights: tuple[Weight, ...] | None
    shares: str = ""


def layers_of(plan: Plan) -> tuple[Layer, ...]:
    """All layers of a plan's model, those of models inside it behind them."""
    return tuple(_layers(plan.graph, plan.inferred, ""))


def outputs_of(graph: Graph) -> dict[str, Wire]:
    """The model's outputs by name."""
    return {name: (name, ref.source, ref.port) for name, ref in graph.outputs.items()}


def _layers(graph: Graph, inferred: Inferred, prefix: str) -> Iterator[Layer]:
    for given in graph.inputs:
        tensor = inferred.inputs.get(given.name)
        shape = str(tensor.shape) if tensor and tensor.shape is not None else "unknown"
        component = Component("input", "Input", {"dtype": given.dtype or "float32"}, given.span)
        yield Layer(prefix + given.name, component, (), shape, 0, ())
    for node in graph.nodes:
        known = inferred.nodes[node.name]
        shape = ", ".join("unknown" if tensor.shape is None else str(tensor.shape) for tensor in known.outputs)
        own = node.layer == node.name
        weights = known.weights if node.model is None and own else ()
        yield Layer(
            prefix + node.name,
            _meant(node),
            tuple(_wires(node, prefix)),
            shape,
            known.parameters,
            None if known.parameters is None else weights,
            "" if own else prefix + node.layer,
        )
        if node.model is not None and known.model is not None and own:
            yield from _layers(node.model, known.model, f"{prefix}{node.name}.")


def _meant(node: Node) -> Component:
    """The layer; of a model its arguments alone, since where its text stands means nothing."""
    if node.model is None:
        return node.component
    arguments = {name: value for name, value in node.component.arguments.items() if name != "source"}
    return Component("model", "Model", arguments, node.component.span)


def _wires(node: Node, prefix: str) -> Iterator[Wire]:
    taken: dict[str, Wiring] = {str(number): wiring for number, wiring in enumerate(node.positional)}
    for name, wiring in (taken | dict(node.keywords)).items():
        refs = (wiring,) if isinstance(wiring, Ref) else wiring
        yield from ((name, prefix + ref.source, ref.port) for ref in refs)


class Pair(NamedTuple):
    """What a layer was and is; None where it is new or gone."""

    before: Layer | None
    after: Layer | None


def paired(before: Sequence[Layer], after: Sequence[Layer]) -> list[Pair]:
    """Which layer became which, in the order of `after`, with what is gone behind the layer that it followed.

    By name first. Of the others, those that follow the same layer and are alike: of one type with the same arguments,
    or else of one type.
    """
    names = {layer.name for layer in before} & {layer.name for layer in after}
    old = {layer.name: layer for layer in before}
    partners = {layer.name: old[layer.name] for layer in after if layer.name in names}
    left_before, left_after = _between(before, names), _between(after, names)
    for exactly in (True, False):
        for place, layers in left_after.items():
            for layer in layers:
                if layer.name in partners:
                    continue
                taken = {partner.name for partner in partners.values()}
                free = [each for each in left_before.get(place, []) if each.name not in taken]
                match = next((each for each in free if _alike(each, layer, exactly)), None)
                if match is not None:
                    partners[layer.name] = match
    return _in_order(before, after, partners)


def _between(layers: Sequence[Layer], names: set[str]) -> Mapping[str, list[Layer]]:
    """The layers whose names are new or gone, by the last one before them whose name is neither."""
    found: dict[str, list[Layer]] = defaultdict(list)
    last = ""
    for layer in layers:
        if layer.name in names:
            last = layer.name
        else:
            found[last].append(layer)
    return found


def _alike(one: Layer, other: Layer, exactly: bool) -> bool:  # noqa: FBT001
    if one.component.type != other.component.type or bool(one.shares) != bool(other.shares):
        return False
    return not exactly or not any(changes(one.component, other.component))


def _in_order(before: Sequence[Layer], after: Sequence[Layer], partners: Mapping[str, Layer]) -> list[Pair]:
    kept = {partner.name: name for name, partner in partners.items()}
    gone: dict[str, list[Pair]] = defaultdict(list)
    last = ""
    for layer in before:
        if layer.name in kept:
            last = kept[layer.name]
        else:
            gone[last].append(Pair(layer, None))
    pairs = [*gone[""]]
    for layer in after:
        pairs += [Pair(partners.get(layer.name), layer), *gone[layer.name]]
    return pairs
