"""A file of running text -> pieces of it in the numbers of the run's vocabulary: `open_text`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from specc.data import DataSpec
from specc.data.sources.contiguous import Cut
from specc.data.sources.faults import beginning
from specc.data.sources.text import COLUMN, LENGTH, TARGET, running_text
from specc.data.stored import ArrayColumn, MadeColumn, Stored
from specc.diagnostics import Finding, Span
from specc.predicting.rows import FileRows, anywhere

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def open_text(
    data: DataSpec, file: Path, vocabulary: Sequence[str], *, answered: bool, keep: bool = False
) -> tuple[FileRows | None, list[Finding]]:
    """The pieces of a text. `index` is the character or word that each begins with, counted from 0.

    `answered` ones have what follows, and are cut as in training. Others reach to the end of the text: if the stride
    does not lead there, a last piece does. `vocabulary` is what the numbers stand for, the unknown first.
    """
    written = data.source.arguments.get("length")
    length = written if isinstance(written, int) else LENGTH
    span = length + 1 if answered else length
    stride = data.source.arguments.get("stride", length)
    arguments = {**data.source.arguments, "length": span - 1, "stride": stride}
    source = replace(data.source, arguments=arguments)
    running, findings = running_text(replace(data, source=source), anywhere(file), file.parent, None)
    if running is None:
        return None, findings if answered else [_without_answer(finding, length) for finding in findings]
    units = running.parts[0]
    index = {unit: number for number, unit in enumerate(vocabulary)}
    numbers = np.fromiter((index.get(unit, 0) for unit in units), "int32", len(units))
    starts = _starts(len(units), running.cut, reaches_end=not answered)
    places = np.arange(length)
    columns: dict[str, Stored] = {COLUMN: MadeColumn(len(starts), lambda rows: numbers[starts[rows][:, None] + places])}
    if answered:
        columns[TARGET] = MadeColumn(len(starts), lambda rows: numbers[starts[rows][:, None] + places + 1])
    kept: dict[str, Stored] = {}
    if keep:
        pieces = [joined(data, units[start : start + length]) for start in starts]
        kept = {COLUMN: ArrayColumn(np.array(pieces, object))}

    def place(_row: int, _column: str) -> Span:
        return beginning(running.files[0])

    return FileRows(columns, kept, starts, place), findings


def joined(data: DataSpec, units: Sequence[str]) -> str:
    """Characters or words as a text."""
    return (" " if data.source.arguments.get("unit") == "word" else "").join(units)


def _without_answer(finding: Finding, length: int) -> Finding:
    """A finding on a text that is too short, of which nothing has to follow a piece."""
    if finding.code != "empty-data":
        return finding
    return finding._replace(message=f"{finding.message.partition(', and ')[0]}, and a piece takes {length}", help="")


def _starts(units: int, cut: Cut, *, reaches_end: bool) -> Array:
    starts = np.arange(cut.samples(units)) * cut.stride
    end = units - cut.span
    return np.append(starts, end) if reaches_end and starts[-1] != end else starts
