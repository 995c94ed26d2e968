"""What a model's config lists -> its layers with their calls, its inputs and outputs, in an order that works.

Everything here is as Keras has it: names, and tensors by the calls that they come from.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from specc.diagnostics import Span
from specc.importing.components import class_of
from specc.importing.refusal import no_counterpart, refuse
from specc.importing.wires import Call, Tensor, from_zero, history, read_calls
from specc.language import tree
from specc.language.tree import Node, Sequence, Value

LAYERS = 20_000
"""Layers of one model."""

KINDS = ("Sequential", "Functional", "Model")
"""The classes of models that list their layers."""


class Layer(NamedTuple):
    """One layer of a config, with its calls."""

    key: str
    node: tree.Mapping
    span: Span
    calls: list[Call]
    is_input: bool


class Listed(NamedTuple):
    """What a functional model lists. `inputs` and `outputs` are tensors by the keys that Keras has for them."""

    layers: dict[str, Layer]
    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]


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


def read_layer(node: tree.Mapping, calls: list[Call]) -> Layer:
    """One layer with its `calls`. Raises RefusalError if it has no class or name."""
    class_name, config, name = node.get("class_name"), node.get("config"), node.get("name")
    if not isinstance(name, Value) and isinstance(config, tree.Mapping):
        name = config.get("name")
    key = name.value if isinstance(name, Value) and isinstance(name.value, str) else None
    is_input = isinstance(class_name, Value) and class_name.value == "InputLayer"
    if not key or not isinstance(class_name, Value):
        class_of(node, "layer")  # of what is not even Keras', that is to be said
        refuse("not-a-model", "a layer has a `class_name` and a `name`", node.span)
    return Layer(key, node, class_name.span, calls, is_input)


def read_functional(config: tree.Mapping) -> Listed:
    """The layers of a functional model by name, in the order of the config, its inputs and outputs.

    Keras counts the calls of a nested functional model in two ways: from 0 in `inbound_nodes`, but from 1 in
    `input_layers` and `output_layers` (keras/src/models/functional.py, `serialize_node` and `get_config`). Keras 2
    counted them from 1 everywhere, those of a Sequential with an input layer too. Here all are counted from 0. Raises
    RefusalError.
    """
    nodes = [(read_layer(node, []), node) for node in layer_nodes(config)]
    old = any(_is_old(node.get("inbound_nodes")) for _, node in nodes)
    later = frozenset(layer.key for layer, node in nodes if is_model(node) and _counts_itself(node, old=old))
    layers: dict[str, Layer] = {}
    for layer, node in nodes:
        if layer.key in layers:
            refuse("not-a-model", f"two layers are called `{layer.key}`", layer.span)
        calls = read_calls(node.get("inbound_nodes"), node.span, later if old else frozenset())
        layers[layer.key] = layer._replace(calls=calls)
    taken = _leaves(config.get("input_layers"), config, later)
    return Listed(layers, taken, _leaves(config.get("output_layers"), config, later))


def _is_old(nodes: Node | None) -> bool:
    return isinstance(nodes, Sequence) and any(isinstance(item, Sequence) for item in nodes.items)


def _counts_itself(node: tree.Mapping, *, old: bool) -> bool:
    """Whether Keras counts what a model was made of as its call number 0."""
    if kind_of(node) != "Sequential":
        return True
    config = node.get("config")
    layers = config.get("layers") if isinstance(config, tree.Mapping) else None
    first = layers.items[0] if isinstance(layers, Sequence) and layers.items else None
    name = first.get("class_name") if isinstance(first, tree.Mapping) else None
    return old and isinstance(name, Value) and name.value == "InputLayer"


def _leaves(node: Node | None, config: tree.Mapping, later: AbstractSet[str]) -> dict[str, Tensor]:
    """The tensors of `input_layers` or `output_layers`, in the order in which Keras numbers them, by their keys.

    What is written as a mapping is sorted by its keys, as Keras does; elsewhere the keys are the layers' names. `later`
    are the layers whose calls are counted from 1.
    """
    found: dict[str, Tensor] = {}
    if isinstance(node, tree.Mapping):
        for entry in sorted(node, key=lambda entry: entry.key):
            found[entry.key] = _leaf(entry.value, later)
        return found
    if node is not None and history(node):
        items: tuple[Node, ...] = (node,)
    elif isinstance(node, Sequence):
        items = node.items
    else:
        refuse("not-a-model", "a functional model has `input_layers` and `output_layers`", config.span)
    for item in items:
        tensor = _leaf(item, later)
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
    rest = [(key, number) for key, layer in layers.items() for number in range(len(layer.calls))]
    waiting = [*reversed(rest), *((tensor.layer, tensor.call) for tensor in reversed(list(outputs)))]
    while waiting:
        step = waiting[-1]
        if step in ordered:
            waiting.pop()
            continue
        layer = layers[step[0]]
        needed = [] if layer.is_input else list(layer.calls[step[1]].tensors())
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
    if not 0 <= tensor.call < (1 if layer.is_input else len(layer.calls)):
        refuse("not-a-model", f"`{tensor.layer}` has no call number {tensor.call}", tensor.span)


def _leaf(node: Node, later: AbstractSet[str]) -> Tensor:
    found = history(node)
    if found is None:
        no_counterpart("inputs and outputs of a spec stand in one list or one mapping", node.span, "")
    return from_zero(Tensor(*found, node.span), later)
