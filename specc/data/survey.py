"""What is found in one column of text before it is known what the column means: `survey`.

Light and heavy readers both give `Survey`s, so that a check and a training decide alike (`specc.data.describe`).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

Cells: TypeAlias = Sequence[str | None]
"""A column's values as texts; None is a missing one."""

MOST_VALUES = 100_000
"""Of a column with more different texts than this only the first so many are kept."""


class Survey(NamedTuple):
    """One column. Rows count from 0.

    `values` are the different texts with how often each occurs, in the order of their first occurrence; where there
    are more than `MOST_VALUES`, `whole` is False and the rest is left out. `missing` and `texts` count the values that
    are missing, and those that are there and no numbers; `first_missing` and `first_text` are the first rows of those,
    and `text` is what stands in the latter.
    """

    rows: int
    values: Mapping[str, int]
    whole: bool = True
    missing: int = 0
    first_missing: int | None = None
    texts: int = 0
    first_text: int | None = None
    text: str | None = None

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
    text = None if first_text is None else cells[first_text]
    return _bounded(Survey(len(cells), values, True, missing, first_missing, sum(strange.values()), first_text, text))


def _bounded(found: Survey) -> Survey:
    if len(found.values) <= MOST_VALUES:
        return found
    first = dict(list(found.values.items())[:MOST_VALUES])
    return found._replace(values=first, whole=False)
