"""Which rows train, validate and test: a pure function of the seed, the shares, the classes and the named columns.

Comes in: a number of rows, a `DataSpec`, the class of every row, the values of the columns that the split names. Goes
out: three lists of row numbers, each ascending. Needs nothing but integers and texts, so that the check, which has no
NumPy, and training find the same rows on every machine. What goes where is decided by `specc.data.split_rules`.

The rule. Row i has the key splitmix64(splitmix64(seed) + i); rows are taken in the order of their keys. A share that
is a fraction f of n rows is floor(f n + 1/2) rows. Without classes, the first rows are the test split, the next the
validation split, the rest trains. With classes, each class gives its quota (rows of the class * share / n), rounded
so that the sum is exact (largest remainder first, ties by class), and always keeps one row for training. With k folds,
the rows that are not test are dealt out one by one, class after class: the j-th of them validates in fold j mod k.
Groups, times and words divide by what the rows hold, not by their numbers.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from specc.data.section import DataSpec
from specc.data.split_rules import (
    DEFAULT_SHARE,
    KEYS,
    MASK,
    TEST,
    VALIDATION,
    Asked,
    Given,
    Keys,
    Labels,
    Tally,
    asked_for,
    column_of,
    missing_key,
    mixed,
    parts_of_groups,
    parts_of_words,
    quotas,
    share_of,
    small_classes,
    time_bounds,
    untrained_classes,
)
from specc.diagnostics import Finding, error, has_errors

__all__ = [
    "DEFAULT_SHARE",
    "Divided",
    "Given",
    "Keys",
    "Labels",
    "Partition",
    "Rows",
    "divide",
    "partition",
    "share_of",
    "shuffled",
    "split_columns",
    "split_sizes",
]


class Partition(NamedTuple):
    """Row numbers of the three splits, each ascending; together every row exactly once."""

    train: Sequence[int]
    validation: Sequence[int]
    test: Sequence[int]


def partition(  # noqa: PLR0913, PLR0917  what rows are divided by
    samples: int,
    data: DataSpec,
    seed: int,
    labels: Labels | None = None,
    given: Given = Given(),  # noqa: B008  immutable
    keys: Keys = Keys(),  # noqa: B008  immutable
) -> tuple[Partition | None, list[Finding]]:
    """The rows of each split. `seed` is the run's, used if the split has none of its own.

    `labels` are those of the first target if it is classes. `given` are the parts that the source itself sets apart.
    None without an error means that `keys` lacks the values of a column.
    """
    divided, findings = divide(samples, data, seed, labels, given, keys, _LISTS)
    if divided is None:
        return None, findings
    free, parts = divided.asked.free, divided.parts
    rows: tuple[list[int], ...] = ([], [], [])
    for row in range(free):
        rows[parts[row]].append(row)
    train, validation, test = rows
    apart = divided.asked.given
    later = range(free, free + apart.validation), range(free + apart.validation, samples)
    return Partition(train, validation or later[0], test or later[1]), findings


def split_sizes(
    samples: int,
    data: DataSpec,
    given: Given = Given(),  # noqa: B008  immutable
) -> tuple[tuple[int, int] | None, list[Finding]]:
    """How many rows validate and test; None if they cannot be had, which without a finding is: not be known.

    Needs no classes. Groups, times and words are not known without the column's values.
    """
    asked, findings = asked_for(samples, data, given)
    split = data.split
    if asked is None or split.group or split.time or split.by:
        return None, findings
    if split.folds:
        return (-(-(asked.free - asked.test - (split.fold or 0)) // split.folds), asked.test + asked.given.test), []
    return (asked.validation + asked.given.validation, asked.test + asked.given.test), []


def split_columns(data: DataSpec) -> dict[str, str]:
    """The columns that divide the rows, by the key that names them."""
    return {key: name for key in KEYS if (name := column_of(data.split, key)) is not None}


def shuffled(count: int, seed: int) -> list[int]:
    """The numbers below `count` in the order that the seed gives them."""
    start = mixed(seed & MASK)
    keys = [mixed(start + row & MASK) for row in range(count)]
    return sorted(range(count), key=keys.__getitem__)


Values: TypeAlias = Any
"""A list here, an array in `specc.data.splitting`."""


class Rows(Protocol):
    """What `divide` does with rows: in lists here, in arrays in `specc.data.splitting`.

    `values` and `texts` are those of all rows, of which the first `free` count. Parts are 0, 1 and 2 for train,
    validation and test.
    """

    def counts(self, classes: Values, free: int, most: int) -> Values:
        """How many rows each of `most` classes has."""

    def dealt(self, free: int, seed: int, classes: Values, deal: "Deal") -> Values:
        """The part of each row: the first ones of a class in the order of the seed test, the next ones validate.

        `classes` is None if there are none. With `folds`, one in so many of those that do not test validates.
        """

    def tally(self, texts: Values, free: int) -> Mapping[str, Tally]:
        """The texts, in the order of their first rows."""

    def spread(self, texts: Values, free: int, parts: Mapping[str, int]) -> Values:
        """The part of each row by its text."""

    def missing(self, times: Values, free: int) -> Tally | None:
        """The rows without a time."""

    def in_time(self, times: Values, free: int) -> tuple[Values, Values]:
        """The rows in the order of time, of their numbers where times are equal; and the times in that order."""

    def cut(self, order: Values, validation: int, test: int) -> Values:
        """The part of each row where places in `order` from `validation` on validate, from `test` on test."""

    def trained(self, classes: Values, parts: Values) -> Values:
        """The classes of the rows that train, each once."""


class Deal(NamedTuple):
    """How many rows of each class test and validate, or else which of how many folds does."""

    test: Mapping[int, int]
    validation: Mapping[int, int]
    folds: int
    fold: int


class Divided(NamedTuple):
    """The part of each of the free rows; those that the source sets apart come behind."""

    asked: Asked
    parts: Sequence[int]


def divide(  # noqa: PLR0913, PLR0917  what rows are divided by, and how they are kept
    samples: int, data: DataSpec, seed: int, labels: Labels | None, given: Given, keys: Keys, rows: Rows
) -> tuple[Divided | None, list[Finding]]:
    """As `partition`, by part of each row."""
    asked, findings = asked_for(samples, data, given)
    if asked is None:
        return None, findings
    split = data.split
    if split.stratify and labels is None:
        message = "`stratify` needs a target of classes, and this one is a number"
        return None, [error("stratify-without-classes", message, data.span_of("split", "stratify"))]
    if any(getattr(keys, key) is None for key in split_columns(data)):
        return None, []
    seed = split.seed if split.seed is not None else seed
    parts: Sequence[int] | None
    if split.by:
        words, more = parts_of_words(rows.tally(keys.by, asked.free), data, keys)
        parts = None if words is None else rows.spread(keys.by, asked.free, words)
    elif split.time:
        parts, more = _by_time(asked, data, keys, rows)
    elif split.group:
        parts, more = _by_group(asked, data, seed, keys, rows)
    else:
        parts, more = _by_class(asked, data, seed, labels if split.stratify is not False else None, rows)
    findings += more
    if parts is None or has_errors(findings):
        return None, findings
    if labels and split_columns(data) and not any(asked.given):  # those of a given part are `unknown-class`
        present = rows.counts(labels.indices, samples, len(labels.names))
        trained = rows.trained(labels.indices, parts)
        findings += untrained_classes(data, labels, trained, (index for index, n in enumerate(present) if n))
    return Divided(asked, parts), findings


def _by_class(
    asked: Asked, data: DataSpec, seed: int, labels: Labels | None, rows: Rows
) -> tuple[Sequence[int] | None, list[Finding]]:
    """By the order of the seed, class by class; without classes all rows are of one."""
    counts = rows.counts(labels.indices, asked.free, len(labels.names)) if labels else [asked.free]
    findings = small_classes(data, labels, counts, asked) if labels else []
    taken = quotas({label: int(count) for label, count in enumerate(counts) if count}, asked)
    if taken is None:
        message = f"{asked.taken} of {asked.free} rows leave some of {len(counts)} classes no row to train on"
        return None, [*findings, error("split-too-large", message, data.span_of("split"))]
    classes = labels.indices if labels else None
    split = data.split
    return rows.dealt(asked.free, seed, classes, Deal(*taken, split.folds or 0, split.fold or 0)), findings


def _by_group(
    asked: Asked, data: DataSpec, seed: int, keys: Keys, rows: Rows
) -> tuple[Sequence[int] | None, list[Finding]]:
    groups = rows.tally(keys.group, asked.free)
    if none := groups.get(""):
        return None, [missing_key("group", none, data, keys)]
    parts, findings = parts_of_groups(groups, asked, data, seed)
    return (None if parts is None else rows.spread(keys.group, asked.free, parts)), findings


def _by_time(asked: Asked, data: DataSpec, keys: Keys, rows: Rows) -> tuple[Sequence[int] | None, list[Finding]]:
    if none := rows.missing(keys.time, asked.free):
        return None, [missing_key("time", none, data, keys)]
    order, times = rows.in_time(keys.time, asked.free)
    bounds, findings = time_bounds(times, asked, data)
    return (None if bounds is None else rows.cut(order, *bounds)), findings


class _Lists:
    """Rows in lists."""

    def counts(self, classes: Sequence[int], free: int, most: int) -> Sequence[int]:
        counts = [0] * most
        for row in range(free):
            counts[classes[row]] += 1
        return counts

    def dealt(self, free: int, seed: int, classes: Sequence[int] | None, deal: Deal) -> bytearray:
        members: dict[int, list[int]] = {label: [] for label in deal.test}
        for row in shuffled(free, seed):
            members[classes[row] if classes is not None else 0].append(row)
        parts = bytearray(free)
        dealt = 0
        for label, rows in members.items():
            first = deal.test[label]
            second = first + deal.validation[label]
            for row in rows[:first]:
                parts[row] = TEST
            for row in rows[first:second]:
                parts[row] = VALIDATION
            if deal.folds:
                for row in rows[first + (deal.fold - dealt) % deal.folds :: deal.folds]:
                    parts[row] = VALIDATION
                dealt += len(rows) - first
        return parts

    def tally(self, texts: Sequence[str], free: int) -> Mapping[str, Tally]:
        found: dict[str, Tally] = {}
        for row in range(free):
            count, first = found.get(texts[row], (0, row))
            found[texts[row]] = Tally(count + 1, first)
        return found

    def spread(self, texts: Sequence[str], free: int, parts: Mapping[str, int]) -> bytearray:
        return bytearray(parts[texts[row]] for row in range(free))

    def missing(self, times: Sequence[float], free: int) -> Tally | None:
        rows = [row for row in range(free) if times[row] != times[row]]  # NaN
        return Tally(len(rows), rows[0]) if rows else None

    def in_time(self, times: Sequence[float], free: int) -> tuple[Sequence[int], Sequence[float]]:
        order = sorted(range(free), key=times.__getitem__)
        return order, [times[row] for row in order]

    def cut(self, order: Sequence[int], validation: int, test: int) -> bytearray:
        parts = bytearray(len(order))
        for row in order[validation:test]:
            parts[row] = VALIDATION
        for row in order[test:]:
            parts[row] = TEST
        return parts

    def trained(self, classes: Sequence[int], parts: Sequence[int]) -> Sequence[int]:
        return [*{classes[row] for row, part in enumerate(parts) if not part}]


_LISTS = _Lists()
