"""Folders of text files -> `Table`: the column `text`, and the target `label` of a folder's classes."""

from collections.abc import Sequence
from pathlib import Path

from specc.data.facts import TEXT, ColumnFacts, TargetFacts
from specc.data.options import complete_options
from specc.data.section import DataSpec
from specc.data.sources.encoding import decoded, encoding_of
from specc.data.sources.faults import sorted_out, unreadable
from specc.data.sources.folders import LABEL, Listed, Wanted, listed
from specc.data.sources.images import BYTES_PER_NAME
from specc.data.text_table import Table, text_table
from specc.diagnostics import Finding, has_errors

ENDINGS = frozenset({".txt", ".text", ".md"})
COLUMN = "text"


def read(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[Table | None, list[Finding]]:
    """The classes; files are read, up to `limit` bytes, only to see that they are text."""
    found, encoding, findings = texts_of(data, root, folder, None if limit is None else limit // BYTES_PER_NAME)
    if found is None:
        return None, findings
    faults, left = [], limit
    for path in found.paths:
        if left is not None and left <= 0:
            break
        text, fault = text_of(path, encoding)
        faults += [fault] if fault else []
        left = None if left is None else left - len(text)
    findings += [] if data.skip_bad_rows else sorted_out(data, faults)
    return (None if has_errors(findings) else table_of(found)), findings


def texts_of(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[Listed | None, str, list[Finding]]:
    """The files that a source names, and their encoding; of many the first `limit`."""
    encoding, findings = encoding_of(data)
    if findings:
        return None, encoding, findings
    found, findings = listed(data, root, folder, Wanted(ENDINGS, images=False), limit)
    return found, encoding, findings


def table_of(found: Listed) -> Table:
    """The table of these texts."""
    targets: dict[str, TargetFacts] = {LABEL: found.target} if found.labels else {}
    columns: dict[str, Sequence[str | None]] = {LABEL: found.labels} if found.labels else {}
    return text_table(columns, len(found.paths), found.place, found.complete, found.given, text_column(), targets)


def text_column() -> dict[str, ColumnFacts]:
    """The column `text`."""
    return {COLUMN: ColumnFacts(COLUMN, TEXT, (), "string", complete_options(None, TEXT))}


def text_of(path: Path, encoding: str) -> tuple[str, Finding | None]:
    """A file's text, or what keeps it from being one."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        return "", unreadable(path, fault)
    return decoded(content, path, encoding)
