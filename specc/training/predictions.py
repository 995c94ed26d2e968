"""Outputs over the test split -> the rows of `predictions.csv`.

In words that people use: class names, probabilities, numbers.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from specc.catalog import Catalog
from specc.component import Component
from specc.data import TargetFacts
from specc.data.facts import CLASSES
from specc.data.layout import Affine
from specc.keras_target.serving import squashing
from specc.plan import Plan

Array = np.ndarray[Any, Any]
Titled: TypeAlias = tuple[str, list[object]]
"""A column with its title."""
ROUNDING = 0.02
"""How far from 1 the sum of probabilities may be that half precision computes."""

MOST_PREDICTIONS = 100_000
"""Rows of `predictions.csv`, which a report reads as a whole. `specc predict` has no such bound."""


def has_table(plan: Plan) -> bool:
    """Whether a target has one prediction for each sample, or a few, so that a table is the form for them."""
    return not all(target.has_places for target in plan.targets.values())


def prediction_table(  # noqa: PLR0913, PLR0917  what is true, what is predicted, and how to read both
    plan: Plan,
    rows: Array,
    targets: Mapping[str, Array],
    outputs: Mapping[str, Array],
    catalog: Catalog,
    scalings: Mapping[str, Affine] | None = None,
) -> tuple[list[str], list[list[object]]]:
    """Header and rows: the sample's row in the source, then for each target what is true and what is predicted.

    `targets` and `outputs` go by output name, samples first; `outputs` are the model's own, before any softmax, and on
    the scale that it has learnt: `scalings` are those scales by output name, where they are not the targets' own.
    """
    titled: list[Titled] = [("index", rows.tolist())]
    for name, target in plan.targets.items():
        if target.has_places:
            continue
        titled += _truth(target, targets[name], outputs[name])
        titled += prediction_columns({name: target}, plan.losses, outputs, catalog, scalings)
    return [title for title, _ in titled], [list(row) for row in zip(*(column for _, column in titled), strict=True)]


def prediction_columns(
    targets: Mapping[str, TargetFacts],
    losses: Mapping[str, Component],
    outputs: Mapping[str, Array],
    catalog: Catalog,
    scalings: Mapping[str, Affine] | None = None,
) -> list[Titled]:
    """For each target the columns that say what is predicted. All mappings go by output name, as above."""
    columns: list[Titled] = []
    for name, target in targets.items():
        if target.has_places:
            continue
        values = _probabilities(outputs[name], losses[name], catalog)
        values = _own_scale(values, (scalings or {}).get(name, Affine()))
        if target.kind == CLASSES:
            columns += _class_columns(target, values, losses[name], catalog)
        else:
            columns += _number_columns(target, values)
    return columns


def _own_scale(values: Array, affine: Affine) -> Array:
    if affine == Affine():
        return values
    values = values.astype("float32") * np.float32(affine.scale) + np.float32(affine.shift)
    return np.sign(values) * np.expm1(np.abs(values)) if affine.log else values


def _truth(target: TargetFacts, truth: Array, output: Array) -> list[Titled]:
    if target.kind != CLASSES:
        return _numbers(f"{target.name} target", truth)
    names = _class_names(target, output)
    true = truth.argmax(-1) if truth.shape[-1] > 1 else truth[..., 0]
    return [(f"{target.name} target", [names[int(index)] for index in true.ravel()])]


def _probabilities(output: Array, loss: Component, catalog: Catalog) -> Array:
    """The output through the activation that its loss leaves to be done; computed in float64."""
    values: Array = output.astype("float64")
    match squashing(loss, catalog):
        case "sigmoid":
            values = 1 / (1 + np.exp(-values))
        case "softmax":
            powers = np.exp(values - values.max(-1, keepdims=True))
            values = powers / powers.sum(-1, keepdims=True)
        case None if "hinge" in loss.type.lower() and output.shape[-1] == 1:
            values = (values > 0).astype("float64")  # a margin: its sign decides, and it is no probability
    return values


def _class_names(target: TargetFacts, output: Array) -> tuple[str, ...]:
    return target.names or tuple(str(index) for index in range(output.shape[-1]))


def _class_columns(target: TargetFacts, output: Array, loss: Component, catalog: Catalog) -> list[Titled]:
    """The predicted class and, where the output has a unit per class, each class's probability.

    Nothing keeps a model from giving other numbers, such as logits to a loss that expects probabilities. Where a
    sample's numbers are none, nothing is said of them.
    """
    names = _class_names(target, output)
    if output.shape[-1] == 1:
        output = np.concatenate([1 - output, output], -1)  # of the two classes, the likelier one
    guessed = output.argmax(-1)
    columns: list[Titled] = [(f"{target.name} prediction", [_name(names, int(index)) for index in guessed.ravel()])]
    if output.shape[-1] == len(names):
        shown = output.round(6).astype(object)
        shown[~_are_probabilities(output, loss, catalog)] = None
        columns += [(f"{target.name} p({label})", shown[:, index].tolist()) for index, label in enumerate(names)]
    return columns


def _are_probabilities(output: Array, loss: Component, catalog: Catalog) -> Array:
    """Of which samples: all numbers lie in 0..1 and, for a loss over exclusive classes, add up to 1."""
    facts = catalog.find("loss", loss.type)
    exclusive = facts is not None and "Categorical" in facts.name
    within: Array = np.all((output >= 0) & (output <= 1), axis=-1)
    return within & (np.abs(output.sum(-1) - 1) <= ROUNDING) if exclusive else within


def _name(names: tuple[str, ...], index: int) -> str:
    """A model may have more units than there are classes; such a unit has no name."""
    return names[index] if index < len(names) else f"unit {index}"


def _number_columns(target: TargetFacts, output: Array) -> list[Titled]:
    return _numbers(f"{target.name} prediction", output)


def _numbers(title: str, values: Array) -> list[Titled]:
    values = values.reshape(len(values), -1)
    single = values.shape[1] == 1
    return [(title + ("" if single else f"[{index}]"), values[:, index].tolist()) for index in range(values.shape[1])]
