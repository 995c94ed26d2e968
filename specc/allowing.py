"""Findings and the spec they are about -> the findings that the spec's author still wants to hear.

Warnings are silenced by `# specc: allow CODE, CODE` on their line or alone above it, and everywhere by the spec's
`allow:` list. Errors cannot be silenced. An `allow` that does nothing is a warning itself, so that none outlives its
reason.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from specc.diagnostics import Finding, Fix, Level, Span, has_errors, warning
from specc.language import tree
from specc.language.source import Source

_ALLOW = re.compile(r"#\s*specc:\s*allow\b:?(?P<codes>(?:(?! -)[^#])*)")  # ` -` or ` #` begins a reason
_CODE = re.compile(r"[^,\s](?:[^,]*[^,\s])?")
_OF_ALLOWS: Final = frozenset(("unknown-code", "unused-allow"))
"""What is said here, after everything else: whether an `allow` of it is needed is not asked again."""


class Allow(NamedTuple):
    """One code that the spec allows: where that is written, and for which line; None is every line of every file.

    `removal` takes a comment's code away.
    """

    code: str
    span: Span
    line: int | None = None
    removal: Fix | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether this is about `finding`, be it a warning or an error."""
        here = self.line is None or (finding.span.path, finding.span.line) == (self.span.path, self.line)
        return here and finding.code == self.code


def silence(
    findings: Iterable[Finding],
    document: tree.Node | None,
    source: Source,
    others: Sequence[Source] = (),
    *,
    complete: bool = True,
) -> list[Finding]:
    """The findings without the warnings that `document`, or a comment in its text, allows.

    `others` are the texts of files that the spec brings in, whose comments count for what is found in them; what other
    specs need them for is not known here. Findings: unknown-code and unused-allow. That an `allow` is not used is only
    said if everything was looked for: no error kept later stages from finding more, and `complete`: all rows of the
    data were read.
    """
    findings = list(findings)
    if document is None:  # the text could not be read: there are only errors
        return findings
    allows = [*_in_comments(source), *_in_list(document)]
    elsewhere = [allow for other in others for allow in _in_comments(other)]
    if not allows and not elsewhere:
        return findings
    effective = [*allows, *elsewhere]
    kept = [f for f in findings if f.level is Level.ERROR or not any(allow.covers(f) for allow in effective)]
    searched = complete and not has_errors(findings)
    about = [complaint for allow in allows for complaint in _complaints(allow, findings, searched=searched)]
    return kept + [complaint for complaint in about if not any(allow.covers(complaint) for allow in allows)]


def _complaints(allow: Allow, findings: Sequence[Finding], *, searched: bool) -> Iterator[Finding]:
    from specc.codes import CODES, OF_DATA_COMMAND
    from specc.language.suggest import did_you_mean

    if not allow.code:
        yield warning("unused-allow", "`allow` names no code", allow.span)
    elif allow.code not in CODES:
        help_ = did_you_mean(allow.code, CODES) or "`specc explain` lists the codes"
        yield warning("unknown-code", f"there is no code `{allow.code}`", allow.span, help=help_)
    elif any(allow.covers(finding) and finding.level is Level.ERROR for finding in findings):
        note = "only warnings can be allowed, this is an error"
        yield warning("unused-allow", f"`{allow.code}` cannot be silenced", allow.span, notes=(note,))
    elif (
        searched
        and allow.code not in _OF_ALLOWS | OF_DATA_COMMAND
        and not any(allow.covers(finding) for finding in findings)
    ):
        where = "in this spec" if allow.line is None else "on its line"
        message = f"`{allow.code}` is allowed, but not found {where}"
        yield warning("unused-allow", message, allow.span, help="remove it", fix=allow.removal)


def _in_list(document: tree.Node) -> Iterator[Allow]:
    codes = document.get("allow") if isinstance(document, tree.Mapping) else None
    for item in codes.items if isinstance(codes, tree.Sequence) else ():
        if isinstance(item, tree.Value) and isinstance(item.value, str):
            yield Allow(item.value, item.span)


def _in_comments(source: Source) -> Iterator[Allow]:
    if "specc:" not in source.text or source.path.lower().endswith(".json"):
        return
    from specc.language.comments import comments
    from specc.language.mending import without_text

    lines = source.lines()
    for comment in comments(source.text, "specc:"):
        found = _ALLOW.search(comment.text)
        if found is None:
            continue
        line = _next_line(lines, comment.line) if comment.alone else comment.line
        places = [
            (code.group(), code.start(), code.end()) for code in _CODE.finditer(found.string, *found.span("codes"))
        ]
        for i, (code, start, end) in enumerate(places or [("", found.start(), found.end())]):
            first = comment.column + start
            span = Span(source.path, comment.line, first, comment.line, comment.column + end)
            # One of several codes goes with the comma after it, the last with the one before.
            cut = (
                found.span()
                if len(places) < 2
                else (start, places[i + 1][1])
                if places[i + 1 :]
                else (places[i - 1][2], end)
            )
            removal = without_text(lines, source.path, comment.line, *(comment.column - 1 + offset for offset in cut))
            yield Allow(code, span, line, removal)


def _next_line(lines: Sequence[str], number: int) -> int:
    """The line that a comment alone on line `number` is about: the next that is neither blank nor a comment."""
    following = range(number, len(lines))
    return next((i + 1 for i in following if lines[i].strip() and not lines[i].lstrip().startswith("#")), number)
