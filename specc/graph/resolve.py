"""The `model:` section -> `Graph`: layers get names, wires get sources, nodes get an order.

Comes from the checked tree; goes to inference and lowering. Names and wires are all that is decided here: shapes are
`specc.graph.infer`'s. Faults found: names used twice, wires to nothing, cycles, layers without a way to an output.
"""

import re
from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from typing import NamedTuple

from specc.catalog import Catalog
from specc.component import Component
from specc.diagnostics import Finding, Label, Span, error, has_errors, warning
from specc.graph.graph import Graph, GraphInput, Node, Ref, Wiring
from specc.language import tree
from specc.language.suggest import did_you_mean
from specc.language.tree import Entry, Mapping, Sequence, Value
from specc.spec.components import build_component

NODE_KEYS = frozenset({"name", "inputs", "outputs", "share"})
INPUT = "input"
"""The name by which a layer may call the graph's only input, whatever that is called."""


class _Draft(NamedTuple):
    """A layer entry before its wires have sources. `component` is None where it shares or is at fault."""

    name: str
    span: Span
    component: Component | None
    share: Value | None
    inputs: tree.Node | None
    outputs: tuple[Value, ...]


class _Port(NamedTuple):
    """What a name stands for."""

    source: str
    port: int
    span: Span


def resolve_graph(
    model: tree.Node, name: str, inputs: tuple[GraphInput, ...], catalog: Catalog
) -> tuple[Graph | None, list[Finding]]:
    """The graph that `model:` writes.

    `inputs` are those that the data section determines; they count where the model names none of its own.
    """
    layers, written_inputs, outputs = _parts(model)
    if written_inputs is not None:
        inputs = _written_inputs(written_inputs, inputs)
    if not layers:
        return None, [error("empty-model", "the model has no layers", model.span)]
    if not inputs:
        help_ = "name its inputs: `model: {inputs: {x: [4]}, layers: […]}`"
        return None, [
            error(
                "undetermined-inputs", "neither data nor model say what the model's inputs are", model.span, help=help_
            )
        ]
    drafts, findings = _drafts(layers, {graph_input.name for graph_input in inputs}, catalog)
    names, faults = _names(inputs, drafts)
    findings += faults
    nodes, faults = _wire(drafts, inputs, names, catalog)
    findings += faults
    wires, faults = _outputs(outputs, drafts, names)
    findings += faults
    if has_errors(findings):
        return None, findings
    ordered, faults = _in_order(nodes)
    findings += faults
    if has_errors(findings):
        return None, findings
    used = _reaching(ordered, wires)
    findings += [_unused(node) for node in ordered if node.name not in used]
    findings += _unused_inputs(inputs, used)
    return Graph(name, inputs, tuple(node for node in ordered if node.name in used), wires), findings


def _parts(model: tree.Node) -> tuple[tuple[tree.Node, ...], Mapping | None, tree.Node | None]:
    """The layer entries, the written inputs and the written outputs of both forms of `model:`."""
    if isinstance(model, Sequence):
        return model.items, None, None
    if not isinstance(model, Mapping):
        return (), None, None
    layers, inputs = model.get("layers"), model.get("inputs")
    return (
        layers.items if isinstance(layers, Sequence) else (),
        inputs if isinstance(inputs, Mapping) else None,
        model.get("outputs"),
    )


def _written_inputs(written: Mapping, from_data: tuple[GraphInput, ...]) -> tuple[GraphInput, ...]:
    """The inputs that the model names; what it leaves null is as the data have it."""
    inputs = tuple(_graph_input(entry) for entry in written)
    given = {graph_input.name: graph_input for graph_input in from_data}
    if len(inputs) == len(from_data) == 1:
        given = {inputs[0].name: from_data[0]}
    return tuple(
        found._replace(shape=given[found.name].shape, dtype=given[found.name].dtype)
        if found.shape is None and found.name in given
        else found
        for found in inputs
    )


def _graph_input(entry: Entry) -> GraphInput:
    """`name: [8, 8, 1]` or `name: {shape: [8, 8, 1], dtype: int32}`; a size null is unknown."""
    described = entry.value if isinstance(entry.value, Mapping) else None
    shape = described.get("shape") if described else entry.value
    dtype = described.get("dtype") if described else None
    sizes = tuple(_size(item) for item in shape.items) if isinstance(shape, Sequence) else None
    return GraphInput(entry.key, sizes, str(dtype.value) if isinstance(dtype, Value) else "float32", entry.key_span)


