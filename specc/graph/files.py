"""Files that layers and models read, such as vocabularies and weights: found and checked to lie in the project.

`locate_files` gives the graph whose layers name them by absolute paths, as Keras needs them. Opens no file.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from specc.catalog import Catalog
from specc.component import Argument, Component
from specc.diagnostics import Finding
from specc.files import locate
from specc.graph.graph import Graph, Node
from specc.spec.unknown import FAULTY

DOWNLOADED = "imagenet"
"""The word for weights that Keras downloads itself."""


def locate_files(graph: Graph, catalog: Catalog, root: Path, folder: Path) -> tuple[Graph, list[Finding]]:
    """The graph with absolute paths, for a spec in `folder` whose files must lie below `root`."""
    findings: list[Finding] = []

    def located(component: Component) -> Component:
        facts = catalog.find(component.kind, component.type)
        declared = facts.arguments if facts else {}
        arguments: dict[str, Argument] = {}
        for name, value in component.arguments.items():
            if name in declared and declared[name].path and isinstance(value, str) and value != DOWNLOADED:
                place = component.span_of(name)
                path, faults = locate(value, place, root, folder, f"a file for `{name}`")
                findings.extend(faults)
                arguments[name] = str(path.resolve()) if path else value
            else:
                arguments[name] = _nested(value, located)
        return replace(component, arguments=arguments)

    done: dict[str, Component] = {}  # a layer that is applied several times names its files once
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.component is FAULTY:
            nodes.append(node)
            continue
        if node.layer not in done:
            done[node.layer] = located(node.component)
        model = node.model
        if model is not None:
            model, faults = locate_files(model, catalog, root, folder)
            findings += faults if node.layer == node.name else []
        nodes.append(replace(node, component=done[node.layer], model=model))
    weights = graph.weights
    if weights is not None:
        path, faults = locate(weights.path, weights.span, root, folder, "a file of weights")
        findings += faults
        weights = weights._replace(located=str(path.resolve())) if path else None
    return replace(graph, nodes=tuple(nodes), weights=weights), findings


def _nested(value: Argument, located: Callable[[Component], Component]) -> Argument:
    match value:
        case Component():
            return located(value)
        case list():
            return [_nested(item, located) for item in value]
        case Mapping():
            return {key: _nested(item, located) for key, item in value.items()}
    return value
