"""How fast training goes and how long it will still take, from the steps that were done and when.

The first stretch of steps says nothing: in it the model is compiled.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

WINDOW_S = 30.0
"""How far back the pace is measured."""

EVERY_S = 0.25
"""The least time between two moments that are kept: a run of short epochs should not pay for being measured."""


class _Moment(NamedTuple):
    now: float
    busy: float  # seconds spent in steps, without validation and callbacks
    steps: int


class Pace:
    """Told `begin` before and `did` after each stretch of steps; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._since = clock()
        self._last = _Moment(self._since, 0.0, 0)
        self._kept: deque[_Moment] = deque()

    def begin(self) -> None:
        """Steps begin: what has passed since the last ones was something else."""
        self._since = self._clock()

    def did(self, steps: int) -> None:
        """So many steps are done."""
        now = self._clock()
        self._last = _Moment(now, self._last.busy + now - self._since, self._last.steps + steps)
        self._since = now
        if not self._kept or now - self._kept[-1].now >= EVERY_S:
            self._kept.append(self._last)
        while len(self._kept) > 2 and self._kept[1].now <= now - WINDOW_S:
            self._kept.popleft()

    @property
    def rate(self) -> float | None:
        """Steps in a second of training, without validation; None while nothing is known."""
        _, seconds, steps = self._since_kept()
        return steps / seconds if steps and seconds else None

    def left(self, steps: int) -> float | None:
        """Seconds for so many further steps, with what comes between them; None while nothing is known."""
        seconds, _, done = self._since_kept()
        return seconds / done * steps if done else None

    def _since_kept(self) -> _Moment:
        """What the window holds: seconds, those spent in steps, and steps."""
        first = self._kept[0] if self._kept else self._last
        return _Moment._make(now - then for now, then in zip(self._last, first, strict=True))
