"""`specc validate --fix`: specs are checked, mended and written, or shown as a diff, or printed.

What a fix is and how it is made stands in `specc.fixing`. A file is replaced only if something in it was mended.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from specc.cli.rewriting import print_bytes, print_diff, replace_file

if TYPE_CHECKING:  # the check is imported by the commands that check
    from specc.check import Checked
    from specc.diagnostics import Finding


def check_and_mend(path: Path, root: Path | None, content: bytes) -> tuple["Checked", bytes, tuple["Finding", ...]]:
    """What is left to find when `content`, as if it were in `path`, is mended; the mended content; what was mended."""
    from specc.check import NO_OVERRIDES, check
    from specc.fixing import mend

    results: dict[bytes, Checked] = {}

    def findings(of: bytes) -> "tuple[Finding, ...]":
        if of not in results:
            results[of] = check(path, NO_OVERRIDES, root, content=of)
        return results[of].findings

    mended = mend(content, findings)
    findings(mended.content)  # a check more where rounds ran out
    return results[mended.content], mended.content, mended.fixed


def mend_files(paths: Iterable[Path], root: Path | None) -> list["Checked"]:
    """Mend the files and say on standard error what was mended; what a check finds in them afterwards."""
    results = []
    for path in paths:
        checked, before, after, fixed = _read_and_mend(path, root)
        if after != before:
            replace_file(path, after)
        _tell(fixed)
        results.append(checked)
    return results


def show_changes(paths: Iterable[Path], root: Path | None) -> tuple[list["Checked"], bool]:
    """Print what `mend_files` would change, as a unified diff.

    Gives what would be left to find, and whether anything would change.
    """
    results, changed = [], False
    for path in paths:
        checked, before, after, _ = _read_and_mend(path, root)
        changed |= after != before
        print_diff(before.decode(), after.decode(), str(path))
        results.append(checked)
    return results, changed


def mend_input(content: bytes, path: Path, root: Path | None) -> "Checked":
    """Print `content` mended; what is left to find in it."""
    checked, after, fixed = check_and_mend(path, root, content)
    print_bytes(after)
    _tell(fixed)
    return checked


def _read_and_mend(path: Path, root: Path | None) -> tuple["Checked", bytes, bytes, tuple["Finding", ...]]:
    from specc.check import NO_OVERRIDES, check
    from specc.language.limits import FILE_BYTES

    try:
        with path.open("rb") as file:
            before = file.read(FILE_BYTES + 1)
    except (OSError, ValueError):  # the check says which
        return check(path, NO_OVERRIDES, root), b"", b"", ()
    checked, after, fixed = check_and_mend(path, root, before)
    return checked, before, after, fixed


def _tell(fixed: Iterable["Finding"]) -> None:
    from specc.rendering.escape import escape

    for finding in fixed:
        place = f"{finding.span.path}:{finding.span.line}:{finding.span.column}"
        description = finding.fix.description if finding.fix else ""
        click.echo(escape(f"{place}: fixed[{finding.code}]: {description}"), err=True)
