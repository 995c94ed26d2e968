"""Random calls of the functions of `keras.ops` that specs may use, valid and not, for `differential.py`."""

import inspect
from collections.abc import Callable
from random import Random
from typing import Any

import keras
from random_values import Config, Sizes, axis, data_format, positive, shape, size, some, spread, tensor, yes

from specc.graph.graph import TensorType
from specc.graph.shapes.ops import OPS


def operation(r: Random, name: str) -> Config:
    """A function of `keras.ops`, with the arguments that its kind needs."""
    rank = r.randint(1, 3)
    plain_ = name.removeprefix("ops.")
    dtype = r.choice(("float32", "float32", "float16", "int32", "bool"))
    arguments = operation_arguments(r, plain_, rank + 1)
    sizes = shape(r, rank, 4, 0)
    inputs = [tensor(r, sizes, dtype)]
    signature = list(inspect.signature(getattr(keras.ops, plain_)).parameters)
    if plain_ == "where":
        inputs = [
            tensor(r, sizes, "bool"),
            tensor(r, sizes, "float32"),
            tensor(r, sizes[-1:] if yes(r) else sizes, "float32"),
        ]
    elif signature[:2] == ["x1", "x2"]:
        other = tuple(s if r.random() < 0.7 else r.choice((1, 2, None)) for s in sizes)
        inputs.append(tensor(r, other[r.randint(0, 1) :], dtype if yes(r) else "float32"))
    listed = plain_ in {"concatenate", "stack"}
    if listed:
        inputs += [tensor(r, tuple(s if r.random() < 0.8 else 2 for s in sizes), dtype) for _ in range(r.randint(0, 2))]
    return Config(name, arguments, tuple(inputs), listed=listed)


def operation_arguments(r: Random, name: str, rank: int) -> dict[str, Any]:
    fixed: dict[str, Callable[[], dict[str, Any]]] = {
        "broadcast_to": lambda: {"shape": [2] * (rank - 1) + [r.choice((1, 3))]},
        "cast": lambda: {"dtype": r.choice(("int32", "float16"))},
        "clip": lambda: {"x_min": 0, "x_max": 1},
        "expand_dims": lambda: {"axis": axis(r, rank + 1)},
        "moveaxis": lambda: {"source": axis(r, rank), "destination": axis(r, rank)},
        "one_hot": lambda: {"num_classes": 3},
        "pad": lambda: {"pad_width": r.choice((1, [1, 2], [[0, 1]] * rank))},
        "repeat": lambda: {"repeats": 2} | some(r, axis=lambda: axis(r, rank)),
        "reshape": lambda: {"newshape": r.choice(([-1, 4], [-1], [2, -1, -1]))},
        "roll": lambda: {"shift": 1},
        "split": lambda: {"indices_or_sections": r.choice((2, [1, 2])), "axis": r.randint(1, rank - 1)},
        "swapaxes": lambda: {"axis1": axis(r, rank), "axis2": axis(r, rank)},
        "threshold": lambda: {"threshold": 0.5, "default_value": 0.0},
        "tile": lambda: {"repeats": r.choice((2, [1, 2], [2, 1, 1, 1, 1]))},
        "top_k": lambda: {"k": 1},
        "transpose": lambda: some(r, axes=lambda: r.sample(range(rank), rank)),
        "unstack": lambda: {"axis": r.randint(1, rank - 1)},
    }
    if name in fixed:
        return fixed[name]()
    parameters = inspect.signature(getattr(keras.ops, name)).parameters
    arguments = (
        some(r, axis=lambda: axis(r, rank)) if "axis" in parameters and name not in {"normalize", "norm"} else {}
    )
    return arguments | (some(r, keepdims=lambda: yes(r)) if "keepdims" in parameters else {})


def on(r: Random, name: str, *inputs: Sizes, dtypes: tuple[str, ...] = ("float32",), **arguments: Any) -> Config:
    """A call on tensors of these shapes. An argument that is None is left out."""
    kept = {key: value for key, value in arguments.items() if value is not None}
    return Config(name, kept, tuple(tensor(r, sizes, *dtypes) for sizes in inputs))


def nearly(r: Random, sizes: Sizes, high: int = 3) -> Sizes:
    """The same sizes, sometimes with one that differs."""
    if not sizes or r.random() < 0.8:
        return sizes
    changed = list(sizes)
    changed[r.randrange(len(sizes))] = r.choice((1, 2, high, None))
    return tuple(changed)


NUMBERS = ("float32", "float32", "float16", "int32", "bool", "uint8", "int8")


