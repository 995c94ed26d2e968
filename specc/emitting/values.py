"""Values of a layer list that may have variables in them -> source, inside one function of a script."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from specc.catalog import Catalog, EntryFacts
from specc.component import Component
from specc.emitting.components import Code, constructor
from specc.emitting.expressions import Piece, UnsupportedError, is_condition, pieces, value_source
from specc.emitting.python import Expression, listed, literal
from specc.language.expressions import parse
from specc.language.tree import Entry, Sequence, Value
from specc.language.tree import Mapping as TreeMapping
from specc.language.tree import Node as Tree
from specc.language.variables import Variables, has_hole, used_names
from specc.spec.components import build_component

_KINDS = ("regularizer", "constraint", "activation")
"""Kinds of components that a block may be given: several layers can have the same one. Not so initializers, of which
each layer needs its own."""


class Values(NamedTuple):
    """How values become source. `symbols` are the function's parameters and counters, `variable` gives the spec's."""

    catalog: Catalog
    home: Variables
    symbols: Mapping[str, str]
    variable: Callable[[str, Variables], str]

    def symbol(self, name: str) -> str:
        """What a variable is called here."""
        return self.symbols.get(name) or self.variable(name, self.home)

    def value(self, node: Tree) -> Expression:
        """The source of a value that stands for itself: an argument of a block, or a default."""
        node = self.known(node)
        match node:
            case Value():
                return value_source(str(node.value), self.symbol) if has_hole(node) else literal(node.value)
            case Sequence(items=items):
                return listed(self.value(item) for item in items)
            case TreeMapping(entries=(entry,)):
                return self._component(entry)
        raise UnsupportedError("a mapping")

    def text(self, node: Tree | None) -> list[Piece]:
        """The pieces of a text; none if there is none."""
        if not isinstance(node, Value) or node.value is None:
            return []
        return pieces(str(node.value), self.symbol)

    def condition(self, node: Value) -> str | None:
        """What a number of copies asks that is one or none."""
        return is_condition(str(node.value), self.symbol) if has_hole(node) else None

    def component(self, entry: Entry, kind: str) -> tuple[Component, EntryFacts]:
        """A component whose arguments may be source, of the type and with the arguments that `entry` writes."""
        component, _ = build_component(entry.key, entry.key_span, self.symbolic(entry.value), kind, self.catalog)
        facts = self.catalog.find(kind, entry.key)
        if component is None or facts is None or facts.path is None:
            raise UnsupportedError(f"the component {entry.key}")
        return component, facts

    def symbolic(self, node: Tree) -> Tree:
        """The tree with source in the place of each string that has holes."""
        node = self.known(node)
        match node:
            case Value() if has_hole(node):
                code: Any = Code(value_source(str(node.value), self.symbol))
                return Value(node.span, code)
            case TreeMapping(span=span, entries=entries):
                return TreeMapping(span, tuple(e._replace(value=self.symbolic(e.value)) for e in entries))
            case Sequence(span=span, items=items):
                return Sequence(span, tuple(map(self.symbolic, items)))
        return node

    def known(self, node: Tree) -> Tree:
        """A variable of the spec that holds components gives way to its value."""
        if not has_hole(node):
            return node
        template, names = parse(str(node.value)), used_names(str(node.value))
        if len(template) != 1 or len(names) != 1 or names[0] in self.symbols:
            return node
        return self.home.substitute(node, 2) if _holds_mapping(self.home.values.get(names[0])) else node

    def _component(self, entry: Entry) -> Expression:
        kinds = [kind for kind in _KINDS if self.catalog.find(kind, entry.key)]
        if len(kinds) != 1:
            raise UnsupportedError("a component of another kind")
        component, facts = self.component(entry, kinds[0])
        return constructor(component, facts, self.catalog, {})


def _holds_mapping(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_holds_mapping, value)))
