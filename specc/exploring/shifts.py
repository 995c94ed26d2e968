"""How far two splits of one column lie apart, from 0 to 1, and whether that is more than chance gives.

Numbers by the statistic of Kolmogorov and Smirnov, the largest difference of the two distributions; categories by the
total variation, the share of the rows that would have to change their value.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

LARGE = 0.2
"""Smaller differences are not worth a word."""
_KS_ONE_IN_A_THOUSAND = 1.95  # Kolmogorov's distribution reaches 0.999 there
_NOISE = 0.4  # the mean of |x| of a standard normal x, halved


def number_shift(one: Array, other: Array) -> float | None:
    """The distance of two samples of numbers without NaN; None if it is small, or may be chance."""
    if not len(one) or not len(other):
        return None
    points = np.concatenate([one, other])
    shares = [np.searchsorted(np.sort(part), points, side="right") / len(part) for part in (one, other)]
    distance = float(np.abs(shares[0] - shares[1]).max())
    chance = _KS_ONE_IN_A_THOUSAND * (1 / len(one) + 1 / len(other)) ** 0.5
    return distance if distance > max(LARGE, chance) else None


def category_shift(one: Mapping[str, int], other: Mapping[str, int]) -> float | None:
    """The same of two counts of values."""
    sizes = sum(one.values()), sum(other.values())
    if not all(sizes):
        return None
    values = [*one, *(value for value in other if value not in one)]
    shares = [
        np.array([part.get(value, 0) for value in values]) / size
        for part, size in zip((one, other), sizes, strict=True)
    ]
    distance = float(np.abs(shares[0] - shares[1]).sum()) / 2
    together = (shares[0] * sizes[0] + shares[1] * sizes[1]) / sum(sizes)
    chance = _NOISE * float(np.sqrt(together * (1 - together) * (1 / sizes[0] + 1 / sizes[1])).sum())
    return distance if distance > max(LARGE, 2 * chance) else None
