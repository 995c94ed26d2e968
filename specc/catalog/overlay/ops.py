"""Functions of keras.ops that a graph may use as `ops.NAME`: pure functions from tensors to tensors, a closed list."""

from specc.catalog.entries import Entry, Extra, Family, entry
from specc.catalog.types import (
    Type,
    array,
    boolean,
    choice,
    integer,
    number,
    one_or_many,
    sizes,
    string,
)

_MAP = {
    "abs": "Size without sign.",
    "angle": "Angle of complex numbers.",
    "arccos": "Inverse cosine.",
    "arccosh": "Inverse hyperbolic cosine.",
    "arcsin": "Inverse sine.",
    "arcsinh": "Inverse hyperbolic sine.",
    "arctan": "Inverse tangent.",
    "arctanh": "Inverse hyperbolic tangent.",
    "cbrt": "Cube root.",
    "ceil": "Next whole number above.",
    "conj": "Complex conjugate.",
    "cos": "Cosine.",
    "cosh": "Hyperbolic cosine.",
    "deg2rad": "Degrees to radians.",
    "erf": "Gauss error function.",
    "erfc": "One minus the error function.",
    "erfinv": "Inverse of the error function.",
    "exp": "e to the power of the input.",
    "exp2": "2 to the power of the input.",
    "expm1": "e to the power of the input, minus one.",
    "floor": "Next whole number below.",
    "hard_sigmoid": "Sigmoid made of straight lines.",
    "hard_silu": "Swish made of straight lines.",
    "hard_tanh": "Input cut off at -1 and 1.",
    "imag": "Imaginary part.",
    "isfinite": "True where finite.",
    "isinf": "True where infinite.",
    "isnan": "True where not a number.",
    "log": "Natural logarithm.",
    "log10": "Logarithm to base 10.",
    "log1p": "Logarithm of one plus the input.",
    "log2": "Logarithm to base 2.",
    "log_sigmoid": "Logarithm of the sigmoid.",
    "logical_not": "True where false.",
    "negative": "The opposite sign.",
    "rad2deg": "Radians to degrees.",
    "real": "Real part.",
    "reciprocal": "One over the input.",
    "relu": "Rectifier: negative inputs become zero.",
    "relu6": "Rectifier with a ceiling of 6.",
    "rsqrt": "One over the square root.",
    "selu": "Scaled ELU.",
    "sigmoid": "Squeezes any number between 0 and 1.",
    "sign": "-1, 0 or 1.",
    "silu": "Input times its sigmoid.",
    "sin": "Sine.",
    "sinc": "Sine of pi x over pi x.",
    "sinh": "Hyperbolic sine.",
    "softplus": "Smooth rectifier.",
    "softsign": "Input over one plus its size.",
    "sparse_plus": "Rectifier with a short quadratic bend around zero.",
    "sparse_sigmoid": "Straight line between 0 and 1, flat outside.",
    "sqrt": "Square root.",
    "square": "Square.",
    "stop_gradient": "The same values, through which no gradient flows back.",
    "tan": "Tangent.",
    "tanh": "Squeezes any number between -1 and 1.",
    "tanh_shrink": "Input minus its tanh.",
    "trunc": "Whole part.",
    "corrcoef": "Correlation of rows.",
    "det": "Determinant of each matrix.",
    "eigh": "Eigenvalues and eigenvectors of symmetric matrices: two outputs.",
    "fliplr": "Mirrors the second axis.",
    "flipud": "Mirrors the first axis.",
    "inv": "Inverse of each matrix.",
    "logdet": "Logarithm of each determinant.",
    "slogdet": "Sign and logarithm of each determinant: two outputs.",
    "view_as_complex": "Pairs of numbers as complex numbers.",
    "view_as_real": "Complex numbers as pairs of numbers.",
}

_BINARY = {
    "add": "Sum.",
    "arctan2": "Angle of the point (x2, x1).",
    "divide": "Quotient.",
    "divide_no_nan": "Quotient, zero where the divisor is zero.",
    "equal": "True where equal.",
    "floor_divide": "Quotient without its remainder.",
    "fmax": "The larger one; a number beats not-a-number.",
    "fmin": "The smaller one; a number beats not-a-number.",
    "fmod": "Remainder with the sign of the first input.",
    "greater": "True where the first is larger.",
    "greater_equal": "True where the first is not smaller.",
    "less": "True where the first is smaller.",
    "less_equal": "True where the first is not larger.",
    "logaddexp": "Logarithm of two summed exponentials.",
    "logaddexp2": "The same to base 2.",
    "maximum": "The larger one.",
    "minimum": "The smaller one.",
    "mod": "Remainder with the sign of the divisor.",
    "multiply": "Product.",
    "not_equal": "True where different.",
    "power": "First to the power of the second.",
    "subtract": "First minus second.",
}

