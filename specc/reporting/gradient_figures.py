"""The gradients of each layer as two small figures, on the same axes for all layers, so that these can be compared."""

import math
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from specc.reporting.figures import gradient_curve
from specc.reporting.report import GradientCourse, WeightCourse
from specc.reporting.text import visible

MOST_LAYERS = 16
"""So many layers have figures; of more, some from the first to the last."""

_CLASSES = ("t", "v", "g", "m")
_WIDEST = 1e12  # the ratio of the ends of an axis; what lies below is as good as nothing


class LayerFigures(NamedTuple):
    """The figures of one layer, empty if its gradients were never above zero.

    `legend` has the class of a line's colour and its weight.
    """

    layer: str
    legend: tuple[tuple[str, str], ...]
    norms: Markup
    ratios: Markup


def layer_figures(course: GradientCourse) -> list[LayerFigures]:
    """The figures of the layers that are shown, in the order of the model; none where nothing was ever above zero."""
    layers = [(layer, list(weights)) for layer, weights in groupby(course.weights, lambda each: each.layer)]
    norms = _limits(value for each in course.weights for value in each.gradient_norms)
    ratios = _limits(value for each in course.weights for value in each.update_ratios)
    if norms is None or ratios is None:
        return []
    return [_figures(course, layer, weights, norms, ratios) for layer, weights in _some(layers)]


def _figures(
    course: GradientCourse,
    layer: str,
    weights: list[WeightCourse],
    norms: tuple[float, float],
    ratios: tuple[float, float],
) -> LayerFigures:
    name = visible(layer)
    if not any(value > 0 for each in weights for value in each.gradient_norms):
        return LayerFigures(layer, (), Markup(""), Markup(""))
    return LayerFigures(
        layer,
        tuple((_CLASSES[number % len(_CLASSES)], each.weight) for number, each in enumerate(weights)),
        gradient_curve(course.epochs, [each.gradient_norms for each in weights], norms, f"gradient norms of {name}"),
        gradient_curve(course.epochs, [each.update_ratios for each in weights], ratios, f"update ratios of {name}"),
    )


def _some(layers: list[tuple[str, list[WeightCourse]]]) -> list[tuple[str, list[WeightCourse]]]:
    if len(layers) <= MOST_LAYERS:
        return layers
    step = (len(layers) - 1) / (MOST_LAYERS - 1)
    return [layers[round(number * step)] for number in range(MOST_LAYERS)]


def _limits(values: Iterable[float]) -> tuple[float, float] | None:
    """Whole powers of ten around the values above zero."""
    found = [value for value in values if math.isfinite(value) and 1e-100 < value < 1e100]
    if not found:
        return None
    largest = max(found)
    smallest = max(min(found), largest / _WIDEST)
    low, high = math.floor(math.log10(smallest)), math.ceil(math.log10(largest))
    return 10.0**low, 10.0 ** max(high, low + 1)
