"""How well one column alone predicts the target: `giveaway`, 1 for a column that repeats it.

The measure is honest: half of the rows predict the other half, and the other way round, so that a column of names, in
which every value is another, predicts nothing. Classes are predicted by a lookup (categories: the most frequent class
of each value) or a small decision tree (numbers); the measure is the share of the errors of always saying the most
frequent class that the column avoids. Numbers are predicted by the mean of each value, or a straight line; the
measure is R2. Both are 0 for a column that says nothing.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from sklearn.tree import DecisionTreeClassifier

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Guess: TypeAlias = Callable[[Array, Array, Array], Array]
"""From a column and a target to learn from, and the column for other rows, to their targets."""

FEWEST_ROWS = 30
"""In fewer rows a column agrees with the target by chance."""
MOST_ROWS = 20_000


def giveaway(column: Array, target: Array) -> float:
    """How much of `target` (n,) the `column` (n,) gives away; both are numbers (float, NaN where missing) or texts.

    Rows without a target count for nothing. At most 1; 0 for fewer than `FEWEST_ROWS` rows.
    """
    known = target != "" if target.dtype == object else ~np.isnan(target)
    column, target = column[known], target[known]
    if len(target) < FEWEST_ROWS:
        return 0.0
    order = np.random.default_rng(0).permutation(len(target))[:MOST_ROWS]
    column, target = column[order], target[order]
    if target.dtype == object:
        _, target = np.unique(target.astype(str), return_inverse=True)
        return _of_classes(_lookup if column.dtype == object else _tree, column, target)
    return _of_numbers(_means if column.dtype == object else _line, column, target.astype("float64"))


def _of_classes(guess: Guess, column: Array, target: Array) -> float:
    errors = len(target) - int(np.bincount(target).max())
    wrong = int((_crosswise(guess, column, target) != target).sum())
    return 1 - wrong / errors if errors else 0.0


def _of_numbers(guess: Guess, column: Array, target: Array) -> float:
    spread = float(((target - target.mean()) ** 2).sum())
    left = float(((_crosswise(guess, column, target) - target) ** 2).sum())
    return 1 - left / spread if spread > 0 else 0.0


def _crosswise(guess: Guess, column: Array, target: Array) -> Array:
    """Each half of the rows predicted from the other."""
    half = len(target) // 2
    first = guess(column[half:], target[half:], column[:half])
    return np.concatenate([first, guess(column[:half], target[:half], column[half:])])


def _lookup(column: Array, target: Array, others: Array) -> Array:
    values, index = np.unique(column.astype(str), return_inverse=True)
    counts = np.zeros((len(values), int(target.max()) + 1), "int64")
    np.add.at(counts, (index, target), 1)
    known = dict(zip(values.tolist(), counts.argmax(1).tolist(), strict=True))
    usual = int(np.bincount(target).argmax())
    return np.array([known.get(str(value), usual) for value in others], "int64")


def _tree(column: Array, target: Array, others: Array) -> Array:
    """A tree with a leaf for each class and few to spare. A missing number is less than all others."""
    lowest = float(np.nanmin(column)) - 1 if not np.isnan(column).all() else 0.0
    known, asked = (np.where(np.isnan(part), lowest, part)[:, None] for part in (column, others))
    leaves = max(2, len(np.unique(target)) + 1)
    tree = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0).fit(known, target)
    guessed: Array = tree.predict(asked)
    return guessed


def _means(column: Array, target: Array, others: Array) -> Array:
    values, index = np.unique(column.astype(str), return_inverse=True)
    means = np.bincount(index, target) / np.bincount(index)
    known = dict(zip(values.tolist(), means.tolist(), strict=True))
    usual = float(target.mean())
    return np.array([known.get(str(value), usual) for value in others], "float64")


def _line(column: Array, target: Array, others: Array) -> Array:
    usual = float(target.mean())
    there = ~np.isnan(column)
    known = column[there].astype("float64")
    if len(known) < 2 or known.min() == known.max():
        return np.full(len(others), usual)
    centre = known.mean()
    slope = ((known - centre) * (target[there] - target[there].mean())).sum() / ((known - centre) ** 2).sum()
    line: Array = target[there].mean() + slope * (others.astype("float64") - centre)
    return np.where(np.isnan(line), usual, line)
