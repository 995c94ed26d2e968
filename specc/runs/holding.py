"""Which process has a run directory to itself: it holds a lock on it for as long as it lives.

The lock is the system's (`flock`), so that a process that is killed leaves none behind. Where the system, or the disk,
knows no such locks, every process may have the directory.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Within, this process has `folder` to itself; gives false if another one has it."""
    descriptor = _open(folder)
    try:
        yield descriptor is None or _lock(descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_held(folder: Path) -> bool:
    """Whether another process has `folder` to itself now."""
    with held(folder) as mine:
        return not mine


def _open(folder: Path) -> int | None:
    return None if fcntl is None else os.open(folder, os.O_RDONLY)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a disk that has no locks
        return True
    return True
