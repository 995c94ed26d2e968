"""What callbacks ask of the loop: to be called after certain steps, and to be told metrics while an epoch goes on.

A call of the loop makes many steps, and Keras' callbacks hear of its last one, as with Keras' `steps_per_execution`.
Where that would change what they do, calls end where they must hear.
"""

from collections.abc import Iterable

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


def as_logs(results: Results) -> dict[str, float]:
    """What a loop gives, as callbacks get it, in Keras' order: floats.

    A metric that gives several numbers is so many entries: `f1_score_0`, `f1_score_1` and so on.
    """
    found: dict[str, float] = {}
    for name, value in sorted(results.items()):
        numbers = np.asarray(value)
        if numbers.ndim == 0:
            found[name] = float(numbers)
        else:
            found |= {f"{name}_{place}": float(number) for place, number in enumerate(numbers.ravel())}
    return found


def _period(callback: keras.callbacks.Callback) -> int:
    match callback:
        case keras.callbacks.ModelCheckpoint():
            return callback.save_freq if isinstance(callback.save_freq, int) else 0
        case keras.callbacks.BackupAndRestore():
            return int(callback.save_freq != "epoch")
        case keras.callbacks.TensorBoard():
            return int(callback.update_freq != "epoch" or callback._should_trace)  # noqa: SLF001
    return 0
