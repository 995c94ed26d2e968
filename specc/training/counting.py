"""Long work before training, counted: `preparing  12,000/57,000`. Shown once it takes longer than a moment."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from specc.training.display import Display, Show, shown

LINE_EVERY_S = 2.0
"""The least time between two lines, and how long work may take before it is shown."""


@contextmanager
def counting(what: str, total: int, show: Show | None) -> Iterator[Callable[[int], None]]:
    """Within, the function that it gives counts what is done of `total`.

    A bar, a line now and then or an event `preparing`, as the display has it; nothing where `show` is None.
    """
    count = _Count(what, total, shown(show))
    try:
        yield count
    finally:
        count.end()


class _Count:
    def __init__(self, what: str, total: int, display: Display | None) -> None:
        self._what, self._total, self._display = what, total, display
        self._done = 0
        self._shown = time.monotonic()
        self._bar: Progress | None = None

    def __call__(self, more: int) -> None:
        self._done += more
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)
        elif self._display is not None and time.monotonic() - self._shown > LINE_EVERY_S:
            self._show(self._display)

    def end(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show(self, display: Display) -> None:
        if display.form == "bar":
            columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
            left = (TextColumn("[dim]left"), TimeRemainingColumn())
            console = Console(file=display.stream, force_terminal=True)
            self._bar = Progress(*columns, *left, console=console, transient=True)
            self._bar.add_task(self._what, total=self._total, completed=self._done)
            self._bar.start()
            return
        self._shown = time.monotonic()
        if display.form == "json":
            display.tell("preparing", what=self._what, done=self._done, total=self._total)
        else:
            display.say(f"{self._what}  {self._done:,}/{self._total:,}")
