"""Which row of a file each row is that was read: `row_numbers`. Rows that are left out count."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from specc.data import DataSpec
from specc.data.reading import Scan

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def row_numbers(data: DataSpec, file: Path, scan: Scan) -> Array:
    """(rows,): for each row that `scan` has its number in the file, counted from 0.

    What is left out of files that are no text has no number.
    """
    lines = {row.line for row in scan.left_out}
    if not lines or data.source.kind not in {"csv", "jsonl"}:
        return np.arange(scan.table.rows)
    begins = _csv_rows(data, file) if data.source.kind == "csv" else _json_rows(file)
    taken = np.fromiter((line not in lines for line in begins), bool)
    return np.flatnonzero(taken)


def _csv_rows(data: DataSpec, file: Path) -> Iterator[int]:
    """The line on which each row begins; the file has been read before, so that there are no faults in it."""
    from specc.data.reading.csv_file import Lines, pieces_of
    from specc.data.sources.csv_file import files_and_form, opened, rows_of

    files, form, _ = files_and_form(data, Path(file.absolute().anchor), file.parent)
    with opened(files[0].path) as stream:
        rows = rows_of(Lines(pieces_of(stream, files[0], form), files[0].path, 1), form)
        if not form.names:
            next(rows)
        for line, _record in rows:
            yield abs(line)


def _json_rows(file: Path) -> Iterator[int]:
    from specc.data.sources.csv_file import opened

    with opened(file) as stream:
        for line, text in enumerate(stream, 1):
            if text.strip():
                yield line