def product_(r: Random, name: str) -> Config:
    plain = name.removeprefix("ops.")
    a, b = shape(r, r.randint(0, 3), 3), shape(r, r.randint(0, 3), 3)
    if a and b and yes(r):
        b = (*b[:-2], *([a[-1]] if len(b) > 1 else []), b[-1])
    if plain == "inner" and b:
        b = nearly(r, (*b[:-1], a[-1] if a else 2))
    axes = None
    if plain == "tensordot":
        axes = r.choice((None, 0, 1, 2, [[-1], [-2]], [[1], [1]], [[2], [0]], [[1, 2], [1, 2]], [[5], [1]]))
    return on(r, name, a, b, dtypes=NUMBERS, axes=axes)


def cross(r: Random, name: str) -> Config:
    lead = shape(r, r.randint(0, 2), 3, 0)
    a, b = ((*lead, r.choice((2, 3, 3, None, 4) if yes(r) else (2, 3))) for _ in range(2))
    name_ = r.choice(("axisa", "axisb", "axisc", "axis"))
    return on(r, name, a, nearly(r, b), **some(r, **{name_: lambda: axis(r, len(lead) + 2)}))


def distances(r: Random, name: str) -> Config:
    features = size(r, 4)
    lead = shape(r, r.randint(0, 1), 3, 0)
    a, b = (*lead, size(r, 5), features), nearly(r, (*lead, size(r, 5), features))
    return on(r, name, a[1:] if r.random() < 0.1 else a, b, dtypes=NUMBERS)


def attention(r: Random, name: str) -> Config:
    heads, features = r.randint(1, 3), r.randint(1, 4)
    shapes = ((size(r, 5), heads, features), *[(size(r, 5), heads, features)] * 2)
    return on(r, name, *shapes, dtypes=("float32", "float16"), **some(r, is_causal=lambda: yes(r)))


def matrix(r: Random, name: str) -> Config:
    plain = name.removeprefix("ops.")
    n = size(r, 4)
    square = plain not in {"pinv", "qr", "svd", "trace", "diagonal", "corrcoef"} and r.random() < 0.8
    lead = shape(r, r.randint(0, 1), 3, 0)
    sizes: Sizes = (*lead, n, n if square else size(r, 4))
    arguments: dict[str, Any] = {}
    if plain == "qr":
        arguments = some(r, mode=lambda: r.choice(("reduced", "complete", "raw")))
    if plain == "svd":
        arguments = some(r, full_matrices=lambda: yes(r), compute_uv=lambda: yes(r))
    if plain in {"trace", "diagonal"}:
        rank = len(sizes) + 1
        arguments = some(r, axis1=lambda: axis(r, rank), axis2=lambda: axis(r, rank), offset=lambda: r.randint(-2, 2))
    if r.random() < 0.1:
        sizes = sizes[:0]
    dtypes = NUMBERS if plain in {"trace", "diagonal", "corrcoef"} else ("float32", "float64")
    if plain == "solve":
        right = r.choice((sizes, sizes[:-1], (*sizes[:-1], 2), ()))
        return on(r, name, sizes, nearly(r, right), dtypes=dtypes)
    return on(r, name, sizes, dtypes=dtypes, **arguments)


def pool(r: Random, name: str) -> Config:
    rank = r.randint(1, 3)
    arguments = some(
        r,
        strides=lambda: spread(r, rank, 3),
        padding=lambda: r.choice(("valid", "same")),
        data_format=lambda: data_format(r),
    )
    sizes = shape(r, rank + 1, wrong=0.0)
    return on(r, name, sizes, dtypes=("float32", "float16"), pool_size=spread(r, rank, 3), **arguments)


def blocks(r: Random, name: str) -> Config:
    sizes = tuple(r.choice((2, 4, 8, 9, 12, None)) for _ in range(2 if r.random() < 0.07 else 3))
    return on(r, name, sizes, block_size=r.choice((1, 2, 2, 3)), **some(r, data_format=lambda: data_format(r)))


def patches(r: Random, name: str) -> Config:
    arguments = some(
        r,
        dilation=lambda: spread(r, 2, 2),
        padding=lambda: r.randint(0, 2),
        stride=lambda: spread(r, 2, 3),
    )
    return on(r, name, shape(r, 3), kernel_size=spread(r, 2, 4), **arguments)


def sound(r: Random, name: str) -> Config:
    plain = name.removeprefix("ops.")
    sizes = (*shape(r, r.randint(0, 1), 3, 0), size(r, 40))
    if plain == "rfft":
        return on(r, name, sizes, **some(r, fft_length=lambda: r.choice((8, 5, 16))))
    arguments: dict[str, Any] = {"sequence_length": r.randint(1, 8), "sequence_stride": positive(r, 4)}
    if plain == "stft":
        arguments |= {"fft_length": r.choice((8, 8, 16, 4))} | some(r, center=lambda: yes(r))
    return on(r, name, sizes, **arguments)


def paired(r: Random, name: str) -> Config:
    sizes = shape(r, r.randint(0, 2), 4)
    if name == "ops.view_as_real":
        return on(r, name, sizes, dtypes=("complex64",))
    return on(r, name, (*sizes, r.choice((2, 2, 2, 3, None))))


