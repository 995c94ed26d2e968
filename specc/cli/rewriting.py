"""How commands change files: whole or not at all, and how they show what they would change."""

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

import click


def replace_file(path: Path, content: bytes) -> None:
    """Give the file at `path` another content; its mode stays, and a link stays a link.

    Written aside and renamed, so that no other program ever sees half of it. Raises click.UsageError if it cannot be.
    """
    target = path.resolve()
    aside = None
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            aside = Path(file.name)
            file.write(content)
        aside.chmod(target.stat().st_mode)
        aside.replace(target)
    except OSError as problem:
        if aside:
            aside.unlink(missing_ok=True)
        raise click.UsageError(f"cannot write `{path}`: {problem.strerror}") from None


def print_diff(before: str, after: str, name: str) -> None:
    """Print the changes of the file `name`, as a unified diff; nothing if there are none."""
    print_bytes("".join(_diff(before, after, name)).encode() if after != before else b"")


def print_bytes(content: bytes) -> None:
    """Exactly these bytes: a text stream would change line ends on some systems."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _diff(before: str, after: str, name: str) -> Iterator[str]:
    for line in difflib.unified_diff(_lines(before), _lines(after), name, name):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """The lines with their ends, as `patch` divides a text: a lone carriage return ends none."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
