"""A CSV file -> `TextTable`, or a finding that names the file, the line and, where it can be told, the column.

UTF-8 with or without a byte order mark. Spaces around values are dropped, blank lines are left out. The first row is
the header unless the spec gives the names (`header: [..]`). The file is opened only if it lies inside the project's
root.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from specc.data.kinds import is_number
from specc.data.section import DataSpec
from specc.data.text_table import TextTable
from specc.diagnostics import Finding, Span, error, warning
from specc.files import locate

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "?")
"""What stands for a missing value unless the spec says otherwise. The empty value always does."""

LONGEST_LINE = 1_000_000
"""In bytes. A longer line is not a row of a table; the bound keeps the check fast and small."""


def read_csv(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[TextTable | None, list[Finding]]:
    """The file's rows; of a file with more than `limit` bytes those that lie wholly within them.

    `root` is the folder that the file has to be in, `folder` the one that its path is relative to.
    """
    path, findings = locate(_written(data), _place(data), root, folder, "a CSV file")
    if path is None:
        return None, findings
    options, findings = _options(data)
    if findings:
        return None, findings
    try:
        with path.open("rb") as file:
            content = file.read() if limit is None else file.read(limit + 1)
    except OSError as fault:
        reason = (fault.strerror or str(fault)).lower()
        return None, [error("unreadable-file", f"`{_written(data)}` cannot be read: {reason}", _place(data))]
    complete = limit is None or len(content) <= limit
    lines, findings = _lines(content if complete else content[:limit], path, complete)
    if lines is None:
        return None, findings
    return _table(data, path, lines, options, complete)


def _written(data: DataSpec) -> str:
    return str(data.source.arguments["path"])


def _place(data: DataSpec) -> Span:
    return data.source.span_of("path")


def _options(data: DataSpec) -> tuple[tuple[str, frozenset[str], list[str]], list[Finding]]:
    """The separator, the texts of a missing value, and the column names that the spec gives."""
    source = data.source
    separator = source.arguments.get("separator", ",")
    separator = "\t" if separator in {"tab", "\\t"} else separator
    findings = []
    if not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n':
        message = "`separator` is one character, or `tab`"
        findings.append(error("invalid-value", message, source.span_of("separator")))
        separator = ","
    missing = _strings(source.arguments.get("missing", list(MISSING)))
    header = _strings(source.arguments.get("header", []))
    return (separator, frozenset(missing) | {""}, header), findings


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _lines(content: bytes, path: Path, complete: bool) -> tuple[list[str] | None, list[Finding]]:
    """The file's lines with their ends; of a part of a file only the whole ones."""
    pieces = content.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)
    longest = max(pieces, key=len, default=b"")
    if len(longest) > LONGEST_LINE:
        number = pieces.index(longest) + 1
        message = f"line {number} has {'' if complete else 'at least '}{len(longest):,} bytes"
        notes = (f"a line of a table has at most {LONGEST_LINE:,}",)
        return None, [error("long-line", message, Span(str(path), number, 1, number, 1), notes=notes)]
    if not complete:
        pieces = pieces[:-1]
    try:
        lines = [piece.decode() for piece in pieces]
    except UnicodeDecodeError:
        lines = []
    if not lines or "\0" in "".join(lines):
        fault = next(
            (found for number, piece in enumerate(pieces, 1) if (found := _not_text(path, number, piece))), None
        )
        return None, [fault or error("empty-data", f"`{path.name}` is empty", Span(str(path), 1, 1, 1, 1))]
    return lines, []


def _not_text(path: Path, number: int, piece: bytes) -> Finding | None:
    """What keeps a line from being text, if anything does."""
    try:
        start, reason = piece.decode().encode().find(b"\0"), "a NUL, as files of text never have"
    except UnicodeDecodeError as fault:
        start, reason = fault.start, f"the byte 0x{piece[fault.start]:02x}, which is not UTF-8"
    if start < 0:
        return None
    column = len(piece[:start].decode(errors="replace")) + 1
    place = Span(str(path), number, column, number, column + 1)
    return error(
        "not-utf8", f"line {number} of `{path.name}` has {reason}", place, help="save the file as text in UTF-8"
    )