def _size(item: tree.Node) -> int | None:
    return item.value if isinstance(item, Value) and isinstance(item.value, int) else None


def _drafts(layers: tuple[tree.Node, ...], taken: set[str], catalog: Catalog) -> tuple[list[_Draft], list[Finding]]:
    written = {value.value for value in map(_written_name, layers) if value}
    fresh = _fresh_names(taken | written | {INPUT})
    drafts: list[_Draft] = []
    findings: list[Finding] = []
    for layer in layers:
        draft, faults = _draft(layer, fresh, catalog)
        drafts.append(draft)
        findings += faults
    return drafts, findings


def _written_name(layer: tree.Node) -> Value | None:
    name = layer.get("name") if isinstance(layer, Mapping) else None
    return name if isinstance(name, Value) and isinstance(name.value, str) else None


def _draft(layer: tree.Node, fresh: "_FreshNames", catalog: Catalog) -> tuple[_Draft, list[Finding]]:
    """One entry of the layer list. Its type is the one key that is no node key."""
    if isinstance(layer, Value):
        type_name, component_span, arguments = str(layer.value), layer.span, None
        keys: dict[str, tree.Node] = {}
    elif isinstance(layer, Mapping):
        types = [entry for entry in layer if entry.key not in NODE_KEYS and not entry.key.startswith("x-")]
        keys = {entry.key: entry.value for entry in layer if entry.key in NODE_KEYS}
        fault = _one_type(layer, types, shares="share" in keys)
        name = _written_name(layer)
        if fault:  # its names and wires count, so that others may refer to it
            own = str(name.value) if name else fresh(default_name(types[0].key) if types else "layer")
            span = name.span if name else layer.span
            return _Draft(own, span, None, None, keys.get("inputs"), _values(keys.get("outputs"))), [fault]
        if not types:
            share = keys["share"]
            assert isinstance(share, Value)  # noqa: S101  the schema says so
            draft_name = str(name.value) if name else fresh(f"{share.value}_again")
            return _Draft(draft_name, share.span, None, share, keys.get("inputs"), _values(keys.get("outputs"))), []
        type_name, component_span, arguments = types[0].key, types[0].key_span, types[0].value
    else:
        return _Draft(fresh("layer"), layer.span, None, None, None, ()), [
            error("not-a-component", "expected a layer, written `Type: arguments`", layer.span)
        ]
    component, findings = build_component(type_name, component_span, arguments, layer_kind(type_name, catalog), catalog)
    name = _written_name(layer)
    draft_name = str(name.value) if name else fresh(default_name(type_name))
    return _Draft(
        draft_name,
        name.span if name else component_span,
        component,
        None,
        keys.get("inputs"),
        _values(keys.get("outputs")),
    ), findings


