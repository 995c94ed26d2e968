"""Shapes and weights of the normalizations over batch, layer, group and unit."""

from specc.component import Argument
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Shape,
    Weight,
    axis_of,
    known_channels,
    one,
    tensor,
    unknown,
)


def _axes(call: Call, shape: Shape) -> tuple[int, ...]:
    given: Argument = call.get("axis", -1)
    items = given if isinstance(given, list | tuple) else [given]
    axes = tuple(item for item in items if isinstance(item, int) and not isinstance(item, bool))
    if len(axes) != len(items):
        raise Refusal("invalid-argument", f"`axis` needs an integer or a list of integers, got {given}", at="axis")
    return tuple(axis_of(call, shape, axis) for axis in axes)


def _sizes(call: Call, shape: Shape) -> Shape:
    given = call.get("axis", -1)
    axes = _axes(call, shape)
    if isinstance(given, list | tuple):  # Keras sorts the axes as they are written, negative ones first
        axes = tuple(axis % len(shape) for axis in sorted(a for a in given if isinstance(a, int)))
    return tuple(known_channels(call, shape, axis) for axis in axes)


def _centre_and_scale(call: Call, sizes: Shape) -> tuple[Weight, ...]:
    scale = (Weight("gamma", sizes),) if call.flag("scale", True) else ()
    return (*scale, Weight("beta", sizes)) if call.flag("center", True) else scale


def batch_normalization(call: Call) -> Outcome:
    """Scale and shift per channel, trained, and the moving statistics, not trained."""
    x = tensor(call)
    if x.shape is None:
        return unknown()
    axis = call.get("axis", -1)
    if not isinstance(axis, int):
        raise Refusal("invalid-argument", f"`axis` needs an integer, got {axis}", at="axis")
    sizes = (known_channels(call, x.shape, axis_of(call, x.shape, axis)),)
    names = ["moving_mean", "moving_variance"]
    if call.flag("renorm"):
        names += ["moving_stddev", "renorm_mean", "renorm_stddev"]
    moving = tuple(Weight(name, sizes, trainable=False) for name in names)
    return one(x.shape, call.compute_dtype, (*_centre_and_scale(call, sizes), *moving))


def layer_normalization(call: Call) -> Outcome:
    """Scale and shift for each position on the normalized axes."""
    x = tensor(call)
    if x.shape is None:
        return unknown()
    if not call.flag("scale", True) and not call.flag("center", True):
        _axes(call, x.shape)
        return one(x.shape, call.compute_dtype)
    return one(x.shape, call.compute_dtype, _centre_and_scale(call, _sizes(call, x.shape)))


def rms_normalization(call: Call) -> Outcome:
    """A scale for each position on the normalized axes."""
    x = tensor(call)
    if x.shape is None:
        return unknown()
    return one(x.shape, call.compute_dtype, (Weight("scale", _sizes(call, x.shape)),))


def group_normalization(call: Call) -> Outcome:
    """Scale and shift per channel; the channels fall into `groups` equal groups, -1 makes each its own."""
    groups = call.get("groups", 32)
    if not isinstance(groups, int) or isinstance(groups, bool) or (groups <= 0 and groups != -1):
        raise Refusal("invalid-argument", f"`groups` needs an integer from 1, or -1, got {groups}", at="groups")
    x = tensor(call)
    if x.shape is None:
        return unknown()
    axis = call.get("axis", -1)
    if not isinstance(axis, int):
        raise Refusal("invalid-argument", f"`axis` needs an integer, got {axis}", at="axis")
    channels = known_channels(call, x.shape, axis_of(call, x.shape, axis))
    if groups != -1 and channels % groups:
        message = f"the {channels} channels of {x.shape} are not divisible by `groups: {groups}`"
        raise Refusal("groups-do-not-divide", message, at="groups", other=0)
    return one(x.shape, call.compute_dtype, _centre_and_scale(call, (channels,)))


def unit_normalization(call: Call) -> Outcome:
    """Rows of length one: no weights."""
    x = tensor(call)
    if x.shape is not None:
        _axes(call, x.shape)
    return one(x.shape, call.compute_dtype)
