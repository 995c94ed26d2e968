"""YAML text -> its comments with their places, which are in no tree.

Only for text that `specc.language.yaml_text` could read. PyYAML's scanner says where values stand: a `#` inside one of
them is part of a text, not a comment.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from specc.language.source import LINE_BREAK
from specc.language.yaml_text import LOADER

# YAML 1.1 breaks lines at these, YAML 1.2 and editors do not: to the scanner they are letters.
NO_BREAKS = str.maketrans("\x85\u2028\u2029", "\U000f0000\U000f0001\U000f0002")


class Comment(NamedTuple):
    """One comment: line and column of its `#`, from 1, the text from there, and whether nothing stands before it."""

    line: int
    column: int
    text: str
    alone: bool


def comments(text: str, having: str = "") -> Iterator[Comment]:
    """The comments of the YAML `text` that contain `having`, in order."""
    lines = LINE_BREAK.split(text)
    if having not in text:
        return
    starts, ends = _scalars(text)
    for number, line in enumerate(lines, 1):
        if "#" in line and having in line:
            column = _comment_start(number, line, starts, ends)
            if column is not None and having in line[column - 1 :]:
                yield Comment(number, column, line[column - 1 :], not line[: column - 1].strip(" \t"))


def _scalars(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the scalars begin and end, in lines and columns from 1."""
    starts, ends = [], []
    for token in yaml.scan(text.removeprefix("\ufeff").translate(NO_BREAKS), Loader=LOADER):
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark, token.end_mark
            # The line of a block scalar's `|` or `>` may end in a comment; the text begins on the next.
            block = token.style in ("|", ">")
            starts.append((start.line + 2, 1) if block else (start.line + 1, start.column + 1))
            ends.append((end.line + 1, end.column + 1))
    return starts, ends


def _comment_start(number: int, line: str, starts: list[tuple[int, int]], ends: list[tuple[int, int]]) -> int | None:
    """The column of the first `#` on the line that is in no scalar."""
    column = line.find("#") + 1
    while column:
        before = bisect_right(starts, (number, column)) - 1
        if before < 0 or ends[before] <= (number, column):
            return column
        column = line.find("#", column) + 1
    return None
