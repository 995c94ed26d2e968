"""Tables of text, read in batches -> `Scan`: surveyed in one pass, loaded in another.

What the texts are read from is the business of `specc.data.reading.csv_file` and `jsonl`. In a batch texts have no
spaces around them and are null where missing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from specc.data.facts import ColumnFacts
from specc.data.kinds import LARGEST_NUMBER, as_boolean, as_category, as_numbers, as_seconds, is_number
from specc.data.misfits import fault_of, misfit_list
from specc.data.reading.by_column import by_column
from specc.data.reading.scan import Loaded, ReadingError, Scan
from specc.data.reading.spilling import Spilled
from specc.data.section import DataSpec
from specc.data.sources.row_rules import LeftOut, about_left_out
from specc.data.split_rules import Given
from specc.data.stored import Array, Stored, release_memory
from specc.data.survey import MOST_VALUES, Survey
from specc.data.text_table import Table
from specc.diagnostics import Finding, Span, error


class Batch(NamedTuple):
    """Some rows of a file, in order: an Arrow array of strings for each column, and the rows that are left out.

    `file` counts the files of the source from 0.
    """

    file: int
    columns: list[Any]
    left_out: list[LeftOut]


class Texts(Protocol):
    """A table of text that can be gone through again and again."""

    names: tuple[str, ...]
    warnings: list[Finding]

    def parts(self) -> Sequence[str]:
        """For each file, whether it is of `path`, `validation` or `test`."""

    def batches(self) -> Iterator[Batch]:
        """All rows. Raises ReadingError."""

    def place(self, row: int, column: str) -> Span:
        """Where a value stands."""


def scan_texts(texts: Texts, data: DataSpec) -> tuple[Scan | None, list[Finding]]:
    """Go through a table of text once. Raises ReadingError."""
    columns = [_Surveyor() for _ in texts.names]
    rows = [0] * len(texts.parts())
    left_out: list[LeftOut] = []
    numbers: list[int] = []  # of the rows that are left out
    file, begins = 0, 0  # the number of the file's first row
    for batch in texts.batches():
        if batch.file != file:
            file, begins = batch.file, sum(rows) + len(left_out)
        rows[batch.file] += len(batch.columns[0])
        left_out += batch.left_out
        numbers += [begins + (row.row or 0) for row in batch.left_out]
        by_column(_Surveyor.add, columns, batch.columns)
        release_memory()
    findings = [*texts.warnings, *about_left_out(left_out, data.source.span_of("path"))]
    if not sum(rows):
        return None, [*findings, error("empty-data", "all rows are left out", data.source.span_of("path"))]
    by_part = Counter[str]()
    for count, part in zip(rows, texts.parts(), strict=True):
        by_part[part] += count
    surveys = {name: column.survey for name, column in zip(texts.names, columns, strict=True)}

    def first(column: str, text: str) -> int:
        return _first_with(texts, column, text)

    given = Given(by_part["validation"], by_part["test"])
    table = Table(surveys, sum(rows), texts.place, given=given, first=first)

    def load(wanted: Mapping[str, ColumnFacts]) -> Loaded:
        try:
            return _loaded(texts, wanted), []
        except ReadingError as fault:
            return None, fault.findings

    return Scan(table, load, tuple(left_out), _numbered(numbers)), findings


def _numbered(left_out: Sequence[int]) -> Callable[[Array], Array]:
    """What gives rows their numbers in the source, where the rows `left_out`, in ascending order, count."""
    so_many_before = np.asarray(left_out, "int64") - np.arange(len(left_out))

    def in_source(rows: Array) -> Array:
        found: Array = rows + np.searchsorted(so_many_before, rows, "right")
        return found

    return in_source


class _Surveyor:
    """A column's survey while batches go by."""

    def __init__(self) -> None:
        self.survey = Survey(0, {})

    def add(self, texts: Any) -> None:  # noqa: ANN401  Arrow's array of strings
        so_far = self.survey
        missing, first_missing = texts.null_count, so_far.first_missing
        if missing and first_missing is None:
            first_missing = so_far.rows + _first(pc.is_null(texts))
        strange = _not_numbers(texts)
        count = pc.sum(strange).as_py() or 0
        first_text, text = so_far.first_text, so_far.text
        if count and first_text is None:
            first_text, text = so_far.rows + _first(strange), texts[_first(strange)].as_py()
        values, whole = so_far.values, so_far.whole
        if whole:
            values = dict(values)
            for pair in pc.value_counts(texts).to_pylist():
                if pair["values"] is not None:
                    values[pair["values"]] = values.get(pair["values"], 0) + pair["counts"]
            whole = len(values) <= MOST_VALUES
            if not whole:
                values = dict(list(values.items())[:MOST_VALUES])
        self.survey = Survey(
            so_far.rows + len(texts),
            values,
            whole,
            so_far.missing + missing,
            first_missing,
            so_far.texts + count,
            first_text,
            text,
        )


