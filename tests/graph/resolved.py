"""The graph of a spec's text, and what is said of it before shapes are inferred."""

from pathlib import Path

from specc.catalog import load
from specc.composition import compose
from specc.diagnostics import Finding
from specc.graph.graph import Graph, GraphInput
from specc.graph.resolve import resolve_graph
from specc.language.overrides import Overrides
from specc.language.source import start_of
from specc.language.tree import Mapping
from specc.language.yaml_text import read_yaml
from specc.spec.faults import Faults


def graph_of(text: str, folder: Path) -> tuple[Graph | None, list[Finding]]:
    """The graph of `model:`, whose input is a vector of four numbers."""
    tree, _ = read_yaml(text, str(folder / "spec.yaml"))
    assert tree is not None
    composed = compose(tree, Overrides(), folder / "spec.yaml", folder)
    errors = [finding for finding in composed.findings if finding.level == "error"]
    assert not errors
    assert isinstance(composed.tree, Mapping)
    model = composed.tree.get("model")
    assert model is not None
    inputs = (GraphInput("input", (4,), "float32", start_of("spec.yaml")),)
    graph, findings = resolve_graph(model, "net", inputs, load(), Faults(composed.tree, ()))
    return graph, [finding for finding in findings if finding.code != "unused-layer"]
