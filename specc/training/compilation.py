"""The plan's losses, metrics and optimizer on the built model, with Keras' own `compile`.

Where a number is learnt on another scale than its own, the loss is taken on that scale, and metrics on its own: targets
go in as they are, and only what the model gives is on the scale that it learns.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import keras

from specc.catalog import Catalog
from specc.component import Component
from specc.data.layout import Affine
from specc.keras_target.build import build_component
from specc.keras_target.scales import from_scale, to_scales


class Judged(Protocol):
    """What a plan, or a run that is over, says of how a model is trained and judged."""

    @property
    def losses(self) -> Mapping[str, Component]:
        """By output name, as the next two."""

    @property
    def loss_weights(self) -> Mapping[str, float]:
        """Left out, an output's weight is 1."""

    @property
    def metrics(self) -> Mapping[str, tuple[Component, ...]]:
        """Of each output."""

    @property
    def optimizer(self) -> Component:
        """The only one."""


def compile_model(
    model: keras.Model, plan: Judged, catalog: Catalog, scalings: Mapping[str, Affine] | None = None
) -> None:
    """Compile `model` for `plan`. Call inside the strategy's scope.

    `scalings` are the scales of the outputs that are learnt on another than their target's (`specc.data.preprocessing.
    fit_targets`), by output name.
    """
    losses = {name: build_component(loss, catalog) for name, loss in plan.losses.items()}
    metrics = {name: [build_component(metric, catalog) for metric in found] for name, found in plan.metrics.items()}
    for name, affine in (scalings or {}).items():
        _on_learnt_scale(losses[name], affine)
        for metric in metrics[name]:
            _on_own_scale(metric, affine)
    several = len(losses) > 1
    model.compile(
        optimizer=build_component(plan.optimizer, catalog),
        loss=_for_keras(losses),
        loss_weights={name: plan.loss_weights.get(name, 1.0) for name in losses}
        if several and plan.loss_weights
        else None,
        metrics=_for_keras(metrics),
    )


def build_optimizer(model: keras.Model, optimizer: Component, catalog: Catalog) -> keras.Optimizer:
    """The optimizer for a model that is compiled already; scales the loss where Keras' `compile` would let it."""
    built = build_component(optimizer, catalog)
    scaling = keras.optimizers.LossScaleOptimizer
    if model.dtype_policy.name == "mixed_float16" and model.auto_scale_loss and not isinstance(built, scaling):
        return scaling(built, name="loss_scale_optimizer")
    return built


def _on_learnt_scale(loss: Any, affine: Affine) -> None:  # noqa: ANN401  a Keras loss
    """Let the targets be brought to the scale first.

    The loss stays Keras' own: a class of ours would be named in the saved model, which loads without specc.
    """
    call = loss.call
    loss.call = lambda y_true, y_pred: call(to_scales([affine], y_true), y_pred)


def _on_own_scale(metric: Any, affine: Affine) -> None:  # noqa: ANN401  a Keras metric
    """Let what the model gives be brought back from the scale first; the metric stays Keras' own, as above."""
    update = metric.update_state
    metric.update_state = lambda y_true, y_pred, *weights, **named: update(
        y_true, from_scale(affine, y_pred), *weights, **named
    )


def _for_keras(by_output: Mapping[str, Any]) -> Any:  # noqa: ANN401  what stands for the only output, or a dict by name
    return dict(by_output) if len(by_output) > 1 else next(iter(by_output.values()))
