"""How training shows itself: a live bar in a terminal, a line now and then in a log, nothing when quiet.

Goes to standard error, so that standard output stays free for results.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

import keras
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

LINE_EVERY_S = 2.0
"""The least time between two lines in a log; the first and the last epoch always get one."""


def progress(epochs: int, steps: int, stream: TextIO | None = None) -> keras.callbacks.Callback:
    """The display that suits `stream` (default: standard error): a bar for a terminal, lines otherwise."""
    stream = stream or sys.stderr
    return _Bar(epochs, steps, stream) if stream.isatty() else _Lines(epochs, stream)


class _Lines(keras.callbacks.Callback):
    def __init__(self, epochs: int, stream: TextIO) -> None:
        super().__init__()
        self._epochs, self._stream = epochs, stream
        self._printed = 0.0
        self._last = ""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._last = f"epoch {epoch + 1}/{self._epochs}  {describe(logs)}"
        if time.monotonic() - self._printed > LINE_EVERY_S:
            self._print()

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        self._print()

    def _print(self) -> None:
        if self._last:
            print(self._last, file=self._stream, flush=True)
        self._last = ""
        self._printed = time.monotonic()


class _Bar(keras.callbacks.Callback):
    """One line of progress, and one line with the last epoch's numbers below it."""

    def __init__(self, epochs: int, steps: int, stream: TextIO) -> None:
        super().__init__()
        self._epochs, self._steps, self._done = epochs, steps, 0
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.total:.0f}"),
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            TextColumn("[dim]left"),
            TimeRemainingColumn(),
        )
        self._task = self._progress.add_task("", total=epochs, epoch=1)
        self._live = Live(self._progress, console=Console(file=stream), refresh_per_second=10)

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Show the bar."""
        self._live.start()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Move the bar within the epoch."""
        self._progress.update(self._task, completed=self._done + (batch + 1) / self._steps)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Move the bar to the epoch's end and show its numbers."""
        self._done = epoch + 1
        self._progress.update(self._task, completed=self._done, epoch=min(self._done + 1, self._epochs))
        self._live.update(Group(self._progress, Text(describe(logs), style="dim")))

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Leave the last state of the bar on the screen."""
        self._live.stop()


def describe(logs: Mapping[str, float] | None) -> str:
    """An epoch's logs in one line: `loss 0.1234  accuracy 0.9821  val_loss 0.2345`."""
    return "  ".join(f"{name} {value:.4g}" for name, value in (logs or {}).items() if name != "learning_rate")


@contextmanager
def counting(what: str, total: int, stream: TextIO | None) -> Iterator[Callable[[int], None]]:
    """Within, the function that it gives counts what is done of `total`; shown once it takes longer than a moment.

    A bar for a terminal, a line now and then otherwise, nothing where `stream` is None.
    """
    count = _Count(what, total, stream)
    try:
        yield count
    finally:
        count.end()


class _Count:
    def __init__(self, what: str, total: int, stream: TextIO | None) -> None:
        self._what, self._total, self._stream = what, total, stream
        self._done = 0
        self._shown = time.monotonic()
        self._bar: Progress | None = None

    def __call__(self, more: int) -> None:
        self._done += more
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)
        elif self._stream is not None and time.monotonic() - self._shown > LINE_EVERY_S:
            self._show(self._stream)

    def end(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show(self, stream: TextIO) -> None:
        if stream.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
            left = (TextColumn("[dim]left"), TimeRemainingColumn())
            self._bar = Progress(*columns, *left, console=Console(file=stream), transient=True)
            self._bar.add_task(self._what, total=self._total, completed=self._done)
            self._bar.start()
        else:
            print(f"{self._what}  {self._done:,}/{self._total:,}", file=stream, flush=True)
            self._shown = time.monotonic()
