"""Files that a spec names: found relative to the spec, and never outside the project's root.

Knows paths and findings only; what a file holds is its reader's business.
"""

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

from specc.diagnostics import Finding, Span, error


def locate(written: str, place: Span, root: Path, folder: Path, use: str) -> tuple[Path | None, list[Finding]]:
    """The file that a spec in `folder` means by `written`, which stands at `place`.

    Links are followed: what they lead to must lie below `root`. `use` says what the file is needed as, for messages
    (`a CSV file`). The path is relative to the current folder if `folder` is.
    """
    path, findings = inside(written, place, root, folder)
    if path is not None and not path.is_file():
        kind = "a folder" if path.is_dir() else "no regular file"
        return None, [error("not-a-file", f"`{written}` is {kind}, and {use} is needed", place)]
    return path, findings


def locate_folder(written: str, place: Span, root: Path, folder: Path, use: str) -> tuple[Path | None, list[Finding]]:
    """As `locate`, for a folder."""
    path, findings = inside(written, place, root, folder)
    if path is not None and not path.is_dir():
        return None, [error("not-a-folder", f"`{written}` is a file, and {use} is needed", place)]
    return path, findings


def inside(written: str, place: Span, root: Path, folder: Path) -> tuple[Path | None, list[Finding]]:
    """What there is at a path that a spec names, be it a file or a folder, if it lies below `root`."""
    folder = folder_of(place, folder)
    path = folder / written
    absolute = PurePosixPath(written).is_absolute() or PureWindowsPath(written).drive or written.startswith("\\")
    try:
        real = path.resolve()
        is_inside = not absolute and real.is_relative_to(root.resolve())
        exists = is_inside and real.exists()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, a loop of links
        return None, [error("no-such-file", f"`{written}` is not the path of a file", place)]
    if not is_inside:
        notes = (f"files are read from {root.resolve()} and below",)
        help_text = (
            "write a path relative to the spec's own folder" if absolute else "move the file, or name another `--root`"
        )
        message = f"`{written}` is outside the project"
        return None, [error("path-outside-project", message, place, notes=notes, help=help_text)]
    if not exists:
        whose = "folder of the file that names them" if place.via else "spec's folder"
        by_spec = path.absolute() != Path(place.path).absolute()  # else the command line names it
        where = (f"paths are relative to the {whose}, {folder.resolve()}",) if by_spec else ()
        return None, [
            error("no-such-file", f"there is no file `{written}`", place, notes=where, help=_near(path, place))
        ]
    return path, []


def folder_of(place: Span, folder: Path) -> Path:
    """The folder in which a name that stands at `place` begins: that of its own file, where a spec brings it in."""
    return Path(place.path).parent if place.via and not place.path.startswith("--") else folder


def as_written_in(folder: Path, written: str, place: Span) -> str:
    """The path that stands at `place`, as a spec in `folder` writes it."""
    home = folder_of(place, folder)
    return written if home == folder else Path(os.path.relpath(home / written, folder)).as_posix()


def _near(path: Path, place: Span) -> str:
    """A file beside it with a name like it, which is not the one that names it."""
    from specc.language.suggest import did_you_mean  # only faults pay for it

    try:
        others = path.parent.iterdir() if path.parent.is_dir() else ()
        neighbours = [entry.name for entry in others if entry.absolute() != Path(place.path).absolute()]
    except OSError:
        neighbours = []
    return did_you_mean(path.name, neighbours)
