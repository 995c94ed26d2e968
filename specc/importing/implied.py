"""Arguments that Keras writes into a layer's config though they follow from the others: left out of specs."""

from collections.abc import Callable, Mapping
from typing import Any

EVEN = frozenset({"kernel_size", "strides", "dilation_rate", "pool_size", "size", "output_padding", "output_size"})
"""Arguments in which one number stands for all axes."""

Given = dict[str, Any]


def implied(type_name: str, given: Given, rank: int | None) -> Given:
    """`given` without what follows from the rest of it and from the `rank` of the input."""
    rule = _RULES.get(type_name)
    return rule(given, rank) if rule else given


def settled(type_name: str, key: str, value: Any) -> bool:  # noqa: ANN401  plain data
    """Whether an entry of a config that is no argument says nothing: unset, or computed from the others."""
    return value in _UNSET or (key == "data_format" and value == "channels_last") or key in _COMPUTED.get(type_name, ())


_UNSET: tuple[Any, ...] = (None, False, [], {}, "")
_COMPUTED = {
    "StringLookup": ("oov_method", "vocabulary_size"),
    "IntegerLookup": ("oov_method", "vocabulary_size"),
    "TextVectorization": ("vocabulary_size",),
}


def _pooling(given: Given, rank: int | None) -> Given:  # noqa: ARG001  all rules are called alike
    """A window moves by its own size."""
    pool_size = given.get("pool_size", 2)
    return _without(given, {"strides": pool_size})


def _attention(given: Given, rank: int | None) -> Given:
    """Values have the size of the keys, and attention goes along all axes but the first and the last."""
    given = _without(given, {"value_dim": given.get("key_dim")})
    return given if rank is None else _without(given, {"attention_axes": list(range(1, rank - 1))})


def _bidirectional(given: Given, rank: int | None) -> Given:  # noqa: ARG001
    """The layer that reads backwards is the other one turned round."""
    forward = given.get("layer")
    if not isinstance(forward, dict):
        return given
    type_name, arguments = next(iter(forward.items()))
    turned = dict(arguments)
    if not turned.pop("go_backwards", False):
        turned["go_backwards"] = True
    backward = given.get("backward_layer")
    alike = isinstance(backward, dict) and backward == {type_name: turned}
    return {name: value for name, value in given.items() if name != "backward_layer"} if alike else given


def _mel(given: Given, rank: int | None) -> Given:  # noqa: ARG001
    """A window is as long as its transform, and the highest frequency is half the sampling rate."""
    follows = {"sequence_length": given.get("fft_length", 2048), "max_freq": given.get("sampling_rate", 16000) / 2}
    return _without(given, follows)


def _discretization(given: Given, rank: int | None) -> Given:  # noqa: ARG001
    """Boundaries that the layer has found make as many bins as it was asked for."""
    return _without(given, {"num_bins": given.get("num_bins")}) if given.get("bin_boundaries") else given


def _lora(given: Given, rank: int | None) -> Given:  # noqa: ARG001
    """The scale of what is added is its rank."""
    return _without(given, {"lora_alpha": given.get("lora_rank")})


def _without(given: Given, follows: Mapping[str, Any]) -> Given:
    return {name: value for name, value in given.items() if name not in follows or value != follows[name]}


_RULES: Mapping[str, Callable[[Given, int | None], Given]] = {
    **dict.fromkeys((f"{kind}Pooling{n}D" for kind in ("Max", "Average") for n in (1, 2, 3)), _pooling),
    "MelSpectrogram": _mel,
    "Bidirectional": _bidirectional,
    "Discretization": _discretization,
    **dict.fromkeys(("Dense", "EinsumDense", "Embedding"), _lora),
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), _lora),
    "MultiHeadAttention": _attention,
}
