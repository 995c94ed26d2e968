"""What heavy readers give: `Scan`; and how they give up: `ReadingError`."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from specc.data.facts import ColumnFacts
from specc.data.stored import Stored
from specc.data.text_table import Table
from specc.diagnostics import Finding

Loaded: TypeAlias = tuple[dict[str, Stored] | None, list[Finding]]


class Scan(NamedTuple):
    """A source that was gone through. `load` takes what each column is, and gives the columns or what is wrong."""

    table: Table
    load: Callable[[Mapping[str, ColumnFacts]], Loaded]


class ReadingError(Exception):
    """A source cannot be read; `findings` say why. `specc.data.reading.scan` turns it into these."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings[0].message)
        self.findings = list(findings)