_TENSOR_PAIRS = {
    "heaviside": "Step function; x2 is its value at zero.",
    "hypot": "Length of the hypotenuse.",
    "cdist": "Distances between all pairs of rows.",
    "dot": "Dot product, as in linear algebra.",
    "inner": "Inner product over the last axes.",
    "kron": "Kronecker product.",
    "logical_and": "True where both are.",
    "logical_or": "True where one is.",
    "logical_xor": "True where exactly one is.",
    "matmul": "Matrix product.",
    "outer": "Products of all pairs of entries.",
    "vdot": "Dot product of everything, laid flat.",
    "cross": "Cross product.",
}

_REDUCTIONS = {
    "all": "True where all are.",
    "any": "True where one is.",
    "logsumexp": "Logarithm of summed exponentials.",
    "max": "Largest value.",
    "mean": "Mean.",
    "median": "Middle value.",
    "min": "Smallest value.",
    "nanmax": "Largest value, not-a-number left out.",
    "nanmean": "Mean, not-a-number left out.",
    "nanmedian": "Middle value, not-a-number left out.",
    "nanmin": "Smallest value, not-a-number left out.",
    "nanprod": "Product, not-a-number left out.",
    "nanstd": "Standard deviation, not-a-number left out.",
    "nansum": "Sum, not-a-number left out.",
    "nanvar": "Variance, not-a-number left out.",
    "prod": "Product.",
    "ptp": "Largest minus smallest value.",
    "std": "Standard deviation.",
    "sum": "Sum.",
    "var": "Variance.",
}

_AXIS = integer("Axis to work along.")
_INITIAL = {"initial": number("Value that takes part like one more entry.", finite=False)}


def _binary(about: str) -> Entry:
    """A function of two tensors, either of which may be a constant instead: `ops.multiply: 0.5`."""
    constant = {
        "x1": Extra(number("A constant in place of the first tensor.", finite=False)),
        "x2": Extra(number("A constant in place of the second tensor.", finite=False)),
    }
    return entry(about, first="x2", extra=constant)


def _arg(about: str) -> Entry:
    return entry(about, axis=_AXIS)


def _quantile(about: str, top: float) -> Entry:
    return entry(about, q=number("Which one.", minimum=0, maximum=top))


