"""Splits of data that have an order: the first samples train, those after them validate, the last ones test.

Running text and windows over time are divided so, before samples are cut, so that no two parts share a row.
"""

from dataclasses import replace
from math import floor
from typing import NamedTuple

from specc.data.section import DataSpec, Share, SplitSpec
from specc.data.split_rules import DEFAULT_SHARE, Given
from specc.diagnostics import Finding, error

_ROW_WISE = ("group", "time", "by", "folds", "stratify", "seed")


class Cut(NamedTuple):
    """How samples are cut from rows: each takes `span` rows, and begins `stride` rows after the one before."""

    span: int
    stride: int

    def samples(self, rows: int) -> int:
        """How many samples there are in so many rows."""
        return max(rows - self.span, -1) // self.stride + 1

    def rows(self, samples: int) -> int:
        """How many rows so many samples need."""
        return (samples - 1) * self.stride + self.span if samples else 0


def is_contiguous(data: DataSpec) -> bool:
    """Whether the data are divided by their order."""
    return data.source.kind == "text" or data.windows is not None


def contradictions(data: DataSpec) -> list[Finding]:
    """Keys of the split that divide row by row, which does not go with samples that share rows."""
    what = "running text" if data.source.kind == "text" else "windows"
    found = []
    for key in _ROW_WISE:
        said = getattr(data.split, key)
        if said is not None and said is not False:  # a seed may be 0
            message = f"`{key}` cannot be given with {what}: the parts are divided by their order"
            found.append(error("conflicting-keys", message, data.span_of("split", key)))
    return found


def parts_of(data: DataSpec, rows: int, cut: Cut) -> tuple[tuple[int, int, int], list[Finding]]:
    """How many of `rows` are in the training, validation and test part of what has no files of its own for these.

    A fraction is one of the rows, a whole number one of samples.
    """
    sizes = {}
    for name, share in (("validation", data.split.validation), ("test", data.split.test)):
        own = bool(data.source.arguments.get(name)) if data.source.kind != "dataset" else False
        sizes[name] = 0 if own else _rows(share, rows, cut)
        if share and not own and not cut.samples(sizes[name]):
            message = f"`{name}: {share}` of {rows} rows is less than one sample, which takes {cut.span}"
            help_ = f"write `{name}: 0` for no such split"
            return (0, 0, 0), [error("split-empty", message, data.span_of("split", name), help=help_)]
    train = rows - sum(sizes.values())
    if not cut.samples(train):
        message = f"{max(train, 0)} rows are left to train on, and a sample takes {cut.span}"
        notes = (f"there are {rows} rows; validation has {sizes['validation']}, test {sizes['test']}",)
        return (0, 0, 0), [error("split-too-large", message, data.span_of("split"), notes=notes)]
    return (train, sizes["validation"], sizes["test"]), []


def with_given(data: DataSpec, given: Given) -> DataSpec:
    """The section with a split that takes the parts as they are, whatever shares it has."""
    if not is_contiguous(data):
        return data
    left_to = SplitSpec(
        validation=None if given.validation else 0, test=None if given.test else 0, stratify=False, seed=data.split.seed
    )
    return replace(data, split=left_to)


def _rows(share: Share | None, rows: int, cut: Cut) -> int:
    share = DEFAULT_SHARE if share is None else share
    return cut.rows(share) if isinstance(share, int) else floor(share * rows + 0.5)
