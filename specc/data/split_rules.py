"""What a split asks for, and where classes, groups, times and words then go: decided on counts, not on rows.

Comes in: a `SplitSpec` and how many rows there are of what. Goes out: sizes, quotas, parts, and findings. The rows
themselves are dealt out by `specc.data.partition` in lists and by `specc.data.splitting` in arrays; both ask here, so
that both divide alike. Needs nothing but Python.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import floor
from typing import NamedTuple

from specc.data.section import DataSpec, Share, SplitSpec
from specc.diagnostics import Finding, Label, Span, error, warning

DEFAULT_SHARE = 0.15
TRAIN, VALIDATION, TEST = range(3)
PARTS: Mapping[str, int] = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
"""What the column of `by` may hold."""
KEYS = ("group", "time", "by")
"""The keys of a split that name a column."""
MASK = 2**64 - 1

_FROM_COLUMN = "`by` says of each row where it belongs"
_EXCLUDING: Sequence[tuple[str, str, str]] = (
    *(("by", other, _FROM_COLUMN) for other in ("validation", "test", "stratify", "group", "time", "folds")),
    ("time", "group", "rows are divided by time, or kept together by group"),
    ("time", "stratify", "by time, which classes a part has is as it comes"),
    ("time", "folds", "most folds would be trained on what comes after their validation"),
    ("group", "stratify", "groups are kept whole, whatever classes they have"),
    ("folds", "validation", "each fold validates once"),
)


class Given(NamedTuple):
    """How many rows the source itself sets apart: the last ones are its test part, those before its validation."""

    validation: int = 0
    test: int = 0


class Keys(NamedTuple):
    """The values of the columns that `group`, `time` and `by` name, one for each row; None where none is named.

    Groups and words are texts, "" where missing; times are numbers, NaN where missing. `place` says where the value of
    a row in a column is written; without it faults are shown at the key.
    """

    group: Sequence[str] | None = None
    time: Sequence[float] | None = None
    by: Sequence[str] | None = None
    place: Callable[[int, str], Span] | None = None


class Labels(NamedTuple):
    """The class of every row as an index, and the names of the classes; `target` is the column they come from."""

    target: str
    indices: Sequence[int]
    names: Sequence[str]


class Asked(NamedTuple):
    """How many rows validate and test of the `free` ones, which the source does not set apart."""

    free: int
    validation: int
    test: int
    given: Given

    @property
    def taken(self) -> int:
        """The free rows that do not train."""
        return self.validation + self.test


class Tally(NamedTuple):
    """One text of a column: how many `rows` have it, and the first of them."""

    rows: int
    first: int


def column_of(split: SplitSpec, key: str) -> str | None:
    """The column that a key of `KEYS` names."""
    found: str | None = getattr(split, key)
    return found


def share_of(share: Share | None, samples: int) -> int:
    """How many of `samples` rows a share is; None is the default share."""
    share = DEFAULT_SHARE if share is None else share
    return share if isinstance(share, int) else floor(share * samples + 0.5)


def asked_for(samples: int, data: DataSpec, given: Given) -> tuple[Asked | None, list[Finding]]:
    """What the split wants of `samples` rows; None if it contradicts itself, or if they are too few."""
    findings = contradictions(data)
    if findings:
        return None, findings
    split = data.split
    given = _used(split, given)
    free = samples - sum(given)
    if split.by:
        return Asked(free, 0, 0, given), []
    wanted = {"test": 0, "validation": 0}
    for name, share in (("test", split.test), ("validation", split.validation)):
        if getattr(given, name) or (split.folds and share is None):
            continue
        wanted[name] = share_of(share, free)
        if share and not wanted[name]:
            message = f"`{name}: {share}` of {free} rows is less than one row"
            help_text = f"write `{name}: 0` for no such split, or the number of rows"
            return None, [error("split-empty", message, data.span_of("split", name), help=help_text)]
    asked = Asked(free, wanted["validation"], wanted["test"], given)
    if asked.taken >= free:
        sizes = f"validation ({asked.validation + given.validation}) and test ({asked.test + given.test})"
        notes = (f"the data has {_rows(samples)}",)
        message = f"{sizes} leave no row to train on"
        return None, [error("split-too-large", message, data.span_of("split"), notes=notes)]
    if split.folds and free - asked.test < split.folds:
        message = f"{_rows(free - asked.test)} cannot be divided into {split.folds} folds"
        return None, [error("split-too-large", message, data.span_of("split", "folds"))]
    return asked, []


def contradictions(data: DataSpec) -> list[Finding]:
    """Keys of the split, and files of the source, of which only one may be given."""
    split = data.split
    findings = []
    for name, other, why in _EXCLUDING:
        written = getattr(split, other) if other == "stratify" else getattr(split, other) is not None
        if written and getattr(split, name) is not None:
            findings.append(_conflict(data, name, other, why, data.span_of("split", name)))
    for part in ("validation", "test"):
        if not data.source.arguments.get(part) or data.source.kind == "dataset":
            continue
        others = [part, "by", *(["folds"] if part == "validation" else [])]
        why = f"the {part} part has files of its own"
        findings += [
            _conflict(data, f"{data.source.kind}: {part}", other, why, data.source.span_of(part))
            for other in others
            if getattr(split, other) is not None
        ]
    return findings


def _conflict(data: DataSpec, name: str, other: str, why: str, place: Span) -> Finding:
    message = f"`{other}` cannot be given together with `{name}`: {why}"
    return error("conflicting-keys", message, data.span_of("split", other), labels=(Label(place, f"`{name}`"),))


def _used(split: SplitSpec, given: Given) -> Given:
    """What the source sets apart, unless the split divides all rows anew, as it may with a built-in set."""
    if split.by:
        return Given()
    return Given(
        0 if split.validation is not None or split.folds else given.validation,
        0 if split.test is not None else given.test,
    )


def quotas(sizes: Mapping[int, int], asked: Asked) -> tuple[Mapping[int, int], Mapping[int, int]] | None:
    """How many rows of each class test and validate; None if a class would have none left to train on."""
    spare = {label: size - 1 for label, size in sizes.items()}
    if sum(spare.values()) < asked.taken:
        return None
    tests = _apportion(asked.test, sizes, spare)
    validations = _apportion(asked.validation, sizes, {label: spare[label] - tests[label] for label in sizes})
    return tests, validations


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


def parts_of_groups(
    groups: Mapping[str, Tally], asked: Asked, data: DataSpec, seed: int
) -> tuple[dict[str, int] | None, list[Finding]]:
    """The part of each group, in an order that depends on the groups' texts and the seed alone.

    A group is taken if that brings its part nearer to the rows that it should have. A part that would go empty takes
    the smallest group; as many groups as there are parts to come are left.
    """
    folds = data.split.folds
    needed = (asked.test > 0) + (folds or 1 + (asked.validation > 0))
    if len(groups) < needed:
        message = f"`{data.split.group}` has {len(groups)} groups for {needed} {'parts' if folds else 'splits'}"
        return None, [error("split-too-large", message, data.span_of("split", "group"))]
    sizes = {text: tally.rows for text, tally in groups.items()}
    left = sorted(sizes, key=lambda text: (mixed(mixed(seed & MASK) + _hash(text) & MASK), text))
    parts = dict.fromkeys(left, TRAIN)
    kept = needed
    for part, wanted in ((TEST, asked.test), (VALIDATION, asked.validation)):
        if wanted:
            kept -= 1
            taken = _nearest(left, sizes, wanted, len(left) - kept)
            parts |= dict.fromkeys(taken, part)
            left = [text for text in left if text not in taken]
    if folds:
        parts |= dict.fromkeys(_fold(left, sizes, folds, data.split.fold or 0), VALIDATION)
    return parts, []


def _nearest(groups: Sequence[str], sizes: Mapping[str, int], wanted: int, most: int) -> Collection[str]:
    """At most `most` of the groups, so that together they have about `wanted` rows."""
    taken: dict[str, None] = {}
    rows = 0
    for text in groups:
        if len(taken) < most and abs(rows + sizes[text] - wanted) < abs(rows - wanted):
            taken[text] = None
            rows += sizes[text]
    return taken or {min(groups, key=sizes.__getitem__): None}


def _fold(groups: Sequence[str], sizes: Mapping[str, int], folds: int, fold: int) -> list[str]:
    """The groups of one fold: from the largest group to the smallest, each goes to the fold with the fewest rows."""
    filled = [(0, index) for index in range(folds)]
    members: list[list[str]] = [[] for _ in range(folds)]
    for text in sorted(groups, key=lambda text: -sizes[text]):
        rows, index = filled[0]
        members[index].append(text)
        heapq.heapreplace(filled, (rows + sizes[text], index))
    return members[fold]


def time_bounds(times: Sequence[float], asked: Asked, data: DataSpec) -> tuple[tuple[int, int] | None, list[Finding]]:
    """Where validation and test begin among the rows in the order of `times`, which ascend.

    Rows of one time stay together: a bound that would fall among them goes to the nearer end, to the later one if both
    are as near.
    """
    end = len(times)
    test = _bound(times, end - asked.test, end) if asked.test else end
    validation = _bound(times, test - asked.validation, test) if asked.validation else test
    if validation > 0:
        return (validation, test), []
    message = f"too many rows have the same `{data.split.time}`: none of them is left to train on"
    return None, [error("split-too-large", message, data.span_of("split", "time"))]


def _bound(times: Sequence[float], at: int, end: int) -> int:
    if at <= 0 or times[at - 1] != times[at]:
        return max(at, 0)
    low, high = bisect_left(times, times[at], 0, end), bisect_right(times, times[at], 0, end)
    return high if high < end and (not low or high - at <= at - low) else low


def parts_of_words(
    words: Mapping[str, Tally], data: DataSpec, keys: Keys
) -> tuple[dict[str, int] | None, list[Finding]]:
    """The part that each word of the column of `by` stands for."""
    wrong = sorted((tally.first, word) for word, tally in words.items() if word not in PARTS)
    if wrong:
        row, word = wrong[0]
        found = Tally(sum(words[word].rows for _, word in wrong), row)
        what = f"is `{word}`" if word else "has no value"
        message = f"row {row + 1} of `{data.split.by}` {what}, and `by` needs `train`, `validation` or `test`"
        return None, [_unfit(message, "by", found, data, keys)]
    if "train" not in words:
        return None, [error("split-empty", f"no row of `{data.split.by}` is `train`", data.span_of("split", "by"))]
    return {word: PARTS[word] for word in words}, []


def missing_key(key: str, found: Tally, data: DataSpec, keys: Keys) -> Finding:
    """Rows have no group or no time."""
    message = f"row {found.first + 1} has no value in `{column_of(data.split, key)}`, so its {key} is not known"
    return _unfit(message, key, found, data, keys)


def _unfit(message: str, key: str, found: Tally, data: DataSpec, keys: Keys) -> Finding:
    written = data.span_of("split", key)
    place = keys.place(found.first, column_of(data.split, key) or "") if keys.place else written
    labels = (Label(written, "divided by this column"),) if keys.place else ()
    notes = (f"{_rows(found.rows - 1)} more cannot be divided either",) if found.rows > 1 else ()
    return error("invalid-split-value", message, place, labels=labels, notes=notes)


def small_classes(data: DataSpec, labels: Labels, counts: Sequence[int], asked: Asked) -> list[Finding]:
    """A finding for the first class with fewer rows than there are splits: an error if `stratify: true` is written."""
    folds = data.split.folds or 0
    needed = (folds or 1) + sum(count > 0 for count in (asked.validation, asked.test))
    small = [label for label, count in enumerate(counts) if 0 < count < needed]
    if not small or needed == 1:
        return []
    count, name = counts[small[0]], labels.names[small[0]]
    parts = "folds and test" if folds and asked.test else "folds" if folds else "splits"
    message = f"class `{name}` of `{labels.target}` has {_rows(count)} for {needed} {parts}"
    notes: tuple[str, ...] = (f"so have {len(small) - 1} other classes",) if len(small) > 1 else ()
    if data.split.stratify:
        place, help_text = data.span_of("split", "stratify"), "write `stratify: false`"
        return [error("small-class", message, place, notes=notes, help=help_text)]
    notes += () if folds else ("its rows train first",)
    return [warning("small-class", message, data.span_of("target"), notes=notes)]


def untrained_classes(data: DataSpec, labels: Labels, trained: Iterable[int], present: Iterable[int]) -> list[Finding]:
    """A warning about classes that are `present` in the data and of which no row is `trained` on."""
    missing = sorted({*present} - {*trained})
    if not missing:
        return []
    message = f"class `{labels.names[missing[0]]}` of `{labels.target}` has no row to train on"
    notes = (f"nor have {len(missing) - 1} other classes",) if len(missing) > 1 else ()
    return [warning("small-class", message, data.span_of("target"), notes=notes)]


def mixed(value: int) -> int:
    """splitmix64 (Steele, Lea and Flood, 2014): every 64-bit integer to another one, evenly spread."""
    value = value + 0x9E3779B97F4A7C15 & MASK
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def _hash(text: str) -> int:
    """64 bits of a text: BLAKE2b of its UTF-8, the first byte the lowest."""
    from hashlib import blake2b  # only groups pay for it

    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"
