"""Fits what prepares the columns, on the training rows alone; and gives the raw arrays that are to be prepared.

Comes in: raw `Columns` and the rows that train. Goes out: `Preprocessing`, plain numbers. Applying it is the model's
own first part (`specc.keras_target.preprocessing`), so that training and a saved model prepare alike.
"""

from typing import Any, TypeAlias

import numpy as np

from specc.data.facts import NUMBER, ColumnFacts
from specc.data.kinds import in_order
from specc.data.layout import CategoryTable, NumberScaling, PreparedInput, Preprocessing
from specc.data.loading import Columns

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def fit(columns: Columns, train: Array) -> Preprocessing:
    """The preprocessing of all model inputs. `train` are the row numbers of the training split."""
    return Preprocessing(
        tuple(_fit_input(name, facts.columns, columns, train) for name, facts in columns.facts.inputs.items())
    )


def feed(columns: Columns, rows: Array, preprocessing: Preprocessing) -> dict[str, Array]:
    """The raw arrays of `rows` by column: numbers (n, 1) float32, categories (n, 1) of strings, the rest as it is."""
    arrays = {name: columns.values[name][rows] for name in preprocessing.passed}
    vectors = (*preprocessing.numbers, *preprocessing.categories)
    return arrays | {name: columns.values[name][rows][:, None] for name in vectors}


def _fit_input(name: str, names: tuple[str, ...], columns: Columns, train: Array) -> PreparedInput:
    facts = [columns.facts.columns[column] for column in names]
    if facts[0].shape:
        return PreparedInput(name, passed=names[0], passed_shape=facts[0].shape, dtype=facts[0].dtype)
    numbers = [fact for fact in facts if fact.kind == NUMBER]
    categories = [fact for fact in facts if fact.kind != NUMBER]
    return PreparedInput(
        name,
        tuple(_fit_number(fact, columns.values[fact.name][train]) for fact in numbers),
        tuple(_fit_category(fact, columns.values[fact.name][train]) for fact in categories),
    )


def _fit_number(facts: ColumnFacts, values: Array) -> NumberScaling:
    """Sums in float64. A column that is constant or has no value keeps its scale."""
    missing = bool(np.isnan(values).any())
    present = values[~np.isnan(values)].astype("float64")
    if not len(present):
        return NumberScaling(facts.name, 0.0, 0.0, 1.0, missing)
    median = float(np.median(present))
    if not facts.scaled:
        return NumberScaling(facts.name, median, 0.0, 1.0, missing)
    constant = present.min() == present.max()  # rounding may give such a column a deviation that is not 0
    deviation = 1.0 if constant else float(np.float32(present.std())) or 1.0
    return NumberScaling(facts.name, median, float(present.mean()), deviation, missing)


def _fit_category(facts: ColumnFacts, values: Array) -> CategoryTable:
    vocabulary = in_order(text for text in values if text)
    return CategoryTable(facts.name, vocabulary, bool((values == "").any()))
