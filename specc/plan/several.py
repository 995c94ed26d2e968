"""Metrics that give several numbers, each of which specc logs by itself: `f1_score_0`, `f1_score_1` and so on."""

from typing import Final

from specc.catalog import Catalog
from specc.component import Component

OF_EACH_UNIT: Final = {"F1Score": "average", "FBetaScore": "average", "R2Score": "class_aggregation"}
"""Metrics that give a number for each unit where this argument is null."""


def numbers_of(metric: Component, catalog: Catalog) -> int | None:
    """How many numbers a metric gives at a time; None for one of each unit of its output."""
    facts = catalog.find("metric", metric.type)
    kind = facts.name if facts else metric.type
    if kind in OF_EACH_UNIT:
        declared = facts.arguments.get(OF_EACH_UNIT[kind]) if facts else None
        said = metric.arguments.get(OF_EACH_UNIT[kind], declared.default if declared else None)
        return None if said is None else 1
    thresholds = metric.arguments.get("thresholds")
    return len(thresholds) if kind != "AUC" and isinstance(thresholds, list) and thresholds else 1
