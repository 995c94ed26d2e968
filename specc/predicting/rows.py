"""A file, read as a run's own data were read: `open_rows`.

Goes in: the run's `data` section, a file of the same kind, and the columns that are wanted. Comes out: `FileRows`,
whose columns can be had by row, or findings that name the file, the row and the column. What else the file has is left
alone. Windows and running text, whose samples are no rows, are the business of `windows` and `running`.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, TypeAlias

import numpy as np

from specc.component import Argument, Component
from specc.data import DataSpec
from specc.data.facts import CATEGORY, DATETIME, IMAGE, NUMBER, VECTOR, ColumnFacts
from specc.data.misfits import ALWAYS_THERE, PARTICULAR, fault_of, misfit
from specc.data.options import complete_options
from specc.data.reading import SCANS, ReadingError, Scan
from specc.data.reading import scan as scan_source
from specc.data.section import SplitSpec
from specc.data.stored import ArrayColumn, Stored
from specc.data.survey import Survey
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
FILE = "file"
"""The column of the files that samples are, relative to their folder."""


@dataclass(frozen=True, slots=True)
class FileRows:
    """The samples of a file. `columns` are those that were wanted and are there, `kept` is what is shown of the file.

    `index` is how the file counts each sample, from 0. `place(row, column)` is where a value stands.
    """

    columns: Mapping[str, Stored]
    kept: Mapping[str, Stored]
    index: Array
    place: Place

    def __len__(self) -> int:
        return len(self.index)


def open_rows(
    data: DataSpec, file: Path, wanted: Mapping[str, ColumnFacts], *, keep: bool = False
) -> tuple[FileRows | None, list[Finding]]:
    """The rows of `file`, in which all `wanted` columns are. `data` is a section as `for_file` gives it.

    With `keep` the result has all columns of the file as texts too.
    """
    if data.source.kind in FOLDERS and file.is_file():
        return _of_one(data, file, wanted, keep=keep)
    scan, findings = scan_source(data, anywhere(file), file.parent)
    if scan is None or has_errors(findings):
        return None, findings
    rows, more = loaded(data, file, scan, wanted, keep=keep)
    return rows, findings + more


def anywhere(file: Path) -> Path:
    """The folder that the file has to lie in. The user names it, no spec does, so that this is any."""
    return Path(file.absolute().anchor)


def for_file(
    data: DataSpec, file: Path, wanted: Mapping[str, ColumnFacts], targets: Iterable[str] | None = None
) -> DataSpec:
    """The section with the file in its source's place, and nothing that divides rows.

    It says of all `wanted` columns what the model takes, so that `on_bad_row: skip` leaves out what is none of that.
    Of `targets`, if any are given, nothing is asked: neither that a row has them, nor that there is a mask.
    """
    kind = data.source.kind if file.is_dir() else SUFFIXES.get(file.suffixes[-1].lower() if file.suffix else "", "")
    if not kind or (kind != data.source.kind and data.source.kind not in TABLES):
        kind = data.source.kind if data.source.kind in SCANS else "csv"
    own = data.source.arguments if kind == data.source.kind else {}
    without = {"validation", "test"} | ({"masks", "classes"} if targets is not None else set())
    arguments: dict[str, Argument] = {key: value for key, value in own.items() if key not in without}
    arguments["path"] = file.name
    if isinstance(masks := arguments.get("masks"), str):
        arguments["masks"] = PurePath(masks).name
    unasked = set(targets or ())
    place = Span(str(file), 1, 1, 1, 1)
    columns = {name: column for name, column in data.columns.items() if name not in unasked}
    columns |= {name: _declared(columns.get(name), found, place) for name, found in wanted.items()}
    return replace(
        data,
        source=replace(data.source, kind=kind, type=kind, arguments=arguments, span=place, spans={}),
        span=place,
        spans={path: span for path, span in data.spans.items() if path[0] == "columns"},
        target=() if targets is not None else data.target,
        columns=columns,
        weight=None,
        balance=None,
        split=SplitSpec(0, 0, stratify=False),
    )


def without_names(data: DataSpec, names: Iterable[str]) -> DataSpec | None:
    """The section for a file that lacks some of the columns whose `names` the spec gives; None if it gives none."""
    written = data.source.arguments.get("names")
    lacking = set(names)
    if not isinstance(written, list) or not lacking & set(map(str, written)):
        return None
    left: list[Argument] = [name for name in written if str(name) not in lacking]
    return replace(data, source=replace(data.source, arguments={**data.source.arguments, "names": left}))


def loaded(
    data: DataSpec, file: Path, scan: Scan, wanted: Mapping[str, ColumnFacts], *, keep: bool = False
) -> tuple[FileRows | None, list[Finding]]:
    """The wanted columns of a file that was gone through."""
    table = scan.table
    absent = [name for name in wanted if name not in table.names]
    findings = missing_columns(absent, file, table.names)
    facts = {name: _with_options(data, found, table) for name, found in wanted.items() if name not in absent}
    for name, found in facts.items():
        fault = _other_shape(wanted[name], found, table)
        findings += [fault] if fault else []
    findings += misfits(table, facts.values())
    if has_errors(findings):
        return None, findings
    columns, more = _columns(data, file, scan, facts)
    findings += more
    if columns is None or has_errors(findings):
        return None, findings
    kept: Mapping[str, Stored] = {}
    if keep:
        texts, more = scan.load({name: ColumnFacts(name, CATEGORY, dtype="string") for name in table.surveys})
        findings += more
        if texts is None or has_errors(findings):
            return None, findings
        kept = texts
    if data.source.kind in FOLDERS:
        kept = {FILE: ArrayColumn(_names(table, file)), **kept}
    return FileRows(columns, kept, scan.in_source(np.arange(table.rows)), table.place), findings


def misfits(table: Table, columns: Iterable[ColumnFacts]) -> list[Finding]:
    """A finding for each column of text that holds something else than the model takes, at the first such value."""
    findings = []
    for facts in columns:
        survey = table.surveys.get(facts.name)
        if survey is None or facts.kind not in PARTICULAR | ALWAYS_THERE:
            continue
        if facts.kind in ALWAYS_THERE and survey.first_missing is not None:
            findings.append(_in_file(fault_of(facts, None, table.place(survey.first_missing, facts.name))))
            continue
        wrong = next((text for text in survey.values if misfit(text, facts.kind, facts.options)), None)
        if facts.kind == NUMBER and survey.first_text is not None:
            findings.append(_not_a_number(facts.name, survey, table))
        elif wrong is not None:
            place = table.place(table.first(facts.name, wrong), facts.name)
            findings.append(_in_file(fault_of(facts, wrong, place)))
    return findings


def raw_array(facts: ColumnFacts, column: Stored, rows: Array) -> Array:
    """What the preprocessing takes of a column: (n, 1) numbers or texts; images, vectors and sequences as they are."""
    if facts.shape or facts.kind in {IMAGE, "vector", "sequence"}:
        return column.arrays(rows)
    if facts.kind in {NUMBER, "boolean", DATETIME}:
        return column.numbers(rows).astype("float64" if facts.kind == DATETIME else "float32")[:, None]
    return column.texts(rows)[:, None]


def missing_columns(absent: Iterable[str], file: Path, there: Iterable[str]) -> list[Finding]:
    """A finding for each column that the model takes and the file lacks; the first says which ones there are."""
    from specc.language.suggest import did_you_mean  # only faults pay for it

    there = list(there)
    shown = ", ".join(f"`{column}`" for column in there[:30])
    return [
        error(
            "missing-column",
            f"`{file.name}` has no column `{name}`, which the model takes",
            Span(str(file), 1, 1, 1, 1),
            notes=() if index else (f"the columns are {shown}",),
            help=did_you_mean(name, there),
        )
        for index, name in enumerate(absent)
    ]


def _columns(
    data: DataSpec, file: Path, scan: Scan, facts: Mapping[str, ColumnFacts]
) -> tuple[dict[str, Stored] | None, list[Finding]]:
    """The columns; one of paths becomes the images that these lead to."""
    columns, findings = scan.load(facts)
    for name, found in facts.items():
        if columns is not None and found.kind == IMAGE and name in scan.table.surveys:
            from specc.data.reading.images import image_column

            texts = columns[name].texts()
            images, faults = image_column(data, found, texts, scan.table.place, anywhere(file), file.parent)
            findings += faults
            columns = None if images is None else columns | {name: images}
    return columns, findings


def _of_one(
    data: DataSpec, file: Path, wanted: Mapping[str, ColumnFacts], *, keep: bool
) -> tuple[FileRows | None, list[Finding]]:
    """A single image or text, read as a folder that has nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "alone"
        alone.mkdir()
        shutil.copyfile(file, alone / file.name)
        source = replace(data.source, arguments={**data.source.arguments, "path": alone.name})
        rows, findings = open_rows(replace(data, source=source), alone, wanted, keep=keep)
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


