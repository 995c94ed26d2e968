"""The runs of one spec over the folds of its data: `folds.json`, in the directory that holds a run for each fold.

Knows what is written there and how the folds sum up. Written by `specc.pipeline`, read back by `specc.runs.reading`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from specc.runs.folder import SPLITS

FOLDS = "folds.json"
COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Fold:
    """The run of one fold. `number` counts from 1, `run` is its directory within; `metrics` go by split and name."""

    number: int
    run: str
    status: str
    metrics: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Folds:
    """All folds so far of the `asked` ones.

    `status` is one of those of a run; times are ISO 8601, `finished` "" if it has not.
    """

    name: str
    id: str
    status: str
    started: str
    finished: str
    asked: int
    folds: tuple[Fold, ...] = ()

    @property
    def completed(self) -> tuple[Fold, ...]:
        """The folds that were trained to their ends: they alone are summed up."""
        return tuple(fold for fold in self.folds if fold.status == COMPLETED)

    @property
    def values(self) -> dict[str, dict[str, list[float]]]:
        """Split to metric to its values over the completed folds, of what all of them have."""
        found: dict[str, dict[str, list[float]]] = {}
        for split in SPLITS:
            of_split = [fold.metrics.get(split, {}) for fold in self.completed]
            names = [name for name in of_split[0] if all(name in each for each in of_split)] if of_split else []
            if names:
                found[split] = {name: [each[name] for each in of_split] for name in names}
        return found

    @property
    def mean(self) -> dict[str, dict[str, float]]:
        """Split to metric to its mean over the completed folds."""
        return {split: {name: _mean(values) for name, values in by.items()} for split, by in self.values.items()}

    @property
    def deviation(self) -> dict[str, dict[str, float]]:
        """Split to metric to its standard deviation over the completed folds, divided by their number less one.

        Not a number where there is but one.
        """
        return {split: {name: _deviation(values) for name, values in by.items()} for split, by in self.values.items()}

    def as_record(self) -> dict[str, Any]:
        """The content of `folds.json`."""
        return {
            "folds": 1,
            "name": self.name,
            "id": self.id,
            "status": self.status,
            "started": self.started,
            "finished": self.finished or None,
            "asked": self.asked,
            "runs": [
                {"fold": fold.number, "run": fold.run, "status": fold.status, "metrics": dict(fold.metrics)}
                for fold in self.folds
            ],
            "mean": self.mean,
            "deviation": self.deviation,
        }


# Not of the module `statistics`, which fails on what is not finite.
def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _deviation(values: list[float]) -> float:
    if len(values) < 2:
        return math.nan
    mean = _mean(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
