"""How findings look, character by character."""

# ruff: noqa: E501  # a line of the expected text is one line
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.diagnostics import Edit, Finding, Fix, Label, Span, error, warning
from specc.language.source import Source
from specc.rendering import Format, render
from specc.rendering.escape import escape, width
from specc.rendering.structured import as_json

TEXT = (
    "a: 1\nb: 2\nc: 3\n    inputs: [shortcut, conv2]\n\t日本: 'x\x1b[31m' # wide\n"
    "x: [" + "1, " * 100 + "BAD, " + "2, " * 100 + "]"
)
SOURCES = (Source("s.yaml", TEXT), Source("--set", "a=b"))


def span(line: int, column: int, end_column: int, path: str = "s.yaml") -> Span:
    return Span(path, line, column, line, end_column)


SHAPES = error(
    "shape-mismatch",
    "`Add` needs equal shapes, got (None, 32, 32, 64) and (None, 16, 16, 64)",
    span(4, 24, 29),
    caption="(None, 16, 16, 64)",
    labels=(Label(span(4, 14, 22), "(None, 32, 32, 64)"),),
    notes=("`conv2` is halved",),
    help="give `shortcut` a convolution",
)

CASES: list[tuple[Finding, str]] = [
    (
        SHAPES,
        """\
error[shape-mismatch]: `Add` needs equal shapes, got (None, 32, 32, 64) and (None, 16, 16, 64)
 --> s.yaml:4:24
  |
4 |     inputs: [shortcut, conv2]
  |              --------  ^^^^^ (None, 16, 16, 64)
  |              |
  |              (None, 32, 32, 64)
  = note: `conv2` is halved
  = help: give `shortcut` a convolution

1 error in 1 file
""",
    ),
    (
        warning("wide", "wide", span(5, 7, 9), caption="here", labels=(Label(span(5, 2, 4), "key"), Label(span(1, 1, 2), "first"))),
        """\
warning[wide]: wide
 --> s.yaml:5:7
  |
1 | a: 1
  | - first
...
5 |     日本: 'x\\x1b[31m' # wide
  |     ----   ^^^^^ here
  |     |
  |     key

1 warning in 1 file
""",
    ),
    (
        error("gap", "a line between", span(3, 1, 2), labels=(Label(span(1, 1, 2), "first"), Label(span(1, 1, 2, "--set"), "set here"))),
        """\
error[gap]: a line between
 --> s.yaml:3:1
  |
1 | a: 1
  | - first
2 | b: 2
3 | c: 3
  | ^
 ::: --set:1:1
  |
1 | a=b
  | - set here

1 error in 1 file
""",
    ),
    (
        error("long", "a long line", span(6, 305, 308)),
        """\
error[long]: a long line
 --> s.yaml:6:305
  |
6 | …1, 1, 1, 1, 1, 1, 1, 1, 1, 1, BAD, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2…
  |                                ^^^

1 error in 1 file
""",
    ),
    (
        error("three", "three marks", span(4, 5, 11), caption="one", labels=(Label(span(4, 14, 22), "two"), Label(span(4, 24, 29), "three"))),
        """\
error[three]: three marks
 --> s.yaml:4:5
  |
4 |     inputs: [shortcut, conv2]
  |     ^^^^^^   --------  ----- three
  |     |        |
  |     |        two
  |     one

1 error in 1 file
""",
    ),
    (
        error("whole", "over lines", Span("s.yaml", 1, 4, 3, 2), caption="from here"),
        """\
error[whole]: over lines
 --> s.yaml:1:4
  |
1 | a: 1
  |    ^ from here

1 error in 1 file
""",
    ),
    (
        error("end", "past the end", span(7, 1, 1)),
        """\
error[end]: past the end
 --> s.yaml:7:1
  |
7 |
  | ^

1 error in 1 file
""",
    ),
    (
        error("no-such-file", "there is no file `\x1b[2J\n`", span(1, 1, 1, "q\x07.yaml"), labels=(Label(span(1, 1, 1, "r.yaml"), "seen from here"),)),
        """\
error[no-such-file]: there is no file `\\x1b[2J\\x0a`
 --> q\\x07.yaml:1:1
 ::: r.yaml:1:1
  = seen from here

1 error in 1 file
""",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("finding", "expected"), CASES, ids=[finding.code for finding, _ in CASES])
def test_text(finding: Finding, expected: str) -> None:
    assert render([finding], SOURCES) == expected


def test_nothing_to_say_is_no_text() -> None:
    assert render([], SOURCES) == ""
    assert render([], SOURCES, Format.CONCISE) == ""
    assert render([], SOURCES, Format.JSON) == "[]\n"


def test_summary_counts_levels_and_files() -> None:
    findings = [
        SHAPES,
        warning("a", "a", span(1, 1, 2)),
        error("b", "b", span(1, 1, 2, "t.yaml")),
        error("c", "c", span(1, 1, 2, "--set")),
    ]
    assert render(findings, SOURCES).endswith("\n\n3 errors, 1 warning in 2 files\n")
    assert render(findings[3:], SOURCES).endswith("\n\n1 error\n")


def test_colour_adds_nothing_but_escapes() -> None:
    findings = [finding for finding, _ in CASES]
    coloured = render(findings, SOURCES, colour=True)
    assert "\x1b[1;31merror[shape-mismatch]\x1b[0m" in coloured
    assert "\x1b[1;33mwarning[wide]\x1b[0m" in coloured
    assert "\x1b[1;31m^^^^^\x1b[0m" in coloured
    without = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in without.splitlines()] == render(findings, SOURCES).splitlines()


