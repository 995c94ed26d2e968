"""Batch size, learning rate, and whether there is anything to train."""

from collections.abc import Iterator
from typing import Final

from specc.advice.view import View
from specc.component import Component
from specc.diagnostics import Finding, Label, error, warning
from specc.plan.imply import BATCH_SIZE
from specc.spec.unknown import is_faulty

NORMALIZING: Final = frozenset({"Adam", "AdamW", "Adamax", "Lamb", "Lion", "Nadam", "RMSprop", "ScheduleFreeAdamW"})
"""Optimizers whose step is about as long as the learning rate, whatever the gradient."""
STEEPEST: Final = 10.0
"""A rate of plain gradient descent beyond which hardly any model learns."""


def batch_over_split(view: View) -> Iterator[Finding]:
    """A chosen batch size that no batch can have. The default one takes few rows at once, which is sound."""
    rows, size = view.train_rows, view.plan.batch_size
    if rows is not None and size > max(rows, BATCH_SIZE):
        message = f"a batch has {size} rows, and {rows} {'trains' if rows == 1 else 'train'}"
        help_ = f"`batch_size: {rows}` takes all of them at once"
        yield warning("batch-over-split", message, view.plan.place_of("training.batch_size"), help=help_)


def learning_rate(view: View) -> Iterator[Finding]:
    """A rate of 0, one above 1 where the rate is the length of a step, and one that is beyond use for `SGD`."""
    for course in view.courses:
        yield from _rate_of(course.optimizer, view)


def _rate_of(optimizer: Component, view: View) -> Iterator[Finding]:
    rate = view.argument(optimizer, "learning_rate")
    if not isinstance(rate, int | float) or isinstance(rate, bool):
        return
    if rate == 0:
        message = "with a learning rate of 0 no weight changes"
        yield error("learning-rate-zero", message, optimizer.span_of("learning_rate"))
    elif rate > 1 and view.type_of(optimizer) in NORMALIZING:
        yield warning(
            "learning-rate-too-high",
            f"`{optimizer.type}` moves every weight by about the learning rate, {rate:g}, in each step",
            optimizer.span_of("learning_rate"),
            help="usual are 1e-4 to 1e-2",
        )
    elif rate > STEEPEST and view.type_of(optimizer) == "SGD":
        yield warning(
            "learning-rate-too-high",
            f"`{optimizer.type}` moves every weight by {rate:g} times its gradient in each step",
            optimizer.span_of("learning_rate"),
            help="usual are 1e-3 to 1e-1",
        )


def nothing_to_train(view: View) -> Iterator[Finding]:
    """A model without a trainable weight. One without data is not trained, and may well have none."""
    inferred, nodes = view.plan.inferred, view.plan.graph.nodes
    if is_faulty(view.plan.facts) or not inferred.known or inferred.trainable or not nodes:
        return
    frozen = [node for node in nodes if node.component.arguments.get("trainable") is False]
    labels = tuple(Label(node.component.span_of("trainable"), "frozen") for node in frozen)
    what = "all its weights are frozen" if inferred.non_trainable else "no layer has weights"
    place = next((ref.span for ref in view.plan.graph.outputs.values()), view.plan.place)
    yield error("nothing-to-train", f"the model has nothing to learn with: {what}", place, labels=labels)
