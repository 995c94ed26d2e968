"""Shapes of the functions of `keras.ops` that pick, count and summarize numbers: take, slice, segments, quantiles."""

import re

from specc.component import Argument
from specc.graph.graph import TensorType
from specc.graph.shapes.operands import axes_of, floating, named, operand, stretched
from specc.graph.shapes.rule import Call, Outcome, Refusal, Shape, Size, axis_of, bounded, integer, one, product, times


def take(call: Call) -> Outcome:
    """The rows along `axis` that `indices` name; without it the numbers of the whole."""
    x, indices = named(call, "x", "indices")
    axis = call.get("axis")
    if not isinstance(axis, int):
        return one(indices.shape, x.dtype)
    if x.shape is None or indices.shape is None:
        return one(None, x.dtype)
    place = axis_of(call, x.shape, axis)
    return one((*x.shape[:place], *indices.shape, *x.shape[place + 1 :]), x.dtype)


def take_along(call: Call) -> Outcome:
    """For each place of `indices` the number of its row along `axis`."""
    x, indices = named(call, "x", "indices")
    axis = call.get("axis")
    if x.shape is None or indices.shape is None:
        return one(None, x.dtype)
    shape: Shape = x.shape if isinstance(axis, int) else (product(x.shape),)
    if len(shape) != len(indices.shape):
        message = f"`{call.type}` needs equally many axes, got {shape} and {indices.shape}"
        raise Refusal("rank-mismatch", message, at=1, other=0)
    place = axis_of(call, shape, axis) if isinstance(axis, int) else 0
    merged = stretched((*shape[:place], indices.shape[place], *shape[place + 1 :]), indices.shape)
    if merged is None:
        message = f"`{call.type}` needs shapes that broadcast, got {shape} and {indices.shape}"
        raise Refusal("shape-mismatch", message, at=1, other=0)
    return one(merged, x.dtype)


def slice_(call: Call) -> Outcome:
    """A block of `shape` from `start_indices` on; a size -1 reaches to the end."""
    x = operand(call)
    starts, sizes = _integers(call.get("start_indices")), _integers(call.get("shape"))
    if x.shape is None:
        return one(None, x.dtype)
    for name, given in (("shape", sizes), ("start_indices", starts)):
        if len(given) != len(x.shape):
            message = f"`{name}` needs a number for each axis of {x.shape}, got {given}"
            raise Refusal("invalid-argument", message, at=name, other=0)
    block: list[Size] = []
    for whole, start, size in zip(x.shape, starts, sizes, strict=True):
        rest = None if whole is None else whole - start
        if start < 0 or size < -1 or (rest is not None and rest < max(size, 0)):
            message = f"{size} numbers from {start} on do not lie in an axis of {whole} of {x.shape}"
            raise Refusal("shape-mismatch", message, at="shape", other=0)
        block.append(rest if size == -1 else size)
    return one(tuple(block), x.dtype)


def _integers(value: Argument) -> list[int]:
    return [n for n in (value if isinstance(value, list | tuple) else [value]) if isinstance(n, int)]


