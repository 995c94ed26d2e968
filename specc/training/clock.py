"""How long the stages of a run take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Seconds by stage; `total` runs from the beginning."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Within, time counts for the stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._stages[stage] = time.perf_counter() - began

    @property
    def seconds(self) -> dict[str, float]:
        """The stages so far, rounded to microseconds."""
        stages = {**self._stages, "total": time.perf_counter() - self._began}
        return {stage: round(seconds, 6) for stage, seconds in stages.items()}
