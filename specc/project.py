"""Which folder a spec's files must lie in."""

from pathlib import Path

MARKERS = (".git", "pyproject.toml", "specc.toml")
"""What marks the top of a project."""


def project_root(spec: Path) -> Path:
    """The nearest folder above the spec that a marker shows to be a project's top.

    The spec's own folder if there is none.
    """
    folder = spec.resolve().parent
    return next((parent for parent in (folder, *folder.parents) if _is_project(parent)), folder)


def _is_project(folder: Path) -> bool:
    return any((folder / marker).exists() for marker in MARKERS)
