"""`Plan` -> the table that `specc show` prints: layers with their inputs, output shapes and parameters, and totals."""

from dataclasses import asdict, dataclass
from typing import Any

from specc.graph.graph import TensorType
from specc.graph.resolve import sources
from specc.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One line of the table. `parameters` and `multiply_adds` (per sample) are None where they are not known."""

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shape: str
    parameters: int | None
    multiply_adds: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A model at a glance. `known` says that the totals count every layer; otherwise they are lower bounds."""

    name: str
    rows: tuple[SummaryRow, ...]
    trainable: int
    non_trainable: int
    multiply_adds: int
    known: bool

    @property
    def parameters(self) -> int:
        """How many numbers the model's weights hold."""
        return self.trainable + self.non_trainable

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {**asdict(self), "parameters": self.parameters}


def summarize(plan: Plan) -> Summary:
    """The summary of a plan's model, by the static rules of `specc.graph.infer`."""
    rows = [
        SummaryRow(graph_input.name, "Input", (), _shape(plan.inferred.inputs[graph_input.name]), 0, 0)
        for graph_input in plan.graph.inputs
    ]
    for node in plan.graph.nodes:
        found = plan.inferred.nodes[node.name]
        inputs = tuple(dict.fromkeys(ref.source for ref in sources(node)))
        type_name = node.component.type if node.layer == node.name else f"{node.component.type} of {node.layer}"
        shapes = ", ".join(_shape(tensor) for tensor in found.outputs)
        rows.append(SummaryRow(node.name, type_name, inputs, shapes, found.parameters, found.multiply_adds))
    totals = plan.inferred
    return Summary(plan.name, tuple(rows), totals.trainable, totals.non_trainable, totals.multiply_adds, totals.known)


def summary_table(summary: Summary) -> str:
    """The summary as aligned text, parameters and multiply-adds to the right."""
    header = ("layer", "type", "inputs", "output shape", "parameters", "multiply-adds")
    rows = [
        (row.name, row.type, ", ".join(row.inputs), row.output_shape, _count(row.parameters), _count(row.multiply_adds))
        for row in summary.rows
    ]
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    lines = [_line(row, widths) for row in (header, *rows)]
    fixed = summary.non_trainable
    at_least = "" if summary.known else "at least "
    return "\n".join(
        [
            f"{summary.name}",
            "",
            lines[0],
            "  ".join("-" * width for width in widths),
            *lines[1:],
            "",
            f"parameters: {at_least}{summary.parameters:,} ({summary.trainable:,} trainable, {fixed:,} not)",
            f"multiply-adds per sample: {at_least}{summary.multiply_adds:,}",
        ]
    )


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [
        cell.rjust(width) if column > 3 else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _count(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"


def _shape(tensor: TensorType) -> str:
    return "unknown" if tensor.shape is None else str(tensor.shape)
