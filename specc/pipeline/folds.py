"""A spec whose split has folds -> a run for each of them, and what they sum up to.

Comes in: a checked spec and its plan. Goes out: one directory `<time>-<hash>/` with `fold-1/`, `fold-2/` …, each a
complete run, and `folds.json` with their mean and spread, written anew after each fold. Each fold is checked for
itself: what the columns become follows from the rows that train.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isnan
from typing import Any

import keras

from specc import runs
from specc.check import Checked, check_fold
from specc.data.whole import describe_whole
from specc.diagnostics import Finding, has_errors
from specc.plan import Plan
from specc.reporting import write_report
from specc.runs import Fold, Folds, RunFolder
from specc.runs.folder import REPORT_HTML
from specc.runs.folds import COMPLETED, FOLDS
from specc.training.display import Show, shown
from specc.training.mlflow_run import finish
from specc.training.recording import run_folder
from specc.training.train import How, Outcome, train


@dataclass(frozen=True, slots=True)
class FoldsOutcome(Outcome):
    """What training on folds gives: `run` holds their runs, `metrics` are the means over the completed ones."""

    folds: Folds | None = None

    def as_record(self) -> dict[str, Any]:
        """Where everything is and how well it went, for programs."""
        found = self.folds
        inside = [str(self.run.path / fold.run) for fold in found.folds] if self.run and found else []
        return {**Outcome.as_record(self), "deviation": found.deviation if found else {}, "folds": inside}

    def summary(self) -> str:
        """Where everything is and how well it went, for a terminal."""
        if self.run is None or self.folds is None:
            return ""
        deviation = self.folds.deviation
        lines = [f"{split:<10}  {_spread(mean, deviation[split])}" for split, mean in self.folds.mean.items()]
        lines.append(f"folds       {len(self.folds.completed)} of {self.folds.asked}, mean ± standard deviation")
        lines.append(f"run         {self.run.path}")
        report = self.run.path / REPORT_HTML
        return "\n".join(lines + ([f"report      {report}"] if report.is_file() else []))


def train_folds(
    checked: Checked, plan: Plan, command: Sequence[str] = (), show: Show | None = None, *, cache: bool = True
) -> FoldsOutcome:
    """Train on each fold and report each run and all of them together. Arguments as of `specc.training.train.train`.

    An interruption ends the fold that it falls into, and with it the whole; so does an error. What there is stays.
    """
    record = _Record(checked, plan)
    findings: list[Finding] = []
    interrupted = False
    try:
        for number in range(1, record.folds.asked + 1):
            outcome = _train_fold(checked, number, record, command, show, cache=cache)
            findings += outcome.findings
            if outcome.run is not None:
                status = "interrupted" if outcome.interrupted else "failed" if has_errors(findings) else COMPLETED
                record.add(Fold(number, outcome.run.path.name, status, outcome.metrics))
            interrupted = outcome.interrupted
            if interrupted or has_errors(findings):
                break
        record.finish("interrupted" if interrupted else "failed" if has_errors(findings) else COMPLETED)
    except BaseException as fault:
        record.finish("interrupted" if isinstance(fault, KeyboardInterrupt) else "failed")
        raise
    folder = record.folder
    if folder and plan.report:
        findings += write_report(folder.path, plan.report)[1]
    return FoldsOutcome(folder, record.folds.mean, tuple(dict.fromkeys(findings)), interrupted, record.folds)


def _train_fold(  # noqa: PLR0913  what is trained, and where it goes
    checked: Checked, number: int, record: "_Record", command: Sequence[str], show: Show | None, *, cache: bool
) -> Outcome:
    keras.utils.clear_session()  # layers and metrics have the names that they have in a run alone
    own = check_fold(checked, number - 1, describe_whole)
    new = _unknown(own.for_training, checked.findings)
    if own.plan is None:
        return Outcome(None, {}, new)
    told = shown(show)
    if told is not None:
        told.say(f"fold {number} of {record.folds.asked}")
    outcome = train(own, own.plan, How(command, show, lambda: record.folder_of(number), cache))
    reported: list[Finding] = []
    if outcome.run is not None:
        reported += write_report(outcome.run.path, own.plan.report)[1] if own.plan.report else ()
        reported += finish(outcome.run, own.plan.place_of("report.mlflow")) if own.plan.logging.mlflow else []
    return replace(outcome, findings=(*new, *_unknown(outcome.findings, checked.findings), *reported))


def _unknown(findings: Iterable[Finding], told: Iterable[Finding]) -> tuple[Finding, ...]:
    told = frozenset(told)
    return tuple(finding for finding in findings if finding not in told)


def _spread(mean: Mapping[str, float], deviation: Mapping[str, float]) -> str:
    return "  ".join(
        f"{name} {value:.4f}" + ("" if isnan(deviation[name]) else f" ± {deviation[name]:.4f}")
        for name, value in mean.items()
    )


class _Record:
    """`folds.json` while the runs go on; the directory is made for the first run that begins."""

    def __init__(self, checked: Checked, plan: Plan) -> None:
        self.folder: RunFolder | None = None
        self.folds = Folds(plan.name, "", "running", _now(), "", plan.data.split.folds or 0)
        self._checked, self._plan = checked, plan

    def folder_of(self, number: int) -> RunFolder:
        """A new directory for the run of one fold."""
        if self.folder is None:
            self.folder = run_folder(self._checked, self._plan)
            self.folds = replace(self.folds, id=self.folder.id)
            self._write()
        inside = RunFolder(self.folder.path / f"fold-{number}")
        inside.path.mkdir()
        return inside

    def add(self, fold: Fold) -> None:
        """Write what one more fold gave."""
        self.folds = replace(self.folds, folds=(*self.folds.folds, fold))
        self._write()

    def finish(self, status: str) -> None:
        """Write the final status."""
        self.folds = replace(self.folds, status=status, finished=_now())
        self._write()

    def _write(self) -> None:
        if self.folder is not None:
            runs.write_json(self.folder.path / FOLDS, self.folds.as_record())


def _now() -> str:
    return datetime.now(UTC).isoformat()
