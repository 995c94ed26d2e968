"""Parquet and Feather files -> `Scan`, a batch at a time. Values become the texts that a CSV file would have.

So what a column is, is told by the same rules for all tables. Lists become JSON, as in JSON lines. What pandas wrote as
the index of its rows is no column, unless the spec names it.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from specc.data.partition import split_columns
from specc.data.reading.arrays import as_texts, without_faulty
from specc.data.reading.scan import ReadingError, Scan
from specc.data.reading.texts import Batch, scan_texts
from specc.data.section import DataSpec
from specc.data.sources.binary import files_of
from specc.data.sources.faults import beginning, file_fault, in_words, unreadable
from specc.data.sources.row_rules import row_rules
from specc.data.sources.windows import series_column
from specc.diagnostics import Finding, Span, error

ROWS = 65_536


class _File(NamedTuple):
    part: str
    path: Path
    names: tuple[str, ...]


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """The rows of the files; all have the same columns, in whatever order."""
    parts, findings = files_of(data, root, folder)
    if findings:
        return None, findings
    paths = [(part, path) for part, files in parts.items() for path, _ in files]
    return scan_texts(_ArrowTexts(data, paths), data)


class _ArrowTexts:
    """The rows of the files, as `specc.data.reading.texts.Texts`. Raises ReadingError as it reads."""

    def __init__(self, data: DataSpec, paths: Sequence[tuple[str, Path]]) -> None:
        self._open = _parquet if data.source.kind == "parquet" else _feather
        self._rules = row_rules(data)
        self._named = _named(data)
        self._files = [_File(part, path, self._names(path)) for part, path in paths]
        self.names: tuple[str, ...] = self._files[0].names
        self.warnings: list[Finding] = []
        for file in self._files:
            if set(file.names) != set(self.names):
                first = self._files[0]
                words = f"has the columns {_listed(file.names)}, and `{first.path.name}` {_listed(first.names)}"
                raise ReadingError(file_fault("different-columns", file.path, words))

    def parts(self) -> Sequence[str]:
        """As `Texts`."""
        return [file.part for file in self._files]

    def batches(self) -> Iterator[Batch]:
        """As `Texts`; left-out rows are named by their number in the file."""
        for index, file in enumerate(self._files):
            first = 0
            with _reading(file.path), self._open(file.path) as (_, batches):
                for batch in batches:
                    columns = [_texts(batch.column(name), name, file.path) for name in self.names]
                    kept, left_out, _ = without_faulty(self.names, columns, self._rules, file.path, first)
                    first += batch.num_rows
                    yield Batch(index, kept, left_out)

    def place(self, row: int, _column: str) -> Span:
        """As `Texts`: the number of the row stands for a line, as these files have none."""
        for index, file in enumerate(self._files):
            rows = sum(len(batch.columns[0]) for batch in self.batches() if batch.file == index)
            if row < rows:
                return beginning(file.path, row + 1)
            row -= rows
        return beginning(self._files[-1].path)

    def _names(self, path: Path) -> tuple[str, ...]:
        with _reading(path), self._open(path) as (schema, _):
            index = _index(schema) - self._named
            names = tuple(name for name in schema.names if name not in index)
            if len(set(names)) < len(names):
                twice = next(name for name in names if names.count(name) > 1)
                raise ReadingError(error("duplicate-column", f"two columns are called `{twice}`", beginning(path)))
            for field in schema:
                if field.name in names and not _is_read(field.type):
                    words = f"has values of the type `{field.type}` in `{field.name}`, which cannot be read"
                    raise ReadingError(file_fault("unsupported-type", path, words))
        if not names:
            raise ReadingError(file_fault("empty-data", path, "has no columns"))
        return names


def _named(data: DataSpec) -> set[str]:
    """The columns that the spec speaks of."""
    inputs = (name for names in data.inputs.values() for name in names)
    about_rows = (*split_columns(data).values(), data.weight, series_column(data))
    return {*data.target, *data.drop, *data.columns, *inputs, *(name for name in about_rows if name is not None)}


def _index(schema: Any) -> set[str]:  # noqa: ANN401  Arrow's schema
    """The columns that hold the index of a table that pandas wrote, as the schema's metadata name them."""
    try:
        told = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
    except (ValueError, RecursionError):  # not pandas' own words; the columns are what they are without them
        return set()
    columns = told.get("index_columns") if isinstance(told, dict) else None
    return {name for name in columns if isinstance(name, str)} if isinstance(columns, list) else set()


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Arrow's faults as findings."""
    try:
        yield
    except (pa.ArrowException, pa.ArrowNotImplementedError) as fault:
        raise ReadingError(file_fault("damaged-file", path, f"cannot be read: {in_words(fault)}")) from fault
    except OSError as fault:
        if fault.errno is not None:
            raise ReadingError(unreadable(path, fault)) from fault
        raise ReadingError(file_fault("damaged-file", path, f"cannot be read: {in_words(fault)}")) from fault


@contextmanager
def _parquet(path: Path) -> Iterator[tuple[Any, Iterator[Any]]]:
    with pq.ParquetFile(path) as file:
        yield file.schema_arrow, file.iter_batches(ROWS)


@contextmanager
def _feather(path: Path) -> Iterator[tuple[Any, Iterator[Any]]]:
    with pa.OSFile(str(path)) as source:
        file = pa.ipc.open_file(source)
        yield file.schema, (file.get_batch(index) for index in range(file.num_record_batches))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in islice(sorted(names), 10))


def _is_read(kind: Any) -> bool:  # noqa: ANN401  Arrow's type
    types = pa.types
    if types.is_dictionary(kind):
        return _is_read(kind.value_type)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = kind.value_type
        return bool(types.is_integer(inner) or types.is_floating(inner))
    tests: tuple[Callable[[Any], bool], ...] = (
        *(types.is_integer, types.is_floating, types.is_decimal, types.is_boolean, types.is_null),
        *(types.is_string, types.is_large_string, types.is_timestamp, types.is_date),
    )
    return any(test(kind) for test in tests)


def _texts(column: Any, name: str, path: Path) -> Any:  # noqa: ANN401  Arrow's arrays
    """A column as strings without spaces around them, null where there is no value."""
    kind, types = column.type, pa.types
    if types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, column)
        return _numbers(column.cast(pa.float64()) if kind == pa.float16() else column)
    if types.is_timestamp(kind) or types.is_date(kind):
        return _moments(column)
    if types.is_nested(kind):
        lists = (None if each is None else json.dumps(each) for each in column.to_pylist())
        texts = pa.array(lists, pa.string())
        if pc.any(pc.match_substring_regex(texts, "null|NaN|Infinity")).as_py():
            raise ReadingError(file_fault("not-a-number", path, f"has a list in `{name}` with a gap in it"))
        return texts
    texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _numbers(column: Any) -> Any:  # noqa: ANN401  Arrow's arrays
    """Fractions as the texts that `specc.data.kinds.number_text` gives them, each different one once."""
    encoded = column.dictionary_encode()
    texts = as_texts(encoded.dictionary.to_numpy(zero_copy_only=False))
    return texts.take(encoded.indices)


def _moments(column: Any) -> Any:  # noqa: ANN401  Arrow's arrays
    """ISO 8601, in UTC where there is a time zone; days without a time."""
    if pa.types.is_date(column.type):
        return column.cast(pa.date32()).cast(pa.string())
    return pc.strftime(column.cast(pa.timestamp("us")), "%Y-%m-%dT%H:%M:%S")
