"""What is found in one column of text before it is known what the column means: `survey`.

Light and heavy readers both give `Survey`s, so that a check and a training decide alike (`specc.data.describe`). Of a
table that is read in pieces the surveys of the pieces are joined.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

Cells: TypeAlias = Sequence[str | None]
"""A column's values as texts; None is a missing one."""

MOST_VALUES = 100_000
"""Of a column with more different texts than this only the first so many are kept."""


class Survey(NamedTuple):
    """One column. Rows count from 0.

    `values` are the different texts with how often each occurs, in the order of their first occurrence; where there
    are more than `MOST_VALUES`, `whole` is False and the rest is left out. `missing` and `texts` count the values that
    are missing, and those that are there and no numbers; `first_missing` and `first_text` are the first rows of those.
    """

    rows: int
    values: Mapping[str, int]
    whole: bool = True
    missing: int = 0
    first_missing: int | None = None
    texts: int = 0
    first_text: int | None = None

    @property
    def is_numeric(self) -> bool:
        """Whether each value that is there is a number; True also if none is."""
        return not self.texts


def survey(cells: Cells) -> Survey:
    """The survey of a column that is there as a whole."""
    from specc.data.kinds import is_number

    values: dict[str, int] = {}
    for text in cells:
        if text is not None:
            values[text] = values.get(text, 0) + 1
    missing = len(cells) - sum(values.values())
    strange = {text: count for text, count in values.items() if not is_number(text)}
    first_text = next(row for row, text in enumerate(cells) if text in strange) if strange else None
    first_missing = next(row for row, text in enumerate(cells) if text is None) if missing else None
    return _bounded(Survey(len(cells), values, True, missing, first_missing, sum(strange.values()), first_text))


def joined(surveys: Iterable[Survey]) -> Survey:
    """The survey of a column from those of its pieces, in the order of the rows."""
    values: dict[str, int] = {}
    rows, whole = 0, True
    missing, first_missing, texts, first_text = 0, None, 0, None
    for piece in surveys:
        if first_missing is None and piece.first_missing is not None:
            first_missing = rows + piece.first_missing
        if first_text is None and piece.first_text is not None:
            first_text = rows + piece.first_text
        for text, count in piece.values.items() if len(values) <= MOST_VALUES else ():
            values[text] = values.get(text, 0) + count
        whole = whole and piece.whole and len(values) <= MOST_VALUES
        rows, missing, texts = rows + piece.rows, missing + piece.missing, texts + piece.texts
    return _bounded(Survey(rows, values, whole, missing, first_missing, texts, first_text))


def _bounded(found: Survey) -> Survey:
    if len(found.values) <= MOST_VALUES:
        return found
    first = dict(list(found.values.items())[:MOST_VALUES])
    return found._replace(values=first, whole=False)
