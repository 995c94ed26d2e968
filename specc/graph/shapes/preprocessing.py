"""Shapes of the layers that prepare numbers, categories, text and sound."""

from pathlib import Path

from specc.component import Argument
from specc.graph.graph import TensorType
from specc.graph.shapes.convolution import Window, window_output
from specc.graph.shapes.rule import (
    INTEGERS,
    Call,
    Outcome,
    Refusal,
    Shape,
    Size,
    Weight,
    axis_of,
    channels_last,
    choice,
    integer,
    known_channels,
    one,
    product,
    rank_at_least,
    rank_is,
    tensor,
    tensors,
    times,
    unknown,
)

VOCABULARY_BYTES = 64 * 1024 * 1024
COUNTED = ("int", "one_hot", "multi_hot", "count")
LOOKED_UP = (*COUNTED, "binary", "tf_idf", "tf-idf")


def normalization(call: Call) -> Outcome:
    """Mean and variance for each position on `axis`, fitted or given; fitted ones are weights that are not trained."""
    mean, variance = call.get("mean"), call.get("variance")
    if (mean is None) != (variance is None):
        at = "mean" if variance is None else "variance"
        raise Refusal("invalid-argument", "`mean` and `variance` go together, got only one of them", at=at)
    given = call.get("axis", -1)
    items = [] if given is None else given if isinstance(given, list | tuple) else [given]
    x = tensor(call)
    shape = x.shape
    if shape is None:
        return unknown()
    axes = sorted({axis_of(call, shape, axis) for axis in items if isinstance(axis, int)})
    sizes = tuple(known_channels(call, shape, axis) for axis in axes)
    if mean is not None:
        return _given(call, shape, sizes, mean, variance)
    named = (("mean", sizes), ("variance", sizes), ("count", ()))
    weights = tuple(Weight(name, each, trainable=False) for name, each in named)
    return one(shape, call.compute_dtype, weights)


def _given(call: Call, shape: Shape, sizes: Shape, mean: Argument, variance: Argument) -> Outcome:
    if _extent(mean) != _extent(variance):
        message = f"`mean` and `variance` need equal shapes, got {_extent(mean)} and {_extent(variance)}"
        raise Refusal("shape-mismatch", message, at="variance")
    extent = _extent(mean)
    if len(extent) > len(sizes) or any(a not in (1, b) for a, b in zip(extent[::-1], sizes[::-1], strict=False)):
        message = f"`mean` of shape {extent} does not fit the sizes {sizes} on `axis` of {shape}"
        raise Refusal("shape-mismatch", message, at="mean", other=0)
    return one(shape, call.compute_dtype)


def _extent(value: Argument) -> tuple[int, ...]:
    if isinstance(value, list | tuple):
        return (len(value), *(_extent(value[0]) if value else ()))
    return ()


def _encoded(shape: Shape, mode: str, depth: Size) -> Shape:
    """The shape of categories encoded as vectors of `depth`: one for each, or one for each row."""
    if mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    return (*shape[:-1], depth)


def category_encoding(call: Call) -> Outcome:
    """Integers below `num_tokens` -> vectors of `num_tokens`."""
    mode = choice(call, "output_mode", ("count", "one_hot", "multi_hot", "binary"), "multi_hot")
    depth = integer(call, "num_tokens")
    shape = tensor(call).shape
    return one(None if shape is None else _encoded(shape, mode, depth), call.compute_dtype)


def discretization(call: Call) -> Outcome:
    """Numbers -> the number of their bin, or a vector of bins."""
    mode = choice(call, "output_mode", COUNTED, "int")
    bounds, bins = call.get("bin_boundaries"), call.get("num_bins")
    if (bounds is None) == (bins is None):
        got = "neither" if bounds is None else "both"
        raise Refusal("invalid-argument", f"give either `bin_boundaries` or `num_bins`, got {got}", at="num_bins")
    depth = len(bounds) + 1 if isinstance(bounds, list | tuple) else integer(call, "num_bins", 0)
    shape = tensor(call).shape
    if mode == "int":
        return one(shape, call.compute_dtype if call.compute_dtype in INTEGERS else "int32")
    if shape is None:
        return one(None, call.compute_dtype)
    encoded = _encoded(shape, mode, depth)
    if mode != "one_hot":  # Keras 3.15 drops the axis after the batch here, not the last one
        encoded = (shape[0], *shape[2:], depth) if len(shape) >= 2 else (depth,)
    return one(encoded, call.compute_dtype)