def test_concise() -> None:
    assert render([SHAPES, CASES[-1][0]], SOURCES, Format.CONCISE) == (
        "s.yaml:4:24: error[shape-mismatch]: `Add` needs equal shapes, got (None, 32, 32, 64) and (None, 16, 16, 64)\n"
        "q\\x07.yaml:1:1: error[no-such-file]: there is no file `\\x1b[2J\\x0a`\n"
    )


def test_json() -> None:
    objects = json.loads(render([SHAPES], SOURCES, Format.JSON))
    assert objects == as_json([SHAPES])
    assert objects == [
        {
            "path": "s.yaml",
            "line": 4,
            "column": 24,
            "end_line": 4,
            "end_column": 29,
            "level": "error",
            "code": "shape-mismatch",
            "message": SHAPES.message,
            "caption": "(None, 16, 16, 64)",
            "help": "give `shortcut` a convolution",
            "notes": ["`conv2` is halved"],
            "origins": [],
            "labels": [
                {
                    "path": "s.yaml",
                    "line": 4,
                    "column": 14,
                    "end_line": 4,
                    "end_column": 22,
                    "text": "(None, 32, 32, 64)",
                }
            ],
            "fix": None,
        }
    ]


FIXED = error(
    "unknown-key",
    "no key `c`",
    span(3, 1, 2),
    help="did you mean `d`?",
    fix=Fix("replace `c` by `d`", (Edit(span(3, 1, 2), "c", "d"),)),
)


def test_fix_in_text() -> None:
    assert render([FIXED], SOURCES).splitlines()[-4:-2] == [
        "  = help: did you mean `d`?",
        "  = fix: replace `c` by `d`",
    ]


def test_fix_in_json() -> None:
    place = {"path": "s.yaml", "line": 3, "column": 1, "end_line": 3, "end_column": 2}
    assert as_json([FIXED])[0]["fix"] == {"description": "replace `c` by `d`", "edits": [{**place, "text": "d"}]}


ESCAPES = [
    ("a\tb", "a    b", 6),
    ("\x1b[31m", "\\x1b[31m", 8),
    ("\u202e\ud800\x85", "\\u202e\\ud800\\x85", 16),
    ("日本", "日本", 4),
    ("e\u0301", "e\u0301", 1),
]


@pytest.mark.parametrize(("text", "expected", "cells"), ESCAPES)
def test_escape_and_width(text: str, expected: str, cells: int) -> None:
    assert escape(text) == expected
    assert width(expected) == cells


PLACES = st.builds(
    Span,
    st.sampled_from(["a", "b", "--set"]),
    st.integers(1, 5),
    st.integers(1, 300),
    st.integers(1, 5),
    st.integers(1, 300),
)
FINDINGS = st.lists(
    st.builds(
        error,
        st.just("code"),
        st.text(),
        PLACES,
        caption=st.text(),
        labels=st.lists(st.builds(Label, PLACES, st.text()), max_size=4).map(tuple),
        help=st.text(),
        notes=st.lists(st.text(), max_size=2).map(tuple),
    ),
    max_size=3,
)


@given(FINDINGS, st.text(), st.sampled_from(Format), st.booleans())
def test_anything_can_be_shown_safely(findings: list[Finding], text: str, style: Format, colour: bool) -> None:
    shown = render(findings, [Source("a", text), Source("b", text * 50)], style, colour=colour)
    assert shown.isascii() or shown.encode()
    unpainted = re.sub(r"\x1b\[[0-9;]*m", "", shown) if colour else shown
    assert all(character == "\n" or character >= " " for character in unpainted)
