"""Which layers of a model and a file go together, and what is said of the others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from specc.component import Component
from specc.diagnostics import Level, Span
from specc.graph.graph import Graph, Node, WeightsFile
from specc.transfer import Stored, Tensor, match, match_table, mismatches

PLACE = Span("spec.yaml", 4, 12, 4, 20)


def model(layers: Mapping[str, Any], key: str = "", *, named: bool = True) -> Stored:
    """A model from layer names to shapes, to tensors by path, or to the layers of a model in it."""
    found = []
    for number, (name, what) in enumerate(layers.items()):
        own = f"layer_{number}"
        if isinstance(what, Mapping) and not any(isinstance(each, Tensor) for each in what.values()):
            found.append(model(what, own, named=named)._replace(name=name if named else ""))
            continue
        tensors = what
        if not isinstance(what, Mapping):
            tensors = {f"vars/{i}": Tensor(f"{name}/{i}", shape, "float32") for i, shape in enumerate(what)}
        found.append(Stored(own, name if named else "", tensors))
    return Stored(key, "", {}, tuple(found))


def one(dtype: str = "float32", name: str = "", path: str = "vars/0") -> dict[str, Tensor]:
    return {path: Tensor("x", (3,), dtype, name)}


BASE = {"a": [(4, 3), (3,)], "b": [(3, 2)], "flat": []}
CASES: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], dict[str, str], tuple[str, ...]]] = {
    "the same": (BASE, BASE, {"a": "loaded", "b": "loaded"}, ()),
    "another order": (BASE, dict(reversed(BASE.items())), {"a": "loaded", "b": "loaded"}, ()),
    "another shape": (BASE, BASE | {"b": [(3, 5)]}, {"a": "loaded", "b": "differs"}, ()),
    "a bias more": (BASE, BASE | {"b": [(3, 2), (2,)]}, {"a": "loaded", "b": "differs"}, ()),
    "a bias less": (BASE, BASE | {"a": [(4, 3)]}, {"a": "differs", "b": "loaded"}, ()),
    "a layer less": (BASE, {"a": BASE["a"]}, {"a": "loaded", "b": "missing"}, ()),
    "a layer more": (BASE, BASE | {"c": [(1,)]}, {"a": "loaded", "b": "loaded"}, ("c",)),
    "nothing": (BASE, {"x": [(1,)]}, {"a": "missing", "b": "missing"}, ("x",)),
    "inside a model": (BASE, {"pre": [], "whole": BASE}, {"a": "loaded", "b": "loaded"}, ()),
    "a model in both": ({"e": BASE}, {"e": BASE}, {"e/a": "loaded", "e/b": "loaded"}, ()),
    "a model here alone": (
        {"e": BASE, "c": [(1,)]},
        {"c": [(1,)]},
        {"e/a": "missing", "e/b": "missing", "c": "loaded"},
        (),
    ),
    "a model for a layer": (
        {"a": [(1,)], "b": [(2,)]},
        {"a": BASE, "b": [(2,)]},
        {"a": "differs", "b": "loaded"},
        ("a/a", "a/b"),
    ),
    "another precision": ({"a": one()}, {"a": one("float64")}, {"a": "loaded"}, ()),
    "half precision": ({"a": one()}, {"a": one("bfloat16")}, {"a": "loaded"}, ()),
    "whole numbers": ({"a": one()}, {"a": one("int32")}, {"a": "differs"}, ()),
    "text": ({"a": one()}, {"a": one("other")}, {"a": "differs"}, ()),
    "another place": ({"a": one()}, {"a": one(path="cell/vars/0")}, {"a": "differs"}, ()),
    "the same name": ({"a": one(name="kernel")}, {"a": one(name="a/kernel:0")}, {"a": "loaded"}, ()),
    "an old name": ({"a": one(name="kernel")}, {"a": one(name="a/depthwise_kernel:0")}, {"a": "loaded"}, ()),
    "another name": ({"a": one(name="kernel")}, {"a": one(name="a/gamma:0")}, {"a": "differs"}, ()),
}


@pytest.mark.parametrize(("ours", "theirs", "statuses", "unused"), CASES.values(), ids=CASES.keys())
def test_layers_go_by_name(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], statuses: dict[str, str], unused: tuple[str, ...]
) -> None:
    found = match(model(ours), model(theirs))
    assert {row.layer: row.status for row in found.rows} == statuses
    assert found.unused == unused
    assert found.by == "name"
    assert all(bool(row.pairs) == (row.status == "loaded") for row in found.rows)


def test_without_names_layers_go_by_position() -> None:
    found = match(model(BASE), model(BASE | {"c": [(1,)]}, named=False))
    assert [row.status for row in found.rows] == ["loaded", "loaded"]
    assert (found.by, found.unused) == ("position", ("layer_3",))
    assert "by position" in match_table("old.h5", found)


def test_the_model_with_most_of_the_layers_is_taken() -> None:
    file = model({"a": [(9,)], "one": {"a": [(4, 3), (3,)]}, "two": BASE})
    found = match(model(BASE), file)
    assert found.within == "two"
    assert len(found.having("loaded")) == 2


def test_a_prefix_stands_before_the_names() -> None:
    found = match(model(BASE), model(BASE), "encoder/")
    assert [row.layer for row in found.rows] == ["encoder/a", "encoder/b"]
    assert found.unused == ()


def graph(*names: str) -> Graph:
    dense = Component("layer", "Dense", {}, PLACE)
    places = {name: Span("spec.yaml", 10 + number, 5, 10 + number, 9) for number, name in enumerate(names)}
    return Graph("net", (), tuple(Node(name, dense, (), {}, name, places[name]) for name in names), {})


@pytest.mark.parametrize(
    ("theirs", "missing", "level", "lines"),
    [
        (BASE, "error", None, []),
        ({"a": BASE["a"]}, "allowed", None, []),
        ({"a": BASE["a"]}, "warning", Level.WARNING, [11]),
        ({"a": BASE["a"]}, "error", Level.ERROR, [11]),
        ({"a": [(1,)], "b": BASE["b"]}, "error", Level.ERROR, [10]),
        ({"x": [(1,)]}, "allowed", Level.ERROR, [10, 11]),
    ],
)
def test_what_is_said(theirs: Mapping[str, Any], missing: str, level: Level | None, lines: list[int]) -> None:
    file = model(theirs)
    findings = mismatches(match(model(BASE), file), file, WeightsFile("w.keras", PLACE, missing), graph("a", "b"))
    assert [(f.level, f.code, f.span) for f in findings] == ([(level, "weights-mismatch", PLACE)] if level else [])
    assert [label.span.line for finding in findings for label in finding.labels] == lines


def test_a_layer_in_a_model_is_marked_where_it_stands() -> None:
    inner = graph("a", "b")
    outer = graph("encoder")
    whole = replace(outer, nodes=(replace(outer.nodes[0], model=inner),))
    file = model({"encoder": {"a": BASE["a"]}})
    weights = WeightsFile("w.keras", PLACE, "error")
    (finding,) = mismatches(match(model({"encoder": BASE}), file), file, weights, whole)
    assert [(label.span, label.text) for label in finding.labels] == [
        (inner.nodes[1].span, "`encoder/b`: not in the file")
    ]


def test_long_lists_are_cut() -> None:
    ours = model({f"layer{number}": [(1,)] for number in range(40)})
    file = model({"layer0": [(1,)]} | {f"other{number}": [(1,)] for number in range(40)})
    found = match(ours, file)
    (finding,) = mismatches(found, file, WeightsFile("w.keras", PLACE), graph())
    assert "39 of 40 layers" in finding.message
    assert "and 33 more" in finding.message
    assert len(match_table("w.keras", found).splitlines()) == 15
    assert len(match_table("w.keras", found, whole=True).splitlines()) == 42
