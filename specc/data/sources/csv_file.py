"""CSV files -> `TextTable`, or a finding that names the file, the line and, where it can be told, the column.

Spaces around values are dropped, blank lines and comments are left out. The first row of each file is the header unless
the spec gives `names`. Files are opened only if they lie inside the project's root; those that end in `.gz` are
unpacked. `specc.data.reading.csv_file` reads large files by the same rules.
"""

import csv
import gzip
import io
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, cast

from specc.data.kinds import is_number
from specc.data.section import PARTS, DataSpec, NamedFile
from specc.data.sources.encoding import encoding_of
from specc.data.sources.locating import located
from specc.data.sources.row_rules import LeftOut, RowRules, about_left_out, row_rules
from specc.data.split_rules import Given
from specc.data.text_table import TextTable, text_table
from specc.diagnostics import Finding, Span, error, has_errors, warning

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "?")
"""What stands for a missing value unless the spec says otherwise. The empty value always does."""

LONGEST_LINE = 1_000_000
"""In bytes. A longer line is not a row of a table; the bound keeps the check fast and small."""


class Form(NamedTuple):
    """How the files are written. No `names`: each file's first row has them."""

    separator: str = ","
    quote: str | None = '"'
    comment: str | None = None
    encoding: str = "utf-8"
    missing: frozenset[str] = frozenset(MISSING)
    names: tuple[str, ...] = ()


class CsvFile(NamedTuple):
    """One of the files; `part` is `path`, `validation` or `test`."""

    part: str
    path: Path
    named: NamedFile


class _Piece(NamedTuple):
    """A file's rows and the lines on which they begin. Of a file that is not read to its end, the first ones."""

    path: Path
    lines: Sequence[str]
    header: tuple[str, ...]
    records: list[list[str]]
    numbers: list[int]
    complete: bool


