"""What texts are taken for."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.data.kinds import (
    as_boolean,
    as_categories,
    as_category,
    as_seconds,
    guess_kind,
    guess_target,
    is_number,
)

SENTENCES = [f"the {word} one of {number}" for number in range(20) for word in ("first", "second", "third")]


@pytest.mark.parametrize(
    ("values", "rows", "kind"),
    [
        (["1", "-2.5", "1e3"], 3, "number"),
        (["0", "1"], 9, "number"),
        ([], 4, "number"),
        (["a", "b"], 9, "category"),
        (["1", "two"], 9, "category"),
        (["True", "false"], 9, "boolean"),
        (["YES", "no"], 9, "boolean"),
        (["yes"], 9, "boolean"),
        (["true", "no"], 9, "boolean"),
        (["true", "maybe"], 9, "category"),
        (["true", "1"], 9, "category"),
        (["t", "f"], 9, "category"),
        (["2024-02-29"], 9, "datetime"),
        (["2024-02-29T12:30", "2024-02-29 12:30:05.25"], 9, "datetime"),
        (["2024-02-29T12:30:00Z", "2024-02-29T12:30+01:00"], 9, "datetime"),
        (["2023-02-29"], 9, "category"),
        (["2024-02-29", "soon"], 9, "category"),
        (["29.02.2024"], 9, "category"),
        (["20240229"], 9, "number"),
        (["12:30"], 9, "category"),
        (["a.png", "b/c.JPG", "d.jpeg", "e.bmp", "f.gif"], 5, "image"),
        (["a.png", "b.txt"], 5, "category"),
        (SENTENCES, 60, "text"),
        (SENTENCES, 119, "text"),
        (SENTENCES, 120, "category"),
        (SENTENCES[:50], 50, "category"),
        ([text.replace(" ", "-") for text in SENTENCES], 60, "category"),
        ([*SENTENCES, "1"], 61, "text"),
    ],
)  # fmt: skip
def test_kinds(values: list[str], rows: int, kind: str) -> None:
    assert guess_kind(values, rows) == kind
    assert guess_kind(dict.fromkeys(reversed(values), 1), rows) == kind


@pytest.mark.parametrize(
    ("values", "rows", "kind"),
    [
        (["0", "1"], 2, "classes"),
        (["-1", "1.0"], 2, "classes"),
        (["1", "2"], 20, "classes"),
        (["1", "2"], 19, "number"),
        (["1.5", "2"], 90, "number"),
        ([str(number) for number in range(21)], 999, "number"),
        (["true", "false"], 9, "classes"),
        (["2024-02-29"], 9, "classes"),
    ],
)
def test_targets(values: list[str], rows: int, kind: str) -> None:
    assert guess_target(values, rows) == kind


@pytest.mark.parametrize(
    ("text", "form", "seconds"),
    [
        ("1970-01-01", None, 0.0),
        ("1970-01-02T01:00:00.5", None, 90000.5),
        ("1970-01-01T01:00+01:00", None, 0.0),
        ("1969-12-31 23:59:59Z", None, -1.0),
        ("0001-01-01", None, -62135596800.0),
        ("02.01.1970", "%d.%m.%Y", 86400.0),
        ("1970-01-01 +0100", "%Y-%m-%d %z", -3600.0),
        ("31.02.1970", "%d.%m.%Y", None),
        ("1970-01-02", "%d.%m.%Y", None),
        ("1970-1-2", None, None),
        ("", None, None),
        ("1970-01-01T25:00", None, None),
    ],
)
def test_moments(text: str, form: str | None, seconds: float | None) -> None:
    assert as_seconds(text, form) == seconds


@given(st.datetimes(min_value=dt.datetime(1, 1, 2), max_value=dt.datetime(9999, 12, 30)))  # noqa: DTZ001  UTC is meant
def test_every_iso_moment(moment: dt.datetime) -> None:
    assert as_seconds(moment.isoformat()) == moment.replace(tzinfo=dt.UTC).timestamp()
    assert guess_kind([moment.isoformat(" ")], 1) == "datetime"


@given(st.text())
def test_any_text(text: str) -> None:
    """Nothing is two things at once, and nothing raises."""
    meanings = [is_number(text), as_boolean(text) is not None, as_seconds(text) is not None]
    assert sum(meanings) <= 1
    assert re.fullmatch("number|boolean|datetime|image|category", guess_kind([text], 1))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("01", "1"),
        ("+1", "1"),
        ("-1.", "-1"),
        ("-0", "0"),
        ("000", "0"),
        ("1e3", "1000"),
        ("0.10", "0.1"),
        (".5", "0.5"),
        ("12345678901234567890", "12345678901234567890"),
        ("12345678901234567891", "12345678901234567891"),
        ("0" + "9" * 5000, "9" * 5000),
        ("1e400", "1e400"),
        ("inf", "inf"),
        ("a1", "a1"),
        ("1 2", "1 2"),
        ("", ""),
    ],
)
def test_categories(text: str, category: str) -> None:
    assert as_category(text) == category
    assert as_category(category) == category
    assert as_categories([text, None, "b"]) == [category, None, "b"]


@given(st.one_of(st.text(), st.integers().map(str), st.floats(allow_nan=False).map(repr)))
def test_a_category_names_itself(text: str) -> None:
    assert as_category(as_category(text)) == as_category(text)
