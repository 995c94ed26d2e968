"""YAML texts: what they mean, and what is said of those that mean nothing."""

# ruff: noqa: E501  # a finding is one line
import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from specc.language import limits
from specc.language.tree import Mapping, Value, plain
from specc.language.yaml_text import LOADER, read_yaml, resolve
from tests.language.shown import place, shown

VALUES: list[tuple[str, Any]] = [
    ("a: 1", {"a": 1}),
    ("[1e-3, 1.5, .5, 5., -1E+2]", [0.001, 1.5, 0.5, 5.0, -100.0]),
    ("[010, 0o17, 0x1F, -3, +4, 0b1, 1_000]", [10, 15, 31, -3, 4, "0b1", "1_000"]),
    ("[yes, no, on, off, y, n]", ["yes", "no", "on", "off", "y", "n"]),
    ("[true, True, TRUE, false, tRue]", [True, True, True, False, "tRue"]),
    ("[null, ~, Null, NULL, nUll]", [None, None, None, None, "nUll"]),
    ("[.inf, -.INF, +.Inf, inf]", [math.inf, -math.inf, math.inf, "inf"]),
    ("[12:30, 2024-01-01, 1.2.3, 0o8, 1e, e5, -, +]", ["12:30", "2024-01-01", "1.2.3", "0o8", "1e", "e5", "-", "+"]),
    ("['1', \"true\", 'null', !!str 5, ! 5]", ["1", "true", "null", "5", "5"]),
    ("[!!int '5', !!float 1, !!bool 'true', !!null '']", [5, 1.0, True, None]),
    ("a:\nb: |\n  x\n  y\nc: >-\n  x\n  y\n", {"a": None, "b": "x\ny\n", "c": "x y"}),
    ("{0: a, 010: b, -1: c}", {"0": "a", "10": "b", "-1": "c"}),
    ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
    ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}),
    (
        "a: &x {b: 1}\nc: &y {b: 2, e: 3}\nd: {<<: [*x, *y]}",
        {"a": {"b": 1}, "c": {"b": 2, "e": 3}, "d": {"b": 1, "e": 3}},
    ),
    ("'<<': 1", {"<<": 1}),
    ("\ufeffa: 1", {"a": 1}),
    ("a: 'x\u2028y\x85z'", {"a": "x\u2028y\x85z"}),
    ("日本: {語: 🙂}", {"日本": {"語": "🙂"}}),
    ("a\r\nb\r\n", "a b"),
]


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader])
@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_values_follow_the_core_schema(text: str, expected: Any, loader: type[Any]) -> None:
    tree, findings = read_yaml(text, "p", loader)
    assert not findings
    assert tree is not None
    assert repr(plain(tree)) == repr(expected)  # repr tells 1 from 1.0 and from true


def test_not_a_number_is_a_float() -> None:
    assert all(math.isnan(float(str(resolve(text)))) for text in (".nan", ".NaN", ".NAN"))


