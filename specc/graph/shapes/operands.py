"""What the functions of `keras.ops` have in common: their tensors, their axes, and the dtypes that mix."""

from specc.component import Argument
from specc.graph.graph import TensorType
from specc.graph.shapes.rule import FLOATS, INTEGERS, Call, Refusal, Shape, Size, axis_of


def operands(call: Call) -> tuple[TensorType, ...]:
    """Every tensor of the call, lists opened; call arguments such as `x1` and `x2` in the order of their names."""
    values = (*call.positional, *(call.keywords[name] for name in sorted(call.keywords)))
    return tuple(x for value in values for x in (value if isinstance(value, tuple) else (value,)))


def operand(call: Call) -> TensorType:
    """The one tensor of the call."""
    inputs = operands(call)
    if len(inputs) != 1:
        raise Refusal(
            "wrong-input-count", f"`{call.type}` takes one input, got {len(inputs)}", at=1 if inputs else None
        )
    return inputs[0]


def promoted(a: str | None, b: str | None) -> str | None:
    """The dtype of an operation on both, None if it depends on more than is told here."""
    if a == b:
        return a
    if a is None or b is None:
        return None
    if a in FLOATS and b in FLOATS:
        return "float64" if "float64" in (a, b) else "float32"
    whole = (*INTEGERS, "bool")
    if a in FLOATS and b in whole:
        return a
    if b in FLOATS and a in whole:
        return b
    if "bool" in (a, b):
        return next((x for x in (a, b) if x in INTEGERS), None)
    small, large = sorted((a, b), key=_bits)
    if small.startswith("u") == large.startswith("u") or (small.startswith("u") and _bits(small) < _bits(large)):
        return large
    wide = 2 * max(_bits(x) for x in (a, b) if x.startswith("u"))  # a signed dtype that holds both
    return f"int{wide}" if wide <= 64 else None


def _bits(dtype: str) -> int:
    return int("".join(c for c in dtype if c.isdigit()) or 0)


def floating(dtype: str | None) -> str | None:
    """The dtype of a function whose results are fractions, such as `exp`, on numbers of `dtype`."""
    return dtype if dtype in FLOATS or dtype is None else "float32" if dtype in (*INTEGERS, "bool") else None


def axes_of(call: Call, shape: Shape, default: Argument = None) -> tuple[int, ...]:
    """The axes that the argument `axis` means, from the front; all of them if it is null."""
    given = call.get("axis", default)
    if given is None:
        return tuple(range(len(shape)))
    items = given if isinstance(given, list | tuple) else [given]
    return tuple(axis_of(call, shape, item) for item in items if isinstance(item, int))


def stretched(a: Shape, b: Shape) -> Shape | None:
    """The shape of an operation on both, axes paired from the right; None if they do not fit.

    Unlike the merging layers, `keras.ops` takes an open size to be equal to the other one unless that is 1.
    """
    if len(a) < len(b):
        a, b = b, a
    lead = len(a) - len(b)
    sizes: list[Size] = list(a[:lead])
    for i, j in zip(a[lead:], b, strict=True):
        if j in (1, i):
            sizes.append(i)
        elif i == 1 or i is None:
            sizes.append(j)
        elif j is None:
            sizes.append(i)
        else:
            return None
    return tuple(sizes)


def named(call: Call, *names: str, optional: tuple[str, ...] = ()) -> tuple[TensorType, ...]:
    """The tensors of the call in the order of `names`, of which those in `optional`, the last ones, may be missing."""
    flat = operands(Call(call.type, call.arguments, call.positional))
    given = dict(zip((*names, *optional), flat, strict=False))
    given |= {name: value for name, value in call.keywords.items() if isinstance(value, TensorType)}
    missing = [name for name in names if name not in given]
    if missing or len(flat) > len(names) + len(optional):
        wanted = " and ".join(f"`{name}`" for name in names)
        message = f"`{call.type}` takes {wanted}, got {max(len(flat), len(given))} inputs"
        raise Refusal("wrong-input-count", message, at=0 if flat else None)
    return tuple(given[name] for name in (*names, *optional) if name in given)
