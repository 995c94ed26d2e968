"""The `model:` section -> `Graph`: layers get names, wires get sources, nodes get an order.

Comes from the checked tree; goes to inference and lowering. Wires are all that is decided here: what an entry says for
itself is `specc.graph.drafts`', what a name means where `specc.graph.scopes`', what a layer is called
`specc.graph.naming`'s, the order `specc.graph.order`'s; shapes are `specc.graph.infer`'s. Faults found: names used
twice, wires to nothing, cycles, layers without a way to an output. What is at fault stays unknown: a
layer is `FAULTY`, a wire comes from `NOWHERE`, and the rest of the graph is as if nothing were wrong.
"""

from collections.abc import Mapping as AbstractMapping
from dataclasses import replace

from specc.catalog import Catalog
from specc.component import Component
from specc.diagnostics import Finding, Span, error
from specc.graph.graph import NOWHERE, Graph, GraphInput, Node, Ref, Wiring
from specc.graph.naming import Names, name_all, unknown_name
from specc.graph.order import in_order, reaching, sources, unused
from specc.graph.scopes import INPUT, Choice, Laid, Looked, Port, Row, Scope, Tap, define, lay_out
from specc.graph.weights import resolve_weights
from specc.language import tree
from specc.language.suggest import did_you_mean
from specc.language.tree import Entry, Mapping, Sequence, Value
from specc.spec.faults import Faults
from specc.spec.unknown import FAULTY


def resolve_graph(
    model: tree.Node, name: str, inputs: tuple[GraphInput, ...], catalog: Catalog, faults: Faults
) -> tuple[Graph | None, list[Finding]]:
    """The graph that `model:` writes; None if it has no layers that could be told apart.

    `inputs` are those that the data section determines; they count where the model names none of its own. They are
    `FAULTY` if not even their names are known.
    """
    layers, written_inputs, outputs = _parts(model, faults)
    inputs = _inputs(written_inputs, inputs, faults)
    if layers is FAULTY or not layers:
        empty = error("empty-model", "the model has no layers", model.span)
        return None, [] if layers is FAULTY or faults.inside(model) else [empty]
    if inputs is not FAULTY and not inputs:
        help_ = "name its inputs: `model: {inputs: {x: [4]}, layers: […]}`"
        message = "neither data nor model say what the model's inputs are"
        return None, [error("undetermined-inputs", message, model.span, help=help_)]
    given: tuple[GraphInput, ...] = () if inputs is FAULTY else inputs
    root, findings = _root(given)
    names_of = tuple(graph_input.name for graph_input in given)
    start = Choice(names_of) if len(given) > 1 else Port("".join(names_of) or NOWHERE, 0, model.span)
    row, more = lay_out(layers, root, start, catalog, faults)
    findings += more
    names, more = name_all(row, root, inputs, catalog)
    findings += more
    nodes, more = _wire(row, names, catalog, faults)
    findings += more
    wires, unsure, more = _outputs(outputs, row, root, names)
    findings += more
    nodes, more = in_order(nodes)
    findings += more
    mentioned = names.hidden & {node.name for node in nodes} | names.hidden & {x.name for x in given}
    lost = bool(more) or unsure == {""} or any(laid.draft.share is FAULTY for laid in row.laid)
    is_open = lost or any(ref.source == NOWHERE for ref in _all_wires(nodes, wires))
    used = reaching(nodes, wires) | mentioned
    weights = resolve_weights(model, faults)
    if is_open:  # a wire that cannot be told may come from any of them
        return Graph(name, given, tuple(nodes), wires, unsure, True, mentioned, weights), findings
    findings += unused(nodes, given, used)
    sound = tuple(node for node in nodes if node.name in used)
    return Graph(name, given, sound, wires, unsure, False, mentioned, weights), findings


def without(graph: Graph, refused: frozenset[str]) -> Graph:
    """The graph with the nodes `FAULTY` that inference refused, for those who judge what is left."""
    if not refused:
        return graph
    nodes = tuple(replace(node, component=FAULTY) if node.name in refused else node for node in graph.nodes)
    return replace(graph, nodes=nodes)


def _all_wires(nodes: list[Node], outputs: AbstractMapping[str, Ref]) -> list[Ref]:
    return [ref for node in nodes for ref in sources(node)] + list(outputs.values())


