"""Columns as they come from a source, with the place of every row: `Table`, and `TextTable`, which is read as a whole.

What texts mean (numbers, categories) is decided in `specc.data.kinds`, from the columns' surveys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from specc.data.facts import ColumnFacts, TargetFacts
from specc.data.split_rules import Given
from specc.data.survey import Cells, Survey, survey
from specc.diagnostics import Span

Place = Callable[[int, str], Span]
First = Callable[[str, str], int]


_NONE = Given()


@dataclass(frozen=True)
class Table:
    """What a source shows of its rows, before it is known which split they are in.

    `surveys` are the columns of text. `typed` are the columns whose kind, shape and dtype the source itself says
    (images, arrays): they have no survey. `targets` are what is predicted where the spec does not say it, with the
    classes that the source itself knows; they feed no input. `place(row, column)` is where a value stands, and
    `first(column, text)` the first row that has it. `complete` says whether all rows were seen; where not, `rows` are
    those that were.
    """

    surveys: Mapping[str, Survey]
    rows: int
    place: Place
    complete: bool = True
    given: Given = _NONE
    typed: Mapping[str, ColumnFacts] = field(default_factory=dict)
    targets: Mapping[str, TargetFacts] = field(default_factory=dict)
    first: First = lambda _column, _text: 0  # of what has no columns of text

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, those that are typed first."""
        return (*self.typed, *self.surveys)


@dataclass(frozen=True)
class TextTable(Table):
    """A table whose columns of text are there, made by `text_table`."""

    columns: Mapping[str, Cells] = field(default_factory=dict)


def text_table(  # noqa: PLR0913, PLR0917  as of the table
    columns: Mapping[str, Cells],
    rows: int,
    place: Place,
    complete: bool = True,
    given: Given = _NONE,
    typed: Mapping[str, ColumnFacts] | None = None,
    targets: Mapping[str, TargetFacts] | None = None,
) -> TextTable:
    """The table of these columns of text, surveyed."""
    surveys = {name: survey(cells) for name, cells in columns.items()}

    def first(column: str, text: str) -> int:
        return columns[column].index(text)

    return TextTable(surveys, rows, place, complete, given, typed or {}, targets or {}, first, columns)
