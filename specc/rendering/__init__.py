"""Findings -> what a person or a program reads: text with a code frame, one line each, or JSON.

`render` takes the findings and the sources they point into, and knows the formats by name. Changes nothing in a finding
and decides nothing about it.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from specc.diagnostics import Finding
from specc.language.source import Source
from specc.rendering.concise import render_concise
from specc.rendering.structured import as_json, render_json
from specc.rendering.text import render_text

__all__ = ["Format", "as_json", "render"]


class Format(StrEnum):
    """How findings are shown."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"


def render(
    findings: Sequence[Finding], sources: Iterable[Source], style: Format = Format.TEXT, *, colour: bool = False
) -> str:
    """The findings in the given order, as text that ends in a line break; empty if there is nothing to say.

    `sources` are the texts that the findings point into; where one is missing, its code frame is left out. `colour`
    writes ANSI escapes, in the text format only. The text format ends in a summary line.
    """
    if style is Format.JSON:
        return render_json(findings)
    if style is Format.CONCISE:
        return render_concise(findings)
    return render_text(findings, sources, colour=colour)
