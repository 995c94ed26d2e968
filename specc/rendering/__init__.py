"""Findings -> what a person or a program reads.

`render` takes the findings and the sources they point into, and knows the formats by name. Changes nothing in a finding
and decides nothing about it. Each format has a file of its own, imported when it is asked for.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from specc.diagnostics import Finding
from specc.language.source import Source

__all__ = ["Format", "render"]


class Format(StrEnum):
    """How findings are shown."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    JSONL = "jsonl"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"
    RDJSON = "rdjson"


def render(
    findings: Sequence[Finding], sources: Iterable[Source], style: Format = Format.TEXT, *, colour: bool = False
) -> str:
    """The findings in the given order, as text that ends in a line break; empty if there is nothing to say.

    `sources` are the texts that were checked and that the findings point into; where one is missing, its code frame is
    left out. `colour` writes ANSI escapes, in the text format only. The text format ends in a summary line.
    """
    match style:
        case Format.TEXT:
            from specc.rendering.text import render_text

            return render_text(findings, sources, colour=colour)
        case Format.CONCISE:
            from specc.rendering.concise import render_concise

            return render_concise(findings)
        case Format.JSON:
            from specc.rendering.structured import render_json

            return render_json(findings)
        case Format.JSONL:
            from specc.rendering.structured import render_json_lines

            return render_json_lines(findings)
        case Format.GITHUB:
            from specc.rendering.github import render_github

            return render_github(findings)
        case Format.GITLAB:
            from specc.rendering.gitlab import render_gitlab

            return render_gitlab(findings)
        case Format.SARIF:
            from specc.rendering.sarif import render_sarif

            return render_sarif(findings)
        case Format.JUNIT:
            from specc.rendering.junit import render_junit

            return render_junit(findings, sources)
        case Format.RDJSON:
            from specc.rendering.rdjson import render_rdjson

            return render_rdjson(findings, sources)
