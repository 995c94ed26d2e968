"""A run's directory -> what is needed to train it on: its spec from the lock file, checked again where it stood."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from specc import runs
from specc.check import Checked, check
from specc.data.whole import describe_whole
from specc.diagnostics import Finding, Span, error, has_errors
from specc.language.yaml_dump import dump_block
from specc.plan import Plan
from specc.plan.document import as_document
from specc.project import root_above
from specc.runs import Run, RunFolder
from specc.runs.folder import RUN
from specc.runs.folds import FOLDS

if TYPE_CHECKING:  # TensorFlow is imported when training begins
    from specc.training.resuming import Continued


RUNS = "runs"
"""The folder of all runs where a spec names no other."""

Refuse: TypeAlias = Callable[[str, Span], Finding]
"""Why a run cannot be trained, and the place -> a finding."""


class Reopened(NamedTuple):
    """A run that can be trained on, or again: its spec as the lock file has it."""

    folder: RunFolder
    run: Run
    checked: Checked
    plan: Plan


def reopen(
    path: Path, root: Path | None = None, refuse: Refuse | None = None
) -> tuple[Reopened | None, list[Finding], tuple[Checked, ...]]:
    """The run in the directory `path`, the findings, and the checked spec that they point into, if it came to that.

    Spec and files that it names must lie in `root` (default: the project, see `spec_of`). `refuse` makes the finding of
    why it cannot be trained, by default that it cannot go on.
    """
    refuse = refuse or _cannot_resume
    place = Span(str(path), 1, 1, 1, 1)
    if (path / FOLDS).is_file():
        return None, [refuse(f"`{path}` holds the runs of several folds", place)], ()
    run, findings = runs.read(path)
    if has_errors(findings):
        return None, list(findings), ()
    spec_path, outside = spec_of(run, path, root)
    if outside:
        return None, outside, ()
    if not run.lock.spec or spec_path is None:
        message = (
            f"`{path}` has no whole `lock.yaml`"
            if not run.lock.spec
            else f"the spec's folder, that of `{run.spec_path}`, is gone"
        )
        return None, [*findings, refuse(message, place)], ()
    checked = check(spec_path, root=root, look=describe_whole, content=dump_block(run.lock.spec).encode())
    told = [finding for finding in checked.for_training if finding.level.value == "error"]  # warnings were told then
    if checked.plan is None:
        return None, told, (checked,)
    return Reopened(RunFolder(path), run, checked, checked.plan), [], (checked,)


def reopen_to_resume(
    path: Path, root: Path | None = None
) -> tuple[Reopened | None, list[Finding], tuple[Checked, ...]]:
    """As `reopen`, for a run that is to go on: one of several folds cannot."""
    reopened, findings, checked = reopen(path, root)
    if reopened is not None and reopened.plan.data.split.folds:
        return None, [_cannot_resume(f"`{path}` is the run of a fold", Span(str(path), 1, 1, 1, 1))], checked
    return reopened, findings, checked


def _cannot_resume(message: str, place: Span) -> Finding:
    return error("cannot-resume", message, place, help="train anew, without `--resume`")


def continue_run(reopened: Reopened) -> tuple["Continued", list[Finding]]:
    """The run from its newest sound checkpoint on; a warning for each newer one that is damaged. Imports TensorFlow."""
    from specc.training.checkpoints import newest_sound
    from specc.training.resuming import Continued

    restored, findings = newest_sound(reopened.folder.checkpoints, reopened.plan.epochs)
    return Continued(reopened.folder, reopened.run, restored), findings


def unfinished(runs_folder: Path, plan: Plan, *, also_held: bool = False) -> Path | None:
    """The newest run of this plan that is not completed; None if there is none.

    A run that a process is training is left to it, unless `also_held`: workers look for the run of their chief.
    """
    document = runs.as_json(as_document(plan))
    for folder in runs.newest_first(runs_folder, plan.name):
        run, findings = runs.read(folder.path)
        if has_errors(findings) or runs.as_json(run.lock.spec) != document:
            continue
        if run.status == "completed":
            return None
        if also_held or not runs.is_held(folder.path):
            return folder.path
    return None


def spec_of(run: Run, path: Path, root: Path | None = None) -> tuple[Path | None, list[Finding]]:
    """Where the spec of the run in `path` was: as the command line named it, from here or from the folder of `runs`.

    None if its folder is gone; the file itself need not be there. A run does not choose whose files are read: what it
    says must lie in `root`, by default in the project around the current folder or in that around the run.
    """
    allowed = [root.resolve()] if root else [root_above(Path.cwd()), root_above(_home(path))]
    bases = (Path(), *path.resolve().parents[2:4])  # that of a fold lies one deeper
    try:
        named = [base / run.spec_path for base in bases if run.spec_path]
        there = [place for place in named if place.is_file()] + [place for place in named if place.parent.is_dir()]
        inside = [place for place in there if any(place.resolve().is_relative_to(top) for top in allowed)]
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, a loop of links
        return None, []
    if inside or not there:
        return next(iter(inside), None), []
    message = f"`{run.spec_path}`, where the run says that its spec is, is outside the project"
    notes = (f"files are read from {' and '.join(map(str, dict.fromkeys(allowed)))} and below",)
    help_ = "if the run is yours, name the project of its spec: `--root FOLDER`"
    place = runs.locate(path / RUN, "spec_path")
    return None, [error("path-outside-project", message, place, notes=notes, help=help_)]


def _home(path: Path) -> Path:
    """The folder whose `runs` hold the run, or one of its folds; the run's own directory if it lies elsewhere."""
    own = path.resolve()
    return next((folder.parent for folder in own.parents[1:3] if folder.name == RUNS), own)
