"""What `specc fmt` makes of a text, case by case."""

from pathlib import Path

import pytest

from specc.catalog import load_schema
from specc.formatting import format_spec
from specc.formatting import yaml_form as yaml_module
from specc.formatting.order import ORDER

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))


def check(text: str, expected: str, name: str = "spec.yaml") -> None:
    assert format_spec(text.encode(), name) == (expected, ())
    assert format_spec(expected.encode(), name) == (expected, ())


LAYOUT = {
    "indentation": ("a:\n    b:\n     - 1\n     -   2\n", "a:\n  b:\n    - 1\n    - 2\n"),
    "a list at its key's column": ("a:\n- b: 1\n  c: 2\n- d\n", "a:\n  - b: 1\n    c: 2\n  - d\n"),
    "lists in lists": ("-   - a\n    -  b\n- \n  - c\n", "- - a\n  - b\n- - c\n"),
    "spaces in braces and brackets": ("a: { b:  1,c: [1,2 ,  3 ] }\n", "a: {b: 1, c: [1, 2, 3]}\n"),
    "keys and pairs without a value": ("a: {b, c: , d: }\ne:   \n", "a: {b: , c: , d: }\ne:\n"),
    "pairs in a list": ("a: [b: 1, c]\n", "a: [{b: 1}, c]\n"),
    "a value on the next line": ("a:\n  b\nc:\n  [1]\n", "a: b\nc: [1]\n"),
    "braces over several lines": ("a: {b: 1,\n    c: [2, 3]}\n", "a:\n  b: 1\n  c: [2, 3]\n"),
    "a whole spec in braces": ('{"a": 1,\n "b": [2,\n 3]}', '"a": 1\n"b":\n  - 2\n  - 3\n'),
    "braces never come": ("a:\n  b: 1\n", "a:\n  b: 1\n"),
    "at the width": (f"a: [{'x' * 115}]\n", f"a: [{'x' * 115}]\n"),
    "beyond the width": (f"a: [{{b: {'x' * 111}}}]\n", f"a:\n  - {{b: {'x' * 111}}}\n"),
    "blank lines": ("\n\na: 1\n\n\n\nb:\n\n  c: 1\n   \n  d: 2\n\n\n", "a: 1\n\nb:\n  c: 1\n\n  d: 2\n"),
    "line ends": ("a: 1 \r\nb: 2\t\r\n", "a: 1\nb: 2\n"),
    "no end of the last line": ("a: 1", "a: 1\n"),
    "a byte order mark": ("\ufeffa: 1\n", "a: 1\n"),
    "a marker": ("--- \na: 1\n...\n", "---\na: 1\n"),
    "directives": ("%YAML 1.2\n--- # c\na:   1\n", "%YAML 1.2\n---  # c\na: 1\n"),
    "explicit keys": ("? a\n: b\n? 'c\n  d'\n:  - 1\n", 'a: b\n"c d":\n  - 1\n'),
    "an empty list": ("a: [ ]\nb: {\n}\n", "a: []\nb: {}\n"),
}


@pytest.mark.parametrize("case", LAYOUT)
def test_layout(case: str) -> None:
    check(*LAYOUT[case])


SCALARS = {
    "numbers": ("a: [1E-3, 0o17, 1., +2, 1_0]\n", "a: [1E-3, 0o17, 1., +2, 1_0]\n"),
    "quotes": ("'a': 'b'\nc: 'it''s'\n", '"a": "b"\nc: "it\'s"\n'),
    "quotes that stay": ("a: 'say \"x\"'\nb: 'c:\\d'\nc: \"\\x41\"\n", "a: 'say \"x\"'\nb: 'c:\\d'\nc: \"\\x41\"\n"),
    "a block of text": ("a:\n    b: |\n       x\n\n         y # no\n", "a:\n  b: |\n    x\n\n      y # no\n"),
    "with an indicator": ("a:\n - |2\n     x\n   y\n", "a:\n  - |2\n      x\n    y\n"),
    "blanks in it": ("a: |\n  x  \n   \n  y\n", "a: |\n  x  \n   \n  y\n"),
    "its end": ("a: |+\n  x\n\n\nb: >-\n  y\n\n\nc: 1\n", "a: |+\n  x\n\n\nb: >-\n  y\n\nc: 1\n"),
    "at the end of the file": ("a: |\n  x", "a: |-\n  x\n"),
    "several plain lines": ("a: x\n      y\n\n      z\n", "a: x\n  y\n\n  z\n"),
    "several plain lines below": ("a:\n      x\n      y\n", "a:\n  x\n  y\n"),
    "several quoted lines": ('a: "x\\\n      y \\\n   \\ z"\n', 'a: "x\\\n  y \\\n  \\ z"\n'),
    "anchors, aliases, tags": (
        "a: &x   !!map\n    b: 1\nc: *x\nd: {<<: *x , e: !delete }\n",
        "a: &x !!map\n  b: 1\nc: *x\nd: {<<: *x, e: !delete }\n",
    ),
    "an alias as a key": ("a: [&x b]\n*x : 1\n", "a: [&x b]\n*x : 1\n"),
    "an anchor and a tag of all": ("&a !!map # c\nb: 1 # d\n", "&a !!map  # c\nb: 1  # d\n"),
    "tags on keys": ("!!str  a: !!str\n", "!!str a: !!str\n"),
    "old line breaks": ("a: 'x\u2028y'\n", 'a: "x\u2028y"\n'),
}


@pytest.mark.parametrize("case", SCALARS)
def test_scalars(case: str) -> None:
    check(*SCALARS[case])


