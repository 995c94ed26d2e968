"""Which rows train, validate and test: a pure function of the seed, the shares and the classes.

Comes in: a number of rows, a `SplitSpec`, the class of every row. Goes out: three lists of row numbers, each
ascending. Needs nothing but integers, so that the check, which has no NumPy, and training find the same rows on every
machine.

The rule. Row i has the key splitmix64(splitmix64(seed) + i); rows are taken in the order of their keys. A share that
is a fraction f of n rows is floor(f n + 1/2) rows. Without classes, the first rows are the test split, the next the
validation split, the rest trains. With classes, each class gives its quota (rows of the class * share / n), rounded
so that the sum is exact (largest remainder first, ties by class), and always keeps one row for training.
"""

from collections.abc import Mapping, Sequence
from math import floor
from typing import NamedTuple

from specc.data.section import DataSpec, Share, SplitSpec
from specc.diagnostics import Finding, error, warning

DEFAULT_SHARE = 0.15
_MASK = 2**64 - 1


class Partition(NamedTuple):
    """Row numbers of the three splits, each ascending; together every row exactly once."""

    train: Sequence[int]
    validation: Sequence[int]
    test: Sequence[int]


class Labels(NamedTuple):
    """The class of every row as an index, and the names of the classes; `target` is the column they come from."""

    target: str
    indices: Sequence[int]
    names: Sequence[str]


def partition(
    samples: int, data: DataSpec, seed: int, labels: Labels | None = None, given_test: int = 0
) -> tuple[Partition | None, list[Finding]]:
    """The rows of each split. `seed` is the run's, used if the split has none of its own.

    `labels` are those of the first target if it is classes. The last `given_test` rows are the set's own test part.
    """
    sizes, findings = split_sizes(samples, data, given_test)
    if sizes is None:
        return None, findings
    validation, test = sizes
    split = data.split
    if split.stratify and labels is None:
        message = "`stratify` needs a target of classes, and this one is a number"
        return None, [error("stratify-without-classes", message, data.span_of("split", "stratify"))]
    given = range(samples - given_test, samples) if _uses_given_test(split, given_test) else range(0)
    free = samples - len(given)
    order = shuffled(free, split.seed if split.seed is not None else seed)
    wanted = (0 if given else test, validation)
    if labels is None or split.stratify is False:
        parts = order[: wanted[0]], order[wanted[0] : sum(wanted)], order[sum(wanted) :]
    else:
        findings += _small_classes(data, labels, free, wanted)
        taken = _stratified(order, labels.indices, wanted)
        if taken is None:
            message = f"{sum(wanted)} of {free} rows leave some of {len(labels.names)} classes no row to train on"
            findings.append(error("split-too-large", message, data.span_of("split")))
            return None, findings
        parts = taken
    if any(finding.level == "error" for finding in findings):
        return None, findings
    return Partition(sorted(parts[2]), sorted(parts[1]), given or sorted(parts[0])), findings


def split_sizes(samples: int, data: DataSpec, given_test: int = 0) -> tuple[tuple[int, int] | None, list[Finding]]:
    """How many rows validate and test; None if they cannot be had. Needs no classes."""
    split = data.split
    given = given_test if _uses_given_test(split, given_test) else 0
    free = samples - given
    counts: dict[str, int] = {}
    for name, share in (("test", split.test), ("validation", split.validation)):
        counts[name] = given if name == "test" and given else share_of(share, free)
        if share and not counts[name]:
            message = f"`{name}: {share}` of {free} rows is less than one row"
            help_text = f"write `{name}: 0` for no such split, or the number of rows"
            return None, [error("split-empty", message, data.span_of("split", name), help=help_text)]
    taken = counts["validation"] + counts["test"]
    if taken >= samples:
        message = f"validation ({counts['validation']}) and test ({counts['test']}) leave no row to train on"
        notes = (f"the data has {samples} row{'s' if samples != 1 else ''}",)
        return None, [error("split-too-large", message, data.span_of("split"), notes=notes)]
    return (counts["validation"], counts["test"]), []


def shuffled(count: int, seed: int) -> list[int]:
    """The numbers below `count` in the order that the seed gives them."""
    start = _mixed(seed & _MASK)
    keys = [_mixed(start + row & _MASK) for row in range(count)]
    return sorted(range(count), key=keys.__getitem__)


def _mixed(value: int) -> int:
    """splitmix64 (Steele, Lea and Flood, 2014): every 64-bit integer to another one, evenly spread."""
    value = value + 0x9E3779B97F4A7C15 & _MASK
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _MASK
    return value ^ value >> 31


def _uses_given_test(split: SplitSpec, given_test: int) -> bool:
    return bool(given_test) and split.test is None


def share_of(share: Share | None, samples: int) -> int:
    """How many of `samples` rows a share is; None is the default share."""
    share = DEFAULT_SHARE if share is None else share
    return share if isinstance(share, int) else floor(share * samples + 0.5)


def _stratified(
    order: Sequence[int], classes: Sequence[int], wanted: tuple[int, int]
) -> tuple[list[int], list[int], list[int]] | None:
    """The rows of test, validation and train, class by class; None if a class would have none left to train on."""
    members: dict[int, list[int]] = {}
    for row in order:
        members.setdefault(classes[row], []).append(row)
    sizes = {label: len(rows) for label, rows in sorted(members.items())}
    spare = {label: size - 1 for label, size in sizes.items()}
    if sum(spare.values()) < sum(wanted):
        return None
    tests = _apportion(wanted[0], sizes, spare)
    validations = _apportion(wanted[1], sizes, {label: spare[label] - tests[label] for label in sizes})
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for label, rows in members.items():
        first, second = tests[label], tests[label] + validations[label]
        for part, taken in zip(parts, (rows[:first], rows[first:second], rows[second:]), strict=True):
            part.extend(taken)
    return parts


def _apportion(total: int, sizes: Mapping[int, int], capacity: Mapping[int, int]) -> dict[int, int]:
    """`total` rows over the classes in proportion to `sizes`, none above its `capacity`."""
    samples = sum(sizes.values())
    seats = {label: min(total * size // samples, capacity[label]) for label, size in sizes.items()}
    while left := total - sum(seats.values()):
        behind = [label for label in sizes if seats[label] < capacity[label]]
        behind.sort(key=lambda label: (samples * seats[label] - total * sizes[label], label))
        for label in behind[:left]:
            seats[label] += 1
    return seats


def _small_classes(data: DataSpec, labels: Labels, free: int, wanted: tuple[int, int]) -> list[Finding]:
    """A finding for the first class with fewer rows than there are splits: an error if `stratify: true` is written."""
    needed = 1 + sum(count > 0 for count in wanted)
    counts = [0] * len(labels.names)
    for row in range(free):
        counts[labels.indices[row]] += 1
    small = [label for label, count in enumerate(counts) if 0 < count < needed]
    if not small or needed == 1:
        return []
    count, name = counts[small[0]], labels.names[small[0]]
    message = f"class `{name}` of `{labels.target}` has {count} row{'s' if count > 1 else ''} for {needed} splits"
    notes = (f"so have {len(small) - 1} other classes",) if len(small) > 1 else ()
    if data.split.stratify:
        return [
            error(
                "small-class", message, data.span_of("split", "stratify"), notes=notes, help="write `stratify: false`"
            )
        ]
    return [warning("small-class", message, data.span_of("target"), notes=(*notes, "its rows train first"))]
