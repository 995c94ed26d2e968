"""Shapes of the layers that merge a list of tensors: element by element, end to end, by inner product."""

from collections.abc import Sequence

from specc.graph.graph import TensorType
from specc.graph.shapes.rule import Call, Outcome, Refusal, Shape, Size, one, plus, tensors, times, unknown


def elementwise(call: Call) -> Outcome:
    """`Add`, `Multiply`, `Average`, `Maximum`, `Minimum`, `Subtract`: axes after the batch broadcast from the right."""
    inputs = tensors(call)
    if not inputs:
        raise Refusal("wrong-input-count", f"`{call.type}` needs at least one input", at=None)
    if call.type == "Subtract" and len(inputs) != 2:
        raise Refusal("wrong-input-count", f"`Subtract` takes two inputs, got {len(inputs)}", at=0)
    shapes = [x.shape for x in inputs if x.shape is not None]
    if len(shapes) < len(inputs):
        return one(None, call.compute_dtype)
    for i, x in enumerate(inputs):
        if not x.shape:
            raise Refusal("rank-mismatch", f"`{call.type}` needs inputs with a batch axis, got ()", at=i)
    batches = {shape[0] for shape in shapes} - {None}
    if len(batches) > 1:
        raise _mismatch(call, inputs, len(inputs) - 1)
    result = shapes[0][1:]
    for i, shape in enumerate(shapes[1:], start=1):
        merged = broadcast(result, shape[1:])
        if merged is None:
            raise _mismatch(call, inputs, i)
        result = merged
    return one((batches.pop() if batches else None, *result), call.compute_dtype)


def _mismatch(call: Call, inputs: tuple[TensorType, ...], at: int) -> Refusal:
    first, second = inputs[0].shape, inputs[at].shape
    ranks_differ = first is not None and second is not None and len(first) != len(second)
    help_ = "bring both to the same number of axes, by `Flatten`, `Reshape` or a pooling layer" if ranks_differ else ""
    message = f"`{call.type}` needs equal shapes, got {first} and {second}"
    return Refusal("shape-mismatch", message, at=at, other=0, help=help_)


def broadcast(a: Shape, b: Shape) -> Shape | None:
    """The shape of an operation on both, axes paired from the right, 1 stretched; None if they do not fit."""
    if len(a) < len(b):
        a, b = b, a
    lead = len(a) - len(b)
    sizes: list[Size] = list(a[:lead])
    for i, j in zip(a[lead:], b, strict=True):
        if i is None or j is None:
            sizes.append(None)
        elif i != j and 1 not in (i, j):
            return None
        else:
            sizes.append(j if i == 1 else i)
    return tuple(sizes)


def _disagreeing(shapes: Sequence[Shape], joint: int) -> tuple[int, int] | None:
    """The first input with another size than one before it on an axis other than `joint`, and that one."""
    known: dict[int, int] = {}  # for each axis, the first input whose size there is known
    for i, shape in enumerate(shapes):
        for k, size in enumerate(shape):
            if k != joint and size is not None and shapes[known.setdefault(k, i)][k] != size:
                return i, known[k]
    return None


def concatenate(call: Call) -> Outcome:
    """The inputs end to end along `axis`; all other axes are equal."""
    inputs = tensors(call)
    if not inputs:
        raise Refusal("wrong-input-count", "`Concatenate` needs at least one input", at=None)
    axis = call.get("axis", -1)
    if not isinstance(axis, int):
        raise Refusal("invalid-argument", f"`axis` needs an integer, got {axis}", at="axis")
    shapes = [x.shape for x in inputs if x.shape is not None]
    if len(shapes) < len(inputs):
        return one(None, call.compute_dtype)
    first = shapes[0]
    for i, shape in enumerate(shapes):
        if len(shape) != len(first):
            message = f"`Concatenate` needs inputs of equally many axes, got {first} and {shape}"
            raise Refusal("rank-mismatch", message, at=i, other=0)
        if not -len(shape) <= axis < len(shape):
            raise Refusal("axis-out-of-range", f"`Concatenate` has no axis {axis} in {shape}", at="axis", other=i)
    joint = axis % len(first)
    pair = _disagreeing(shapes, joint)
    if pair is not None:
        i, j = pair
        message = f"`Concatenate` along axis {axis} needs all other axes equal, got {shapes[j]} and {shapes[i]}"
        raise Refusal("shape-mismatch", message, at=i, other=j)
    total = plus(*(shape[joint] for shape in shapes))
    return one((*first[:joint], total, *first[joint + 1 :]), call.compute_dtype)


def dot(call: Call) -> Outcome:
    """The inner products of two tensors along one axis of each."""
    given = call.get("axes")
    pair = given if isinstance(given, list | tuple) else [given, given]
    wanted = [axis for axis in pair if isinstance(axis, int) and not isinstance(axis, bool)]
    if len(pair) != 2 or len(wanted) != 2:
        raise Refusal("invalid-argument", f"`axes` needs an integer or two integers, got {given}", at="axes")
    inputs = tensors(call)
    if len(inputs) != 2:
        raise Refusal("wrong-input-count", f"`Dot` takes two inputs, got {len(inputs)}", at=0)
    a, b = inputs[0].shape, inputs[1].shape
    if a is None or b is None:
        return unknown()
    for at, shape in enumerate((a, b)):
        if len(shape) < 2:
            raise Refusal("rank-mismatch", f"`Dot` needs inputs of at least 2 axes, got {shape}", at=at)
    i, j = _dot_axis(a, wanted[0], 0, given), _dot_axis(b, wanted[1], 1, given)
    if a[i] != b[j]:
        message = f"`Dot` needs axis {i} of {a} and axis {j} of {b} to be equal, got {a[i]} and {b[j]}"
        raise Refusal("shape-mismatch", message, at=1, other=0)
    rest = b[:j] + b[j + 1 :]
    shape = (*a[:i], *a[i + 1 :], *rest[1:])
    output = (*shape, 1) if len(shape) == 1 else shape
    return one(output, call.compute_dtype, (), times(a[i], *output[1:]))


def _dot_axis(shape: Shape, axis: int, which: int, given: object) -> int:
    negative_single = isinstance(given, int) and axis < 0  # Keras wraps a single negative axis round by modulo
    if not negative_single and not -len(shape) <= axis < len(shape):
        raise Refusal("axis-out-of-range", f"`Dot` has no axis {axis} in {shape}", at="axes", other=which)
    return axis % len(shape)
