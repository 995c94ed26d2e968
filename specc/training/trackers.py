"""Who else is told of a run, as `report:` asks: TensorBoard's files, MLflow, the table of gradients."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras

from specc import runs
from specc.diagnostics import Finding
from specc.plan import Plan
from specc.plan.document import as_document
from specc.runs import RunFolder
from specc.training.callbacks import WRITE_EVERY_S
from specc.training.mlflow_run import MlflowRun, Store, connect, flattened
from specc.training.tensorboard import EventFiles
from specc.training.tracking import missing_libraries, mlflow_address


@dataclass
class Trackers:
    """What a plan's `report:` asks for, ready to begin with a run."""

    plan: Plan
    store: Store | None = None
    _run: MlflowRun | None = None

    def begin(self, folder: RunFolder) -> list[keras.callbacks.Callback]:
        """The callbacks that write for a run in `folder`."""
        found: list[keras.callbacks.Callback] = []
        if self.plan.logging.tensorboard:
            found.append(EventFiles(folder.tensorboard))
        if self.store is not None:
            self._run = self.store.begin(folder, flattened(as_document(self.plan)))
            found.append(self._run)
        return found

    @property
    def findings(self) -> Sequence[Finding]:
        """What went wrong on the way, which stops nothing."""
        return self._run.findings if self._run else ()


def begin_tracking(plan: Plan, folder: Path) -> tuple[Trackers, list[Finding]]:
    """The trackers of `plan`, whose spec lies in `folder`; errors where what they need is not there."""
    place = plan.place_of("report.mlflow")
    findings = missing_libraries(plan.logging.mlflow, plan.callbacks, place)
    if findings or not plan.logging.mlflow:
        return Trackers(plan), findings
    store, findings = connect(mlflow_address(plan.logging.mlflow, Path(plan.runtime.runs), folder), plan.name, place)
    return Trackers(plan, store), findings


@dataclass
class GradientLog:
    """Keeps what each epoch's steps did to the weights.

    Writes them to `gradients.csv`, at most once a second while training goes on, and when it is asked to.
    """

    folder: RunFolder
    rows: list[list[Any]] = field(default_factory=list)
    _written: float = 0.0

    def add(self, epoch: int, means: Sequence[tuple[str, float, float]]) -> None:
        """Add an epoch, counted from 0: of each trained weight its path, its gradient's norm and its update's ratio."""
        self.rows += [[epoch + 1, *each] for each in means]
        if time.perf_counter() - self._written > WRITE_EVERY_S:
            self.write()

    def write(self) -> None:
        """Write all epochs so far, if there are any."""
        self._written = time.perf_counter()
        if self.rows:
            runs.write_csv(self.folder.gradients, runs.GRADIENTS_HEADER, self.rows)

    def put(self, rows: list[list[Any]]) -> None:
        """Put back the rows of before."""
        self.rows = [list(row) for row in rows]