def _parts(model: tree.Node, faults: Faults) -> tuple[tuple[tree.Node, ...], Mapping | None, tree.Node | None]:
    """The layer entries, the written inputs and the written outputs of both forms of `model:`."""
    if isinstance(model, Sequence):
        return model.items, None, None
    if not isinstance(model, Mapping):
        return FAULTY, FAULTY, FAULTY
    layers, inputs = faults.part(model, "layers"), faults.part(model, "inputs")
    items = layers.items if isinstance(layers, Sequence) else FAULTY if layers is FAULTY else ()
    return items, inputs, faults.get(model, "outputs")


def _inputs(written: tree.Node | None, from_data: tuple[GraphInput, ...], faults: Faults) -> tuple[GraphInput, ...]:
    """The inputs that the model names, or else those that the data has. What it leaves null is as the data have it."""
    if written is None:
        return from_data
    if not isinstance(written, Mapping) or faults.own(written):
        return FAULTY  # type: ignore[no-any-return]
    inputs = tuple(_graph_input(entry, faults) for entry in written)
    given = {} if from_data is FAULTY else {graph_input.name: graph_input for graph_input in from_data}
    if len(inputs) == len(given) == 1:
        given = {inputs[0].name: from_data[0]}
    return tuple(
        found._replace(shape=given[found.name].shape, dtype=given[found.name].dtype)
        if found.shape is None and found.name in given
        else found
        for found in inputs
    )


def _graph_input(entry: Entry, faults: Faults) -> GraphInput:
    """`name: [8, 8, 1]` or `name: {shape: [8, 8, 1], dtype: int32}`; a size null is unknown."""
    if faults.inside(entry.value):
        return GraphInput(entry.key, None, None, entry.key_span)
    described = entry.value if isinstance(entry.value, Mapping) else None
    shape = described.get("shape") if described else entry.value
    dtype = described.get("dtype") if described else None
    sizes = tuple(_size(item) for item in shape.items) if isinstance(shape, Sequence) else None
    return GraphInput(entry.key, sizes, str(dtype.value) if isinstance(dtype, Value) else "float32", entry.key_span)


def _size(item: tree.Node) -> int | None:
    return item.value if isinstance(item, Value) and isinstance(item.value, int) else None


def _root(inputs: tuple[GraphInput, ...]) -> tuple[Scope, list[Finding]]:
    """The scope of the model, which knows its inputs."""
    root = Scope()
    findings: list[Finding] = []
    for graph_input in inputs:
        port = Port(graph_input.name, 0, graph_input.span)
        findings += define(root, graph_input.name, graph_input.span, port)
    if len(inputs) == 1:
        root.taps.setdefault(INPUT, Port(inputs[0].name, 0, inputs[0].span))
        root.places.setdefault(INPUT, inputs[0].span)
    return root, findings


def _wire(row: Row, names: Names, catalog: Catalog, faults: Faults) -> tuple[list[Node], list[Finding]]:
    nodes: list[Node] = []
    owners, findings = _owners(row, names)
    for number, laid in enumerate(row.laid):
        entry, name, owner = laid.draft, names.full[number], owners[number]
        positional, keywords, more = _call_wires(laid, names)
        findings += more
        component, model = FAULTY, None
        first = entry if owner is None else row.laid[owner].draft
        if owner is not None and first.component is not None and entry.inputs is not FAULTY:
            component = first.component
        if component is not FAULTY:
            more = _unknown_wires(entry.inputs, component, catalog)
            findings += more
            component = FAULTY if more else component
        if owner is not None and first.model is not None and component is not FAULTY:
            model, more = _model(first.model, names.full[owner], catalog, faults)
            findings += more if first is entry else []
            component = FAULTY if model is None else component
        layer = name if owner is None or component is FAULTY else names.full[owner]
        nodes.append(Node(name, component, positional, keywords, layer, entry.span, names.outputs[number], model))
    return nodes, findings


def _model(section: tree.Node, name: str, catalog: Catalog, faults: Faults) -> tuple[Graph | None, list[Finding]]:
    """The graph of a model that is used as a layer; what flows into it follows from the use."""
    graph, findings = resolve_graph(section, name, (GraphInput(INPUT, None, None, section.span),), catalog, faults)
    # Where inputs or outputs are at fault there are none, and a use could only be told what follows from that.
    return (graph if graph and graph.inputs and graph.outputs else None), findings


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


def _owners(row: Row, names: Names) -> tuple[list[int | None], list[Finding]]:
    """For each draft the number of that whose layer it applies: its own, unless it shares; None if that is unknown."""
    owners: list[int | None] = []
    findings: list[Finding] = []
    for number, laid in enumerate(row.laid):
        share = laid.draft.share
        if laid.owner is not None:
            owners.append(owners[laid.owner])
        elif share is None or share is FAULTY:
            owners.append(number)
        else:
            found, more = _shared(share, laid.scope, row, names)
            owners.append(found if found is None or found >= number else owners[found])
            findings += more
    return owners, findings


