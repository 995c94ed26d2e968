"""The names that Keras gives to layers which have none, so that a script only writes those that differ."""

import re
from typing import NamedTuple

from specc.component import Argument, Component
from specc.emitting.expressions import UnsupportedError
from specc.emitting.sites import Instance, Sites
from specc.graph.drafts import default_name
from specc.graph.graph import Graph, Node

_MAKES_OTHERS = {
    "MultiHeadAttention": r"softmax|dropout",
    "GroupQueryAttention": r"softmax|dropout",
    "AugMix": r"random_.*|auto_contrast|solarization",
    "RandAugment": r"random_.*|auto_contrast|solarization",
}
"""Layers that make layers of other types for themselves, and what those are called."""


AUTOMATIC, WRITTEN, NUMBERED = "automatic", "written", "numbered"
"""How the layers of a site get their names: from Keras, as they are written, or as written and numbered by Keras."""


class Names(NamedTuple):
    """How each site's layers are named, by its id; and which layers of models inside the model Keras names itself."""

    ways: dict[int, str]
    inner: dict[int, set[str]]


def choose_names(sites: Sites) -> Names:
    """The plainest way that gives all layers the names of the graph. Raises UnsupportedError if there is none.

    Names that the spec writes are written, unless that leads nowhere: those of an imported model may be Keras' own.
    """
    named = {site for site, found in sites.instances.items() if any(instance.local for instance in found)}
    own = {site for site in named if not all(map(_looks_automatic, sites.instances[site]))}
    names = _choose(sites, named) or _choose(sites, own)
    if names is None:
        raise UnsupportedError("names that neither Keras nor a block gives to layers in this order")
    return names


def _choose(sites: Sites, written: set[int]) -> Names | None:
    """The names, if those of some sites are at least written."""
    ways = {site: WRITTEN if site in written else AUTOMATIC for site in sites.instances}
    inner: dict[int, set[str]] = {}
    while (failed := _first_wrong(sites, ways, inner)) is not None:
        inner.clear()
        if ways[failed] != NUMBERED:
            ways[failed] = WRITTEN if ways[failed] == AUTOMATIC else NUMBERED
            continue
        # What is numbered counts layers of its type that were written too soon.
        others = _uncounted(sites, ways, _type(sites, failed))
        if not others:
            return None
        ways |= dict.fromkeys(others, NUMBERED)
    return Names(ways, inner)


def _uncounted(sites: Sites, ways: dict[int, str], of_type: str) -> list[int]:
    """The sites of a type whose layers have no names in the spec, but written ones in the script."""
    return [
        site
        for site, way in ways.items()
        if way == WRITTEN
        and _type(sites, site) == of_type
        and not any(instance.local for instance in sites.instances[site])
    ]


def _type(sites: Sites, site: int) -> str:
    return sites.instances[site][0].node.component.type


def _looks_automatic(instance: Instance) -> bool:
    """Whether Keras might give such a name to a layer of this type."""
    return re.fullmatch(rf"{default_name(instance.node.component.type)}(_\d+)?", instance.node.name) is not None


def automatic_layers(graph: Graph, automatic: "AutomaticNames", found: dict[int, set[str]]) -> None:
    """Adds to `found`, by the graph's id, the layers that Keras names as the graph does; so for models inside."""
    own = found.setdefault(id(graph), set())
    for node in graph.nodes:
        base = default_name(node.component.type)
        if _is_named(node, automatic, found) and automatic.next_of(base) == node.name:
            own.add(node.name)
            automatic.count(base)


def _is_named(node: Node, automatic: "AutomaticNames", found: dict[int, set[str]]) -> bool:
    """Whether a node makes a layer with a name of its own, and no model; what else it makes is counted."""
    if node.layer != node.name:
        return False
    if node.model is not None:
        automatic_layers(node.model, automatic, found)
        return False
    automatic.note(node.component)
    return node.component.kind == "layer"


def suffix(instance: Instance) -> str:
    """What stands behind the prefix of a layer that its entry does not name."""
    return instance.node.name.removeprefix(instance.prefix)


def _first_wrong(sites: Sites, ways: dict[int, str], inner: dict[int, set[str]]) -> int | None:
    """The first site whose way gives a layer another name than the graph has."""
    automatic = AutomaticNames()
    for site, instance in sites.order:
        node, way = instance.node, ways[site]
        if not _is_named(node, automatic, inner):
            continue
        base = default_name(node.component.type) if way == AUTOMATIC else _written(instance, way)
        expected = base if way == WRITTEN else automatic.next_of(base)
        if expected != node.name or (way == WRITTEN and not _is_constant(site, instance, sites)):
            return site
        if way != WRITTEN:
            automatic.count(base)
    return None


def _written(instance: Instance, way: str) -> str:
    number = f"_{instance.number}" if instance.copies > 1 and instance.local else ""
    local = instance.local or (default_name(instance.node.component.type) if way == NUMBERED else suffix(instance))
    return f"{instance.prefix}{local}{number}"


def _is_constant(site: int, instance: Instance, sites: Sites) -> bool:
    """Whether a layer without a name of its own has the same one behind its prefix wherever it comes."""
    return bool(instance.local) or suffix(instance) == suffix(sites.instances[site][0])


class AutomaticNames:
    """Keras' counters: `dense`, `dense_1`, … in the order in which layers without names are made."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._uncertain: list[str] = []

    def next_of(self, base: str) -> str | None:
        """What Keras would call the next layer of the type whose names begin so; None if that is not certain."""
        if any(re.fullmatch(pattern, base) for pattern in self._uncertain):
            return None
        count = self._counts.get(base, 0)
        return f"{base}_{count}" if count else base

    def count(self, base: str) -> None:
        """Note that a name has been given."""
        self._counts[base] = self._counts.get(base, 0) + 1

    def note(self, component: Component) -> None:
        """Note what making this component counts beside itself."""
        if component.kind == "op":
            self._uncertain.append(re.escape(default_name(component.type)))
        if component.kind == "application":
            self._uncertain.append(".*")
        if component.type in _MAKES_OTHERS:
            self._uncertain.append(_MAKES_OTHERS[component.type])
        for value in component.arguments.values():
            self._inside(value)

    def _inside(self, value: Argument) -> None:
        if isinstance(value, Component):
            if value.kind == "layer":
                self.count(default_name(value.type))
            self.note(value)
        elif isinstance(value, list):
            for item in value:
                self._inside(item)
