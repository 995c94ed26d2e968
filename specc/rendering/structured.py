"""Findings as JSON, for other programs. Lines and columns count from 1, columns in characters; ends are exclusive."""

import json
from collections.abc import Iterable
from typing import Any

from specc.diagnostics import Finding, Span


def as_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """One object for each finding with the fields of `Finding`; a place is path, line, column, end_line, end_column."""
    return [
        {
            **_place(finding.span),
            "level": str(finding.level),
            "code": finding.code,
            "message": finding.message,
            "caption": finding.caption,
            "help": finding.help,
            "notes": list(finding.notes),
            "labels": [{**_place(label.span), "text": label.text} for label in finding.labels],
        }
        for finding in findings
    ]


def render_json(findings: Iterable[Finding]) -> str:
    """The list of `as_json` as text; ASCII only, so that nothing in it can trouble a terminal or an encoding."""
    return json.dumps(as_json(findings), indent=2) + "\n"


def render_json_lines(findings: Iterable[Finding]) -> str:
    """The objects of `as_json`, each on a line of its own."""
    return "".join(json.dumps(finding) + "\n" for finding in as_json(findings))


def _place(span: Span) -> dict[str, Any]:
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
