"""What a shape rule gets and gives, and the small checks that all rules share.

In: a `Call`, one application of a layer with every argument present. Out: an `Outcome`, or a `Refusal` that says which
constraint is broken. A rule knows nothing of spans, names and findings: `specc.graph.infer` makes findings of refusals.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from specc.component import Argument, Component
from specc.graph.graph import UNKNOWN, TensorType
from specc.language import limits

Tensors: TypeAlias = TensorType | tuple[TensorType, ...]
Size: TypeAlias = int | None
Shape: TypeAlias = tuple[Size, ...]

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
BYTES: Mapping[str | None, int] = {
    **dict.fromkeys(("bool", "int8", "uint8"), 1),
    **dict.fromkeys(("float16", "bfloat16", "int16", "uint16"), 2),
    **dict.fromkeys(("float32", "int32", "uint32"), 4),
    **dict.fromkeys(("float64", "int64", "uint64", "complex64"), 8),
    "complex128": 16,
}
"""What a number of a dtype takes. Text has no fixed size."""


class Weight(NamedTuple):
    """A variable of a layer that counts as a parameter. `shape` is None if it is not known."""

    name: str
    shape: Shape | None
    trainable: bool = True

    @property
    def size(self) -> int | None:
        """How many numbers it holds, or None if that is not known."""
        return None if self.shape is None else product(self.shape)


class Outcome(NamedTuple):
    """What a layer makes of its inputs. `multiply_adds` is per sample of the batch; None is not known.

    `inner_bytes` is what the outputs of layers inside this one take per sample, beyond its own outputs.
    """

    outputs: tuple[TensorType, ...]
    weights: tuple[Weight, ...] = ()
    multiply_adds: int | None = 0
    inner_bytes: int | None = 0


class Refusal(Exception):  # noqa: N818  a rule's verdict on the user's input, not a failure of ours
    """A constraint of a layer that its inputs or arguments break.

    `at` is where: the name of an argument or of a call argument, the number of an input (counted over all tensors of
    the call), or None for the layer as a whole. `other` is the input that makes the second half of a mismatch.
    """

    def __init__(
        self,
        code: str,
        message: str,
        at: str | int | None = None,
        help: str = "",  # noqa: A002  the finding's word
        other: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at
        self.help = help
        self.other = other
        self.component: Component | None = None  # set to the nested layer that refuses


@dataclass(frozen=True, slots=True)
class Call:
    """One application of a layer (`type`, with all its arguments) or of an operation.

    `positional` and `keywords` hold a tensor, or a tuple of tensors where the layer gets a list. `compute_dtype` is the
    dtype of the layer's arithmetic. `inner` infers a layer that stands in an argument, for wrappers.
    """

    type: str
    arguments: Mapping[str, Argument]
    positional: tuple[Tensors, ...]
    keywords: Mapping[str, Tensors] = field(default_factory=dict)
    compute_dtype: str = "float32"
    inner: "Callable[[Component, tuple[Tensors, ...]], Outcome]" = field(default=lambda _layer, _inputs: unknown())

    def get(self, name: str, default: Argument = None) -> Argument:
        """The argument, or `default` if neither the spec nor the catalog gives one."""
        return self.arguments.get(name, default)

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes-or-no argument."""
        return bool(self.arguments.get(name, default))


Rule: TypeAlias = Callable[[Call], Outcome]
UNTOLD = Outcome((UNKNOWN,), (), None)


def product(sizes: Iterable[Size]) -> int | None:
    """The product of the sizes, None if one is unknown."""
    result = 1
    for size in sizes:
        if size is None:
            return None
        result *= size
    return result


def times(*factors: Size) -> int | None:
    """The product of the factors, None if one is unknown."""
    return product(factors)


def plus(*terms: Size) -> int | None:
    """The sum of the terms, None if one is unknown."""
    result = 0
    for term in terms:
        if term is None:
            return None
        result += term
    return result


def bytes_of(x: TensorType) -> int | None:
    """What a tensor takes for each sample; None if a size besides the batch is open, or for text."""
    if x.shape is None:
        return None
    sizes = list(x.shape)
    if None in sizes:
        sizes.remove(None)  # the batch, wherever an operation has put it
    return times(product(sizes), BYTES.get(x.dtype))


def tensor(call: Call, name: str = "inputs", position: int = 0) -> TensorType:
    """The one tensor that stands at `position` or under the call argument `name`."""
    if len(call.positional) > position:
        value: Tensors | None = call.positional[position]
    else:
        value = call.keywords.get(name)
    if value is None:
        raise Refusal("wrong-input-count", f"`{call.type}` needs an input `{name}`")
    if isinstance(value, tuple):
        raise Refusal("wrong-input-count", f"`{call.type}` takes one tensor, got a list of {len(value)}", at=0)
    return value


