"""Public names of Keras that specs do not offer, each with its reason.

The generator fails on any public name that is neither here nor in the families.
"""

from collections.abc import Mapping

_CODE = "runs code that is not in the spec"
_FOREIGN = "wraps a model of another framework, which a spec cannot hold"
_BASE = "abstract base: it does nothing itself"
_INTERNAL = "Keras uses it by itself"
_FUNCTIONAL = "functional form of the layer with a capital letter"
_TOOL = "reads or writes configurations, which specs replace"
_SYNONYM = "another name of an operation that is offered"
_CREATES = "makes a tensor from nothing; it has no input to be wired to"
_EAGER = "needs concrete values, or its result's shape depends on them"
_WEIGHTS = "takes weights as arguments, which the layers of that name hold"
_SAVED = "reads a saved program from disk and runs it"

_LAYERS = {
    _CODE: ("Lambda", "JaxLayer"),
    _SAVED: ("TFSMLayer",),
    _FOREIGN: ("TorchModuleWrapper", "FlaxLayer"),
    _BASE: ("Layer", "Wrapper"),
    _INTERNAL: ("Input", "InputLayer", "InputSpec"),
    _TOOL: ("deserialize", "serialize"),
    _FUNCTIONAL: (*("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"),),
    "works on bounding boxes, which the tensors of a graph do not carry": ("MaxNumBoundingBoxes",),
}
_LOSS_FUNCTIONS = (
    *("binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy"),
    *("categorical_generalized_cross_entropy", "categorical_hinge", "circle", "cosine_similarity", "ctc", "dice"),
    *("hinge", "huber", "kl_divergence", "log_cosh", "mean_absolute_error", "mean_absolute_percentage_error"),
    *("mean_squared_error", "mean_squared_logarithmic_error", "poisson", "sparse_categorical_crossentropy"),
    *("squared_hinge", "tversky"),
)
_METRIC_FUNCTIONS = (
    *("binary_accuracy", "binary_crossentropy", "binary_focal_crossentropy", "categorical_accuracy"),
    *("categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge", "concordance_correlation"),
    *("hinge", "huber", "kl_divergence", "log_cosh", "mean_absolute_error"),
    *("mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error"),
    *("pearson_correlation", "poisson", "sparse_categorical_accuracy", "sparse_categorical_crossentropy"),
    *("sparse_top_k_categorical_accuracy", "squared_hinge", "top_k_categorical_accuracy"),
)
_TOOLS = ("deserialize", "get", "serialize")
_FUNCTION_FORM = "functional form; its name is accepted as a short name where Keras accepts it"

_OPS = {
    _CODE: (
        *("associative_scan", "cond", "custom_gradient", "fori_loop", "jvp", "map", "scan", "switch", "vectorize"),
        *("vectorized_map", "while_loop"),
    ),
    _CREATES: (
        *("arange", "array", "bartlett", "blackman", "convert_to_tensor", "empty", "empty_like", "eye", "full"),
        *("full_like", "geomspace", "hamming", "hanning", "identity", "kaiser", "linspace", "logspace", "ones", "tri"),
        *("vander", "zeros"),
    ),
    _EAGER: (
        *("bincount", "convert_to_numpy", "ctc_decode", "digitize", "dtype", "histogram", "in_top_k", "is_tensor"),
        *("ndim", "nonzero", "ravel", "scatter", "searchsorted", "shape", "size", "unique", "unravel_index", "view"),
    ),
    _SYNONYM: (
        *("absolute", "amax", "amin", "append", "average", "bitwise_not", "conjugate", "copy", "dsplit", "dstack"),
        *("diagflat", "fabs", "hard_swish", "hsplit", "hstack", "left_shift", "right_shift", "saturate_cast", "swish"),
        *("true_divide", "vsplit", "vstack"),
    ),
    _WEIGHTS: (
        *("batch_normalization", "conv", "conv_transpose", "correlate", "depthwise_conv", "layer_normalization"),
        *("rms_normalization", "separable_conv"),
    ),
    "wants a tuple, which specs do not have; layers do the same": ("adaptive_average_pool", "adaptive_max_pool"),
    "a loss, which belongs in the training section": (
        *("binary_crossentropy", "categorical_crossentropy", "ctc_loss", "psnr", "sparse_categorical_crossentropy"),
    ),
    "works on bits and whole numbers, of no use to a network": (
        *("bitwise_and", "bitwise_invert", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor"),
        *("gcd", "lcm", "ldexp", "nextafter", "signbit"),
    ),
    "takes its tensors one by one, or as pairs, which wires cannot say": (
        *(
            "einsum",
            "fft",
            "fft2",
            "get_item",
            "ifft2",
            "irfft",
            "istft",
            "meshgrid",
            "polar",
            "scatter_update",
            "select",
        ),
        *("slice_update", "fold"),
    ),
    "of no use to a network": (
        *(
            "allclose",
            "argpartition",
            "diag",
            "eig",
            "i0",
            "isclose",
            "isin",
            "isneginf",
            "isposinf",
            "isreal",
            "lstsq",
        ),
        *("lu_factor", "matrix_rank", "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanpercentile"),
        *("nanquantile", "segment_min", "segment_prod", "solve_triangular"),
    ),
}


def _by_name(groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: reason for reason, names in groups.items() for name in names}


EXCLUDED: dict[str, dict[str, str]] = {
    "layer": _by_name(_LAYERS),
    "activation": _by_name(
        {_TOOL: _TOOLS, "needs a limit and a replacement, which a bare word cannot give": ("threshold",)}
    ),
    "initializer": _by_name({_BASE: ("Initializer",), _TOOL: _TOOLS}),
    "regularizer": _by_name({_BASE: ("Regularizer",), _TOOL: _TOOLS}),
    "constraint": _by_name({_BASE: ("Constraint",), _TOOL: _TOOLS}),
    "loss": _by_name({_BASE: ("Loss",), _TOOL: _TOOLS, _FUNCTION_FORM: _LOSS_FUNCTIONS}),
    "metric": _by_name(
        {_BASE: ("Metric",), _CODE: ("MeanMetricWrapper",), _TOOL: _TOOLS, _FUNCTION_FORM: _METRIC_FUNCTIONS}
    ),
    "optimizer": _by_name(
        {
            _BASE: ("Optimizer",),
            _TOOL: _TOOLS,
            "maps layer objects to optimizers, which a spec cannot name": ("MultiOptimizer", "OptimizerMap"),
        }
    ),
    "schedule": _by_name({_BASE: ("LearningRateSchedule",), _TOOL: ("deserialize", "serialize")}),
    "callback": _by_name(
        {
            _BASE: ("Callback", "CallbackList"),
            _INTERNAL: ("History", "ProgbarLogger"),
            _CODE: ("LambdaCallback",),
            "sends numbers over the network": ("RemoteMonitor",),
            "needs a package that specc does not install": ("OrbaxCheckpoint",),
        }
    ),
    "application": {},
    "op": _by_name(_OPS),
}
