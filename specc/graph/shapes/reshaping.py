"""Shapes of the layers that move numbers about: reshape, permute, repeat, pad, crop, enlarge."""

from specc.component import Argument
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Rule,
    Shape,
    Size,
    as_integers,
    autocast,
    channels_last,
    choice,
    integer,
    integers,
    one,
    product,
    rank_at_least,
    rank_is,
    tensor,
)


def flatten(call: Call) -> Outcome:
    """(batch, a, b, …) -> (batch, a * b * …)."""
    x = autocast(tensor(call), call.compute_dtype)
    channels_last(call)
    shape = rank_at_least(call, x, 1)
    return one(None if shape is None else (shape[0], product(shape[1:])), x.dtype)


def reshaped(call: Call, shape: Shape, target: tuple[int, ...], name: str) -> Shape:
    """`target` with its -1, if any, worked out from the sizes of `shape`, neither with the batch."""
    if any(size < -1 for size in target) or target.count(-1) > 1:
        message = f"`{name}` needs sizes from 0 and at most one -1, got {target}"
        raise Refusal("invalid-argument", message, at=name)
    total, given = product(shape), product(size for size in target if size != -1)
    if total is None or given is None:
        return tuple(None if size == -1 else size for size in target)
    if total != given if -1 not in target else given == 0 or total % given:
        message = f"`{call.type}` needs equal numbers of elements, got {shape} of {total} and {target}"
        raise Refusal("shape-mismatch", message, at=name, other=0)
    return tuple(total // given if size == -1 else size for size in target)


def reshape(call: Call) -> Outcome:
    """(batch, …) -> (batch, *target_shape)."""
    given = call.get("target_shape")
    items = given if isinstance(given, list | tuple) else [given]
    target = tuple(item for item in items if isinstance(item, int) and not isinstance(item, bool))
    if len(target) != len(items):
        raise Refusal("invalid-argument", f"`target_shape` needs integers, got {given}", at="target_shape")
    x = autocast(tensor(call), call.compute_dtype)
    if rank_at_least(call, x, 1) is None or x.shape is None:
        return one(None, x.dtype)
    return one((x.shape[0], *reshaped(call, x.shape[1:], target, "target_shape")), x.dtype)


def permute(call: Call) -> Outcome:
    """The axes after the batch in the order `dims`, which counts them from 1."""
    given = call.get("dims")
    dims = [dim for dim in given if isinstance(dim, int)] if isinstance(given, list | tuple) else []
    if not dims or sorted(dims) != list(range(1, len(dims) + 1)):
        raise Refusal("invalid-argument", f"`dims` needs every axis from 1 once, got {given}", at="dims")
    x = autocast(tensor(call), call.compute_dtype)
    if x.shape is None:
        return one(None, x.dtype)
    if len(x.shape) != len(dims) + 1:
        message = f"`Permute` orders {len(dims)} axes, its input {x.shape} has {len(x.shape) - 1} after the batch"
        raise Refusal("rank-mismatch", message, at="dims", other=0)
    return one((x.shape[0], *(x.shape[dim] for dim in dims)), x.dtype)


def repeat_vector(call: Call) -> Outcome:
    """(batch, features) -> (batch, n, features)."""
    n = integer(call, "n")
    shape = rank_is(call, tensor(call), 2)
    return one(None if shape is None else (shape[0], n, shape[1]), call.compute_dtype)


def _pairs(call: Call, name: str, rank: int, default: Argument) -> list[tuple[int, ...]]:
    """The amounts before and after each spatial axis."""
    value = call.get(name, default)
    if rank == 1:
        return [as_integers(name, value, 2, 0)]
    if isinstance(value, list | tuple) and len(value) == rank:
        return [as_integers(name, item, 2, 0) for item in value]
    return [as_integers(name, as_integers(name, value, 1, 0)[0], 2, 0)] * rank


def _resized(call: Call, shape: Shape, first: int, change: list[int]) -> Shape:
    sizes: list[Size] = list(shape)
    for i, amount in enumerate(change):
        size = sizes[first + i]
        if size is None:
            continue
        if size + amount <= 0:
            raise Refusal(
                "cropping-too-large",
                f"`{call.type}` takes {-amount} from an axis of {size} in {shape}",
                at="cropping",
                other=0,
            )
        sizes[first + i] = size + amount
    return tuple(sizes)


def padding(rank: int) -> Rule:
    """The rule of `ZeroPadding1D`, `ZeroPadding2D` or `ZeroPadding3D`."""

    def rule(call: Call) -> Outcome:
        amounts = [sum(pair) for pair in _pairs(call, "padding", rank, 1)]
        first = 1 if channels_last(call) else 2
        shape = rank_is(call, tensor(call), rank + 2)
        return one(None if shape is None else _resized(call, shape, first, amounts), call.compute_dtype)

    return rule


def cropping(rank: int) -> Rule:
    """The rule of `Cropping1D`, `Cropping2D` or `Cropping3D`."""

    def rule(call: Call) -> Outcome:
        default: Argument = 0 if rank == 2 else 1
        amounts = [-sum(pair) for pair in _pairs(call, "cropping", rank, default)]
        first = 1 if rank == 1 or channels_last(call) else 2
        shape = rank_is(call, tensor(call), rank + 2)
        return one(None if shape is None else _resized(call, shape, first, amounts), call.compute_dtype)

    return rule


def enlarging(rank: int) -> Rule:
    """The rule of `UpSampling1D`, `UpSampling2D` or `UpSampling3D`."""

    def rule(call: Call) -> Outcome:
        factors = (integer(call, "size"),) if rank == 1 else integers(call, "size", rank, default=2)
        first = 1 if rank == 1 or channels_last(call) else 2
        if rank == 2:
            choices = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
            choice(call, "interpolation", choices, "nearest")
        shape = rank_is(call, tensor(call), rank + 2)
        if shape is None:
            return one(None, call.compute_dtype)
        sizes = list(shape)
        for i, factor in enumerate(factors):
            size = sizes[first + i]
            sizes[first + i] = None if size is None else size * factor
        return one(tuple(sizes), call.compute_dtype)

    return rule
