"""What inference found of a graph's nodes -> refusals and findings where no machine could hold it.

Weights are counted as a layer builds them, outputs for one sample: a batch of one is the least that training needs.
"""

from collections.abc import Mapping
from typing import Protocol

from specc.diagnostics import Finding, error
from specc.graph.graph import Graph, Node
from specc.graph.shapes import Outcome, Refusal
from specc.graph.shapes.rule import product
from specc.language import limits


class _Counted(Protocol):
    @property
    def parameters(self) -> int | None: ...


def check_size(node: Node, outcome: Outcome) -> None:
    """Refuse (too-large) a weight, or an output for one sample, of more than `limits.TENSOR` numbers."""
    named = [(f"the weight `{weight.name}` of `{node.component.type}`", weight.size) for weight in outcome.weights]
    named += [
        (f"what `{node.component.type}` gives for one sample", product(output.shape[1:]))
        for output in outcome.outputs
        if output.shape
    ]
    for what, size in named:
        if size is not None and size > limits.TENSOR:
            message = f"{what} would hold {_many(size)} numbers, more than {limits.TENSOR:,}"
            raise Refusal("too-large", message, at=_largest_argument(node))


def too_many(parameters: int, graph: Graph, nodes: Mapping[str, _Counted]) -> Finding:
    """The finding that a model has more than `limits.PARAMETERS`, on the node with most of them."""
    most = max(graph.nodes, key=lambda node: nodes[node.name].parameters or 0)
    message = f"the model would have {_many(parameters)} parameters, more than {limits.PARAMETERS:,}"
    note = f"`{most.name}` has most of them: {_many(nodes[most.name].parameters or 0)}"
    return error("too-large", message, most.component.span, notes=(note,))


def _largest_argument(node: Node) -> str | None:
    """The written argument that makes the layer so large, where one clearly does."""
    sizes = {
        name: max((item for item in (value if isinstance(value, list) else [value]) if type(item) is int), default=0)
        for name, value in node.component.arguments.items()
        if name in node.component.spans
    }
    largest = max(sizes, key=lambda name: sizes[name], default=None)
    return largest if largest is not None and sizes[largest] > 1000 else None


def _many(count: int) -> str:
    if count < 10**15:
        return f"{count:,}"
    return f"about 10^{int(count.bit_length() * 0.30103)}"