SYNTAX: list[tuple[str, list[str]]] = [
    ("a: [1, 2\nb: 3\n", ["2:2-3 invalid-syntax: expected `,` or `]` in this list [the list begins here 1:4-5]"]),
    ("a: {b: 1\n", ["1:4-5 invalid-syntax: the mapping opened by `{` is never closed (add `}`)"]),
    ("a: 'x\nb: 2\n", ["1:4-5 invalid-syntax: the quote `'` is never closed"]),
    (
        'a: "x\\q"\n',
        [
            "1:6-8 invalid-syntax: `\\q` is no escape in a double-quoted string (write `\\\\` for a backslash, or use single quotes)"
        ],
    ),
    ("a:\n\tb: 1\n", ["2:1-2 invalid-syntax: a tab cannot indent a line (indent with spaces)"]),
    ("\ta: 1", ["1:1-2 invalid-syntax: a tab cannot indent a line (indent with spaces)"]),
    (
        "a: b: c\n",
        [
            "1:5-6 invalid-syntax: a second `:` in the value of a key (put the value in quotes, or the inner mapping in braces)"
        ],
    ),
    (
        "a: 1\n b: 2\n",
        [
            "2:2-3 invalid-syntax: this line is indented deeper, but the line above has a value already [after this line 1:1-5]"
        ],
    ),
    (
        "- a\nb: 1\n",
        ["2:1-2 invalid-syntax: expected another list item, which begins with `-` [the list begins here 1:1-2]"],
    ),
    (
        "a: 1\n- b\n",
        ["2:1-2 invalid-syntax: a list item stands among the keys of a mapping [the mapping begins here 1:1-2]"],
    ),
    ("a: @x\n", ["1:4-5 invalid-syntax: a value cannot begin with `@` (put the value in quotes)"]),
    ("a: `x`\n", ["1:4-5 invalid-syntax: a value cannot begin with ``` (put the value in quotes)"]),
    ("a: *\n", ["1:4-5 invalid-syntax: a name is missing after `*` (put the value in quotes if it is text)"]),
    ("a: & x", ["1:4-5 invalid-syntax: a name is missing after `&` (put the value in quotes if it is text)"]),
    (
        "a\nb: 1\n",
        ["2:1-2 invalid-syntax: a key cannot stand here (the line above may lack its `:`) [after this line 1:1-2]"],
    ),
    ("a: |x\n  y\n", ["1:5-6 invalid-syntax: a block of text begins on the line after `|` or `>`"]),
    ("a: !<\n", ["1:4-5 invalid-syntax: a value that begins with `!` is a tag (put the value in quotes)"]),
    ("a: !foo!x y", ["1:4-5 invalid-syntax: a value that begins with `!` is a tag (put the value in quotes)"]),
    ("%YAML 3.0\n---\na: 1", ["1:1-2 invalid-syntax: a line that begins with `%` is a directive (remove the line)"]),
    ("a: ]\n", ["1:4-5 invalid-syntax: a value is missing before `]`"]),
    ("a: [1 2: 3}", ["1:11-12 invalid-syntax: expected `,` or `]` in this list [the list begins here 1:4-5]"]),
    (
        "key: - a\n",
        [
            "1:6-7 invalid-syntax: a list item cannot stand on the line of its key (begin the list on a line of its own, or write it in brackets)"
        ],
    ),
    ("a: 1\nb\n", ["2:1-2 invalid-syntax: `b` has no `:` and no value"]),
    ("a: 1\nb\nc: 2", ["2:1-2 invalid-syntax: `b` has no `:` and no value"]),
    ("a: 1\nb:2\n", ["2:1-4 invalid-syntax: `b:2` has no space after its `:` (put a space after `:`)"]),
    (
        "a: by\n  local:80 and\n  b: c\n",
        ["3:3-4 invalid-syntax: a key cannot stand here (the line above may lack its `:`) [after this line 2:3-15]"],
    ),
    ("a:1\nb: 2\n", ["1:1-4 invalid-syntax: `a:1` has no space after its `:` (put a space after `:`)"]),
    ("a: 1\nhttp://b\n", ["2:1-9 invalid-syntax: `http://b` has no `:` and no value"]),
    (
        "  a: 1\nb: 2",
        [
            "2:1-2 invalid-syntax: this line does not belong to what stands above it (indent it like the first line of the spec)"
        ],
    ),
    ("a: {b: c d: e}", ["1:11-12 invalid-syntax: expected `,` or `}` in this mapping [the mapping begins here 1:4-5]"]),
    ("a: |\n  x\n\ty\n", ["3:1-2 invalid-syntax: a tab cannot indent a line (indent with spaces)"]),
    (
        "a:\n  - b\n c: 1",
        ["3:2-3 invalid-syntax: the indentation of this line fits no line above it [the mapping begins here 1:1-2]"],
    ),
    ('x: "a" b\n', ["1:8-9 invalid-syntax: unexpected text after the end of a value (put the whole value in quotes)"]),
    (
        "a: {\n  b: 1\nc: 2\n}",
        ["3:2-3 invalid-syntax: expected `,` or `}` in this mapping [the mapping begins here 1:4-5]"],
    ),
    ("a: 'it's'\n", ["1:8-9 invalid-syntax: unexpected text after the end of a value (put the whole value in quotes)"]),
    ("a: {x: 1,, y: 2}", ["1:10-11 invalid-syntax: a value is missing before `,`"]),
    ("a: >\n\t x", ["2:1-2 invalid-syntax: a tab cannot indent a line (indent with spaces)"]),
    ("- a\n-b\n", ["2:1-3 invalid-syntax: `-b` has no `:` and is no list item (put a space after `-`)"]),
    (
        "%TAG ! x\n",
        [
            "2:1-1 invalid-syntax: this line does not belong to what stands above it (indent it like the first line of the spec)"
        ],
    ),
    (
        "a: b\n...\nfoo",
        [
            "3:1-4 invalid-syntax: this line does not belong to what stands above it (indent it like the first line of the spec)"
        ],
    ),
]


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader])
@pytest.mark.parametrize(("text", "expected"), SYNTAX)
def test_syntax_faults_in_our_own_words(text: str, expected: list[str], loader: type[Any]) -> None:
    tree, findings = read_yaml(text, "p", loader)
    assert tree is None
    assert shown(findings) == expected


