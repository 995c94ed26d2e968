"""Findings and a text -> the text with the findings' fixes made.

Everything else of the text is kept as it is: comments, line ends, the byte order mark. A fix is made whole or not at
all, and never two in one place: the text is checked again after each round. Writes no file.
"""

from bisect import bisect_left
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from specc.diagnostics import Edit, Finding, Span
from specc.language.source import LINE_BREAK, Source

ROUNDS = 100
"""At most so often a text is checked and mended; YAML is told one fault at a time."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of mending: the bytes, and the findings that are gone, each with its place in the text of its round."""

    content: bytes
    fixed: tuple[Finding, ...]


def settled(findings: Iterable[Finding], source: Source) -> list[Finding]:
    """The findings, without the fixes that do not fit `source`: those of other files, of computed or escaped values."""
    text = _Text(source.text)

    def fits(edit: Edit) -> bool:
        return edit.span.path == source.path and text.holds(edit)

    return [f if f.fix is None or all(map(fits, f.fix.edits)) else f._replace(fix=None) for f in findings]


def mend(content: bytes, check: Callable[[bytes], Sequence[Finding]]) -> Mended:
    """Make all fixes of the findings that `check` gives for a file's content, until it gives no more."""
    fixed: list[Finding] = []
    seen = {content}
    for _ in range(ROUNDS):
        changed, made = apply(content, check(content))
        if changed in seen:  # nothing left, or two fixes that undo each other
            break
        seen.add(changed)
        content = changed
        fixed += made
    return Mended(content, tuple(fixed))


def apply(content: bytes, findings: Iterable[Finding]) -> tuple[bytes, list[Finding]]:
    """One round: the content with every fix made that touches none before it, and the findings that had those."""
    mark = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
    try:
        text = _Text(content.removeprefix(mark).decode("utf-8"))
    except UnicodeDecodeError:
        return content, []
    changes = _Changes()
    made = [finding for finding in findings if finding.fix and changes.take(map(text.change, finding.fix.edits))]
    return mark + changes.made_in(text.text).encode("utf-8"), made


class _Change(NamedTuple):
    """Offsets of a text and what shall stand between them."""

    start: int
    end: int
    new: str


class _Changes:
    """Changes that do not touch each other, in the order of the text."""

    def __init__(self) -> None:
        self._taken: list[_Change] = []

    def take(self, wanted: Iterable[_Change]) -> bool:
        """Add all of them, or none if one touches a change that is there and is not the same."""
        new = [change for change in wanted if change not in self._taken]
        if not all(map(self._is_free, new)):
            return False
        self._taken = sorted((*self._taken, *new))
        return True

    def _is_free(self, change: _Change) -> bool:
        at = bisect_left(self._taken, change)
        before, after = self._taken[at - 1 : at], self._taken[at : at + 1]
        return all(other.end < change.start for other in before) and all(other.start > change.end for other in after)

    def made_in(self, text: str) -> str:
        pieces, done = [], 0
        for change in self._taken:
            pieces += [text[done : change.start], change.new]
            done = change.end
        return "".join([*pieces, text[done:]])


class _Text:
    """A text whose places are lines and columns. A line feed in an edit is the text's own kind of line break."""

    def __init__(self, text: str) -> None:
        self.text = text
        breaks = list(LINE_BREAK.finditer(text))
        self._starts = [0, *(match.end() for match in breaks)]
        self._break = breaks[0].group() if breaks else "\n"

    def change(self, edit: Edit) -> _Change:
        start, end = self._place(edit.span)
        return _Change(start, end, edit.new.replace("\n", self._break))

    def holds(self, edit: Edit) -> bool:
        """Whether there stands what the edit replaces."""
        start, end = self._place(edit.span)
        return _same_quotes(self.text[start:end]) == _same_quotes(edit.old.replace("\n", self._break))

    def _place(self, span: Span) -> tuple[int, int]:
        return self._offset(span.line, span.column), self._offset(span.end_line, span.end_column)

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column - 1 if line <= len(self._starts) else len(self.text)


def _same_quotes(text: str) -> str:
    return text.replace("'", '"')
