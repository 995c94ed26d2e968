"""Shapes of the functions of `keras.ops` that multiply two tensors and sum: dot, inner, outer, tensordot, attention."""

from specc.graph.graph import TensorType
from specc.graph.shapes.operands import floating, named, promoted, stretched
from specc.graph.shapes.rule import Call, Outcome, Refusal, Shape, Size, axis_of, one, product, times


def _factors(call: Call) -> tuple[TensorType, TensorType, str | None]:
    a, b = named(call, "x1", "x2")
    return a, b, promoted(a.dtype, b.dtype)


def _disagree(call: Call, a: Shape, b: Shape) -> Refusal:
    return Refusal("shape-mismatch", f"`{call.type}` needs inner axes that agree, got {a} and {b}", at=1, other=0)


def dot(call: Call) -> Outcome:
    """The last axis of `x1` against the last but one of `x2`, or against its only one."""
    x1, x2, dtype = _factors(call)
    a, b = x1.shape, x2.shape
    if a is None or b is None:
        return one(None, dtype, (), None)
    if not a or not b:
        return one(a or b, dtype)
    inner = b[-2] if len(b) > 1 else b[0]
    open_ = len(b) > 1 and None in (a[-1], inner)
    if a[-1] != inner and not open_ and not len(a) == len(b) == 1:
        raise _disagree(call, a, b)
    shape = (*a[:-1], *b[:-2], *b[-1:]) if len(b) > 1 else a[:-1]
    return one(shape, dtype, (), times(a[-1], product(shape[1:])))


def inner(call: Call) -> Outcome:
    """The last axes of both against each other."""
    x1, x2, dtype = _factors(call)
    a, b = x1.shape, x2.shape
    if a is None or b is None:
        return one(None, dtype, (), None)
    if not a or not b:
        return one(a or b, dtype)
    if None not in (a[-1], b[-1]) and a[-1] != b[-1]:
        raise _disagree(call, a, b)
    shape = (*a[:-1], *b[:-1])
    return one(shape, dtype, (), times(a[-1], product(shape[1:])))


def outer(call: Call) -> Outcome:
    """Every number of `x1` with every number of `x2`."""
    x1, x2, dtype = _factors(call)
    if x1.shape is None or x2.shape is None:
        return one((None, None), dtype, (), None)
    shape = (product(x1.shape), product(x2.shape))
    return one(shape, dtype, (), product(shape))


def kron(call: Call) -> Outcome:
    """Every number of `x1` times the whole of `x2`, in place."""
    x1, x2, dtype = _factors(call)
    if x1.shape is None or x2.shape is None:
        return one(None, dtype, (), None)
    # Keras 3.15 pairs the axes from the left and drops those that are left over.
    shape = tuple(times(i, j) for i, j in zip(x1.shape, x2.shape, strict=False))
    return one(shape, dtype, (), product(shape[1:]))


def scalar_product(call: Call) -> Outcome:
    """All numbers of both against each other: a single number."""
    x1, _, dtype = _factors(call)
    return one((), dtype, (), None if x1.shape is None else product(x1.shape))


def tensordot(call: Call) -> Outcome:
    """The last `axes` axes of `x1` against the first of `x2`, or those that two lists name."""
    x1, x2, dtype = _factors(call)
    a, b = x1.shape, x2.shape
    if a is None or b is None:
        return one(None, dtype, (), None)
    axes = call.get("axes", 2)
    if isinstance(axes, int):
        count = max(axes, 0)  # Keras 3.15 compares the sizes at the first batch only
        lefts, rights = list(range(max(len(a) - count, 0), len(a))), list(range(min(count, len(b))))
    else:
        lists = axes if isinstance(axes, list | tuple) and len(axes) == 2 else [[], []]
        lefts, rights = (
            [axis_of(call, shape, i, "axes") for i in _as_list(given) if isinstance(i, int)]
            for shape, given in zip((a, b), lists, strict=True)
        )
    pairs = zip((a[i] for i in lefts), (b[j] for j in rights), strict=False)
    if len(lefts) != len(rights) or any(None not in pair and pair[0] != pair[1] for pair in pairs):
        raise _disagree(call, a, b)
    rest = (*(size for i, size in enumerate(a) if i not in lefts), *(s for j, s in enumerate(b) if j not in rights))
    return one(rest, dtype, (), times(product(rest[1:]), product(a[i] for i in lefts)))


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def cross(call: Call) -> Outcome:
    """The cross product of vectors of two or three numbers."""
    x1, x2, dtype = _factors(call)
    if x1.shape is None or x2.shape is None:
        return one(None, dtype)
    axis = call.get("axis")
    sizes: list[Size] = []
    rests: list[Shape] = []
    for name, shape in (("axisa", x1.shape), ("axisb", x2.shape)):
        given = call.get(name, -1) if axis is None else axis
        place = axis_of(call, shape, given if isinstance(given, int) else -1, name if axis is None else "axis")
        if shape[place] not in (2, 3, None):
            message = f"`{call.type}` needs vectors of 2 or 3 numbers, got {shape[place]} on axis {place} of {shape}"
            raise Refusal("shape-mismatch", message, at=len(sizes))
        sizes.append(shape[place])
        rests.append((*shape[:place], *shape[place + 1 :]))
    rest = stretched(*rests)
    if rest is None:
        message = f"`{call.type}` needs shapes that broadcast, got {x1.shape} and {x2.shape}"
        raise Refusal("shape-mismatch", message, at=1, other=0)
    vector: Shape = (3,) if 3 in sizes else ()
    given = call.get("axisc", -1) if axis is None else axis
    last = given if isinstance(given, int) else -1
    place = axis_of(call, (*rest, *vector), last, "axisc" if axis is None else "axis")
    return one((*rest[:place], *vector, *rest[place:]), dtype)


def distances(call: Call) -> Outcome:
    """`cdist`: from every row of one to every row of the other."""
    x, y = named(call, "x", "y")
    dtype = floating(promoted(x.dtype, y.dtype))
    a, b = x.shape, y.shape
    if a is None or b is None:
        return one(None, dtype, (), None)
    for at, shape in enumerate((a, b)):
        if len(shape) < 2:
            raise Refusal("rank-mismatch", f"`{call.type}` needs inputs of at least 2 axes, got {shape}", at=at)
    lead = stretched(a[:-2], b[:-2])
    if lead is None or (None not in (a[-1], b[-1]) and a[-1] != b[-1]):
        raise _disagree(call, a, b)
    shape = (*lead, a[-2], b[-2])
    return one(shape, dtype, (), times(a[-1], product(shape[1:])))


def attention(call: Call) -> Outcome:
    """Queries, keys and values (batch, length, heads, features) -> the queries' shape."""
    if call.get("attn_logits_soft_cap") is not None:
        raise Refusal("invalid-argument", "`attn_logits_soft_cap` is not for TensorFlow", at="attn_logits_soft_cap")
    query, key, value = named(call, "query", "key", "value", optional=("bias", "mask"))[:3]
    q, k, v = query.shape, key.shape, value.shape
    dtype = promoted(promoted(query.dtype, key.dtype), value.dtype)
    work = None
    if q is not None and k is not None and v is not None and len(q) == len(k) == len(v) == 4:
        work = times(q[1], q[2], k[1], None if q[3] is None or v[3] is None else q[3] + v[3])
    return one(q, dtype, (), work)
