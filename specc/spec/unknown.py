"""What stands where the spec is at fault: `FAULTY`, a value that stops whoever looks at it.

It can be kept and handed on like any other value, so that one fault does not hide the parts around it. Looking at it
raises `Unknown`, which `known` turns into `FAULTY` again: what depends on a fault is unknown too, and nobody needs to
ask. No plan that is trained holds it. Which parts are at fault, `specc.spec.faults` finds out.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


class Unknown(Exception):  # noqa: N818  no error: it says that there is nothing to say
    """Somebody looked at a part of the spec that is at fault."""


class _Faulty:
    """Raises `Unknown` at every operation but `is`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "FAULTY"

    def _look(self, *_: object) -> NoReturn:
        raise Unknown

    __getattr__ = __getitem__ = __iter__ = __contains__ = __len__ = __bool__ = __call__ = _look
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __str__ = __format__ = _look
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = __mod__ = __rmod__ = _look
    __floordiv__ = __rfloordiv__ = __truediv__ = __rtruediv__ = __or__ = __ror__ = __and__ = __rand__ = _look


FAULTY: Final[Any] = _Faulty()


def is_faulty(value: object) -> bool:
    """Whether the value is `FAULTY`; as `is`, which type checkers take for a statement about both sides."""
    return value is FAULTY


class Partly(tuple[T, ...]):
    """Those of some items that are known: whoever wants all gets these first, and then `Unknown`."""

    __slots__ = ()

    def __iter__(self) -> Iterator[T]:
        yield from super().__iter__()
        raise Unknown

    def __len__(self) -> NoReturn:
        raise Unknown

    def __bool__(self) -> NoReturn:
        raise Unknown


def known(ask: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """What `ask` gives for the arguments; `FAULTY` if it looks at something that is."""
    try:
        return ask(*args, **named)
    except Unknown:
        return FAULTY  # type: ignore[no-any-return]


def several(items: list[T]) -> tuple[T, ...]:
    """The items as a tuple, `Partly` if some are `FAULTY`."""
    found = [item for item in items if item is not FAULTY]
    return tuple(found) if len(found) == len(items) else Partly(found)


def each(items: tuple[S, ...], change: Callable[[S], T]) -> tuple[T, ...]:
    """The items changed one by one, as far as they are known."""
    if is_faulty(items):
        return FAULTY  # type: ignore[no-any-return]
    changed = [change(item) for item in tuple.__iter__(items)]
    return Partly(changed) if isinstance(items, Partly) else tuple(changed)
