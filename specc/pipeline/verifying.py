"""A run's directory -> whether training it again gives the same bits, and what does not: `specc verify`.

The run is trained from its lock file into a folder that is thrown away: without what earlier runs have prepared or
measured, without loggers, its steps computed by XLA or not as they were then. The result is noted in its `run.json`.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from specc import runs
from specc.check import Checked, check_fold
from specc.data.whole import describe_whole
from specc.diagnostics import Finding, Span, error, has_errors
from specc.pipeline.resuming import Reopened, reopen
from specc.plan import Plan
from specc.runs import Run, RunFolder
from specc.runs.folder import RUN
from specc.runs.folds import COMPLETED, FOLDS
from specc.spec.sections import Checkpointing
from specc.training.display import Show

if TYPE_CHECKING:  # TensorFlow is imported when training begins
    from specc.training.comparing_runs import Compared
    from specc.training.readying import Ready

_FOLD = re.compile(r"fold-(\d+)")
_MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of training a run again: each file that was compared; none where the findings forbid it.

    `noted` says whether that could be written into the run's `run.json`.
    """

    run: Path
    files: tuple["Compared", ...]
    findings: tuple[Finding, ...]
    checked: tuple[Checked, ...] = ()
    interrupted: bool = False
    noted: bool = True

    @property
    def equal(self) -> bool:
        """Whether everything came out the same."""
        return bool(self.files) and not any(each.differences for each in self.files)

    def as_record(self) -> dict[str, Any]:
        """The result for programs."""
        files = {each.file: list(each.differences) for each in self.files}
        return {"run": str(self.run), "equal": self.equal, "files": files}

    def summary(self) -> str:
        """A line for each file."""
        width = max((len(each.file) for each in self.files), default=0)
        return "\n".join(
            f"{each.file:<{width}}  {each.words and 'differs: '}{each.words or 'equal'}" for each in self.files
        )


def verify_run(path: Path, root: Path | None = None, show: Show | None = None) -> Verification:
    """Train the run in the directory `path` again and compare. `show` is where progress is displayed.

    Files that its spec names must lie in `root` (default: the project around the spec). Raises ImportError where the
    extra `train` is not installed.
    """
    reopened, findings, checked = _reopened(path, root)
    if reopened is None:
        return Verification(path, (), tuple(findings), checked)
    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    from specc.training.comparing_runs import compare_runs, names_of_weights, reasons
    from specc.training.train import How, train

    run = reopened.run
    with TemporaryDirectory(prefix="specc-verify-") as scratch:
        again = RunFolder(Path(scratch) / path.resolve().name)
        how = How((), show, partial(_made, again), cache=False, accept=partial(_changed_since, run))
        outcome = train(reopened.checked, _as_then(reopened.plan, run), how)
        faults = tuple(each for each in outcome.findings if each.level.value == "error")
        if outcome.run is None or outcome.interrupted or faults:
            return Verification(path, (), faults, checked, outcome.interrupted)
        files = tuple(compare_runs(reopened.folder, again, names_of_weights(run)))
        why = reasons(run, runs.read(again.path)[0])
    verified = Verification(path, files, (), checked)
    noted = _note(path, verified, reopened.plan.report)
    findings = [] if verified.equal else [_not_repeated(verified, why)]
    return replace(verified, findings=tuple(findings), noted=noted)


def _reopened(path: Path, root: Path | None) -> tuple[Reopened | None, list[Finding], tuple[Checked, ...]]:
    """The run with the plan by which it was trained, be it of a fold."""
    place = Span(str(path), 1, 1, 1, 1)
    if not (path / FOLDS).is_file():
        run, faults = runs.read(path)
        if not has_errors(faults) and run.status != COMPLETED:
            help_ = f"train it to its end: `specc train --resume {path}`"
            return None, [_cannot_verify(f"the run is `{run.status}`, not completed", place, help_)], ()
    reopened, findings, checked = reopen(path, root, _cannot_verify)
    if reopened is None or not reopened.plan.data.split.folds:
        return reopened, findings, checked
    fold = _FOLD.fullmatch(path.resolve().name)
    if fold is None:
        return None, [_cannot_verify("the directory's name does not tell of which fold the run is", place)], ()
    own = check_fold(reopened.checked, int(fold[1]) - 1, describe_whole)
    if own.plan is None:
        return None, [each for each in own.for_training if each.level.value == "error"], (own,)
    return reopened._replace(checked=own, plan=own.plan), [], (own,)


def _as_then(plan: Plan, run: Run) -> Plan:
    """The plan without loggers and with one checkpoint, at the end; its steps are computed as they were."""
    runtime = plan.runtime if run.engine.xla is None else replace(plan.runtime, xla=run.engine.xla)
    if runtime.checkpoint is not None:
        runtime = replace(runtime, checkpoint=Checkpointing(minutes=None, keep=1))
    return replace(plan, runtime=runtime, logging=replace(plan.logging, tensorboard=False, mlflow=False))


def _made(folder: RunFolder) -> RunFolder:
    folder.path.mkdir()
    return folder


def _changed_since(run: Run, ready: "Ready") -> list[Finding]:
    """Other data, or other weights to start from, make another run."""
    place = Span(str(run.folder), 1, 1, 1, 1)
    if run.lock.fingerprint and run.lock.fingerprint != ready.prepared.fingerprint:
        return [_cannot_verify("the data are not those that the run was trained on", place)]
    if [each.sha256 for each in run.weights] != [each.sha256 for each in ready.loaded]:
        return [_cannot_verify("the weights that the run started from have changed since", place)]
    return []


def _cannot_verify(message: str, place: Span, help_: str = "") -> Finding:
    return error("cannot-verify", message, place, help=help_)


def _not_repeated(verified: Verification, why: Iterable[str]) -> Finding:
    """The first difference, and what may have made it."""
    first = next(each for each in verified.files if each.differences)
    message = f"the run does not come out the same: in `{first.file}`, {first.differences[0]}"
    found = list(why)
    notes = tuple(found[:_MOST_REASONS]) or (
        "nothing that specc knows of has changed: where it happens again, the machine or an operation is not exact",
    )
    return error("not-repeated", message, Span(str(verified.run), 1, 1, 1, 1), notes=notes)


def _note(run: Path, verified: Verification, formats: tuple[str, ...]) -> bool:
    """Write the result into `run.json`, and the reports anew; False where that cannot be, as in an archive."""
    from specc.reporting import write_report

    content = json.loads((run / RUN).read_text(encoding="utf-8"))
    noted = {
        "time": datetime.now(UTC).isoformat(),
        "equal": verified.equal,
        "differences": [f"{each.file}: {each.words}" for each in verified.files if each.differences],
    }
    try:
        runs.write_json(run / RUN, content | {"verified": noted})
        write_report(run, formats)
    except OSError:
        return False
    return True