def read(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[TextTable | None, list[Finding]]:
    """The rows of all files; where they have more than `limit` bytes, those that lie wholly within these.

    `root` is the folder that the files have to be in, `folder` the one that their paths are relative to.
    """
    files, form, findings = files_and_form(data, root, folder)
    if findings:
        return None, findings
    rules = row_rules(data)
    pieces: list[_Piece] = []
    counts = dict.fromkeys(PARTS, 0)
    left_out: list[LeftOut] = []
    complete = True
    for file in files:
        lines, size, whole, faults = read_lines(file, form, limit)
        if lines is None:
            return None, faults
        piece, faults = _piece(data, file, lines, form, rules, whole)
        findings += faults
        if piece is None:
            return None, findings
        if pieces and (fault := other_columns(piece.header, pieces[0].header, piece.path, pieces[0].path)):
            return None, [*findings, fault]
        piece, out = _without_faulty(piece, form, rules)
        left_out += out
        pieces.append(piece)
        counts[file.part] += len(piece.records)
        limit = None if limit is None else limit - size
        complete = complete and whole
        if not complete:
            break
    findings += about_left_out(left_out, data.source.span_of("path"))
    if not sum(counts.values()):
        return None, [*findings, error("empty-data", "all rows are left out", data.source.span_of("path"))]
    return _joined(pieces, form, Given(counts["validation"], counts["test"]), complete=complete), findings


def files_and_form(data: DataSpec, root: Path, folder: Path) -> tuple[list[CsvFile], Form, list[Finding]]:
    """The files in the order of their rows, and how they are written."""
    files, findings = files_of(data, root, folder, "a CSV file")
    form, faults = _form(data, files[0].path if files else None)
    return files, form, findings + faults


def files_of(data: DataSpec, root: Path, folder: Path, what: str) -> tuple[list[CsvFile], list[Finding]]:
    """The files in the order of their rows; `what` says what is needed, for messages."""
    files: list[CsvFile] = []
    findings: list[Finding] = []
    for part in PARTS:
        found, faults = located(data, part, root, folder, what)
        findings += faults
        files += [CsvFile(part, path, named) for path, named in found]
    return files, findings


def read_lines(file: CsvFile, form: Form, limit: int | None) -> tuple[list[str] | None, int, bool, list[Finding]]:
    """A file's lines with their ends, how many bytes they are, and whether they are all; of a part only whole ones."""
    try:
        with opened(file.path) as stream:
            content = stream.read() if limit is None else stream.read(max(limit, 0) + 1)
    except (OSError, EOFError, zlib.error) as fault:
        return None, 0, False, [unreadable(file, fault)]
    complete = limit is None or len(content) <= limit
    pieces, findings = _lines(content if complete else content[:limit], file.path, form, complete=complete)
    return pieces, len(content), complete, findings


def opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if its name ends in `.gz`."""
    return cast("BinaryIO", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def unreadable(file: CsvFile, fault: Exception) -> Finding:
    """What keeps a file from being read."""
    reason = getattr(fault, "strerror", None) or str(fault)
    return error("unreadable-file", f"`{file.named.written}` cannot be read: {reason.lower()}", file.named.span)


def _form(data: DataSpec, first: Path | None) -> tuple[Form, list[Finding]]:
    source = data.source
    by_default = "\t" if first is not None and ".tsv" in first.suffixes else ","
    separator = source.arguments.get("separator", by_default)
    separator = "\t" if separator in {"tab", "\\t"} else separator
    findings = []
    if not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n':
        findings.append(error("invalid-value", "`separator` is one character, or `tab`", source.span_of("separator")))
        separator = ","
    quote, comment = source.arguments.get("quote", '"'), source.arguments.get("comment")
    encoding, faults = encoding_of(data)
    findings += faults
    form = Form(
        separator,
        quote if isinstance(quote, str) else None,
        comment if isinstance(comment, str) else None,
        encoding,
        frozenset(_strings(source.arguments.get("missing", list(MISSING)))) | {""},
        tuple(_strings(source.arguments.get("names", []))),
    )
    return form, findings


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _lines(content: bytes, path: Path, form: Form, *, complete: bool) -> tuple[list[str] | None, list[Finding]]:
    """The lines with their ends; of a part of a file only the whole ones."""
    if is_utf8(form.encoding):
        return _utf8_lines(content.removeprefix(b"\xef\xbb\xbf"), path, complete=complete)
    try:
        text = content.decode(form.encoding, errors="strict" if complete else "ignore")
    except UnicodeDecodeError as fault:
        number = content.count(b"\n", 0, fault.start) + 1
        reason = f"the byte 0x{content[fault.start]:02x}, which is not {form.encoding}"
        place = Span(str(path), number, 1, number, 1)
        return None, [error("wrong-encoding", f"line {number} of `{path.name}` has {reason}", place)]
    lines = list(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    lines = lines if complete else lines[:-1]
    if not lines:
        return None, [_empty(path)]
    return lines, long_line(path, lines, complete=complete)


def is_utf8(encoding: str) -> bool:
    """Whether a name means UTF-8."""
    return encoding.lower().replace("_", "-") in {"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"}


def _utf8_lines(content: bytes, path: Path, *, complete: bool) -> tuple[list[str] | None, list[Finding]]:
    pieces = content.splitlines(keepends=True)
    if findings := long_line(path, pieces, complete=complete):
        return None, findings
    if not complete:
        pieces = pieces[:-1]
    try:
        lines = [piece.decode() for piece in pieces]
    except UnicodeDecodeError:
        lines = []
    if not lines or "\0" in "".join(lines):
        fault = next(
            (found for number, piece in enumerate(pieces, 1) if (found := not_text(path, number, piece))), None
        )
        return None, [fault or _empty(path)]
    return lines, []


def long_line(path: Path, lines: Sequence[str] | Sequence[bytes], *, complete: bool) -> list[Finding]:
    """A finding for a line that is longer than any row."""
    longest = max(map(len, lines), default=0)
    if longest <= LONGEST_LINE:
        return []
    number = next(index for index, line in enumerate(lines, 1) if len(line) == longest)
    message = f"line {number} has {'' if complete else 'at least '}{longest:,} bytes"
    notes = (f"a line of a table has at most {LONGEST_LINE:,}",)
    return [error("long-line", message, Span(str(path), number, 1, number, 1), notes=notes)]


def _empty(path: Path) -> Finding:
    return error("empty-data", f"`{path.name}` is empty", Span(str(path), 1, 1, 1, 1))


def not_text(path: Path, number: int, piece: bytes) -> Finding | None:
    """What keeps a line from being text in UTF-8, if anything does."""
    try:
        start, reason = piece.decode().encode().find(b"\0"), "a NUL, as files of text never have"
    except UnicodeDecodeError as fault:
        start, reason = fault.start, f"the byte 0x{piece[fault.start]:02x}, which is not UTF-8"
    if start < 0:
        return None
    column = len(piece[:start].decode(errors="replace")) + 1
    place = Span(str(path), number, column, number, column + 1)
    help_ = "save the file as text in UTF-8, or name its `encoding`"
    return error("not-utf8", f"line {number} of `{path.name}` has {reason}", place, help=help_)


def _piece(  # noqa: PLR0913, PLR0917  what is known of a file
    data: DataSpec, file: CsvFile, lines: list[str], form: Form, rules: RowRules, complete: bool
) -> tuple[_Piece | None, list[Finding]]:
    path = file.path
    records: list[list[str]] = []
    numbers: list[int] = []
    for number, record in rows_of(lines, form):
        if isinstance(record, csv.Error):
            # A quoted value that the limit cuts off is the last row of a part, and no fault.
            if complete or number < 0:
                return None, [invalid_csv(path, lines, abs(number), record)]
            break
        records.append(record)
        numbers.append(number)
    if not records:
        return None, [error("empty-data", f"`{path.name}` has no rows", Span(str(path), 1, 1, 1, 1))]
    header_line = numbers[0] if not form.names else 1
    header = form.names or tuple(name.strip() for name in records[0])
    if not form.names:
        records, numbers = records[1:], numbers[1:]
    header_place = line_span(path, lines, header_line) if not form.names else data.source.span_of("names")
    findings = check_header(header, header_place, [] if form.names else records[:1])
    if has_errors(findings):
        return None, findings
    if not records:
        return None, [error("empty-data", f"`{path.name}` has a header and no rows", header_place)]
    ragged = next((row for row, record in enumerate(records) if len(record) != len(header)), None)
    if ragged is not None and not rules.skip:
        count, number = len(records[ragged]), numbers[ragged]
        return None, [ragged_row(path, number, count, header, line_span(path, lines, number))]
    return _Piece(path, lines, header, records, numbers, complete), findings


def rows_of(lines: Iterable[str], form: Form) -> Iterator[tuple[int, "list[str] | csv.Error"]]:
    """The rows that are not blank, each with the number of the line on which it begins.

    A row that cannot be read comes last, as the error; its number is negative where lines follow it.
    """
    known = lines if isinstance(lines, list) else None
    shown = iter(lines)
    if form.comment is not None:
        shown = ("\n" if line.lstrip().startswith(form.comment) else line for line in lines)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
    reader = csv.reader(
        shown, delimiter=form.separator, quotechar=form.quote, quoting=quoting, skipinitialspace=True, strict=True
    )
    previous = csv.field_size_limit(LONGEST_LINE)
    begin = 1
    try:
        for record in reader:
            if len(record) > 1 or (record and record[0].strip()):
                yield begin, record
            begin = reader.line_num + 1
    except csv.Error as fault:
        yield (-begin if known is not None and reader.line_num < len(known) else begin), fault
    finally:
        csv.field_size_limit(previous)


def invalid_csv(path: Path, lines: Sequence[str], number: int, fault: csv.Error) -> Finding:
    """The row that begins on line `number` cannot be read."""
    message = f"the row on line {number} of `{path.name}` cannot be read: {fault}"
    return error("invalid-csv", message, line_span(path, lines, number), help="look for a quote that is not closed")


def ragged_row(path: Path, number: int, count: int, header: Sequence[str], place: Span) -> Finding:
    """A row that has not as many values as there are columns."""
    message = f"line {number} of `{path.name}` has {count} value{'s' if count > 1 else ''} for {len(header)} columns"
    notes = (f"the columns are {', '.join(header)}",) if len(header) <= 20 else ()
    return error("ragged-row", message, place, notes=notes, help="`on_bad_row: skip` leaves such rows out")


def check_header(header: Sequence[str], place: Span, first_row: Sequence[Sequence[str]]) -> list[Finding]:
    """What is wrong with the names of the columns."""
    numbers = [name for name in header if is_number(name)]
    looks_like_data = bool(numbers) and bool(first_row) and len(numbers) * 4 >= len(header)
    note = "numbers stand where names should be: if the file has no header, write `names: [..]`"
    notes = (note,) if looks_like_data else ()
    for index, name in enumerate(header):
        if not name:
            message = f"column {index + 1} of {len(header)} has no name"
            return [error("unnamed-column", message, place, notes=notes)]
        if name in header[:index]:
            message = f"columns {header.index(name) + 1} and {index + 1} are both called `{name}`"
            return [error("duplicate-column", message, place, notes=notes)]
    if looks_like_data:
        return [
            warning("header-is-data", f"the header has numbers for names: {', '.join(numbers[:5])}", place, help=note)
        ]
    return []


def other_columns(header: Sequence[str], first: Sequence[str], path: Path, other: Path) -> Finding | None:
    """Files of one table have the same columns, in any order."""
    lacking = [name for name in first if name not in header]
    surplus = [name for name in header if name not in first]
    if not lacking and not surplus:
        return None
    parts = [f"lacks {_named(lacking)}"] * bool(lacking) + [f"has {_named(surplus)} besides"] * bool(surplus)
    message = f"`{path.name}` has other columns than `{other.name}`: it {' and '.join(parts)}"
    return error("different-columns", message, Span(str(path), 1, 1, 1, 1))


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"`{name}`" for name in names[:5]) + more


def cell(value: str, missing: frozenset[str]) -> str | None:
    """A value as it is understood: without the spaces around it, None if it is missing."""
    text = value.strip()
    return None if text in missing else text


def _without_faulty(piece: _Piece, form: Form, rules: RowRules) -> tuple[_Piece, list[LeftOut]]:
    if not rules.skip and not rules.any_for(piece.header):
        return piece, []
    records, numbers, left_out = [], [], []
    for number, record in zip(piece.numbers, piece.records, strict=True):
        fault = row_fault(record, piece.header, form, rules)
        if fault is None:
            records.append(record)
            numbers.append(number)
        else:
            left_out.append(LeftOut(str(piece.path), number, fault))
    return piece._replace(records=records, numbers=numbers), left_out


def row_fault(record: Sequence[str], header: Sequence[str], form: Form, rules: RowRules) -> str | None:
    """Why a row is left out, None if it is not."""
    if len(record) != len(header):
        return f"{len(record)} values for {len(header)} columns"
    return rules.fault({name: cell(value, form.missing) for name, value in zip(header, record, strict=True)})


def _joined(pieces: Sequence[_Piece], form: Form, given: Given, *, complete: bool) -> TextTable:
    header = pieces[0].header
    columns: dict[str, list[str | None]] = {name: [] for name in header}
    for piece in pieces:
        for name, cells in columns.items():
            index = piece.header.index(name)
            # Not `zip(*records)`, which is slow with a hundred thousand arguments.
            cells += [cell(record[index], form.missing) for record in piece.records]
    ends = list(accumulate(len(piece.records) for piece in pieces))

    def place(row: int, column: str) -> Span:
        index = bisect_right(ends, row)
        piece = pieces[index]
        number = piece.numbers[row - (ends[index - 1] if index else 0)]
        position = piece.header.index(column) if column in piece.header else 0
        return cell_span(piece.path, piece.lines, number, position, form)

    return text_table(columns, ends[-1], place, complete, given)


def line_span(path: Path, lines: Sequence[str], number: int) -> Span:
    """A whole line."""
    length = len(lines[number - 1].rstrip("\r\n")) if number <= len(lines) else 0
    return Span(str(path), number, 1, number, length + 1)


def cell_span(path: Path, lines: Sequence[str], number: int, index: int, form: Form) -> Span:
    """The value's place where the line has no quotes, or else the line's."""
    whole = line_span(path, lines, number)
    line = lines[number - 1]
    parts = line.rstrip("\r\n").split(form.separator)
    if (form.quote and form.quote in line) or index >= len(parts):
        return whole
    start = sum(len(part) + 1 for part in parts[:index]) + len(parts[index]) - len(parts[index].lstrip()) + 1
    end = min(start + max(len(parts[index].strip()), 1), whole.end_column)  # what is empty has no width at a line's end
    return Span(str(path), number, start, number, end)