_PAIRS = array(sizes(2, minimum=0), "Entries before and after each axis.", least=1)
_ARRANGING: Family = {
    "argmax": _arg("Place of the largest value."),
    "argmin": _arg("Place of the smallest value."),
    "argsort": _arg("Places in rising order of value."),
    "array_split": entry(
        "Cuts into nearly equal parts: several outputs.",
        axis=_AXIS,
        indices_or_sections=integer("Number of parts.", minimum=1),
    ),
    "broadcast_to": entry("Repeats along axes of size 1 to fit a shape."),
    "concatenate": entry("Puts tensors one behind the other.", call={"xs": "tensors"}, axis=_AXIS),
    "count_nonzero": entry("Number of entries that are not zero."),
    "cumprod": _arg("Running product."),
    "cumsum": _arg("Running sum."),
    "depth_to_space": entry("Turns channels into squares of pixels."),
    "diagonal": entry("Diagonal over two axes."),
    "diff": entry("Differences of neighbours.", n=integer("How often.", minimum=1), axis=_AXIS),
    "expand_dims": entry("Adds an axis of size 1.", axis=one_or_many(integer(), "Where the new axis stands.")),
    "extract_sequences": entry(
        "Cuts the last axis into overlapping frames.",
        sequence_length=integer("Entries per frame.", minimum=1),
        sequence_stride=integer("Entries from one frame to the next.", minimum=1),
    ),
    "flip": entry("Reverses the order along axes."),
    "moveaxis": entry(
        "Moves axes to other places.",
        source=one_or_many(integer(), "Axes to move."),
        destination=one_or_many(integer(), "Where they go."),
    ),
    "pad": entry(
        "Adds a border.",
        pad_width=Type(
            integer(minimum=0).schema | {"type": ["integer", "array", "string"]} | {"items": _PAIRS.schema["items"]},
            _PAIRS.about,
        ),
        mode=choice(["constant", "reflect", "symmetric", "edge"], "What the border is filled with."),
        constant_values=number("Value of a constant border.", finite=False),
    ),
    "rearrange": entry(
        "Reorders, splits and joins axes by a pattern of names.",
        pattern=string("Names before and after, such as b h w -> b (h w)."),
    ),
    "repeat": entry("Repeats entries.", repeats=integer("How often.", minimum=0), axis=_AXIS),
    "reshape": entry(
        "Gives the same values another shape, batch axis included.",
        newshape=array(integer(minimum=-1), "The new shape; -1 is what is left."),
    ),
    "roll": entry("Moves entries round in a circle.", shift=one_or_many(integer(), "How far.")),
    "rot90": entry("Turns by quarter turns.", k=integer("Quarter turns."), axes=sizes(2, "The plane.", minimum=None)),
    "slice": entry(
        "Cuts out a box.",
        start_indices=array(integer(), "First entry along each axis."),
        shape=array(integer(minimum=-1), "Size of the box."),
    ),
    "sort": _arg("Values in rising order."),
    "space_to_depth": entry("Turns squares of pixels into channels."),
    "split": entry("Cuts into parts: several outputs.", axis=_AXIS),
    "squeeze": entry("Removes axes of size 1."),
    "stack": entry("Puts tensors side by side along a new axis.", call={"x": "tensors"}, axis=_AXIS),
    "swapaxes": entry("Exchanges two axes."),
    "take": entry("Picks entries by number.", axis=_AXIS),
    "take_along_axis": entry("Picks entries by a tensor of numbers.", axis=_AXIS),
    "tile": entry("Repeats the whole.", repeats=one_or_many(integer(minimum=1), "How often, per axis.")),
    "top_k": entry(
        "Largest values and their places: two outputs.",
        k=integer("How many.", minimum=1),
        sorted=boolean("Put the largest first."),
    ),
    "trace": entry("Sum of the diagonal."),
    "transpose": entry("Reorders axes.", axes=array(integer(), "The new order; null reverses it.")),
    "tril": entry("Zeros above a diagonal."),
    "triu": entry("Zeros below a diagonal."),
    "unfold": entry(
        "Lays out patches of an image as columns.",
        kernel_size=sizes(2, "Extent of a patch."),
        dilation=sizes(2, "Spacing inside a patch."),
        padding=sizes(2, "Zeros added on each side.", minimum=0),
        stride=sizes(2, "Step from patch to patch."),
    ),
    "unstack": entry("One output per entry along an axis.", num=integer("How many.", minimum=1), axis=_AXIS),
}

_ALPHA = number("Scale of the branch below zero.", minimum=0)
_FRAMES = {
    "sequence_length": integer("Entries per frame.", minimum=1),
    "sequence_stride": integer("Entries from one frame to the next.", minimum=1),
    "fft_length": integer("Points per transform.", minimum=1),
    "window": choice(["hann", "hamming"], "Taper of each frame; null uses none."),
    "center": boolean("Pad so that frames are centered."),
}

