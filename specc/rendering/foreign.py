"""What the formats of other tools have in common: paths as they name files, a finding as prose, and fingerprints."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from specc.diagnostics import Finding
from specc.language.overrides import SET, VAR
from specc.rendering.escape import escape


def is_file(path: str) -> bool:
    """Whether findings at `path` are in a file: `--set` and `--var` read like files but are none."""
    return path not in {SET, VAR}


def file_path(path: str) -> str:
    """`path` relative to the current folder if it lies in it, with slashes: as CI systems know files."""
    here, file = Path.cwd(), Path(path)
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()


def prose(finding: Finding) -> str:
    """The message, and on lines of their own what the labels, notes and help add to it."""
    lines = [finding.message]
    lines += [
        f"{label.span.path}:{label.span.line}:{label.span.column}: {label.text}"
        for label in finding.labels
        if label.text
    ]
    lines += [f"note: {note}" for note in (*finding.notes, *(use.words for use in finding.span.via))]
    lines += [f"help: {finding.help}"] if finding.help else []
    return "\n".join(escape(line) for line in lines)


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """For each finding a name that stays the same while other lines change, and that no other finding has.

    Made of path, code and message; where several findings have these in common, of their order too.
    """
    seen: Counter[Sequence[str]] = Counter()
    names = []
    for finding in findings:
        what = (file_path(finding.span.path), finding.code, finding.message)
        text = "\0".join([*what, str(seen[what])])
        names.append(hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest())
        seen[what] += 1
    return names
