"""Jobs whose workers are small Python programs instead of trainings."""

import io
import os
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from specc.diagnostics import Span
from specc.launching import Ended, Job, launch

ROOT = Path(__file__).resolve().parents[2]
PRELUDE = """
import json, os, signal, sys, time
from specc.training import heartbeat
heartbeat.EVERY_S = 0.02
me = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a job ended, and what was printed."""

    ended: Ended
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of the error stream, sorted: workers write as they come."""
        return sorted(self.err.splitlines())


def command(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", PRELUDE + textwrap.dedent(script))


def run(script: str, workers: int = 2, *, timeout_s: float = 20.0, max_restarts: int = 0, again: str = "") -> Done:
    """Launch `script` in all workers; `me` is a worker's number in it. `again` is what runs after a restart."""
    out, err = io.BytesIO(), io.BytesIO()
    job = Job(
        command(script),
        command(again or script),
        workers,
        Span("spec.yaml", 1, 1, 1, 1),
        timeout_s,
        max_restarts,
        grace_s=1.0,
        environment=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    ended = launch(job, out, err)
    return Done(ended, out.getvalue().decode(), err.getvalue().decode())
