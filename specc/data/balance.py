"""Which training rows an epoch visits, and how much each counts: balanced classes, and a column of weights.

Comes in: the training rows of a split with their classes or weights, as arrays. Goes out: positions among these rows,
some more than once or not at all, and weights. What is fitted on the training rows is fitted before, on each row once.
"""

import numpy as np

from specc.data.section import DataSpec
from specc.data.splitting import Array, Indices, seed_keys
from specc.data.weights import Place, invalid_weight, no_weight
from specc.diagnostics import Finding

OVERSAMPLE, UNDERSAMPLE = "oversample", "undersample"


def balanced(classes: Array, rows: Indices, how: str, seed: int) -> Indices:
    """Positions among the training rows so that all classes that have rows are equally frequent; int64, ascending.

    `classes` (n,) are integers and `rows` (n,) the rows' numbers in the source. `oversample` repeats the rows of a
    class as evenly as it can up to the size of the largest class, `undersample` keeps as many of each as the smallest
    has. Which rows are repeated once more, or kept, follows from the seed, by the rule that also divides rows.
    """
    order = np.lexsort((seed_keys(rows, seed), classes))  # class by class, each in the order of the seed
    _, sizes = np.unique(classes, return_counts=True)
    wanted = int(sizes.max() if how == OVERSAMPLE else sizes.min())
    starts = np.cumsum(sizes) - sizes
    taken = [order[start : start + size][np.arange(wanted) % size] for start, size in zip(starts, sizes, strict=True)]
    return np.sort(np.concatenate(taken))


def sample_weights(
    values: Array, rows: Indices, data: DataSpec, place: Place | None = None
) -> tuple[Array | None, list[Finding]]:
    """The weights of the training rows, (n,) float32; None if one is missing, negative or not finite, or all are 0.

    `values` (n,) are the column's, NaN where missing, `rows` (n,) the rows' numbers in the source. `place` says where
    the value of a row is written.
    """
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        first = wrong[0]
        text = "" if np.isnan(values[first]) else f"{values[first]:g}"
        return None, [invalid_weight(int(rows[first]), text, len(wrong) - 1, data, place)]
    if not values.any():
        return None, [no_weight(data)]
    return values.astype(np.float32), []
