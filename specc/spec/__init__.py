"""From the checked tree to typed sections: components, training, runtime, report."""

from specc.spec.components import resolve_component
from specc.spec.faults import Faults
from specc.spec.sections import Runtime, Training, resolve_runtime, resolve_training

__all__ = ["Faults", "Runtime", "Training", "resolve_component", "resolve_runtime", "resolve_training"]
