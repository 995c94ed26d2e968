"""Shapes of the functions of `keras.ops` that specs may use as layers. They have no weights."""

from collections.abc import Mapping
from types import MappingProxyType

from specc.graph.graph import UNKNOWN, TensorType
from specc.graph.shapes import ops_arranging, ops_matrices, ops_products, ops_selecting, ops_signals
from specc.graph.shapes.operands import axes_of, floating, operand, operands, promoted, stretched
from specc.graph.shapes.rule import FLOATS, Call, Outcome, Refusal, Rule, Shape, one, product, times


def same(call: Call) -> Outcome:
    """A function of each number with results of the same kind, such as `abs`."""
    return Outcome((operand(call),))


def fraction(call: Call) -> Outcome:
    """A function of each number with fractions as results."""
    x = operand(call)
    return one(x.shape, floating(x.dtype))


def widened(call: Call) -> Outcome:
    """A function of each number that makes integers of booleans."""
    x = operand(call)
    return one(x.shape, "int32" if x.dtype == "bool" else x.dtype)


def wide_fraction(call: Call) -> Outcome:
    """A function of each number with fractions as results, long ones of long integers."""
    x = operand(call)
    return one(x.shape, "float64" if x.dtype == "int64" else floating(x.dtype))


def plain_fraction(call: Call) -> Outcome:
    """A function whose results Keras 3.15 always takes for float32."""
    return one(operand(call).shape, "float32")


def test(call: Call) -> Outcome:
    """A question about each number: booleans."""
    return one(operand(call).shape, "bool")


def _pair(call: Call) -> tuple[Shape | None, str | None]:
    inputs = operands(call)
    number = next((value for name in ("x1", "x2") if isinstance(value := call.get(name), int | float)), None)
    if len(inputs) == 1 and number is not None:
        x = inputs[0]
        fractional = isinstance(number, float) and x.dtype not in FLOATS
        return x.shape, ("float32" if x.dtype else None) if fractional else x.dtype
    if len(inputs) != 2:
        raise Refusal("wrong-input-count", f"`{call.type}` takes two inputs, got {len(inputs)}", at=0)
    a, b = inputs
    dtype = promoted(a.dtype, b.dtype)
    if a.shape is None or b.shape is None:
        return None, dtype
    shape = stretched(a.shape, b.shape)
    if shape is None:
        message = f"`{call.type}` needs shapes that broadcast, got {a.shape} and {b.shape}"
        raise Refusal("shape-mismatch", message, at=1, other=0)
    return shape, dtype


def binary(call: Call) -> Outcome:
    """An operation on two tensors that broadcast, or on one and a number."""
    shape, dtype = _pair(call)
    return one(shape, dtype)


def quotient(call: Call) -> Outcome:
    """A division: fractions even of integers."""
    shape, dtype = _pair(call)
    return one(shape, floating(dtype))


def remainder(call: Call) -> Outcome:
    """What a division leaves."""
    shape, dtype = _pair(call)
    return one(shape, "int32" if dtype == "bool" else dtype)


def mixed(call: Call) -> Outcome:
    """An operation with fractions as results, long ones of long integers, but booleans of booleans."""
    shape, dtype = _pair(call)
    return one(shape, dtype if dtype == "bool" else "float64" if dtype == "int64" else floating(dtype))


def comparison(call: Call) -> Outcome:
    """A question about two numbers: booleans."""
    return one(_pair(call)[0], "bool")


def _reduced(call: Call) -> Shape | None:
    x = operand(call)
    if x.shape is None:
        return None
    axes = axes_of(call, x.shape)
    if call.flag("keepdims"):
        return tuple(1 if i in axes else size for i, size in enumerate(x.shape))
    return tuple(size for i, size in enumerate(x.shape) if i not in axes)


def selection(call: Call) -> Outcome:
    """A reduction to one of the numbers, as `max`."""
    return one(_reduced(call), operand(call).dtype)


def total(call: Call) -> Outcome:
    """A reduction to a sum or product; small integers grow to int32."""
    dtype = operand(call).dtype
    grown = "int32" if dtype in ("bool", "int8", "int16") else "uint32" if dtype in ("uint8", "uint16") else dtype
    return one(_reduced(call), grown)


