"""`Graph` -> `keras.Model`: a functional model whose layers are called as the spec calls them.

Every type comes from the catalog, a closed table; nothing of a spec is imported, evaluated or unpickled. Call inside
`strategy.scope()` and after the seeds are set: layers are made in the order of the graph, so weights follow from the
seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any
from urllib.error import URLError

import keras

from specc.catalog import Catalog, EntryFacts
from specc.component import Argument, Component
from specc.diagnostics import Finding, error
from specc.graph.graph import Graph, GraphInput, Node, Ref, Wiring

REFUSALS = (ValueError, TypeError, RuntimeError, NotImplementedError, OSError, ArithmeticError, LookupError)
"""What Keras raises over arguments and shapes that it does not take, and over weights that it cannot download."""


@dataclass(frozen=True, slots=True)
class Built:
    """A built model, with the layer of each name that owns weights and the output tensors of each node."""

    model: keras.Model
    layers: Mapping[str, Any]
    tensors: Mapping[str, tuple[Any, ...]]


def build_model(graph: Graph, catalog: Catalog) -> tuple[Built | None, list[Finding]]:
    """The model of `graph`, its layers named as in the spec; a finding at the layer that Keras refuses.

    One input is taken as a tensor, several as a dict by name; outputs likewise.
    """
    try:
        return _build(graph, catalog), []
    except _RefusedError as refusal:
        return None, [_refused(refusal.node, refusal.cause)]


class _RefusedError(Exception):
    """Keras refuses a node of the graph, or of one inside it."""

    def __init__(self, node: Node, cause: Exception) -> None:
        super().__init__(str(cause))
        self.node, self.cause = node, cause


def _build(graph: Graph, catalog: Catalog) -> Built:
    inputs = {graph_input.name: _keras_input(graph_input) for graph_input in graph.inputs}
    tensors: dict[str, tuple[Any, ...]] = {name: (tensor,) for name, tensor in inputs.items()}
    layers: dict[str, Any] = {}
    for node in graph.nodes:
        try:
            tensors[node.name] = _call(node, tensors, layers, catalog)
        except REFUSALS as refusal:
            raise _RefusedError(node, refusal) from refusal
    outputs = {name: _tensor(ref, tensors) for name, ref in graph.outputs.items()}
    return Built(keras.Model(one_or_all(inputs), one_or_all(outputs), name=graph.name), layers, tensors)


def _call(
    node: Node, tensors: Mapping[str, tuple[Any, ...]], layers: dict[str, Any], catalog: Catalog
) -> tuple[Any, ...]:
    """The outputs of one node. Its layer is made at its first call and kept in `layers`."""
    positional = [_gather(wiring, tensors) for wiring in node.positional]
    keywords = {name: _gather(wiring, tensors) for name, wiring in node.keywords.items()}
    if node.model is not None:
        given = keywords or _by_input(node.model, positional[0])
        return _model(node, given, layers, catalog)
    facts = catalog.find(node.component.kind, node.component.type)
    if facts is None or facts.path is None:
        raise KeyError(f"{node.component.type} is not in the catalog")
    arguments = _arguments(node.component, catalog)
    at_call = {name: arguments.pop(name) for name in list(arguments) if facts.arguments[name].at_call}
    if node.component.kind == "op":
        result = _symbol(facts.path)(*positional, **keywords, **arguments)
    else:
        if node.layer not in layers:
            layers[node.layer] = _layer(node, facts, arguments, positional)
        result = layers[node.layer](*positional, **keywords, **at_call)
    return tuple(result) if isinstance(result, list | tuple) else (result,)


def _by_input(graph: Graph, given: Any) -> dict[str, Any]:  # noqa: ANN401  a tensor or a list of them
    names = [graph_input.name for graph_input in graph.inputs]
    return dict(zip(names, given if isinstance(given, list) else [given], strict=True))


def _model(node: Node, inputs: Mapping[str, Any], layers: dict[str, Any], catalog: Catalog) -> tuple[Any, ...]:
    """The outputs of a model that stands as a layer. It is made at its first call, for what it gets there."""
    graph = node.model
    assert graph is not None  # noqa: S101  as `_call` asks
    if node.layer not in layers:
        typed = tuple(
            x._replace(shape=tuple(inputs[x.name].shape[1:]), dtype=inputs[x.name].dtype) for x in graph.inputs
        )
        built = _build(replace(graph, name=node.layer, inputs=typed), catalog)
        built.model.trainable = node.component.arguments.get("trainable") is not False
        layers[node.layer] = built.model
    result = layers[node.layer](one_or_all(inputs))
    return tuple(result[name] for name in graph.outputs) if isinstance(result, dict) else (result,)


def _refused(node: Node, refusal: Exception) -> Finding:
    """Keras' own words, for what the check could not know."""
    words = str(refusal).strip().splitlines() or [type(refusal).__name__]
    notes = (f"the layer is `{node.component.type}`, called `{node.name}`",)
    return error("keras-refuses", f"Keras cannot build this layer: {words[0]}", node.span, notes=notes)


