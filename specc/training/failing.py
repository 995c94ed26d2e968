"""What stops a training -> findings: what Keras and TensorFlow raise, a loss that is no number, a full disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from specc.data.splitting import Indices
from specc.diagnostics import Finding, error
from specc.engine import NotFiniteError
from specc.plan import Plan
from specc.plan.stretches import stretches
from specc.training.checkpoints import MismatchError

TRAINING_FAULTS = (tf.errors.OpError, ValueError, TypeError, RuntimeError, ArithmeticError, LookupError)
"""What Keras and TensorFlow raise over a model that does not fit its data or its loss."""

MOST_ROWS = 5
"""So many of the samples that made a loss no number are named."""


class TrainingFailedError(Exception):
    """Training cannot go on; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@contextmanager
def faults_as_findings(plan: Plan, number: Callable[[Indices], Indices]) -> Iterator[None]:
    """Within, what Keras and TensorFlow raise, and what the engine finds, is a TrainingFailedError.

    `number` gives training samples the numbers of their rows in the source. Nothing else of ours belongs within.
    """
    try:
        yield
    except NotFiniteError as fault:
        raise TrainingFailedError(_not_finite(fault, plan, number)) from fault
    except MismatchError as fault:
        finding = error("cannot-resume", str(fault), plan.place, help="train anew, without `--resume`")
        raise TrainingFailedError(finding) from fault
    except TRAINING_FAULTS as fault:
        raise TrainingFailedError(_lost(plan) if _is_lost(fault) else _failed(fault, plan)) from fault


def cannot_write(fault: OSError, plan: Plan, again: str = "specc train --resume RUN") -> Finding:
    """A run directory that takes no more. `again` is the command that goes on once there is room."""
    message = f"the run directory cannot be written: {fault.strerror or fault}"
    help_ = f"make room, then `{again}` goes on from there"
    return error("cannot-write-run", message, plan.place_of("runtime.runs"), help=help_)


def _not_finite(fault: NotFiniteError, plan: Plan, number: Callable[[Indices], Indices]) -> Finding:
    """The step, the layer and the samples."""
    step, why, samples = fault.culprit
    message = f"the loss is no number in step {step + 1} of epoch {fault.epoch + 1}: {why}"
    named = ", ".join(map(str, number(np.asarray(samples[:MOST_ROWS], int)).tolist()))
    more = f" and {len(samples) - MOST_ROWS} more" if len(samples) > MOST_ROWS else ""
    notes = (f"by the samples of the rows {named}{more} of the data, counted from 0",) if samples else ()
    help_ = "try a lower learning rate, scaled numbers, or `clipnorm` in the optimizer"
    optimizer = next(each.optimizer for each in reversed(stretches(plan)) if each.first <= fault.epoch)
    return error("loss-not-finite", message, optimizer.span, notes=notes, help=help_)


def _is_lost(fault: Exception) -> bool:
    """Whether computing together with other workers has failed, which TensorFlow tells in many ways."""
    return isinstance(fault, tf.errors.OpError) and ("Collective" in str(fault) or "task:" in str(fault))


def _lost(plan: Plan) -> Finding:
    message = "training failed: a worker was lost while all were computing together"
    help_ = "its own log says why; `specc launch --max-restarts` goes on from the last checkpoint"
    return error("training-failed", message, plan.place_of("runtime.distribute"), help=help_)


def _failed(fault: Exception, plan: Plan) -> Finding:
    """The words that say what happened: TensorFlow's come last, behind a trace and before the node's name."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip() and not line.strip().startswith("[[")]
    words = (lines[-1] if isinstance(fault, tf.errors.OpError) else lines[0]) if lines else type(fault).__name__
    return error("training-failed", f"training failed: {words[:500]}", plan.place_of("training.loss"))
