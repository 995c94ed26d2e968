"""Files of lines -> `Table`: each line that is not blank is a sample of the column `text`.

With a file for each class there is the target `label`. A file may be a pattern of names.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from specc.data.facts import CLASSES, TargetFacts
from specc.data.kinds import in_order
from specc.data.section import PARTS, DataSpec
from specc.data.sources.encoding import decoded, encoding_of
from specc.data.sources.faults import as_left_out, file_fault, sorted_out, unreadable
from specc.data.sources.folders import LABEL
from specc.data.sources.locating import located
from specc.data.sources.row_rules import LeftOut
from specc.data.sources.text_folders import text_column
from specc.data.split_rules import Given
from specc.data.text_table import Place, Table, text_table
from specc.diagnostics import Finding, Span, error, has_errors

LONGEST_LINE = 1_000_000
"""In bytes; what is longer is not made of lines."""


class LineFile(NamedTuple):
    """A file; `label` is the class of its lines, "" where there are none; `part` is `path`, `validation` or `test`."""

    path: Path
    label: str
    part: str


class Line(NamedTuple):
    """A line that is not blank: in which file it is (its number in the list), its number there, where it begins."""

    file: int
    number: int
    start: int


class Lines(NamedTuple):
    """The lines of a source; `counts` are those of each part, `left_out` the lines that are not among them."""

    lines: Sequence[Line]
    counts: Mapping[str, int]
    complete: bool
    left_out: tuple[LeftOut, ...] = ()


def read(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[Table | None, list[Finding]]:
    """The lines; of files with more than `limit` bytes together, those that lie within these."""
    files, encoding, findings = files_of(data, root, folder)
    if findings:
        return None, findings
    # As with classes in folders, a bound is for each file, so that all classes are seen.
    bound = None if limit is None else max(limit // len(files), 1)
    found, findings = lines_of(data, files, encoding, bound)
    if found is None:
        return None, findings
    return table_of(files, found), findings


def files_of(data: DataSpec, root: Path, folder: Path) -> tuple[list[LineFile], str, list[Finding]]:
    """The files in the order of their rows, and their encoding."""
    encoding, findings = encoding_of(data)
    if not findings and "\n".encode(encoding) not in {b"\n", b"\xef\xbb\xbf\n"}:
        message = f"lines cannot be told apart in `{encoding}`"
        findings = [error("invalid-value", message, data.source.span_of("encoding"), help="save the files as UTF-8")]
    files = []
    for part in PARTS:
        found, more = located(data, part, root, folder, "a file of lines")
        findings += more
        files += [LineFile(path, named.key, part) for path, named in found]
    keys = {bool(file.label) for file in files}
    if len(keys) > 1:
        message = "some parts have a file for each class, and others have none"
        findings.append(error("conflicting-keys", message, data.source.span_of("path")))
    return files, encoding, findings


def lines_of(
    data: DataSpec, files: Sequence[LineFile], encoding: str, bound: int | None
) -> tuple[Lines | None, list[Finding]]:
    """The lines of all files, of each up to `bound` bytes; each is seen to be text."""
    lines: list[Line] = []
    counts = dict.fromkeys(PARTS, 0)
    faults: list[Finding] = []
    complete = True
    for index, file in enumerate(files):
        before = len(lines)
        try:
            for start, number, content in pieces(file.path):
                if bound is not None and start + len(content) > bound:
                    complete = False
                    break
                fault = _fault(content, file.path, encoding, number)
                if fault:
                    faults.append(fault)
                elif content.strip():
                    lines.append(Line(index, number, start))
        except OSError as trouble:
            return None, [unreadable(file.path, trouble)]
        counts[file.part] += len(lines) - before
        if file.label and len(lines) == before and complete and not faults:
            return None, [file_fault("empty-class", file.path, f"has no line: the class `{file.label}` has no sample")]
    findings = sorted_out(data, faults)
    if has_errors(findings):
        return None, findings
    if not lines and complete:
        return None, [*findings, file_fault("empty-data", files[0].path, "has no line")]
    return Lines(lines, counts, complete, as_left_out(faults)), findings


def table_of(files: Sequence[LineFile], found: Lines) -> Table:
    """The table of these lines."""
    names = in_order(file.label for file in files if file.label)
    targets = {LABEL: TargetFacts(LABEL, CLASSES, len(names), names)} if names else {}
    columns = {LABEL: [files[line.file].label for line in found.lines]} if names else {}
    given = Given(found.counts["validation"], found.counts["test"])
    place = _place(files, found.lines)
    return text_table(columns, len(found.lines), place, found.complete, given, text_column(), targets)


def pieces(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Where each line begins, its number, and its bytes without the end; of a line too long only its beginning."""
    with path.open("rb") as file:
        start, number = 0, 1
        while line := file.readline(LONGEST_LINE + 2):
            yield start, number, line.rstrip(b"\r\n")
            start, number = start + len(line), number + 1


def _fault(content: bytes, path: Path, encoding: str, number: int) -> Finding | None:
    if len(content) > LONGEST_LINE:
        return file_fault("long-line", path, f"has more than {LONGEST_LINE:,} bytes in line {number}", number)
    return decoded(content, path, encoding, number)[1]


def _place(files: Sequence[LineFile], lines: Sequence[Line]) -> Place:
    def place(row: int, _column: str) -> Span:
        line = lines[row]
        return Span(str(files[line.file].path), line.number, 1, line.number, 1)

    return place