def tensors(call: Call, name: str = "inputs") -> tuple[TensorType, ...]:
    """The list of tensors that a layer gets first."""
    value = call.positional[0] if call.positional else call.keywords.get(name)
    if not isinstance(value, tuple):
        raise Refusal(
            "wrong-input-count",
            f"`{call.type}` takes a list of tensors, got one tensor",
            at=0,
            help="write `inputs` as a list",
        )
    return value


def rank_is(call: Call, x: TensorType, rank: int, at: int = 0) -> Shape | None:
    """The shape of `x`, which must have `rank` axes, batch included; None if it is unknown."""
    if x.shape is not None and len(x.shape) != rank:
        raise Refusal("rank-mismatch", f"`{call.type}` needs an input of {rank} axes, got {x.shape}", at=at)
    return x.shape


def rank_at_least(call: Call, x: TensorType, rank: int, at: int = 0) -> Shape | None:
    """The shape of `x`, which must have `rank` axes or more, batch included; None if it is unknown."""
    if x.shape is not None and len(x.shape) < rank:
        message = f"`{call.type}` needs an input of at least {rank} axes, got {x.shape}"
        raise Refusal("rank-mismatch", message, at=at, help="" if x.shape else "the input is a scalar for each batch")
    return x.shape


def known_channels(call: Call, shape: Shape, axis: int = -1, at: int = 0) -> int:
    """The size of `axis`, from which the layer sizes its weights."""
    size = shape[axis]
    if size is None:
        raise Refusal(
            "channels-unknown",
            f"`{call.type}` sizes its weights by axis {axis % len(shape)} of its input, which is open in {shape}",
            at=at,
            help="give this axis a size in the model's `inputs`, or before this layer by `Reshape`",
        )
    return size


def axis_of(call: Call, shape: Shape, axis: int, argument: str = "axis") -> int:
    """`axis` counted from the front, which must exist in `shape`."""
    if not -len(shape) <= axis < len(shape):
        raise Refusal("axis-out-of-range", f"`{call.type}` has no axis {axis} in {shape}", at=argument)
    return axis % len(shape)


def integer(call: Call, name: str, minimum: int = 1) -> int:
    """An integer argument of at least `minimum`."""
    value = call.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
        raise Refusal("invalid-argument", f"`{name}` needs an integer from {minimum}, got {shown(value)}", at=name)
    return value


def bounded(call: Call, count: int, at: str) -> int:
    """`count` outputs of one layer, of which there may be only so many; the argument `at` asks for them."""
    if count > limits.OUTPUTS:
        shown_count = f"{count:,}" if count < 10**15 else "far more"
        message = f"`{call.type}` has at most {limits.OUTPUTS:,} outputs, not {shown_count}"
        raise Refusal("too-large", message, at=at)
    return max(count, 0)


def integers(call: Call, name: str, count: int, minimum: int = 1, default: Argument = None) -> tuple[int, ...]:
    """An argument of `count` integers of at least `minimum`; a single integer stands for all of them."""
    value = call.get(name)
    return as_integers(name, default if value is None else value, count, minimum)


def as_integers(name: str, value: Argument, count: int, minimum: int = 1) -> tuple[int, ...]:
    """`value` as `count` integers of at least `minimum`."""
    items: Sequence[Argument] = value if isinstance(value, list | tuple) else [value] * count
    sizes = tuple(item for item in items if isinstance(item, int) and not isinstance(item, bool) and item >= minimum)
    if len(items) != count or len(sizes) != count:
        many = f"an integer or {count} integers" if count > 1 else "an integer"
        raise Refusal("invalid-argument", f"`{name}` needs {many} from {minimum}, got {shown(value)}", at=name)
    return sizes


def choice(call: Call, name: str, choices: Sequence[str], default: str) -> str:
    """A textual argument out of `choices`; case does not count, as in Keras."""
    value = call.get(name)
    if value is None:
        return default
    text = value.lower() if isinstance(value, str) else ""
    if text not in choices:
        raise Refusal("invalid-argument", f"`{name}` needs one of {', '.join(choices)}, got {shown(value)}", at=name)
    return text


def channels_last(call: Call) -> bool:
    """Whether the channels stand on the last axis, Keras' default."""
    return choice(call, "data_format", ("channels_last", "channels_first"), "channels_last") == "channels_last"


def shown(value: Argument) -> str:
    """The value as a message shows it."""
    if isinstance(value, Component):
        return f"`{value.type}`"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def autocast(x: TensorType, dtype: str) -> TensorType:
    """`x` as a layer sees it: floats are cast to the layer's dtype, everything else is left alone."""
    return TensorType(x.shape, dtype) if x.dtype in FLOATS else x


def unknown(count: int = 1) -> Outcome:
    """The outcome of a layer whose input is not known."""
    return Outcome((UNKNOWN,) * count, (), None)


def one(shape: Shape | None, dtype: str | None, weights: tuple[Weight, ...] = (), work: int | None = 0) -> Outcome:
    """The outcome of a layer with one output. `work` is its multiply-adds per sample."""
    return Outcome((TensorType(shape, dtype),), weights, work)
