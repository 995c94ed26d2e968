"""What callbacks ask of the loop: to be called after certain steps, and to be told metrics while an epoch goes on.

A call of the loop makes many steps, and Keras' callbacks hear of its last one, as with Keras' `steps_per_execution`.
Where that would change what they do, calls end where they must hear.
"""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from specc.engine.loops import Results


def batch_periods(callbacks: Iterable[keras.callbacks.Callback]) -> list[int]:
    """After which numbers of steps, counted from the first epoch on, a call of the loop must end."""
    return [period for each in callbacks if (period := _period(each))]


def want_logs(callbacks: Iterable[keras.callbacks.Callback]) -> bool:
    """Whether some of them would look at metrics now.

    A callback of specc says so by `wants_logs_now()`; Keras' own do if they act on batches at all.
    """
    return any(each.wants_logs_now() if hasattr(each, "wants_logs_now") else _period(each) > 0 for each in callbacks)


def as_logs(results: Results) -> dict[str, Any]:
    """What a loop gives, as Keras' callbacks get it: floats, or arrays for metrics that give several numbers."""
    values = {name: np.asarray(value) for name, value in sorted(results.items())}  # in Keras' order
    return {name: float(value) if value.ndim == 0 else value for name, value in values.items()}


def _period(callback: keras.callbacks.Callback) -> int:
    match callback:
        case keras.callbacks.ModelCheckpoint():
            return callback.save_freq if isinstance(callback.save_freq, int) else 0
        case keras.callbacks.BackupAndRestore():
            return int(callback.save_freq != "epoch")
        case keras.callbacks.TensorBoard():
            return int(callback.update_freq != "epoch" or callback._should_trace)  # noqa: SLF001
    return 0
