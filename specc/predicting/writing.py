"""A table that is made piece by piece -> a CSV or Parquet file, never half: written aside and renamed."""

import csv
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from specc.predicting.predict import Predicted

FORMATS = (".csv", ".parquet")


def write_table(table: Predicted, path: Path) -> None:
    """Write to `path`, in the format of its suffix, one of `FORMATS`. Raises OSError."""
    with _aside(path) as part:
        if path.suffix.lower() == ".parquet":
            _write_parquet(table, part)
        else:
            with part.open("x", encoding="utf-8", newline="") as file:
                print_table(table, file)


def print_table(table: Predicted, file: TextIO) -> None:
    """As CSV: a header, then the rows as they are made."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.header)
    for rows in table.pieces:
        writer.writerows(rows)


def _write_parquet(table: Predicted, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    writer = None
    try:
        for rows in _gathered(table.pieces):
            columns = [pa.array(column) for column in zip(*rows, strict=True)]
            # Where no cell says anything, it is numbers that are missing.
            columns = [column.cast(pa.float64()) if pa.types.is_null(column.type) else column for column in columns]
            piece = pa.table(columns, names=list(table.header))
            if writer is None:
                writer = parquet.ParquetWriter(path, piece.schema)
            writer.write_table(piece.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()


def _gathered(pieces: Iterable[Sequence[Sequence[object]]], most: int = 8192) -> Iterator[list[Sequence[object]]]:
    """Larger pieces, since each is a row group of its own."""
    waiting: list[Sequence[object]] = []
    for rows in pieces:
        waiting += rows
        if len(waiting) >= most:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A path beside `path` that takes its place at the end, and is gone if anything fails."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
