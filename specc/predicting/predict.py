"""`predict`: a run and a file of new samples in, a table of predictions out, a piece at a time."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from specc.catalog import load
from specc.data.reading import ReadingError
from specc.diagnostics import Finding, Span, error
from specc.predicting.opening import open_samples
from specc.predicting.rows import FileRows, raw_array
from specc.predicting.running import joined
from specc.predicting.served import Served, open_run
from specc.training.predictions import prediction_columns

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

ROWS_AT_ONCE = 8192
BYTES_AT_ONCE = 2**26
INDEX = "index"


@dataclass(frozen=True, slots=True)
class Predicted:
    """A table that is made while it is read: `header`, and `pieces` of rows.

    `samples` is how many rows there will be. Asking for a piece raises ReadingError if what it is made of, such as an
    image, turns out to be damaged.
    """

    header: Sequence[str]
    pieces: Iterator[list[list[object]]]
    samples: int


def predict(run: Path, file: Path, *, keep: bool = False) -> tuple[Predicted | None, list[Finding]]:
    """What the model of the run directory `run` says of each row of `file`.

    Columns are those of a run's predictions.csv: `index`, the row counted from 0, then for each target its prediction
    and, of classes, their probabilities. With `keep` the file's own columns stand between; of folders, always the file.
    `index` is the last row that a window sees, and the character or word with which a piece of text begins.
    """
    served, findings = open_run(run)
    if served is None:
        return None, findings
    unfit = _no_table(served, run)
    if unfit is not None:
        return None, [unfit]
    rows, findings = open_samples(served, file, answered=False, keep=keep)
    if rows is None:
        return None, findings
    header: list[str] = []
    pieces = _pieces(served, rows, header)
    try:
        first = next(pieces)  # the header follows from the first outputs
    except ReadingError as fault:
        return None, findings + fault.findings
    return Predicted(header, _and(first, pieces), len(rows)), findings


def prepared_pieces(served: Served, rows: FileRows) -> Iterator[tuple[Array, dict[str, Array]]]:
    """Positions among the samples and the trained model's inputs, so many whole batches as are not too large."""
    batch = max(1, served.locked.batch_size)
    shapes = [*(facts.shape for facts in served.columns.values()), *served.prepared_shapes]
    row_bytes = sum(4 * math.prod(size or 1 for size in shape) for shape in shapes)
    size = batch * max(1, min(ROWS_AT_ONCE, BYTES_AT_ONCE // row_bytes) // batch)
    for start in range(0, len(rows), size):
        part = np.arange(start, min(start + size, len(rows)))
        raw = {name: raw_array(facts, rows.columns[name], part) for name, facts in served.columns.items()}
        yield part, served.prepare(raw)


def _pieces(served: Served, rows: FileRows, header: list[str]) -> Iterator[list[list[object]]]:
    """A list of rows for each piece; fills in `header` with the first one."""
    for part, prepared in prepared_pieces(served, rows):
        outputs = served.outputs(prepared)
        titled: list[tuple[str, list[object]]] = [(INDEX, rows.index[part].tolist())]
        titled += [(name, column.texts(part).tolist()) for name, column in rows.kept.items()]
        titled += prediction_columns(served.targets, served.losses, outputs, load(), served.scalings)
        titled += _texts(served, outputs)
        if not header:
            header += [title for title, _ in titled]
        yield [list(row) for row in zip(*(column for _, column in titled), strict=True)]


def _texts(served: Served, outputs: Mapping[str, Array]) -> list[tuple[str, list[object]]]:
    """Of running text, for each piece what most likely stands one place after each of its characters or words."""
    if served.data.source.kind != "text":
        return []
    found: list[tuple[str, list[object]]] = []
    for name, target in served.targets.items():
        units, guessed = target.names or (), outputs[name].argmax(-1)
        texts: list[object] = [joined(served.data, [units[number] for number in piece]) for piece in guessed]
        found.append((f"{target.name} prediction", texts))
    return found


def _no_table(served: Served, run: Path) -> Finding | None:
    """A finding if the run predicts something for each pixel, for which a table is not the form."""
    if served.data.source.kind == "text" or not all(target.has_places for target in served.targets.values()):
        return None
    name = next(iter(served.targets.values())).name
    message = f"the model predicts a `{name}` for each sample, for which a table is not the form"
    help_ = "load `model.keras` of the run with `keras.saving.load_model`, or use `specc evaluate`"
    return error("unsupported-type", message, Span(str(run), 1, 1, 1, 1), help=help_)


def _and(first: list[list[object]], rest: Iterator[list[list[object]]]) -> Iterator[list[list[object]]]:
    yield first
    yield from rest
