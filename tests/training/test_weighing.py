"""`balance`, `weight` and `class_weight` in what training gets."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.loaded import prepared_of

pytestmark = pytest.mark.train


@pytest.fixture
def spec(project: Path) -> Path:
    """8 rows of class `a` and 2 of class `b`, whose sizes and weights are their row numbers."""
    lines = ["size,kind,trust", *(f"{row},{'ab'[row > 7]},{row}" for row in range(10))]
    (project / "rows.csv").write_text("\n".join(lines) + "\n")
    return project / "spec.yaml"


def prepared(spec: Path, data: str, training: str = "{epochs: 1}") -> tuple[list[int] | None, list[float] | None]:
    """The rows that an epoch visits, and the weights of the training rows."""
    spec.write_text(
        "spec: 1\n"
        f"data: {{csv: rows.csv, target: kind, inputs: {{input: size}}, split: {{validation: 0, test: 0}}{data}}}\n"
        f"model: [Output]\ntraining: {training}\n"
    )
    found = prepared_of(spec).train
    visits = None if found.rows is None else np.asarray(found.rows).tolist()
    return visits, None if found.weights is None else np.asarray(found.weights).tolist()


@pytest.mark.parametrize(
    ("data", "training", "visits", "weights"),
    [
        ("", "{epochs: 1}", None, None),
        (", balance: undersample", "{epochs: 1}", 4, None),
        (", balance: oversample", "{epochs: 1}", 16, None),
        (", weight: trust", "{epochs: 1}", None, [*range(10)]),
        ("", "{class_weight: {b: 3}}", None, [1] * 8 + [3] * 2),
        ("", "{class_weight: balanced}", None, [0.625] * 8 + [2.5] * 2),
        (", weight: trust", "{class_weight: {b: 3}}", None, [*range(8), 24, 27]),
        (", balance: oversample", "{class_weight: balanced}", 16, [1] * 10),
    ],
)
def test_visits_and_weights(
    spec: Path, data: str, training: str, visits: int | None, weights: list[float] | None
) -> None:
    rows, found = prepared(spec, data, training)
    assert (None if rows is None else len(rows)) == visits
    assert found == weights
    if rows is not None:
        assert sum(row > 7 for row in rows) * 2 == len(rows), "both classes are as frequent"


def test_statistics_are_of_each_row_once(spec: Path) -> None:
    prepared(spec, "")
    plain = prepared_of(spec)
    prepared(spec, ", balance: oversample")
    balanced = prepared_of(spec)
    assert np.array_equal(np.asarray(plain.train.inputs["input"]), np.asarray(balanced.train.inputs["input"]))
    assert len(balanced.splits()["train"]) == 10, "and so are metrics"
