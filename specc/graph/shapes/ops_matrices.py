"""Shapes of the functions of `keras.ops` on matrices, the last two axes: factors, inverses, diagonals."""

from specc.graph.graph import TensorType
from specc.graph.shapes.operands import floating, named, operand
from specc.graph.shapes.rule import INTEGERS, Call, Outcome, Refusal, Shape, axis_of, choice, one


def _matrix(call: Call, x: TensorType, *, square: bool = False, closed: bool = False) -> Shape | None:
    """The shape of `x`, which must have two axes or more, the last two equal if `square` and known if `closed`."""
    shape = x.shape
    if shape is None:
        return None
    if len(shape) < 2:
        raise Refusal("rank-mismatch", f"`{call.type}` needs an input of at least 2 axes, got {shape}", at=0)
    if square and shape[-1] != shape[-2]:
        raise Refusal("shape-mismatch", f"`{call.type}` needs square matrices, got {shape}", at=0)
    if closed and None in shape[-2:]:
        raise Refusal("channels-unknown", f"`{call.type}` needs matrices of known size, got {shape}", at=0)
    return shape


def squared(call: Call) -> Outcome:
    """A square matrix -> a matrix of the same size: `inv`, `cholesky`."""
    x = operand(call)
    return one(_matrix(call, x, square=True), x.dtype, (), None)


def determinant(call: Call) -> Outcome:
    """A square matrix -> a number."""
    x = operand(call)
    shape = _matrix(call, x, square=True)
    return one(None if shape is None else shape[:-2], x.dtype, (), None)


def log_determinant(call: Call) -> Outcome:
    """A matrix -> a number. Keras 3.15 looks at nothing but the leading axes."""
    x = operand(call)
    return one(None if x.shape is None else x.shape[:-2], x.dtype, (), None)


def signed_log_determinant(call: Call) -> Outcome:
    """A matrix -> a sign, which Keras 3.15 takes for a single one, and a number."""
    x = operand(call)
    shape = None if x.shape is None else x.shape[:-2]
    return Outcome((TensorType((), x.dtype), TensorType(shape, x.dtype)), (), None)


def eigen(call: Call) -> Outcome:
    """A square matrix -> its eigenvalues and eigenvectors."""
    x = operand(call)
    shape = _matrix(call, x, square=True)
    values = None if shape is None else shape[:-1]
    return Outcome((TensorType(values, x.dtype), TensorType(shape, x.dtype)), (), None)


def pseudo_inverse(call: Call) -> Outcome:
    """Matrices (…, m, n) -> (…, n, m)."""
    x = operand(call)
    shape = _matrix(call, x)
    return one(None if shape is None else (*shape[:-2], shape[-1], shape[-2]), x.dtype, (), None)


def orthogonal(call: Call) -> Outcome:
    """`qr`: matrices (…, m, n) -> an orthogonal and a triangular factor."""
    mode = choice(call, "mode", ("reduced", "complete"), "reduced")
    x = operand(call)
    shape = _matrix(call, x, closed=True)
    if shape is None:
        return Outcome((TensorType(None, x.dtype),) * 2, (), None)
    m, n = _sizes(shape)
    k = min(m, n) if mode == "reduced" else m
    shapes = ((*shape[:-2], m, k), (*shape[:-2], k, n))
    return Outcome(tuple(TensorType(each, x.dtype) for each in shapes), (), None)


def singular(call: Call) -> Outcome:
    """`svd`: matrices (…, m, n) -> left vectors, values and right vectors, or the values alone."""
    x = operand(call)
    shape = _matrix(call, x, closed=True)
    vectors = call.flag("compute_uv", True)
    if shape is None:
        return Outcome((TensorType(None, x.dtype),) * (3 if vectors else 1), (), None)
    (m, n), lead = _sizes(shape), shape[:-2]
    k = min(m, n)
    full = call.flag("full_matrices", True)
    shapes = [(*lead, m, m if full else k), (*lead, k), (*lead, n if full else k, n)]
    return Outcome(tuple(TensorType(each, x.dtype) for each in (shapes if vectors else shapes[1:2])), (), None)


def _sizes(shape: Shape) -> tuple[int, int]:
    m, n = shape[-2:]
    return m or 0, n or 0


def solved(call: Call) -> Outcome:
    """The x of `a` times x = `b`."""
    a, b = named(call, "a", "b")
    left, right = _matrix(call, a, square=True), b.shape
    if left is None or right is None:
        return one(right, b.dtype, (), None)
    if not right:
        raise Refusal("rank-mismatch", f"`{call.type}` needs an input of at least 1 axis, got ()", at=1)
    equal, fewer = len(left) == len(right), len(left) == len(right) - 1
    if (equal and left[-2] != right[-2]) or (fewer and left[-1] != right[-1]):
        message = f"`{call.type}` needs as many equations as results, got {left} and {right}"
        raise Refusal("shape-mismatch", message, at=1, other=0)
    return one(right, b.dtype, (), None)


def correlation(call: Call) -> Outcome:
    """`corrcoef`, which Keras 3.15 takes to keep the shape."""
    x = operand(call)
    return one(x.shape, "float64" if x.dtype == "int64" else floating(x.dtype), (), None)


def _plane(call: Call, shape: Shape) -> tuple[int, int]:
    axes = [call.get(name, default) for name, default in (("axis1", 0), ("axis2", 1))]
    first, second = (
        axis_of(call, shape, axis if isinstance(axis, int) else 0, f"axis{i}") for i, axis in enumerate(axes, start=1)
    )
    if first == second:
        raise Refusal("invalid-argument", f"`axis1` and `axis2` need different axes, got {axes[0]} twice", at="axis2")
    return first, second


def diagonal(call: Call) -> Outcome:
    """The diagonal of the plane of two axes, on a new last axis."""
    x = operand(call)
    if x.shape is None:
        return one(None, x.dtype)
    first, second = _plane(call, x.shape)
    rows, columns = x.shape[first], x.shape[second]
    offset = call.get("offset", 0)
    length = None
    if rows is not None and columns is not None and isinstance(offset, int):
        length = max(0, min(columns - offset if offset > 0 else rows + offset, rows, columns))
    return one((*_without(x.shape, first, second), length), x.dtype)


def trace(call: Call) -> Outcome:
    """The sum of a diagonal; small integers grow."""
    x = operand(call)
    small = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}
    dtype = small.get(x.dtype, x.dtype) if x.dtype in (*INTEGERS, "bool") and x.dtype is not None else x.dtype
    return one(None if x.shape is None else _without(x.shape, *_plane(call, x.shape)), dtype)


def _without(shape: Shape, *axes: int) -> Shape:
    return tuple(size for i, size in enumerate(shape) if i not in axes)
