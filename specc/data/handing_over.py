"""Columns that a check had to load, kept for the training that follows it, so that large files are read once."""

from pathlib import Path
from typing import NamedTuple

from specc.data.facts import DataFacts
from specc.data.loading import Columns, load
from specc.data.section import DataSpec
from specc.diagnostics import Finding


class _Kept(NamedTuple):
    asked: tuple[DataSpec, Path, Path, int]
    columns: Columns
    findings: list[Finding]


_kept: list[_Kept] = []


def load_to_keep(data: DataSpec, root: Path, folder: Path, seed: int) -> tuple[DataFacts | None, list[Finding]]:
    """The facts of the whole data; the columns stay until `load_or_take` is asked for them, or for others."""
    _kept.clear()
    columns, findings = load(data, root, folder, seed)
    if columns is None:
        return None, findings
    _kept.append(_Kept((data, root, folder, seed), columns, findings))
    return columns.facts, findings


def load_or_take(data: DataSpec, root: Path, folder: Path, seed: int) -> tuple[Columns | None, list[Finding]]:
    """As `specc.data.loading.load`; gives what is kept, once, if that is what is asked for, without its findings."""
    kept = _kept.pop() if _kept else None
    if kept is not None and kept.asked == (data, root, folder, seed):
        return kept.columns, []
    return load(data, root, folder, seed)
