"""The model's last layers against what they are to predict."""

from collections.abc import Iterator

from specc.advice.activations import RANGES
from specc.advice.ranges import target_range
from specc.advice.view import Output, View
from specc.diagnostics import Finding, Label, warning

DROPOUTS = frozenset(
    {"AlphaDropout", "Dropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}
)


def relu_output(view: View, output: Output) -> Iterator[Finding]:
    """A rectified last unit cannot be negative, and once it is 0 for every sample it stays so."""
    if not output.classes and output.ending is not None and output.ends_in({"relu", "relu6"}):
        yield warning(
            "relu-output",
            f"`{output.target.name}` is predicted through `{output.ending.activation}`, which can stop learning",
            output.ending.span,
            notes=("an output that is 0 for every sample has no gradient",),
            help="leave the activation out, or use `softplus` if numbers must be positive",
        )


def output_range(view: View, output: Output) -> Iterator[Finding]:
    """A target whose values the last activation cannot give."""
    bounds = RANGES.get(output.ending.activation) if output.ending else None
    found = None if output.classes else target_range(output.target, view.plan)
    if bounds and found and output.ending and (found[0] < bounds[0] or found[1] > bounds[1]):
        yield warning(
            "output-range",
            f"`{output.ending.activation}` gives {bounds[0]:g} to {bounds[1]:g}, `{output.target.name}` goes from "
            f"{found[0]:g} to {found[1]:g}",
            output.ending.span,
            help="leave the activation out",
        )


def more_units_than_classes(view: View, output: Output) -> Iterator[Finding]:
    """Units that no class belongs to."""
    classes = output.target.classes
    if output.classes and classes and output.units and output.units > max(classes, 1):
        yield warning(
            "more-units-than-classes",
            f"the output has {output.units} units, `{output.target.name}` has {classes} classes",
            output.ref.span,
            labels=(Label(output.ending.node.component.span_of("units"), "decided here"),) if output.ending else (),
            help="`Output` is always as wide as its target",
        )


def dropout_after_output(view: View, output: Output) -> Iterator[Finding]:
    """Dropout on predictions sets some of them to 0 while training."""
    node = view.plan.graph.node(output.ref.source)
    if node and view.type_of(node.component) in DROPOUTS:
        message = f"`{node.component.type}` drops predictions, not features"
        help_ = "put it before the last layer"
        yield warning("dropout-after-output", message, node.component.span, help=help_)


def normalization_after_output(view: View, output: Output) -> Iterator[Finding]:
    """Batch normalization makes each prediction depend on the rest of its batch."""
    node = view.plan.graph.node(output.ref.source)
    if node and view.type_of(node.component) == "BatchNormalization":
        message = "predictions are normalized over their batch, so each depends on the others"
        help_ = "put it before the last layer"
        yield warning("normalization-after-output", message, node.component.span, help=help_)