def array_split(call: Call) -> Outcome:
    """Parts along `axis`, the first ones larger by one where it does not divide."""
    count = bounded(call, integer(call, "indices_or_sections"), "indices_or_sections")
    x, axis = operand(call), call.get("axis", 0)
    if x.shape is None or not isinstance(axis, int):
        return Outcome((TensorType(None, x.dtype),) * count)
    place = axis_of(call, x.shape, axis)
    size = x.shape[place]
    sizes = [None if size is None else size // count + (i < size % count) for i in range(count)]
    return Outcome(tuple(TensorType((*x.shape[:place], part, *x.shape[place + 1 :]), x.dtype) for part in sizes))


def rearrange(call: Call) -> Outcome:
    """Axes named on the left of `pattern`, in the order and the groups of its right."""
    x, pattern = operand(call), call.get("pattern")
    sides = re.split(r"\s*->\s*", pattern) if isinstance(pattern, str) else []
    if len(sides) != 2:
        raise Refusal("invalid-argument", f"`pattern` needs the form `b h w -> b (h w)`, got {pattern}", at="pattern")
    if x.shape is None:
        return one(None, x.dtype)
    before, after = (re.findall(r"\w+|\(.*?\)", side) for side in sides)
    sizes: dict[str, Size] = {}
    for axis, size in zip(before, x.shape, strict=False):
        names = axis.strip("()").split()
        if len(names) > 1:
            message = f"`pattern` splits ({' '.join(names)}), whose sizes a spec cannot give"
            raise Refusal("invalid-argument", message, at="pattern", help="split by `Reshape`")
        sizes |= dict.fromkeys(names, size)
    output: list[Size] = []
    for axis in after:
        for name in axis.strip("()").split():
            if name not in sizes:
                raise Refusal("invalid-argument", f"`pattern` has no axis `{name}` on its left", at="pattern", other=0)
            if sizes[name] is None:  # Keras 3.15 multiplies the sizes, even of axes that stay alone
                message = f"`{call.type}` needs every size known, but `{name}` is open in {x.shape}"
                raise Refusal("channels-unknown", message, at=0, help="use `Permute` and `Reshape`")
        output.append(product(sizes[name] for name in axis.strip("()").split()))
    return one(tuple(output), x.dtype)


def rot90(call: Call) -> Outcome:
    """The plane of two axes turned by right angles. Keras 3.15 swaps their sizes for every `k`."""
    x, axes = operand(call), _integers(call.get("axes", [0, 1]))
    if x.shape is None:
        return one(None, x.dtype)
    if len(x.shape) < 2:
        raise Refusal("rank-mismatch", f"`{call.type}` needs an input of at least 2 axes, got {x.shape}", at=0)
    if len(axes) != 2 or axes[0] == axes[1]:
        raise Refusal("invalid-argument", f"`axes` needs two different axes, got {axes}", at="axes")
    i, j = (axis_of(call, x.shape, axis, "axes") for axis in axes)
    sizes = list(x.shape)
    sizes[i], sizes[j] = sizes[j], sizes[i]
    return one(tuple(sizes), x.dtype)


def diff(call: Call) -> Outcome:
    """What `n` times taking differences along `axis` leaves."""
    x, axis, count = operand(call), call.get("axis", -1), call.get("n", 1)
    if x.shape is None or not isinstance(axis, int) or not isinstance(count, int):
        return one(None, x.dtype)
    place = axis_of(call, x.shape, axis)
    size = x.shape[place]
    return one((*x.shape[:place], None if size is None else max(size - count, 0), *x.shape[place + 1 :]), x.dtype)


def glu(call: Call) -> Outcome:
    """One half of `axis` gated by the other."""
    x, axis = operand(call), call.get("axis", -1)
    if x.shape is None or not isinstance(axis, int):
        return one(None, x.dtype)
    place = axis_of(call, x.shape, axis)
    size = x.shape[place]
    if size is not None and size % 2:
        message = f"axis {axis} of {x.shape} is not divisible into 2 parts"
        raise Refusal("sections-do-not-divide", message, at="axis", other=0)
    return one((*x.shape[:place], None if size is None else size // 2, *x.shape[place + 1 :]), x.dtype)


def _reduced(call: Call, shape: Shape, axes: tuple[int, ...]) -> Shape:
    if call.flag("keepdims"):
        return tuple(1 if i in axes else size for i, size in enumerate(shape))
    return tuple(size for i, size in enumerate(shape) if i not in axes)


def moments(call: Call) -> Outcome:
    """Mean and variance over `axes`."""
    x = operand(call)
    shape = None
    if x.shape is not None:
        axes = tuple(axis_of(call, x.shape, axis, "axes") for axis in _integers(call.get("axes")))
        shape = _reduced(call, x.shape, axes)
    return Outcome((TensorType(shape, x.dtype),) * 2)


def multi_hot(call: Call) -> Outcome:
    """Integers -> a vector of `num_classes` for each row. Keras 3.15 keeps the integers' dtype."""
    x, classes, axis = operand(call), integer(call, "num_classes"), call.get("axis", -1)
    if x.shape is None or not isinstance(axis, int):
        return one(None, x.dtype)
    if not -1 <= axis < len(x.shape):
        raise Refusal("axis-out-of-range", f"`{call.type}` has no place {axis} in {x.shape}", at="axis", other=0)
    place = len(x.shape) if axis == -1 else axis
    shape = (*x.shape[:place], classes, *x.shape[place:])
    # Keras 3.15 drops the axis after the batch, whichever `axis` names.
    return one(shape[-1:] if len(shape) == 2 else (shape[0], *shape[2:]), x.dtype)


def quantile(call: Call) -> Outcome:
    """The numbers below which the shares `q` lie, for several shares on a new first axis."""
    x, q = operand(call), call.get("q")
    several = isinstance(q, list | tuple) and (call.type == "ops.percentile" or len(q) > 1)
    dtype = "float32" if x.dtype == "int64" else floating(x.dtype)
    if x.shape is None:
        return one(None, dtype)
    shape = _reduced(call, x.shape, axes_of(call, x.shape))
    return one((len(q), *shape) if several and isinstance(q, list | tuple) else shape, dtype)


def segments(call: Call) -> Outcome:
    """Rows of `data` summarized by the number of their segment."""
    data, ids = named(call, "data", "segment_ids")
    count = None if call.get("num_segments") is None else integer(call, "num_segments", 0)
    if ids.shape is not None and len(ids.shape) != 1:
        message = f"`segment_ids` needs one axis, the batch, got {ids.shape}"
        raise Refusal("rank-mismatch", message, at=1, other=0)
    if data.shape is None:
        return one(None, data.dtype)
    if not data.shape:
        raise Refusal("rank-mismatch", f"`{call.type}` needs an input of at least 1 axis, got ()", at=0)
    return one((count, *data.shape[1:]), data.dtype)


def trapezoid(call: Call) -> Outcome:
    """The integral along `axis`."""
    y = named(call, "y", optional=("x",))[0]
    axis = call.get("axis", -1)
    dtype = floating(y.dtype)
    if y.shape is None or not isinstance(axis, int):
        return one(None, dtype)
    if not y.shape:
        return one((), dtype)
    place = axis_of(call, y.shape, axis)
    shape = (*y.shape[:place], *y.shape[place + 1 :])
    return one(shape, dtype, (), times(y.shape[place], product(shape[1:])))
