"""A text and where it came from, divided into lines the way every reader and the rendering count them."""

import re
from bisect import bisect_right
from typing import NamedTuple

from specc.diagnostics import Span

# What YAML 1.2, JSON and editors count as line breaks; Python's splitlines knows more, and would disagree with them.
LINE_BREAK = re.compile(r"\r\n|\n|\r")


class Source(NamedTuple):
    """The text of one file. `path` is the name that findings show."""

    path: str
    text: str

    def lines(self) -> list[str]:
        """The lines without their breaks."""
        return LINE_BREAK.split(self.text)


class Positions:
    """Turns offsets into a text to spans. Finds the line breaks once."""

    __slots__ = ("_path", "_starts")

    def __init__(self, text: str, path: str) -> None:
        """Of `text`, in the file shown as `path`."""
        self._path = path
        self._starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]

    def span(self, start: int, end: int) -> Span:
        """The stretch from offset `start` to offset `end`, which it excludes."""
        line = bisect_right(self._starts, start)
        end_line = bisect_right(self._starts, end)
        return Span(
            self._path, line, start - self._starts[line - 1] + 1, end_line, end - self._starts[end_line - 1] + 1
        )


def start_of(path: str) -> Span:
    """The very beginning of a file: where findings stand that concern all of it."""
    return Span(path, 1, 1, 1, 1)
