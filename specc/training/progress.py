"""How training shows itself: live bars in a terminal, a line now and then in a log, JSON lines for programs.

`progress` gives the callback for a display; `specc.training.watching` says how the training loop calls it.
"""

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from specc.training.display import Display, Show, shown
from specc.training.watching import Course, Watching, clock, describe

LINE_EVERY_S = 2.0
"""The least time between two lines in a log. It grows with the run, see `_Lines`."""

LINE_EVERY_AT_MOST_S = 60.0
"""The most that it grows to."""

METRICS_EVERY_S = 0.5
"""The least time between two readings of the metrics within an epoch, for bars; reading them holds the device up."""

SEGMENT_EVERY_S = 1.0
"""The least time between two events `segment`."""

WIDEST, ROOM = 24, 62
"""Characters of the bar at most, and those that its line needs for the rest."""

REFRESHES = 4
"""Drawings of the bars in a second."""


def progress(  # noqa: PLR0913, PLR0917  what is to come, and where it is shown
    epochs: int, steps: int, show: Show | None = None, batch_size: int = 0, samples: int = 0, run: str = ""
) -> Watching:
    """The callback that shows `epochs` of `steps` steps on `show`; None shows nothing.

    `batch_size` is the global batch and `samples` the size of the training split; rates are in samples where both are
    known, in steps otherwise. `run` is the run directory, which JSON lines name.
    """
    found = shown(show)
    plan = Course(epochs, steps, batch_size, samples, run)
    if found is None:
        return Watching(plan)
    return {"bar": _Bar, "json": _Events}.get(found.form, _Lines)(plan, found)


class _Lines(Watching):
    """Lines in a log: at the ends of epochs, and within those that take long.

    Two lines are `LINE_EVERY_S` apart at first, later a twentieth of the time that has passed, so that a run of a night
    is some hundred lines; the last epoch always has its line.
    """

    def __init__(self, course: Course, shown_on: Display) -> None:
        super().__init__(course)
        self._display = shown_on
        self._line = self._epoch_line = self._began
        self._unsaid = False

    def wants_logs_now(self) -> bool:
        return time.perf_counter() - self._line > 2 * self._every()

    def hear(self, event: str, **facts: Any) -> None:
        super().hear(event, **facts)
        words = _words(event, facts)
        if words:
            self._display.say(words)

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        self._line = self._epoch_line = self._began

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        due = self.wants_logs_now()
        super().on_train_batch_end(batch, logs)
        if due and self.step < self._course.steps:  # the epoch's own line is better
            self._say()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        self._unsaid = True
        if time.perf_counter() - self._epoch_line > self._every():
            self._say()
            self._epoch_line = self._line

    def close(self) -> None:
        if self._unsaid:
            self._say()

    def _every(self) -> float:
        return min(max(LINE_EVERY_S, (time.perf_counter() - self._began) / 20), LINE_EVERY_AT_MOST_S)

    def _say(self) -> None:
        self._display.say("  ".join(part for part in (self.place, describe(self.metrics), self.speed) if part))
        self._line = time.perf_counter()
        self._unsaid = False


class _Bar(Watching):
    """A bar over the whole run, the metrics of the running epoch as they come, and those of the last one below."""

    def __init__(self, course: Course, shown_on: Display) -> None:
        super().__init__(course)
        self._last: Mapping[str, float] = {}
        self._read = 0.0
        self._saved = ""
        self._console = Console(file=shown_on.stream, force_terminal=True)
        self._live = Live(get_renderable=self._draw, console=self._console, refresh_per_second=REFRESHES)

    def wants_logs_now(self) -> bool:
        return time.perf_counter() - self._read > METRICS_EVERY_S

    def hear(self, event: str, **facts: Any) -> None:
        super().hear(event, **facts)
        if event == "checkpoint":
            self._saved = f"saved in epoch {facts['epoch']} after step {facts['step']:,}"
        words = _words(event, facts)
        if words:
            self._console.print(Text(words, style="yellow" if event == "warning" else "dim"))

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        self._live.start()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        super().on_train_batch_end(batch, logs)
        if logs:
            self._read = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        self._last, self.metrics = self.metrics, {}

    def close(self) -> None:
        self._live.stop()

    def _draw(self) -> RenderableType:
        """The picture of this moment; called by Rich's own thread."""
        course = self._course
        at = min(self.epoch + 1, course.epochs)
        done = self.epoch + self.step / max(1, course.steps)
        line = Table.grid(padding=(0, 2))
        line.add_row(
            f"epoch {at}/{course.epochs}",
            ProgressBar(total=course.epochs, completed=done, width=min(WIDEST, max(8, self._console.width - ROOM))),
            f"{100 * done / max(1, course.epochs):.0f}%",
            Text(self.speed or "starting", style="cyan"),
            Text(clock(time.perf_counter() - self._began), style="dim"),
        )
        rows = [(f"epoch {at}", describe(self.metrics))] if self.metrics else []
        rows += [(f"epoch {self.epoch}", describe(self._last))] if self._last else []
        rows += [("", self._saved)] if self._saved else []
        below = Table.grid(padding=(0, 2))
        for name, words in rows:
            below.add_row(Text(name, style="dim"), Text(words, style="" if name else "dim"))
        return Group(line, below) if rows else line


class _Events(Watching):
    """JSON lines, `schemas/progress-v1.schema.json`. Every epoch has its event; within it at most one a second."""

    def __init__(self, course: Course, shown_on: Display) -> None:
        super().__init__(course)
        self._display = shown_on
        self._told = self._began
        self._ended = False

    def wants_logs_now(self) -> bool:
        return time.perf_counter() - self._told > SEGMENT_EVERY_S

    def hear(self, event: str, **facts: Any) -> None:
        super().hear(event, **facts)
        if event != "resumed":  # `start` says that
            self._display.tell(event, **facts)

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        course = self._course
        size = {"epochs": course.epochs, "steps": course.steps, "batch_size": course.batch_size}
        resumed = {} if self._resumed is None else {"resumed": {"epoch": self.epoch + 1, "step": self.step}}
        self._display.tell("start", run=course.run, **size, samples=course.samples, **resumed)
        self._told = self._began

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        super().on_train_batch_end(batch, logs)
        if self.wants_logs_now():
            self._told = time.perf_counter()
            place = {"epoch": self.epoch + 1, "step": self.step}
            self._display.tell("segment", **place, **self._speed(), metrics=_numbers(self.metrics))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        seconds = round(time.perf_counter() - self._epoch_began, 6)
        self._display.tell("epoch", epoch=self.epoch, seconds=seconds, **self._speed(), metrics=_numbers(self.metrics))

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        super().on_train_end(logs)
        self._display.tell("end", epochs=self.epoch, seconds=round(time.perf_counter() - self._began, 6))

    def _speed(self) -> dict[str, float | None]:
        rate = self.rate if self._course.unit == "samples" else None
        return {
            "samples_per_s": None if rate is None else round(rate, 3),
            "left_s": None if self.left_s is None else round(self.left_s, 3),
        }


def _words(event: str, facts: Mapping[str, Any]) -> str:
    """An event as a line; checkpoints have none, they come every half minute."""
    match event:
        case "resumed":
            return f"resumed in epoch {facts['epoch']} after step {facts['step']:,}"
        case "warning":
            return f"warning: {facts['message']}"
        case "note":
            return str(facts["message"])
    return ""


def _numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}
