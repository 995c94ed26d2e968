"""What the gradients of a run show, weight by weight. Goes in: `gradients.csv` as data. Nothing is drawn here."""

import math
from collections.abc import Sequence
from statistics import median

from specc.reporting.report import GradientCourse, WeightCourse
from specc.runs import Gradients, WeightGradients

STILL = 1e-6
"""An update ratio below this moves a weight by less than float32 can add to most of its elements."""

WILD = 0.1
"""From this update ratio on, ten steps make a weight anew; usual are 1e-4 to 1e-2. Not for what begins at zero."""

_BEGIN_AT_ZERO = ("bias", "beta", "moving_mean")


def gradient_course(gradients: Gradients) -> GradientCourse:
    """Each weight's course, in the order of the model."""
    return GradientCourse(gradients.epochs, tuple(_course(name, found) for name, found in gradients.weights.items()))


def _course(name: str, found: WeightGradients) -> WeightCourse:
    layer, _, weight = name.rpartition("/")
    norms = [norm for norm in found.gradient_norm if not math.isnan(norm)]  # without epochs in which it was frozen
    ratios = [ratio for ratio in found.update_ratio if math.isfinite(ratio)]
    usual = median(ratios) if ratios else math.nan
    return WeightCourse(
        layer=layer or name,
        weight=weight,
        first_gradient_norm=norms[0] if norms else math.nan,
        last_gradient_norm=norms[-1] if norms else math.nan,
        median_update_ratio=usual,
        note=_note(weight, norms, usual),
        gradient_norms=found.gradient_norm,
        update_ratios=found.update_ratio,
    )


def _note(weight: str, norms: Sequence[float], usual_ratio: float) -> str:
    if not norms or any(math.isinf(norm) for norm in norms):
        return "not finite"
    if not any(norms):
        return "never had a gradient"
    if norms[-1] == 0:
        return "no gradient any more"
    if usual_ratio < STILL:
        return "hardly moves"
    if usual_ratio > WILD and weight not in _BEGIN_AT_ZERO:
        return "changes much in each step"
    return ""
