"""The run directory: where it lies, what its files are called, and which one is the newest.

Goes in: the folder of all runs, the spec's name, a hash of its content, the time. Comes out: a fresh `RunFolder`. The
files' content is written by `specc.runs.writing` and read by `specc.runs.reading`.
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

SPEC = "spec.yaml"
LOCK = "lock.yaml"
RUN = "run.json"
HISTORY = "history.csv"
METRICS = "metrics.json"
PREDICTIONS = "predictions.csv"
GRADIENTS = "gradients.csv"
CHECKPOINTS = "checkpoints"
MODEL = "model.keras"
TENSORBOARD = "tensorboard"
MLFLOW = "mlflow.json"
LR_FIND = "lr-find"
REPORT_HTML = "report.html"
REPORT_JSON = "report.json"
REPORT_MARKDOWN = "report.md"

SPLITS = ("train", "validation", "test")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_HASH = re.compile(r"(?:[a-z0-9]+:)?([0-9a-f]{8})[0-9a-f]*")
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run's directory. `id` is its own name, `<UTC yyyymmdd-hhmmss>-<8 hex>`; the properties are its files."""

    path: Path

    @property
    def id(self) -> str:
        """The directory's name, unique among the runs of one spec name."""
        return self.path.name

    @property
    def spec(self) -> Path:
        """The spec as the user wrote it."""
        return self.path / SPEC

    @property
    def lock(self) -> Path:
        """The expanded spec with versions, seed, devices and the data's fingerprint."""
        return self.path / LOCK

    @property
    def run(self) -> Path:
        """Status, times, environment, the model's layers."""
        return self.path / RUN

    @property
    def history(self) -> Path:
        """One row per epoch."""
        return self.path / HISTORY

    @property
    def metrics(self) -> Path:
        """Split name to metric name to number."""
        return self.path / METRICS

    @property
    def predictions(self) -> Path:
        """One row per sample of the test split."""
        return self.path / PREDICTIONS

    @property
    def gradients(self) -> Path:
        """One row per epoch and trained weight, under `runs.GRADIENTS_HEADER`."""
        return self.path / GRADIENTS

    @property
    def tensorboard(self) -> Path:
        """A directory of TensorBoard's event files."""
        return self.path / TENSORBOARD

    @property
    def mlflow(self) -> Path:
        """Which run of MLflow this one is logged as."""
        return self.path / MLFLOW

    @property
    def checkpoints(self) -> Path:
        """A directory, made by whoever writes the first checkpoint."""
        return self.path / CHECKPOINTS

    @property
    def model(self) -> Path:
        """The trained model in Keras' own format."""
        return self.path / MODEL


def create(runs_folder: Path, name: str, content_hash: str, now: datetime) -> RunFolder:
    """Make the directory of a new run; an existing one is never used again.

    `name` is the spec's name, `content_hash` at least eight hexadecimal digits (a prefix like `sha256:` is left out),
    `now` an aware time. Two runs of one content in one second get `…-2`, `…-3`. Raises ValueError for a name or hash
    that is unfit for a path, OSError if the directory cannot be made.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"a run's name must match {_NAME.pattern}, got {name!r}")
    digits = _HASH.fullmatch(content_hash)
    if not digits:
        raise ValueError(f"a run's hash must be at least 8 hexadecimal digits, got {content_hash!r}")
    return RunFolder(_made(runs_folder / name, f"{_moment(now)}-{digits[1]}"))


def create_search(runs_folder: Path, name: str, now: datetime) -> Path:
    """Make the directory of a new search for a learning rate, `lr-find-<time>`, among the runs of the spec `name`.

    It is no run's. Raises as `create` does.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"a search's name must match {_NAME.pattern}, got {name!r}")
    return _made(runs_folder / name, f"{LR_FIND}-{_moment(now)}")


def _moment(now: datetime) -> str:
    if now.tzinfo is None:
        raise ValueError("a run's time must have a time zone")
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}"


def _made(parent: Path, stem: str) -> Path:
    """A new directory called `stem`, or `stem-2` and so on."""
    parent.mkdir(parents=True, exist_ok=True)
    for attempt in count(1):
        path = parent / (stem if attempt == 1 else f"{stem}-{attempt}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise AssertionError("unreachable: count() does not end")


def link_in(path: Path) -> Path | None:
    """A link somewhere in the directory `path`, of which specc makes none: what is written there goes elsewhere."""
    for folder, folders, files in os.walk(path):
        links = (Path(folder, name) for name in sorted([*folders, *files]))
        found = next((link for link in links if link.is_symlink()), None)
        if found is not None:
            return found
    return None


def latest(runs_folder: Path, name: str | None = None) -> RunFolder | None:
    """The newest run below `runs_folder`, of the spec called `name` or of any; None if there is none."""
    return next(iter(newest_first(runs_folder, name)), None)


def newest_first(runs_folder: Path, name: str | None = None) -> list[RunFolder]:
    """The runs below `runs_folder`, of the spec called `name` or of all."""
    found = [
        (path.name[:15], path.stat().st_mtime_ns, path)
        for path in runs_folder.glob(f"{name or '*'}/*")
        if _ID.fullmatch(path.name) and (path / RUN).is_file()
    ]
    return [RunFolder(path) for *_, path in sorted(found, reverse=True)]
