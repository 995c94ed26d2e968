"""Predictions judged: counts, scores, baselines and the worst samples."""

import math

import pytest

from specc.reporting.report import ClassResult, NumberResult, WrongClass, WrongNumber
from specc.reporting.results import MATRIX_LIMIT, POINTS, judge
from specc.runs import Predictions, Target

ANIMALS = Target("classes", ("cat", "dog"), "animal")
AGE = Target("number", (), "age")


def judged(target: Target, header: str, *rows: str) -> ClassResult | NumberResult:
    cells = tuple(tuple(row.split("|")) for row in rows)
    (result,) = judge({"out": target}, Predictions(tuple(header.split("|")), cells))
    return result


def test_classes() -> None:
    result = judged(
        ANIMALS,
        "index|animal target|animal prediction|animal p(cat)|animal p(dog)",
        "7|cat|cat|0.9|0.1",
        "3|cat|dog|0.4|0.6",
        "5|dog|dog|0.2|0.8",
        "9|cat|dog|0.1|0.9",
    )
    assert isinstance(result, ClassResult)
    assert (result.name, result.samples, result.correct, result.accuracy) == ("animal", 4, 2, 0.5)
    assert (result.baseline, result.baseline_class) == (0.75, "cat")
    assert result.matrix == ((1, 2), (0, 1))
    assert [(s.name, s.precision, s.support) for s in result.scores] == [("cat", 1.0, 3), ("dog", 1 / 3, 1)]
    assert [s.recall for s in result.scores] == [1 / 3, 1.0]
    assert [s.f1 for s in result.scores] == [0.5, 0.5]
    assert result.interval == pytest.approx((0.1500, 0.8500), abs=1e-3)
    assert result.worst == (WrongClass(9, "cat", "dog", 0.9, 0.1), WrongClass(3, "cat", "dog", 0.6, 0.4))


def test_a_class_that_never_occurs_has_no_scores() -> None:
    result = judged(ANIMALS, "index|out target|out prediction", "0|cat|cat")
    assert isinstance(result, ClassResult)
    assert math.isnan(result.scores[1].recall)
    assert math.isnan(result.scores[1].precision)
    assert result.macro_f1 == 1.0
    assert result.interval[1] == 1.0


def test_an_unknown_class_is_counted_too() -> None:
    result = judged(ANIMALS, "out target|out prediction", "bird|cat")
    assert isinstance(result, ClassResult)
    assert [score.name for score in result.scores] == ["cat", "dog", "bird"]
    assert math.isnan(result.worst[0].probability)


def test_positions_of_a_sequence_are_judged_together() -> None:
    header = "index|tag target[0]|tag target[1]|tag prediction[0]|tag prediction[1]"
    (result,) = judge(
        {"tag": Target("classes", ("a", "b"), "tag")},
        Predictions(tuple(header.split("|")), (("4", "a", "b", "a", "a"),)),
    )
    assert isinstance(result, ClassResult)
    assert (result.samples, result.correct, result.worst[0].index) == (2, 1, 4)


def test_many_classes_have_no_matrix() -> None:
    classes = tuple(f"c{number}" for number in range(MATRIX_LIMIT + 1))
    result = judged(Target("classes", classes, "y"), "y target|y prediction", "c0|c1", "c0|c1", "c2|c0")
    assert isinstance(result, ClassResult)
    assert result.matrix == ()
    assert [(c.target, c.prediction, c.count) for c in result.confusions] == [("c0", "c1", 2), ("c2", "c0", 1)]


def test_numbers() -> None:
    result = judged(AGE, "index|age target|age prediction", "0|1|2", "1|3|3", "2|5|1", "3|nan|1", "4|x|1", "5|1e300|1")
    assert isinstance(result, NumberResult)
    assert result.samples == 3
    assert result.mean_absolute_error == pytest.approx(5 / 3)
    assert result.root_mean_squared_error == pytest.approx(math.sqrt(17 / 3))
    assert result.baseline == pytest.approx(math.sqrt(8 / 3))
    assert result.r2 == pytest.approx(1 - 17 / 8)
    assert result.bias == pytest.approx(-1)
    assert result.worst[0] == WrongNumber(2, 5, 1, -4)


def test_a_constant_target_has_no_r2() -> None:
    result = judged(AGE, "age target|age prediction", "2|1", "2|2")
    assert isinstance(result, NumberResult)
    assert math.isnan(result.r2)


def test_points_are_bounded() -> None:
    result = judged(AGE, "age target|age prediction", *(f"{n}|{n}" for n in range(5000)))
    assert isinstance(result, NumberResult)
    assert len(result.points) <= POINTS
    assert len(result.residuals) == 5000


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ((), ()),
        (("index",), (("0",),)),
        (("index", "out target"), (("0", "cat"),)),
        (("age target", "age prediction"), (("", ""),)),
    ],
)
def test_without_values_there_is_no_result(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    assert judge({"out": AGE}, Predictions(header, rows)) == ()
