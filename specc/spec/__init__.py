"""From the checked tree to typed sections: components, training, runtime, report."""

from specc.spec.components import resolve_component
from specc.spec.faults import Faults
from specc.spec.sections import (
    Checkpointing,
    Logging,
    Phase,
    Runtime,
    Training,
    resolve_logging,
    resolve_report,
    resolve_runtime,
    resolve_training,
)

__all__ = [
    "Checkpointing",
    "Faults",
    "Logging",
    "Phase",
    "Runtime",
    "Training",
    "resolve_component",
    "resolve_logging",
    "resolve_report",
    "resolve_runtime",
    "resolve_training",
]
