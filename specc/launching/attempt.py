"""One attempt at a job: the workers are started, watched until they end or one fails, and none of them is left."""

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory

from specc.diagnostics import error
from specc.launching.job import Ended, Job
from specc.launching.watching import SILENT_S, Seen, begin_waiting, look, silent, stuck, unseen
from specc.launching.workers import Events, Exited, Outlets, Signalled, Worker, end_all, environments, start

INTERRUPTED, FINDINGS = 130, 1
CAUSE_S = 2.0
"""How long to wait for a worker that has ended before the one that is heard of first."""
OF_THE_INPUT = frozenset((1, 2))
"""Exit codes of a worker that found a fault in what it was given: another attempt would find it too."""


def attempt(job: Job, command: Sequence[str], outlets: Outlets) -> Ended:
    """Run `command` in all workers. Ends with the first that fails; the others are ended then."""
    workers: list[Worker] = []
    ended = Ended(INTERRUPTED)
    with TemporaryDirectory(prefix="specc-launch-", ignore_cleanup_errors=True) as folder:
        try:
            for number, environment in enumerate(environments(job.workers, job.environment)):
                own = Path(folder, f"worker-{number}")
                workers.append(start(number, command, environment, own, outlets))
            ended = _watch(job, workers, outlets.events)
        finally:
            end_all(workers, ended.culprit, job.grace_s)
    return ended


@dataclass(slots=True)
class _Interruption:
    """Signals that the launcher got; after the first, the workers have until `deadline` to write what they have."""

    signals: int = 0
    deadline: float = float("inf")


def _watch(job: Job, workers: Sequence[Worker], events: Events) -> Ended:
    seen = unseen(workers, time.monotonic())
    live = {worker.number for worker in workers}
    codes: list[int] = []
    stopping = _Interruption()
    while live:
        event = _next(events, min(1.0, job.timeout_s / 10))
        now = time.monotonic()
        seen = look(workers, seen, now)  # first of all: the launcher itself may have been stopped for long
        if isinstance(event, Signalled):
            _pass_on(event.number, workers, stopping, now + job.timeout_s)
        elif event is not None and event.worker in workers:
            live.discard(event.worker.number)
            codes.append(event.code)
            if event.code and not stopping.signals:
                return _failed(job, _cause(event, events, live), seen, live, now)
            seen = begin_waiting(seen, now)
        if stopping.signals:
            if now > stopping.deadline:
                return Ended(INTERRUPTED)
        elif (hanging := _hanging(job, seen, live, now)) is not None:
            return hanging
    return Ended(INTERRUPTED if any(codes) else 0)


def _cause(event: Exited, events: Events, live: set[int]) -> Exited:
    """The worker that failed first: one that has lost another ends as over a fault of the spec, perhaps before that."""
    deadline = time.monotonic() + CAUSE_S
    while event.code in OF_THE_INPUT and live and (left := deadline - time.monotonic()) > 0:
        other = _next(events, left)
        if isinstance(other, Exited):
            live.discard(other.worker.number)
            if other.code and other.code not in OF_THE_INPUT:
                return other
    return event


def _next(events: Events, pause_s: float) -> Exited | Signalled | None:
    try:
        return events.get(timeout=pause_s)
    except Empty:
        return None


def _pass_on(number: int, workers: Sequence[Worker], stopping: _Interruption, deadline: float) -> None:
    """The first signal asks the workers to end, a second one to end at once; the third one is no longer a question."""
    stopping.signals += 1
    stopping.deadline = min(stopping.deadline, deadline)
    for worker in workers:
        worker.send(number if stopping.signals < 3 else signal.SIGKILL)


def _failed(job: Job, event: Exited, seen: dict[int, Seen], live: set[int], now: float) -> Ended:
    number = event.worker.number
    how = f"was ended by {_signal(-event.code)}" if event.code < 0 else f"ended with exit code {event.code}"
    heard = [other for other in live if seen[other].beat is not None]
    culprit = silent(seen, heard, now, _soon(job))
    if culprit is not None:
        return _silent(job, culprit, seen, now, f"worker {number}, which depends on it, {how}")
    said = f"worker {number} {how}"
    goes_on = number == 0 or 0 in live  # where the chief has ended well, the run is completed
    if event.code > 0:  # it has told why
        return Ended(event.code, said, None, number, worth_another=event.code not in OF_THE_INPUT and goes_on)
    notes = [note for note in (_last_step(seen[number]), _reason(-event.code)) if note]
    finding = error("worker-ended", said, job.place, notes=tuple(notes), help=_help(job))
    return Ended(FINDINGS, said, finding, number, worth_another=goes_on)


def _hanging(job: Job, seen: dict[int, Seen], live: set[int], now: float) -> Ended | None:
    culprit = silent(seen, live, now, job.timeout_s)
    if culprit is not None:
        return _silent(job, culprit, seen, now)
    culprit = stuck(seen, live, now, job.timeout_s)
    if culprit is None:
        return None
    stopped = silent(seen, live, now, _soon(job))  # the others wait for it since its last step, a little longer
    if stopped is not None:
        return _silent(job, stopped, seen, now)
    said = f"no worker has made a step for {_seconds(job.timeout_s)}, and worker {culprit} has made the fewest"
    steps = ", ".join(f"worker {number} at step {seen[number].step}" for number in sorted(live))
    finding = error(
        "worker-hangs", said, job.place, notes=(f"all of them show signs of life: {steps}",), help=_help(job)
    )
    return Ended(FINDINGS, said, finding, culprit, worth_another=True)


def _soon(job: Job) -> float:
    """After so many seconds of silence, what befell the other workers came of it."""
    return min(SILENT_S, job.timeout_s / 2)


def _silent(job: Job, culprit: int, seen: dict[int, Seen], now: float, note: str = "") -> Ended:
    said = f"worker {culprit} hangs: it has shown no sign of life for {_seconds(now - seen[culprit].lived)}"
    notes = tuple(text for text in (_last_step(seen[culprit]), note) if text)
    finding = error("worker-hangs", said, job.place, notes=notes, help=_help(job))
    return Ended(FINDINGS, said, finding, culprit, worth_another=True)


def _help(job: Job) -> str:
    return "" if job.max_restarts else "`--max-restarts 3` starts all workers again from the last checkpoint"


def _last_step(seen: Seen) -> str:
    return "" if seen.step is None else f"it last told of step {seen.step}"


def _reason(number: int) -> str:
    return "so a system ends the process that needs the most memory, when there is none left" if number == 9 else ""


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time one, which has no name
        return f"signal {number}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def after_restarts(ended: Ended, restarts: int) -> Ended:
    """The same end, saying how often it was tried."""
    if not restarts or ended.finding is None:
        return ended
    note = f"all workers were started again {restarts} {'time' if restarts == 1 else 'times'} before"
    return replace(ended, finding=ended.finding._replace(notes=(*ended.finding.notes, note)))