def _one_type(layer: Mapping, types: list[Entry], *, shares: bool) -> Finding | None:
    if len(types) + shares == 1:
        return None
    if not types:
        return error(
            "missing-layer-type",
            "this entry names no layer",
            layer.span,
            help="write `Type: arguments` beside the node keys",
        )
    first, second = (types[0].key_span, types[1].key_span) if len(types) > 1 else (types[0].key_span, layer.span)
    return error(
        "several-layer-types",
        "one entry is one layer, this has several"
        if len(types) > 1
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


class _FreshNames:
    """Names that nothing else has: `dense`, `dense_1`, `dense_2` and so on."""

    def __init__(self, taken: set[object]) -> None:
        self._taken = taken
        self._counts: dict[str, int] = {}

    def __call__(self, base: str) -> str:
        name, count = base, self._counts.get(base, 0)
        while name in self._taken:
            count += 1
            name = f"{base}_{count}"
        self._taken.add(name)
        self._counts[base] = count
        return name


def _fresh_names(taken: set[object] | set[str]) -> _FreshNames:
    return _FreshNames(set(taken))


def _values(node: tree.Node | None) -> tuple[Value, ...]:
    """The scalars of a list, or the one scalar, as node keys take them."""
    match node:
        case Sequence():
            return tuple(item for item in node.items if isinstance(item, Value))
        case Value():
            return (node,)
    return ()


def _names(inputs: tuple[GraphInput, ...], drafts: list[_Draft]) -> tuple[dict[str, _Port], list[Finding]]:
    """What each name stands for: graph inputs, layers, and the names that layers give to their outputs."""
    names: dict[str, _Port] = {}
    findings: list[Finding] = []

    def define(name: str, port: _Port) -> None:
        first = names.setdefault(name, port)
        if first is not port:
            label = Label(first.span, "first used here")
            findings.append(error("duplicate-name", f"the name `{name}` is used twice", port.span, labels=(label,)))

    for graph_input in inputs:
        define(graph_input.name, _Port(graph_input.name, 0, graph_input.span))
    if len(inputs) == 1:
        names.setdefault(INPUT, _Port(inputs[0].name, 0, inputs[0].span))
    for draft in drafts:
        define(draft.name, _Port(draft.name, 0, draft.span))
        for number, output in enumerate(draft.outputs):
            if output.value != draft.name:
                define(str(output.value), _Port(draft.name, number, output.span))
    return names, findings


def _wire(
    drafts: list[_Draft], inputs: tuple[GraphInput, ...], names: AbstractMapping[str, _Port], catalog: Catalog
) -> tuple[list[Node], list[Finding]]:
    nodes: list[Node] = []
    findings: list[Finding] = []
    by_name = {draft.name: draft for draft in drafts}
    previous: str | None = None
    for draft in drafts:
        owner, fault = _owner(draft, by_name)
        findings += [fault] if fault else []
        if draft.inputs is None and previous is None and len(inputs) > 1:
            known = ", ".join(f"`{graph_input.name}`" for graph_input in inputs)
            help_ = f"say which: the model's inputs are {known}"
            findings.append(
                error(
                    "missing-inputs",
                    f"`{draft.name}` comes first and has several inputs to choose from",
                    draft.span,
                    help=help_,
                )
            )
        positional, keywords, faults = _call_wires(draft, previous or inputs[0].name, names)
        findings += faults
        if owner and owner.component:
            findings += _unknown_wires(draft.inputs, owner.component, catalog)
            outputs = tuple(str(output.value) for output in draft.outputs)
            nodes.append(Node(draft.name, owner.component, positional, keywords, owner.name, draft.span, outputs))
        previous = draft.name
    return nodes, findings


def _unknown_wires(inputs: tree.Node | None, component: Component, catalog: Catalog) -> list[Finding]:
    """Call arguments that the layer does not have."""
    facts = catalog.find(component.kind, component.type)
    if not isinstance(inputs, Mapping) or facts is None or not facts.call:
        return []
    known = ", ".join(f"`{name}`" for name in facts.call)
    return [
        error(
            "unknown-argument",
            f"`{component.type}` has no input `{entry.key}`, it has {known}",
            entry.key_span,
            help=did_you_mean(entry.key, facts.call),
        )
        for entry in inputs
        if entry.key not in facts.call
    ]


def _owner(draft: _Draft, by_name: AbstractMapping[str, _Draft]) -> tuple[_Draft | None, Finding | None]:
    """The entry whose layer this one applies: itself, or the one that it shares."""
    if draft.share is None:
        return draft, None
    shared = by_name.get(str(draft.share.value))
    if shared is None:
        return None, _unknown_name(draft.share, [name for name, other in by_name.items() if other.share is None])
    if shared.share is not None:
        owner = shared.share.value
        message = f"`{shared.name}` is itself shared from `{owner}`"
        return None, error("share-of-share", message, draft.share.span, help=f"share `{owner}`")
    return shared, None


def _call_wires(
    draft: _Draft, previous: str, names: AbstractMapping[str, _Port]
) -> tuple[tuple[Wiring, ...], dict[str, Wiring], list[Finding]]:
    """The wires of one call. Without `inputs:` it is the layer before, at whose end a chain continues."""
    if draft.inputs is None:
        return (Ref(previous, 0, draft.span),), {}, []
    if isinstance(draft.inputs, Mapping):
        keywords: dict[str, Wiring] = {}
        findings: list[Finding] = []
        for entry in draft.inputs:
            wiring, faults = _wiring(entry.value, names)
            keywords[entry.key] = wiring
            findings += faults
        return (), keywords, findings
    wiring, findings = _wiring(draft.inputs, names)
    return (wiring,), {}, findings


def _wiring(node: tree.Node, names: AbstractMapping[str, _Port]) -> tuple[Wiring, list[Finding]]:
    refs: list[Ref] = []
    findings: list[Finding] = []
    for value in _values(node):
        port = names.get(str(value.value))
        if port is None:
            findings.append(_unknown_name(value, list(names)))
        else:
            refs.append(Ref(port.source, port.port, value.span))
    if isinstance(node, Value):
        return (refs[0] if refs else ()), findings
    return tuple(refs), findings


def _unknown_name(value: Value, known: list[str]) -> Finding:
    from specc.language.mending import respelt_own_name  # only faults pay for it

    name = str(value.value)
    message = f"nothing in this model is called `{name}`"
    fix = respelt_own_name(value.span, name, known)
    return error("unknown-name", message, value.span, help=did_you_mean(name, known), fix=fix)


def _outputs(
    node: tree.Node | None, drafts: list[_Draft], names: AbstractMapping[str, _Port]
) -> tuple[dict[str, Ref], list[Finding]]:
    """The graph's outputs by name: the last layer, the listed names, or a mapping from output name to a node's name."""
    if node is None:
        last = drafts[-1]
        return {last.name: Ref(last.name, 0, last.span)}, []
    pairs = (
        [(entry.key, entry.value) for entry in node]
        if isinstance(node, Mapping)
        else [(str(value.value), value) for value in _values(node)]
    )
    wires: dict[str, Ref] = {}
    findings: list[Finding] = []
    for name, value in pairs:
        wiring, faults = _wiring(value, names)
        findings += faults
        if isinstance(wiring, Ref):
            wires[name] = wiring
    return wires, findings


def sources(node: Node) -> Iterator[Ref]:
    """Every wire into a node."""
    for wiring in (*node.positional, *node.keywords.values()):
        if isinstance(wiring, Ref):
            yield wiring
        else:
            yield from wiring


def _in_order(nodes: list[Node]) -> tuple[list[Node], list[Finding]]:
    """The nodes so that every source stands before its use: as written if that is such an order, else in waves."""
    position = {node.name: index for index, node in enumerate(nodes)}
    if all(position.get(ref.source, -1) < index for index, node in enumerate(nodes) for ref in sources(node)):
        return nodes, []
    waiting = {node.name: {ref.source for ref in sources(node) if ref.source in position} for node in nodes}
    users: dict[str, list[str]] = {name: [] for name in waiting}
    for name, wanted in waiting.items():
        for source in wanted:
            users[source].append(name)
    ordered: list[Node] = []
    wave = [name for name, wanted in waiting.items() if not wanted]
    while wave:
        ordered += [nodes[position[name]] for name in wave]
        freed: list[str] = []
        for name in wave:
            del waiting[name]
            for user in users[name]:
                waiting[user].discard(name)
                if not waiting[user]:
                    freed.append(user)
        wave = sorted(freed, key=position.__getitem__)
    return ordered, [_cycle({name: nodes[position[name]] for name in waiting})] if waiting else []


def _cycle(waiting: AbstractMapping[str, Node]) -> Finding:
    path: dict[str, None] = {}
    name = next(iter(waiting))
    while name not in path:
        path[name] = None
        name = next(ref.source for ref in sources(waiting[name]) if ref.source in waiting)
    steps = list(path)
    loop = steps[steps.index(name) :]
    closing = next(ref for ref in sources(waiting[name]) if ref.source in waiting)
    shown = " <- ".join([*(f"`{step}`" for step in loop[:10]), *(["…"] if len(loop) > 10 else []), f"`{name}`"])
    return error("cycle", f"these layers wait for each other: {shown}", closing.span)


def _reaching(nodes: list[Node], outputs: AbstractMapping[str, Ref]) -> set[str]:
    """The names of all nodes and inputs on a way to an output, or that own the layer of one which is."""
    used = {ref.source for ref in outputs.values()}
    used |= {node.layer for node in nodes if node.layer != node.name}
    for node in reversed(nodes):
        if node.name in used:
            used |= {ref.source for ref in sources(node)}
    return used


def _unused(node: Node) -> Finding:
    return warning("unused-layer", f"no output depends on `{node.name}`", node.span, help="use it, or leave it out")


def _unused_inputs(inputs: tuple[GraphInput, ...], used: set[str]) -> list[Finding]:
    return [
        warning("unused-input", f"no output depends on the input `{graph_input.name}`", graph_input.span)
        for graph_input in inputs
        if graph_input.name not in used
    ]