def hashing(call: Call) -> Outcome:
    """Anything -> one of `num_bins` integers, or a vector of them."""
    mode = choice(call, "output_mode", COUNTED, "int")
    bins = integer(call, "num_bins")
    asked = call.get("dtype")
    if mode == "int" and asked not in (None, "int32", "int64"):
        message = f"`dtype` of hashes needs int32 or int64, got {asked}"
        raise Refusal("wrong-dtype", message, at="dtype")
    dtype = str(asked or "int64") if mode == "int" else call.compute_dtype
    shape = tensor(call).shape
    if shape is None or mode == "int":
        return one(shape, dtype)
    return one((*shape[:-1], bins), dtype)


def hashed_crossing(call: Call) -> Outcome:
    """Two tensors of categories -> one of their pairs, hashed."""
    mode = choice(call, "output_mode", ("int", "one_hot"), "int")
    bins = integer(call, "num_bins")
    inputs = tensors(call)
    if len(inputs) != 2:
        raise Refusal("wrong-input-count", f"`HashedCrossing` takes two inputs, got {len(inputs)}", at=0)
    for at, x in enumerate(inputs):
        if x.dtype is not None and x.dtype not in (*INTEGERS, "string"):
            message = f"`HashedCrossing` needs integers or strings, got an input of dtype {x.dtype}"
            raise Refusal("wrong-dtype", message, at=at)
    asked = call.get("dtype")
    dtype = str(asked or "int64") if mode == "int" else call.compute_dtype
    a, b = inputs[0].shape, inputs[1].shape
    if a is None or b is None:
        return one(None, dtype)
    if a[-1] != b[-1]:
        raise Refusal("shape-mismatch", f"`HashedCrossing` needs equal shapes, got {a} and {b}", at=1, other=0)
    return one(a if mode == "int" else (*(a[:-1] if a[-1] == 1 else a), bins), dtype)


def _depth(call: Call) -> tuple[Size, bool]:
    """How many indices a lookup knows, and whether that is certain."""
    tokens = call.get("max_tokens")
    if tokens is not None and (not isinstance(tokens, int) or tokens <= 1):
        raise Refusal("invalid-argument", f"`max_tokens` needs an integer from 2, got {tokens}", at="max_tokens")
    if call.flag("pad_to_max_tokens"):
        if not isinstance(tokens, int):
            raise Refusal("invalid-argument", "`pad_to_max_tokens` needs `max_tokens`", at="pad_to_max_tokens")
        return tokens, True
    words = call.get("vocabulary")
    special = [call.get("mask_token"), call.get("oov_token")]
    if isinstance(words, str):
        count = _lines(words)
    elif isinstance(words, list | tuple):
        count = None if any(word in words for word in special if word is not None) else len(words)
    else:
        return None, words is None
    if count is None:
        return None, False
    unseen = call.get("num_oov_indices", 1)
    return count + (unseen if isinstance(unseen, int) else 1) + (special[0] is not None), True


def _lines(path: str) -> int | None:
    """How many words a vocabulary file holds, a line for each; None if it cannot be read or is very large.

    Only an absolute path is opened: `specc.graph.files` makes them, of files in the project.
    """
    place = Path(path)
    try:
        if not place.is_absolute() or place.stat().st_size > VOCABULARY_BYTES:
            return None
        with place.open("rb") as file:
            return sum(1 for _ in file)
    except OSError:
        return None


def _refuse_other(call: Call, x: TensorType, *, text: bool) -> None:
    """Keras builds a layer on text where it takes numbers, or the other way round, and fails at the first batch."""
    if x.dtype is not None and (x.dtype == "string") is not text:
        wanted = "strings" if text else "numbers"
        raise Refusal("wrong-dtype", f"`{call.type}` needs {wanted}, got an input of dtype {x.dtype}", at=0)


