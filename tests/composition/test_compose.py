"""Variables, `--set` and `--var`: what comes out, and faults at their places."""

# ruff: noqa: E501  # a finding is one line
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.composition import compose
from specc.diagnostics import Finding
from specc.language import limits
from specc.language.overrides import Overrides
from specc.language.source import Source
from specc.language.tree import Mapping, Node, Sequence, Value, plain
from specc.language.variables import Unresolved
from specc.language.yaml_text import read_yaml
from tests.language.shown import place, shown


def in_place(tree: Node, overrides: Overrides = Overrides()) -> tuple[Node, tuple[Finding, ...]]:  # noqa: B008  # frozen
    result = compose(tree, overrides, Path("p"), Path())
    return result.tree, result.findings


def composed(text: str, overrides: Overrides = Overrides()) -> tuple[Any, list[str]]:  # noqa: B008  # frozen
    tree, findings = read_yaml(text, "p")
    assert not findings
    assert tree is not None
    tree, findings = in_place(tree, overrides)
    return plain(tree), shown(findings)


VALUES: list[tuple[str, Any]] = [
    ("a: 1", {"a": 1}),
    ("vars: {w: 3}\na: $w\nb: [$w, {c: $(w * 2)}]\nname: net-$w", {"a": 3, "b": [3, {"c": 6}], "name": "net-3"}),
    ("vars: {a: $(b + 1), b: $(c * 2), c: 5}\nx: $a", {"x": 11}),
    ("vars: {l: [1, $w], w: 2, o: {Adam: {learning_rate: $w}}}\nx: $l\ny: $o", {"x": [1, 2], "y": {"Adam": {"learning_rate": 2}}}),
    ("vars:\na: $$5", {"a": "$5"}),
    ("vars: {w: 1}\ndescription: costs $w $ 5\nx-note: $oops $\nd: {description: $w}", {"description": "costs $w $ 5", "x-note": "$oops $", "d": {"description": 1}}),
    ("vars: {w: 1}\na: &x [$w]\nb: *x", {"a": [1], "b": [1]}),
    ("[1]", [1]),
    ("vars: {none: null, yes: true, text: 'x'}\na: [$none, $yes, $text]", {"a": [None, True, "x"]}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_values(text: str, expected: Any) -> None:
    assert composed(text) == (expected, [])


FAULTS: list[tuple[str, list[str]]] = [
    ("vars: {width: 1}\na: $widht", ["2:4-10 unknown-variable: there is no variable `widht` (did you mean `width`?)"]),
    ("a: $w", ["1:4-6 unknown-variable: there is no variable `w` (define it under `vars`, or write `$$` for a dollar)"]),
    ("vars: {w: 1}\na: 'x $(w + v)'", ["2:13-14 unknown-variable: there is no variable `v`"]),
    ("a: $(1 +)", ["1:9-10 invalid-expression: this is no expression"]),
    ('a: "\\x24(1 / 0)"', ["1:4-17 invalid-expression: division by zero"]),
    ("a: >\n  x\n  $(1 / 0)\n", ["1:4-4:1 invalid-expression: division by zero"]),
    ("vars: {a: $a}\nx: $a", ["1:8-9 cyclic-variable: the variable `a` is defined by itself: `a` -> `a`"]),
    ("vars: {a: $b, b: $(c), c: [$a], d: $a}\nx: $d", ["1:8-9 cyclic-variable: the variable `a` is defined by itself: `a` -> `b` -> `c` -> `a` [by way of this 1:15-16] [by way of this 1:24-25]"]),
    ("vars: {a: $no, b: $a}\nx: [$a, $b]", ["1:11-14 unknown-variable: there is no variable `no` (define it under `vars`, or write `$$` for a dollar)"]),
    ("vars: {a: $(1 / 0)}\nx: $a", ["1:13-18 invalid-expression: division by zero"]),
    ("vars: [1]\nx: $a", ["1:7-10 wrong-type: `vars` must be a mapping of names to values"]),
    ("vars: {a-b: 1, len: 2}", ["1:8-11 invalid-name: `a-b` cannot name a variable (a variable's name is letters, digits and `_`, and no word of the expression language)", "1:16-19 invalid-name: `len` cannot name a variable (a variable's name is letters, digits and `_`, and no word of the expression language)"]),
    ("a: &x [$no]\nb: *x", ["1:8-11 unknown-variable: there is no variable `no` (define it under `vars`, or write `$$` for a dollar)"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_faults(text: str, expected: list[str]) -> None:
    assert composed(text)[1] == expected


SETS: list[tuple[str, str, str, Any]] = [
    ("a: {b: 1}", "a.b", "2", {"a": {"b": 2}}),
    ("a: {b: 1}", "a.c.d", "[1, x]", {"a": {"b": 1, "c": {"d": [1, "x"]}}}),
    ("a:", "a.b", "1e-3", {"a": {"b": 0.001}}),
    ("m: [{Dense: {units: 3}}, Flatten]", "m.0.Dense.units", "5", {"m": [{"Dense": {"units": 5}}, "Flatten"]}),
    ("m: [1, 2]", "m.1", "{Dense: 3}", {"m": [1, {"Dense": 3}]}),
    ("m: {ops.mean: {axis: 1}}", "m.ops.mean.axis", "2", {"m": {"ops.mean": {"axis": 2}}}),
    ("a: 1", "a", "", {"a": None}),
    ("a: 1", "a", "yes", {"a": "yes"}),
    ("a: 1", "a", "'5'", {"a": "5"}),
    ("vars: {w: 1}\na: $w", "vars.w", "7", {"a": 7}),
    ("vars: {w: 1}\na: 0", "a", "$(w + 1)", {"a": 2}),
    ("a: 1", "a", "b: 1\nc: 2", {"a": {"b": 1, "c": 2}}),
]


@pytest.mark.parametrize(("text", "path", "value", "expected"), SETS)
def test_set(text: str, path: str, value: str, expected: Any) -> None:
    assert composed(text, Overrides(sets=((path, value),))) == (expected, [])


SET_FAULTS: list[tuple[str, str, str, str]] = [
    ("a: [1, 2]", "a.2", "5", "1:1-4 invalid-path: `a` has 2 items, numbered from 0, but no item 2"),
    ("a: [1, 2]", "a.x", "5", "1:1-4 invalid-path: `a` is a list, whose items are numbered from 0, not called `x`"),
    ("a: [1, 2]", "a." + "9" * 5000, "5", "9" * 100 + "…"),
    ("a: {Dense: 128}", "a.Dense.units", "5", "1:1-14 invalid-path: `a.Dense` is the value `128`, which has nothing called `units` (set the whole value)"),
    ("a: 1", "a..b", "5", "1:1-5 invalid-path: the path has an empty step (write it like `training.epochs=5`)"),
    ("a: 1", "", "5", "1:1-1 invalid-path: the path has an empty step (write it like `training.epochs=5`)"),
    ("a: 1", "a", "[1", "1:3-4 invalid-syntax: the list opened by `[` is never closed (add `]`)"),
    ("a: 1", "a", "!x 1", "1:3-7 unknown-tag: the tag `!x` is not part of the language (remove the tag)"),
    ("a: 1", "a", "$b", "1:3-5 unknown-variable: there is no variable `b` (define it under `vars`, or write `$$` for a dollar)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "value", "expected"), SET_FAULTS)
def test_set_faults(text: str, path: str, value: str, expected: str) -> None:
    _, lines = composed(text, Overrides(sets=((path, value),)))
    assert len(lines) == 1
    assert lines[0].endswith(expected)


def test_var_replaces_a_value() -> None:
    overrides = Overrides(variables=(("w", "64"), ("w", "65"), ("v", "$(w + 1)")))
    assert composed("vars: {w: 1, v: 0}\na: $w\nb: $v", overrides) == ({"a": 65, "b": 66}, [])


def test_unknown_var_is_found() -> None:
    overrides = Overrides(variables=(("w", "64"), ("widht", "3")))
    assert composed("vars: {w: 1, width: 2}", overrides)[1] == [
        "2:1-6 unknown-variable: there is no variable `widht` (did you mean `width`?)"
    ]
    assert composed("a: 1", Overrides(variables=(("w", "64"),)))[1] == [
        "1:1-2 unknown-variable: there is no variable `w`"
    ]


def test_overrides_read_like_files() -> None:
    overrides = Overrides(sets=(("a.b", "1"), ("c", "[1, {")), variables=(("w", "2"),))
    assert overrides.sources() == (Source("--set", "a.b=1\nc=[1, {"), Source("--var", "w=2"))
    tree, _ = read_yaml("a: {b: 0}\nc: 1", "p")
    assert tree is not None
    tree, findings = in_place(tree, overrides)
    assert [(finding.span.path, place(finding.span)) for finding in findings] == [
        ("--var", "1:1-2"),
        ("--set", "2:8-8"),
    ]
    assert isinstance(tree, Mapping)
    inner = tree.get("a")
    assert isinstance(inner, Mapping)
    assert inner.entries[0].value.span.path == "--set"
    assert place(inner.entries[0].value.span) == "1:5-6"


def test_a_substituted_value_stands_where_it_is_used_and_knows_its_origin() -> None:
    tree, _ = read_yaml("vars: {w: [1]}\na: $w\nb: $(w[0] + 1)", "p")
    assert tree is not None
    tree, _ = in_place(tree)
    assert isinstance(tree, Mapping)
    first, second = (entry.value for entry in tree)
    assert isinstance(first, Sequence)
    assert isinstance(second, Value)
    item = first.items[0]
    assert isinstance(item, Value)
    assert (place(first.span), place(item.span), place(second.span)) == ("2:4-6", "2:4-6", "3:4-15")
    assert item.origin is not None
    assert place(item.origin) == "1:11-14"
    assert second.origin == item.origin


def test_what_cannot_be_computed_is_marked_as_unknown() -> None:
    values, _ = composed("a: $no\nb: x")
    assert isinstance(values["a"], Unresolved)
    assert not isinstance(values["b"], Unresolved)


def test_a_tree_without_expressions_is_kept() -> None:
    tree, _ = read_yaml("a: {b: [1]}\nc: 2", "p")
    assert isinstance(tree, Mapping)
    after, _ = in_place(tree)
    assert isinstance(after, Mapping)
    assert all(new is old for new, old in zip(after.entries, tree.entries, strict=True))


LIMITS = [
    ("vars:\n  a0: [1]\n" + "".join(f"  a{i}: [$a{i - 1}]\n" for i in range(1, 3000)) + "b: $a2999", "nesting-limit"),
    ("vars: {a: " + "[" * 40 + "]" * 40 + "}\nb: " + "[" * 40 + "$a" + "]" * 40, "nesting-limit"),
    ("vars: {a: '$([0] * 9000)'}\nb: [" + "$a, " * 5000 + "]", "expansion-limit"),
    ("vars:\n  a0: xxxxxxxxxx\n" + "".join(f"  a{i}: $a{i - 1}$a{i - 1}\n" for i in range(1, 60)), "expansion-limit"),
    ("vars:\n" + "".join(f"  a{i}: $a{i + 1}\n" for i in range(3000)) + "  a3000: $a0", "cyclic-variable"),
]


@pytest.mark.parametrize(("text", "code"), LIMITS, ids=range(len(LIMITS)))
def test_bounds_give_one_finding(text: str, code: str) -> None:
    tree, _ = read_yaml(text, "p")
    assert tree is not None
    assert [finding.code for finding in in_place(tree)[1]] == [code]


def test_a_long_chain_of_variables_is_no_deep_recursion() -> None:
    text = "vars:\n  a0: 1\n" + "".join(f"  a{i}: $(a{i - 1} + 1)\n" for i in range(1, 3000)) + "b: $a2999"
    assert composed(text) == ({"b": 3000}, [])


def test_nesting_by_variables_stays_within_the_bound() -> None:
    room = limits.NESTING - 3
    assert composed(f"vars: {{a: {'[' * room}{']' * room}}}\nb: $a")[1] == []


@given(st.lists(st.tuples(st.text("ab.01$", max_size=8), st.text("ab:{}[]$(),1 '\n", max_size=8)), max_size=3))
def test_any_overrides_are_applied_or_found_at_fault(options: list[tuple[str, str]]) -> None:
    tree, _ = read_yaml("vars: {a: 1, b: $a}\na: {b: [1, {a: 2}]}\nb: $b", "p")
    assert tree is not None
    after, _ = in_place(tree, Overrides(tuple(options), tuple(options)))
    assert isinstance(after, Mapping)
