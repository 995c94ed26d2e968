"""Findings as a GitLab code quality report, which merge requests show.

Format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import json
from collections.abc import Sequence

from specc.diagnostics import Finding, Level
from specc.rendering.escape import escape
from specc.rendering.foreign import file_path, fingerprints

_SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor"}


def render_gitlab(findings: Sequence[Finding]) -> str:
    """A list with an object for each finding. The fingerprint tells GitLab which findings a change brings or mends."""
    report = [
        {
            "description": escape(", ".join([finding.message, *(use.words for use in finding.span.via)])),
            "check_name": finding.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.level],
            "location": {
                "path": file_path(finding.span.path),
                "lines": {"begin": finding.span.line, "end": finding.span.end_line},
            },
        }
        for finding, fingerprint in zip(findings, fingerprints(findings), strict=True)
    ]
    return json.dumps(report, indent=2) + "\n"
