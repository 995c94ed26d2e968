"""The files and folders that a source names -> paths inside the project, patterns written out.

What the files hold is their reader's business.
"""

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

from specc.data.section import DataSpec, NamedFile
from specc.diagnostics import Finding, error
from specc.files import folder_of, inside, locate, locate_folder


class Located(NamedTuple):
    """A file or folder, and how the spec names it."""

    path: Path
    named: NamedFile


def located(data: DataSpec, part: str, root: Path, folder: Path, what: str) -> tuple[list[Located], list[Finding]]:
    """The files of `path`, `validation` or `test`, in the order written; those of a pattern sorted by name.

    In a pattern `*`, `?` and `[..]` stand for parts of a name and `**` for any folders; what begins with a dot is left
    out. A file must lie below `root`, links followed. `folder` is the spec's own, `what` says what is needed, for
    messages (`a CSV file`). After a finding the list is incomplete.
    """
    files: list[Located] = []
    findings: list[Finding] = []
    for named in data.files(part):
        if is_pattern(named.written) and not _is_there(named, folder):
            found, more = _matching(named, root, folder)
            files += found
        else:
            path, more = locate(named.written, named.span, root, folder, what)
            files += [Located(path, named)] if path else []
        findings += more
    return files, findings


def located_folders(
    data: DataSpec, part: str, root: Path, folder: Path, what: str
) -> tuple[list[Located], list[Finding]]:
    """As `located`, for sources that are folders; these have no patterns."""
    folders: list[Located] = []
    findings: list[Finding] = []
    for named in data.files(part):
        path, more = locate_folder(named.written, named.span, root, folder, what)
        folders += [Located(path, named)] if path else []
        findings += more
    return folders, findings


def is_pattern(written: str) -> bool:
    """Whether a name may stand for several files."""
    return any(sign in written for sign in "*?[")


def _is_there(named: NamedFile, folder: Path) -> bool:
    """Whether a file is called just as the pattern is."""
    try:
        return (folder_of(named.span, folder) / named.written).exists()
    except (OSError, ValueError):
        return False


def _matching(named: NamedFile, root: Path, folder: Path) -> tuple[list[Located], list[Finding]]:
    parts = PurePosixPath(named.written).parts
    fixed = next(index for index, part in enumerate(parts) if is_pattern(part))
    head, tail = str(PurePosixPath(*parts[:fixed])), parts[fixed:]
    if ".." in tail or PureWindowsPath(named.written).drive:
        message = f"`{named.written}` leads out of the folders that it matches"
        return [], [error("path-outside-project", message, named.span, help="write `..` before the first pattern")]
    start, findings = inside(head, named.span, root, folder)
    if start is None:
        return [], findings
    try:
        # Not `glob.glob`: its `**` follows links, which may go in circles.
        found = sorted(_visible(start, "/".join(tail)), key=lambda path: path.relative_to(start).as_posix())
    except (OSError, ValueError) as fault:
        return [], [error("no-such-file", f"`{named.written}` is no pattern of names: {fault}", named.span)]
    if not found:
        message = f"no file matches `{named.written}`"
        notes = (f"it was looked for in {start.resolve()}",)
        return [], [error("no-such-file", message, named.span, notes=notes)]
    top = root.resolve()
    for path in found:
        if not path.resolve().is_relative_to(top):
            message = f"`{path.relative_to(start).as_posix()}`, which `{named.written}` matches, is outside the project"
            return [], [error("path-outside-project", message, named.span, help="move the file")]
    return [Located(path, named) for path in found], []


def _visible(start: Path, pattern: str) -> list[Path]:
    return [
        path
        for path in start.glob(pattern)
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(start).parts)
    ]
