"""The rows written in the spec itself -> `Scan`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from specc.data.reading.scan import ReadingError, Scan
from specc.data.reading.texts import Batch, scan_texts
from specc.data.section import DataSpec
from specc.data.sources.table import read
from specc.data.text_table import TextTable
from specc.diagnostics import Finding, Span


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:  # noqa: ARG001  as of all scans
    """Go through the rows."""
    table, findings = read(data)
    if table is None:
        raise ReadingError(*findings)
    return scan_texts(_Rows(table, findings), data)


class _Rows:
    """The rows as `specc.data.reading.texts.Texts`."""

    def __init__(self, table: TextTable, findings: list[Finding]) -> None:
        self._table, self.warnings, self.names = table, findings, tuple(table.columns)

    def parts(self) -> Sequence[str]:
        return ["path"]

    def batches(self) -> Iterator[Batch]:
        yield Batch(0, [pa.array(cells, pa.string()) for cells in self._table.columns.values()], [])

    def place(self, row: int, column: str) -> Span:
        return self._table.place(row, column)
