"""A run that goes on: what is taken over from before, and what must not have changed since."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras

from specc import runs
from specc.diagnostics import Finding, Span, error, warning
from specc.engine import Choice, Position
from specc.engine.choosing import Candidate
from specc.runs import RunFolder
from specc.training.checkpoints import Checkpoints, Restored
from specc.training.record import versions


@dataclass(frozen=True, slots=True)
class Continued:
    """The run in `folder`, as `run` reads it, from the checkpoint `restored` on; None begins at the beginning."""

    folder: RunFolder
    run: runs.Run
    restored: Restored | None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def position(self) -> Position:
        """Where it goes on."""
        return self.restored.position if self.restored else Position(0, 0)

    @property
    def choice(self) -> Choice | None:
        """How steps were computed, and why; None if that was not decided."""
        engine = self.run.engine
        xla = self.restored.xla if self.restored else engine.xla
        return (
            None if xla is None else Choice(xla, engine.why, tuple(Candidate(**asdict(c)) for c in engine.candidates))
        )

    @property
    def started(self) -> datetime:
        """When the run began."""
        try:
            return datetime.fromisoformat(self.run.started)
        except ValueError:
            return self.now

    @property
    def resumed(self) -> list[dict[str, Any]]:
        """Where and when it went on, this time the last: the epoch, from 1, and how many of its steps were done."""
        epoch, step = self.position
        before = self.run.engine.resumed if self.run.engine else ()
        return [*map(asdict, before), {"epoch": epoch + 1, "step": step, "time": self.now.isoformat()}]

    @property
    def seconds(self) -> dict[str, float]:
        """How long the sessions before took, by stage. A last one that was killed has told only its epochs' time."""
        told = dict(self.run.seconds)
        if self.run.status == "running":
            resumed, history = self.run.engine.resumed if self.run.engine else (), self.run.history
            since = resumed[-1].epoch if resumed else 1
            seconds = zip(history.epochs, history.columns.get("seconds", ()), strict=False)
            untold = sum(taken or 0.0 for epoch, taken in seconds if epoch >= since)
            told |= {stage: told.get(stage, 0.0) + untold for stage in ("fit", "total")}
        return told

    def resume(self, checkpoints: Checkpoints) -> Restored | None:
        """What a session goes on from, with the `checkpoints` through which it puts things back."""
        if self.restored is not None:
            self.restored.checkpoints = checkpoints
        return self.restored

    def carry_over(self, content: dict[str, Any]) -> dict[str, Any]:
        """The first record of the run as it goes on.

        The command that began it and the warnings of before stay, and how often it has gone on is told.
        """
        told = [*self.run.warnings, *content["warnings"]]
        kept = {"command": list(self.run.command), "warnings": list(dict.fromkeys(told))}
        return content | kept | {"engine": {"resumed": self.resumed}}

    def differences(self, fingerprint: str, replicas: int) -> list[Finding]:
        """Other data end it; other versions or devices round differently."""
        lock, place = self.run.lock, Span(str(self.folder.lock), 1, 1, 1, 1)
        if lock.fingerprint and lock.fingerprint != fingerprint:
            message = "the data are not those that the run has begun with"
            return [error("cannot-resume", message, place, help="train anew, without `--resume`")]
        changed = [
            f"{name} {lock.versions[name]} then, {now} now"
            for name, now in versions().items()
            if lock.versions.get(name, now) != now
        ]
        if lock.replicas and lock.replicas != replicas:
            message = f"the run has begun on {lock.replicas} replicas, and this would go on on {replicas}"
            return [error("cannot-resume", message, place, help="resume it with as many replicas, or train anew")]
        if not changed:
            return []
        note = "what follows may differ from an uninterrupted run in the last digits"
        return [warning("resume-not-exact", f"the run goes on with {', '.join(changed)}", place, notes=(note,))]


def trained_elsewhere(folder: Path) -> Finding:
    """Another process has the run's directory."""
    message = f"another process is training `{folder}`"
    return error("cannot-resume", message, Span(str(folder), 1, 1, 1, 1), help="wait until it has ended, or end it")


def other_computation(continued: Continued, choice: Choice) -> Finding:
    """A run that cannot go on as it was computed."""
    now, then = ("with XLA", "without it") if choice.xla else ("without XLA", "with it")
    message = f"the run goes on {now}, where it was computed {then}: {choice.why}"
    return warning("resume-not-exact", message, Span(str(continued.folder.lock), 1, 1, 1, 1))


def continue_files(callbacks: Sequence[keras.callbacks.Callback], epoch: int) -> None:
    """Let callbacks that write files add to them, and forget what was written after the first `epoch` epochs."""
    for callback in callbacks:
        if isinstance(callback, keras.callbacks.CSVLogger):
            callback.append = True
            _keep_rows(Path(callback.filename), epoch, callback.sep)


def _keep_rows(path: Path, epoch: int, separator: str) -> None:
    """Drop the rows of later epochs; the column `epoch` counts from 0."""
    if not path.is_file():
        return
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file, delimiter=separator)) or [[]]
    if "epoch" not in header:
        path.unlink()
        return
    column = header.index("epoch")
    kept = [row for row in rows if len(row) == len(header) and int(row[column]) < epoch]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([header, *kept])
    runs.write_text(path, text.getvalue())
