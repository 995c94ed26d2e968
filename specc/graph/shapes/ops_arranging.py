"""Shapes of the functions of `keras.ops` that arrange numbers: reshape, transpose, split, stack, pad, repeat."""

import itertools

from specc.component import Argument
from specc.graph.graph import TensorType
from specc.graph.shapes.operands import axes_of, operand, operands, promoted
from specc.graph.shapes.reshaping import reshaped
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Shape,
    Size,
    axis_of,
    bounded,
    integer,
    one,
    plus,
    product,
    times,
)


def reshape(call: Call) -> Outcome:
    """To `newshape`, which includes the batch, written -1."""
    x = operand(call)
    given = call.get("newshape")
    items = given if isinstance(given, list | tuple) else [given]
    target = tuple(item for item in items if isinstance(item, int))
    return one(None if x.shape is None else reshaped(call, x.shape, target, "newshape"), x.dtype)


def transpose(call: Call) -> Outcome:
    """The axes in the order `axes`, reversed without it."""
    x = operand(call)
    if x.shape is None:
        return one(None, x.dtype)
    given = call.get("axes")
    if given is None:
        return one(x.shape[::-1], x.dtype)
    items = given if isinstance(given, list | tuple) else [given]
    axes = [axis_of(call, x.shape, item, "axes") for item in items if isinstance(item, int)]
    if sorted(axes) != list(range(len(x.shape))):
        raise Refusal("invalid-argument", f"`axes` needs every axis of {x.shape} once, got {given}", at="axes", other=0)
    return one(tuple(x.shape[axis] for axis in axes), x.dtype)


def expand_dims(call: Call) -> Outcome:
    """A new axis of size 1."""
    x = operand(call)
    if x.shape is None:
        return one(None, x.dtype)
    given = call.get("axis")
    items = [item for item in (given if isinstance(given, list | tuple) else [given]) if isinstance(item, int)]
    rank = len(x.shape) + len(items)
    if any(not -rank <= item < rank for item in items):
        raise Refusal("axis-out-of-range", f"`{call.type}` has no place {given} in {x.shape}", at="axis", other=0)
    places, rest = {item % rank for item in items}, iter(x.shape)
    if len(places) < len(items):
        raise Refusal("invalid-argument", f"`axis` names a place twice, got {given}", at="axis")
    return one(tuple(1 if i in places else next(rest) for i in range(rank)), x.dtype)


def squeeze(call: Call) -> Outcome:
    """Without the axes of size 1, or without those of `axis`."""
    x = operand(call)
    if x.shape is None:
        return one(None, x.dtype)
    if call.get("axis") is None:
        return one(tuple(size for size in x.shape if size != 1), x.dtype)
    axes = axes_of(call, x.shape)
    for axis in axes:
        if x.shape[axis] != 1:
            message = f"`{call.type}` drops axes of size 1, axis {axis} of {x.shape} is {x.shape[axis]}"
            raise Refusal("shape-mismatch", message, at="axis", other=0)
    return one(tuple(size for i, size in enumerate(x.shape) if i not in axes), x.dtype)


def _listed(call: Call) -> tuple[tuple[Shape, ...] | None, str | None]:
    inputs = operands(call)
    if not inputs:
        raise Refusal("wrong-input-count", f"`{call.type}` needs at least one input")
    dtype = inputs[0].dtype
    for x in inputs[1:]:
        dtype = promoted(dtype, x.dtype)
    shapes = tuple(x.shape for x in inputs if x.shape is not None)
    return (shapes if len(shapes) == len(inputs) else None), dtype


def concatenate(call: Call) -> Outcome:
    """The inputs end to end along `axis`."""
    shapes, dtype = _listed(call)
    if shapes is None:
        return one(None, dtype)
    joint = _joint(call, shapes[0], 0)
    for i, shape in enumerate(shapes[1:], start=1):
        rest = [(a, b) for k, (a, b) in enumerate(zip(shapes[0], shape, strict=False)) if k != joint]
        if len(shape) != len(shapes[0]) or any(None not in pair and pair[0] != pair[1] for pair in rest):
            message = f"`{call.type}` needs all other axes equal, got {shapes[0]} and {shape}"
            raise Refusal("shape-mismatch", message, at=i, other=0)
    length = plus(*(shape[joint] for shape in shapes))
    return one((*shapes[0][:joint], length, *shapes[0][joint + 1 :]), dtype)