def lookup(call: Call) -> Outcome:
    """`StringLookup` and `IntegerLookup`: categories -> integers or vectors."""
    mode = choice(call, "output_mode", LOOKED_UP, "int")
    if call.flag("invert") and mode != "int":
        raise Refusal("invalid-argument", f"`invert` needs `output_mode: int`, got {mode}", at="invert")
    depth, certain = _depth(call)
    x = tensor(call)
    _refuse_other(call, x, text=(call.type == "StringLookup") is not call.flag("invert"))
    if mode == "int":
        # Keras 3.15 says int64 even where `invert` gives strings.
        return one(x.shape, "int64")
    if x.shape is None or not certain:
        return one(None, "float32")
    return one(_encoded(x.shape, mode, depth), "float32")


def text_vectorization(call: Call) -> Outcome:
    """Sentences -> integers (batch, words) or vectors over the vocabulary."""
    mode = choice(call, "output_mode", LOOKED_UP, "int")
    length = call.get("output_sequence_length")
    if mode != "int" and length is not None:
        message = f"`output_sequence_length` needs `output_mode: int`, got {mode}"
        raise Refusal("invalid-argument", message, at="output_sequence_length")
    depth, certain = _depth(call)
    x = tensor(call)
    shape = rank_at_least(call, x, 1)
    _refuse_other(call, x, text=True)
    if mode == "int":
        return one(None if shape is None else (shape[0], length if isinstance(length, int) else None), "int64")
    if shape is None or not certain:
        return one(None, "float32")
    words = (*shape, None) if call.get("split", "whitespace") is not None else shape if len(shape) > 1 else (*shape, 1)
    return one(_encoded(words, mode, depth), "float32")


def stft_spectrogram(call: Call) -> Outcome:
    """Sound (batch, samples, channels) -> (batch, frames, frequencies * channels)."""
    mode = choice(call, "mode", ("log", "magnitude", "psd", "real", "imag", "angle", "stft"), "log")
    frame = integer(call, "frame_length")
    step = frame // 2 if call.get("frame_step") is None else integer(call, "frame_step")
    width = 2 ** (frame - 1).bit_length() if call.get("fft_length") is None else integer(call, "fft_length")
    if not 1 <= step <= frame:
        raise Refusal("invalid-argument", f"`frame_step` needs 1 to {frame}, got {step}", at="frame_step")
    if width < frame:
        raise Refusal("invalid-argument", f"`fft_length` needs at least {frame}, got {width}", at="fft_length")
    x = tensor(call)
    shape = rank_is(call, x, 3)
    if shape is None:
        return unknown()
    last = channels_last(call)
    channels = known_channels(call, shape, -1 if last else 1)
    (time,) = window_output(call, shape, Window("frame_length", (frame,), (step,), (1,)))
    waves = width // 2 + 1
    names = [name for name, left_out in (("real_kernel", "imag"), ("imag_kernel", "real")) if mode != left_out]
    weights = tuple(Weight(name, (frame, 1, waves)) for name in names)
    work = times(time, channels, len(names), product((frame, waves)))
    lines = waves * 2 if mode == "stft" else waves
    if call.flag("expand_dims"):
        return one(
            (shape[0], time, lines, channels) if last else (shape[0], channels, time, lines),
            call.compute_dtype,
            weights,
            work,
        )
    flat = (shape[0], time, lines * channels) if last else (shape[0], lines * channels, time)
    return one(flat, call.compute_dtype, weights, work)


def mel_spectrogram(call: Call) -> Outcome:
    """Sound (batch, samples) -> (batch, num_mel_bins, frames)."""
    bins, stride = integer(call, "num_mel_bins"), integer(call, "sequence_stride")
    x: TensorType = tensor(call)
    shape = rank_is(call, x, 2)
    if shape is None:
        return one(None, call.compute_dtype)
    frames = None if shape[1] is None else (shape[1] + stride + 1) // stride
    return one((shape[0], bins, frames), call.compute_dtype, (), None)
