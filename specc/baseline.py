"""A baseline: findings that are known and accepted, so that only new ones count.

Kept as JSON that people can read and merge. A finding is known by its file, code and message, not by its line, so that
a baseline outlives changes to other lines. Paths are relative to the baseline's own folder.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from specc.diagnostics import Finding
from specc.language.overrides import SET, VAR

VERSION = 1


class Known(NamedTuple):
    """What tells one finding from another, whatever its line."""

    path: str
    code: str
    message: str


def dump(findings: Iterable[Finding], folder: Path) -> str:
    """The baseline in `folder` that accepts `findings`."""
    counts = Counter(_known(finding, folder) for finding in findings)
    accepted = [known._asdict() | {"count": count} for known, count in sorted(counts.items())]
    return json.dumps({"baseline": VERSION, "findings": accepted}, indent=2, ensure_ascii=False) + "\n"


def load(path: Path) -> Counter[Known]:
    """How many findings of each kind the baseline at `path` accepts.

    Raises OSError if it cannot be read, ValueError if it is no baseline.
    """
    content = json.loads(path.read_bytes())
    if not isinstance(content, dict) or content.get("baseline") != VERSION:
        raise ValueError(f"it does not say `baseline: {VERSION}`")
    try:
        entries = [(Known(each["path"], each["code"], each["message"]), each["count"]) for each in content["findings"]]
    except (KeyError, TypeError) as problem:
        raise ValueError("an entry is not complete") from problem
    if not all(isinstance(count, int) and all(isinstance(part, str) for part in known) for known, count in entries):
        raise ValueError("an entry is not complete")
    return Counter(dict(entries))


def without_known(
    findings: Iterable[Finding], accepted: Counter[Known], folder: Path
) -> tuple[list[Finding], Counter[Known]]:
    """The findings beyond those `accepted`, and what it accepts that was not found. `folder` is the baseline's."""
    left = accepted.copy()
    new = []
    for finding in findings:
        known = _known(finding, folder)
        if left[known] > 0:
            left[known] -= 1
        else:
            new.append(finding)
    return new, +left


def _known(finding: Finding, folder: Path) -> Known:
    path = finding.span.path
    if path not in {SET, VAR}:  # they read like files but are none
        path = Path(os.path.relpath(path, folder)).as_posix()
    return Known(path, finding.code, finding.message)
