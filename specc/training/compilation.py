"""The plan's losses, metrics and optimizer on the built model, with Keras' own `compile`."""

from collections.abc import Mapping
from typing import Any

import keras

from specc.catalog import Catalog
from specc.keras_target.build import build_component
from specc.plan import Plan


def compile_model(model: keras.Model, plan: Plan, catalog: Catalog) -> None:
    """Compile `model` for `plan`. Call inside the strategy's scope."""
    losses = {name: build_component(loss, catalog) for name, loss in plan.losses.items()}
    metrics = {name: [build_component(metric, catalog) for metric in found] for name, found in plan.metrics.items()}
    several = len(losses) > 1
    model.compile(
        optimizer=build_component(plan.optimizer, catalog),
        loss=_for_keras(losses),
        loss_weights={name: plan.loss_weights.get(name, 1.0) for name in losses}
        if several and plan.loss_weights
        else None,
        metrics=_for_keras(metrics),
    )


def _for_keras(by_output: Mapping[str, Any]) -> Any:  # noqa: ANN401  what stands for the only output, or a dict by name
    return dict(by_output) if len(by_output) > 1 else next(iter(by_output.values()))
