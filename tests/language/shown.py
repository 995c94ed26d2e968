"""How the tests of the language write findings: one line each, the place first."""

from collections.abc import Iterable

from specc.diagnostics import Finding, Span


def shown(findings: Iterable[Finding]) -> list[str]:
    """`line:column-end code: message (help) [label at place]`; the end has its line if that is another."""
    return [_line(finding) for finding in findings]


def _line(finding: Finding) -> str:
    text = f"{place(finding.span)} {finding.code}: {finding.message}"
    if finding.help:
        text += f" ({finding.help})"
    return text + "".join(f" [{label.text} {place(label.span)}]" for label in finding.labels)


def place(span: Span) -> str:
    end = f"{span.end_column}" if span.end_line == span.line else f"{span.end_line}:{span.end_column}"
    return f"{span.line}:{span.column}-{end}"
