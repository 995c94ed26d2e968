"""What gradients show, weight by weight."""

import math

import pytest

from specc.reporting.gradients import gradient_course
from specc.runs import Gradients, WeightGradients

NAN = math.nan


@pytest.mark.parametrize(
    ("weight", "norms", "ratios", "first_last", "note"),
    [
        ("a/kernel", (1.0, 0.5), (1e-3, 2e-3), (1.0, 0.5), ""),
        ("a/kernel", (NAN, 1.0, 0.5, NAN), (NAN, 1e-3, 1e-3, NAN), (1.0, 0.5), ""),  # frozen at first and at last
        ("a/kernel", (1.0, math.inf), (1e-3, 1e-3), (1.0, math.inf), "not finite"),
        ("a/kernel", (NAN, NAN), (NAN, NAN), None, "not finite"),
        ("a/kernel", (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), "never had a gradient"),
        ("a/kernel", (1.0, 0.0), (1e-3, 0.0), (1.0, 0.0), "no gradient any more"),
        ("a/kernel", (1.0, 1.0), (1e-8, 1e-9), (1.0, 1.0), "hardly moves"),
        ("a/kernel", (1.0, 1.0), (0.5, 0.5), (1.0, 1.0), "changes much in each step"),
        ("a/bias", (1.0, 1.0), (0.5, 0.5), (1.0, 1.0), ""),
    ],
)
def test_what_is_remarkable(
    weight: str,
    norms: tuple[float, ...],
    ratios: tuple[float, ...],
    first_last: tuple[float, float] | None,
    note: str,
) -> None:
    gradients = Gradients(tuple(range(1, len(norms) + 1)), {weight: WeightGradients(norms, ratios)})
    (course,) = gradient_course(gradients).weights
    assert course.note == note
    if first_last:
        assert (course.first_gradient_norm, course.last_gradient_norm) == first_last


@pytest.mark.parametrize(
    ("name", "layer", "weight"),
    [("a/kernel", "a", "kernel"), ("net/a/query/bias", "net/a/query", "bias"), ("w", "w", "w")],
)
def test_a_weight_belongs_to_what_stands_before_its_name(name: str, layer: str, weight: str) -> None:
    (course,) = gradient_course(Gradients((1,), {name: WeightGradients((1.0,), (1.0,))})).weights
    assert (course.layer, course.weight) == (layer, weight)
