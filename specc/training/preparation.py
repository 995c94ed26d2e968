"""Data -> `Samples` of each split, as the model takes them.

Raw columns go through the fitted preprocessing, the very Keras model that later stands in front of the saved one, so
what is trained on and what is served are the same numbers. Statistics are fitted on the training split alone.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from specc.data import DataFacts
from specc.data.facts import CLASSES
from specc.data.layout import Preprocessing
from specc.data.loading import Columns, encode_targets, fingerprint, load
from specc.data.preprocessing import feed, fit
from specc.data.splitting import Split, split
from specc.diagnostics import Finding, error
from specc.keras_target.preprocessing import prepare as apply_preprocessing
from specc.keras_target.preprocessing import preprocessing_model
from specc.plan import Plan
from specc.training.engine import Samples


@dataclass(frozen=True, slots=True)
class Prepared:
    """The splits as arrays; an empty split is None. `rows` are their row numbers in the source."""

    facts: DataFacts
    fingerprint: str
    preprocessing: keras.Model | None
    train: Samples
    validation: Samples | None
    test: Samples | None
    rows: Split

    def splits(self) -> dict[str, Samples]:
        """The splits that have rows, by name, in the order of reading; without weights, to be compared."""
        named = {"train": replace(self.train, weights=None), "validation": self.validation, "test": self.test}
        return {name: samples for name, samples in named.items() if samples}


def prepare(plan: Plan, root: Path, folder: Path) -> tuple[Prepared | None, list[Finding]]:
    """Load, split, fit and prepare. `folder` is the spec's own; `root` is where its files must lie."""
    columns, findings = load(plan.data, root, folder, plan.runtime.seed)
    if columns is None:
        return None, findings
    rows, faults = split(columns, plan.data, plan.runtime.seed)
    findings += faults
    if rows is None:
        return None, findings
    fitted = fit(columns, rows.train)
    model = preprocessing_model(fitted)
    targets = _targets(columns, plan)
    weights, faults = _weights(columns, rows, plan)
    findings += faults
    train, validation, test = (
        _samples(columns, fitted, model, targets, part) if len(part) else None
        for part in (rows.train, rows.validation, rows.test)
    )
    if train is None:
        return None, [*findings, error("split-empty", "no rows are left to train on", plan.data.span)]
    train = Samples(train.inputs, train.targets, weights)
    return Prepared(columns.facts, fingerprint(columns), model, train, validation, test, rows), findings


def _samples(
    columns: Columns,
    fitted: Preprocessing,
    model: keras.Model | None,
    targets: dict[str, np.ndarray[Any, Any]],
    rows: np.ndarray[Any, Any],
) -> Samples:
    inputs = apply_preprocessing(model, fitted, feed(columns, rows, fitted))
    return Samples(inputs, {name: array[rows] for name, array in targets.items()})


def _targets(columns: Columns, plan: Plan) -> dict[str, np.ndarray[Any, Any]]:
    """Targets by output name: class indices or numbers, (n, 1), and vectors (n, classes) where the loss takes those."""
    encoded = encode_targets(columns)
    targets = {}
    for output, target in plan.targets.items():
        array = encoded[target.name]
        if output in plan.one_hot:
            array = np.eye(target.classes or 0, dtype="float32")[array[:, 0]]
        targets[output] = array
    return targets


def _weights(columns: Columns, rows: Split, plan: Plan) -> tuple[np.ndarray[Any, Any] | None, list[Finding]]:
    """The weight of each training sample by its class, (n,) float32."""
    if plan.class_weight is None:
        return None, []
    target = next(target for target in plan.targets.values() if target.kind == CLASSES)
    indices = encode_targets(columns)[target.name][rows.train, 0]
    names = target.names or ()
    if plan.class_weight == "balanced":
        counts = np.bincount(indices, minlength=len(names))
        by_class = len(indices) / (len(names) * np.maximum(counts, 1))
    else:
        given = plan.class_weight if not isinstance(plan.class_weight, str) else {}
        by_class = np.array([given.get(name, 1.0) for name in names])
    return by_class[indices].astype("float32"), []
