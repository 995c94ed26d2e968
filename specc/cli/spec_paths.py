"""What `specc validate` is given -> the files that it checks: directories and patterns become what is in them."""

import os
from collections.abc import Iterable, Iterator
from glob import glob
from pathlib import Path

SUFFIXES = {".yaml", ".yml", ".json"}


def spec_paths(given: Iterable[str]) -> list[Path]:
    """The files of `given` in its order, each once. What is no file stays as it is, for the reader to report."""
    found = (file for argument in given for path in _matching(argument) for file in _specs_in(path))
    return list(dict.fromkeys(found))


def _matching(argument: str) -> list[Path]:
    """The paths that a pattern stands for, which no shell expanded; a file may be called like one."""
    if os.path.lexists(argument):
        return [Path(argument)]
    # Path.glob takes no absolute patterns.
    return [Path(match) for match in sorted(glob(argument, recursive=True))] or [Path(argument)]  # noqa: PTH207


def _specs_in(path: Path) -> list[Path]:
    # An empty directory is reported as not being a spec.
    return (sorted(_below(path)) or [path]) if os.path.isdir(path) else [path]  # noqa: PTH112  it never raises


def _below(directory: Path) -> Iterator[Path]:
    """The files in the directory and below, but not in hidden folders nor in run directories, which specc writes."""
    for folder, folders, files in os.walk(directory):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if "run.json" in files:
            folders.clear()
            continue
        for name in files:
            if not name.startswith(".") and Path(name).suffix in SUFFIXES:
                file = Path(folder, name)
                if file.is_symlink() or file.is_file():  # a broken link is reported, a pipe is nobody's spec
                    yield file
