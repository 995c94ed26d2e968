"""Random sizes, shapes, tensors and arguments, and the `Config` of a layer made of them, for `differential.py`.

Nothing is inferred or built here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

from specc.component import Component
from specc.diagnostics import Span
from specc.graph.graph import TensorType
from specc.graph.shapes import APPLICATIONS

NOWHERE = Span("", 1, 1, 1, 1)
Sizes: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True)
class Config:
    """One layer with its arguments, the inputs without the batch axis, and how they reach it.

    `listed` is for a layer that takes a list of them, `states` for a cell, whose inputs after the first are its states.
    """

    type: str
    arguments: Mapping[str, Any]
    inputs: tuple[TensorType, ...]
    listed: bool = False
    keywords: tuple[str, ...] = ()
    states: bool = False

    def __str__(self) -> str:
        shown = {
            k: f"{v.type}({dict(v.arguments)})" if isinstance(v, Component) else v for k, v in self.arguments.items()
        }
        return f"{self.type}({shown}) on {[(x.shape, x.dtype) for x in self.inputs]}"


def layer(name: str, **arguments: Any) -> Component:
    kind = "op" if name.startswith("ops.") else "application" if name in APPLICATIONS else "layer"
    return Component(kind, name, arguments, NOWHERE)


def size(r: Random, high: int = 9, unknown: float = 0.06) -> int | None:
    return None if r.random() < unknown else r.randint(1, high)


def shape(r: Random, rank: int, high: int = 9, wrong: float = 0.07) -> Sizes:
    """`rank` axes without the batch; sometimes another number of them."""
    rank += r.choice((-1, 1)) if r.random() < wrong else 0
    return tuple(size(r, high) for _ in range(max(0, rank)))


def tensor(r: Random, sizes: Sizes, *dtypes: str) -> TensorType:
    rare = ("int32", "float64", "float16", "bool", "uint8")
    return TensorType(sizes, r.choice(dtypes) if dtypes else r.choice(rare) if r.random() < 0.1 else "float32")


def some(r: Random, /, **arguments: Callable[[], Any]) -> dict[str, Any]:
    """Each argument with a chance of one half."""
    return {name: make() for name, make in arguments.items() if r.random() < 0.5}


def positive(r: Random, high: int = 6) -> int:
    return r.choice((0, -1)) if r.random() < 0.03 else r.randint(1, high)


def spread(r: Random, rank: int, high: int) -> int | list[int]:
    """A size for all axes, or one for each; sometimes too many."""
    if r.random() < 0.5:
        return positive(r, high)
    return [r.randint(1, high) for _ in range(rank + (r.random() < 0.05))]


def yes(r: Random) -> bool:
    return r.random() < 0.5


def data_format(r: Random) -> str:
    return r.choice(("channels_last", "channels_first"))


def axis(r: Random, rank: int) -> int:
    return r.randint(-rank - 1, rank)


def simple(
    rank: tuple[int, int], *dtypes: str, **arguments: Callable[[Random], Any]
) -> Callable[[Random, str], Config]:
    """A layer on one tensor of `rank` axes, low to high. An argument that gives None is left out."""

    def generate(r: Random, name: str) -> Config:
        given = {key: make(r) for key, make in arguments.items()}
        sizes = shape(r, r.randint(*rank))
        kept = {key: value for key, value in given.items() if value is not None}
        return Config(name, kept, (tensor(r, sizes, *dtypes),))

    return generate


def maybe(make: Callable[[Random], Any]) -> Callable[[Random], Any]:
    return lambda r: make(r) if yes(r) else None


def rate(r: Random) -> float:
    return r.choice((0.0, 0.3, 1.0, 1.5, -0.1))
