"""What in the data is probably not meant: `judge` gives a warning for each.

All of it works; some of it makes a model look better than it is, and some makes it worse than it could be.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np

from specc.data import DataSpec
from specc.data.facts import CLASSES, NUMBER, TEXT, TargetFacts
from specc.data.loading import Columns
from specc.diagnostics import Finding, Span, warning
from specc.exploring.leaks import MOST_ROWS, giveaway
from specc.exploring.meaning import counts_of, values_of
from specc.exploring.profile import Profile, Rows, evenly, is_array, is_numeric
from specc.exploring.renaming import renamed
from specc.exploring.row_digests import digest_column, digest_rows
from specc.exploring.shifts import category_shift, number_shift

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

ACCURATE = 0.99
"""A column that alone is right about so many rows gives classes away, if there are many to be wrong about."""
ERRORS_AVOIDED = 0.9
VARIANCE_EXPLAINED = 0.999
"""The same of a target that is a number."""
MOST_TIMES = 20
"""From here on a class that is so much rarer than the most frequent one is a word."""
EXAMPLES = 5
_TOGETHER = "remove what is there twice, or write `group: COLUMN` under `split` for what belongs together"


def judge(data: DataSpec, columns: Columns, rows: Rows, profile: Profile) -> list[Finding]:
    """The warnings, by what they are about: columns, then pairs of columns, then splits, then classes."""
    return [
        *_constant(data, profile),
        *_equal(data, columns),
        *_leaks(data, columns),
        *_in_two_splits(data, columns, rows),
        *_shifts(data, columns, rows),
        *_imbalance(data, columns, rows),
    ]


def place_of(data: DataSpec, name: str) -> Span:
    """Where the spec speaks of a column, or else of the source."""
    for key, names in data.inputs.items():
        if name in names:
            return data.span_of("inputs", key, names.index(name))
    if name in data.target:
        return data.span_of("target", data.target.index(name))
    return data.span_of("columns", name) if name in data.columns else data.source.span


def _constant(data: DataSpec, profile: Profile) -> Iterator[Finding]:
    for column in profile.columns:
        parts = column.parts.values()
        if column.role != "input" or any(part.missing or part.distinct != 1 for part in parts):
            continue
        values = {part.common[0][0] if part.common else part.spread and part.spread.least for part in parts}
        if len(values) == 1:
            value = values.pop()
            shown = f"{value:g}" if isinstance(value, float) else value
            message = f"`{column.name}` is `{shown}` in every row"
            help_ = f"write `drop: [{column.name}]`: it says nothing"
            yield warning("constant-column", message, place_of(data, column.name), help=help_)


def _equal(data: DataSpec, columns: Columns) -> Iterator[Finding]:
    by_content: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name in columns.facts.features:
        by_content[digest_column(columns, name)].append(name)
    equal = {name: names[0] for names in by_content.values() for name in names[1:]}
    for name, first in equal.items():
        message = f"`{name}` has the same value as `{first}` in every row"
        yield warning("equal-columns", message, place_of(data, name), help=f"write `drop: [{name}]`")
    for name, first in renamed(columns):
        if name not in equal:
            message = f"`{name}` says the same as `{first}` in other words: their values go with each other one to one"
            yield warning("equal-columns", message, place_of(data, name), help=f"write `drop: [{name}]`")


def _leaks(data: DataSpec, columns: Columns) -> Iterator[Finding]:
    facts = columns.facts
    rows = evenly(np.arange(len(columns)), MOST_ROWS)
    for target in facts.targets:
        if target.kind not in {CLASSES, NUMBER} or facts.columns[target.name].shape:
            continue
        truth = values_of(columns, target.name, rows) if target.kind == CLASSES else columns.numbers(target.name, rows)
        for name in facts.features:
            column = facts.columns[name]
            if is_array(column, None) or column.kind == TEXT:
                continue
            values = columns.numbers(name, rows) if is_numeric(column, None) else values_of(columns, name, rows)
            found = giveaway(values, truth)
            if _tells(found, target, truth):
                yield _leak(data, name, target, found, truth)


def _tells(found: float, target: TargetFacts, truth: Array) -> bool:
    if target.kind != CLASSES:
        return found >= VARIANCE_EXPLAINED
    return found >= ERRORS_AVOIDED and _accuracy(found, truth) >= ACCURATE


def _accuracy(found: float, truth: Array) -> float:
    """The share of the rows that is right, from the share of the errors that is avoided."""
    _, counts = np.unique(truth[truth != ""].astype(str), return_counts=True)
    return 1 - (1 - found) * (1 - float(counts.max() / counts.sum()))


def _leak(data: DataSpec, name: str, target: TargetFacts, found: float, truth: Array) -> Finding:
    if target.kind == CLASSES:
        how = f"it is right about {_accuracy(found, truth):.1%} of the rows"
    else:
        how = f"it explains {found:.2%} of the variance"
    return warning(
        "target-leak",
        f"`{name}` alone tells the target `{target.name}`: {how}",
        place_of(data, name),
        notes=("of a new sample this may not be known before the target is",),
        help=f"write `drop: [{name}]` if it follows from `{target.name}`",
    )


def _in_two_splits(data: DataSpec, columns: Columns, rows: Rows) -> Iterator[Finding]:
    """One warning with a note for each two splits that have rows in common."""
    digests = {split: digest_rows(columns, columns.facts.features, part) for split, part in rows.items()}
    repeated = {split: np.zeros(len(part), bool) for split, part in rows.items()}
    notes = []
    for before, split in combinations(rows, 2):
        twice = np.isin(digests[split], digests[before])
        if twice.any():
            repeated[split] |= twice
            notes.append(_repeated(rows, (before, split), (digests[before], digests[split]), twice))
    count = sum(int(found.sum()) for found in repeated.values())
    if count:
        message = f"{count} rows have the same features as a row of another split"
        yield warning("row-in-two-splits", message, data.span_of("split"), notes=tuple(notes), help=_TOGETHER)


def _repeated(rows: Rows, splits: tuple[str, str], digests: tuple[Array, Array], twice: Array) -> str:
    """How many rows of the second split the first one has, and some of them by their numbers, counted from 1."""
    before, split = splits
    examples = [
        f"{int(rows[split][index]) + 1} is {int(rows[before][int(np.argmax(digests[0] == digests[1][index]))]) + 1}"
        for index in np.flatnonzero(twice)[:EXAMPLES]
    ]
    count = int(twice.sum())
    more = ", …" if count > EXAMPLES else ""
    return f"{split} has {count} of {before}: row {', '.join(examples)}{more}"


def _shifts(data: DataSpec, columns: Columns, rows: Rows) -> Iterator[Finding]:
    if "train" not in rows:
        return
    targets = {target.name: target.kind for target in columns.facts.targets}
    for name in (*targets, *columns.facts.features):
        facts, target = columns.facts.columns[name], targets.get(name)
        if is_array(facts, target) or (facts.kind == TEXT and target is None):
            continue
        for split in [split for split in rows if split != "train"]:
            if is_numeric(facts, target):
                one, other = (_present(columns.numbers(name, rows[part])) for part in ("train", split))
                found = number_shift(one, other)
                how = "" if found is None else f"a mean of {_mean(one)} against {_mean(other)}"
            else:
                counts = [counts_of(columns, name, rows[part]) for part in ("train", split)]
                found = category_shift(*counts)
                how = "" if found is None else f"{found:.0%} of the rows would have to have another value"
            if found is not None:
                message = f"`{name}` is distributed otherwise in the {split} split than in training: {how}"
                notes = (f"the distance of the two is {found:.2f} of 1",)
                help_ = "shuffle the rows before they are divided, or find out what changed"
                yield warning("split-shift", message, place_of(data, name), notes=notes, help=help_)


def _present(values: Array) -> Array:
    return values[~np.isnan(values)]


def _mean(values: Array) -> str:
    return f"{float(values.astype('float64').mean()):.4g}"


def _imbalance(data: DataSpec, columns: Columns, rows: Rows) -> Iterator[Finding]:
    for target in columns.facts.targets:
        if target.kind != CLASSES or columns.facts.columns[target.name].shape or "train" not in rows:
            continue
        found = counts_of(columns, target.name, rows["train"])
        counts = {name: count for name, count in found.items() if name and count}
        if not counts:
            continue
        most, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
        if counts[most] >= MOST_TIMES * counts[least]:
            message = (
                f"class `{least}` of `{target.name}` has {counts[least]} training row{'s' * (counts[least] > 1)}, "
                f"`{most}` has {counts[most]}"
            )
            notes = ("a model that never says the rare class is nearly always right",)
            help_ = "write `class_weight: balanced` under `training`, or `balance: oversample` under `data`"
            yield warning("class-imbalance", message, place_of(data, target.name), notes=notes, help=help_)
