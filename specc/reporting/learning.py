"""The course of training, from the history: curves, the best epoch, where overfitting begins.

Goes in: the run's history as columns with Keras' log names. Nothing is drawn here.
"""

import math
from collections.abc import Mapping
from itertools import pairwise
from statistics import fmean

from specc.reporting.report import Curve, Learning
from specc.runs import History, Training

RISE = 0.05
"""How far the validation loss must rise above its lowest value, as a share of it, to count as overfitting."""

LATER_EPOCHS = 3
"""How many epochs after the best one are needed to speak of overfitting rather than of noise."""

_NOT_METRICS = ("learning_rate", "seconds")


def course(history: History, training: Training) -> Learning:
    """What the history shows."""
    columns = history.columns
    names = [name for name in columns if name not in _NOT_METRICS and not _validates(name, columns)]
    curves = tuple(Curve(name, columns[name], columns.get(f"val_{name}", ())) for name in names)
    monitored = "val_loss" if "val_loss" in columns else "loss"
    rate = columns.get("learning_rate", ())
    return Learning(
        epochs=history.epochs,
        curves=curves,
        learning_rate=rate if any(a != b for a, b in pairwise(rate)) else (),
        monitored=monitored if monitored in columns else "",
        best_epoch=_best(history, monitored),
        overfitting_epoch=_overfitting(history),
        epochs_asked=training.epochs_asked,
        stopped=training.stopped,
        batch_size=training.batch_size,
    )


def _validates(name: str, columns: Mapping[str, object]) -> bool:
    """Whether a column is the validation half of another one."""
    return name.startswith("val_") and name[4:] in columns


def _best(history: History, monitored: str) -> int | None:
    values = history.columns.get(monitored, ())
    finite = [(value, epoch) for value, epoch in zip(values, history.epochs, strict=False) if math.isfinite(value)]
    return min(finite)[1] if finite else None


def _overfitting(history: History) -> int | None:
    """The epoch after the lowest validation loss, if from there it rises for good while the training loss falls."""
    train, validation = history.columns.get("loss", ()), history.columns.get("val_loss", ())
    if not validation or not all(map(math.isfinite, (*train, *validation))):
        return None
    best = min(range(len(validation)), key=validation.__getitem__)
    later = validation[best + 1 :]
    if len(later) < LATER_EPOCHS or fmean(later[-LATER_EPOCHS:]) < validation[best] * (1 + RISE):
        return None
    return history.epochs[best + 1] if fmean(train[-LATER_EPOCHS:]) < train[best] else None
