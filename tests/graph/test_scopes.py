"""Names and wires through blocks, copies, branches and models: the layers that a model comes to, each with its wires."""

# ruff: noqa: E501  # one line is one model
from pathlib import Path

import pytest

from specc.check import Checked, check
from specc.graph.graph import Graph, Node, Ref
from tests.graph.resolved import graph_of

HEAD = "spec: 1\nallow: [linear-after-linear, unused-block, unused-layer]\ndata: {dataset: iris}\n"


def checked(text: str, folder: Path) -> Checked:
    path = folder / "spec.yaml"
    path.write_text(HEAD + text)
    return check(path)


def wires(node: Node) -> str:
    def word(ref: Ref) -> str:
        return ref.source + (f".{ref.port}" if ref.port else "")

    parts = [word(w) if isinstance(w, Ref) else ",".join(map(word, w)) for w in node.positional]
    parts += [f"{k}={word(w) if isinstance(w, Ref) else ','.join(map(word, w))}" for k, w in node.keywords.items()]
    return " ".join(parts)


def shown(graph: Graph) -> str:
    """`name(sources)` for each layer in order, `name<owner(sources)` where it shares, then the outputs."""
    layers = [f"{n.name}{'' if n.layer == n.name else '<' + n.layer}({wires(n)})" for n in graph.nodes]
    return " ".join([*layers, "->", *(ref.source for ref in graph.outputs.values())])


