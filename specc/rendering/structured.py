"""Findings as JSON, for other programs. Lines and columns count from 1, columns in characters; ends are exclusive."""

import json
from collections.abc import Iterable
from typing import Any

from specc.diagnostics import Finding, Fix, Span


def as_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """One object for each finding with the fields of `Finding`; a place is path, line, column, end_line, end_column.

    `origins` leads from the place to the spec that was checked, through blocks and other files, innermost use first.
    `fix` is null, or a description and edits: places with the `text` that shall stand there.
    """
    return [
        {
            **_place(finding.span),
            "level": str(finding.level),
            "code": finding.code,
            "message": finding.message,
            "caption": finding.caption,
            "help": finding.help,
            "notes": list(finding.notes),
            "origins": [{**_place(use.span), "what": use.what} for use in finding.span.via],
            "labels": [{**_place(label.span), "text": label.text} for label in finding.labels],
            "fix": _fix(finding.fix),
        }
        for finding in findings
    ]


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [{**_place(edit.span), "text": edit.new} for edit in fix.edits]
    return {"description": fix.description, "edits": edits}


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
