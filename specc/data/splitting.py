"""Columns -> the rows of each split as index arrays. The rule is `specc.data.partition`'s."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from specc.data.facts import CLASSES
from specc.data.loading import Columns
from specc.data.partition import Labels, partition
from specc.data.section import DataSpec
from specc.diagnostics import Finding

Indices: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of each split, int64, ascending; a split that is not wanted is empty."""

    train: Indices
    validation: Indices
    test: Indices


def split(columns: Columns, data: DataSpec, seed: int = 0) -> tuple[Split | None, list[Finding]]:
    """The splits; stratified by the first target if that is classes and the spec says nothing else."""
    rows = columns.partition
    findings: list[Finding] = []
    if rows is None:
        rows, findings = partition(len(columns), data, seed, _labels(columns), columns.facts.given_test)
    if rows is None:
        return None, findings
    return Split(_indices(rows.train), _indices(rows.validation), _indices(rows.test)), findings


def _labels(columns: Columns) -> Labels | None:
    first = columns.facts.targets[0]
    if first.kind != CLASSES or first.names is None:
        return None
    index = {name: position for position, name in enumerate(first.names)}
    return Labels(first.name, [index[text] for text in columns.values[first.name]], first.names)


def _indices(rows: object) -> Indices:
    return np.array(rows, "int64")
