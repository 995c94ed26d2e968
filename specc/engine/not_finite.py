"""A loss that is no number -> the step, the layer and the samples that made it so.

The steps of a call are made again one by one, from the state before it; then the step at fault is looked at from the
inside: what it starts from, what goes in, what each layer gives, what each weight's gradient is.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import keras
import numpy as np
import tensorflow as tf

from specc.engine.array_files import Array
from specc.engine.feeding import Part, part_of
from specc.engine.samples import Samples
from specc.engine.state import State

Tensor: TypeAlias = Any


class Culprit(NamedTuple):
    """What was found. `step` counts in its epoch from 0; `rows` are the training samples concerned, at best a few."""

    step: int
    why: str
    rows: tuple[int, ...] = ()


def find_culprit(  # noqa: PLR0913, PLR0917  what is looked at
    model: keras.Model,
    samples: Samples,
    state: State,
    before: Sequence[Tensor],
    one_step: Callable[[int], bool],
    batch: Callable[[int], Array],
    steps: range,
) -> Culprit:
    """Make `steps` again from the state `before`. `one_step` makes one and says whether the loss is finite after it.

    `batch` gives the rows of a step.
    """
    state.put(before)
    earlier, now = None, list(before)
    for step in steps:
        if one_step(step):
            earlier, now = now, state.copy()
            continue
        state.put(now)
        if not _finite_weights(model):
            if earlier is None:
                return Culprit(step, f"{_bad_weights(model)} before it, from the update of the step before")
            state.put(earlier)
            return Culprit(step - 1, _in_gradient(model, part_of(samples, batch(step - 1))), tuple(batch(step - 1)))
        return _in_step(model, samples, step, batch(step))
    last = steps[-1]
    return Culprit(last, "made again step by step, the loss is a number", tuple(batch(last)))


def _in_step(model: keras.Model, samples: Samples, step: int, rows: Array) -> Culprit:
    """Where in the forward pass numbers go missing."""
    part = part_of(samples, rows)
    given = {"input": part.inputs, "target": part.targets, "weight": part.weights}
    for kind, tensors in given.items():
        for name, tensor in _named(tensors, kind):
            bad = _bad_rows(tensor)
            if bad.any():
                return Culprit(step, f"{name} holds {_value(tensor)}", _some(rows, bad))
    nodes = [node for depth in sorted(model._nodes_by_depth, reverse=True) for node in model._nodes_by_depth[depth]]  # noqa: SLF001
    nodes = [node for node in nodes if not node.is_input]
    probe = keras.Model(model.inputs, [node.outputs for node in nodes])
    for node, outputs in zip(nodes, probe(keras.tree.flatten(part.inputs), training=True), strict=True):
        for tensor in keras.tree.flatten(outputs):
            bad = _bad_rows(tensor)
            if bad.any():
                many = f"for {int(bad.sum())} of {len(bad)} samples" if bad.shape == rows.shape else "in its output"
                layer = f"the layer `{node.operation.name}` ({type(node.operation).__name__})"
                found = rows[bad] if bad.shape == rows.shape else rows
                return Culprit(step, f"{layer} gives {_value(tensor)} {many}", tuple(map(int, found)))
    return Culprit(step, "every layer gives numbers, but the loss of them is none", tuple(map(int, rows)))


def _in_gradient(model: keras.Model, part: Part) -> str:
    """Which gradient, or which update, left weights that are no numbers."""
    with tf.GradientTape() as tape:
        outputs = model(part.inputs, training=True)
        loss = model._compute_loss(x=part.inputs, y=part.targets, y_pred=outputs, sample_weight=part.weights)  # noqa: SLF001
    found = zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables), strict=True)
    for variable, gradient in reversed(list(found)):  # gradients flow from the last layer to the first
        if gradient is not None and not _all_finite(tf.convert_to_tensor(gradient)):
            return f"the gradient of `{variable.path}` is {_value(tf.convert_to_tensor(gradient))}"
    return "gradients are numbers, but the optimizer's update of the weights is too large to be one"


def _named(tensors: Any, kind: str) -> list[tuple[str, Tensor]]:  # noqa: ANN401  None, a tensor, or a dict of them
    if tensors is None:
        return []
    if isinstance(tensors, dict):
        return [(f"the {kind} `{name}`", tensor) for name, tensor in tensors.items()]
    return [(f"the {kind}", tensors)]


def _bad_rows(tensor: Tensor) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Of each sample whether something in it is no number, (n,)."""
    values = np.asarray(tensor)
    if not np.issubdtype(values.dtype, np.floating) and values.dtype.kind != "V":
        return np.zeros(len(values) if values.ndim else 1, bool)
    missing = ~np.isfinite(values.astype("float32"))
    found: np.ndarray[Any, np.dtype[np.bool_]] = missing.reshape(len(missing) if missing.ndim else 1, -1).any(1)
    return found


def _some(rows: Array, bad: Array) -> tuple[int, ...]:
    return tuple(map(int, rows[bad])) if bad.shape == rows.shape else tuple(map(int, rows))


def _value(tensor: Tensor) -> str:
    return "nan" if np.isnan(np.asarray(tensor).astype("float32")).any() else "infinity"


def _all_finite(tensor: Tensor) -> bool:
    return bool(np.isfinite(np.asarray(tensor).astype("float32")).all())


def _finite_weights(model: keras.Model) -> bool:
    return all(_all_finite(weight.value) for weight in model.weights if "float" in str(weight.dtype))


def _bad_weights(model: keras.Model) -> str:
    names = (w.path for w in model.weights if "float" in str(w.dtype) and not _all_finite(w.value))
    return f"the weights `{next(names)}` are no numbers"
