"""The report as plain values for machines, in the form of `schemas/report-v1.schema.json`."""

import math
from dataclasses import asdict
from typing import Any

from specc.reporting.report import ClassResult, NumberResult, Report, WeightCourse

VERSION = 1

_ONLY_DRAWN = ("points", "residuals", "gradient_norms", "update_ratios")


def as_json(report: Report) -> dict[str, Any]:
    """What report.json holds; what is not a finite number is null.

    Predictions themselves stay in predictions.csv, gradients epoch by epoch in gradients.csv.
    """
    results = [
        {"kind": "classes" if isinstance(result, ClassResult) else "number", **_told(result)}
        for result in report.results
    ]
    gradients = [_told(weight) for weight in report.gradients.weights]
    content: dict[str, Any] = _plain({**asdict(report), "results": results, "gradients": gradients})
    return {"report": VERSION, **content}


def _told(part: ClassResult | NumberResult | WeightCourse) -> dict[str, Any]:
    return {key: value for key, value in asdict(part).items() if key not in _ONLY_DRAWN}


def _plain(value: object) -> Any:  # noqa: ANN401  (JSON goes out)
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value
