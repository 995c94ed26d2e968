"""A file, read as a run's own data were read: `open_rows`.

Goes in: the run's `data` section, a file of the same kind, and the columns that are wanted. Comes out: `FileRows`,
whose columns can be had by row, or findings that name the file, the row and the column. What else the file has is left
alone.
"""

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from specc.component import Argument
from specc.data import DataSpec
from specc.data.deciding import facts_of
from specc.data.facts import CATEGORY, DATETIME, NUMBER, ColumnFacts
from specc.data.options import complete_options
from specc.data.reading import SCANS, ReadingError, Scan
from specc.data.reading import scan as scan_source
from specc.data.reading.windows import windowed_scan
from specc.data.section import SplitSpec
from specc.data.stored import ArrayColumn, Stored
from specc.data.text_table import Place, Table
from specc.diagnostics import Finding, Span, error, has_errors

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

SUFFIXES: Mapping[str, str] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".feather": "feather",
    ".arrow": "feather",
    ".npz": "numpy",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".tfrecord": "tfrecord",
}
"""Which source reads a file, by its suffix; a folder, or anything else, is read as the run's own source."""
FOLDERS = frozenset(("images", "texts"))
"""Sources that are folders of samples; of these a file is a single sample."""
TABLES = frozenset(("csv", "jsonl", "parquet", "feather", "table", "dataset"))
"""Sources of plain columns: what was trained on one of them can be asked about another."""


@dataclass(frozen=True, slots=True)
class FileRows:
    """The rows of a file. `columns` are those that were wanted and are there, `kept` all others of single values.

    `place(row, column)` is where a value stands.
    """

    columns: Mapping[str, Stored]
    kept: Mapping[str, Stored]
    samples: int
    place: Place

    def __len__(self) -> int:
        return self.samples


def open_rows(
    data: DataSpec, file: Path, wanted: Mapping[str, ColumnFacts], optional: Iterable[str] = (), *, keep: bool = False
) -> tuple[FileRows | None, list[Finding]]:
    """The rows of `file`, in which all `wanted` columns are but those that are `optional`.

    With `keep` the result has all columns of the file as texts too.
    """
    if data.source.kind in FOLDERS and file.is_file():
        return _of_one(data, file, wanted, optional, keep=keep)
    data = _reading(data, file)
    scan, findings = _scanned(data, file)
    if scan is None:
        return None, findings
    rows, more = _loaded(data, file, scan, wanted, set(optional), keep=keep)
    return rows, findings + more


def _scanned(data: DataSpec, file: Path) -> tuple[Scan | None, list[Finding]]:
    """The file's rows, or the windows over them."""
    anywhere = Path(file.absolute().anchor)  # the user names the file; no spec does
    scan, findings = scan_source(data, anywhere, file.parent)
    if scan is None or has_errors(findings):
        return None, findings
    if data.windows is None:
        return scan, findings
    facts, more = facts_of(data, scan.table, anywhere, file.parent)
    windows, faults = windowed_scan(data, scan, facts) if facts else (None, [])
    findings += more + faults
    return (None if windows is None or has_errors(findings) else windows[1]), findings


