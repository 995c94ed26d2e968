"""Findings as one line each: `path:line:column: error[code]: message`, for editors, grep and logs."""

from collections.abc import Iterable

from specc.diagnostics import Finding
from specc.rendering.escape import escape


def render_concise(findings: Iterable[Finding]) -> str:
    """One line for each finding, in the given order."""
    return "".join(f"{_line(finding)}\n" for finding in findings)


def _line(finding: Finding) -> str:
    path, line, column, *_ = finding.span
    return escape(f"{path}:{line}:{column}: {finding.level}[{finding.code}]: {finding.message}")
