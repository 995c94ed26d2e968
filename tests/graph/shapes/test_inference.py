"""The walk over a graph: what flows on, what is counted once, where a finding points."""

from typing import Any

from specc.catalog import load
from specc.component import Component
from specc.diagnostics import Finding, Span
from specc.graph.graph import UNKNOWN, Graph, GraphInput, Node, Ref
from specc.graph.infer import Inferred, infer


def span(line: int, column: int = 1) -> Span:
    return Span("spec.yaml", line, column, line, column + 4)


def node(line: int, name: str, type_name: str, *sources: str, share: str = "", **arguments: Any) -> Node:
    """A node on its own line: the type in column 3, arguments in columns 20, 21, …, inputs in columns 40, 41, …"""
    spans = {argument: span(line, 20 + i) for i, argument in enumerate(arguments)}
    component = Component("layer", type_name, arguments, span(line, 3), spans)
    refs = tuple(Ref(*_port(source), span(line, 40 + i)) for i, source in enumerate(sources))
    listed = len(refs) > 1
    return Node(name, component, (refs,) if listed else refs, {}, share or name, span(line))


def _port(source: str) -> tuple[str, int]:
    name, _, port = source.partition(":")
    return name, int(port or 0)


def run(
    *nodes: Node, shape: tuple[int | None, ...] | None = (4,), precision: str = "float32"
) -> tuple[Inferred, tuple[Finding, ...]]:
    inputs = (GraphInput("x", shape, "float32", span(1)),)
    return infer(Graph("g", inputs, nodes, {"out": Ref(nodes[-1].name, 0, span(99))}), load(), precision)


def test_a_chain_adds_up() -> None:
    inferred, findings = run(node(2, "a", "Dense", "x", units=8), node(3, "b", "Dense", "a", units=2))
    assert findings == ()
    assert inferred.nodes["b"].outputs[0].shape == (None, 2)
    assert (inferred.parameters, inferred.trainable, inferred.multiply_adds, inferred.known) == (58, 58, 48, True)


def test_one_fault_is_one_report_and_what_follows_is_unknown() -> None:
    inferred, findings = run(
        node(2, "a", "Conv2D", "x", filters=3, kernel_size=3),
        node(3, "b", "Dense", "a", units=2),
        node(4, "c", "Add", "b", "x"),
    )
    assert [(f.code, f.span) for f in findings] == [("rank-mismatch", span(2, 40))]
    assert inferred.nodes["b"].outputs == (UNKNOWN,)
    assert not inferred.known


def test_a_shared_layer_counts_once() -> None:
    inferred, findings = run(
        node(2, "a", "Dense", "x", units=4),
        node(3, "b", "Dense", "a", share="a", units=4),
        node(4, "c", "Add", "a", "b"),
    )
    assert findings == ()
    assert (inferred.parameters, inferred.nodes["b"].parameters, inferred.multiply_adds) == (20, 0, 32)


def test_a_shared_layer_on_another_shape_is_a_finding() -> None:
    _, findings = run(node(2, "a", "Dense", "x", units=3), node(3, "b", "Dense", "a", share="a", units=3))
    assert [(f.code, f.span) for f in findings] == [("shared-layer-mismatch", span(3, 40))]
    assert findings[0].message == "`a` was built for (None, 4), `b` applies it to (None, 3)"


def test_a_mismatch_shows_both_sides() -> None:
    _, findings = run(
        node(2, "a", "Dense", "x", units=3), node(3, "b", "Dense", "x", units=2), node(4, "c", "Add", "a", "b")
    )
    (finding,) = findings
    assert finding.message == "`Add` needs equal shapes, got (None, 3) and (None, 2)"
    assert (finding.span, finding.caption) == (span(4, 41), "(None, 2)")
    assert [(label.span, label.text) for label in finding.labels] == [(span(4, 40), "(None, 3)")]


def test_an_argument_at_fault_is_marked_itself() -> None:
    _, findings = run(node(2, "a", "Conv2D", "x", filters=3, kernel_size=9), shape=(8, 8, 1))
    assert [(f.code, f.span) for f in findings] == [("kernel-too-large", span(2, 21))]


def test_a_fault_inside_a_wrapper_points_at_the_inner_layer() -> None:
    inner = Component("layer", "Dense", {"units": 0}, span(2, 60), {"units": span(2, 70)})
    _, findings = run(node(2, "a", "TimeDistributed", "x", layer=inner), shape=(5, 4))
    assert [(f.code, f.span) for f in findings] == [("invalid-argument", span(2, 70))]


def test_several_outputs_and_one_too_many() -> None:
    lstm = node(2, "a", "LSTM", "x", units=3, return_state=True)
    inferred, findings = run(lstm, node(3, "b", "Add", "a:1", "a:3"), shape=(5, 4))
    assert [x.shape for x in inferred.nodes["a"].outputs] == [(None, 3)] * 3
    assert [(f.code, f.message) for f in findings] == [("wrong-output-count", "`a` has 3 outputs, this is number 4")]


def test_precision_is_the_policy_of_layers_without_a_dtype() -> None:
    nodes = (node(2, "a", "Dense", "x", units=3), node(3, "b", "Dense", "a", units=3, dtype="float32"))
    inferred, _ = run(*nodes, precision="mixed_bfloat16")
    assert [inferred.nodes[name].outputs[0].dtype for name in "ab"] == ["bfloat16", "float32"]


def test_an_unknown_input_is_silent() -> None:
    inferred, findings = run(node(2, "a", "Conv2D", "x", filters=3, kernel_size=3), shape=None)
    assert findings == ()
    assert inferred.nodes["a"].outputs == (UNKNOWN,)


def test_a_type_without_a_rule_is_named() -> None:
    inferred, findings = run(node(2, "a", "NoSuchLayer", "x"), node(3, "b", "Dense", "a", units=3))
    assert (findings, inferred.without_rule, inferred.known) == ((), ("a",), False)


def test_memory_is_that_of_outputs_for_one_sample_and_of_weights() -> None:
    nodes = (
        node(2, "a", "Dense", "x", units=8),
        node(3, "b", "Dense", "a", units=2, dtype="float64"),
        node(4, "c", "Dense", "b", units=2, dtype="float16"),
    )
    inferred, _ = run(*nodes, precision="mixed_bfloat16")
    found = [(inferred.nodes[name].activation_bytes, inferred.nodes[name].weights_bytes) for name in "abc"]
    assert found == [(16, 160), (16, 144), (4, 12)]
    assert (inferred.activation_bytes, inferred.weights_bytes) == (36, 316)


def test_memory_of_an_open_size_is_unknown() -> None:
    inferred, _ = run(node(2, "a", "Dense", "x", units=8), shape=(None, 4))
    assert (inferred.nodes["a"].activation_bytes, inferred.nodes["a"].weights_bytes) == (None, 160)


def test_a_shared_layer_brings_no_weights_but_more_activations() -> None:
    inferred, _ = run(node(2, "a", "Dense", "x", units=4), node(3, "b", "Dense", "a", share="a", units=4))
    assert (inferred.activation_bytes, inferred.weights_bytes) == (32, 80)
