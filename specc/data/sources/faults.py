"""What is said of a data file as a whole: findings at its beginning. Plain words, no reading."""

from collections.abc import Iterable
from pathlib import Path

from specc.data.section import DataSpec
from specc.data.sources.row_rules import LeftOut, about_left_out
from specc.diagnostics import Finding, Span, error

MOST = 20
"""So many faults of one source are told; a folder of the wrong kind has as many as files."""


def beginning(path: Path, line: int = 1) -> Span:
    """The place of a file, or of one of its lines."""
    return Span(str(path), line, 1, line, 1)


def file_fault(code: str, path: Path, words: str, line: int = 1, help: str = "") -> Finding:  # noqa: A002  as `Finding`
    """An error about a file: its name, and what is wrong with it."""
    return error(code, f"`{path.name}` {words}", beginning(path, line), help=help)


def unreadable(path: Path, fault: OSError) -> Finding:
    """What the system says of a file that it does not give."""
    reason = (fault.strerror or str(fault)).lower()
    return error("unreadable-file", f"`{path.name}` cannot be read: {reason}", beginning(path))


def in_words(fault: BaseException) -> str:
    """A library's words for a fault, as part of a sentence: one line, no capital, no full stop."""
    words = (str(fault).strip().splitlines() or [""])[0].strip("'\"") or type(fault).__name__
    return f"{words[:1].lower()}{words[1:200]}".rstrip(".")


def sorted_out(data: DataSpec, faults: list[Finding]) -> list[Finding]:
    """What becomes of faults of single samples: errors, or with `on_bad_row: skip` one warning that lists them."""
    if not data.skip_bad_rows:
        return faults[:MOST]
    return about_left_out(as_left_out(faults), data.source.span_of("path"))


def as_left_out(faults: Iterable[Finding]) -> tuple[LeftOut, ...]:
    """The samples that have faults, as what is left out."""
    return tuple(LeftOut(fault.span.path, fault.span.line, fault.message) for fault in faults)
