"""A baseline accepts what was there, however lines move, and nothing else."""

import re
from collections import Counter
from pathlib import Path

import pytest

from specc.baseline import Known, dump, load, without_known
from specc.diagnostics import Finding, Span, error

HERE = Path("project")


def fault(message: str = "m", line: int = 1, path: str = "project/a.yaml", code: str = "wrong-type") -> Finding:
    return error(code, message, Span(path, line, 1, line, 2))


@pytest.mark.parametrize(
    ("then", "now", "new", "mended"),
    [
        ([], [], [], 0),
        ([fault()], [fault()], [], 0),
        ([fault()], [fault(line=9)], [], 0),
        ([fault()], [], [], 1),
        ([fault()], [fault("n")], [fault("n")], 1),
        ([fault()], [fault(code="unknown-key")], [fault(code="unknown-key")], 1),
        ([fault()], [fault(path="project/b.yaml")], [fault(path="project/b.yaml")], 1),
        ([fault()], [fault(), fault(line=2)], [fault(line=2)], 0),
        ([fault(), fault(line=2)], [fault(line=5)], [], 1),
        ([fault(path="--set")], [fault(path="--set")], [], 0),
        ([fault(path="elsewhere/ü.yaml")], [fault(path="./elsewhere/ü.yaml")], [], 0),
    ],
)
def test_only_what_is_new_is_left(
    then: list[Finding], now: list[Finding], new: list[Finding], mended: int, tmp_path: Path
) -> None:
    path = tmp_path / "known.json"
    path.write_text(dump(then, HERE), encoding="utf-8")
    left, gone = without_known(now, load(path), HERE)
    assert (left, gone.total()) == (new, mended)


def test_paths_are_relative_to_the_baseline() -> None:
    found = [fault(), fault(path="b.yaml")]
    assert re.findall('"path": "(.*)"', dump(found, HERE)) == ["../b.yaml", "a.yaml"]


def test_a_baseline_does_not_depend_on_the_order() -> None:
    found = [fault("a"), fault("b"), fault("c", path="b.yaml")]
    assert dump(found, HERE) == dump(found[::-1], HERE)


def test_accepting_leaves_the_baseline_as_it_is() -> None:
    accepted = Counter({Known("a.yaml", "wrong-type", "m"): 1})
    for _ in range(2):
        assert without_known([fault()], accepted, HERE) == ([], Counter())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Expecting value"),
        ("[]", "it does not say `baseline: 1`"),
        ('{"baseline": 2, "findings": []}', "it does not say `baseline: 1`"),
        ('{"baseline": 1}', "an entry is not complete"),
        ('{"baseline": 1, "findings": [{"path": "a"}]}', "an entry is not complete"),
        ('{"baseline": 1, "findings": [3]}', "an entry is not complete"),
        ('{"baseline": 1, "findings": [{"path": "a", "code": "b", "message": "c", "count": "1"}]}', "not complete"),
        ('{"baseline": 1, "findings": [{"path": [], "code": "b", "message": "c", "count": 1}]}', "not complete"),
        ("{", "Expecting property name"),
    ],
)
def test_what_is_no_baseline(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(why)):
        load(path)
