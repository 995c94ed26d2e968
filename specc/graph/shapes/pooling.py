"""Shapes of the pooling layers: windowed, global and adaptive."""

from specc.graph.shapes.convolution import Window, joined, spatial, window_output
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Rule,
    channels_last,
    choice,
    integers,
    one,
    rank_at_least,
    rank_is,
    tensor,
)


def windowed(rank: int) -> Rule:
    """The rule of max and average pooling in `rank` dimensions."""

    def rule(call: Call) -> Outcome:
        window = integers(call, "pool_size", rank, default=2)
        strides = window if call.get("strides") is None else integers(call, "strides", rank)
        choice(call, "padding", ("valid", "same"), "valid")
        shape = rank_is(call, tensor(call), rank + 2)
        if shape is None:
            return one(None, call.compute_dtype)
        last = channels_last(call)
        space = window_output(call, shape, Window("pool_size", window, strides, (1,) * rank))
        return one(joined(shape[0], space, shape[-1 if last else 1], last), call.compute_dtype)

    return rule


def overall(rank: int) -> Rule:
    """The rule of global pooling: the spatial axes go, or become 1 with `keepdims`."""

    def rule(call: Call) -> Outcome:
        shape = rank_is(call, tensor(call), rank + 2)
        last = channels_last(call)
        if shape is None:
            return one(None, call.compute_dtype)
        channels = shape[-1 if last else 1]
        if call.flag("keepdims"):
            return one(joined(shape[0], (1,) * rank, channels, last), call.compute_dtype)
        return one((shape[0], channels), call.compute_dtype)

    return rule


def adaptive(rank: int) -> Rule:
    """The rule of adaptive pooling: the spatial axes become `output_size`."""

    def rule(call: Call) -> Outcome:
        size = integers(call, "output_size", rank)
        last = channels_last(call)
        x = tensor(call)
        shape = rank_at_least(call, x, 2)
        if shape is None:
            return one(None, call.compute_dtype)
        if len(spatial(shape, last)) != rank:
            # Keras 3.15 builds this and fails at the first batch.
            raise Refusal("rank-mismatch", f"`{call.type}` needs an input of {rank + 2} axes, got {shape}", at=0)
        return one(joined(shape[0], size, shape[-1 if last else 1], last), call.compute_dtype)

    return rule