_COMPUTING: Family = {
    "average_pool": entry("Mean per window."),
    "cast": entry("Changes the type of the values."),
    "celu": entry("Smooth rectifier with an exponential floor.", alpha=_ALPHA),
    "cholesky": entry("Cholesky factor of each matrix.", upper=boolean("Put out the upper factor.")),
    "cholesky_inverse": entry(
        "Inverse of a matrix from its Cholesky factor.", upper=boolean("The factor is the upper one.")
    ),
    "clip": entry(
        "Cuts values off at two limits.",
        x_min=number("Lower limit.", finite=False),
        x_max=number("Upper limit.", finite=False),
    ),
    "dot_product_attention": entry(
        "Attention of queries over keys and values.",
        scale=number("Factor on the scores; null is one over the root of the key size.", above=0),
        is_causal=boolean("Let each position look only at itself and earlier ones."),
        flash_attention=boolean("Use the fused attention kernel; null uses it where it applies."),
        attn_logits_soft_cap=number("Bends scores so that they stay below this.", above=0),
        first=None,
    ),
    "elu": entry("Rectifier that bends exponentially to a floor below zero.", alpha=_ALPHA),
    "gelu": entry("Input weighed by the normal distribution."),
    "glu": entry("One half gates the other; halves the axis.", axis=_AXIS),
    "hard_shrink": entry("Zero for small inputs, unchanged otherwise."),
    "leaky_relu": entry("Rectifier that lets a fixed share of negative inputs through."),
    "log_softmax": entry("Logarithm of the softmax."),
    "max_pool": entry("Largest value per window."),
    "moments": entry("Mean and variance: two outputs.", synchronized=boolean("Take the statistics over all replicas.")),
    "multi_hot": entry("Vectors with ones at the given ids.", axis=_AXIS),
    "nan_to_num": entry(
        "Replaces values that are not finite.",
        nan=number("In place of not-a-number.", finite=False),
        posinf=number("In place of infinity; null is the largest number.", finite=False),
        neginf=number("In place of minus infinity; null is the smallest number.", finite=False),
    ),
    "norm": entry(
        "Length of vectors or matrices.",
        ord=Type(
            {"type": ["number", "string"], "pattern": "^((fro|nuc)$|\\$)"}, "Order of the norm; null is Euclidean."
        ),
    ),
    "normalize": entry(
        "Scales vectors to length one.", axis=_AXIS, order=number("Order of the norm.", above=0, finite=False)
    ),
    "ones_like": entry("Ones in the shape of the input."),
    "one_hot": entry("Vectors with a one at the id.", axis=_AXIS),
    "percentile": _quantile("Value below which a share of the entries lies, in percent.", 100),
    "pinv": entry("Pseudo-inverse of each matrix.", rcond=number("Cutoff for small singular values.", minimum=0)),
    "qr": entry(
        "QR factors of each matrix: two outputs.", mode=choice(["reduced", "complete"], "Size of the factors.")
    ),
    "quantile": _quantile("Value below which a share of the entries lies.", 1),
    "rfft": entry(
        "Fourier transform of real values, real and imaginary part: two outputs.", fft_length=_FRAMES["fft_length"]
    ),
    "round": entry("Rounds.", decimals=integer("Digits after the point.")),
    "segment_max": entry(
        "Largest value per segment.",
        num_segments=integer("Number of segments.", minimum=1),
        sorted=boolean("Ids rise."),
    ),
    "segment_sum": entry(
        "Sum per segment.", num_segments=integer("Number of segments.", minimum=1), sorted=boolean("Ids rise.")
    ),
    "soft_shrink": entry("Moves inputs towards zero, small ones onto it."),
    "softmax": entry("Turns scores into probabilities that sum to one."),
    "solve": entry("Solves systems of linear equations a x = b."),
    "sparsemax": entry("Like softmax, but small scores become exactly zero.", axis=_AXIS),
    "squareplus": entry("Smooth rectifier built from a square root.", b=number("Roundness of the bend.", minimum=0)),
    "stft": entry("Short-time Fourier transform, real and imaginary part: two outputs.", shared=_FRAMES),
    "svd": entry(
        "Singular value decomposition: three outputs.",
        full_matrices=boolean("Put out square factors."),
        compute_uv=boolean("Put out the factors, not only the values."),
    ),
    "tensordot": entry(
        "Sums products over several axes.",
        axes=Type(
            {
                "type": ["integer", "array", "string"],
                "pattern": "^\\$",
                "minimum": 0,
                "items": one_or_many(integer()).schema,
            },
            "Number of axes, or the axes of both inputs.",
        ),
    ),
    "threshold": entry("Replaces values at or below a limit.", default_value=number("The replacement.", finite=False)),
    "trapezoid": entry("Area under a curve.", dx=number("Distance of the points."), axis=_AXIS),
    "where": entry(
        "Picks from one of two tensors by a condition.",
        first=None,
        extra={
            "x1": Extra(number("A constant where the condition holds.", finite=False)),
            "x2": Extra(number("A constant where it does not.", finite=False)),
        },
    ),
    "zeros_like": entry("Zeros in the shape of the input."),
}

_CROSS = dict.fromkeys(("axis", "axisa", "axisb", "axisc"), _AXIS)
_MORE = {"cross": _CROSS, "max": _INITIAL, "min": _INITIAL}

OPS: Family = {
    **{name: entry(about, shared=_MORE.get(name)) for name, about in (_MAP | _TENSOR_PAIRS | _REDUCTIONS).items()},
    **{name: _binary(about) for name, about in _BINARY.items()},
    **_ARRANGING,
    **_COMPUTING,
}
