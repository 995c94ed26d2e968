"""Shapes of the activation layers; only `PReLU` has weights."""

from specc.graph.shapes.rule import Call, Outcome, Refusal, Weight, one, tensor, unknown


def activation(call: Call) -> Outcome:
    """A function of each number, or of each row for softmax."""
    x = tensor(call)
    return one(x.shape, call.compute_dtype)


def leaky_relu(call: Call) -> Outcome:
    """`LeakyReLU`, whose slope may not be negative."""
    slope = call.get("negative_slope")
    if isinstance(slope, int | float) and slope < 0:
        raise Refusal("invalid-argument", f"`negative_slope` needs a number from 0, got {slope}", at="negative_slope")
    return activation(call)


def relu(call: Call) -> Outcome:
    """`ReLU`, whose bounds and slope may not be negative."""
    for name in ("max_value", "negative_slope", "threshold"):
        value = call.get(name)
        if isinstance(value, int | float) and value < 0:
            raise Refusal("invalid-argument", f"`{name}` needs a number from 0, got {value}", at=name)
    return activation(call)


def prelu(call: Call) -> Outcome:
    """A learned slope for each number of a sample, or one along each of `shared_axes`, which count from 1."""
    x = tensor(call)
    if x.shape is None:
        return unknown()
    given = call.get("shared_axes")
    axes = given if isinstance(given, list | tuple) else [] if given is None else [given]
    sizes = list(x.shape[1:])
    for axis in axes:
        index = axis - 1 if isinstance(axis, int) else len(sizes)
        if not -len(sizes) <= index < len(sizes):
            raise Refusal("axis-out-of-range", f"`PReLU` has no axis {axis} in {x.shape}", at="shared_axes", other=0)
        sizes[index] = 1
    if None in sizes:
        raise Refusal(
            "channels-unknown",
            f"`PReLU` learns a slope for each number of a sample, but {x.shape} has open axes",
            at=0,
            help="list the open axes in `shared_axes`",
        )
    return one(x.shape, call.compute_dtype, (Weight("alpha", tuple(sizes)),))
