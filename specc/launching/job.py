"""What is launched, and how it ended."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from specc.diagnostics import Finding, Span


@dataclass(frozen=True, slots=True)
class Job:
    """Some workers, all of them running `command`, which learns from `TF_CONFIG` which of them it is.

    `again` is the command after a restart, `place` what findings point at. A worker hangs that shows no sign of life
    for `timeout_s`, and all of them do if none makes a step for as long. Where one fails, the others have `grace_s` to
    end. `environment` is what the workers' own variables are added to.
    """

    command: tuple[str, ...]
    again: tuple[str, ...]
    workers: int
    place: Span
    timeout_s: float = 300.0
    max_restarts: int = 0
    grace_s: float = 10.0
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job, or one attempt at it, ended: an exit code, and what there is to say of it.

    `said` is the failure in one line, empty where all went well; `finding` is given where no worker has told what
    happened. `culprit` is the worker that failed. `worth_another` says whether the same could go well another time.
    """

    code: int
    said: str = ""
    finding: Finding | None = None
    culprit: int | None = None
    worth_another: bool = False
