"""Findings in the Reviewdog Diagnostic Format, which reviewdog turns to comments on a change.

Format: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf. Columns count bytes of UTF-8 there.
"""

import json
from collections.abc import Iterable
from typing import Any

from specc.diagnostics import Finding, Level, Span
from specc.explanation import HOME, address
from specc.language.source import Source
from specc.rendering.foreign import file_path, prose

_SEVERITIES = {Level.ERROR: "ERROR", Level.WARNING: "WARNING"}


def render_rdjson(findings: Iterable[Finding], sources: Iterable[Source]) -> str:
    """One object with all diagnostics."""
    lines = {source.path: source.lines() for source in sources}
    diagnostics = [
        {
            "message": prose(finding),
            "location": {"path": file_path(finding.span.path), "range": _range(finding.span, lines)},
            "severity": _SEVERITIES[finding.level],
            "code": {"value": finding.code, "url": address(finding.code)},
            **_suggestions(finding, lines),
        }
        for finding in findings
    ]
    return json.dumps({"source": {"name": "specc", "url": HOME}, "diagnostics": diagnostics}, indent=2) + "\n"


def _suggestions(finding: Finding, lines: dict[str, list[str]]) -> dict[str, Any]:
    """A fix of a single edit: suggestions are taken one by one, and a part of a fix leaves the file half mended."""
    if finding.fix is None or len(finding.fix.edits) != 1:
        return {}
    (edit,) = finding.fix.edits
    return {"suggestions": [{"range": _range(edit.span, lines), "text": edit.new}]}


def _range(span: Span, lines: dict[str, list[str]]) -> dict[str, Any]:
    text = lines.get(span.path, [])
    return {
        "start": {"line": span.line, "column": _bytes_before(text, span.line, span.column) + 1},
        "end": {"line": span.end_line, "column": _bytes_before(text, span.end_line, span.end_column) + 1},
    }


def _bytes_before(lines: list[str], line: int, column: int) -> int:
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    missing = column - 1 - len(before)  # of a text that is not there, or past the end of its line
    return len(before.encode("utf-8", "surrogatepass")) + missing
