"""The order of a graph's nodes, the cycles in which there is none, and the nodes that no output depends on."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from specc.diagnostics import Finding, error, warning
from specc.graph.graph import NOWHERE, GraphInput, Node, Ref, Wiring


def sources(node: Node) -> Iterator[Ref]:
    """Every wire into a node."""
    for wiring in (*node.positional, *node.keywords.values()):
        if isinstance(wiring, Ref):
            yield wiring
        else:
            yield from wiring


def in_order(nodes: list[Node]) -> tuple[list[Node], list[Finding]]:
    """The nodes so that every source stands before its use: as written if that is such an order, else in waves.

    Nodes on a cycle and behind one come last, as written; what they would have to wait for comes from `NOWHERE`.
    """
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
    left = {name: nodes[position[name]] for name in waiting}
    findings = [_cycle(cycle, left) for cycle in _cycles(left)]
    return ordered + [_cut(node, left, position) for node in left.values()], findings


def _cut(node: Node, left: Mapping[str, Node], position: Mapping[str, int]) -> Node:
    """The node without the wires that come from itself and from later ones of those `left`."""

    def cut_wire(ref: Ref) -> Ref:
        late = ref.source in left and position[ref.source] >= position[node.name]
        return replace(ref, source=NOWHERE) if late else ref

    def cut(wiring: Wiring) -> Wiring:
        return cut_wire(wiring) if isinstance(wiring, Ref) else tuple(cut_wire(ref) for ref in wiring)

    keywords = {name: cut(wiring) for name, wiring in node.keywords.items()}
    return replace(node, positional=tuple(cut(wiring) for wiring in node.positional), keywords=keywords)


def _cycles(waiting: Mapping[str, Node]) -> Iterator[list[str]]:
    """The cycles met when from each node the first wire that waits is followed; no two have a node in common."""
    seen: set[str] = set()
    for start in waiting:
        path: dict[str, None] = {}
        name = start
        while name not in seen and name not in path:
            path[name] = None
            name = _waits_for(waiting[name], waiting).source
        if name in path:
            steps = list(path)
            yield steps[steps.index(name) :]
        seen.update(path)


def _waits_for(node: Node, waiting: Mapping[str, Node]) -> Ref:
    return next(ref for ref in sources(node) if ref.source in waiting)


def _cycle(loop: list[str], waiting: Mapping[str, Node]) -> Finding:
    shown = " <- ".join([*(f"`{step}`" for step in loop[:10]), *(["…"] if len(loop) > 10 else []), f"`{loop[0]}`"])
    closing = _waits_for(waiting[loop[0]], waiting)
    return error("cycle", f"these layers wait for each other: {shown}", closing.span)


def reaching(nodes: list[Node], outputs: Mapping[str, Ref]) -> set[str]:
    """The names of all nodes and inputs on a way to an output, or that own the layer of one which is."""
    by_name = {node.name: node for node in nodes}
    waiting = [ref.source for ref in outputs.values()]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in used:
            continue
        used.add(name)
        node = by_name.get(name)
        if node is not None:
            waiting += [node.layer, *(ref.source for ref in sources(node))]
    return used


def unused(nodes: list[Node], inputs: tuple[GraphInput, ...], used: set[str]) -> list[Finding]:
    """Warnings of the nodes and inputs that are not `used`."""
    return [
        warning("unused-layer", f"no output depends on `{node.name}`", node.span, help="use it, or leave it out")
        for node in nodes
        if node.name not in used
    ] + [
        warning("unused-input", f"no output depends on the input `{graph_input.name}`", graph_input.span)
        for graph_input in inputs
        if graph_input.name not in used
    ]
