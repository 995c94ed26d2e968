"""What heavy readers give: `Scan`; and how they give up: `ReadingError`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from specc.data.facts import ColumnFacts
from specc.data.sources.faults import unreadable
from specc.data.sources.row_rules import LeftOut
from specc.data.stored import Array, Stored
from specc.data.text_table import Table
from specc.diagnostics import Finding

Loaded: TypeAlias = tuple[dict[str, Stored] | None, list[Finding]]


class Scan(NamedTuple):
    """A source that was gone through. `load` takes what each column is, and gives the columns or what is wrong.

    `left_out` are rows that are in no column. `in_source` gives rows, (n,), the numbers that they have in the source,
    where rows of tables that are left out count.
    """

    table: Table
    load: Callable[[Mapping[str, ColumnFacts]], Loaded]
    left_out: tuple[LeftOut, ...] = ()
    in_source: Callable[[Array], Array] = lambda rows: rows


class ReadingError(Exception):
    """A source cannot be read; `findings` say why. `specc.data.reading.scan` turns it into these."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings[0].message)
        self.findings = list(findings)


@contextmanager
def reading_files() -> Iterator[None]:
    """Within, what the system says of a file that it does not give is a ReadingError."""
    try:
        yield
    except OSError as fault:
        raise ReadingError(unreadable(Path(str(fault.filename)), fault)) from fault
