"""The arguments of a layer -> one form for all that mean the same: `strides: [2, 2]` is `strides: 2`.

Comes with all defaults filled in (`specc.graph.infer.completed`). Values of kinds that this module knows nothing of
stay as they are, nested components too; whether their types and bounds are right is checked elsewhere.
"""

from collections.abc import Callable, Mapping
from typing import Any

EVEN = frozenset(
    (
        "cropping",
        "dilation_rate",
        "kernel_size",
        "output_padding",
        "output_size",
        "padding",
        "pool_size",
        "size",
        "strides",
    )
)
"""Arguments in which one number stands for all axes; in `padding` and `cropping` also for both ends of one."""

_BOTH_ENDS = frozenset(("cropping", "padding"))
_POOLING = tuple(f"{kind}Pooling{axes}D" for kind in ("Average", "Max") for axes in (1, 2, 3))
_LORA = ("Conv1D", "Conv2D", "Conv3D", "Dense", "EinsumDense", "Embedding")

Given = Mapping[str, Any]


def normal_form(type_name: str, given: Given, rank: int | None) -> dict[str, Any]:
    """The arguments of a layer whose first input has `rank` axes, the batch counted; None if that is not known."""
    follows = _FOLLOWS[type_name](given, rank) if type_name in _FOLLOWS else {}
    if "data_format" in given:
        follows = {"data_format": "channels_last", **follows}
    filled = {name: follows.get(name) if value is None else value for name, value in given.items()}
    return {name: _normal(type_name, name, value, rank) for name, value in filled.items()}


def even(type_name: str, name: str, value: Any) -> Any:  # noqa: ANN401  an argument
    """A size that is the same along all axes, as one number; anything else as it is."""
    if name in _BOTH_ENDS and isinstance(value, list) and value and all(isinstance(pair, list) for pair in value):
        pairs = [_once(pair) for pair in value]
        value = value if any(isinstance(pair, list) for pair in pairs) else pairs
    return _once(value) if name in EVEN or (type_name, name) == ("EinsumDense", "output_shape") else value


def _normal(type_name: str, name: str, value: Any, rank: int | None) -> Any:  # noqa: ANN401  an argument
    if name in ("axis", "attention_axes"):
        return _from_the_back(value, rank)
    return even(type_name, name, value)


def _from_the_back(axes: Any, rank: int | None) -> Any:  # noqa: ANN401  an axis, a list of axes, or none
    """Axes as Keras counts them from the last one, which is -1; as they are if the rank is not known."""
    if isinstance(axes, list):
        counted = [_from_the_back(axis, rank) for axis in axes]
        return counted[0] if len(counted) == 1 else counted
    is_from_front = rank is not None and isinstance(axes, int) and not isinstance(axes, bool) and 0 <= axes < rank
    return axes - rank if is_from_front else axes


def _once(value: Any) -> Any:  # noqa: ANN401  an argument
    same = isinstance(value, list) and value and all(type(item) is int and item == value[0] for item in value)
    return value[0] if same else value


def _pooling(given: Given, rank: int | None) -> Given:  # noqa: ARG001  all rules are called alike
    """A window moves by its own size."""
    return {"strides": given.get("pool_size")}


def _attention(given: Given, rank: int | None) -> Given:
    """Values have the size of the keys, and attention goes along all axes but the first and the last."""
    axes = None if rank is None else list(range(1, rank - 1))
    return {"value_dim": given.get("key_dim"), "attention_axes": axes}


def _mel(given: Given, rank: int | None) -> Given:  # noqa: ARG001
    """A window is as long as its transform, and the highest frequency is half the sampling rate."""
    rate = given.get("sampling_rate")
    return {"sequence_length": given.get("fft_length"), "max_freq": rate / 2 if isinstance(rate, int | float) else None}


def _lora(given: Given, rank: int | None) -> Given:  # noqa: ARG001
    """The scale of what is added is its rank."""
    return {"lora_alpha": given.get("lora_rank")}


_FOLLOWS: Mapping[str, Callable[[Given, int | None], Given]] = {
    **dict.fromkeys(_POOLING, _pooling),
    **dict.fromkeys(_LORA, _lora),
    "MelSpectrogram": _mel,
    "MultiHeadAttention": _attention,
}
"""What an argument that is null stands for, by the type of the layer."""
