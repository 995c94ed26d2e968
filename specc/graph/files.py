"""Files that layers and models read, such as vocabularies and weights: found and checked to lie in the project.

`locate_files` gives the graph whose layers name them by absolute paths, as Keras needs them; `rewrite_files` as one
spec names them all. Opens no file.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from specc.catalog import Catalog
from specc.component import Argument, Component
from specc.diagnostics import Finding, Span
from specc.files import as_written_in, locate
from specc.graph.graph import Graph, Node, WeightsFile
from specc.spec.unknown import FAULTY

DOWNLOADED = "imagenet"
"""The word for weights that Keras downloads itself."""


Change = Callable[[str, Span, str], str]
"""What becomes of a path, given as it is written, where, and what the file is needed as."""


def locate_files(graph: Graph, catalog: Catalog, root: Path, folder: Path) -> tuple[Graph, list[Finding]]:
    """The graph with absolute paths, for a spec in `folder` whose files must lie below `root`."""
    findings: list[Finding] = []

    def located(written: str, place: Span, use: str) -> str:
        path, faults = locate(written, place, root, folder, use)
        findings.extend(faults)
        return str(path.resolve()) if path else written

    return _with_files(graph, catalog, located, locates=True), list(dict.fromkeys(findings))


def rewrite_files(graph: Graph, catalog: Catalog, folder: Path) -> Graph:
    """The graph with all paths as a spec in `folder` writes them, those too that other files brought in."""
    return _with_files(graph, catalog, lambda written, place, _: as_written_in(folder, written, place), locates=False)


def _with_files(graph: Graph, catalog: Catalog, change: Change, *, locates: bool) -> Graph:
    def changed(component: Component) -> Component:
        facts = catalog.find(component.kind, component.type)
        declared = facts.arguments if facts else {}
        arguments: dict[str, Argument] = {}
        spans = dict(component.spans)
        for name, value in component.arguments.items():
            if name in declared and declared[name].path and isinstance(value, str) and value != DOWNLOADED:
                arguments[name] = change(value, component.span_of(name), f"a file for `{name}`")
                spans[name] = component.span_of(name).place
            else:
                arguments[name] = _nested(value, changed)
        return replace(component, arguments=arguments, spans=component.spans if locates else spans)

    done: dict[str, Component] = {}  # a layer that is applied several times names its files once
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.component is FAULTY:
            nodes.append(node)
            continue
        if node.layer not in done:
            done[node.layer] = changed(node.component)
        model = None if node.model is None else _with_files(node.model, catalog, change, locates=locates)
        nodes.append(replace(node, component=done[node.layer], model=model))
    return replace(graph, nodes=tuple(nodes), weights=_weights(graph.weights, change, locates=locates))


def _weights(weights: WeightsFile | None, change: Change, *, locates: bool) -> WeightsFile | None:
    if weights is None:
        return None
    path = change(weights.path, weights.span, "a file of weights")
    if not locates:
        return weights._replace(path=path, span=weights.span.place)
    return weights._replace(located=path) if Path(path).is_absolute() else None


def _nested(value: Argument, located: Callable[[Component], Component]) -> Argument:
    match value:
        case Component():
            return located(value)
        case list():
            return [_nested(item, located) for item in value]
        case Mapping():
            return {key: _nested(item, located) for key, item in value.items()}
    return value
