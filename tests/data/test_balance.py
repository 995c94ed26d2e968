"""Which rows an epoch visits, and how much they count."""

from collections import Counter
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from specc.data.balance import OVERSAMPLE, UNDERSAMPLE, balanced, sample_weights
from specc.data.partition import shuffled
from specc.data.weights import check_weights
from specc.diagnostics import Span
from tests.data.sections import section

WEIGHTED = section("{dataset: iris, weight: trust}")
NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("how", "sizes", "expected"),
    [
        (OVERSAMPLE, [6, 3], {0: 6, 1: 6}),
        (OVERSAMPLE, [7, 3, 1], {0: 7, 1: 7, 2: 7}),
        (OVERSAMPLE, [4, 0, 4], {0: 4, 2: 4}),
        (UNDERSAMPLE, [6, 3], {0: 3, 1: 3}),
        (UNDERSAMPLE, [7, 3, 1], {0: 1, 1: 1, 2: 1}),
        (UNDERSAMPLE, [4, 0, 4], {0: 4, 2: 4}),
    ],
)
def test_all_classes_are_as_frequent(how: str, sizes: list[int], expected: dict[int, int]) -> None:
    classes = np.repeat(np.arange(len(sizes)), sizes)
    positions = balanced(classes, np.arange(len(classes)), how, 0)
    assert positions.dtype == np.int64
    assert Counter(classes[positions].tolist()) == expected


@hypothesis.given(
    strategies.lists(strategies.integers(0, 3), min_size=1, max_size=40),
    strategies.integers(-(2**70), 2**70),
    strategies.sampled_from([OVERSAMPLE, UNDERSAMPLE]),
)
def test_rows_of_a_class_are_taken_as_evenly_as_can_be(drawn: list[int], seed: int, how: str) -> None:
    classes, rows = np.array(drawn), np.arange(len(drawn)) * 3
    positions = balanced(classes, rows, how, seed)
    assert positions.tolist() == sorted(positions)
    times = Counter(positions.tolist())
    sizes = Counter(drawn)
    for label, size in sizes.items():
        of_class = [times[position] for position in np.flatnonzero(classes == label)]
        assert max(of_class) - min(of_class) <= 1
        assert sum(of_class) == (max if how == OVERSAMPLE else min)(sizes.values())
        assert how == UNDERSAMPLE or min(of_class) >= 1, f"each of the {size} rows is visited"


def test_what_is_taken_follows_from_the_seed_and_the_rows_alone() -> None:
    classes, rows = np.array([0] * 8 + [1] * 2), np.arange(10)
    kept = sorted([row for row in shuffled(10, 7) if row < 8][:2])
    assert balanced(classes, rows, UNDERSAMPLE, 7).tolist() == [*kept, 8, 9] == [1, 4, 8, 9]
    assert balanced(classes, rows, OVERSAMPLE, 7).tolist() == [*range(8), 8, 8, 8, 8, 9, 9, 9, 9]
    assert balanced(classes, rows + 100, UNDERSAMPLE, 7).tolist() != [*kept, 8, 9]


@pytest.mark.parametrize("values", [[1.0, 0.5, 2.0], [0.0, 0.0, 3.0]])
def test_weights(values: list[float]) -> None:
    weights, findings = sample_weights(np.array(values), np.arange(3), WEIGHTED)
    assert not findings
    assert weights is not None
    assert weights.dtype == np.float32
    assert weights.tolist() == values
    assert check_weights([str(value) for value in values], range(3), WEIGHTED) == []


@pytest.mark.parametrize(
    ("values", "cells", "part", "notes"),
    [
        ([1.0, NAN, 1.0], ["1", None, "1"], "row 2 of `trust` has no value, and a weight is a number", 0),
        ([1.0, 1.0, -0.5], ["1", "1", "-0.5"], "row 3 of `trust` is `-0.5`", 0),
        ([-1.0, 1.0, -0.5], ["-1", "1", "-0.5"], "row 1 of `trust` is `-1`", 1),
        ([1.0, INFINITE, 1.0], ["1", "inf", "1"], "row 2 of `trust` is `inf`", 0),
        ([0.0, 0.0, 0.0], ["0", "0.0", "0"], "every training row has the weight 0 in `trust`", 0),
    ],
)
def test_a_weight_that_is_none_is_told_alike_by_both(
    values: list[float], cells: list[str | None], part: str, notes: int
) -> None:
    weights, findings = sample_weights(np.array(values), np.arange(3), WEIGHTED)
    assert weights is None
    assert findings == check_weights(cells, range(3), WEIGHTED)
    assert [finding.code for finding in findings] == ["invalid-weight"]
    assert part in findings[0].message
    assert len(findings[0].notes) == notes


def test_weights_of_other_rows_do_not_matter_and_a_fault_is_shown_where_it_stands() -> None:
    def place(row: int, column: str) -> Span:
        assert column == "trust"
        return Span("rows.csv", row + 2, 1, row + 2, 2)

    cells = ["x", "1", "much"]
    assert check_weights(cells, [1], WEIGHTED) == []
    (finding,) = check_weights(cells, [1, 2], WEIGHTED, place)
    assert "row 3 of `trust` is `much`" in finding.message
    assert (finding.span.line, finding.labels[0].span) == (4, WEIGHTED.span_of("weight"))
    values: Any = np.array([1.0, NAN])
    _, (finding,) = sample_weights(values, np.array([1, 2]), WEIGHTED, place)
    assert finding.span.line == 4
