"""What a layer keeps of a sample for the backward pass: its outputs, and inside of some layers much more than those.

Recurrent layers keep their gates for every step, attention its scores. Everything here is an estimate from shapes and
arguments; which tensors are really kept is TensorFlow's choice.
"""

from collections.abc import Iterable
from math import prod

from specc.component import Argument, Component
from specc.graph.graph import Node, Ref, TensorType
from specc.graph.infer import Inferred

BYTES = {"bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "float16": 2, "bfloat16": 2}
BYTES |= {"int32": 4, "uint32": 4, "float32": 4, "int64": 8, "uint64": 8, "float64": 8, "complex64": 8}

KEPT_PER_STEP = {"LSTM": 7, "GRU": 5, "SimpleRNN": 2, "ConvLSTM1D": 7, "ConvLSTM2D": 7, "ConvLSTM3D": 7}
KEPT_PER_STEP |= {"LSTMCell": 7, "GRUCell": 5, "SimpleRNNCell": 2}
"""Numbers kept for each unit and step: gates, candidates and states."""

Sizes = tuple[int, ...]


def tensor_bytes(tensors: Iterable[TensorType]) -> int | None:
    """The bytes that tensors take for one sample of the batch; None if a size besides the batch axis is unknown."""
    total = 0
    for tensor in tensors:
        sizes = _sizes(tensor)
        if sizes is None or tensor.dtype not in BYTES:
            return None
        total += prod(sizes) * BYTES[tensor.dtype]
    return total


def activation_bytes(node: Node, component: Component, inferred: Inferred) -> int | None:
    """The bytes kept of one sample at `node`, whose layer with all its arguments is `component`; None if unknown."""
    outputs = inferred.nodes[node.name].outputs
    known = tensor_bytes(outputs)
    inputs = [_sizes(inferred.tensor(ref)) for ref in _operands(node)]
    if known is None or not inputs or inputs[0] is None:
        return known
    sizes = inputs[0]
    last = next((size for size in reversed(inputs[:2]) if size is not None), sizes)
    inside = _scores(component, sizes, last) + _steps(component, sizes, _sizes(outputs[0]) or ())
    return known + inside * BYTES[outputs[0].dtype or "float32"]


def _operands(node: Node) -> list[Ref]:
    """What the layer works on: its positional inputs, or what it takes as `query`, `value` or by other names."""
    wirings = [*node.positional, *node.keywords.values()]
    return [ref for wiring in wirings for ref in ((wiring,) if isinstance(wiring, Ref) else wiring)]


def _sizes(tensor: TensorType) -> Sizes | None:
    """The axes but the batch's, None if one is unknown."""
    if tensor.shape is None or None in tensor.shape[1:]:
        return None
    return tuple(size for size in tensor.shape[1:] if size is not None)


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
            return pairs * (2 + query[-1])
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
