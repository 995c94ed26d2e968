"""`Plan` -> what there is to say about its model: each layer with its inputs, shapes, counts and memory, and totals.

Nothing is laid out here: `specc.summary.table` and `specc.drawing` do that.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from specc.catalog import load
from specc.component import Argument, Component
from specc.drawing import Part, Weights
from specc.graph.graph import Graph, Node, TensorType
from specc.graph.infer import Inferred, completed
from specc.graph.order import sources
from specc.graph.shapes.rule import bytes_of
from specc.plan import Outline, Plan
from specc.summary.activations import activation_bytes
from specc.summary.memory import Memory, training_memory


class Inner(NamedTuple):
    """A layer that stands in an argument of another, as the `LSTM` of a `Bidirectional`, or in a model."""

    argument: str
    type: str
    inner: tuple["Inner", ...] = ()


class Row(NamedTuple):
    """A layer, or an input of the model.

    Counts and bytes are None where they are not known; `multiply_adds` and `activation_bytes` are per sample. A layer
    that applies the weights of another one again names it in `shares`, and brings no parameters of its own. `inputs`
    are nodes, `wires` the same by the names that the spec gives to their outputs.
    """

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shape: str
    parameters: int | None
    trainable: int | None
    multiply_adds: int | None
    activation_bytes: int | None
    is_input: bool = False
    is_output: bool = False
    shares: str | None = None
    inner: tuple[Inner, ...] = ()
    wires: tuple[str, ...] = ()


class Summary(NamedTuple):
    """A model at a glance. `known` says that the totals count every layer; otherwise they are lower bounds.

    How much memory training takes is not known of a model alone.
    """

    name: str
    rows: tuple[Row, ...]
    trainable: int
    non_trainable: int
    multiply_adds: int
    known: bool
    memory: Memory | None

    @property
    def parameters(self) -> int:
        """How many numbers the model's weights hold."""
        return self.trainable + self.non_trainable

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        rows = [{**row._asdict(), "inner": [_inner_json(inner) for inner in row.inner]} for row in self.rows]
        memory = {**self.memory._asdict(), "total": self.memory.total} if self.memory else None
        return {**self._asdict(), "rows": rows, "parameters": self.parameters, "memory": memory}

    def parts(self) -> list[Part]:
        """The rows as parts of a drawing."""
        return [
            Part(row.name, _drawn_type(row), row.output_shape, row.inputs, _weights(row), row.is_input, row.is_output)
            for row in self.rows
        ]


def summarize(model: Plan | Outline) -> Summary:
    """The summary of a model, by the static rules of `specc.graph.infer`; of a plan's with the memory of training."""
    graph, inferred = model.graph, model.inferred
    outputs = {ref.source for ref in graph.outputs.values()}
    rows = [
        Row(name, "Input", (), _shape(tensor), 0, 0, 0, bytes_of(tensor), is_input=True)
        for name, tensor in inferred.inputs.items()
    ]
    named = {node.name: node.outputs for node in graph.nodes}
    rows += [_row(node, inferred, node.name in outputs)._replace(wires=_wires(node, named)) for node in graph.nodes]
    kept = [row.activation_bytes for row in rows]
    return Summary(
        model.name,
        tuple(rows),
        inferred.trainable,
        inferred.non_trainable,
        inferred.multiply_adds,
        inferred.known,
        training_memory(model, kept) if isinstance(model, Plan) else None,
    )


def _wires(node: Node, named: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What the node takes, by the names of outputs; a node without any is the name of its own first output."""
    taken = (named.get(ref.source, ())[ref.port : ref.port + 1] or (ref.source,) for ref in sources(node))
    return tuple(dict.fromkeys(name for names in taken for name in names))


def _row(node: Node, inferred: Inferred, is_output: bool) -> Row:
    found = inferred.nodes[node.name]
    component = completed(node.component, load())
    return Row(
        node.name,
        node.component.type,
        tuple(dict.fromkeys(ref.source for ref in sources(node))),
        ", ".join(_shape(tensor) for tensor in found.outputs),
        found.parameters,
        found.trainable,
        found.multiply_adds,
        activation_bytes(node, component, inferred),
        is_output=is_output,
        shares=None if node.layer == node.name else node.layer,
        inner=_inner(component) if node.model is None else _inside(node.model),
    )


def _inside(model: Graph) -> tuple[Inner, ...]:
    """The layers of a model that stands as a layer, by their names."""
    return tuple(
        Inner(node.name, node.component.type, _inside(node.model) if node.model else _inner(node.component))
        for node in model.nodes
    )


def _inner(component: Component) -> tuple[Inner, ...]:
    return tuple(
        Inner(name, layer.type, _inner(layer))
        for name, value in component.arguments.items()
        for layer in _layers(value)
    )


def _layers(value: Argument) -> Iterable[Component]:
    values = value if isinstance(value, list) else [value]
    return (item for item in values if isinstance(item, Component) and item.kind == "layer")


def _inner_json(inner: Inner) -> dict[str, Any]:
    return {**inner._asdict(), "inner": [_inner_json(deeper) for deeper in inner.inner]}


def _drawn_type(row: Row) -> str:
    if row.shares:
        return f"{row.type} of {row.shares}"
    wraps = [inner.type for inner in row.inner] if len(row.inner) <= 2 else []  # more are the layers of a model
    return f"{row.type} of {', '.join(wraps)}" if wraps else row.type


def _weights(row: Row) -> Weights:
    return Weights.TRAINED if row.trainable else Weights.FROZEN if row.parameters else Weights.NONE


def _shape(tensor: TensorType) -> str:
    return "unknown" if tensor.shape is None else str(tensor.shape)