def _first(mask: Any) -> int:  # noqa: ANN401  Arrow's array of booleans
    return int(pc.index(mask, True).as_py())


def _not_numbers(texts: Any) -> Any:  # noqa: ANN401  Arrow's arrays
    """Where a value is there and no number, as `is_number` says it."""
    try:
        numbers = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        strange = [text for text in pc.unique(texts).to_pylist() if text is not None and not is_number(text)]
        return pc.is_in(texts, pa.array(strange, pa.string()))
    return pc.fill_null(pc.invert(pc.less_equal(pc.abs(numbers), LARGEST_NUMBER)), False)  # NaN is not less


def _first_with(texts: Texts, column: str, text: str) -> int:
    """The first row that has the text; they are read again up to there."""
    position, rows = list(texts.names).index(column), 0
    for batch in texts.batches():
        found = batch.columns[position]
        place = int(pc.index(found, text).as_py())
        if place >= 0:
            return rows + place
        rows += len(found)
    return 0


class _MisfitError(Exception):
    """A value that is not of its column's kind; None is a missing one that has to be there."""

    def __init__(self, text: str | None) -> None:
        super().__init__(text)
        self.text = text


def _loaded(texts: Texts, wanted: Mapping[str, ColumnFacts]) -> dict[str, Stored]:
    """The columns, each as its kind needs it. Raises ReadingError for values that no survey has shown."""
    makers = {name: _maker(facts) for name, facts in wanted.items()}
    positions = {name: list(texts.names).index(name) for name in wanted}
    spilled = Spilled(list(wanted))
    rows = 0
    for batch in texts.batches():
        columns = [batch.columns[position] for position in positions.values()]
        made = dict(zip(wanted, by_column(_made, makers.values(), columns), strict=True))
        for (name, values), column in zip(made.items(), columns, strict=True):
            if isinstance(values, _MisfitError):
                row = _first(pc.is_null(column) if values.text is None else pc.equal(column, values.text))
                raise ReadingError(fault_of(wanted[name], values.text, texts.place(rows + row, name))) from values
        spilled.add(made)
        rows += len(batch.columns[0])
        release_memory()
    return spilled.columns()


def _made(maker: Callable[[Any], Any], texts: Any) -> Any:  # noqa: ANN401  Arrow's arrays
    """What is made of the texts, or why it cannot be: looking for the place is no work for a thread among others."""
    try:
        return maker(texts)
    except _MisfitError as fault:
        return fault


def _maker(facts: ColumnFacts) -> Callable[[Any], Any]:
    """What makes an Arrow array of a batch of texts. Raises _MisfitError."""
    match facts.kind:
        case "number":
            return _numbers
        case "boolean":
            return lambda texts: _mapped(texts, lambda text: _as_float(as_boolean(text)), pa.float32())
        case "datetime":
            form = facts.options.get("format")
            return lambda texts: _mapped(texts, lambda text: as_seconds(text, form), pa.float64())
        case "vector" | "sequence":
            return lambda texts: _lists(texts, facts)
        case "category":
            return lambda texts: _mapped(texts, as_category, pa.string())
    return lambda texts: texts


def _numbers(texts: Any) -> Any:  # noqa: ANN401  Arrow's arrays
    try:
        return pc.cast(pc.cast(texts, pa.float64()), pa.float32())
    except pa.ArrowInvalid:
        return _mapped(texts, float, pa.float32())


def _as_float(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _mapped(texts: Any, meaning: Callable[[str], Any], kind: Any) -> Any:  # noqa: ANN401  Arrow's arrays
    """What each text means, worked out once for each different one."""
    encoded = pc.dictionary_encode(texts)
    different = encoded.dictionary.to_pylist()
    meanings = [meaning(text) for text in different]
    if None in meanings:
        raise _MisfitError(different[meanings.index(None)])
    return pa.array(meanings, kind).take(encoded.indices)


def _lists(texts: Any, facts: ColumnFacts) -> Any:  # noqa: ANN401  Arrow's arrays
    """The numbers of each row."""
    separator = str(facts.options.get("separator") or " ")
    found = []
    for text in texts.to_pylist():
        numbers = None if text is None else as_numbers(text, separator)
        if misfit_list(numbers, facts.kind, facts.options):
            raise _MisfitError(text)
        found.append(numbers)
    kind = pa.int32() if facts.options.get("dtype") == "int32" else pa.float32()
    return pa.array(found, pa.list_(kind))
