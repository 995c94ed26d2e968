"""JSON Lines of any size -> batches of texts, by the rules of `specc.data.sources.jsonl`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from specc.data.reading.csv_file import Lines, Reading, pieces_of
from specc.data.reading.scan import ReadingError, Scan
from specc.data.reading.texts import Batch, scan_texts
from specc.data.section import DataSpec
from specc.data.sources.csv_file import CsvFile, Form, files_of, opened
from specc.data.sources.jsonl import WHAT, Row, invalid_row, parsed
from specc.data.sources.row_rules import LeftOut, row_rules
from specc.diagnostics import Finding, Span, error

ROWS = 65_536


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """Go through the files once. Raises ReadingError."""
    return scan_texts(JsonTexts(data, root, folder), data)


class JsonTexts:
    """The rows of the files of a spec, as `specc.data.reading.texts.Texts`. Raises ReadingError as it reads."""

    def __init__(self, data: DataSpec, root: Path, folder: Path) -> None:
        self._files, findings = files_of(data, root, folder, WHAT)
        if findings:
            raise ReadingError(*findings)
        self._rules = row_rules(data)
        self.warnings: list[Finding] = []
        self.names = tuple(dict.fromkeys(name for _, _, row in self._rows() if isinstance(row, dict) for name in row))
        if not self.names:
            raise ReadingError(error("empty-data", "there are no rows with columns", data.source.span_of("path")))
        self._lacking = self._rules.lacking(self.names)

    def parts(self) -> Sequence[str]:
        """The part of each file, `path`, `validation` or `test`."""
        return [file.part for file in self._files]

    def batches(self) -> Iterator[Batch]:
        """All rows, in order."""
        for index, file in enumerate(self._files):
            rows: list[Row] = []
            left_out: list[LeftOut] = []
            for count, (number, row) in enumerate(_rows_of(file)):
                if isinstance(row, str) and not self._rules.skip:
                    raise ReadingError(invalid_row(file.path, number, row, Span(str(file.path), number, 1, number, 1)))
                reason = row if isinstance(row, str) else self._rules.fault(self._lacking | row)
                if isinstance(row, str) or reason is not None:
                    left_out.append(LeftOut(str(file.path), number, str(reason), count))
                    continue
                rows.append(row)
                if len(rows) == ROWS:
                    yield self._batch(index, rows, left_out)
                    rows, left_out = [], []
            yield self._batch(index, rows, left_out)

    def place(self, row: int, column: str) -> Span:  # noqa: ARG002  as of `Texts`; the whole line is shown
        """Where a value stands; the files are read again up to there."""
        for file, number, found in self._rows():
            if isinstance(found, str) or self._rules.fault(self._lacking | found) is not None:
                continue
            if row == 0:
                return Span(str(file.path), number, 1, number, 1)
            row -= 1
        return Span(str(self._files[-1].path), 1, 1, 1, 1)

    def _rows(self) -> Iterator[tuple[CsvFile, int, Row | str]]:
        for file in self._files:
            for number, row in _rows_of(file):
                yield file, number, row

    def _batch(self, index: int, rows: list[Row], left_out: list[LeftOut]) -> Batch:
        columns = [pa.array([row.get(name) for row in rows], pa.string()) for name in self.names]
        return Batch(index, columns, left_out)


def _rows_of(file: CsvFile) -> Iterator[tuple[int, Row | str]]:
    """The rows with their lines; what is no row as a word on why."""
    with Reading(file), opened(file.path) as stream:
        for number, line in enumerate(Lines(pieces_of(stream, file, Form()), file.path, 1), 1):
            row = parsed(line)
            if row is not None:
                yield number, row
