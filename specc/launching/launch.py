"""A job -> its end: attempts until one goes well, none is left, or somebody interrupts."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from queue import Empty, SimpleQueue
from types import FrameType
from typing import IO

from specc.launching.attempt import INTERRUPTED, after_restarts, attempt
from specc.launching.job import Ended, Job
from specc.launching.lines import Sink
from specc.launching.workers import Events, Exited, Outlets, Signalled


def launch(job: Job, out: IO[bytes], err: IO[bytes]) -> Ended:
    """Run the job's workers on this machine until all have ended.

    What worker 0 prints goes to `out` as it is; all else goes to `err` line by line, with the worker's name before it.
    Signals that ask this process to end are passed on to the workers. Raises OSError if the command cannot be started.
    """
    events: Events = SimpleQueue()
    outlets = Outlets(Sink(out), Sink(err), events)
    with _signals_as_events(events):
        for restarts in count():
            ended = attempt(job, job.again if restarts else job.command, outlets)
            if not ended.worth_another or restarts == job.max_restarts:
                return after_restarts(ended, restarts)
            if _was_interrupted(events):
                return Ended(INTERRUPTED)
            line = f"{ended.said}; restart {restarts + 1} of {job.max_restarts} from the last checkpoint\n"
            outlets.err.write(line.encode())
    raise AssertionError("unreachable: count() does not end")


def _was_interrupted(events: Events) -> bool:
    """Whether a signal came while the workers were ended; what else is in the queue is of workers that are gone."""
    left: list[Exited | Signalled] = []
    try:
        while True:
            left.append(events.get_nowait())
    except Empty:
        return any(isinstance(event, Signalled) for event in left)


@contextmanager
def _signals_as_events(events: Events) -> Iterator[None]:
    def put(number: int, _: FrameType | None) -> None:
        events.put(
            Signalled(signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)
        )  # a SimpleQueue takes it also while its own `put` is interrupted

    if threading.current_thread() is not threading.main_thread():  # Python gives signals to the main thread alone
        yield
        return
    names = ("SIGINT", "SIGTERM", "SIGHUP")  # the last where a terminal is closed; Windows has none
    numbers = [number for name in names if (number := getattr(signal, name, None))]
    # One that is ignored, as by `nohup`, stays so.
    before = {number: signal.signal(number, put) for number in numbers if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
