"""The entries of a layer list -> drafts: each with its layer, not named and wired yet.

What is at fault in an entry is `FAULTY`; the entry keeps its place in the chain. Names are `specc.graph.naming`'s,
wires `specc.graph.resolve`'s.
"""

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from specc.catalog import Catalog
from specc.component import Component
from specc.composition import MODEL
from specc.composition.entries import COMPOSED_KEYS, type_entries, values_of
from specc.diagnostics import Finding, Label, Span, error
from specc.language import tree
from specc.language.tree import Entry, Mapping, Sequence, Value
from specc.language.variables import Unresolved
from specc.spec.components import build_component
from specc.spec.faults import Faults, words
from specc.spec.unknown import FAULTY


class Draft(NamedTuple):
    """A layer entry before it is named and its wires have sources.

    `component` is None where the entry shares another's layer. `name` is what the entry says; if `naming` is not
    `WRITTEN`, it is what its name begins with. `mentions` are the words of an entry at fault, each of which may have
    been meant for a name. `model` is the section of a model that is used as a layer.
    """

    name: str
    span: Span
    component: Component | None
    share: Value | None = None
    inputs: tree.Node | None = None
    outputs: tuple[Value, ...] = ()
    naming: str = "written"
    mentions: frozenset[str] = frozenset()
    model: tree.Node | None = None


WRITTEN, DEFAULT, LOST, ANY = "written", "default", "lost", "any"
"""How an entry is called: as it says, by its type, by one of its `mentions`, or in a way that cannot be told."""


class Ground(NamedTuple):
    """What all entries are read with."""

    catalog: Catalog
    faults: Faults


def draft_entry(layer: tree.Node, ground: Ground) -> tuple[Draft, bool, list[Finding]]:
    """The draft of one entry, and whether it is known how many layers of its type there are so far."""
    entry, findings = _draft(layer, ground)
    if not findings and (entry.model is not None or not ground.faults.inside(layer)):
        return entry, True, findings
    naming = ANY if _hides_outputs(layer) else entry.naming
    countable = entry.naming == WRITTEN or _type_is_known(layer, ground.catalog)
    return entry._replace(mentions=frozenset(words(layer)), naming=naming), countable, findings


def _draft(layer: tree.Node, ground: Ground) -> tuple[Draft, list[Finding]]:
    """One entry of the layer list. Its type is the one key that is no node key."""
    if isinstance(layer, Value) and not ground.faults.inside(layer):
        return _layer(layer, Entry(str(layer.value), layer.span, Value(layer.span, None)), {}, ground)
    if not isinstance(layer, Mapping):
        return _unreadable(layer, ground)
    types = type_entries(layer, COMPOSED_KEYS)
    shares = layer.entry("share") is not None
    if len(types) + shares != 1:
        keys = _node_keys(layer, types, ground)
        base = default_name(types[0].key) if types else "layer"
        findings = [] if ground.faults.inside(layer) else [_one_type(layer, types)]
        own, span, naming = _own_name(layer, keys["name"], base)
        return Draft(own, span, FAULTY, None, keys["inputs"], values_of(keys["outputs"]), naming), findings
    keys = _node_keys(layer, [], ground)
    return _layer(layer, types[0], keys, ground) if types else (_sharing(layer, keys), [])


def _unreadable(layer: tree.Node, ground: Ground) -> tuple[Draft, list[Finding]]:
    """A type that does not exist, an expression without a value, or something that is no layer at all."""
    is_type = isinstance(layer, Value) and not isinstance(layer.value, Unresolved)
    name = default_name(str(layer.value)) if isinstance(layer, Value) else "layer"
    findings = [] if ground.faults.inside(layer) else [_not_a_layer(layer)]
    if is_type:
        return Draft(name, layer.span, FAULTY, naming=DEFAULT), findings
    return Draft(name, layer.span, FAULTY, inputs=FAULTY, naming=ANY), findings


def _layer(
    layer: tree.Node, written: Entry, keys: dict[str, tree.Node | None], ground: Ground
) -> tuple[Draft, list[Finding]]:
    """An entry that writes one type."""
    if written.key == MODEL and isinstance(written.value, Mapping):
        return _nested(layer, written.key_span, written.value, keys, ground), []
    component: Component = FAULTY
    findings: list[Finding] = []
    if not ground.faults.at(written.key_span) and not ground.faults.inside(written.value):
        arguments = None if isinstance(layer, Value) else written.value
        kind = layer_kind(written.key, ground.catalog)
        built, findings = build_component(written.key, written.key_span, arguments, kind, ground.catalog)
        component = FAULTY if built is None else built
    name, span, naming = _own_name(layer, keys.get("name"), default_name(written.key))
    span = written.key_span if naming == DEFAULT else span
    return Draft(name, span, component, None, keys.get("inputs"), values_of(keys.get("outputs")), naming), findings


