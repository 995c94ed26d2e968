"""The rows of each split as index arrays, for any number of rows.

The rule is `specc.data.partition`'s; here it works on arrays, and gives the same rows. Of texts that are no classes
only the distinct ones become Python objects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from specc.data.partition import Deal, Given, Keys, Labels, divide
from specc.data.section import DataSpec
from specc.data.split_rules import MASK, TEST, TRAIN, VALIDATION, Tally, mixed
from specc.diagnostics import Finding

Indices: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of each split, int64, ascending; a split that is not wanted is empty."""

    train: Indices
    validation: Indices
    test: Indices


def split_rows(  # noqa: PLR0913, PLR0917  as of `partition`
    samples: int,
    data: DataSpec,
    seed: int,
    labels: Labels | None = None,
    given: Given = Given(),  # noqa: B008  immutable
    keys: Keys = Keys(),  # noqa: B008  immutable
) -> tuple[Split | None, list[Finding]]:
    """As `specc.data.partition.partition`, where `labels` and `keys` hold arrays: integers, strings and floats."""
    divided, findings = divide(samples, data, seed, labels, given, keys, _ARRAYS)
    if divided is None:
        return None, findings
    free, parts, apart = divided.asked.free, np.asarray(divided.parts), divided.asked.given
    validation, test = np.flatnonzero(parts == VALIDATION), np.flatnonzero(parts == TEST)
    return Split(
        np.flatnonzero(parts == TRAIN),
        np.arange(free, free + apart.validation) if apart.validation else validation,
        np.arange(samples - apart.test, samples) if apart.test else test,
    ), findings


def seed_keys(rows: Array, seed: int) -> Array:
    """The keys in whose order the seed takes rows: uint64, one for each of the row numbers `rows`."""
    value = rows.astype(np.uint64)
    value += np.uint64((mixed(seed & MASK) + 0x9E3779B97F4A7C15) & MASK)
    value ^= value >> np.uint64(30)
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    value ^= value >> np.uint64(31)
    return value


class _Arrays:
    """Rows in arrays; methods as of `specc.data.partition.Rows`."""

    def counts(self, classes: Array, free: int, most: int) -> Array:
        return np.bincount(classes[:free], minlength=most)

    def dealt(self, free: int, seed: int, classes: Array | None, deal: Deal) -> Array:
        order = np.argsort(seed_keys(np.arange(free), seed), kind="stable")
        if classes is not None and len(deal.test) > 1:
            small = np.min_scalar_type(max(deal.test))  # of few bits, which NumPy sorts much faster
            order = order[np.argsort(classes[order].astype(small), kind="stable")]
        sizes = [free] if classes is None else np.bincount(classes[:free], minlength=max(deal.test) + 1)
        parts = np.zeros(free, np.uint8)
        begin = dealt = 0
        for label in sorted(deal.test):
            end = begin + int(sizes[label])
            first = begin + deal.test[label]
            second = first + deal.validation[label]
            parts[order[begin:first]] = TEST
            parts[order[first:second]] = VALIDATION
            if deal.folds:
                parts[order[first + (deal.fold - dealt) % deal.folds : end : deal.folds]] = VALIDATION
                dealt += end - first
            begin = end
        return parts

    def tally(self, texts: Array, free: int) -> Mapping[str, Tally]:
        codes, names = _coded(texts, free)
        counts = np.bincount(codes, minlength=len(names))
        first = np.full(len(names), free)
        np.minimum.at(first, codes, np.arange(free))
        return {name: Tally(int(counts[code]), int(first[code])) for code, name in enumerate(names)}

    def spread(self, texts: Array, free: int, parts: Mapping[str, int]) -> Array:
        return np.fromiter((parts[text] for text in texts[:free]), np.uint8, free)

    def missing(self, times: Array, free: int) -> Tally | None:
        rows = np.flatnonzero(np.isnan(times[:free]))
        return Tally(len(rows), int(rows[0])) if len(rows) else None

    def in_time(self, times: Array, free: int) -> tuple[Array, Array]:
        order = np.argsort(times[:free], kind="stable")
        return order, times[order]

    def cut(self, order: Array, validation: int, test: int) -> Array:
        parts = np.zeros(len(order), np.uint8)
        parts[order[validation:test]] = VALIDATION
        parts[order[test:]] = TEST
        return parts

    def trained(self, classes: Array, parts: Array) -> Array:
        return np.unique(classes[: len(parts)][parts == TRAIN])


def _coded(texts: Array, free: int) -> tuple[Array, list[str]]:
    """Each text's number, in the order of their first rows, and the texts by number."""
    numbers: dict[str, int] = {}
    codes = np.fromiter((numbers.setdefault(text, len(numbers)) for text in texts[:free]), np.int32, free)
    return codes, list(numbers)


_ARRAYS = _Arrays()