def _shared(share: Value, scope: Scope, row: Row, names: Names) -> tuple[int | None, list[Finding]]:
    """The number of the draft whose layer an entry shares."""
    found = names.layer(share, scope)
    if found is None:
        owners = [word for word in scope.known() if _owns(word, scope, row)]
        return None, [] if names.may_be(share, scope) else [unknown_name(share, owners)]
    if scope.is_group(str(share.value)):
        message = f"`{share.value}` stands for several layers"
        help_ = "share one of them; or make a block of them, of which `share` applies all layers"
        return None, [error("share-of-several", message, share.span, help=help_)]
    first = row.laid[found].draft.share
    if first is FAULTY:
        return None, []
    if first is not None:
        message = f"`{names.full[found]}` is itself shared from `{first.value}`"
        return None, [error("share-of-share", message, share.span, help=f"share `{first.value}`")]
    return found, []


def _owns(word: str, scope: Scope, row: Row) -> bool:
    """Whether a word names a layer that is not shared from another one, or a use of a block."""
    tap = scope.find(word)
    if not isinstance(tap, Port) or not isinstance(tap.source, int):
        return False
    if scope.is_group(word):
        return False
    return row.laid[tap.source].draft.share is None or scope.find_use(word) is not None


def _call_wires(laid: Laid, names: Names) -> tuple[tuple[Wiring, ...], dict[str, Wiring], list[Finding]]:
    """The wires of one call. Without `inputs:` it is the layer before, at whose end a chain continues."""
    entry = laid.draft
    if laid.branches is not None:
        ends = [names.ref(tap, entry.span) for tap in laid.branches]
        return (tuple(ref for ref, _ in ends),), {}, [finding for _, more in ends for finding in more]
    if entry.inputs is None:
        ref, findings = names.ref(laid.previous, entry.span)
        return (ref,), {}, findings
    if entry.inputs is FAULTY:
        return (Ref(NOWHERE, 0, entry.span),), {}, []
    if isinstance(entry.inputs, Mapping):
        keywords: dict[str, Wiring] = {}
        findings = []
        for item in entry.inputs:
            wiring, more = _wiring(item.value, laid.scope, names)
            keywords[item.key] = wiring
            findings += more
        return (), keywords, findings
    wiring, findings = _wiring(entry.inputs, laid.scope, names)
    return (wiring,), {}, findings


def _wiring(node: tree.Node, scope: Scope, names: Names) -> tuple[Wiring, list[Finding]]:
    """The wires that a name or a list of names means; from `NOWHERE` where it means nothing."""
    refs: list[Ref] = []
    findings: list[Finding] = []
    for value in node.items if isinstance(node, Sequence) else (node,):
        assert isinstance(value, Value)  # noqa: S101  the schema says so
        ref, more = names.ref(Looked(value, scope), value.span)
        refs.append(ref)
        findings += more
    return refs[0] if isinstance(node, Value) else tuple(refs), findings


def _place(tap: Tap, root: Scope) -> Span:
    match tap:
        case Port():
            return tap.span
        case Looked():
            return tap.word.span
    return next(iter(root.places.values()))


def _outputs(
    node: tree.Node | None, row: Row, root: Scope, names: Names
) -> tuple[dict[str, Ref], frozenset[str], list[Finding]]:
    """The graph's outputs by name: the last layer, the listed names, or a mapping from output name to a node's name.

    Also those whose name cannot be told.
    """
    if node is FAULTY:
        return {}, frozenset({""}), []
    if node is None:
        ref, findings = names.ref(row.end, _place(row.end, root))
        certain = ref.source in names.certain
        return {ref.source: ref}, frozenset(() if certain else (ref.source,)), findings
    named = isinstance(node, Mapping)
    pairs = (
        [(entry.key, entry.value) for entry in node]
        if isinstance(node, Mapping)
        else [(str(value.value), value) for value in (node.items if isinstance(node, Sequence) else (node,))]  # type: ignore[union-attr]
    )
    wires: dict[str, Ref] = {}
    findings = []
    for name, value in pairs:
        wiring, more = _wiring(value, root, names)
        findings += more
        if isinstance(wiring, Ref):
            wires[name] = wiring
    unsure = frozenset(name for name, ref in wires.items() if ref.source == NOWHERE and not named)
    return wires, unsure, findings
