"""Findings as workflow commands, which GitHub Actions shows beside the lines they are about.

Format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterable

from specc.diagnostics import Finding
from specc.rendering.escape import escape
from specc.rendering.foreign import file_path, is_file, prose

_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render_github(findings: Iterable[Finding]) -> str:
    """One command for each finding: `::error file=…,line=…,col=…,title=code::message`."""
    return "".join(_command(finding) for finding in findings)


def _command(finding: Finding) -> str:
    span = finding.span
    properties: dict[str, object] = {}
    if is_file(span.path):
        properties |= {"file": escape(file_path(span.path)), "line": span.line, "endLine": span.end_line}
        if span.line == span.end_line:  # columns are only allowed within one line
            properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = f"specc: {finding.code}"
    written = ",".join(f"{name}={str(value).translate(_IN_PROPERTIES)}" for name, value in properties.items())
    return f"::{finding.level} {written}::{prose(finding).translate(_IN_DATA)}\n"
