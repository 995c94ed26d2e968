"""What a model's config lists -> its layers with their calls, its inputs and outputs, in an order that works.

Everything here is as Keras has it: names, and tensors by the calls that they come from.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from specc.diagnostics import Span
from specc.importing.refusal import no_counterpart, refuse
from specc.importing.wires import Call, Tensor, history, read_calls
from specc.language import tree
from specc.language.tree import Node, Sequence, Value

LAYERS = 20_000
"""Layers of one model."""

KINDS = ("Sequential", "Functional", "Model")
"""The classes of models that list their layers."""


class Layer(NamedTuple):
    """One layer of a config. `first` is the number that Keras gives to its first call."""

    key: str
    node: tree.Mapping
    span: Span
    calls: list[Call]
    first: int
    is_input: bool


def is_model(node: Node) -> bool:
    """Whether a serialized object is a Sequential or functional model, rather than a layer."""
    config = node.get("config") if isinstance(node, tree.Mapping) else None
    return isinstance(config, tree.Mapping) and isinstance(config.get("layers"), Sequence) and kind_of(node) is not None


def kind_of(node: Node) -> str | None:
    """The class of a model that lists its layers; None for anything else."""
    name = node.get("class_name") if isinstance(node, tree.Mapping) else None
    word = name.value if isinstance(name, Value) else None
    return word if isinstance(word, str) and word in KINDS else None


def model_name(config: tree.Mapping) -> str:
    """What a model is called."""
    name = config.get("name")
    return str(name.value) if isinstance(name, Value) and isinstance(name.value, str) and name.value else "model"


def layer_nodes(config: tree.Mapping) -> list[tree.Mapping]:
    """The layers of a model as they stand in its config. Raises RefusalError if that is no list of mappings."""
    layers = config.get("layers")
    if not isinstance(layers, Sequence) or not all(isinstance(item, tree.Mapping) for item in layers.items):
        refuse("not-a-model", "`layers` is a list of layers", config.span)
    if len(layers.items) > LAYERS:
        refuse("too-large", f"the model has more than {LAYERS} layers", layers.span)
    return [item for item in layers.items if isinstance(item, tree.Mapping)]


def read_layer(node: tree.Mapping, calls: list[Call], first: int = 0) -> Layer:
    """One layer with its `calls`. Raises RefusalError if it has no class or name."""
    class_name, config, name = node.get("class_name"), node.get("config"), node.get("name")
    if not isinstance(name, Value) and isinstance(config, tree.Mapping):
        name = config.get("name")
    key = name.value if isinstance(name, Value) and isinstance(name.value, str) else None
    is_input = isinstance(class_name, Value) and class_name.value == "InputLayer"
    if not key or not isinstance(class_name, Value):
        refuse("not-a-model", "a layer has a `class_name` and a `name`", node.span)
    return Layer(key, node, class_name.span, calls, first, is_input)


def functional_layers(config: tree.Mapping) -> dict[str, Layer]:
    """The layers of a functional model by name, in the order of the config. Raises RefusalError."""
    layers: dict[str, Layer] = {}
    for node in layer_nodes(config):
        own_model = is_model(node) and kind_of(node) != "Sequential"
        layer = read_layer(node, read_calls(node.get("inbound_nodes"), node.span), 1 if own_model else 0)
        if layer.key in layers:
            refuse("not-a-model", f"two layers are called `{layer.key}`", layer.span)
        layers[layer.key] = layer
    return layers


def leaves(node: Node | None, config: tree.Mapping) -> dict[str, Tensor]:
    """The tensors of `input_layers` or `output_layers`, in the order in which Keras numbers them, by their keys.

    What is written as a mapping is sorted by its keys, as Keras does; elsewhere the keys are the layers' names.
    """
    found: dict[str, Tensor] = {}
    if isinstance(node, tree.Mapping):
        for entry in sorted(node, key=lambda entry: entry.key):
            found[entry.key] = _leaf(entry.value)
        return found
    if node is not None and history(node):
        items: tuple[Node, ...] = (node,)
    elif isinstance(node, Sequence):
        items = node.items
    else:
        refuse("not-a-model", "a functional model has `input_layers` and `output_layers`", config.span)
    for item in items:
        tensor = _leaf(item)
        key, count = tensor.layer, 0
        while key in found:
            count += 1
            key = f"{tensor.layer}_{count}"
        found[key] = tensor
    return found


def in_order(layers: Mapping[str, Layer], outputs: Iterable[Tensor]) -> list[tuple[str, int]]:
    """Every call after those that it needs, each as close as can be to what it continues.

    A walk from the outputs back to the inputs, branches in the order in which a layer takes them; calls without a way
    to an output come last. Refuses calls that wait for each other.
    """
    ordered: dict[tuple[str, int], None] = {}
    on_the_way: set[tuple[str, int]] = set()
    rest = [(key, layer.first + index) for key, layer in layers.items() for index in range(len(layer.calls))]
    waiting = [*reversed(rest), *((tensor.layer, tensor.call) for tensor in reversed(list(outputs)))]
    while waiting:
        step = waiting[-1]
        if step in ordered:
            waiting.pop()
            continue
        layer = layers[step[0]]
        needed = [] if layer.is_input else list(layer.calls[step[1] - layer.first].tensors())
        for tensor in needed:
            check(tensor, layers)
        missing = [(t.layer, t.call) for t in needed if (t.layer, t.call) not in ordered]
        if not missing:
            ordered[step] = None
            on_the_way.discard(step)
            waiting.pop()
        elif step in on_the_way:
            refuse("not-a-model", f"`{layer.key}` waits for itself", layer.span)
        else:
            on_the_way.add(step)
            waiting += reversed(missing)
    return list(ordered)


def check(tensor: Tensor, layers: Mapping[str, Layer]) -> None:
    """Refuse a tensor that no call of the config gives."""
    layer = layers.get(tensor.layer)
    if layer is None:
        refuse("not-a-model", f"there is no layer `{tensor.layer}`", tensor.span)
    if not 0 <= tensor.call - layer.first < (1 if layer.is_input else len(layer.calls)):
        refuse("not-a-model", f"`{tensor.layer}` has no call number {tensor.call}", tensor.span)


def _leaf(node: Node) -> Tensor:
    found = history(node)
    if found is None:
        no_counterpart("inputs and outputs of a spec stand in one list or one mapping", node.span, "")
    return Tensor(*found, node.span)
