"""The calls that a functional config records -> wires: which outputs of which calls go into a call, and as what.

Keras writes a tensor as the history that led to it, `[layer, number of the call, number of the output]`.
"""

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple, TypeAlias

from specc.diagnostics import Span
from specc.importing.refusal import no_counterpart, refuse
from specc.language.tree import Mapping, Node, Sequence, Value


class Tensor(NamedTuple):
    """Output number `port` of call number `call` of the layer that the config names. `rank` is None if unknown."""

    layer: str
    call: int
    port: int
    span: Span
    shape: tuple[int | None, ...] | None = None


Input: TypeAlias = "Tensor | list[Input] | dict[str, Input] | Node"
"""What stands at one place of a call: a tensor, several of them, or a constant of the config."""


class Call(NamedTuple):
    """What a layer is called with."""

    positional: tuple[Input, ...]
    keywords: AbstractMapping[str, Input]
    span: Span

    def tensors(self) -> Iterator[Tensor]:
        """Every tensor that goes in, in order."""
        for value in (*self.positional, *self.keywords.values()):
            yield from tensors_in(value)

    def rank(self) -> int | None:
        """The number of axes of the first tensor, the batch's included; None if it is not told."""
        first = next(self.tensors(), None)
        return len(first.shape) if first and first.shape is not None else None


def read_calls(nodes: Node | None, span: Span, later: AbstractSet[str] = frozenset()) -> list[Call]:
    """The calls in `inbound_nodes`. Raises RefusalError for what has another form.

    `later` are the layers whose calls are counted from 1 where Keras 2 wrote them.
    """
    if not isinstance(nodes, Sequence):
        refuse("not-a-model", "a layer of a functional model lists its calls in `inbound_nodes`", span)
    return [_call(node, later) for node in nodes.items]


def tensors_in(value: Input) -> Iterator[Tensor]:
    """Every tensor of one input."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from tensors_in(item)


def history(node: Node) -> tuple[str, int, int] | None:
    """`[layer, number of the call, number of the output]`, or None if that is not what `node` is."""
    if not isinstance(node, Sequence) or len(node.items) < 3:
        return None
    layer, call, port = (item.value if isinstance(item, Value) else None for item in node.items[:3])
    if not isinstance(layer, str) or type(call) is not int or type(port) is not int or not 0 <= port < 10_000:
        return None
    return layer, call, port


def from_zero(tensor: Tensor, later: AbstractSet[str]) -> Tensor:
    """A tensor with its call counted from 0, which those of the layers in `later` are not."""
    return tensor._replace(call=tensor.call - 1) if tensor.layer in later else tensor


def _call(node: Node, later: AbstractSet[str]) -> Call:
    if isinstance(node, Sequence):
        return _old_call(node, later)
    positional, keywords = (node.get("args"), node.get("kwargs")) if isinstance(node, Mapping) else (None, None)
    if not isinstance(positional, Sequence) or not isinstance(keywords, Mapping):
        refuse("not-a-model", "a call has `args` and `kwargs`", node.span)
    return Call(
        tuple(_input(item) for item in positional.items),
        {entry.key: _input(entry.value) for entry in keywords},
        node.span,
    )


def _old_call(node: Sequence, later: AbstractSet[str]) -> Call:
    """A call as Keras 2 wrote it: a list of `[layer, call, output, keyword arguments]`."""
    tensors: list[Input] = []
    keywords: dict[str, Input] = {}
    for item in node.items:
        found = history(item)
        if found is None:
            refuse("not-a-model", "a tensor is written `[layer, number of its call, number of its output]`", item.span)
        tensors.append(from_zero(Tensor(*found, item.span), later))
        more = item.items[3] if isinstance(item, Sequence) and len(item.items) > 3 else None
        if isinstance(more, Mapping):
            keywords |= {entry.key: _input(entry.value) for entry in more}
    if not tensors:
        refuse("not-a-model", "nothing flows into this call", node.span)
    return Call((tensors[0] if len(tensors) == 1 else tensors,), keywords, node.span)


def _input(node: Node) -> Input:
    if isinstance(node, Sequence):
        items = [_input(item) for item in node.items]
        return items if any(True for item in items for _ in tensors_in(item)) else node
    if not isinstance(node, Mapping):
        return node
    class_name = node.get("class_name")
    if not isinstance(class_name, Value):
        entries = {entry.key: _input(entry.value) for entry in node}
        return entries if any(True for item in entries.values() for _ in tensors_in(item)) else node
    if class_name.value == "__tuple__":
        config = node.get("config")
        items_node = config.get("value") if isinstance(config, Mapping) else node.get("items")
        return _input(items_node) if isinstance(items_node, Sequence) else node
    if class_name.value != "__keras_tensor__":
        return node
    config = node.get("config")
    found = history(config.get("keras_history") or node) if isinstance(config, Mapping) else None
    if found is None or not isinstance(config, Mapping):
        no_counterpart("this tensor does not come from a layer of the model", node.span, "")
    return Tensor(*found, node.span, _shape(config.get("shape")))


def _shape(node: Node | None) -> tuple[int | None, ...] | None:
    if not isinstance(node, Sequence):
        return None
    sizes = [item.value if isinstance(item, Value) else None for item in node.items]
    return tuple(size if type(size) is int else None for size in sizes)