def _of_one(
    data: DataSpec, file: Path, wanted: Mapping[str, ColumnFacts], optional: Iterable[str], *, keep: bool
) -> tuple[FileRows | None, list[Finding]]:
    """A single image or text, read as a folder that has nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "alone"
        alone.mkdir()
        shutil.copyfile(file, alone / file.name)
        rows, findings = open_rows(data, alone, wanted, optional, keep=keep)
        own = Span(str(file), 1, 1, 1, 1)
        if rows is not None:
            try:
                made: dict[str, Stored] = {
                    name: ArrayColumn(column.arrays() if wanted[name].shape else column.texts())
                    for name, column in rows.columns.items()
                }
                rows = replace(rows, columns=made, place=lambda *_: own)
            except ReadingError as fault:
                rows, findings = None, fault.findings
    return rows, [finding._replace(span=own) for finding in findings]


def _loaded(  # noqa: PLR0913  what is read, and how
    data: DataSpec, file: Path, scan: Scan, wanted: Mapping[str, ColumnFacts], optional: set[str], *, keep: bool
) -> tuple[FileRows | None, list[Finding]]:
    there = scan.table.names
    absent = [name for name in wanted if name not in there]
    findings = [_missing(name, file, there) for name in absent if name not in optional]
    facts = {name: _with_options(data, found, scan.table) for name, found in wanted.items() if name not in absent}
    for name, found in facts.items():
        fault = _not_a_number(found, name, scan.table) or _other_shape(wanted[name], found, scan.table)
        findings += [fault] if fault else []
    if findings:
        return None, findings
    columns, findings = scan.load(facts)
    if columns is None or has_errors(findings):
        return None, findings
    kept: Mapping[str, Stored] | None = {}
    if keep:
        kept, findings = scan.load({name: ColumnFacts(name, CATEGORY, dtype="string") for name in scan.table.surveys})
    if kept is None or has_errors(findings):
        return None, findings
    return FileRows(columns, kept, scan.table.rows, scan.table.place), findings


def raw_array(facts: ColumnFacts, column: Stored, rows: Array) -> Array:
    """What the preprocessing takes of a column: (n, 1) numbers or texts; images, vectors and sequences as they are."""
    if facts.shape or facts.kind in {"image", "vector", "sequence"}:
        return column.arrays(rows)
    if facts.kind in {NUMBER, "boolean", DATETIME}:
        return column.numbers(rows).astype("float64" if facts.kind == DATETIME else "float32")[:, None]
    return column.texts(rows)[:, None]


def _reading(data: DataSpec, file: Path) -> DataSpec:
    """The section with the file in its source's place, and nothing that divides rows."""
    kind = data.source.kind if file.is_dir() else SUFFIXES.get(file.suffixes[-1].lower() if file.suffix else "", "")
    if not kind or (kind != data.source.kind and data.source.kind not in TABLES):
        kind = data.source.kind if data.source.kind in SCANS else "csv"
    own = data.source.arguments if kind == data.source.kind else {}
    arguments: dict[str, Argument] = {key: value for key, value in own.items() if key not in {"validation", "test"}}
    arguments["path"] = file.name
    place = Span(str(file), 1, 1, 1, 1)
    source = replace(data.source, kind=kind, type=kind, arguments=arguments, span=place, spans={})
    spans = {path: span for path, span in data.spans.items() if path[0] == "columns"}
    whole = SplitSpec(0, 0, stratify=False)
    return replace(data, source=source, span=place, spans=spans, drop=(), weight=None, balance=None, split=whole)


def _with_options(data: DataSpec, facts: ColumnFacts, table: Table) -> ColumnFacts:
    """The facts with the arguments that the spec gives the column."""
    typed = table.typed.get(facts.name)
    options = complete_options(data.columns.get(facts.name), facts.kind)
    return (typed or facts)._replace(kind=facts.kind, options=options)


def _missing(name: str, file: Path, there: Iterable[str]) -> Finding:
    from specc.language.suggest import did_you_mean  # only faults pay for it

    shown = ", ".join(f"`{column}`" for column in list(there)[:30])
    return error(
        "missing-column",
        f"`{file.name}` has no column `{name}`, which the model takes",
        Span(str(file), 1, 1, 1, 1),
        notes=(f"the columns are {shown}",),
        help=did_you_mean(name, there),
    )


def _other_shape(trained: ColumnFacts, facts: ColumnFacts, table: Table) -> Finding | None:
    """A fault if a column's values have another shape than those that the model was trained on, and is not resized."""
    known = None not in facts.shape and None not in trained.shape
    if facts.name not in table.typed or not known or facts.shape == trained.shape or facts.options.get("size"):
        return None
    message = f"`{facts.name}` has the shape {facts.shape}, and the model takes {trained.shape}"
    return error("input-mismatch", message, table.place(0, facts.name))


def _not_a_number(facts: ColumnFacts, name: str, table: Table) -> Finding | None:
    survey = table.surveys.get(name)
    if facts.kind != NUMBER or survey is None or survey.first_text is None:
        return None
    from specc.data.kinds import is_number

    text = next((text for text in survey.values if not is_number(text)), "")
    message = f"`{name}` is a number to the model and holds `{text}`"
    notes = (f"so do {survey.texts - 1} other rows",) if survey.texts > 1 else ()
    return error("not-a-number", message, table.place(survey.first_text, name), notes=notes)
