"""Atomic files: a reader, or a run killed at any moment, finds the old content or the new, never a half.

Each file is written aside in the same directory, synced and renamed. Goes in: a path and plain Python values. JSON
has no number for what is not finite, so `nan` and infinities become null there.
"""

import csv
import io
import json
import math
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from specc.language.yaml_dump import dump_block


@contextmanager
def replacing(path: Path, aside: Path) -> Iterator[Path]:
    """Within, write the file at `aside`, in the same folder; then it is synced and becomes the one at `path`.

    Raises OSError; what was at `path` is then still there, and nothing is left at `aside`.
    """
    try:
        yield aside
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        with suppress(OSError):  # the first error is the one to tell
            aside.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content`. Raises OSError; the old file is then still there."""
    with (
        replacing(path, path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")) as aside,
        aside.open("xb") as file,
    ):
        file.write(content)


def write_text(path: Path, content: str) -> None:
    r"""Replace the file by `content` in UTF-8, line ends as they are. What UTF-8 cannot say is written as `\udcxx`."""
    write_bytes(path, content.encode("utf-8", errors="backslashreplace"))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace the file by JSON, indented by two, keys in the given order."""
    write_text(path, as_json(content, indent=2) + "\n")


def as_json(content: Mapping[str, Any], indent: int | None = None) -> str:
    """JSON text of plain values, keys in the given order; numbers that are not finite become null."""
    return json.dumps(_finite(content), indent=indent, ensure_ascii=False, allow_nan=False)


def write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    """Replace the file by YAML that means the same to YAML 1.1 and 1.2 readers, keys in the given order."""
    write_text(path, dump_block(content))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Replace the file by comma-separated rows under `header`; None is an empty cell, a float is written exactly."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, text.getvalue())


def _finite(value: object) -> object:
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case _:
            return value


def _sync_directory(path: Path) -> None:
    """Make the rename itself durable; only POSIX lets a directory be opened for that."""
    if os.name == "posix":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
