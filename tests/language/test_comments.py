"""Comments are found where YAML has them, and nowhere else."""

from typing import Any

import pytest
import yaml

from specc.language import comments as module
from specc.language.comments import comments

TEXT = """\
# 1
a: "x # no" # 2
b: 'y # no
  more # no' # 4
c: | # 5
  text # no
  more # no
# 8
d: plain#no # 9
e: [a, b] # 10
f: >-

  folded # no

  # no

g: multi
  line#no
  plain # 19
"q#no": &x # 20
  - !!str 3 # 21
h: {a: 1, # 22
  b: *x} # 23
i: |2
    x # no
  # no
 # 27
j: |
  last # no"""


@pytest.mark.parametrize("loader", [yaml.CLoader, yaml.SafeLoader])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_every_comment_says_its_line(loader: type[Any], line_break: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOADER", loader)
    lines = TEXT.splitlines()
    found = list(comments(line_break.join(lines)))
    assert [comment.text for comment in found] == [f"# {comment.line}" for comment in found]
    assert len(found) == 13
    assert all(lines[each.line - 1][each.column - 1 :] == each.text for each in found)
    assert [each.line for each in found if each.alone] == [1, 8, 27]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a: 1", []),
        ("# only", [(1, 1)]),
        ("\ufeffa: 1 # marked", [(1, 7)]),
        ("a: 'x\u2028y' # old break\nb: 2 # next", [(1, 10), (2, 6)]),
        ("a: x\u2028# no # comment", [(1, 11)]),
        ("a: b\x85c:\u2029d # colon", [(1, 11)]),
        ("a: ü # wide\nb: 日本 # wider", [(1, 6), (2, 7)]),
        ("a: 1 # one # two", [(1, 6)]),
    ],
)
def test_columns(text: str, expected: list[tuple[int, int]]) -> None:
    assert [(comment.line, comment.column) for comment in comments(text)] == expected


def test_only_those_with_the_word() -> None:
    assert [comment.line for comment in comments("a: 'word'\nb: 1 # a word\nc: word # none", "word")] == [2]
