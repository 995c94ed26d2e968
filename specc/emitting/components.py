"""Components of a spec -> the calls that make them in Keras. Arguments are read as by `specc.keras_target.build`.

An argument may also be `Code`: source text that stands for a value which is not known here, as a block's parameter is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from specc.catalog import Catalog, EntryFacts
from specc.component import Component
from specc.emitting.python import Expression, call, listed, literal, mapped, quoted, tupled

_ALL_BY_NAME = frozenset(("application", "op", "callback"))
"""Kinds whose arguments are all written with their names."""


@dataclass(frozen=True, slots=True)
class Code:
    """Source text in place of a value."""

    text: str


def component_call(component: Component, catalog: Catalog, extra: Mapping[str, Expression] | None = None) -> Expression:
    """What makes the component: a call of its class, `extra` behind its arguments; or Keras' short name for it."""
    facts = facts_of(component, catalog)
    if facts.path is None or (component.type != facts.name and not component.arguments and not extra):
        return quoted(component.type)
    if not is_class(facts):
        return quoted(component.type)  # a function, such as an activation: Keras takes its name
    by_epoch = component.arguments.get("schedule")
    if isinstance(by_epoch, Component) and facts.name == "LearningRateScheduler":
        # Keras wants a function that gives a number; a schedule gives a tensor.
        extra = {
            **(extra or {}),
            "schedule": call("lambda epoch: float", call(component_call(by_epoch, catalog), "epoch")),
        }
        others = {name: value for name, value in component.arguments.items() if name != "schedule"}
        component = replace(component, arguments=others)
    return constructor(component, facts, catalog, extra or {})


def facts_of(component: Component, catalog: Catalog) -> EntryFacts:
    """What Keras offers under the component's type; a sound plan has no other components."""
    facts = catalog.find(component.kind, component.type)
    if facts is None:
        raise KeyError(f"{component.kind} {component.type} is not in the catalog")
    return facts


def constructor(
    component: Component, facts: EntryFacts, catalog: Catalog, extra: Mapping[str, Expression]
) -> Expression:
    """The call of the component's class or function, without the arguments that belong to a layer's call."""
    leading = _leading(component, facts)
    values = {
        name: argument_of(component, name, facts, catalog)
        for name in component.arguments
        if not facts.arguments[name].at_call
    }
    named = {name: value for name, value in values.items() if name not in leading}
    return call(symbol(str(facts.path)), *(values[name] for name in leading), **named, **extra)


def at_call(component: Component, facts: EntryFacts, catalog: Catalog) -> dict[str, Expression]:
    """The arguments that Keras takes at a layer's call."""
    return {
        name: argument_of(component, name, facts, catalog)
        for name in component.arguments
        if facts.arguments[name].at_call
    }


def argument_of(component: Component, name: str, facts: EntryFacts, catalog: Catalog) -> Expression:
    """One argument's value; some of Keras' constructors refuse the integer 1 where they want 1.0."""
    value: Any = component.arguments[name]
    if facts.arguments[name].real and isinstance(value, int):
        value = float(value)
    return argument(value, catalog)


def argument(value: Any, catalog: Catalog) -> Expression:  # noqa: ANN401  an argument, or Code in one
    """A value as it stands in an argument: lists of whole numbers are sizes, which people write as tuples."""
    match value:
        case Code(text=text):
            return text
        case Component():
            return component_call(value, catalog)
        case list():
            items = [argument(item, catalog) for item in value]
            sizes = bool(value) and all(isinstance(item, int | Code) and not isinstance(item, bool) for item in value)
            return tupled(items) if sizes else listed(items)
        case dict():
            return mapped((literal(key), argument(item, catalog)) for key, item in value.items())
    return literal(value)


def symbol(path: str) -> str:
    """The public name of Keras at a path of the catalog as a script calls it: `layers.Dense`, `keras.losses.Huber`."""
    for module in ("layers", "ops"):
        if path.startswith(f"keras.{module}."):
            return path.removeprefix("keras.")
    return path


def is_class(facts: EntryFacts) -> bool:
    """Whether the symbol is a class, or a function that makes a model: Keras writes both with a capital letter."""
    return str(facts.path).rpartition(".")[2][:1].isupper()


def _leading(component: Component, facts: EntryFacts) -> list[str]:
    """The arguments that are written without their names: those that a layer cannot do without, or a first one."""
    if facts.kind in _ALL_BY_NAME:
        return []
    required = [name for name, argument in facts.arguments.items() if argument.required]
    if required and (facts.kind == "layer" or len(required) == 1):
        return required if all(name in component.arguments for name in required) else []
    first = component.arguments.get(facts.first) if facts.first is not None else None
    return [] if required or first is None or isinstance(first, bool) else [str(facts.first)]
