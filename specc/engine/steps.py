"""One step in one replica, of Keras' own parts: its losses, regularizers, metrics and optimizer.

Keras 3.15 weighs the parts of an uneven batch alike and clips each replica's own gradient (in backend/tensorflow,
trainer.py and optimizer.py). Here the sum over the replicas is the loss of the whole batch, whatever their number; for
one replica it is Keras' `train_step`.
"""

from functools import partial
from typing import Any, TypeAlias

import keras
import tensorflow as tf

from specc.engine.feeding import Part
from specc.engine.gradients import Watch

Tensor: TypeAlias = Any


def train_step(model: keras.Model, part: Part, watch: Watch | None) -> None:
    """Forward, backward, update; loss and metrics are accumulated in the model's own. `watch` sees the gradients."""
    variables = model.trainable_variables
    with tf.GradientTape() as tape:
        outputs = model(part.inputs, training=True)
        loss = _loss(model, part, outputs, training=True)
        scaled = model.optimizer.scale_loss(loss)
    if variables:
        gradients = _added_up(tape.gradient(scaled, variables), part)
        update = partial(model.optimizer.apply_gradients, list(zip(gradients, variables, strict=True)))
        if watch is None:
            update()
        else:
            watch(model, variables, gradients, update)
    _measure(model, part, outputs)


def test_step(model: keras.Model, part: Part) -> None:
    """Forward only; loss and metrics are accumulated in the model's own."""
    outputs = model(part.inputs, training=False)
    _loss(model, part, outputs, training=False)
    _measure(model, part, outputs)


def not_on_replicas(model: keras.Model) -> str:
    """What of a compiled model several replicas cannot compute as one device would; empty if they can."""
    reductions = {getattr(loss, "reduction", "sum_over_batch_size") for loss in _losses(model)}
    if "sum" in reductions and len(reductions) > 1:
        return "losses of which some are sums over the batch and others means"
    if "mean_with_sample_weight" in reductions:
        return "a loss with `reduction: mean_with_sample_weight`"
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    for argument in ("gradient_accumulation_steps", "ema_overwrite_frequency"):
        if getattr(optimizer, argument, None):
            return f"an optimizer with `{argument}`"
    return ""


def _loss(model: keras.Model, part: Part, outputs: Any, *, training: bool) -> Tensor:  # noqa: ANN401
    """What is minimized; the loss tracker gets what is reported."""
    if part.size is None:
        loss = model._compute_loss(  # noqa: SLF001  as in Keras' own steps
            x=part.inputs, y=part.targets, y_pred=outputs, sample_weight=part.weights, training=training
        )
        first = keras.tree.flatten(part.inputs)[0]
        model._loss_tracker.update_state(loss, sample_weight=tf.shape(first)[0])  # noqa: SLF001
        return loss
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    of_data = model._compile_loss(part.targets, outputs, part.weights)  # noqa: SLF001
    of_model = [tf.reduce_sum(tf.cast(extra, of_data.dtype)) for extra in model.losses]
    added = tf.add_n(of_model) if of_model else tf.zeros((), of_data.dtype)
    counted = tf.cast(part.size, of_data.dtype) * tf.cast(part.counts, of_data.dtype)
    if _is_sum(model):
        of_batch = of_data * tf.cast(part.counts, of_data.dtype)
        total = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, of_batch)
        model._loss_tracker.update_state(total + added, sample_weight=counted)  # noqa: SLF001
        return of_batch + added * tf.cast(part.share, of_data.dtype) / replicas
    model._loss_tracker.update_state(of_data * replicas + added, sample_weight=counted)  # noqa: SLF001
    # Weights' penalties are the same in each replica, activities' are means over its own samples.
    return (of_data + added / replicas) * tf.cast(part.share, of_data.dtype)


def _added_up(gradients: list[Any], part: Part) -> list[Any]:
    """The gradients of the whole batch, on several replicas, before the optimizer clips, scales or accumulates them.

    Keras 3.15 clips each replica's own part, and adds up afterwards (backend/tensorflow/optimizer.py); `stop_reducing`
    takes that from it.
    """
    if part.size is None:
        return gradients
    found = [gradient for gradient in gradients if gradient is not None]
    summed = iter(tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, found))
    return [None if gradient is None else next(summed) for gradient in gradients]


def stop_reducing(optimizer: keras.Optimizer) -> None:
    """Let an optimizer, and one inside it, take gradients as they are: `train_step` has added them up."""
    for each in (optimizer, getattr(optimizer, "inner_optimizer", None)):
        if each is not None:
            each._all_reduce_sum_gradients = list  # noqa: SLF001  see `_added_up`


def _measure(model: keras.Model, part: Part, outputs: Any) -> None:  # noqa: ANN401
    """Update the metrics, where this replica's samples count."""

    def update() -> Tensor:
        model.compute_metrics(part.inputs, part.targets, outputs, sample_weight=part.weights)
        return tf.constant(0)

    if part.counts is None:
        update()
    else:
        tf.cond(part.counts, update, lambda: tf.constant(0))


def _is_sum(model: keras.Model) -> bool:
    return all(getattr(loss, "reduction", "sum_over_batch_size") == "sum" for loss in _losses(model))


def _losses(model: keras.Model) -> list[Any]:
    return [loss for loss in keras.tree.flatten(model.loss) if loss is not None]
