"""What a run needs to be tracked elsewhere, looked for before training begins.

Goes in: what the spec asks for. Goes out: findings about libraries that are missing, and the address that MLflow's
runs go to. The tracking itself is in `specc.training.tensorboard` and `specc.training.mlflow_run`.
"""

import os
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from specc.component import Component
from specc.diagnostics import Finding, Span, error

MLFLOW_FOLDER = "mlflow"
"""The folder among the runs that holds MLflow's where nothing else is said."""


def missing_libraries(mlflow: str | bool, callbacks: Iterable[Component], place: Span) -> list[Finding]:
    """Errors about what is asked for and cannot be done; `place` is where `report.mlflow` is written."""
    found = []
    if mlflow and find_spec("mlflow") is None:
        help_ = "`pip install '.[mlflow]'` in a checkout of specc"
        found.append(error("missing-library", "`mlflow` needs the library `mlflow-skinny`", place, help=help_))
    for callback in callbacks:
        if callback.type == "TensorBoard" and find_spec("tensorboard") is None:
            message = "the callback `TensorBoard` needs the library `tensorboard`"
            help_ = "`pip install tensorboard`, or write `report: {tensorboard: true}`, which needs none"
            found.append(error("missing-library", message, callback.span, help=help_))
    return found


def mlflow_address(mlflow: str | bool, runs: Path, project: Path) -> str:
    """The address that the spec's `mlflow` means: a folder of the project, the environment's, or one below `runs`."""
    if isinstance(mlflow, str):
        return (project / mlflow).resolve().as_uri()
    return os.environ.get("MLFLOW_TRACKING_URI") or (runs / MLFLOW_FOLDER).resolve().as_uri()