def _names(table: Table, folder: Path) -> Array:
    """(n,) of the samples' files, as seen from their folder."""
    paths = [os.path.relpath(table.place(row, "").path, folder) for row in range(table.rows)]
    return np.array([Path(path).as_posix() for path in paths], object)


def _declared(said: Component | None, facts: ColumnFacts, place: Span) -> Component:
    """What the section says of a column that the model takes."""
    arguments = dict(said.arguments) if said is not None and said.type == facts.kind else {}
    if facts.kind == VECTOR and facts.shape:
        arguments["length"] = facts.shape[0]
    return Component("column", facts.kind, arguments, said.span if said else place, said.spans if said else {})


def _with_options(data: DataSpec, facts: ColumnFacts, table: Table) -> ColumnFacts:
    """The facts with the arguments that the spec gives the column."""
    typed = table.typed.get(facts.name)
    options = complete_options(data.columns.get(facts.name), facts.kind)
    return (typed or facts)._replace(kind=facts.kind, options=options)


def _in_file(found: Finding) -> Finding:
    """A finding on a column of a spec as one on a file that is no spec's."""
    return found._replace(message=found.message.replace("is declared as", "is to the model", 1), help="")


def _not_a_number(name: str, survey: Survey, table: Table) -> Finding:
    message = f"`{name}` is a number to the model and holds `{survey.text}`"
    notes = (f"so do {survey.texts - 1} other rows",) if survey.texts > 1 else ()
    return error("not-a-number", message, table.place(survey.first_text or 0, name), notes=notes)


def _other_shape(trained: ColumnFacts, facts: ColumnFacts, table: Table) -> Finding | None:
    """A fault if a column's values have another shape than those that the model was trained on, and is not resized."""
    known = None not in facts.shape and None not in trained.shape
    if facts.name not in table.typed or not known or facts.shape == trained.shape or facts.options.get("size"):
        return None
    message = f"`{facts.name}` has the shape {facts.shape}, and the model takes {trained.shape}"
    return error("input-mismatch", message, table.place(0, facts.name))