def _table(
    data: DataSpec, path: Path, lines: list[str], options: tuple[str, frozenset[str], list[str]], complete: bool
) -> tuple[TextTable | None, list[Finding]]:
    separator, missing, names = options
    records, numbers, findings = _records(path, lines, separator, complete)
    if findings:
        return None, findings
    header_line = numbers[0] if not names else 1
    header = names or [name.strip() for name in records[0]]
    if not names:
        records, numbers = records[1:], numbers[1:]
    header_place = _line_span(path, lines, header_line) if not names else data.source.span_of("header")
    findings = _check_header(header, header_place, [] if names else records[:1])
    if any(finding.level == "error" for finding in findings):
        return None, findings
    if not records:
        return None, [error("empty-data", f"`{path.name}` has a header and no rows", header_place)]
    ragged = next((row for row, record in enumerate(records) if len(record) != len(header)), None)
    if ragged is not None:
        count, number = len(records[ragged]), numbers[ragged]
        message = (
            f"line {number} of `{path.name}` has {count} value{'s' if count > 1 else ''} for {len(header)} columns"
        )
        notes = (f"the columns are {', '.join(header)}",) if len(header) <= 20 else ()
        return None, [error("ragged-row", message, _line_span(path, lines, number), notes=notes)]
    # Not `zip(*records)`, which is slow with a hundred thousand arguments.
    cells = [_cells([record[index] for record in records], missing) for index in range(len(header))]
    positions = {name: index for index, name in enumerate(header)}

    def place(row: int, column: str) -> Span:
        return _cell_span(path, lines, numbers[row], positions.get(column, 0), separator)

    return TextTable(dict(zip(header, cells, strict=True)), len(records), place, complete), findings


def _records(
    path: Path, lines: list[str], separator: str, complete: bool
) -> tuple[list[list[str]], list[int], list[Finding]]:
    """The rows that are not blank, and the number of the line on which each begins."""
    records: list[list[str]] = []
    numbers: list[int] = []
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    previous = csv.field_size_limit(LONGEST_LINE)
    begin = 1
    try:
        for record in reader:
            if len(record) > 1 or (record and record[0].strip()):
                records.append(record)
                numbers.append(begin)
            begin = reader.line_num + 1
    except csv.Error as fault:
        # A quoted value that the limit cuts off is the last row of a part, and no fault.
        if complete or reader.line_num < len(lines):
            place = _line_span(path, lines, begin)
            message = f"the row on line {begin} of `{path.name}` cannot be read: {fault}"
            return [], [], [error("invalid-csv", message, place, help="look for a quote that is not closed")]
    finally:
        csv.field_size_limit(previous)
    if not records:
        return [], [], [error("empty-data", f"`{path.name}` has no rows", Span(str(path), 1, 1, 1, 1))]
    return records, numbers, []


def _check_header(header: Sequence[str], place: Span, first_row: Sequence[Sequence[str]]) -> list[Finding]:
    numbers = [name for name in header if is_number(name)]
    looks_like_data = bool(numbers) and bool(first_row) and len(numbers) * 4 >= len(header)
    note = "numbers stand where names should be: if the file has no header, write `header: [..]` with the names"
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


def _cells(column: Iterable[str], missing: frozenset[str]) -> list[str | None]:
    return [None if (text := value.strip()) in missing else text for value in column]


def _line_span(path: Path, lines: Sequence[str], number: int) -> Span:
    length = len(lines[number - 1].rstrip("\r\n")) if number <= len(lines) else 0
    return Span(str(path), number, 1, number, length + 1)


def _cell_span(path: Path, lines: Sequence[str], number: int, index: int, separator: str) -> Span:
    """The value's place where the line has no quotes, or else the line's."""
    whole = _line_span(path, lines, number)
    line = lines[number - 1]
    parts = line.rstrip("\r\n").split(separator)
    if '"' in line or index >= len(parts):
        return whole
    start = sum(len(part) + 1 for part in parts[:index]) + len(parts[index]) - len(parts[index].lstrip()) + 1
    end = min(start + max(len(parts[index].strip()), 1), whole.end_column)  # what is empty has no width at a line's end
    return Span(str(path), number, start, number, end)
