"""How much memory training takes, estimated from the inferred graph alone.

    weights + gradients + optimizer + activations x batch size

Weights and gradients are exact, the optimizer's variables too (as Keras 3.15 makes them, up to a few scalars).
Activations are what `specc.summary.activations` says. Not counted are the gradients of activations, what kernels need
while they run, TensorFlow itself and the data set: this is the order of magnitude, no bound.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from specc.catalog import load
from specc.component import Component
from specc.graph.infer import completed
from specc.graph.shapes import Weight
from specc.plan import Plan
from specc.plan.stretches import stretches

SLOTS = {
    "Adadelta": 2,
    "Adafactor": 1,
    "Adagrad": 1,
    "Adam": 2,
    "AdamW": 2,
    "Adamax": 2,
    "Ftrl": 2,
    "Lamb": 2,
    "Lion": 1,
    "Muon": 1,
    "Nadam": 2,
    "RMSprop": 1,
    "SGD": 0,
    "ScheduleFreeAdamW": 2,
}
"""How many numbers an optimizer keeps for each trainable one, with its default arguments."""


class Memory(NamedTuple):
    """Estimated memory of training in bytes. `activations` is for a whole batch of `batch_size` samples.

    `known` says that everything counts; otherwise what is not known counts as nothing.
    """

    batch_size: int
    weights: int
    gradients: int
    optimizer: int
    activations: int
    known: bool

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.gradients + self.optimizer + self.activations


def training_memory(plan: Plan, activations: Iterable[int | None]) -> Memory:
    """The estimate for one step of a plan's training. `activations` are the bytes kept per sample, layer by layer.

    Where phases have optimizers of their own, the one that keeps most counts.
    """
    optimizers = [completed(stretch.optimizer, load()) for stretch in stretches(plan)]
    known = plan.inferred.known and all(each.type in {*SLOTS, "LossScaleOptimizer"} for each in optimizers)
    weights = gradients = 0
    trained: list[tuple[int, Weight]] = []
    for node in plan.graph.nodes:
        found = plan.inferred.nodes[node.name]
        size = (found.weights_bytes or 0) // (found.parameters or 1)  # of one number
        weights += found.weights_bytes or 0
        for weight in found.weights:
            if weight.trainable:
                gradients += size * (weight.size or 0)
                trained.append((size, weight))
    slots = max(sum(size * optimizer_numbers(each, weight) for size, weight in trained) for each in optimizers)
    kept = list(activations)
    batch = plan.batch_size * sum(each or 0 for each in kept)
    return Memory(plan.batch_size, weights, gradients, slots, batch, known=known and None not in kept)


def optimizer_numbers(optimizer: Component, weight: Weight) -> int:
    """How many numbers an optimizer, its arguments complete, keeps for a trainable weight; 0 if that is not known."""
    inner = optimizer.arguments.get("inner_optimizer")
    if isinstance(inner, Component):
        return optimizer_numbers(inner, weight)
    if weight.shape is None or None in weight.shape or optimizer.type not in SLOTS:
        return 0
    get, shape, size = optimizer.arguments.get, weight.shape, weight.size or 0
    slots = SLOTS[optimizer.type]
    slots += sum(bool(get(name)) for name in ("amsgrad", "centered", "use_ema", "gradient_accumulation_steps"))
    slots += optimizer.type in {"SGD", "RMSprop"} and bool(get("momentum"))
    slots += optimizer.type == "Muon" and (len(shape) != 2 or "embedding" in weight.name)  # these it leaves to AdamW
    if optimizer.type == "Adafactor" and len(shape) >= 2:
        return slots * size + _rows_and_columns(shape)
    return slots * size


def _rows_and_columns(shape: Sequence[int | None]) -> int:
    """Adafactor's factors of the second moment over the last two axes."""
    rows, columns = 1, 1
    for size in shape[:-1]:
        rows *= size or 0
    for size in (*shape[:-2], shape[-1]):
        columns *= size or 0
    return rows + columns
