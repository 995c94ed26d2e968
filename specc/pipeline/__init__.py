"""The main job from end to end: a checked spec is trained, once or on each fold of its data, and its run reported."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from specc.check import Checked
from specc.plan import Plan
from specc.training.display import Show

if TYPE_CHECKING:  # TensorFlow is imported when training begins
    from specc.pipeline.resuming import Reopened
    from specc.training.train import Outcome

__all__ = ["train_and_report"]


def train_and_report(  # noqa: PLR0913  what is trained, and how
    checked: Checked,
    plan: Plan,
    command: Sequence[str] = (),
    show: Show | None = None,
    *,
    cache: bool = True,
    reopened: "Reopened | None" = None,
) -> "Outcome":
    """Train `plan` and write its report. `command` is what the user called, `show` where progress is displayed.

    `cache` says whether prepared data are kept for the next run and taken from an earlier one.

    Where the split has folds, each is trained, and the outcome is a `specc.pipeline.folds.FoldsOutcome`. Raises
    ImportError where the extra `train` is not installed.
    """
    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    from specc.pipeline.resuming import continue_run
    from specc.reporting import write_report
    from specc.training.failing import cannot_write
    from specc.training.mlflow_run import finish
    from specc.training.train import How, train

    if plan.data.split.folds:
        from specc.pipeline.folds import train_folds

        return train_folds(checked, plan, command, show, cache=cache)
    continued, damaged = continue_run(reopened) if reopened else (None, ())
    outcome = train(checked, plan, How(command, show, cache=cache, continued=continued))
    outcome = replace(outcome, findings=(*damaged, *outcome.findings))
    if outcome.run is None:
        return outcome
    try:
        _, findings = write_report(outcome.run.path, plan.report) if plan.report else ((), ())
    except OSError as fault:
        findings = (cannot_write(fault, plan, "specc report RUN"),)
    # Without being asked nothing goes anywhere, whatever address stands in a run directory that came from elsewhere.
    tracked = finish(outcome.run, plan.place_of("report.mlflow")) if plan.logging.mlflow else []
    told = tuple(dict.fromkeys((*outcome.findings, *findings)))  # a full disk is full for all files alike
    return replace(outcome, findings=(*told, *tracked))
