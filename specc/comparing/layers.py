"""A plan's model -> its layers under names that say where they are; two models -> which layer became which.

The layers of a model inside a model go by dotted names, `encoder.dense`. Inputs count as layers without weights.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from specc.component import Argument, Component
from specc.graph.graph import Graph, Node, Ref, Wiring
from specc.graph.infer import Inferred, InferredNode
from specc.graph.order import sources
from specc.graph.shapes.rule import Weight
from specc.plan import Outline, Plan
from specc.plan.document import component_document

Wire: TypeAlias = tuple[str, str, int]
"""As what an input is taken (a call argument, or a number), the dotted name of the layer it comes from, its port."""


class Layer(NamedTuple):
    """An input of the model, an application of a layer, or a model that is a layer.

    `shape` shows what comes out, `rank` counts the axes of what goes in; it is None if that is not known, and so are
    `parameters`. `weights` are those of the layer's own: none if it applies another's, which `shares` names, nor for a
    model, whose layers have them; None if not known.
    """

    name: str
    component: Component
    inputs: tuple[Wire, ...]
    shape: str
    parameters: int | None
    weights: tuple[Weight, ...] | None
    shares: str = ""
    rank: int | None = None


def layers_of(plan: Plan | Outline) -> tuple[Layer, ...]:
    """All layers of a plan's model, those of models inside it behind them."""
    return tuple(_layers(plan.graph, plan.inferred, ""))


def outputs_of(graph: Graph) -> dict[str, Wire]:
    """The model's outputs by name."""
    return {name: ("0", ref.source, ref.port) for name, ref in graph.outputs.items()}


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
        is_leaf = node.model is None and own
        yield Layer(
            prefix + node.name,
            _meant(node),
            tuple(_wires(node, prefix)),
            shape,
            known.parameters,
            _weights(known) if is_leaf else (),
            "" if own else prefix + node.layer,
            _rank(node, inferred),
        )
        if node.model is not None and known.model is not None and own:
            yield from _layers(node.model, known.model, f"{prefix}{node.name}.")


def _rank(node: Node, inferred: Inferred) -> int | None:
    first = next(sources(node), None)
    shape = inferred.tensor(first).shape if first else None
    return None if shape is None else len(shape)


def _weights(known: InferredNode) -> tuple[Weight, ...] | None:
    """Where a rule gives a count alone, that stands for the shapes."""
    if known.parameters is None:
        return None
    return known.weights or ((Weight("", (known.parameters,)),) if known.parameters else ())


def _meant(node: Node) -> Component:
    """The layer; of a model its arguments and what it gives, since where its text stands means nothing."""
    if node.model is None:
        return node.component
    arguments = {name: value for name, value in node.component.arguments.items() if name != "source"}
    outputs: list[Argument] = [_source(ref) for ref in node.model.outputs.values()]
    return Component("model", "Model", {**arguments, "outputs": outputs}, node.component.span)


def _source(ref: Ref) -> str:
    return f"{ref.source} (output {ref.port + 1})" if ref.port else ref.source


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
    old = {layer.name: layer for layer in before}
    partners = {layer.name: old[layer.name] for layer in after if layer.name in old}
    names = frozenset(partners)
    for alike in (_exactly, _type):
        taken = {partner.name for partner in partners.values()}
        free: dict[tuple[str, str], deque[Layer]] = defaultdict(deque)
        for place, layer in _between(before, names):
            if layer.name not in taken:
                free[place, alike(layer)].append(layer)
        for place, layer in _between(after, names):
            candidates = free[place, alike(layer)]
            if layer.name not in partners and candidates:
                partners[layer.name] = candidates.popleft()
    return _in_order(before, after, partners)


def _between(layers: Sequence[Layer], names: frozenset[str]) -> Iterator[tuple[str, Layer]]:
    """The layers whose names are new or gone, each with the last name before it that is neither."""
    last = ""
    for layer in layers:
        if layer.name in names:
            last = layer.name
        else:
            yield last, layer


def _type(layer: Layer) -> str:
    return f"{layer.component.type} {bool(layer.shares)}"


def _exactly(layer: Layer) -> str:
    return f"{_type(layer)} {component_document(layer.component)}"


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