COMMENTS = {
    "behind": ("a: 1 # c\nbb: 2    # d\n", "a: 1  # c\nbb: 2    # d\n"),
    "in a column that must move": (
        "a: { b: 1 } # c\n\nd: [1,2]    # e\n            # f\n",
        "a: {b: 1}  # c\n\nd: [1, 2]  # e\n           # f\n",
    ),
    "in a column over blank lines": ("a: 'x y' # c\n\nb: [1,2] # d\n", 'a: "x y"   # c\n\nb: [1, 2]  # d\n'),
    "in a column": ("a:    1 # c\nbbb:  2 # d\n", "a: 1    # c\nbbb: 2  # d\n"),
    "that goes on": ("a:  1 # c\n      # d\nb: 2\n", "a: 1  # c\n      # d\nb: 2\n"),
    "above": ("a:\n# c\n- 1\n  # d\n-  2\n", "a:\n  # c\n  - 1\n    # d\n  - 2\n"),
    "below an entry": ("a:\n    - b: 1\n      # c\n    # d\n# e\nf:\n", "a:\n  - b: 1\n    # c\n  # d\n# e\nf:\n"),
    "in place of a value": ("a:\n   # b: 1\nc: 2\n", "a:\n  # b: 1\nc: 2\n"),
    "between key and value": ("a: # c\n  1\n", "# c\na: 1\n"),
    "between dash and value": ("-  # c\n   # d\n  a: 1\n", "# c\n# d\n- a: 1\n"),
    "of a key with entries": ("a:   # c\n    # d\n    b: 1\n", "a:   # c\n  # d\n  b: 1\n"),
    "in brackets": ("a: [  # c\n  1, # d\n  # e\n  2  # f\n] # g\n", "a:  # c\n  - 1  # d\n  # e\n  - 2  # f\n# g\n"),
    "behind what gets too long": (f"a: [{'x' * 118}] # c\n", f"a:  # c\n  - {'x' * 118}\n"),
    "of a block of text": ("a: |   # c\n    x # no\n# d\nb: 1\n", "a: |   # c\n  x # no\n# d\nb: 1\n"),
    "blank lines around": ("# a\n\n\n# b\na: 1\n\n# c\n\n", "# a\n\n# b\na: 1\n\n# c\n"),
    "blanks at the end": ("a: 1 # c  \n# d \n", "a: 1  # c\n# d\n"),
    "alone": ("a: {} # c\n# d\n", "a: {}  # c\n# d\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", COMMENTS)
def test_comments(case: str) -> None:
    check(*COMMENTS[case])


ORDERS = {
    "sections": ("model: []\ndata: {}\nspec: 1\n", "spec: 1\ndata: {}\nmodel: []\n"),
    "with their comments": (
        "# the name\nname: n  # n\n\n# one\nspec: 1\n# end\n",
        "# one\nspec: 1\n# the name\nname: n  # n\n# end\n",
    ),
    "below the head": (
        "# yaml-language-server: $schema=s.json\n# n\nname: n\nspec: 1\n",
        "# yaml-language-server: $schema=s.json\nspec: 1\n# n\nname: n\n",
    ),
    "the head of a file": ("# head\n\nname: n\n\nspec: 1\n", "# head\n\nspec: 1\nname: n\n"),
    "one's own last": ("x-a: 1\nspec: 1\n", "spec: 1\nx-a: 1\n"),
    "an unknown key stays behind its neighbour": ("name: n\nmodle: []\nspec: 1\n", "spec: 1\nname: n\nmodle: []\n"),
    "an anchor stays before its alias": ("x-a: &a 1\nname: *a\nspec: 1\n", "x-a: &a 1\nname: *a\nspec: 1\n"),
    "an alias of its own section": ("data: [&a 1, *a]\nspec: 1\n", "spec: 1\ndata: [&a 1, *a]\n"),
    "merged keys": ("name: n\n<<: {a: 1}\nspec: 1\n", "name: n\n<<: {a: 1}\nspec: 1\n"),
    "a text that keeps its end": ("description: |+\n  x\n\nspec: 1\n", "description: |+\n  x\n\nspec: 1\n"),
    "only sections move": ("data: {split: 1, csv: 2}\n", "data: {split: 1, csv: 2}\n"),
}


@pytest.mark.parametrize("case", ORDERS)
def test_order(case: str) -> None:
    check(*ORDERS[case])


def test_every_section_has_its_place() -> None:
    assert {key for key in load_schema("spec-v1")["properties"] if key != "x-"} <= {*ORDER}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"model": [], "spec": 1, "data": {"a": [1e-3, "\\u00e9", {}]}}',
            """\
{
  "spec": 1,
  "data": {
    "a": [
      1e-3,
      "\\u00e9",
      {}
    ]
  },
  "model": []
}
""",
        ),
        ("[ 1.50,\r\n null ]", "[\n  1.50,\n  null\n]\n"),
        ('"a b"', '"a b"\n'),
    ],
)
def test_json(text: str, expected: str) -> None:
    check(text, expected, "spec.json")


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_the_gallery_is_formatted(spec: Path) -> None:
    text = spec.read_text(encoding="utf-8")
    assert format_spec(text.encode(), spec.name) == (text, ())


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"a: [1", "invalid-syntax"), (b"a: 1\na: 2", "duplicate-key"), (b"\xff", "not-utf8"), (b"", "empty-spec")],
)
def test_what_cannot_be_read_stays(content: bytes, code: str) -> None:
    text, findings = format_spec(content, "spec.yaml")
    assert [finding.code for finding in findings] == [code]
    assert text == content.decode(errors="replace")


@pytest.mark.parametrize("broken", ["a: 2\n# c\n", "a: 1\n", "a: [\n# c\n"])
def test_nothing_is_given_out_that_says_something_else(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_module, "_aligned", lambda _: broken.splitlines())
    with pytest.raises(RuntimeError, match="formatting"):
        format_spec(b"a: 1\n# c\n", "spec.yaml")
