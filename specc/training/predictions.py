"""Outputs over the test split -> the rows of `predictions.csv`.

In words that people use: class names, probabilities, numbers.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from specc.catalog import Catalog
from specc.component import Component
from specc.data import TargetFacts
from specc.data.facts import CLASSES
from specc.keras_target.serving import squashing
from specc.plan import Plan

Array = np.ndarray[Any, Any]


def prediction_table(
    plan: Plan, rows: Array, targets: Mapping[str, Array], outputs: Mapping[str, Array], catalog: Catalog
) -> tuple[list[str], list[list[object]]]:
    """Header and rows: the sample's row in the source, then for each target what is true and what is predicted.

    `targets` and `outputs` go by output name, samples first; `outputs` are the model's own, before any softmax.
    """
    header = ["index"]
    columns: list[Any] = [rows.tolist()]
    for name, target in plan.targets.items():
        describe = _class_columns if target.kind == CLASSES else _number_columns
        for title, column in describe(target, targets[name], _probabilities(outputs[name], plan.losses[name], catalog)):
            header.append(title)
            columns.append(column)
    return header, [list(row) for row in zip(*columns, strict=True)]


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


def _class_columns(target: TargetFacts, truth: Array, output: Array) -> list[tuple[str, list[object]]]:
    """True and predicted class and, where the output has a unit per class, each class's probability."""
    names = target.names or tuple(str(index) for index in range(output.shape[-1]))
    true = truth.argmax(-1) if truth.shape[-1] > 1 else truth[..., 0]
    if output.shape[-1] == 1:
        output = np.concatenate([1 - output, output], -1)  # of the two classes, the likelier one
    guessed = output.argmax(-1)
    columns: list[tuple[str, list[object]]] = [
        (f"{target.name} target", [names[int(index)] for index in true.ravel()]),
        (f"{target.name} prediction", [_name(names, int(index)) for index in guessed.ravel()]),
    ]
    if output.shape[-1] == len(names):
        columns += [
            (f"{target.name} p({label})", output[:, index].round(6).tolist()) for index, label in enumerate(names)
        ]
    return columns


def _name(names: tuple[str, ...], index: int) -> str:
    """A model may have more units than there are classes; such a unit has no name."""
    return names[index] if index < len(names) else f"unit {index}"


def _number_columns(target: TargetFacts, truth: Array, output: Array) -> list[tuple[str, list[object]]]:
    true, guessed = truth.reshape(len(truth), -1), output.reshape(len(output), -1)
    columns: list[tuple[str, list[object]]] = []
    for kind, values in (("target", true), ("prediction", guessed)):
        single = values.shape[1] == 1
        columns += [
            (f"{target.name} {kind}" + ("" if single else f"[{index}]"), values[:, index].tolist())
            for index in range(values.shape[1])
        ]
    return columns
