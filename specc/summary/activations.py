"""What a layer keeps of a sample for the backward pass: its outputs, and inside of some layers much more than those.

Recurrent layers keep their gates for every step, attention its scores. Everything here is an estimate from shapes and
arguments; which tensors are really kept is TensorFlow's choice.
"""

from math import prod

from specc.component import Argument, Component
from specc.graph.graph import Node, Ref, TensorType
from specc.graph.infer import Inferred
from specc.graph.shapes.rule import BYTES

KEPT_PER_STEP = {"LSTM": 7, "GRU": 5, "SimpleRNN": 2, "ConvLSTM1D": 7, "ConvLSTM2D": 7, "ConvLSTM3D": 7}
KEPT_PER_STEP |= {"LSTMCell": 7, "GRUCell": 5, "SimpleRNNCell": 2}
"""Numbers kept for each unit and step: gates, candidates and states."""

Sizes = tuple[int, ...]


def activation_bytes(node: Node, component: Component, inferred: Inferred) -> int | None:
    """The bytes kept of one sample at `node`, whose layer with all its arguments is `component`; None if unknown."""
    found = inferred.nodes[node.name]
    known, outputs = found.activation_bytes, found.outputs
    inputs = [inferred.tensor(ref) for ref in _operands(node)][:2]
    if known is None or not inputs or None in (x.shape for x in inputs):
        return known
    query, value = _sizes(inputs[0]), _sizes(inputs[-1])
    inside = _scores(component, query, value) + _steps(component, query, _sizes(outputs[0]))
    if inside and any(None in (x.shape or ())[1:] for x in inputs):
        return None
    return known + inside * BYTES[outputs[0].dtype]


def _operands(node: Node) -> list[Ref]:
    """What the layer works on, in its order: for attention the query first, then the value."""
    wirings = [*node.positional, *node.keywords.values()]
    return [ref for wiring in wirings for ref in ((wiring,) if isinstance(wiring, Ref) else wiring)]


def _sizes(tensor: TensorType) -> Sizes:
    """The axes but the batch's; one that is unknown as 1."""
    return tuple(1 if size is None else size for size in (tensor.shape or ())[1:])


def _scores(layer: Component, query: Sizes, value: Sizes) -> int:
    """Numbers that attention keeps: scores and probabilities of each pair of positions, and the projections."""
    pairs = prod(query[:-1]) * prod(value[:-1])
    match layer.type:
        case "MultiHeadAttention" | "GroupQueryAttention":
            heads = _number(layer, "num_heads") or _number(layer, "num_query_heads")
            width = heads * (_number(layer, "key_dim") or _number(layer, "head_dim"))
            return 2 * heads * pairs + 2 * width * (prod(query[:-1]) + prod(value[:-1]))
        case "Attention":
            return 2 * pairs
        case "AdditiveAttention":
            return pairs * (2 + prod(query[-1:]))
    return 0


def _steps(layer: Component, sizes: Sizes, output: Sizes) -> int:
    """Numbers that a recurrent layer, or one around it, keeps for its steps over an input of `sizes`."""
    if not sizes:
        return 0
    inner = layer.arguments.get("layer")
    if isinstance(inner, Component):
        if layer.type == "TimeDistributed":
            return sizes[0] * _steps(inner, sizes[1:], output)
        backward = layer.arguments.get("backward_layer")
        other = backward if isinstance(backward, Component) else inner
        both = (inner, other) if layer.type == "Bidirectional" else (inner,)
        return sum(_steps(one, sizes, output) for one in both)
    if layer.type in {"RNN", "StackedRNNCells"}:
        cells = layer.arguments.get("cell", layer.arguments.get("cells"))
        return sum(_steps(cell, sizes, output) for cell in _components(cells))
    if layer.type not in KEPT_PER_STEP:
        return 0
    if layer.type.startswith("ConvLSTM"):
        spatial = int(layer.type[-2])
        return sizes[0] * KEPT_PER_STEP[layer.type] * prod(output[-spatial - 1 :])
    return sizes[0] * KEPT_PER_STEP[layer.type] * _number(layer, "units")


def _components(value: Argument) -> list[Component]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, Component)]


def _number(layer: Component, name: str) -> int:
    value = layer.arguments.get(name)
    return value if isinstance(value, int) else 0
