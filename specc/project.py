"""Which folder a spec's files must lie in."""

import os
from pathlib import Path

MARKERS = (".git", "pyproject.toml", "specc.toml")
"""What marks the top of a project."""


def project_root(spec: Path) -> Path:
    """The nearest folder above the spec that a marker shows to be a project's top.

    The spec's own folder if there is none.
    """
    try:
        folder = spec.resolve().parent
    except (OSError, RuntimeError):  # a loop of links, a name that is too long: the reader reports it
        folder = spec.parent.absolute()
    return root_above(folder)


def root_above(folder: Path) -> Path:
    """`folder`, which is absolute, or the nearest folder above that is a project's top; `folder` if there is none."""
    return next((parent for parent in (folder, *folder.parents) if _is_project(parent)), folder)


def _is_project(folder: Path) -> bool:
    return any(os.path.lexists(folder / marker) for marker in MARKERS)
