"""What a run does, counted for whoever shows it: place, pace and the last metrics.

The training loop calls Keras' hooks, `on_train_batch_end` after each segment of steps with the index of its last one.
It may leave out metrics: a callback says in `wants_logs_now` when they are worth reading. What no
hook tells (checkpoints, warnings, where a resumed run goes on) comes by `hear`. A run may begin in the middle of any
epoch.
"""

import math
import time
from collections.abc import Mapping
from typing import Any

import keras

from specc.training.pace import Pace


class Course:
    """What is to come, and the words for it."""

    def __init__(self, epochs: int, steps: int, batch_size: int, samples: int, run: str) -> None:
        self.epochs, self.steps, self.batch_size, self.samples, self.run = epochs, steps, batch_size, samples, run
        self.unit = "samples" if batch_size and samples else "steps"
        self.per_step = samples / steps if self.unit == "samples" and steps else 1.0  # the last batch may be smaller


class Watching(keras.callbacks.Callback):
    """Keeps count of what a run does; shows nothing by itself.

    `epoch` and `step` are what is done: whole epochs, and steps of the one after them. `metrics` are the last ones.
    """

    def __init__(self, course: Course) -> None:
        super().__init__()
        self.epoch = self.step = 0
        self.metrics: Mapping[str, float] = {}
        self._course = course
        self._pace = Pace()
        self._resumed: tuple[int, int] | None = None
        self._began = self._epoch_began = time.perf_counter()

    def wants_logs_now(self) -> bool:
        """Whether metrics would be shown if they were given now."""
        return False

    def hear(self, event: str, **facts: Any) -> None:
        """Hear of what no hook tells. Epochs count from 1; `step` is how many steps of that epoch are done.

        `resumed` (epoch, step): where the run goes on. `checkpoint` (epoch, step, path). `warning` (message, code).
        `note` (message).
        """
        if event == "resumed":
            self._resumed = (facts["epoch"] - 1, facts["step"])
            self.epoch, self.step = self._resumed

    def close(self) -> None:
        """Stop showing, however training ended; called twice it does nothing more."""

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Start the clocks."""
        self._began = self._epoch_began = time.perf_counter()
        self._pace.begin()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Count from where the epoch begins, for a resumed run in its middle."""
        self.epoch = epoch
        self.step = self._resumed[1] if self._resumed and self._resumed[0] == epoch else 0
        self.metrics = {}
        self._resumed = None
        self._epoch_began = time.perf_counter()
        self._pace.begin()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Count the steps up to `batch`, counted from 0, and take the metrics if there are any."""
        self._pace.did(batch + 1 - self.step)
        self.step = batch + 1
        self.metrics = logs or self.metrics

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Count the epoch and take its metrics."""
        self.epoch, self.step = epoch + 1, 0
        self.metrics = logs or {}

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Show the end."""
        self.close()

    @property
    def rate(self) -> float | None:
        """Samples a second, or steps where their size is not known."""
        return None if self._pace.rate is None else self._pace.rate * self._course.per_step

    @property
    def left_s(self) -> float | None:
        """Seconds that are left if all epochs are run."""
        return self._pace.left((self._course.epochs - self.epoch) * self._course.steps - self.step)

    @property
    def place(self) -> str:
        """Where training is: `epoch 3/10`, within an epoch `epoch 3/10  45%`."""
        if not self.step:
            return f"epoch {self.epoch}/{self._course.epochs}"
        return f"epoch {self.epoch + 1}/{self._course.epochs}  {self.step / max(1, self._course.steps):.0%}"

    @property
    def speed(self) -> str:
        """Rate and remaining time, as far as they are known: `12.3k samples/s  0:42 left`."""
        known = [] if self.rate is None else [f"{amount(self.rate)} {self._course.unit}/s"]
        if self.left_s:
            known.append(f"{clock(self.left_s)} left")
        return "  ".join(known)


def describe(logs: Mapping[str, float] | None) -> str:
    """An epoch's logs in one line: `loss 0.1234  accuracy 0.9821  val_loss 0.2345`."""
    return "  ".join(f"{name} {value:.4g}" for name, value in (logs or {}).items() if name != "learning_rate")


def amount(number: float) -> str:
    """A number in three digits: `0.42`, `850`, `12.3k`, `4.56M`."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= 0.9995 * size:
            return f"{_digits(number / size)}{unit}"
    return _digits(number)


def clock(seconds: float) -> str:
    """A stretch of time as `0:42` or `1:02:03`."""
    minutes, rest = divmod(math.ceil(seconds) if math.isfinite(seconds) else 0, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _digits(number: float) -> str:
    return f"{number:.{0 if number >= 99.95 else 1 if number >= 9.995 else 2}f}"
