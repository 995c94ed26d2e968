"""Curves, best epoch and overfitting from histories."""

import math

import pytest

from specc.reporting.learning import course
from specc.runs import History, Training

TRAINING = Training(epochs_run=0, epochs_asked=30, batch_size=32, steps_per_epoch=10, stopped="epochs")
FALL = (1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2)


def history(**columns: tuple[float, ...]) -> History:
    longest = max((len(values) for values in columns.values()), default=0)
    return History(tuple(range(1, longest + 1)), columns)


@pytest.mark.parametrize(
    ("columns", "best", "overfitting"),
    [
        ({"loss": FALL, "val_loss": FALL}, 7, None),
        ({"loss": FALL, "val_loss": (1.0, 0.7, 0.6, 0.7, 0.8, 0.9, 1.0)}, 3, 4),
        ({"loss": FALL, "val_loss": (1.0, 0.7, 0.6, 0.61, 0.6, 0.61, 0.6)}, 3, None),  # a plateau
        ({"loss": FALL, "val_loss": (1.0, 0.9, 0.8, 0.7, 0.6, 0.9, 0.9)}, 5, None),  # too few epochs to tell
        ({"loss": FALL[::-1], "val_loss": (1.0, 0.7, 0.6, 0.7, 0.8, 0.9, 1.0)}, 3, None),  # both rise: not overfitting
        ({"loss": FALL}, 7, None),
        ({"loss": (1.0,), "val_loss": (1.0,)}, 1, None),
        ({"loss": (math.nan, 0.5, math.inf)}, 2, None),
        ({"loss": (math.nan, math.nan)}, None, None),
        ({}, None, None),
    ],
)
def test_best_and_overfitting_epoch(
    columns: dict[str, tuple[float, ...]], best: int | None, overfitting: int | None
) -> None:
    learning = course(history(**columns), TRAINING)
    assert (learning.best_epoch, learning.overfitting_epoch) == (best, overfitting)


@pytest.mark.parametrize(
    ("columns", "curves", "rate"),
    [
        ({"loss": (1.0, 2.0), "val_loss": (3.0, 4.0)}, [("loss", (3.0, 4.0))], ()),
        ({"loss": (1.0, 2.0), "learning_rate": (0.1, 0.1), "seconds": (1.0, 1.0)}, [("loss", ())], ()),
        ({"loss": (1.0, 2.0), "learning_rate": (0.1, 0.05)}, [("loss", ())], (0.1, 0.05)),
        ({"val_loss": (1.0, 2.0)}, [("val_loss", ())], ()),  # no training half: shown as it is
    ],
)
def test_curves_pair_training_with_validation(
    columns: dict[str, tuple[float, ...]], curves: list[tuple[str, tuple[float, ...]]], rate: tuple[float, ...]
) -> None:
    learning = course(history(**columns), TRAINING)
    assert [(curve.metric, curve.validation) for curve in learning.curves] == curves
    assert learning.learning_rate == rate
