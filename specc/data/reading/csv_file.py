"""CSV files of any size -> batches of texts, by the rules of `specc.data.sources.csv_file`.

Pieces of a file without quotes are split by Arrow. From the first quote on, Python's reader takes over, as it does for
a piece that Arrow refuses, so that what is wrong is found and told as in a check.
"""

import codecs
import csv
import io
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from specc.data.reading.by_column import by_column
from specc.data.reading.scan import ReadingError, Scan
from specc.data.reading.texts import Batch, scan_texts
from specc.data.section import DataSpec
from specc.data.sources.csv_file import (
    LONGEST_LINE,
    CsvFile,
    Form,
    cell,
    cell_span,
    check_header,
    files_and_form,
    invalid_csv,
    is_utf8,
    not_text,
    opened,
    other_columns,
    ragged_row,
    row_fault,
    rows_of,
    unreadable,
)
from specc.data.sources.row_rules import LeftOut, RowRules, row_rules
from specc.diagnostics import Finding, Span, error

PIECE = 16 * 1024 * 1024
"""Bytes that are split at a time."""
ROWS = 65_536
"""Rows that Python's reader gathers into a batch."""


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """Go through the files once. Raises ReadingError."""
    return scan_texts(CsvTexts(data, root, folder), data)


class CsvTexts:
    """The rows of the files of a spec, as `specc.data.reading.texts.Texts`. Raises ReadingError as it reads."""

    def __init__(self, data: DataSpec, root: Path, folder: Path) -> None:
        files, form, findings = files_and_form(data, root, folder)
        if findings:
            raise ReadingError(*findings)
        self._data, self._files, self._form, self._rules = data, files, form, row_rules(data)
        self.warnings: list[Finding] = []
        self.names = self._header(files[0])

    def parts(self) -> Sequence[str]:
        """The part of each file, `path`, `validation` or `test`."""
        return [file.part for file in self._files]

    def batches(self) -> Iterator[Batch]:
        """All rows, in order."""
        for index, file in enumerate(self._files):
            header = self._header(file)
            if fault := other_columns(header, self.names, file.path, self._files[0].path):
                raise ReadingError(fault)
            order = [header.index(name) for name in self.names]
            rows = 0
            for columns, left_out in _File(file, self._form, self._rules, header).batches():
                rows += len(columns[0]) + len(left_out)
                yield Batch(index, [columns[position] for position in order], left_out)
            if not rows:
                place = Span(str(file.path), 1, 1, 1, 1)
                raise ReadingError(error("empty-data", f"`{file.path.name}` has a header and no rows", place))

    def place(self, row: int, column: str) -> Span:
        """Where a value stands; the files are read again up to there."""
        for file in self._files:
            for number, record, header, line in _records_of(file, self._form):
                if row_fault(record, header, self._form, self._rules) is not None and self._leaves_out(header):
                    continue
                if row == 0:
                    position = header.index(column) if column in header else 0
                    return _shifted(cell_span(file.path, [line], 1, position, self._form), number)
                row -= 1
        return Span(str(self._files[-1].path), 1, 1, 1, 1)

    def _leaves_out(self, header: Sequence[str]) -> bool:
        return self._rules.skip or self._rules.any_for(header)

    def _header(self, file: CsvFile) -> tuple[str, ...]:
        place = Span(str(file.path), 1, 1, 1, 1)
        found = _first_records(file, self._form, 2)
        if not found:
            raise ReadingError(error("empty-data", f"`{file.path.name}` has no rows", place))
        if self._form.names:
            header, first, place = self._form.names, [], self._data.source.span_of("names")
        else:
            number, record, line = found[0]
            header, first = tuple(name.strip() for name in record), [each for _, each, _ in found[1:]]
            place = Span(str(file.path), number, 1, number, len(line.rstrip("\r\n")) + 1)
        findings = check_header(header, place, first)
        faults = [finding for finding in findings if finding.level == "error"]
        if faults:
            raise ReadingError(*faults)
        if file is self._files[0] and not self.warnings:
            self.warnings += findings
        return header