BLOCK = "blocks: {b: {params: {u: 1}, layers: [{Dense: $u, name: d}, ReLU]}}\n"
SKIP = "blocks: {s: {layers: [{Dense: 4, name: 1_d}, {Add: , inputs: [1_d, input]}]}}\n"
TWO = "blocks: {t: {inputs: [p, q], layers: [{Add: , inputs: [p, q]}, {Dense: 4, name: e}], outputs: [e, add]}}\n"
GRAPHS: list[tuple[str, str]] = [
    (BLOCK + "model: [b]", "d(input) re_lu(d) -> re_lu"),
    (BLOCK + "model: [b, b, Dense: 1]", "d(input) re_lu(d) d_1(re_lu) re_lu_1(d_1) dense(re_lu_1) -> dense"),
    (BLOCK + "model: [{b: 2, name: x}, {b: 3, name: y}]", "x_d(input) x_re_lu(x_d) y_d(x_re_lu) y_re_lu(y_d) -> y_re_lu"),
    (BLOCK + "model: [{b: 2, name: x}, {Dense: 1, name: z}, {Concatenate: , inputs: [x, z]}]", "x_d(input) x_re_lu(x_d) z(x_re_lu) concatenate(x_re_lu,z) -> concatenate"),
    (BLOCK + "model: [{b: 2, inputs: input}, {b: 3, inputs: input, name: y}]", "y_d(input) y_re_lu(y_d) -> y_re_lu"),
    (SKIP + "model: [{s: , name: a}]", "a_1_d(input) a_add(a_1_d,input) -> a_add"),
    (SKIP + "model: [{s: , name: a}, {s: , name: b}]", "a_1_d(input) a_add(a_1_d,input) b_1_d(a_add) b_add(b_1_d,a_add) -> b_add"),
    ("blocks: {o: [{i: , name: j}], i: [{Dense: 1, name: d}]}\nmodel: [{o: , name: x}]", "x_j_d(input) -> x_j_d"),
    ("blocks: {o: [i], i: [{Dense: 1, name: d}]}\nmodel: [{o: , name: x}, o]", "x_d(input) d(x_d) -> d"),
    ("model: [{Dense: 1, repeat: 3}]", "dense(input) dense_1(dense) dense_2(dense_1) -> dense_2"),
    ("model: [{Dense: 1, repeat: 2, name: f}, {Add: , inputs: [f, f_0]}]", "f_0(input) f_1(f_0) add(f_1,f_0) -> add"),
    ("model: [{Dense: 1, repeat: 2, name: f$(index + 1)}, {Add: , inputs: [f1, f2]}]", "f1(input) f2(f1) add(f1,f2) -> add"),
    ("model: [{Dense: 1, repeat: 1, name: f}, {Add: , inputs: [f, f]}]", "f(input) add(f,f) -> add"),
    ("model: [{Dense: 1, name: a}, {Dense: 2, repeat: 2, inputs: a}, {Dense: 3, repeat: 0}]", "a(input) dense(a) dense_1(dense) -> dense_1"),
    (BLOCK + "model: [{b: 2, repeat: 2, name: x}]", "x_0_d(input) x_0_re_lu(x_0_d) x_1_d(x_0_re_lu) x_1_re_lu(x_1_d) -> x_1_re_lu"),
    ("model: [{layers: [{Dense: 1, name: d}, {Add: , inputs: [d, d]}], repeat: 2}]", "d(input) add(d,d) d_1(add) add_1(d_1,d_1) -> add_1"),
    ("model: [{layers: [{Dense: 1, name: d}, {Add: , inputs: [d, d]}], repeat: 2, name: g}, {Dense: 1, inputs: g}]", "g_0_d(input) g_0_add(g_0_d,g_0_d) g_1_d(g_0_add) g_1_add(g_1_d,g_1_d) dense(g_1_add) -> dense"),
    ("model: [{Dense: 1, name: a}, {layers: [{Add: , inputs: [a, a]}], repeat: 2}]", "a(input) add_1(a,a) -> add_1"),
    ("model: [{layers: [{Dense: 1, name: d}, ReLU], name: g}, {Add: , inputs: [g, d]}]", "d(input) re_lu(d) add(re_lu,d) -> add"),
    ("model: [{Dense: 4, name: x}, {parallel: {branches: [[{Dense: 4}, ReLU], []], merge: Add}, name: m}]", "x(input) dense(x) re_lu(dense) m(re_lu,x) -> m"),
    ("model: [{parallel: {branches: [[{Dense: 4, name: l}], [{Dense: 4}]], merge: {Concatenate: {axis: 1}}}}, {Concatenate: , inputs: [concatenate, l]}]", "l(input) dense(input) concatenate(l,dense) concatenate_1(concatenate,l) -> concatenate_1"),
    ("model: [{Dense: 4, name: x}, {parallel: {branches: [[Dense: 4], [Dense: 4]], merge: Add}, inputs: x, repeat: 2}]", "x(input) dense(x) dense_1(x) add(dense,dense_1) dense_2(add) dense_3(add) add_1(dense_2,dense_3) -> add_1"),
    (TWO + "model: [{Dense: 4, name: x}, {Dense: 4, name: y, inputs: input}, {t: , inputs: [x, y], outputs: [f, g]}, {Add: , inputs: [f, g]}]", "x(input) y(input) add(x,y) e(add) add_1(e,add) -> add_1"),
    (TWO + "model: [{Dense: 4, name: x}, {Dense: 4, name: y, inputs: input}, {t: , inputs: {q: x, p: y}, name: n}, {Dense: 1, inputs: n}]", "x(input) y(input) n_add(y,x) n_e(n_add) dense(n_e) -> dense"),
    ("blocks: {t: {inputs: [p, q], layers: [{Dense: 4, inputs: q, repeat: 2, name: f}, {Add: , inputs: [f, p]}]}}\nmodel: [{t: , inputs: [input, input]}]", "f_0(input) f_1(f_0) add(f_1,input) -> add"),
    ("blocks: {l: [{LSTM: {units: 2, return_state: true}, outputs: [a, h, c]}, {Add: , inputs: [h, c]}]}\nmodel: [l, l]", "lstm(input) add(lstm.1,lstm.2) lstm_1(add) add_1(lstm_1.1,lstm_1.2) -> add_1"),
    (BLOCK + "model: [{b: 2, name: x}, {share: x, name: y, inputs: input}, {Add: , inputs: [x, y]}]", "x_d(input) x_re_lu(x_d) y_d<x_d(input) y_re_lu<x_re_lu(y_d) add(x_re_lu,y_re_lu) -> add"),
    ("model: [{Dense: 4, name: x, repeat: 1}, {share: x}]", "x(input) x_again<x(x) -> x_again"),
    ("model: [{Dense: 4, name: x, repeat: 2}, {share: x_1}]", "x_0(input) x_1(x_0) x_1_again<x_1(x_1) -> x_1_again"),
    ("model: [{Dense: 4, name: x}, {layers: [{share: x}], repeat: 2}]", "x(input) x_again<x(x) x_again_1<x(x_again) -> x_again_1"),
    ("model: {layers: [{layers: [{Dense: 1, name: d}, ReLU], name: g}, {Dense: 1, name: h, inputs: g}], outputs: [g]}", "d(input) re_lu(d) -> re_lu"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), GRAPHS)
def test_names_and_wires(text: str, expected: str, tmp_path: Path) -> None:
    graph, findings = graph_of(HEAD + text, tmp_path)
    assert [finding.message for finding in findings] == []
    assert graph is not None
    assert shown(graph) == expected


