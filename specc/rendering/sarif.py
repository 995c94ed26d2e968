"""Findings as SARIF 2.1.0, for code scanning services and editors.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. Columns count Unicode code points, ends are exclusive, as in
spans.
"""

import json
from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from specc import __version__
from specc.codes import CODES
from specc.diagnostics import Finding, Fix, Span
from specc.explanation import HOME, address
from specc.rendering.escape import escape
from specc.rendering.foreign import file_path, fingerprints, is_file, prose

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(findings: Sequence[Finding]) -> str:
    """A log of one run with a result for each finding, and a rule for each code among them."""
    codes = sorted({finding.code for finding in findings})
    run = {
        "tool": {
            "driver": {
                "name": "specc",
                "version": __version__,
                "informationUri": HOME,
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, codes.index(finding.code), fingerprint)
            for finding, fingerprint in zip(findings, fingerprints(findings), strict=True)
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    return {"id": code, "shortDescription": {"text": CODES.get(code, code)}, "helpUri": address(code)}


def _result(finding: Finding, rule: int, fingerprint: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": str(finding.level),
        "message": {"text": prose(finding)},
        "locations": [_location(finding.span)],
        "partialFingerprints": {"specc/v1": fingerprint},
    }
    if finding.labels:
        result["relatedLocations"] = [
            _location(label.span) | ({"message": {"text": escape(label.text)}} if label.text else {})
            for label in finding.labels
        ]
    if finding.fix:
        result["fixes"] = [_fix(finding.fix)]
    return result


def _fix(fix: Fix) -> dict[str, Any]:
    """All edits of a fix are in one file."""
    replacements = [{"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.new}} for edit in fix.edits]
    artifact = {"uri": _uri(fix.edits[0].span.path)}
    return {
        "description": {"text": escape(fix.description)},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _location(span: Span) -> dict[str, Any]:
    if not is_file(span.path):
        return {"logicalLocations": [{"name": span.path}]}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(span.path)}, "region": _region(span)}}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _uri(path: str) -> str:
    """A relative reference or a `file:` URI."""
    shown = file_path(path)
    absolute = PurePosixPath(shown).is_absolute() or PureWindowsPath(shown).is_absolute()
    quoted = quote(shown.encode("utf-8", "surrogatepass"))
    return f"file:///{quoted.lstrip('/')}" if absolute else quoted
