"""How often each training row is visited in an epoch and how much it counts there: `balance`, `weight`, `class_weight`.

Comes in: columns, the rows of the splits, a plan. Goes out: arrays about the training rows. Statistics are fitted
elsewhere, on each training row once.
"""

from typing import NamedTuple

import numpy as np

from specc.data.balance import balanced, sample_weights
from specc.data.facts import BOOLEAN, CLASSES, NUMBER, TargetFacts
from specc.data.loading import Columns, encode_targets
from specc.data.splitting import Array, Indices, Split
from specc.data.weights import no_numbers
from specc.diagnostics import Finding
from specc.plan import Plan


class Weighed(NamedTuple):
    """What is None is as usual: each row once, and all alike.

    `visits` (visits,) int64 are positions among the training rows, ascending, a row as often as it is visited.
    `weights` (training rows,) float32.
    """

    visits: Indices | None = None
    weights: Array | None = None


def weigh(columns: Columns, rows: Split, plan: Plan) -> tuple[Weighed, list[Finding]]:
    """What `balance`, `weight` and `class_weight` make of the training rows; weights are multiplied."""
    visits, weights = None, None
    findings: list[Finding] = []
    data = plan.data
    if data.balance is not None:
        classes = encode_targets(columns, rows.train)[columns.facts.targets[0].name][:, 0]
        seed = plan.runtime.seed if data.split.seed is None else data.split.seed
        visits = balanced(classes, rows.train, data.balance, seed)
    if plan.class_weight is not None:
        target = next(target for target in plan.targets.values() if target.kind == CLASSES)
        classes = encode_targets(columns, rows.train)[target.name][:, 0]
        weights = _by_class(plan, target, classes if visits is None else classes[visits])[classes].astype("float32")
    if data.weight is not None:
        kind = columns.facts.columns[data.weight].kind
        if kind not in {NUMBER, BOOLEAN}:
            return Weighed(), [no_numbers(data, kind)]
        own, findings = sample_weights(columns.numbers(data.weight, rows.train), rows.train, data, columns.place)
        weights = own if weights is None or own is None else weights * own
    return Weighed(visits, weights), findings


def _by_class(plan: Plan, target: TargetFacts, visited: Array) -> Array:
    """The weight of each class, (classes,); balanced ones by the classes of the `visited` rows."""
    names = target.names or ()
    if isinstance(plan.class_weight, str):
        counts = np.bincount(visited, minlength=len(names))
        return len(visited) / (len(names) * np.maximum(counts, 1))
    given = plan.class_weight or {}
    return np.array([given.get(name, 1.0) for name in names])