def _joint(call: Call, shape: Shape, default: int) -> int:
    axis = call.get("axis", default)
    return axis_of(call, shape, axis if isinstance(axis, int) else default)


def stack(call: Call) -> Outcome:
    """The inputs side by side on a new axis."""
    shapes, dtype = _listed(call)
    if shapes is None:
        return one(None, dtype)
    for i, shape in enumerate(shapes[1:], start=1):
        pairs = zip(shapes[0], shape, strict=False)
        if len(shape) != len(shapes[0]) or any(None not in (a, b) and a != b for a, b in pairs):
            message = f"`{call.type}` needs equal shapes, got {shapes[0]} and {shape}"
            raise Refusal("shape-mismatch", message, at=i, other=0)
    axis = _joint(call, (*shapes[0], 1), 0)
    return one((*shapes[0][:axis], len(shapes), *shapes[0][axis:]), dtype)


def one_hot(call: Call) -> Outcome:
    """A new axis of `num_classes`."""
    x, classes = operand(call), call.get("num_classes")
    axis = call.get("axis", -1)
    dtype = call.get("dtype")
    if x.shape is None or not isinstance(classes, int) or not isinstance(axis, int):
        return one(None, None)
    place = axis_of(call, (*x.shape, 1), axis)
    return one((*x.shape[:place], classes, *x.shape[place:]), dtype if isinstance(dtype, str) else "float32")


def swapaxes(call: Call) -> Outcome:
    """Two axes exchanged."""
    x, first, second = operand(call), call.get("axis1"), call.get("axis2")
    if x.shape is None or not isinstance(first, int) or not isinstance(second, int):
        return one(None, x.dtype)
    i, j = axis_of(call, x.shape, first, "axis1"), axis_of(call, x.shape, second, "axis2")
    sizes: list[Size] = list(x.shape)
    sizes[i], sizes[j] = sizes[j], sizes[i]
    return one(tuple(sizes), x.dtype)


def repeat(call: Call) -> Outcome:
    """Each row along `axis` `repeats` times."""
    x, count, axis = operand(call), call.get("repeats"), call.get("axis")
    if x.shape is None or not isinstance(count, int):
        return one(None, x.dtype)
    if not isinstance(axis, int):
        return one((times(product(x.shape), count),), x.dtype)
    place = axis_of(call, x.shape, axis)
    return one((*x.shape[:place], times(x.shape[place], count), *x.shape[place + 1 :]), x.dtype)


def broadcast_to(call: Call) -> Outcome:
    """Repeated to fit `shape`, which includes the batch."""
    x, given = operand(call), call.get("shape")
    sizes = tuple(size for size in given if isinstance(size, int)) if isinstance(given, list | tuple) else ()
    if x.shape is not None:
        fits = len(sizes) >= len(x.shape)
        pairs = zip(x.shape[::-1], sizes[::-1], strict=False)
        if not fits or any(a not in (None, 1, b) for a, b in pairs):
            message = f"`{call.type}` cannot stretch {x.shape} to {sizes}"
            raise Refusal("shape-mismatch", message, at="shape", other=0)
    return one(sizes, x.dtype)


def moveaxis(call: Call) -> Outcome:
    """Axes moved from `source` to `destination`."""
    x = operand(call)
    if x.shape is None:
        return one(None, x.dtype)
    moves = [_integers(call, x.shape, name) for name in ("source", "destination")]
    if len(moves[0]) != len(moves[1]):
        message = f"`source` and `destination` need equally many axes, got {moves[0]} and {moves[1]}"
        raise Refusal("invalid-argument", message, at="destination")
    order = [i for i in range(len(x.shape)) if i not in moves[0]]
    for place, axis in sorted(zip(moves[1], moves[0], strict=True)):
        order.insert(place, axis)
    return one(tuple(x.shape[i] for i in order), x.dtype)


def _integers(call: Call, shape: Shape, name: str) -> list[int]:
    given = call.get(name)
    items = given if isinstance(given, list | tuple) else [given]
    return [axis_of(call, shape, item, name) for item in items if isinstance(item, int)]


