"""Two values of plans -> the places where they differ.

Components are compared with their defaults, so that an argument that is left out equals the same one written out. What
a change shows is what the spec says. The order of keys does not count.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from specc.catalog import Catalog, load
from specc.component import Argument, Component
from specc.graph.infer import completed
from specc.graph.normal_form import normal_form
from specc.plan.document import component_document


class Absent:
    """The type of `ABSENT`, what stands where one side has nothing."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = Absent()
Value: TypeAlias = "Argument | Mapping[str, Value] | tuple[Value, ...] | Absent"

Ranks: TypeAlias = tuple[int | None, int | None]
"""How many axes the inputs of two layers have; None is not known."""


class Change(NamedTuple):
    """A dotted path, and the plain values before and after; `ABSENT` where there is none."""

    path: str
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """The same as plain data: a side that has nothing is left out."""
        sides = {"before": self.before, "after": self.after}
        return {"path": self.path} | {side: value for side, value in sides.items() if value is not ABSENT}


def changes(before: Value, after: Value, path: str = "", ranks: Ranks = (None, None)) -> Iterator[Change]:
    """The smallest parts of two values that differ, each with its path. `ranks` if they are layers."""
    if isinstance(before, Component) or isinstance(after, Component):
        yield from _components(before, after, path, ranks)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from changes(before.get(key, ABSENT), after.get(key, ABSENT), f"{path}.{key}" if path else key)
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple) and len(before) == len(after):
        pairs = zip(before, after, strict=True)
        found = [
            change for number, (one, other) in enumerate(pairs) for change in changes(one, other, f"{path}.{number}")
        ]
        is_plain = not any(isinstance(item, Component | Mapping) for item in (*before, *after))
        yield from [Change(path, _plain(before), _plain(after))] if found and is_plain else found
    elif not _same(before, after):
        yield Change(path, _plain(before), _plain(after))


def _components(before: Value, after: Value, path: str, ranks: Ranks) -> Iterator[Change]:
    """Two components of one type differ in arguments, all others as a whole. A type alone is a component too."""
    catalog = load()
    one, other = _component(before, after, catalog), _component(after, before, catalog)
    if not isinstance(one, Component) or not isinstance(other, Component):
        if not _is_no_activation(one, other):
            yield Change(path, _plain(before), _plain(after))
    elif (one.kind, one.type) != (other.kind, other.type):
        yield Change(path, _plain(before), _plain(after))
    else:
        yield from changes(*_differing(one, other, ranks), f"{path}.{one.type}" if path else "")


def _differing(one: Component, other: Component, ranks: Ranks) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
    """The arguments of two components that do not come to the same, as the spec has them."""
    if one.kind not in ("layer", "op"):
        return one.arguments, other.arguments
    if one.kind == "op":
        ranks = None, None  # some count axes in what they give
    forms = [normal_form(each.type, each.arguments, rank) for each, rank in zip((one, other), ranks, strict=True)]
    equal = {name for name in forms[0].keys() & forms[1].keys() if not any(changes(forms[0][name], forms[1][name]))}
    first, second = ({name: v for name, v in each.arguments.items() if name not in equal} for each in (one, other))
    return first, second


def _component(value: Value, beside: Value, catalog: Catalog) -> Value:
    """The value with its defaults, where it is a component, or the name of one of the kind that stands beside it."""
    if isinstance(value, str) and isinstance(beside, Component):
        value = Component(beside.kind, value, {}, beside.span)
    if not isinstance(value, Component):
        return value
    return completed(value, catalog) if value.kind in catalog.kinds() else value


def _is_no_activation(one: Value, other: Value) -> bool:
    """Whether one is `linear` and the other null, which mean the same."""
    component, rest = (one, other) if isinstance(one, Component) else (other, one)
    is_linear = isinstance(component, Component) and (component.kind, component.type) == ("activation", "linear")
    return is_linear and rest is None


def _same(before: Value, after: Value) -> bool:
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    return before == after


def _plain(value: Any) -> Any:  # noqa: ANN401  plain data
    if isinstance(value, Component):
        return component_document(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
