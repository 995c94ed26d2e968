"""What was imported, put through the front end: no spec is written that `specc validate` would refuse.

In: the text of a spec without data, or its flat document with the places that its layers have in the saved config. Out:
the graph, and what is wrong. Nothing is mended here.
"""

from collections.abc import Mapping as AbstractMapping
from pathlib import Path
from typing import Any

from specc.catalog import load
from specc.composition import compose, composed_schema
from specc.diagnostics import Finding, Level, Span, has_errors
from specc.graph.graph import Graph, GraphInput
from specc.graph.infer import infer
from specc.graph.resolve import resolve_graph
from specc.importing.spec_names import OPEN_INPUT
from specc.language.overrides import Overrides
from specc.language.read import read_text
from specc.language.schema_check import check_schema
from specc.language.tree import Entry, Mapping, Node, Sequence, Value
from specc.spec import Faults

Places = AbstractMapping[str, AbstractMapping[str, Span]]
"""Where the layers and inputs of each model stand in the config, by their names; the main model's key is empty."""


def checked(text: str, name: str = "imported.yaml") -> tuple[Graph | None, list[Finding]]:
    """The graph of a spec without data, which findings call `name`; None if one of them is an error."""
    document, findings = read_text(text, name)
    if document is None or has_errors(findings):
        return None, list(findings)
    return _checked(document, Path(name))


def faults_in(document: dict[str, Any], places: Places, root: Span, training: Span) -> list[Finding]:
    """The errors in a flat document, each at the layer of the config that it is about.

    `root` and `training` are the places of the model and of what it was compiled with.
    """
    tree = _placed(document, places, root, training)
    _, findings = _checked(tree, Path(root.path))
    return list(dict.fromkeys(finding for finding in findings if finding.level is Level.ERROR))


def _checked(document: Node, path: Path) -> tuple[Graph | None, list[Finding]]:
    composed = compose(document, Overrides(), path, Path())
    findings = [*composed.findings, *check_schema(composed.tree, composed_schema())]
    tree = composed.tree
    model = tree.get("model") if isinstance(tree, Mapping) else None
    if not isinstance(tree, Mapping) or model is None or has_errors(findings):
        return None, findings
    # What a Sequential without an input layer takes is for the data to say.
    given = (GraphInput(OPEN_INPUT, None, None, model.span),)
    graph, more = resolve_graph(model, "imported", given, load(), Faults(tree, []))
    findings += more
    if graph is not None:
        findings += infer(graph, load(), _precision(tree))[1]
    return (None if has_errors(findings) else graph), findings


def _precision(spec: Mapping) -> str:
    runtime = spec.get("runtime")
    named = runtime.get("precision") if isinstance(runtime, Mapping) else None
    return str(named.value) if isinstance(named, Value) else "float32"


def _placed(document: dict[str, Any], places: Places, root: Span, training: Span) -> Mapping:
    """The document as a tree whose layers stand where the config has them."""
    entries: list[Entry] = []
    for key, value in document.items():
        if key == "model":
            node: Node = _model(value, places.get("", {}), root)
        elif key == "models":
            found = {name: _model(model, places.get(name, {}), root) for name, model in value.items()}
            node = Mapping(root, tuple(Entry(name, root, model) for name, model in found.items()))
        else:
            node = _node(value, training if key == "training" else root)
        entries.append(Entry(key, root, node))
    return Mapping(root, tuple(entries))


def _model(model: dict[str, Any], places: AbstractMapping[str, Span], root: Span) -> Mapping:
    entries: list[Entry] = []
    for key, value in model.items():
        if key == "layers":
            items = tuple(_node(entry, places.get(entry["name"], root)) for entry in value)
            node: Node = Sequence(root, items)
        elif key == "inputs":
            found = {name: places.get(name, root) for name in value}
            node = Mapping(root, tuple(Entry(name, at, _node(value[name], at)) for name, at in found.items()))
        else:
            node = _node(value, root)
        entries.append(Entry(key, root, node))
    return Mapping(root, tuple(entries))


def _node(value: Any, span: Span) -> Node:  # noqa: ANN401  plain data
    """Plain data as a tree at one place."""
    if isinstance(value, dict):
        return Mapping(span, tuple(Entry(key, span, _node(item, span)) for key, item in value.items()))
    if isinstance(value, list):
        return Sequence(span, tuple(_node(item, span) for item in value))
    return Value(span, value)
