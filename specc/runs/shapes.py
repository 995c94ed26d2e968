"""Plain values held to an expected shape, for files that a person or a crash may have changed.

Goes in: what JSON or YAML gave, and a shape. Comes out: a value of exactly that shape, with blanks where the file is
silent or wrong, and a list of faults, each with the path to the wrong value. Keys that a shape does not know pass
silently: a newer version may have added them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """A string; null is the blank."""

    blank: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number; null is the blank."""

    blank: int | None = 0


@dataclass(frozen=True, slots=True)
class Number:
    """A number; null is `nan`, as `write_json` writes it."""


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false; null is None."""


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value, as it is."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one shape, given back as a tuple."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class MappingOf:
    """A mapping with free keys and values of one shape."""

    value: "Shape"


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping with fixed keys."""

    fields: Mapping[str, "Shape"]


Shape: TypeAlias = Text | Count | Number | Flag | Anything | ListOf | MappingOf | Fields
Path: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[Path, str]

_EXPECTED = {Text: "a string", Count: "a whole number", Number: "a number", Flag: "true or false", ListOf: "a list"}


def conform(value: object, shape: Shape, path: Path = ()) -> tuple[Any, list[Fault]]:
    """`value` in the form of `shape`, and what was wrong with it."""
    if value is None:
        return blank(shape), []
    match shape:
        case Anything():
            return value, []
        case Text() if isinstance(value, str):
            return value, []
        case Count() if isinstance(value, int) and not isinstance(value, bool):
            return value, []
        case Number() if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value), []
        case Flag() if isinstance(value, bool):
            return value, []
        case ListOf(item=item) if isinstance(value, list):
            parts = [conform(entry, item, (*path, index)) for index, entry in enumerate(value)]
            return tuple(part for part, _ in parts), [fault for _, faults in parts for fault in faults]
        case MappingOf(value=item) if isinstance(value, dict):
            named = {str(key): conform(entry, item, (*path, key)) for key, entry in value.items()}
            return {key: part for key, (part, _) in named.items()}, [f for _, faults in named.values() for f in faults]
        case Fields(fields=fields) if isinstance(value, dict):
            named = {key: conform(value.get(key), item, (*path, key)) for key, item in fields.items()}
            return {key: part for key, (part, _) in named.items()}, [f for _, faults in named.values() for f in faults]
    expected = _EXPECTED.get(type(shape), "a mapping")
    return blank(shape), [(path, f"expected {expected}, got {_kind(value)}")]


def blank(shape: Shape) -> object:
    """What stands for a value that is not there."""
    match shape:
        case Text(blank=nothing):
            return nothing
        case Count(blank=none):
            return none
        case Number():
            return math.nan
        case Anything() | Flag():
            return None
        case ListOf():
            return ()
        case MappingOf():
            return {}
        case Fields(fields=fields):
            return {key: blank(item) for key, item in fields.items()}


def _kind(value: object) -> str:
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"the number `{value}`"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "a mapping"