def build_component(component: Component, catalog: Catalog) -> Any:  # noqa: ANN401  a Keras object of any kind
    """The Keras object of a component: an instance of its class, or Keras' own short name for it as it stands.

    Short names are left to Keras because some, as `accuracy`, mean a different class for each output.
    """
    facts = catalog.find(component.kind, component.type)
    if facts is None:
        raise KeyError(f"{component.kind} {component.type} is not in the catalog")
    if facts.path is None or (component.type != facts.name and not component.arguments):
        return component.type
    constructor = _symbol(facts.path)
    if not isinstance(constructor, type):
        return component.type  # a function, such as an activation: Keras takes its name
    return constructor(**_arguments(component, catalog))


def _arguments(component: Component, catalog: Catalog) -> dict[str, Any]:
    """The arguments as Keras takes them; some of its constructors refuse the integer 1 where they want 1.0."""
    facts = catalog.find(component.kind, component.type)
    real = {name for name, declared in facts.arguments.items() if declared.real} if facts else set()
    return {
        name: float(value) if name in real and isinstance(value, int) else _argument(value, catalog)
        for name, value in component.arguments.items()
    }


def _argument(value: Argument, catalog: Catalog) -> Any:  # noqa: ANN401  what Keras takes
    match value:
        case Component():
            return build_component(value, catalog)
        case list():
            return [_argument(item, catalog) for item in value]
        case dict():
            return {key: _argument(item, catalog) for key, item in value.items()}
    return value


def _symbol(path: str) -> Any:  # noqa: ANN401  a class or function of Keras
    """The public Keras symbol at a path of the catalog, such as `keras.layers.Dense`."""
    return attrgetter(path.removeprefix("keras."))(keras)


def _keras_input(graph_input: GraphInput) -> Any:  # noqa: ANN401  a KerasTensor
    return keras.Input(graph_input.shape, dtype=graph_input.dtype, name=graph_input.name)


def _layer(node: Node, facts: EntryFacts, arguments: dict[str, Any], positional: list[Any]) -> Any:  # noqa: ANN401
    """A layer, or a whole application that stands as one.

    An application's input shape follows from what it is given.
    """
    constructor = _symbol(str(facts.path))
    if node.component.kind != "application":
        return constructor(**arguments, name=node.layer)
    trainable = arguments.pop("trainable", True)
    arguments.setdefault("input_shape", tuple(positional[0].shape[1:]))
    try:
        model = constructor(**arguments, name=node.layer)
    except Exception as fault:
        # keras.utils.get_file (Keras 3.15) raises a bare Exception over the URLError.
        if not isinstance(fault.__context__, URLError):
            raise
        raise OSError(f"the weights cannot be downloaded: {fault.__context__.reason}") from fault
    model.trainable = trainable
    return model


def _gather(wiring: Wiring, tensors: Mapping[str, tuple[Any, ...]]) -> Any:  # noqa: ANN401  a tensor or a list of them
    return _tensor(wiring, tensors) if isinstance(wiring, Ref) else [_tensor(ref, tensors) for ref in wiring]


def _tensor(ref: Ref, tensors: Mapping[str, tuple[Any, ...]]) -> Any:  # noqa: ANN401  a KerasTensor
    return tensors[ref.source][ref.port]


def one_or_all(tensors: Mapping[str, Any]) -> Any:  # noqa: ANN401  a tensor or a dict of them
    """What a model with these inputs or outputs takes or gives: a single tensor itself, several by name."""
    return next(iter(tensors.values())) if len(tensors) == 1 else dict(tensors)