def taking(r: Random, name: str) -> Config:
    sizes = shape(r, r.randint(1, 3), 4)
    indices = shape(r, r.randint(0, 2), 3) if name == "ops.take" else nearly(r, sizes)
    x = tensor(r, sizes)
    arguments = some(r, axis=lambda: axis(r, len(sizes) + 1))
    return Config(name, arguments, (x, TensorType(indices, "int32")))


def slicing(r: Random, name: str) -> Config:
    sizes = shape(r, r.randint(1, 2), 5, 0)
    starts = [0, *(r.randint(0, 2) for _ in sizes)]
    lengths = [r.choice((-1, -1, 2)), *(r.choice((-1, 1, 2)) for _ in sizes)]
    cut = lengths[1:] if r.random() < 0.07 else lengths
    return on(r, name, sizes, dtypes=NUMBERS, start_indices=starts, shape=cut)


def rearranging(r: Random, name: str) -> Config:
    patterns = ("b x y -> b y x", "b x y -> b (x y)", "b (x z) y -> b x y", "b x y -> b x q", "b x y -> x y")
    return on(r, name, shape(r, 2, 4, 0), pattern=r.choice(patterns))


def along(r: Random, name: str) -> Config:
    plain = name.removeprefix("ops.")
    rank = r.randint(1, 3)
    sizes = shape(r, rank, 5)
    arguments = some(r, axis=lambda: axis(r, rank + 1))
    if plain == "array_split":
        arguments = {"axis": r.randint(1, rank + 1), "indices_or_sections": r.choice((2, 3, 1, 0))}
    if plain == "diff":
        arguments |= some(r, n=lambda: r.randint(1, 3))
    if plain == "glu":
        sizes = tuple(r.choice((2, 4, 6, 3, None)) for _ in range(rank))
        return on(r, name, sizes, **arguments)
    if plain == "rot90":
        arguments = some(r, axes=lambda: r.choice(([1, 2], [0, 1], [1, 1], [2, 5])), k=lambda: r.randint(1, 3))
        sizes = tuple(r.randint(1, 4) for _ in range(rank)) if yes(r) else sizes
    if plain == "trapezoid" and r.random() < 0.3:
        return on(r, name, sizes, sizes, **arguments)
    return on(r, name, sizes, dtypes=NUMBERS, **arguments)


def statistic(r: Random, name: str) -> Config:
    rank = r.randint(1, 3)
    sizes = shape(r, rank, 4)
    flags = some(r, keepdims=lambda: yes(r))
    if name == "ops.moments":
        axes = r.choice(([1], [0], [-1], [0, 1], [1, 2], [4]))
        return on(r, name, sizes, dtypes=("float32", "float16"), axes=axes, **flags)
    q = r.choice((0.5, [0.5], [0.1, 0.9])) if name == "ops.quantile" else r.choice((50, [50], [10, 90]))
    return on(r, name, sizes, dtypes=NUMBERS, q=q, **flags, **some(r, axis=lambda: axis(r, rank + 1)))


def hot(r: Random, name: str) -> Config:
    rank = r.randint(0, 3)
    arguments = {"num_classes": positive(r)} | some(r, axis=lambda: axis(r, rank + 1))
    return on(r, name, shape(r, rank, 4), dtypes=("int32",), **arguments)


def segmented(r: Random, name: str) -> Config:
    data = shape(r, r.randint(0, 2), 4)
    ids: Sizes = (3,) if r.random() < 0.1 else ()
    inputs = (tensor(r, data, "float32", "int32"), TensorType(ids, "int32"))
    return Config(name, some(r, num_segments=lambda: positive(r)), inputs)


def _named(generate: Callable[[Random, str], Config], names: str) -> dict[str, Callable[[Random, str], Config]]:
    return dict.fromkeys((f"ops.{name}" for name in names.split()), generate)


OPERATIONS: dict[str, Callable[[Random, str], Config]] = {
    **dict.fromkeys(OPS, operation),
    **_named(product_, "dot inner kron outer tensordot vdot"),
    **_named(cross, "cross"),
    **_named(distances, "cdist"),
    **_named(attention, "dot_product_attention"),
    **_named(
        matrix,
        "cholesky cholesky_inverse corrcoef det diagonal eigh inv logdet pinv qr slogdet solve svd trace",
    ),
    **_named(pool, "average_pool max_pool"),
    **_named(blocks, "depth_to_space space_to_depth"),
    **_named(patches, "unfold"),
    **_named(sound, "extract_sequences rfft stft"),
    **_named(paired, "view_as_complex view_as_real"),
    **_named(taking, "take take_along_axis"),
    **_named(slicing, "slice"),
    **_named(rearranging, "rearrange"),
    **_named(along, "array_split diff glu rot90 trapezoid"),
    **_named(statistic, "moments percentile quantile"),
    **_named(hot, "multi_hot"),
    **_named(segmented, "segment_max segment_sum"),
}
