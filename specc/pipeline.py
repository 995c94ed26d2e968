"""The main job from end to end: a checked spec is trained, and its run reported."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from specc.check import Checked
from specc.plan import Plan

if TYPE_CHECKING:  # TensorFlow is imported when training begins
    from specc.training.train import Outcome


def train_and_report(
    checked: Checked, plan: Plan, command: Sequence[str] = (), show: TextIO | None = None
) -> "Outcome":
    """Train `plan` and write its report. `command` is what the user called, `show` where progress is displayed.

    Raises ImportError where the extra `train` is not installed.
    """
    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    from specc.reporting import write_report
    from specc.training.train import train

    outcome = train(checked, plan, command, show)
    if outcome.run is None or not plan.report:
        return outcome
    _, findings = write_report(outcome.run.path, plan.report)
    return replace(outcome, findings=(*outcome.findings, *findings))