FAULTS: list[tuple[str, list[str]]] = [
    ("a: 1\na: 2\n", ["2:1-2 duplicate-key: `a` is given twice [first given here 1:1-2]"]),
    ("{a: 1, b: {c: 2, c: 3}}", ["1:18-19 duplicate-key: `c` is given twice [first given here 1:12-13]"]),
    ("a: &x [1, *x]", ["1:11-13 recursive-alias: `*x` stands inside the value it repeats"]),
    ("a: *x", ["1:4-6 undefined-alias: no anchor `&x` stands before this alias"]),
    (
        "a: &base 1\nb: *bse",
        ["2:4-8 undefined-alias: no anchor `&bse` stands before this alias (did you mean `*base`?)"],
    ),
    ("a: !!foo x", ["1:4-11 unknown-tag: the tag `!!foo` is not part of the language (remove the tag)"]),
    ("a: !remove", ["1:4-11 unknown-tag: the tag `!remove` is not part of the language (remove the tag)"]),
    ("a: !!int x", ["1:4-11 wrong-type: the tag `!!int` does not fit `x`"]),
    ("!!set {a: 1}", ["1:1-8 unknown-tag: the tag `!!set` is not part of the language (remove the tag)"]),
    (
        "true: 1",
        ['1:1-5 invalid-key: a key is a name, but `true` is a boolean (write `"true"` if it is meant as a name)'],
    ),
    ("null: 1", ['1:1-5 invalid-key: a key is a name, but `null` is null (write `"null"` if it is meant as a name)']),
    ("1.5: 1", ['1:1-4 invalid-key: a key is a name, but `1.5` is a number (write `"1.5"` if it is meant as a name)']),
    (": 1", ["1:1-2 invalid-syntax: a key is missing before this `:`"]),
    ("? [a, b]\n: 1", ["1:3-9 invalid-key: a list cannot be a key"]),
    ("a: {{b}}", ["1:5-8 invalid-key: a mapping cannot be a key (one pair of braces makes a mapping)"]),
    ("<<: 1", ["1:1-3 invalid-merge: `<<` merges a mapping or a list of mappings"]),
    ("a: &x {b: 1}\nc: {<<: [*x, 2]}", ["2:5-7 invalid-merge: `<<` merges a mapping or a list of mappings"]),
    ("a: \x01", ["1:4-5 invalid-character: the character U+0001 cannot stand in a text (remove it)"]),
    (
        "\x00",
        [
            "1:1-2 invalid-character: the character U+0000 cannot stand in a text (the file may be binary, or saved in another encoding than UTF-8)"
        ],
    ),
    ("a: \ud800", ["1:4-5 invalid-character: the character U+D800 cannot stand in a text (remove it)"]),
    ("a: 1e999", ["1:4-9 number-too-large: the number `1e999` is too large"]),
    ("", ["1:1-1 empty-spec: the spec is empty (a spec begins with `spec: 1`)"]),
    ("   \n# c\n", ["1:1-1 empty-spec: the spec is empty (a spec begins with `spec: 1`)"]),
    ("~", ["1:1-1 empty-spec: the spec is empty (a spec begins with `spec: 1`)"]),
    ("---\n...", ["1:1-1 empty-spec: the spec is empty (a spec begins with `spec: 1`)"]),
    (
        "a: 1\n---\nb: 1",
        [
            "2:1-4 multiple-documents: one file holds one spec, but a second document begins here (put it in a file of its own)"
        ],
    ),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_faults(text: str, expected: list[str]) -> None:
    _, findings = read_yaml(text, "p")
    assert shown(findings) == expected


LIMITS = [
    ("[" * (limits.NESTING + 1) + "]" * (limits.NESTING + 1), "nesting-limit"),
    ("[" * 100_000, "nesting-limit"),
    ("- " * 100_000, "nesting-limit"),
    ("{a: " * 100_000, "nesting-limit"),
    ("a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 30 + "*a" + "]" * 30, "nesting-limit"),
    ("a0: &a0 [1, 1]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40)), "expansion-limit"),
    ("a: &a " + str(["x"] * 1000) + "\nb: [" + "*a, " * 1000 + "]", "expansion-limit"),
    ("[" + "1, " * (limits.NODES + 1) + "]", "expansion-limit"),
    ("a: " + "1" * 5000, "number-too-large"),
    ("a: 0x" + "f" * 5000, "number-too-large"),
]


@pytest.mark.parametrize(("text", "code"), LIMITS, ids=range(len(LIMITS)))
def test_bounds_give_one_finding(text: str, code: str) -> None:
    tree, findings = read_yaml(text, "p")
    assert tree is None
    assert [finding.code for finding in findings] == [code]


def test_spans_are_exact() -> None:
    text = "model:\n  - Dense: {units: 3}  # c\n  - 'q': [1,\n      2]\nlast:\n"
    tree, _ = read_yaml(text, "p")
    assert isinstance(tree, Mapping)
    found = []

    def walk(node: Any) -> None:
        found.append(place(node.span))
        for entry in getattr(node, "entries", ()):
            found.append(f"{entry.key} {place(entry.key_span)}")
            walk(entry.value)
        for item in getattr(node, "items", ()):
            walk(item)

    walk(tree)
    assert found == [
        "1:1-5:6", "model 1:1-6", "2:3-4:9", "2:5-22", "Dense 2:5-10", "2:12-22", "units 2:13-18", "2:20-21",
        "3:5-4:9", "q 3:5-8", "3:10-4:9", "3:11-12", "4:7-8", "last 5:1-5", "5:6-6",
    ]  # fmt: skip


def test_the_first_of_duplicate_keys_is_kept() -> None:
    tree, _ = read_yaml("a: 1\na: 2", "p")
    assert tree is not None
    assert plain(tree) == {"a": 1}


def test_aliases_share_their_nodes() -> None:
    tree, _ = read_yaml("a: &x [1]\nb: *x", "p")
    assert isinstance(tree, Mapping)
    assert tree.get("a") is tree.get("b")


@given(st.text())
def test_any_text_is_read_or_found_at_fault(text: str) -> None:
    tree, findings = read_yaml(text, "p")
    assert tree is not None or findings


@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@#?~<0 \n\t$\\"))
def test_any_text_of_marks_is_read_or_found_at_fault(text: str) -> None:
    for loader in (LOADER, yaml.SafeLoader):
        tree, findings = read_yaml(text, "p", loader)
        assert tree is not None or findings
        lines = text.count("\n") + 1
        assert all(finding.span.line <= lines and finding.message for finding in findings)


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_survive(number: float) -> None:
    tree, _ = read_yaml(repr(number), "p")
    assert isinstance(tree, Value)
    assert (tree.value, type(tree.value)) == (number, type(number))
