"""Arguments that Keras writes into a config though they go without saying: left out of specs."""

from collections.abc import Callable, Mapping
from typing import Any

from specc.catalog import EntryFacts
from specc.graph.normal_form import normal_form

Given = dict[str, Any]


def needed(facts: EntryFacts, given: Given, rank: int | None) -> Given:
    """`given` without what would mean the same left out, by defaults, other arguments and the `rank` of the input."""
    defaults = {name: declared.default for name, declared in facts.arguments.items() if declared.has_default}
    complete = defaults | given
    form = normal_form(facts.name, complete, rank)

    def says_something(name: str) -> bool:
        unsaid = complete | {name: defaults.get(name)}
        return name not in defaults or not same(form[name], normal_form(facts.name, unsaid, rank)[name])

    rule = _RULES.get(facts.name, dict)
    return rule({name: value for name, value in given.items() if says_something(name)})


def settled(type_name: str, key: str, value: Any) -> bool:  # noqa: ANN401  plain data
    """Whether an entry of a config that is no argument says nothing: unset, or computed from the others."""
    return value in _UNSET or (key == "data_format" and value == "channels_last") or key in _COMPUTED.get(type_name, ())


def same(one: Any, other: Any) -> bool:  # noqa: ANN401  documents
    """Equality that tells true from 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


_UNSET: tuple[Any, ...] = (None, False, [], {}, "")
_COMPUTED = {
    "StringLookup": ("oov_method", "vocabulary_size"),
    "IntegerLookup": ("oov_method", "vocabulary_size"),
    "TextVectorization": ("vocabulary_size",),
}


def _bidirectional(given: Given) -> Given:
    """The layer that reads backwards is the other one turned round."""
    forward = given.get("layer")
    if not isinstance(forward, dict):
        return given
    type_name, arguments = next(iter(forward.items()))
    turned = dict(arguments)
    if not turned.pop("go_backwards", False):
        turned["go_backwards"] = True
    alike = given.get("backward_layer") == {type_name: turned}
    return _without(given, "backward_layer") if alike else given


def _discretization(given: Given) -> Given:
    """Boundaries that the layer has found make as many bins as it was asked for."""
    return _without(given, "num_bins") if given.get("bin_boundaries") else given


def _without(given: Given, left_out: str) -> Given:
    return {name: value for name, value in given.items() if name != left_out}


_RULES: Mapping[str, Callable[[Given], Given]] = {"Bidirectional": _bidirectional, "Discretization": _discretization}