def pad(call: Call) -> Outcome:
    """A border of `pad_width` around every axis: one number, a pair, or a pair for each axis, the batch included."""
    x, given = operand(call), call.get("pad_width")
    if x.shape is None:
        return one(None, x.dtype)
    widths: list[Argument] = given if isinstance(given, list) else [given, given]
    if not widths:
        raise Refusal("invalid-argument", "`pad_width` needs at least one number, got []", at="pad_width")
    each = widths if isinstance(widths[0], list | tuple) else [widths]
    pairs = each * len(x.shape) if len(each) == 1 else each
    if len(pairs) != len(x.shape):
        message = f"`pad_width` needs a pair for each axis of {x.shape}, got {len(pairs)}"
        raise Refusal("invalid-argument", message, at="pad_width", other=0)
    sums = [sum(n for n in pair if isinstance(n, int)) if isinstance(pair, list | tuple) else 0 for pair in pairs]
    return one(tuple(plus(size, extra) for size, extra in zip(x.shape, sums, strict=True)), x.dtype)


def places(call: Call) -> Outcome:
    """The places of the numbers in rising order; without `axis` of all of them."""
    x, axis = operand(call), call.get("axis", -1)
    if x.shape is None:
        return one(None, "int32")
    if not isinstance(axis, int):
        return one((product(x.shape),), "int32")
    axis_of(call, x.shape, axis)
    return one(x.shape, "int32")


def split(call: Call) -> Outcome:
    """Parts along `axis`: equally many, or between the places of the cuts."""
    x, given, axis = operand(call), call.get("indices_or_sections"), call.get("axis", 0)
    cuts = [n for n in given if isinstance(n, int)] if isinstance(given, list | tuple) else None
    count = len(cuts) + 1 if cuts is not None else integer(call, "indices_or_sections")
    bounded(call, count, "indices_or_sections")
    if x.shape is None or not isinstance(axis, int):
        return Outcome((TensorType(None, x.dtype),) * count, (), 0)
    place = axis_of(call, x.shape, axis)
    size = x.shape[place]
    sizes: list[Size] = [None] * count
    if cuts is not None:
        edges: list[Size] = [0, *cuts, size]
        sizes = [None if b is None or a is None else b - a for a, b in itertools.pairwise(edges)]
        if any(part is not None and part < 0 for part in sizes):
            message = f"the cuts {cuts} do not fit axis {axis} of {x.shape}"
            raise Refusal("sections-do-not-divide", message, at="indices_or_sections", other=0)
    elif size is not None:
        if size % count:
            message = f"axis {axis} of {x.shape} is not divisible into {count} parts"
            raise Refusal("sections-do-not-divide", message, at="indices_or_sections", other=0)
        sizes = [size // count] * count
    shapes = [(*x.shape[:place], part, *x.shape[place + 1 :]) for part in sizes]
    return Outcome(tuple(TensorType(shape, x.dtype) for shape in shapes))


def tile(call: Call) -> Outcome:
    """The whole repeated, a number for each axis from the right."""
    x, given = operand(call), call.get("repeats")
    if x.shape is None:
        return one(None, x.dtype)
    counts = [n for n in (given if isinstance(given, list | tuple) else [given]) if isinstance(n, int)]
    rank = max(len(counts), len(x.shape))
    sizes = (*(1,) * (rank - len(x.shape)), *x.shape)
    return one(tuple(times(a, b) for a, b in zip(sizes, [1] * (rank - len(counts)) + counts, strict=True)), x.dtype)


def top_k(call: Call) -> Outcome:
    """The largest `k` numbers of each row and their places."""
    x, k = operand(call), call.get("k")
    shape = None if x.shape is None or not isinstance(k, int) else (*x.shape[:-1], k)
    return Outcome((TensorType(shape, x.dtype), TensorType(shape, "int32")))


def unstack(call: Call) -> Outcome:
    """One output for each entry along `axis`."""
    x, axis, count = operand(call), call.get("axis", 0), call.get("num")
    if isinstance(count, int):
        bounded(call, count, "num")
    if x.shape is None or not isinstance(axis, int):
        return Outcome((TensorType(None, x.dtype),) * (count if isinstance(count, int) else 1), (), None)
    place = axis_of(call, x.shape, axis)
    size = x.shape[place] if count is None else count
    if not isinstance(size, int):
        message = f"`{call.type}` needs a known size on axis {axis}, got {x.shape}"
        raise Refusal("channels-unknown", message, at="axis", help="give `num`", other=0)
    return Outcome((TensorType((*x.shape[:place], *x.shape[place + 1 :]), x.dtype),) * bounded(call, size, "axis"))
