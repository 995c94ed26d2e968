"""The callbacks of a run: the spec's own, and those by which specc records, saves and stops.

Paths in the spec's callbacks name files inside the run directory. Nothing here prints; that is
`specc.training.progress`.
"""

import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any

import keras

from specc.catalog import Catalog
from specc.component import Argument, Component
from specc.keras_target.build import build_component
from specc.runs import RunFolder, replacing, write_csv
from specc.training.tensorboard import learning_rate

WRITE_EVERY_S = 1.0
"""The least time between two writings of the history while training goes on."""

STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Ctrl-C, a scheduler's word, a closed terminal."""


def spec_callback(component: Component, folder: Path, catalog: Catalog) -> keras.callbacks.Callback:
    """The Keras callback of a component, with its files and folders placed in the run directory."""
    facts = catalog.find("callback", component.type)
    paths = {name for name, argument in facts.arguments.items() if argument.path} if facts else set()
    placed = {
        name: str(folder / str(value)) if name in paths and value is not None else value
        for name, value in component.arguments.items()
    }
    for name in paths & placed.keys():
        Path(str(placed[name])).parent.mkdir(parents=True, exist_ok=True)
    schedule = placed.get("schedule")
    if component.type == "LearningRateScheduler" and isinstance(schedule, Component):
        return _by_epoch(build_component(schedule, catalog), placed.get("verbose", 0))
    return build_component(replace(component, arguments=placed), catalog)


def _by_epoch(schedule: Any, verbose: Argument) -> keras.callbacks.Callback:  # noqa: ANN401  a Keras schedule
    """Keras wants a function of the epoch and the rate before; a schedule gives a tensor for a step."""
    return keras.callbacks.LearningRateScheduler(lambda epoch, rate: float(schedule(epoch)), verbose)  # noqa: ARG005


@dataclass
class EpochRecord:
    """What `history.csv` says of one epoch: Keras' log names to values, and the seconds that it took."""

    epoch: int
    logs: Mapping[str, float]
    learning_rate: float | None
    seconds: float


class Recorder(keras.callbacks.Callback):
    """Keeps every epoch's logs and writes them to `history.csv`, at most once a second while training goes on."""

    def __init__(self, folder: RunFolder) -> None:
        super().__init__()
        self.records: list[EpochRecord] = []
        self._folder = folder
        self._written = self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Start the epoch's clock."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Keep what the epoch gave."""
        now = time.perf_counter()
        values = {name: float(value) for name, value in (logs or {}).items() if name != "learning_rate"}
        self.records.append(EpochRecord(epoch + 1, values, learning_rate(self.model), now - self._began))
        if now - self._written > WRITE_EVERY_S:
            self.write()

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Keep what training gave."""
        self.write()

    def get(self) -> list[Any]:
        """The epochs so far as plain data, for a checkpoint."""
        return [[each.epoch, dict(each.logs), each.learning_rate, each.seconds] for each in self.records]

    def put(self, records: list[Any]) -> None:
        """Put back what `get` gave."""
        self.records = [EpochRecord(epoch, logs, rate, seconds) for epoch, logs, rate, seconds in records]

    def write(self) -> None:
        """Write all epochs so far. Columns are those of the first epoch and any that came later."""
        self._written = time.perf_counter()
        names = list(dict.fromkeys(name for record in self.records for name in record.logs))
        rows = [
            [record.epoch, *(record.logs.get(name) for name in names), record.learning_rate, round(record.seconds, 6)]
            for record in self.records
        ]
        write_csv(self._folder.history, ["epoch", *names, "learning_rate", "seconds"], rows)


def save_aside(path: Path, save: Any) -> None:  # noqa: ANN401  a bound method of a Keras model
    """Call `save` with a path in the same directory, sync the file and rename it: `path` is whole or not there."""
    with replacing(path, path.with_name(f"part-{path.name}")) as aside:
        save(str(aside))


@dataclass
class Interrupt:
    """Whether someone asked the run to end."""

    asked: bool = False
    previous: dict[int, Any] = field(default_factory=dict)


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Within, the first of `STOPS` only asks; the second one interrupts at once.

    Outside the main thread signals belong to somebody else, and nothing changes.
    """
    interrupt = Interrupt()

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        interrupt.asked = True
        for caught in interrupt.previous:
            signal.signal(caught, signal.default_int_handler)  # the next one, whichever, is a KeyboardInterrupt

    try:
        for caught in STOPS:
            if signal.getsignal(caught) in {signal.SIG_IGN, None}:
                continue  # ignored on purpose, or not Python's
            interrupt.previous[caught] = signal.signal(caught, ask)
    except ValueError:  # not the main thread
        pass
    try:
        yield interrupt
    finally:
        for number, handler in interrupt.previous.items():
            signal.signal(number, handler)