def average(call: Call) -> Outcome:
    """A reduction to a fraction, as `mean`."""
    return one(_reduced(call), floating(operand(call).dtype))


def logarithm(call: Call) -> Outcome:
    """The logarithm of a sum of exponentials, which Keras 3.15 always takes for float32."""
    return one(_reduced(call), "float32")


def along(call: Call) -> Outcome:
    """A function of each row along `axis`, such as `softmax` or `flip`."""
    x = operand(call)
    given = call.get("axis")
    if x.shape is not None and given is not None:
        axes_of(call, x.shape)
    return Outcome((x,))


def verdict(call: Call) -> Outcome:
    """A reduction to a boolean."""
    return one(_reduced(call), "bool")


def position(call: Call) -> Outcome:
    """A reduction to the place of a number."""
    return one(_reduced(call), "int32")


def cumulative(call: Call) -> Outcome:
    """Running sums along `axis`; without it everything is flattened."""
    x = operand(call)
    dtype = "int32" if x.dtype == "bool" else x.dtype
    if x.shape is None:
        return one(None, dtype)
    if call.get("axis") is None:
        return one((product(x.shape),), dtype)
    axes_of(call, x.shape)
    return one(x.shape, dtype)


def matmul(call: Call) -> Outcome:
    """The matrix product of two tensors, leading axes broadcast."""
    inputs = operands(call)
    if len(inputs) != 2:
        raise Refusal("wrong-input-count", f"`{call.type}` takes two inputs, got {len(inputs)}", at=0)
    dtype = promoted(inputs[0].dtype, inputs[1].dtype)
    a, b = inputs[0].shape, inputs[1].shape
    if a is None or b is None:
        return Outcome((TensorType(None, dtype),), (), None)
    if not a or not b:
        raise Refusal("rank-mismatch", f"`{call.type}` needs at least one axis, got {a} and {b}", at=1, other=0)
    left, right = a if len(a) > 1 else (1, *a), b if len(b) > 1 else (*b, 1)
    lead = stretched(left[:-2], right[:-2])
    if lead is None or (None not in (left[-1], right[-2]) and left[-1] != right[-2]):
        message = f"`{call.type}` needs inner axes that agree, got {a} and {b}"
        raise Refusal("shape-mismatch", message, at=1, other=0)
    rows: Shape = left[-2:-1] if len(a) > 1 else ()
    columns: Shape = right[-1:] if len(b) > 1 else ()
    shape = (*lead, *rows, *columns)
    return one(shape, dtype, (), times(left[-1], product(shape[1:])))


def cast(call: Call) -> Outcome:
    """The numbers in another dtype."""
    dtype = call.get("dtype")
    return one(operand(call).shape, dtype if isinstance(dtype, str) else None)


def where(call: Call) -> Outcome:
    """Numbers of one tensor or the other, as a condition says."""
    inputs = operands(call)
    if len(inputs) != 3:
        return Outcome((UNKNOWN,), (), 0)
    shape: Shape | None = inputs[0].shape
    for i, x in enumerate(inputs[1:], start=1):
        if shape is None or x.shape is None:
            return one(None, promoted(inputs[1].dtype, inputs[2].dtype))
        merged = stretched(shape, x.shape)
        if merged is None:
            message = f"`{call.type}` needs shapes that broadcast, got {shape} and {x.shape}"
            raise Refusal("shape-mismatch", message, at=i, other=0)
        shape = merged
    return one(shape, promoted(inputs[1].dtype, inputs[2].dtype))


