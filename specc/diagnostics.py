"""What every stage of the front end reports: findings, each with a place in the user's own text.

A finding is data. How it looks (text with a code frame, one line, JSON) is decided in `specc.rendering`.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

_LONGEST = 400  # characters of a message; quoted words are cut first
_LONG_WORDS = re.compile(r"`([^`]{60})[^`]{4,}`")


class Level(StrEnum):
    """How bad a finding is: an error stops the run, a warning is probably a mistake."""

    ERROR = "error"
    WARNING = "warning"


class Span(NamedTuple):
    """A stretch of one file. Lines and columns count from 1, columns in characters; the end is exclusive.

    `via` leads from there to the spec that is checked: what was used where, the innermost use first.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    via: tuple["Use", ...] = ()

    @property
    def place(self) -> "Span":
        """The stretch alone, by whatever way it is used."""
        return self._replace(via=()) if self.via else self


class Use(NamedTuple):
    """One step of the way from a fault to the spec that is checked: `what` is used at `span`."""

    what: str
    span: Span

    @property
    def words(self) -> str:
        """The step as a note, such as `in the block `stem`, used at net.yaml:7:5`."""
        return f"{self.what} at {self.span.path}:{self.span.line}:{self.span.column}"


class Label(NamedTuple):
    """A second place that explains a finding, with a few words for the margin."""

    span: Span
    text: str


class Edit(NamedTuple):
    """A stretch of a file and what shall stand there.

    `old` is the text that stands there now, in which a double quote means either quote; an empty one is an insertion.
    """

    span: Span
    old: str
    new: str


class Fix(NamedTuple):
    """Edits that together mend a fault, without a doubt and without touching anything else.

    `description` says what they do in the imperative.
    """

    description: str
    edits: tuple[Edit, ...]


class Finding(NamedTuple):
    """One fault in the user's input.

    `code` is the kebab-case name of the fault. `message` says what is wrong (lower case, no full stop, user's words
    in backticks), `caption` is the few words printed under the marked text, `labels` mark other places, `notes` give
    context, `help` says what to change, and `fix` is that change if it can only be one.
    """

    level: Level
    code: str
    message: str
    span: Span
    caption: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    fix: Fix | None = None


def error(code: str, message: str, span: Span, **details: object) -> Finding:
    """A finding that makes the spec unusable. `details` are the remaining fields of `Finding`."""
    return Finding(Level.ERROR, code, _brief(message), span, **details)  # type: ignore[arg-type]


def warning(code: str, message: str, span: Span, **details: object) -> Finding:
    """A finding about something that works but is probably not meant."""
    return Finding(Level.WARNING, code, _brief(message), span, **details)  # type: ignore[arg-type]


def _brief(message: str) -> str:
    """A message quotes the user's file, which may hold words of any length."""
    if len(message) <= _LONGEST:
        return message
    message = _LONG_WORDS.sub(r"`\1…`", message)
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def in_words(finding: Finding) -> str:
    """What is wrong and what to change, where there is no text to mark."""
    return f"{finding.message}; {finding.help}" if finding.help else finding.message


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding is an error."""
    return any(finding.level is Level.ERROR for finding in findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings by place in the text, so that the same input always prints the same.

    What is said twice of one place, such as of a loss that two outputs have in common, is kept once; so is what is said
    of a place that is reached in several ways, as a block that is used twice, be it in other words.
    """
    findings = tuple(findings)
    ways: dict[tuple[object, ...], tuple[Use, ...]] = {}
    for f in findings:
        ways.setdefault((f.span.place, f.level, f.code), f.span.via)
    first = [f for f in findings if f.span.via == ways[f.span.place, f.level, f.code]]
    by_key = {(f.span.place, f.level, f.code, f.message): f for f in reversed(first)}
    return tuple(by_key[key] for key in sorted(by_key))
