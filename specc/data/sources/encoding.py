"""Bytes of text files -> text, in the encoding that a source names; what is none is shown at its line and column."""

import codecs
from pathlib import Path

from specc.data.section import DataSpec
from specc.diagnostics import Finding, Span, error

UTF8 = "utf-8"
NOT_OF_FILES = frozenset(("punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape"))
"""What Python has as encodings and no file is written in."""


def encoding_of(data: DataSpec) -> tuple[str, list[Finding]]:
    """Python's name of the source's encoding."""
    written = data.source.arguments.get("encoding", UTF8)
    try:
        name = codecs.lookup(str(written)).name
        "\n".encode(name).decode(name)  # codecs that are no encodings of text refuse this
    except (LookupError, ValueError, TypeError):
        name = ""
    if not name or name in NOT_OF_FILES:
        message = f"there is no encoding `{written}`"
        help_ = "write one of Python's names, such as `utf-8`, `latin-1` or `cp1252`"
        return UTF8, [error("invalid-value", message, data.source.span_of("encoding"), help=help_)]
    return ("utf-8-sig" if name == UTF8 else name), []


def decoded(content: bytes, path: Path, encoding: str, first_line: int = 1) -> tuple[str, Finding | None]:
    """The text of a file, or of the part of it that begins on `first_line`."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        start = fault.start
        before = content[:start].decode(encoding, "replace")
        reason = f"the byte 0x{content[start]:02x}, which is not {_called(encoding)}"
    else:
        if "\0" not in text:
            return text, None
        before = text[: text.index("\0")]
        reason = "a NUL, as files of text never have"
    line = first_line + before.count("\n")
    column = len(before) - (before.rfind("\n") + 1) + 1
    place = Span(str(path), line, column, line, column + 1)
    code = "not-utf8" if _called(encoding) == "UTF-8" else "wrong-encoding"
    help_ = "write the file's `encoding`, or save it as UTF-8"
    return "", error(code, f"line {line} of `{path.name}` has {reason}", place, help=help_)


def _called(encoding: str) -> str:
    return "UTF-8" if encoding.startswith("utf-8") else encoding
