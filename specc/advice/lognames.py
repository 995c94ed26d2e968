"""The names under which Keras logs losses and metrics: what callbacks may monitor and history columns are called.

By keras/src/trainers/compile_utils.py (3.15): a metric given by a short name is called so; one given by its class is
called by its `name` argument, else by its class in snake case, numbered from the second on. A model with several
outputs puts the output's name before it, and logs each loss. A metric that gives several numbers is so many names
(`specc.engine.listening`): `f1_score_0`, `f1_score_1` and so on.
"""

import re
from collections.abc import Container, Iterator
from typing import Final, NamedTuple

from specc.advice.view import View
from specc.component import Component
from specc.plan.several import numbers_of

UP: Final = frozenset(
    {
        "AUC", "Accuracy", "BinaryAccuracy", "BinaryIoU", "CategoricalAccuracy", "ConcordanceCorrelation",
        "CosineSimilarity", "F1Score", "FBetaScore", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU",
        "PearsonCorrelation", "Precision", "PrecisionAtRecall", "R2Score", "Recall", "RecallAtPrecision",
        "SensitivityAtSpecificity", "SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy",
        "SpecificityAtSensitivity", "TopKCategoricalAccuracy", "accuracy",
    }
)  # fmt: skip
"""Metrics of which more is better; of all others but counts and sums, less is."""
ANY: Final = "_…"
"""Ends the name of one number of several, where nothing says how many there are."""
NEITHER: Final = frozenset({"FalseNegatives", "FalsePositives", "Mean", "Sum", "TrueNegatives", "TruePositives"})


class LogName(NamedTuple):
    """One name. `better` is `min`, `max` or, if it depends, empty; `found` says whether Keras can tell which.

    `metric` is None for a loss. `first` is the metric that has the name already, for one that Keras numbers.
    """

    name: str
    better: str
    found: bool
    metric: Component | None = None
    first: Component | None = None


def log_names(view: View) -> dict[str, LogName]:
    """All names of one epoch's training logs; validation's are the same behind `val_`."""
    found: dict[str, LogName] = {}
    for output, name in _results(view):
        ends = _ends(view, output, name.metric) if name.metric else []
        # Keras looks for a metric by its whole name, so of one number of several it knows no direction.
        each = [name._replace(name=f"{name.name}{end}", found=False) for end in ends] or [name]
        found |= {one.name: one for one in each}
    return found


def entry(written: str, names: Container[str]) -> str:
    """What stands for a name as a spec writes it among those of `log_names`: itself, or that of all of its numbers."""
    numbered = re.sub(r"_\d+$", ANY, written)
    return numbered if numbered in names else written


def result_names(view: View) -> list[LogName]:
    """What Keras calls all losses and metrics, however many numbers each gives."""
    return [name for _, name in _results(view)]


def _ends(view: View, output: str, metric: Component) -> list[str]:
    """What is put behind a metric's name for each of its numbers; nothing if it gives a single one."""
    count = numbers_of(metric, view.catalog)
    if count is None:
        units = next((each.units for each in view.outputs if each.name == output), None)
        return [f"_{place}" for place in range(units)] if isinstance(units, int) else [ANY]  # also if it is at fault
    return [f"_{place}" for place in range(count)] if count > 1 else []


def _results(view: View) -> Iterator[tuple[str, LogName]]:
    """Output, loss or metric."""
    several = len(view.plan.metrics) > 1
    yield "", LogName("loss", "min", found=True)
    if several:
        yield from ((output, LogName(f"{output}_loss", "min", found=False)) for output in view.plan.losses)
    counts: dict[str, int] = {}
    firsts: dict[str, Component] = {}
    for output, own, metric in _own_names(view):
        full = f"{output}_{own}" if several else own
        count = counts[full] = counts.get(full, 0) + 1
        first = None if count == 1 else firsts[full]
        firsts.setdefault(full, metric)
        kind = view.type_of(metric)
        better = "max" if kind in UP else "" if kind in NEITHER else "min"
        found = bool(better) and not several and count == 1
        yield output, LogName(full if count == 1 else f"{full}_{count - 1}", better, found, metric, first)


def _own_names(view: View) -> Iterator[tuple[str, str, Component]]:
    """Output, the metric's name in Keras, metric."""
    made: dict[str, int] = {}
    for output, metrics in view.plan.metrics.items():
        for metric in metrics:
            facts = view.catalog.find("metric", metric.type)
            if facts is None or facts.path is None or (metric.type != facts.name and not metric.arguments):
                yield output, metric.type, metric  # Keras itself looks the short name up
                continue
            name = view.argument(metric, "name")
            if name is None:
                own = _snake_case(facts.name)
                count = made[own] = made.get(own, 0) + 1
                name = own if count == 1 else f"{own}_{count - 1}"
            yield output, str(name), metric


def _snake_case(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
