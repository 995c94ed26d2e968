"""What Keras callbacks have gathered so far, as plain data and arrays: counters, best values, best weights.

Callbacks keep their state in attributes. What has changed in them since training began is captured, if it is plain;
what is not (files, functions, the model) they make anew when training begins.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

_COMPARISONS = {"less": keras.ops.less, "greater": keras.ops.greater}
"""What `monitor_op` may be.

Keras 3.15 (callbacks/monitor_callback.py) turns the sign of `min_delta` when it sets it: who puts back one must put
back both.
"""

_OWN = {"_model", "params", "validation_data"}
"""What every callback is given."""


class CallbackStates:
    """The states of `callbacks`, which are the same, in the same order, whenever the run goes on."""

    def __init__(self, callbacks: Sequence[keras.callbacks.Callback]) -> None:
        self._callbacks = callbacks
        self._first: list[dict[str, Any]] = []

    @property
    def types(self) -> list[str]:
        """What the callbacks are, in their order."""
        return [type(callback).__name__ for callback in self._callbacks]

    def begin(self) -> None:
        """Remember what they are like when training begins."""
        self._first = [_encoded(callback, None) for callback in self._callbacks]

    def capture(self) -> tuple[list[Any], list[Array]]:
        """What has changed since, for JSON, and the arrays to which it refers by number."""
        arrays: list[Array] = []
        states = []
        for callback, kind, first in zip(self._callbacks, self.types, self._first, strict=True):
            now = _encoded(callback, None)
            changed = {name for name, value in now.items() if name not in first or first[name] != value}
            kept = {name: value for name, value in _encoded(callback, arrays, changed).items() if name in changed}
            states.append({"type": kind, "state": kept})
        return states, arrays

    def restore(self, states: Sequence[Mapping[str, Any]], arrays: Sequence[Array]) -> None:
        """Put back what `capture` gave of callbacks of the same `types`."""
        for callback, each in zip(self._callbacks, states, strict=True):
            for name, value in each["state"].items():
                if hasattr(callback, name) and not callable(getattr(type(callback), name, None)):
                    setattr(callback, name, _decoded(value, arrays))


_NOTHING = object()


def _encoded(
    callback: keras.callbacks.Callback, arrays: list[Array] | None, only: set[str] | None = None
) -> dict[str, Any]:
    """The plain attributes. Arrays are added to `arrays`; without that they stand as their bytes' digest."""
    found = {}
    for name, value in vars(callback).items():
        if name not in _OWN and (only is None or name in only):
            encoded = _encode(value, arrays)
            if encoded is not _NOTHING:
                found[name] = encoded
    return found


def _encode(value: Any, arrays: list[Array] | None) -> Any:  # noqa: ANN401  any attribute; what JSON takes
    match value:
        case None | bool() | int():
            return value  # no text: counters are none, and what names a file must not come from a file
        case np.generic():
            return {"scalar": _encode(value.item(), arrays), "dtype": value.dtype.name}
        case float():
            return {"number": repr(value)}  # JSON has no infinity
        case np.ndarray():
            if value.dtype.hasobject:
                return _NOTHING
            if arrays is None:
                return {"digest": hash(value.tobytes())}
            arrays.append(value)
            return {"array": len(arrays) - 1}
        case list() | tuple():
            items = [_encode(item, arrays) for item in value]
            return _NOTHING if any(item is _NOTHING for item in items) else {"list": items}
    for name, comparison in _COMPARISONS.items():
        if value is comparison:
            return {"comparison": name}
    return _NOTHING


def _decoded(value: Any, arrays: Sequence[Array]) -> Any:  # noqa: ANN401  as above
    match value:
        case {"number": text}:
            return float(text)
        case {"scalar": scalar, "dtype": dtype}:
            return np.dtype(dtype).type(_decoded(scalar, arrays))
        case {"array": number}:
            return arrays[number]
        case {"comparison": name}:
            return _COMPARISONS[name]
        case {"list": items}:
            return [_decoded(item, arrays) for item in items]
    return value
