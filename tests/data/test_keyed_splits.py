"""Splits by groups, times, words and folds, and parts that the source gives."""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from specc.data import DataSpec
from specc.data.partition import Given, Keys, Labels, Partition, partition, shuffled, split_sizes
from specc.data.splitting import seed_keys, split_rows
from specc.diagnostics import Finding, Span
from tests.data.sections import section

CLASSES = Labels("y", [row % 3 for row in range(12)], ["a", "b", "c"])
SITES = Keys(group=[f"site {row // 2}" for row in range(12)])
DAYS = Keys(time=[float(row // 2) for row in range(12)])


def spec(split: str, source: str = "dataset: iris") -> DataSpec:
    return section(f"{{{source}, split: {{{split}}}}}")


def parts_of(parts: Partition | None) -> tuple[list[int], list[int], list[int]]:
    assert parts is not None
    train, validation, test = (list(part) for part in parts)
    assert sorted([*train, *validation, *test]) == list(range(len(train) + len(validation) + len(test)))
    assert all(part == sorted(part) for part in (train, validation, test))
    return train, validation, test


@pytest.mark.parametrize(
    ("split", "given", "expected"),
    [
        ("", Given(2, 3), ([0, 1, 2, 3, 4, 5, 6], [7, 8], [9, 10, 11])),
        ("test: 0", Given(2, 0), ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [10, 11], [])),
        ("time: day, validation: 4", Given(0, 2), ([0, 1, 2, 3, 4, 5], [6, 7, 8, 9], [10, 11])),
        ("time: day, validation: 2, test: 2", Given(), ([*range(8)], [8, 9], [10, 11])),
        ("time: day, validation: 0, test: 3", Given(), ([*range(10)], [], [10, 11])),
        ("time: day, validation: 1, test: 1", Given(), ([*range(8)], [8, 9], [10, 11])),
        ("by: day", Given(0, 3), ([0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11])),
    ],
)
def test_which_rows(split: str, given: Given, expected: tuple[list[int], ...]) -> None:
    words = ["train", "validation", "test"] * 4
    parts, findings = partition(12, spec(split), 0, None, given, DAYS._replace(by=words))
    assert not findings
    assert parts_of(parts) == expected


def test_rows_of_a_source_s_own_parts_are_not_divided() -> None:
    parts, _ = partition(30, spec("validation: 5"), 4, None, Given(0, 10))
    train, validation, test = parts_of(parts)
    assert test == list(range(20, 30))
    assert validation == sorted(shuffled(20, 4)[:5])
    assert len(train) == 15


def test_groups_stay_whole_and_follow_their_texts_alone() -> None:
    sites = [f"site {row * 7 % 40}" for row in range(200)]
    data = spec("group: site, validation: 0.2, test: 0.1, seed: 5")
    parts, _ = partition(200, data, 0, None, Given(), Keys(group=sites))
    train, validation, test = ({sites[row] for row in part} for part in parts_of(parts))
    assert len(train | validation | test) == len(train) + len(validation) + len(test)
    assert [len(part) for part in parts_of(parts)] == [140, 40, 20], "groups of five: the shares can be met"
    order = list(range(200))
    random.Random(3).shuffle(order)  # noqa: S311  an order of rows
    again, _ = partition(200, data, 0, None, Given(), Keys(group=[sites[row] for row in order]))
    assert [{sites[order[row]] for row in part} for part in parts_of(again)] == [train, validation, test]


def test_the_groups_are_fixed_forever() -> None:
    """As for rows: another hash would change the numbers of every run that has groups."""
    parts, _ = partition(12, spec("group: site, validation: 4, test: 2"), 7, None, Given(), SITES)
    assert parts_of(parts) == ([0, 1, 2, 3, 8, 9], [4, 5, 6, 7], [10, 11])


@pytest.mark.parametrize(
    ("sizes", "wanted", "expected"),
    [
        ([5, 5, 5, 5], "validation: 0, test: 5", [15, 0, 5]),
        ([5, 5, 5, 5], "validation: 0, test: 7", [15, 0, 5]),
        ([5, 5, 5, 5], "validation: 0, test: 1", [15, 0, 5]),
        ([97, 1, 1, 1], "validation: 1, test: 1", [98, 1, 1]),
        ([10, 2], "validation: 0, test: 11", [2, 0, 10]),
        ([50, 50, 50], "", [50, 50, 50]),
    ],
)
def test_shares_are_met_as_nearly_as_whole_groups_allow(sizes: list[int], wanted: str, expected: list[int]) -> None:
    groups = [str(index) for index, size in enumerate(sizes) for _ in range(size)]
    parts, findings = partition(len(groups), spec(f"group: g, {wanted}"), 0, None, Given(), Keys(group=groups))
    assert not findings
    assert [len(part) for part in parts_of(parts)] == expected


@pytest.mark.parametrize(
    ("split", "labels", "keys", "sizes"),
    [
        ("folds: 3", None, Keys(), [4, 4, 4]),
        ("folds: 5", None, Keys(), [3, 3, 2, 2, 2]),
        ("folds: 4", CLASSES, Keys(), [3, 3, 3, 3]),
        ("folds: 3, test: 3", CLASSES, Keys(), [3, 3, 3]),
        ("folds: 3, group: site", None, SITES, [4, 4, 4]),
        ("folds: 2, group: site, test: 4", None, SITES, [4, 4]),
    ],
)
def test_each_row_that_is_no_test_validates_in_one_fold(
    split: str, labels: Labels | None, keys: Keys, sizes: list[int]
) -> None:
    data = spec(split)
    folds = data.split.folds or 0
    found = [parts_of(partition(12, of_fold(data, fold), 0, labels, Given(), keys)[0]) for fold in range(folds)]
    assert [len(validation) for _, validation, _ in found] == sizes
    tests = {tuple(test) for _, _, test in found}
    assert len(tests) == 1
    rows = [row for _, validation, _ in found for row in validation]
    assert sorted([*rows, *tests.pop()]) == list(range(12))
    if labels:
        for label in range(3):
            counts = [sum(labels.indices[row] == label for row in validation) for _, validation, _ in found]
            assert max(counts) - min(counts) <= 1
    if not keys.group:
        assert [split_sizes(12, of_fold(data, fold))[0] for fold in range(folds)] == [
            (size, 12 - sum(sizes)) for size in sizes
        ]


def of_fold(data: DataSpec, fold: int) -> DataSpec:
    return replace(data, split=replace(data.split, fold=fold))


def test_without_a_fold_the_first_one_is_meant() -> None:
    assert partition(12, spec("folds: 3"), 0) == partition(12, of_fold(spec("folds: 3"), 0), 0)


@pytest.mark.parametrize("split", ["group: site", "time: day", "by: part"])
def test_what_a_column_decides_is_not_known_without_it(split: str) -> None:
    assert partition(12, spec(split), 0) == (None, [])
    assert split_sizes(12, spec(split)) == (None, [])


@pytest.mark.parametrize(
    ("split", "keys", "code", "part"),
    [
        ("by: part", Keys(by=["train"] * 11 + ["valid"]), "invalid-split-value", "row 12 of `part` is `valid`"),
        ("by: part", Keys(by=["train"] * 11 + [""]), "invalid-split-value", "row 12 of `part` has no value"),
        ("by: part", Keys(by=["Train"] * 12), "invalid-split-value", "row 1 of `part` is `Train`"),
        ("by: part", Keys(by=["test"] * 12), "split-empty", "no row of `part` is `train`"),
        ("group: site", Keys(group=["a", "", "b", ""] * 3), "invalid-split-value", "row 2 has no value in `site`"),
        ("group: site", Keys(group=["a", "b"] * 6), "split-too-large", "`site` has 2 groups for 3 splits"),
        ("group: site, folds: 3", Keys(group=["a", "b"] * 6), "split-too-large", "has 2 groups for 3 parts"),
        ("time: day", Keys(time=[1.0] * 11 + [float("nan")]), "invalid-split-value", "row 12 has no value in `day`"),
        ("time: day", Keys(time=[1.0] * 12), "split-too-large", "too many rows have the same `day`"),
        ("folds: 13", Keys(), "split-too-large", "12 rows cannot be divided into 13 folds"),
        ("folds: 6, test: 7", Keys(), "split-too-large", "5 rows cannot be divided into 6 folds"),
        ("by: part, test: 3", Keys(), "conflicting-keys", "`test` cannot be given together with `by`"),
        ("by: part, stratify: true", Keys(), "conflicting-keys", "`stratify` cannot be given together with `by`"),
        ("by: part, folds: 2", Keys(), "conflicting-keys", "`folds` cannot be given together with `by`"),
        ("by: part, time: day", Keys(), "conflicting-keys", "`time` cannot be given together with `by`"),
        ("time: day, group: site", Keys(), "conflicting-keys", "`group` cannot be given together with `time`"),
        ("time: day, folds: 2", Keys(), "conflicting-keys", "`folds` cannot be given together with `time`"),
        ("time: day, stratify: true", Keys(), "conflicting-keys", "`stratify` cannot be given together with `time`"),
        ("group: g, stratify: true", Keys(), "conflicting-keys", "`stratify` cannot be given together with `group`"),
        ("folds: 2, validation: 0", Keys(), "conflicting-keys", "`validation` cannot be given together with `folds`"),
    ],
)
def test_fault(split: str, keys: Keys, code: str, part: str) -> None:
    parts, findings = partition(12, spec(split), 0, None, Given(), keys)
    assert parts is None
    assert [finding.code for finding in findings] == [code]
    assert part in findings[0].message


@pytest.mark.parametrize(
    ("files", "split", "name"),
    [
        ("validation: v.csv", "validation: 0.1", "validation"),
        ("validation: v.csv", "folds: 3", "folds"),
        ("test: t.csv", "test: 3", "test"),
        ("test: t.csv", "by: part", "by"),
    ],
)
def test_a_part_with_files_of_its_own_has_no_share(files: str, split: str, name: str) -> None:
    data = spec(split, f"csv: {{path: a.csv, {files}}}, target: y")
    _, findings = partition(12, data, 0)
    assert [finding.code for finding in findings] == ["conflicting-keys"]
    assert findings[0].span == data.span_of("split", name)
    assert "has files of its own" in findings[0].message


@pytest.mark.parametrize("split", ["stratify: false, by: part", "stratify: false, time: day", "seed: 3, by: part"])
def test_what_changes_nothing_may_be_written(split: str) -> None:
    parts, findings = partition(12, spec(split), 0, None, Given(), DAYS._replace(by=["train", "test"] * 6))
    assert (parts is None, findings) == (False, [])


def test_a_fault_is_shown_where_the_value_is_written() -> None:
    place = Span("rows.csv", 14, 3, 14, 8)
    keys = Keys(by=["train"] * 11 + ["valid"], place=lambda row, column: place if (row, column) == (11, "p") else None)  # type: ignore[arg-type, return-value]
    data = spec("by: p")
    _, findings = partition(12, data, 0, None, Given(), keys)
    assert (findings[0].span, findings[0].labels[0].span) == (place, data.span_of("split", "by"))


def test_a_class_that_no_row_trains_is_told() -> None:
    words = ["test" if row % 3 == 2 else "train" for row in range(12)]
    _, findings = partition(12, spec("by: part"), 0, CLASSES, Given(), Keys(by=words))
    assert [(finding.code, finding.level) for finding in findings] == [("small-class", "warning")]
    assert findings[0].message == "class `c` of `y` has no row to train on"


def test_small_classes_of_folds() -> None:
    few = Labels("y", [0] * 10 + [1] * 2, ["often", "seldom"])
    for split, level in (("folds: 3", "warning"), ("folds: 3, stratify: true", "error")):
        _, findings = partition(12, spec(split), 0, few)
        assert [(finding.code, finding.level) for finding in findings] == [("small-class", level)]
        assert findings[0].message == "class `seldom` of `y` has 2 rows for 3 folds"


def test_arrays_and_lists_have_the_same_keys() -> None:
    rows = np.arange(1000)
    for seed in (0, 7, 2**63 + 11, -5):
        assert np.argsort(seed_keys(rows, seed), kind="stable").tolist() == shuffled(1000, seed)


@strategies.composite
def cases(draw: strategies.DrawFn) -> tuple[int, str, Given, dict[str, Any]]:
    """A split of up to 60 rows, with columns of few different values."""
    given = Given(draw(strategies.integers(0, 4)), draw(strategies.integers(0, 4)))
    rows = draw(strategies.integers(1, 60))
    count = rows + sum(given)
    share = strategies.none() | strategies.integers(0, 12) | strategies.sampled_from([0.1, 0.25, 0.5])
    written = {
        "validation": draw(share),
        "test": draw(share),
        "folds": draw(strategies.none() | strategies.integers(2, 6)),
        "stratify": draw(strategies.sampled_from([None, None, "true", "false"])),
    }
    how = draw(strategies.sampled_from(["rows", "rows", "group", "time", "by"]))
    if how == "by":
        written = {}
    if how != "rows":
        written[how] = how
    if written.get("folds"):
        written.pop("validation", None)
    text = ", ".join(f"{key}: {value}" for key, value in written.items() if value is not None)
    values = {
        "classes": draw(strategies.lists(strategies.integers(0, 4), min_size=count, max_size=count)),
        "group": draw(strategies.lists(strategies.sampled_from("abcdefghé"), min_size=count, max_size=count)),
        "time": draw(strategies.lists(strategies.integers(0, 9), min_size=count, max_size=count)),
        "by": draw(
            strategies.lists(strategies.sampled_from(["train", "validation", "test"]), min_size=count, max_size=count)
        ),
        "missing": draw(strategies.sampled_from([False] * 9 + [True])),
    }
    return count, text, given, values


@hypothesis.given(cases(), strategies.integers(-(2**70), 2**70), strategies.booleans())
@hypothesis.settings(max_examples=400)
def test_arrays_give_the_rows_of_lists(case: tuple[int, str, Given, dict[str, Any]], seed: int, labelled: bool) -> None:
    samples, text, given, values = case
    groups, times, words = values["group"], [float(value) for value in values["time"]], values["by"]
    if values["missing"]:
        groups[0], times[-1], words[0] = "", float("nan"), ""
    names = ["a", "b", "c", "d", "e"]
    light, told = partition(
        samples,
        spec(text),
        seed,
        Labels("y", values["classes"], names) if labelled else None,
        given,
        Keys(groups, times, words),
    )
    array_keys: Any = (np.array(groups, object), np.array(times), np.array(words, object))
    classes: Any = np.array(values["classes"], np.int32)
    heavy, found = split_rows(
        samples, spec(text), seed, Labels("y", classes, names) if labelled else None, given, Keys(*array_keys)
    )
    assert told == found
    assert (light is None) == (heavy is None)
    if light and heavy:
        assert parts_of(light) == (heavy.train.tolist(), heavy.validation.tolist(), heavy.test.tolist())
        assert {part.dtype for part in (heavy.train, heavy.validation, heavy.test)} == {np.dtype("int64")}
        if "group" in text and not any(given):
            owners = Counter((groups[row], part) for part, rows in enumerate(parts_of(light)) for row in rows)
            assert len(owners) == len(set(groups)), "no group in two parts"
    assert all(isinstance(finding, Finding) for finding in found)