FAULTS: list[tuple[str, list[str]]] = [
    (SKIP + "model: [s]", ["4:40 invalid-name: a layer cannot be called `1_d`"]),
    (SKIP + "model: [{Dense: 4, name: x}, {s: , name: a, inputs: [x, x]}]", ["5:53 wrong-input-count: this block has 1 input, got 2"]),
    ("blocks: {t: {inputs: [p, q], layers: [{Dense: 1}, {Add: , inputs: [dense, q]}]}}\nmodel: [{t: , inputs: [input, input]}]", ["4:40 missing-inputs: this comes first and has several inputs to choose from"]),
    ("blocks: {t: {inputs: [p, q], layers: [{parallel: {branches: [[{Dense: 1}], [ReLU]], merge: Concatenate}}]}}\nmodel: [{t: , inputs: [input, input]}]", ["4:64 missing-inputs: this comes first and has several inputs to choose from"]),
    (BLOCK + "model: [{b: 1, name: x}, {Dense: 3, name: x_d}]", ["5:43 duplicate-name: two layers come to be called `x_d`"]),
    ("models: {m: {layers: [{Dense: 3}], foo: 3}}\nmodel: [{model: m}, {model: m}, {Dense: 3}]", ["4:36 unknown-key: `model` has no key `foo`"]),
    ("models: {m: {layers: [{Dense: 3}, Output], output: a}}\nmodel: [{model: m}]", ["4:44 unknown-key: `model` has no key `output`"]),
    ("model: [{Dense: {units: 3, activation: relu}, outputs: [q, r]}, {Dense: 3}]", ["4:10 wrong-output-count: `dense` has 1 output, and 2 are named"]),
    (TWO + "model: [{t: , name: a}]", ["5:10 missing-inputs: this block has several inputs"]),
    (TWO + "model: [{t: , inputs: {p: input, r: input}}]", ["5:34 unknown-argument: this block has no input `r`, it has `p`, `q`"]),
    (TWO + "model: [{t: , inputs: {p: input}}]", ["5:23 missing-inputs: nothing flows into the input `q` of this block"]),
    (TWO + "model: [{t: , inputs: [input, input], outputs: [a, b, c]}]", ["5:55 wrong-output-count: this has 2 outputs, and `c` is number 3"]),
    ("blocks: {b: [{Dense: 1, inputs: x}]}\nmodel: [{Dense: 1, name: x}, b]", ["4:33 unknown-name: nothing in this block is called `x`"]),
    (BLOCK + "model: [{b: 1, name: x}, {Dense: 3, name: x}]", ["5:43 duplicate-name: the name `x` is used twice"]),
    ("blocks: {b: [{Dense: 1, name: d}, {Dense: 3, name: d}]}\nmodel: [b]", ["4:52 duplicate-name: the name `d` is used twice"]),
    (BLOCK + "model: [{b: 1, name: x}, {Dense: 1, inputs: x_d}]", ["5:45 unknown-name: `x_d` is inside a block or a copy, and not to be seen here"]),
    ("model: [{parallel: {branches: [[Dense: 4], []], merge: Concatenate}, inputs: [input, input]}]", ["4:78 wrong-input-count: this group has 1 input, got 2"]),
    ("model: [{parallel: {branches: [], merge: Add}}]", ["4:31 out-of-range: `branches` must have at least 1 item, got 0"]),
    ("model: [{Dense: 4, name: x, repeat: 2}, {share: x}]", ["4:49 share-of-several: `x` stands for several layers"]),
    ("model: [{layers: [{Dense: 4}, ReLU], name: x}, {layers: [{share: x}], repeat: 2}]", ["4:66 share-of-several: `x` stands for several layers"]),
    (BLOCK + "model: [{b: 1, name: x}, {Dense: 1, inputs: d}]", ["5:45 unknown-name: nothing in this model is called `d`"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_faults(text: str, expected: list[str], tmp_path: Path) -> None:
    findings = checked(text + "\n", tmp_path).findings
    told = [f"{f.span.line}:{f.span.column} {f.code}: {f.message}" for f in findings if f.level == "error"]
    assert told == expected


def test_a_layer_keeps_the_name_that_the_spec_writes(tmp_path: Path) -> None:
    graph, _ = graph_of(HEAD + BLOCK + "model: [b, b, {Dense: 3, name: d}]", tmp_path)
    assert graph
    assert [node.name for node in graph.nodes] == ["d_1", "re_lu", "d_2", "re_lu_1", "d"]


CHAINS = {
    "a block shared by what is shared": BLOCK + "model:\n  - {b: 4, name: s0}\n"
    + "".join(f"  - {{share: s{n}, name: s{n + 1}}}\n" for n in range(1500)),
    "inputs that pass through": "blocks: {b: {inputs: [x], outputs: [x], layers: [{Dense: 3}]}}\nmodel:\n"
    + "".join(f"  - {{b: , name: y{n}, inputs: y{n + 1}}}\n" for n in range(1500))
    + "  - {b: , name: y1500, inputs: input}\n  - {Dense: 3, inputs: y0}\n",
}  # fmt: skip


@pytest.mark.parametrize("text", CHAINS.values(), ids=CHAINS.keys())
@pytest.mark.timeout(20)
def test_long_chains_are_followed_once(text: str, tmp_path: Path) -> None:
    graph, findings = graph_of(HEAD + text, tmp_path)
    assert graph
    assert findings == []