def _nested(layer: tree.Node, place: Span, said: Mapping, keys: dict[str, tree.Node | None], ground: Ground) -> Draft:
    """A model that is used as a layer; it is called after its name under `models`, or its file."""
    options = {entry.key: entry for entry in said if entry.key != "model"}
    source = options["source"].value
    written = str(source.value) if isinstance(source, Value) else "model"
    sound = not any(ground.faults.at(e.key_span) or ground.faults.inside(e.value) for e in options.values())
    values = {key: e.value.value for key, e in options.items() if key != "source" and isinstance(e.value, Value)}
    spans = {key: e.value.span for key, e in options.items()}
    component = Component("model", written, values, place, spans) if sound else FAULTY
    base = re.sub(r"\W", "_", PurePosixPath(written).stem) or "model"
    name, span, naming = _own_name(layer, keys.get("name"), base)
    span = place if naming == DEFAULT else span
    outputs = values_of(keys.get("outputs"))
    return Draft(name, span, component, None, keys.get("inputs"), outputs, naming, model=said.get("model"))


def _sharing(layer: Mapping, keys: dict[str, tree.Node | None]) -> Draft:
    """An entry that applies another one's layer."""
    share = keys["share"]
    is_known = isinstance(share, Value)
    base = f"{share.value}_again" if isinstance(share, Value) else "layer"
    own, span, naming = _own_name(layer, keys["name"], base)
    if naming == DEFAULT:
        naming = DEFAULT if is_known else LOST
    span = share.span if isinstance(share, Value) else span
    component = None if is_known else FAULTY
    return Draft(
        own, span, component, share if isinstance(share, Value) else FAULTY,
        keys["inputs"], values_of(keys["outputs"]), naming,
    )  # fmt: skip


def _node_keys(layer: Mapping, types: list[Entry], ground: Ground) -> dict[str, tree.Node | None]:
    """The node keys of an entry. Of several `types`, one that does not exist may be a misspelt one of them."""
    catalog, faults = ground.catalog, ground.faults
    misspelt = any(not catalog.find(layer_kind(entry.key, catalog), entry.key) for entry in types)
    keys: dict[str, tree.Node | None] = dict.fromkeys(COMPOSED_KEYS, FAULTY if misspelt else None)
    for entry in layer:
        if entry.key in keys:
            at_fault = faults.at(entry.key_span) or faults.inside(entry.value)
            keys[entry.key] = FAULTY if at_fault else entry.value
    return keys


def _own_name(layer: tree.Node, name: tree.Node | None, base: str) -> tuple[str, Span, str]:
    """The entry's name, or what it begins with, where that comes from, and whether it is what the spec means."""
    if isinstance(name, Value):
        return str(name.value), name.span, WRITTEN
    if name is None:
        return base, layer.span, DEFAULT
    written = layer.get("name") if isinstance(layer, Mapping) else None
    return base, layer.span, LOST if written is None or _is_word(written) else ANY


def _hides_outputs(layer: tree.Node) -> bool:
    """Whether an entry at fault has names for its outputs that are no words."""
    outputs = layer.get("outputs") if isinstance(layer, Mapping) else None
    items = outputs.items if isinstance(outputs, Sequence) else () if outputs is None else (outputs,)
    return not all(_is_word(item) for item in items)


def _is_word(node: tree.Node) -> bool:
    return isinstance(node, Value) and isinstance(node.value, str) and not isinstance(node.value, Unresolved)


def _type_is_known(layer: tree.Node, catalog: Catalog) -> bool:
    """Whether the type is written, so that the entry's default name is known whatever is wrong with its arguments."""
    keys = [str(layer.value)] if isinstance(layer, Value) else []
    keys += [entry.key for entry in type_entries(layer, COMPOSED_KEYS)] if isinstance(layer, Mapping) else []
    return len(keys) == 1 and catalog.find(layer_kind(keys[0], catalog), keys[0]) is not None


def _not_a_layer(layer: tree.Node) -> Finding:
    return error("not-a-component", "expected a layer, written `Type: arguments`", layer.span)


def _one_type(layer: Mapping, types: list[Entry]) -> Finding:
    if not types:
        help_ = "write `Type: arguments` beside the node keys"
        return error("missing-layer-type", "this entry names no layer", layer.span, help=help_)
    several = len(types) > 1
    first, second = (types[0].key_span, types[1].key_span) if several else (types[0].key_span, layer.span)
    return error(
        "several-layer-types",
        "one entry is one layer, this has several"
        if several
        else "an entry that shares a layer has no type of its own",
        second,
        labels=(Label(first, "the first"),),
        help="start each layer with its own `-`",
    )


def layer_kind(type_name: str, catalog: Catalog) -> str:
    """The catalog's kind for a type in a layer list.

    A layer, a function of `keras.ops` or a whole application.
    """
    return next((kind for kind in ("layer", "op", "application") if catalog.find(kind, type_name)), "layer")


def default_name(type_name: str) -> str:
    """The name that a layer of this type gets, as Keras forms it.

    `Conv2D` is `conv2d`, `MaxPooling2D` is `max_pooling2d`.
    """
    name = type_name.removeprefix("ops.")
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def default_names(catalog: Catalog) -> frozenset[str]:
    """The names, but for their numbers, that layers have by their types."""
    return frozenset(default_name(word) for kind in ("layer", "op", "application") for word in catalog.names(kind))


def may_be_default(name: str, known: frozenset[str]) -> bool:
    """Whether some layer without a `name` may be called so; `known` are the `default_names`."""
    base = re.sub(r"(_\d+|_again)+$", "", name)
    return name in known or base in known or base != name