_GROUPS: Mapping[Rule, str] = MappingProxyType(
    {
        same: "abs celu conj elu erf erfinv fliplr flipud gelu hard_shrink hard_sigmoid hard_silu hard_tanh imag "
        "leaky_relu log_sigmoid nan_to_num negative ones_like real relu relu6 round rsqrt selu sigmoid sign silu "
        "soft_shrink softplus softsign sparse_plus sparse_sigmoid squareplus stop_gradient tanh_shrink threshold tril "
        "triu trunc zeros_like",
        along: "flip log_softmax roll softmax sort sparsemax",
        widened: "clip square",
        fraction: "angle arccos arccosh arcsin arcsinh arctan arctanh ceil cos cosh erfc exp exp2 expm1 floor log "
        "log10 log1p log2 sin sinc sinh sqrt tan tanh",
        wide_fraction: "cbrt deg2rad rad2deg",
        plain_fraction: "normalize reciprocal",
        test: "isfinite isinf isnan logical_not",
        binary: "add floor_divide fmax fmin maximum minimum multiply power subtract",
        remainder: "fmod mod",
        mixed: "heaviside hypot",
        quotient: "arctan2 divide divide_no_nan logaddexp logaddexp2",
        comparison: "equal greater greater_equal less less_equal logical_and logical_or logical_xor not_equal",
        selection: "max min nanmax nanmin ptp",
        total: "nanprod nansum prod sum",
        average: "mean median nanmean nanmedian nanstd nanvar norm std var",
        logarithm: "logsumexp",
        verdict: "all any",
        position: "argmax argmin count_nonzero",
        cumulative: "cumprod cumsum",
        matmul: "matmul",
        cast: "cast",
        where: "where",
        ops_arranging.broadcast_to: "broadcast_to",
        ops_arranging.concatenate: "concatenate",
        ops_arranging.expand_dims: "expand_dims",
        ops_arranging.moveaxis: "moveaxis",
        ops_arranging.one_hot: "one_hot",
        ops_arranging.pad: "pad",
        ops_arranging.places: "argsort",
        ops_arranging.repeat: "repeat",
        ops_arranging.reshape: "reshape",
        ops_arranging.split: "split",
        ops_arranging.squeeze: "squeeze",
        ops_arranging.stack: "stack",
        ops_arranging.swapaxes: "swapaxes",
        ops_arranging.tile: "tile",
        ops_arranging.top_k: "top_k",
        ops_arranging.transpose: "transpose",
        ops_arranging.unstack: "unstack",
        ops_matrices.correlation: "corrcoef",
        ops_matrices.determinant: "det",
        ops_matrices.diagonal: "diagonal",
        ops_matrices.eigen: "eigh",
        ops_matrices.log_determinant: "logdet",
        ops_matrices.orthogonal: "qr",
        ops_matrices.pseudo_inverse: "pinv",
        ops_matrices.signed_log_determinant: "slogdet",
        ops_matrices.singular: "svd",
        ops_matrices.solved: "solve",
        ops_matrices.squared: "cholesky cholesky_inverse inv",
        ops_matrices.trace: "trace",
        ops_products.attention: "dot_product_attention",
        ops_products.cross: "cross",
        ops_products.distances: "cdist",
        ops_products.dot: "dot",
        ops_products.inner: "inner",
        ops_products.kron: "kron",
        ops_products.outer: "outer",
        ops_products.scalar_product: "vdot",
        ops_products.tensordot: "tensordot",
        ops_selecting.array_split: "array_split",
        ops_selecting.diff: "diff",
        ops_selecting.glu: "glu",
        ops_selecting.moments: "moments",
        ops_selecting.multi_hot: "multi_hot",
        ops_selecting.quantile: "percentile quantile",
        ops_selecting.rearrange: "rearrange",
        ops_selecting.rot90: "rot90",
        ops_selecting.segments: "segment_max segment_sum",
        ops_selecting.slice_: "slice",
        ops_selecting.take: "take",
        ops_selecting.take_along: "take_along_axis",
        ops_selecting.trapezoid: "trapezoid",
        ops_signals.as_complex: "view_as_complex",
        ops_signals.as_real: "view_as_real",
        ops_signals.depth_to_space: "depth_to_space",
        ops_signals.extract_sequences: "extract_sequences",
        ops_signals.fourier: "rfft",
        ops_signals.pool: "average_pool max_pool",
        ops_signals.short_time_fourier: "stft",
        ops_signals.space_to_depth: "space_to_depth",
        ops_signals.unfold: "unfold",
    }
)
OPS: dict[str, Rule] = {f"ops.{name}": rule for rule, names in _GROUPS.items() for name in names.split()}
