"""Shapes of the convolutions: plain, transposed, depthwise and separable, in one to three dimensions."""

from typing import NamedTuple

from specc.graph.graph import TensorType
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Rule,
    Shape,
    Size,
    Weight,
    channels_last,
    choice,
    integer,
    integers,
    known_channels,
    one,
    product,
    rank_is,
    tensor,
    times,
    unknown,
)


def spatial(shape: Shape, last: bool) -> Shape:
    """The axes of `shape` that are neither batch nor channels."""
    return shape[1:-1] if last else shape[2:]


def joined(batch: Size, space: Shape, channels: Size, last: bool) -> Shape:
    """The shape of a batch of images with `channels`."""
    return (batch, *space, channels) if last else (batch, channels, *space)


class Window(NamedTuple):
    """What slides over the input, a number for each axis in space. `argument` is where its sizes are written."""

    argument: str
    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]


def window_output(call: Call, shape: Shape, window: Window) -> Shape:
    """The spatial sizes after `window` has slid over `shape`, as the argument `padding` says."""
    last = channels_last(call)
    same = choice(call, "padding", ("valid", "same", "causal"), "valid") != "valid"
    sizes: list[Size] = []
    steps = zip(spatial(shape, last), window.sizes, window.strides, window.dilation, strict=True)
    for size, k, stride, step in steps:
        reach = 1 if same else step * (k - 1) + 1
        length = None if size is None else (size - reach) // stride + 1
        if length is not None and length <= 0 and not same:
            across = f"{reach} wide (dilated from {k})" if step > 1 else f"{k} wide"
            message = f"the window of `{call.type}` is {across}, its input {shape} only {size}"
            raise Refusal(
                "kernel-too-large",
                message,
                at=window.argument,
                help="use `padding: same`, or a smaller window",
                other=0,
            )
        sizes.append(length)
    return tuple(sizes)


def plain_window(call: Call, rank: int, *, causal: bool = False) -> Window:
    """The window that `kernel_size`, `strides` and `dilation_rate` describe."""
    window = integers(call, "kernel_size", rank)
    strides = integers(call, "strides", rank, default=1)
    dilation = integers(call, "dilation_rate", rank, default=1)
    choice(call, "padding", ("valid", "same", "causal") if causal else ("valid", "same"), "valid")
    return Window("kernel_size", window, strides, dilation)


def not_both(window: Window) -> None:
    """Verify that the window is not strided and dilated at once."""
    if max(window.strides) > 1 and max(window.dilation) > 1:
        message = f"`strides` {window.strides} and `dilation_rate` {window.dilation} may not both exceed 1"
        raise Refusal("strides-and-dilation", message, at="dilation_rate")


def _input(call: Call, rank: int) -> tuple[Shape | None, int]:
    x: TensorType = tensor(call)
    shape = rank_is(call, x, rank + 2)
    channels = 0 if shape is None else known_channels(call, shape, -1 if channels_last(call) else 1)
    return shape, channels


def _biased(call: Call, channels: int, *kernels: Weight) -> tuple[Weight, ...]:
    return (*kernels, Weight("bias", (channels,))) if call.flag("use_bias", True) else kernels


def convolution(rank: int) -> Rule:
    """The rule of `Conv1D`, `Conv2D` or `Conv3D`."""

    def rule(call: Call) -> Outcome:
        window = plain_window(call, rank, causal=rank == 1)
        filters, groups = integer(call, "filters"), call.get("groups")
        groups = 1 if groups is None else integer(call, "groups")
        not_both(window)
        if filters % groups:
            message = f"`filters: {filters}` is not divisible by `groups: {groups}`"
            raise Refusal("groups-do-not-divide", message, at="groups")
        shape, channels = _input(call, rank)
        if shape is None:
            return unknown()
        if channels % groups:
            message = f"the {channels} channels of {shape} are not divisible by `groups: {groups}`"
            raise Refusal("groups-do-not-divide", message, at="groups", other=0)
        space = window_output(call, shape, window)
        kernel = Weight("kernel", (*window.sizes, channels // groups, filters))
        work = times(product(space), kernel.size)
        output = joined(shape[0], space, filters, channels_last(call))
        return one(output, call.compute_dtype, _biased(call, filters, kernel), work)

    return rule


def depthwise(rank: int) -> Rule:
    """The rule of `DepthwiseConv1D` or `DepthwiseConv2D`: each channel on its own."""

    def rule(call: Call) -> Outcome:
        window = plain_window(call, rank)
        multiplier = 1 if call.get("depth_multiplier") is None else integer(call, "depth_multiplier")
        shape, channels = _input(call, rank)
        if shape is None:
            return unknown()
        space = window_output(call, shape, window)
        kernel = Weight("kernel", (*window.sizes, channels, multiplier))
        work = times(product(space), kernel.size)
        output = joined(shape[0], space, channels * multiplier, channels_last(call))
        return one(output, call.compute_dtype, _biased(call, channels * multiplier, kernel), work)

    return rule


def separable(rank: int) -> Rule:
    """The rule of `SeparableConv1D` or `SeparableConv2D`: depthwise, then pointwise."""

    def rule(call: Call) -> Outcome:
        window = plain_window(call, rank)
        filters = integer(call, "filters")
        multiplier = 1 if call.get("depth_multiplier") is None else integer(call, "depth_multiplier")
        shape, channels = _input(call, rank)
        if shape is None:
            return unknown()
        space = window_output(call, shape, window)
        deep = Weight("depthwise_kernel", (*window.sizes, channels, multiplier))
        point = Weight("pointwise_kernel", (*(1,) * rank, channels * multiplier, filters))
        weights = _biased(call, filters, deep, point)
        work = times(product(space), (deep.size or 0) + (point.size or 0))
        return one(joined(shape[0], space, filters, channels_last(call)), call.compute_dtype, weights, work)

    return rule


def transposed(rank: int) -> Rule:
    """The rule of `Conv1DTranspose`, `Conv2DTranspose` or `Conv3DTranspose`."""

    def rule(call: Call) -> Outcome:
        window = plain_window(call, rank)
        filters = integer(call, "filters")
        not_both(window)
        extra = call.get("output_padding")
        padding = (None,) * rank if extra is None else integers(call, "output_padding", rank, 0)
        for pad, stride in zip(padding, window.strides, strict=True):
            if pad is not None and pad >= stride:
                message = f"`output_padding` {padding} must be less than `strides` {window.strides}"
                raise Refusal("output-padding-too-large", message, at="output_padding")
        shape, channels = _input(call, rank)
        if shape is None:
            return unknown()
        last = channels_last(call)
        same = choice(call, "padding", ("valid", "same"), "valid") == "same"
        steps = zip(spatial(shape, last), window.sizes, window.strides, window.dilation, padding, strict=True)
        space = tuple(
            None if size is None else _grown(size, step * (k - 1) + 1, stride, pad, same=same)
            for size, k, stride, step, pad in steps
        )
        kernel = Weight("kernel", (*window.sizes, filters, channels))
        work = times(product(spatial(shape, last)), kernel.size)
        return one(joined(shape[0], space, filters, last), call.compute_dtype, _biased(call, filters, kernel), work)

    return rule


def _grown(size: int, reach: int, stride: int, pad: int | None, *, same: bool) -> int:
    if same:
        return size * stride if pad is None else (size - 1) * stride + reach % 2 + pad
    return (size - 1) * stride + reach + (max(reach, stride) - reach if pad is None else pad)
