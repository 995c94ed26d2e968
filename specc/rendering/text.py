"""Findings as text with the lines they are about, after the manner of rustc.

An example:

    error[duplicate-key]: `epochs` is given twice
      --> spec.yaml:5:3
       |
     4 |   epochs: 5
       |   ------ first given here
     5 |   epochs: 6
       |   ^^^^^^ and again here
       = help: …
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from specc.diagnostics import Finding, Label, Level, Span
from specc.language.source import Source
from specc.rendering.escape import escape
from specc.rendering.frame import Mark, frame
from specc.rendering.paint import Paint


def render_text(findings: Sequence[Finding], sources: Iterable[Source], *, colour: bool = False) -> str:
    """Every finding with its code frame, a blank line between them, and a summary line; empty if there is none."""
    if not findings:
        return ""
    lines = {source.path: source.lines() for source in sources if source.text}
    paint = Paint(colour)
    blocks = [_finding(finding, lines, paint) for finding in findings]
    return "\n".join([*blocks, summary(findings) + "\n"])


def summary(findings: Iterable[Finding]) -> str:
    """How many findings of each level there are, and in how many files: `2 errors, 1 warning in 1 file`."""
    levels = Counter(finding.level for finding in findings)
    # An option such as --set and a variable such as $TF_CONFIG read like files but are none.
    files = len({finding.span.path for finding in findings if not finding.span.path.startswith(("--", "$"))})
    counts = ", ".join(_count(levels[level], str(level)) for level in Level if levels[level])
    return f"{counts} in {_count(files, 'file')}" if files else counts


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _finding(finding: Finding, lines: dict[str, list[str]], paint: Paint) -> str:
    gutter = len(str(max((span.line for span in _spans(finding) if span.path in lines), default=1)))
    level = paint.level(finding.level, f"{finding.level}[{finding.code}]")
    out = [level + paint.strong(f": {escape(finding.message)}")]
    by_path: dict[str, list[Mark]] = {finding.span.path: [Mark(finding.span, finding.caption, primary=True)]}
    for label in _worth_showing(finding):
        by_path.setdefault(label.span.path, []).append(Mark(label.span, label.text, primary=False))
    margin = " " * gutter
    for path, marks in by_path.items():
        arrow = "-->" if path == finding.span.path else ":::"
        place = f"{escape(path)}:{marks[0].span.line}:{marks[0].span.column}"
        out.append(f"{margin}{paint.frame(arrow)} {place}")
        if path in lines:
            out.extend(frame(lines[path], marks, gutter, finding.level, paint))
        else:
            out.extend(f"{margin} {paint.frame('=')} {escape(mark.text)}" for mark in marks if mark.text)
    hints = (
        ("note", (*finding.notes, *(use.words for use in finding.span.via))),
        ("help", (finding.help,)),
        ("fix", (finding.fix.description,) if finding.fix else ()),
    )
    for kind, texts in hints:
        out.extend(f"{margin} {paint.frame('=')} {paint.strong(kind)}: {escape(text)}" for text in texts if text)
    return "".join(line.rstrip() + "\n" for line in out)


def _spans(finding: Finding) -> list[Span]:
    return [finding.span, *(label.span for label in finding.labels)]


def _worth_showing(finding: Finding) -> list[Label]:
    """The labels, each place once: several uses of one anchor may point at the same words."""
    seen: dict[tuple[Span, str], Label] = {(label.span, label.text): label for label in finding.labels}
    return list(seen.values())
