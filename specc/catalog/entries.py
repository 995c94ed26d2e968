"""What the overlay writes per type: one line about it, the types of its arguments, how it is called.

Comes from the modules of `specc.catalog.overlay`; `specc.catalog.merge` joins it with what Keras itself says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from specc.catalog.types import Type

NO_DEFAULT = object()  # None is a default like any other


@dataclass(frozen=True, slots=True)
class Extra:
    """An argument that no constructor of Keras has: of our own types, or one that Keras takes at the call."""

    type: Type
    default: object = NO_DEFAULT
    required: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """The hand-written half of a type's facts.

    `types` are exceptions to the table of argument names. `first` names the argument that a bare value means; "" is the
    constructor's own first one, None forbids the form. `call` gives the wires whose form the call's signature does not
    tell: "tensor" or "tensors".
    """

    about: str
    types: Mapping[str, Type] = field(default_factory=dict)
    first: str | None = ""
    call: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Extra] = field(default_factory=dict)


Family: TypeAlias = Mapping[str, Entry]


def entry(
    about: str,
    *,
    first: str | None = "",
    call: Mapping[str, str] | None = None,
    extra: Mapping[str, Extra] | None = None,
    shared: Mapping[str, Type] | None = None,
    **types: Type,
) -> Entry:
    """An `Entry` with the exceptions to the argument table as keywords, `shared` being those of its whole family."""
    return Entry(about, {**(shared or {}), **types}, first, call or {}, extra or {})
