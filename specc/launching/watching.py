"""The workers' signs of life -> which of them hangs, and how that is known.

A worker whose process is stopped, or stuck where no other thread of it runs, writes nothing any more. One that waits
for the others goes on writing and makes no step, as they all do then; behind is who has made the fewest. Times are the
launcher's own, so that a clock that is set changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from specc.launching.workers import Worker
from specc.training import heartbeat
from specc.training.heartbeat import Beat

SILENT_S = 5.0
"""A worker that said nothing for that long is why the others fail or wait."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a worker last said, and when it last said anything (`lived`) and got on (`moved`), in seconds."""

    beat: Beat | None
    lived: float
    moved: float

    @property
    def step(self) -> int | None:
        """Its last step; None before the first and where there are no steps."""
        return self.beat.step if self.beat else None


def unseen(workers: Iterable[Worker], now: float) -> dict[int, Seen]:
    """The workers, just started."""
    return {worker.number: Seen(None, now, now) for worker in workers}


def look(workers: Iterable[Worker], seen: Mapping[int, Seen], now: float) -> dict[int, Seen]:
    """What the workers have said since."""
    return {worker.number: _newer(seen[worker.number], heartbeat.read(worker.folder), now) for worker in workers}


def _newer(old: Seen, beat: Beat | None, now: float) -> Seen:
    if beat is None or beat == old.beat:
        return old
    if old.beat and beat.moves == old.beat.moves:
        return replace(old, beat=beat, lived=now)
    return Seen(beat, now, now)


def begin_waiting(seen: Mapping[int, Seen], now: float) -> dict[int, Seen]:
    """As if all had got on just now: one has ended, for which the others perhaps waited with a right to."""
    return {number: replace(each, moved=now) for number, each in seen.items()}


def silent(seen: Mapping[int, Seen], live: Collection[int], now: float, for_s: float) -> int | None:
    """The live worker that shows no life for more than `for_s`; of several the one that stopped first."""
    quiet = [number for number in live if now - seen[number].lived > for_s]
    return min(quiet, key=lambda number: (seen[number].lived, number)) if quiet else None


def stuck(seen: Mapping[int, Seen], live: Collection[int], now: float, for_s: float) -> int | None:
    """The live worker with the fewest steps, if none of them got on for more than `for_s`.

    Where one prepares, saves or reports, which takes as long as it takes, nobody is stuck.
    """
    steps = {number: step for number in live if (step := seen[number].step) is not None}
    if not steps or len(steps) < len(live) or any(now - seen[number].moved <= for_s for number in live):
        return None
    return min(steps, key=lambda number: (steps[number], number))