class _File:
    """One file while it is read."""

    def __init__(self, file: CsvFile, form: Form, rules: RowRules, header: Sequence[str]) -> None:
        self._file, self._form, self._rules, self._header = file, form, rules, header
        self._skip_header = not form.names
        self._line = 1  # that the next piece begins with
        self._row = 0  # that it begins with

    def batches(self) -> Iterator[tuple[list[Any], list[LeftOut]]]:
        quote = self._form.quote.encode() if self._form.quote else None
        comment = self._form.comment.encode() if self._form.comment else None
        with Reading(self._file), opened(self._file.path) as stream:
            pieces = pieces_of(stream, self._file, self._form)
            for piece in pieces:
                odd = (quote and quote in piece) or (comment and comment in piece) or b"\0" in piece
                if odd and quote and quote in piece:
                    yield from self._by_python(chain([piece], pieces))
                    return
                found = None if odd else self._by_arrow(piece)
                yield from [found] if found is not None else self._by_python([piece])

    def _by_arrow(self, piece: bytes) -> tuple[list[Any], list[LeftOut]] | None:
        """The columns of a piece of whole lines; None if Python has to look at it."""
        ends = np.flatnonzero(np.frombuffer(piece, np.uint8) == ord("\n"))
        lines = len(ends) + (not piece.endswith(b"\n"))
        longest = int(np.diff(ends, prepend=-1, append=len(piece)).max(initial=0)) if lines else 0
        odd_ends = piece.count(b"\r") != piece.count(b"\r\n")
        if self._skip_header or odd_ends or longest > LONGEST_LINE or len(self._header) < 2:
            return None
        try:
            table = pa.csv.read_csv(
                io.BytesIO(piece),
                pa.csv.ReadOptions(column_names=list(map(str, range(len(self._header)))), block_size=1 << 22),
                pa.csv.ParseOptions(delimiter=self._form.separator, quote_char=False, newlines_in_values=False),
                pa.csv.ConvertOptions(
                    column_types={str(index): pa.string() for index in range(len(self._header))},
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        columns = by_column(lambda column: _cells(column.combine_chunks(), self._form), table.columns)
        if self._rules.any_for(self._header):
            if table.num_rows != lines:
                return None
            columns, left_out = self._without_faulty(columns)
        else:
            left_out = []
        self._line += lines
        self._row += table.num_rows
        return columns, left_out

    def _without_faulty(self, columns: list[Any]) -> tuple[list[Any], list[LeftOut]]:
        """The rows of a piece, each of which is a line, without those that the rules leave out."""
        looked_at = [name for name in self._header if name in self._rules.looked_at]
        cells = {name: columns[self._header.index(name)].to_pylist() for name in looked_at}
        kept = np.ones(len(columns[0]), bool)
        left_out = []
        for row, values in enumerate(zip(*cells.values(), strict=True)):
            fault = self._rules.fault(dict(zip(looked_at, values, strict=True)))
            if fault is not None:
                kept[row] = False
                left_out.append(LeftOut(str(self._file.path), self._line + row, fault, self._row + row))
        return [column.filter(pa.array(kept)) for column in columns], left_out

    def _by_python(self, pieces: Any) -> Iterator[tuple[list[Any], list[LeftOut]]]:  # noqa: ANN401  pieces of bytes
        records: list[list[str]] = []
        left_out: list[LeftOut] = []
        first, path = self._line, self._file.path
        lines = Lines(pieces, path, first)
        for number, record in rows_of(lines, self._form):
            at = first + abs(number) - 1
            if isinstance(record, csv.Error):
                raise ReadingError(invalid_csv(path, [], at, record))
            if self._skip_header:
                self._skip_header = False
                continue
            if len(record) != len(self._header) and not self._rules.skip:
                place = Span(str(path), at, 1, at, 1)
                raise ReadingError(ragged_row(path, at, len(record), self._header, place))
            fault = row_fault(record, self._header, self._form, self._rules) if self._looks() else None
            self._row += 1
            if fault is not None:
                left_out.append(LeftOut(str(path), at, fault, self._row - 1))
                continue
            records.append(record)
            if len(records) == ROWS:
                yield self._columns(records), left_out
                records, left_out = [], []
        self._line = first + lines.count
        if records or left_out:
            yield self._columns(records), left_out

    def _looks(self) -> bool:
        return self._rules.skip or self._rules.any_for(self._header)

    def _columns(self, records: list[list[str]]) -> list[Any]:
        missing = self._form.missing
        return [
            pa.array([cell(record[index], missing) for record in records], pa.string())
            for index in range(len(self._header))
        ]


class Lines:
    """The lines of pieces of a file, with their ends; `count` is how many there were."""

    def __init__(self, pieces: Any, path: Path, first: int) -> None:  # noqa: ANN401  pieces of bytes
        self._pieces, self._path, self._first = pieces, path, first
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        for piece in self._pieces:
            for line in piece.splitlines(keepends=True):
                self.count += 1
                if len(line) > LONGEST_LINE:
                    raise ReadingError(_too_long(self._path, self._first + self.count - 1, len(line)))
                try:
                    text = line.decode()
                except UnicodeDecodeError:
                    text = "\0"
                if "\0" in text:
                    fault = not_text(self._path, self._first + self.count - 1, line)
                    if fault is not None:
                        raise ReadingError(fault)
                yield text


def _too_long(path: Path, number: int, length: int) -> Finding:
    notes = (f"a line of a table has at most {LONGEST_LINE:,}",)
    message = f"line {number} has at least {length:,} bytes"
    return error("long-line", message, Span(str(path), number, 1, number, 1), notes=notes)


def _cells(column: Any, form: Form) -> Any:  # noqa: ANN401  Arrow's arrays of strings
    """The values without the spaces around them, null where missing."""
    trimmed = pc.utf8_trim_whitespace(column)
    missing = pc.is_in(trimmed, pa.array(sorted(form.missing)))
    return pc.if_else(missing, pa.scalar(None, pa.string()), trimmed)


def pieces_of(stream: BinaryIO, file: CsvFile, form: Form) -> Iterator[bytes]:
    """The file in UTF-8, in pieces of whole lines."""
    decode = None if is_utf8(form.encoding) else codecs.getincrementaldecoder(form.encoding)()
    rest, first = b"", True
    while content := stream.read(PIECE):
        if decode is not None:
            content = _decoded(decode, content, file, form, final=False)
        if first:
            content, first = content.removeprefix(b"\xef\xbb\xbf"), False
        whole, newline, tail = (rest + content).rpartition(b"\n")
        if not newline and len(tail) > LONGEST_LINE + PIECE:
            raise ReadingError(_too_long(file.path, 1, len(tail)))
        if newline:
            yield whole + newline
        rest = tail
    if decode is not None:
        rest += _decoded(decode, b"", file, form, final=True)
    if rest:
        yield rest


def _decoded(decode: codecs.IncrementalDecoder, content: bytes, file: CsvFile, form: Form, *, final: bool) -> bytes:
    try:
        return decode.decode(content, final=final).encode()
    except UnicodeDecodeError as fault:
        place = Span(str(file.path), 1, 1, 1, 1)
        message = f"`{file.path.name}` has the byte 0x{fault.object[fault.start]:02x}, which is not {form.encoding}"
        raise ReadingError(error("wrong-encoding", message, place)) from fault


class Reading:
    """Within, a file that cannot be read is a ReadingError."""

    def __init__(self, file: CsvFile) -> None:
        self._file = file

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        if isinstance(fault, OSError | EOFError | zlib.error):
            raise ReadingError(unreadable(self._file, fault)) from fault


def _records_of(file: CsvFile, form: Form) -> Iterator[tuple[int, list[str], Sequence[str], str]]:
    """The rows behind the header, with line, header and, of rows of one line, the line itself."""
    header: Sequence[str] = form.names
    with Reading(file), opened(file.path) as stream:
        kept = _Kept(Lines(pieces_of(stream, file, form), file.path, 1))
        for number, record in rows_of(kept, form):
            if isinstance(record, csv.Error):
                return
            if not header:
                header = tuple(name.strip() for name in record)
                continue
            yield abs(number), record, header, kept.last


class _Kept:
    """Lines that go by, the last of which is kept."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self.last = lines, ""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.last = line
            yield line


def _first_records(file: CsvFile, form: Form, count: int) -> list[tuple[int, list[str], str]]:
    found: list[tuple[int, list[str], str]] = []
    with Reading(file), opened(file.path) as stream:
        kept = _Kept(Lines(pieces_of(stream, file, form), file.path, 1))
        for number, record in rows_of(kept, form):
            if isinstance(record, csv.Error):
                raise ReadingError(invalid_csv(file.path, [], abs(number), record))
            found.append((abs(number), record, kept.last))
            if len(found) == count:
                break
    return found


def _shifted(span: Span, line: int) -> Span:
    return span._replace(line=line, end_line=line)
