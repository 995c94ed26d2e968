"""Shapes of the functions of `keras.ops` on images, sound and complex numbers: pooling, patches, transforms."""

from specc.graph.graph import TensorType
from specc.graph.shapes.convolution import Window, joined, spatial, window_output
from specc.graph.shapes.operands import operand
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Shape,
    Size,
    channels_last,
    choice,
    integer,
    integers,
    one,
    rank_at_least,
    rank_is,
)


def pool(call: Call) -> Outcome:
    """The largest number or the mean in each window, on as many axes as the input has in space."""
    x = operand(call)
    choice(call, "padding", ("valid", "same"), "valid")
    last = channels_last(call)
    shape = rank_at_least(call, x, 2)
    if shape is None:
        return one(None, x.dtype)
    rank = len(shape) - 2
    window = integers(call, "pool_size", rank)
    strides = window if call.get("strides") is None else integers(call, "strides", rank)
    space = window_output(call, shape, Window("pool_size", window, strides, (1,) * rank))
    return one(joined(shape[0], space, shape[-1 if last else 1], last), x.dtype)


def _block(call: Call) -> tuple[int, TensorType, bool]:
    return integer(call, "block_size", 2), operand(call), channels_last(call)


def depth_to_space(call: Call) -> Outcome:
    """Channels become blocks of pixels."""
    block, x, last = _block(call)
    shape = rank_is(call, x, 4)
    if shape is None:
        return one(None, x.dtype)
    channels = shape[-1 if last else 1]
    if channels is not None and channels % block**2:
        message = f"the {channels} channels of {shape} are not divisible into blocks of {block}x{block}"
        raise Refusal("sections-do-not-divide", message, at="block_size", other=0)
    space = tuple(None if size is None else size * block for size in spatial(shape, last))
    return one(joined(shape[0], space, None if channels is None else channels // block**2, last), x.dtype)


def space_to_depth(call: Call) -> Outcome:
    """Blocks of pixels become channels."""
    block, x, last = _block(call)
    shape = rank_is(call, x, 4)
    if shape is None:
        return one(None, x.dtype)
    for size in spatial(shape, last):
        if size is not None and size % block:
            message = f"the image {shape} is not divisible into blocks of {block}x{block}"
            raise Refusal("sections-do-not-divide", message, at="block_size", other=0)
    channels = shape[-1 if last else 1]
    space = tuple(None if size is None else size // block for size in spatial(shape, last))
    return one(joined(shape[0], space, None if channels is None else channels * block**2, last), x.dtype)


def unfold(call: Call) -> Outcome:
    """Images (batch, channels, height, width) -> patches (batch, channels * patch, patches)."""
    x = operand(call)
    shape = rank_is(call, x, 4)
    windows = integers(call, "kernel_size", 2)
    steps, strides = integers(call, "dilation", 2, default=1), integers(call, "stride", 2, default=1)
    border = integers(call, "padding", 2, 0, default=0)
    if shape is None:
        return one(None, x.dtype)
    counts = []
    for size, k, step, stride, pad in zip(shape[2:], windows, steps, strides, border, strict=True):
        if size is None:
            raise Refusal("channels-unknown", f"`{call.type}` needs images of known size, got {shape}", at=0)
        counts.append((size + 2 * pad - step * (k - 1) - 1) // stride + 1)
        if counts[-1] <= 0:
            message = f"the window of `{call.type}` is {step * (k - 1) + 1} wide, its input {shape} only {size}"
            raise Refusal("kernel-too-large", message, at="kernel_size", other=0)
    if shape[1] is None:
        raise Refusal("channels-unknown", f"`{call.type}` needs a known number of channels, got {shape}", at=0)
    return one((shape[0], shape[1] * windows[0] * windows[1], counts[0] * counts[1]), x.dtype)


def extract_sequences(call: Call) -> Outcome:
    """Overlapping pieces of the last axis, on a new axis before it."""
    length, stride = integer(call, "sequence_length"), integer(call, "sequence_stride")
    x = operand(call)
    shape = rank_at_least(call, x, 1)
    if shape is None:
        return one(None, x.dtype)
    if shape[-1] is not None and shape[-1] < length:
        message = f"the pieces of `{call.type}` are {length} long, its input {shape} only {shape[-1]}"
        raise Refusal("kernel-too-large", message, at="sequence_length", other=0)
    pieces = None if shape[-1] is None else 1 + (shape[-1] - length) // stride
    return one((*shape[:-1], pieces, length), x.dtype)


def _complex(x: TensorType, shape: Shape | None) -> Outcome:
    """The real and the imaginary part."""
    return Outcome((TensorType(shape, x.dtype),) * 2, (), None)


def fourier(call: Call) -> Outcome:
    """`rfft`: the last axis as waves."""
    x = operand(call)
    shape = rank_at_least(call, x, 1)
    if shape is None:
        return _complex(x, None)
    length = shape[-1] if call.get("fft_length") is None else integer(call, "fft_length")
    return _complex(x, (*shape[:-1], _waves(length)))


def _waves(length: Size) -> Size:
    return None if length is None else length // 2 + 1


def short_time_fourier(call: Call) -> Outcome:
    """`stft`: overlapping pieces of the last axis as waves."""
    stride, width = integer(call, "sequence_stride"), integer(call, "fft_length")
    length = integer(call, "sequence_length")
    if length > width:
        raise Refusal("invalid-argument", f"`fft_length` needs at least {length}, got {width}", at="fft_length")
    x = operand(call)
    shape = rank_at_least(call, x, 1)
    if shape is None:
        return _complex(x, None)
    pieces: Size = None
    if shape[-1] is not None:
        padded = shape[-1] + ((width // 2) * 2 if call.flag("center", True) else 0)
        pieces = 1 + (padded - width) // stride
        if pieces <= 0:
            message = f"the pieces of `{call.type}` are {width} long, its input {shape} only {shape[-1]}"
            raise Refusal("kernel-too-large", message, at="fft_length", other=0)
    return _complex(x, (*shape[:-1], pieces, _waves(width)))


def as_complex(call: Call) -> Outcome:
    """Pairs of numbers on the last axis -> complex numbers."""
    shape = rank_at_least(call, operand(call), 1)
    if shape is not None and shape[-1] not in (2, None):
        raise Refusal("shape-mismatch", f"`{call.type}` needs pairs on the last axis, got {shape}", at=0)
    return one(None if shape is None else shape[:-1], "complex64")


def as_real(call: Call) -> Outcome:
    """Complex numbers -> pairs of numbers on a new last axis."""
    shape = operand(call).shape
    return one(None if shape is None else (*shape, 2), "float32")
