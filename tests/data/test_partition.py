from collections import Counter
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies

from specc.data import DataSpec
from specc.data.partition import Given, Labels, Partition, partition, shuffled
from specc.data.section import Share, SplitSpec
from specc.data.split_rules import mixed
from tests.data.sections import PENGUINS, described, loaded, raw, section, write_penguins


def spec(
    validation: Share | None = None, test: Share | None = None, stratify: bool | None = None, seed: int | None = None
) -> DataSpec:
    data = section("dataset: iris")
    return DataSpec(data.source, data.span, split=SplitSpec(validation, test, stratify, seed))


def labels(classes: list[int]) -> Labels:
    return Labels("y", classes, [f"class {index}" for index in range(max(classes) + 1)])


def sizes(parts: Partition | None) -> tuple[int, int, int]:
    assert parts is not None
    rows = [*parts.train, *parts.validation, *parts.test]
    assert sorted(rows) == list(range(len(rows))), "every row exactly once"
    assert all(list(part) == sorted(part) for part in (parts.train, parts.validation, parts.test))
    return len(parts.train), len(parts.validation), len(parts.test)


@pytest.mark.parametrize(
    ("samples", "data", "given_test", "expected"),
    [
        (100, spec(), 0, (70, 15, 15)),
        (4, spec(), 0, (2, 1, 1)),
        (3, spec(), 0, (3, 0, 0)),
        (4, spec(0, 0), 0, (4, 0, 0)),
        (4, spec(0.0, 0.0), 0, (4, 0, 0)),
        (10, spec(3, 0.25), 0, (4, 3, 3)),
        (10, spec(0.05, 0), 0, (9, 1, 0)),
        (100, spec(), 20, (68, 12, 20)),
        (100, spec(10, 0.5), 20, (40, 10, 50)),
        (100, spec(10, 0), 20, (90, 10, 0)),
    ],
)
def test_sizes(samples: int, data: DataSpec, given_test: int, expected: tuple[int, int, int]) -> None:
    parts, findings = partition(samples, data, 0, None, Given(0, given_test))
    assert not findings
    assert sizes(parts) == expected
    if given_test and data.split.test is None:
        assert parts is not None
        assert list(parts.test) == list(range(samples - given_test, samples))


def test_the_rows_are_fixed_forever() -> None:
    """Another order would change every run's numbers: the values are those of the rule, computed once."""
    assert mixed(0) == 0xE220A8397B1DCDAF, "the first number of the published splitmix64 with the seed 0"
    assert shuffled(8, 0) == [5, 7, 1, 4, 2, 0, 6, 3]
    parts, _ = partition(10, spec(seed=7), seed=1)
    assert parts == partition(10, spec(), seed=7)[0]
    assert parts != partition(10, spec(), seed=8)[0]


def test_stratified() -> None:
    classes = [0] * 70 + [1] * 20 + [2] * 10
    parts, findings = partition(100, spec(0.2, 0.1), 3, labels(classes))
    assert not findings
    assert parts is not None
    assert Counter(classes[row] for row in parts.validation) == {0: 14, 1: 4, 2: 2}
    assert Counter(classes[row] for row in parts.test) == {0: 7, 1: 2, 2: 1}


def test_not_stratified_if_so_written() -> None:
    classes = [0] * 70 + [1] * 30
    assert partition(100, spec(stratify=False), 0, labels(classes))[0] == partition(100, spec(), 0)[0]


@hypothesis.given(
    strategies.lists(strategies.integers(0, 5), min_size=1, max_size=60),
    strategies.integers(0, 30),
    strategies.integers(0, 30),
    strategies.integers(-(2**70), 2**70),
)
def test_every_class_trains(drawn: list[int], validation: int, test: int, seed: int) -> None:
    present = sorted(set(drawn))
    classes = [present.index(label) for label in drawn]
    parts, findings = partition(len(classes), spec(validation, test), seed, labels(classes))
    if len(classes) - len(present) < validation + test:
        assert parts is None
        assert [finding.code for finding in findings if finding.level == "error"] == ["split-too-large"]
    else:
        assert sizes(parts)[1:] == (validation, test)
        assert parts is not None
        assert {classes[row] for row in parts.train} == set(classes)


@pytest.mark.parametrize(
    ("samples", "data", "classes", "code", "level", "part"),
    [
        (4, spec(2, 2), None, "split-too-large", "error", "validation (2) and test (2) leave no row"),
        (4, spec(0.5, 0.5), None, "split-too-large", "error", "validation (2) and test (2)"),
        (4, spec(0, 1.0), None, "split-too-large", "error", "test (4)"),
        (4, spec(0.1, 0), None, "split-empty", "error", "`validation: 0.1` of 4 rows"),
        (4, spec(0, 0.1), None, "split-empty", "error", "`test: 0.1` of 4 rows"),
        (4, spec(0, 2), [0, 1, 2, 2], "split-too-large", "error", "some of 3 classes no row"),
        (10, spec(stratify=True), None, "stratify-without-classes", "error", "this one is a number"),
        (10, spec(stratify=True), [0] * 9 + [1], "small-class", "error", "class `class 1` of `y` has 1 row for 3"),
        (10, spec(), [0] * 9 + [1], "small-class", "warning", "has 1 row for 3 splits"),
    ],
)
def test_fault(  # noqa: PLR0917  a row of the table above
    samples: int, data: DataSpec, classes: list[int] | None, code: str, level: str, part: str
) -> None:
    parts, findings = partition(samples, data, 0, labels(classes) if classes else None)
    assert (parts is None) == (level == "error")
    found = next(finding for finding in findings if finding.level == level)
    assert (found.code, found.level) == (code, level)
    assert part in found.message


def test_split_of_columns(project: Path) -> None:
    write_penguins(project)
    columns = loaded(PENGUINS, project, seed=4)
    parts = columns.split
    assert {str(part.dtype) for part in (parts.train, parts.validation, parts.test)} == {"int64"}
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [84, 18, 18]
    species = raw(columns, "species")
    assert Counter(species[parts.test]) == {"Adelie": 6, "Chinstrap": 6, "Gentoo": 6}
    assert described(PENGUINS, project, seed=4) == columns.facts


def test_split_of_a_set_is_stratified() -> None:
    columns = loaded("dataset: iris", seed=4)
    parts = columns.split
    assert sorted(Counter(raw(columns, "species")[parts.validation]).values()) == [7, 8, 8]
