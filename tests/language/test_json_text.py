"""JSON texts: the same tree as YAML's, and faults with exact places."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.language import limits
from specc.language.json_text import read_json
from specc.language.tree import plain
from specc.language.yaml_text import read_yaml
from tests.language.shown import place, shown

FAULTS: list[tuple[str, list[str]]] = [
    ('{"a": 1, "a": 2}', ["1:10-13 duplicate-key: `a` is given twice [first given here 1:2-5]"]),
    ("", ['1:1-1 empty-spec: the spec is empty (it needs `{"spec": 1, …}`)']),
    ("  ", ['1:1-1 empty-spec: the spec is empty (it needs `{"spec": 1, …}`)']),
    ('{"a": 1,}', ["1:8-9 invalid-syntax: a comma before `}`"]),
    ("[1, 2,]", ["1:6-7 invalid-syntax: a comma before `]`"]),
    ("{a: 1}", ["1:2-3 invalid-syntax: a key is a string in double quotes"]),
    ('{"a" 1}', ["1:6-7 invalid-syntax: expected `:` after the key `a`"]),
    ('{"a": }', ["1:7-8 invalid-syntax: a value is missing before `}`"]),
    ('{"a": 1', ["1:1-2 invalid-syntax: the mapping opened by `{` is never closed (add `}`)"]),
    ("[1", ["1:1-2 invalid-syntax: the list opened by `[` is never closed (add `]`)"]),
    ("[1 2]", ["1:4-5 invalid-syntax: expected `,` or `]` in this list [the list begins here 1:1-2]"]),
    ('{"a": "x', ['1:7-8 invalid-syntax: the quote `"` is never closed']),
    ('{"a": "x\ny"}', ['1:7-8 invalid-syntax: the quote `"` is not closed on its line']),
    ('"a\tb"', ["1:3-4 invalid-character: the character U+0009 cannot stand in a JSON string"]),
    ('"\\q"', ["1:2-4 invalid-syntax: `\\q` begins no JSON escape"]),
    ('"\\u12"', ["1:2-4 invalid-syntax: `\\u` begins no JSON escape"]),
    ('"\\ud800"', ["1:1-9 invalid-character: half of a surrogate pair, U+D800, is no character"]),
    ("[NaN]", ["1:2-5 invalid-syntax: `NaN` is no JSON value (JSON has no such number)"]),
    ("[-Infinity]", ["1:2-11 invalid-syntax: `-Infinity` is no JSON value (JSON has no such number)"]),
    ("[True]", ["1:2-6 invalid-syntax: `True` is no JSON value (write `true`)"]),
    ("[None]", ["1:2-6 invalid-syntax: `None` is no JSON value (write `null`)"]),
    ("[01]", ["1:2-4 invalid-syntax: `01` is no JSON value"]),
    ("[1.]", ["1:2-4 invalid-syntax: `1.` is no JSON value"]),
    ("[.5]", ["1:2-4 invalid-syntax: `.5` is no JSON value"]),
    ("[1.5.2]", ["1:2-7 invalid-syntax: `1.5.2` is no JSON value"]),
    ("[+1]", ["1:2-4 invalid-syntax: `+1` is no JSON value"]),
    ("['a']", ["1:2-3 invalid-syntax: `'` is no JSON value (put text in double quotes)"]),
    ("// c\n{}", ["1:1-2 invalid-syntax: `/` is no JSON value (JSON has no comments)"]),
    ("{} {}", ["1:4-5 invalid-syntax: unexpected text after the end of the spec"]),
    ("[1e999]", ["1:2-7 number-too-large: the number `1e999` is too large"]),
    ('{"a": [1, 2}', ["1:12-13 invalid-syntax: expected `,` or `]` in this list [the list begins here 1:7-8]"]),
    ("\x00", ["1:1-2 invalid-character: the character U+0000 cannot stand in a text"]),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_faults(text: str, expected: list[str]) -> None:
    _, findings = read_json(text, "p")
    assert shown(findings) == expected


LIMITS = [
    ("[" * 100_000, "nesting-limit"),
    ('{"a": ' * 100_000, "nesting-limit"),
    ("[" + "1, " * limits.NODES + "1]", "expansion-limit"),
    ("1" * 5000, "number-too-large"),
]


@pytest.mark.parametrize(("text", "code"), LIMITS, ids=range(len(LIMITS)))
def test_bounds_give_one_finding(text: str, code: str) -> None:
    tree, findings = read_json(text, "p")
    assert tree is None
    assert [finding.code for finding in findings] == [code]


VALUES: list[tuple[str, Any]] = [
    ('{"a": [1, -2.5e3, true, null, "x\\n\\u00e9"]}', {"a": [1, -2500.0, True, None, "x\né"]}),
    ('"\\ud83d\\ude42"', "🙂"),
    ("[1E5, 1e-3, 0, -0.0]", [1e5, 1e-3, 0, -0.0]),
    (" \r\n{ }\t", {}),
]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_values(text: str, expected: Any) -> None:
    tree, findings = read_json(text, "p")
    assert not findings
    assert tree is not None
    assert repr(plain(tree)) == repr(expected)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # DEL and the C1 controls may stand in JSON but not in YAML.
    | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcdefgh_- 日", min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(node: Any) -> list[str]:
    found = [place(node.span)]
    for entry in getattr(node, "entries", ()):
        found += [place(entry.key_span), *places(entry.value)]
    for item in getattr(node, "items", ()):
        found += places(item)
    return found


@given(JSON_VALUES, st.sampled_from([None, 2]))
def test_both_readers_agree_on_json(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    from_json, findings = read_json(text, "p")
    assert not findings
    assert from_json is not None
    assert repr(plain(from_json)) == repr(value)
    from_yaml, findings = read_yaml(text, "p")
    if value is None:
        assert [finding.code for finding in findings] == ["empty-spec"]
        return
    assert not findings
    assert from_yaml is not None
    assert repr(plain(from_yaml)) == repr(value)
    assert places(from_yaml) == places(from_json)


@given(st.text())
def test_any_text_is_read_or_found_at_fault(text: str) -> None:
    tree, findings = read_json(text, "p")
    assert tree is not None or findings


@given(st.text(alphabet='{}[]:,"\\utrue1-.e \n'))
def test_any_text_of_marks_is_read_as_json_reads_it(text: str) -> None:
    tree, findings = read_json(text, "p")
    try:
        expected = json.loads(text)
    except ValueError:
        assert tree is None
        assert len(findings) >= 1
    else:
        assert tree is None or findings or plain(tree) == expected
