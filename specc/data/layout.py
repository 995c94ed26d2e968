"""How raw columns become the model's inputs: fitted numbers and vocabularies, and the order of the prepared columns.

An input that takes an image or a sequence passes it through. Any other input is a vector: first every number, then for
each number with missing values 1 where it is missing, then each category's one-hot columns. Within each part columns
stand in the order of the input. Plain Python; `specc.data.preprocessing` fits it, `specc.keras_target.preprocessing`
makes layers of it.
"""

from collections.abc import Iterable
from typing import NamedTuple


class NumberScaling(NamedTuple):
    """A number becomes (value - mean) / std, where a missing value is first replaced by the median.

    All three are of the training rows' present values; mean 0 and std 1 leave the number as it is. `has_missing` (in a
    training row) adds a column that is 1 where the value is missing.
    """

    column: str
    median: float
    mean: float
    std: float
    has_missing: bool


class CategoryTable(NamedTuple):
    """A category becomes one column per value of `vocabulary`, 1 in the column of its value and 0 elsewhere.

    With `has_missing` (in a training row) a first column stands for a missing value. What no training row has, a
    value or its absence, is 0 in all columns.
    """

    column: str
    vocabulary: tuple[str, ...]
    has_missing: bool


class PreparedInput(NamedTuple):
    """One model input: a vector, or the column called `passed`, of `passed_shape`, as it is."""

    name: str
    numbers: tuple[NumberScaling, ...] = ()
    categories: tuple[CategoryTable, ...] = ()
    passed: str | None = None
    passed_shape: tuple[int, ...] = ()
    dtype: str = "float32"

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """What each entry of the vector is, as ("age", "value"), ("age", "missing") or ("sex", "= female")."""
        values = [(number.column, "value") for number in self.numbers]
        gaps = [(number.column, "missing") for number in self.numbers if number.has_missing]
        hot = [(table.column, meaning) for table in self.categories for meaning in _meanings(table)]
        return (*values, *gaps, *hot)

    @property
    def shape(self) -> tuple[int, ...]:
        """The prepared tensor's shape without the batch axis."""
        return self.passed_shape if self.passed is not None else (len(self.columns),)


class Preprocessing(NamedTuple):
    """All model inputs, prepared from the raw columns."""

    inputs: tuple[PreparedInput, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The raw columns that are numbers, each once."""
        return tuple(dict.fromkeys(number.column for prepared in self.inputs for number in prepared.numbers))

    @property
    def categories(self) -> tuple[str, ...]:
        """The raw columns that are categories, each once."""
        return tuple(dict.fromkeys(table.column for prepared in self.inputs for table in prepared.categories))

    @property
    def passed(self) -> tuple[str, ...]:
        """The raw columns that are images or sequences, each once."""
        return tuple(dict.fromkeys(prepared.passed for prepared in self.inputs if prepared.passed is not None))


def number_width(has_missing: bool) -> int:
    """How many entries a number takes."""
    return 1 + has_missing


def category_width(values: Iterable[str | None]) -> int:
    """How many entries a category takes whose training rows have these values; None is a missing one."""
    return len(set(values))


def _meanings(table: CategoryTable) -> list[str]:
    return ["missing"] * table.has_missing + [f"= {value}" for value in table.vocabulary]
