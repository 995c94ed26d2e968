"""Losses against targets and against the activation that they get. Shapes of outputs: `specc.plan.imply`."""

from collections.abc import Iterator
from typing import Final

from specc.advice.activations import BOUNDED_ON_ONE_SIDE, BY_UNIT, OVER_UNITS, POSITIVE, PROBABILITIES, RANGES
from specc.advice.ranges import target_range
from specc.advice.view import Output, View
from specc.diagnostics import Finding, Label, error, warning

UNSUPPORTED: Final = {
    "CTC": "needs sequences of labels",
    "Circle": "compares the samples of a batch",
    "CategoricalGeneralizedCrossEntropy": "takes class numbers in a form that no target here has",
}
CATEGORICAL: Final = frozenset(
    {
        "CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalHinge", "SparseCategoricalCrossentropy",
    }
)  # fmt: skip
VECTOR: Final = CATEGORICAL | {"CosineSimilarity", "KLDivergence"}
BINARY: Final = frozenset({"BinaryCrossentropy", "BinaryFocalCrossentropy"})
WITH_LOGITS: Final = BINARY | CATEGORICAL - {"CategoricalHinge"}
"""Losses that take logits or probabilities, as `from_logits` says."""
SQUASHING: Final = OVER_UNITS | BY_UNIT | BOUNDED_ON_ONE_SIDE | RANGES.keys()
"""Activations whose numbers are no logits."""
ON_PROBABILITIES: Final = frozenset({"Dice", "KLDivergence", "Tversky"})
HINGES: Final = frozenset({"CategoricalHinge", "Hinge", "SquaredHinge"})
DISTANCES: Final = frozenset({"Huber", "LogCosh", "MeanAbsoluteError", "MeanSquaredError"})
OF_NUMBERS: Final = DISTANCES | {"MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "Poisson"}


def use_loss(output: Output, crossentropy: str) -> str:
    """The help to use a crossentropy, in the form that fits what the output ends in."""
    fitting, name = (BY_UNIT, "sigmoid") if crossentropy in BINARY else (OVER_UNITS, "softmax")
    if output.ending is None or output.ends_in(fitting):
        return f"use `{crossentropy}`"
    if output.ends_in(SQUASHING):
        return f"end in `{name}`, and use `{crossentropy}`"
    return f"use `{{{crossentropy}: {{from_logits: true}}}}`"


def unsupported_loss(view: View, output: Output) -> Iterator[Finding]:
    """Losses whose targets no data section gives."""
    why = UNSUPPORTED.get(output.loss_type)
    if why:
        help_ = "use a crossentropy for classes, `MeanSquaredError` for numbers"
        yield error("unsupported-loss", f"`{output.loss.type}` {why}", output.loss_span, help=help_)


def vector_loss_on_one_unit(view: View, output: Output) -> Iterator[Finding]:
    """A loss over several units is constant, or fails, where there is one."""
    if output.loss_type in VECTOR and output.units == 1:
        what = "classes" if output.classes else "a number"
        help_ = use_loss(output, "BinaryCrossentropy") if output.classes else "use `MeanSquaredError`"
        yield error(
            "vector-loss-on-one-unit",
            f"`{output.loss.type}` compares several units, the output has one",
            output.loss_span,
            labels=(Label(output.ref.span, f"one unit, for {what}"),),
            help=help_,
        )


def logits_already_squashed(view: View, output: Output) -> Iterator[Finding]:
    """`from_logits` says that the loss itself takes the softmax or sigmoid; nothing may squash before it."""
    if output.loss_type not in WITH_LOGITS or not output.from_logits or not output.ends_in(SQUASHING):
        return
    if _sigmoid_before_categorical(output) or (output.units == 1 and output.ends_in(OVER_UNITS)):
        return  # these have findings of their own
    assert output.ending is not None  # noqa: S101  `ends_in` says so
    activation = output.ending.activation
    doubled = activation in PROBABILITIES
    what = "already gives probabilities" if doubled else "keeps some logits from being reached"
    help_ = "write `from_logits: false`, or leave the activation out" if doubled else "leave the activation out"
    yield warning(
        "logits-already-squashed",
        f"`{output.loss.type}` expects logits, and `{activation}` {what}",
        output.loss.span_of("from_logits") if output.loss_span == output.loss.span else output.loss_span,
        labels=output.ending_label(),
        help=help_,
    )


def loss_expects_probabilities(view: View, output: Output) -> Iterator[Finding]:
    """Without `from_logits` a crossentropy cuts numbers off at 0 and 1, and with them the gradient."""
    expects = output.loss_type in ON_PROBABILITIES or (output.loss_type in WITH_LOGITS and not output.from_logits)
    if not expects or output.ending is None or output.ends_in(PROBABILITIES):
        return
    if output.loss_type in VECTOR and (output.units == 1 or output.ends_in(POSITIVE)):
        return  # no number is positive and above 1 once Keras has divided by the sum
    activation = "sigmoid" if output.units == 1 or output.loss_type in BINARY else "softmax"
    can = output.loss_type in WITH_LOGITS
    help_ = f"write `from_logits: true`, or end in `{activation}`" if can else f"end in `{activation}`"
    yield warning(
        "loss-expects-probabilities",
        f"`{output.loss.type}` expects probabilities, and the output ends in `{output.ending.activation}`",
        output.loss_span,
        labels=output.ending_label(),
        help=help_,
    )


def sigmoid_with_categorical_loss(view: View, output: Output) -> Iterator[Finding]:
    """Of exclusive classes the units make one distribution, which a sigmoid per unit does not."""
    if _sigmoid_before_categorical(output) and output.ending is not None:
        yield warning(
            "sigmoid-with-categorical-loss",
            f"`{output.loss.type}` expects one distribution over the classes, `{output.ending.activation}` judges "
            "each by itself",
            output.loss_span,
            labels=output.ending_label(),
            help="end in `softmax`, or in no activation with `from_logits: true`",
        )


def _sigmoid_before_categorical(output: Output) -> bool:
    categorical = output.loss_type in CATEGORICAL - {"CategoricalHinge"}
    return categorical and output.units != 1 and output.ends_in(BY_UNIT)


def binary_loss_on_classes(view: View, output: Output) -> Iterator[Finding]:
    """A binary loss on a unit per class judges each class by itself, though a sample has exactly one."""
    if output.loss_type in BINARY and output.classes and (output.target.classes or 0) > 2:
        yield warning(
            "binary-loss-on-classes",
            f"`{output.loss.type}` judges each of {output.target.classes} classes by itself, and a sample has one",
            output.loss_span,
            labels=output.ending_label(),
            help=use_loss(output, "SparseCategoricalCrossentropy"),
        )


def class_loss_on_number(view: View, output: Output) -> Iterator[Finding]:
    """Losses for two classes on a target of numbers: a crossentropy of shares between 0 and 1 is sound."""
    if output.classes:
        return
    name = output.target.name
    message = f"`{output.loss.type}` is a loss for classes, `{name}` is a number"
    help_ = f"use `MeanSquaredError`, or say `columns: {{{name}: category}}` if the numbers are names of classes"
    found = target_range(output.target, view.plan)
    if output.loss_type in BINARY and found and not 0 <= found[0] <= found[1] <= 1:
        notes = (f"it goes from {found[0]:g} to {found[1]:g}, and the loss takes 0 to 1",)
        yield error("class-loss-on-number", message, output.loss_span, notes=notes, help=help_)
    elif output.loss_type in HINGES - VECTOR:
        yield error("class-loss-on-number", message, output.loss_span, help=help_)


def number_loss_on_classes(view: View, output: Output) -> Iterator[Finding]:
    """A distance between a class and an unbounded number; between a class and a probability it is sound."""
    if not output.classes or output.loss_type not in OF_NUMBERS or output.ending is None:
        return
    squashed = output.ends_in(PROBABILITIES | RANGES.keys())
    if output.loss_type in DISTANCES and squashed:
        return
    loss = "BinaryCrossentropy" if output.units == 1 else "SparseCategoricalCrossentropy"
    yield warning(
        "number-loss-on-classes",
        f"`{output.loss.type}` is a loss for numbers, `{output.target.name}` is a class",
        output.loss_span,
        labels=output.ending_label(),
        help=use_loss(output, loss),
    )


def loss_needs_positive_outputs(view: View, output: Output) -> Iterator[Finding]:
    """The Poisson loss takes the output's logarithm, which a negative output does not have."""
    known = output.ending is not None and output.ending.activation != "prelu"
    if output.loss_type == "Poisson" and not output.classes and known and not output.ends_in(POSITIVE):
        yield warning(
            "loss-needs-positive-outputs",
            f"`{output.loss.type}` is not a number where the output is negative",
            output.loss_span,
            labels=output.ending_label(),
            help="end in `exponential` or `softplus`",
        )


def hinge_on_probabilities(view: View, output: Output) -> Iterator[Finding]:
    """A hinge asks for -1 and 1; a probability never gets below 0."""
    if output.loss_type in HINGES - VECTOR and output.classes and output.ends_in(PROBABILITIES):
        yield warning(
            "hinge-on-probabilities",
            f"`{output.loss.type}` asks for outputs up to 1 and down to -1, these are never negative",
            output.loss_span,
            labels=output.ending_label(),
            help="end in `tanh` or in no activation, or use `BinaryCrossentropy`",
        )


def loss_weights(view: View) -> Iterator[Finding]:
    """Weights that weigh nothing against anything, or everything with 0."""
    weights = view.plan.loss_weights
    if not weights:
        return
    span = view.plan.place_of("training.loss_weights")
    if len(view.outputs) == 1:
        message = "the model has one loss, so its weight is left out"
        yield warning("loss-weight-without-effect", message, span, help="scale the learning rate instead")
    elif all(weights.get(output.name, 1.0) == 0 for output in view.outputs):
        yield error("no-loss", "all losses have the weight 0: nothing is learned", span)
