"""Numbers, times and hostile words as readers see them."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from specc.reporting import text
from specc.reporting.highlighting import highlight


@pytest.mark.parametrize(
    ("say", "value", "expected"),
    [
        (text.number, 0.15312, "0.1531"),
        (text.number, 0.0, "0"),
        (text.number, -4.7891, "-4.789"),
        (text.number, 3120.4, "3,120"),
        (text.number, 12.0, "12.00"),
        (text.number, 1.5e-7, "1.500e-07"),
        (text.number, 2.5e9, "2.500e+09"),
        (text.number, math.nan, text.DASH),
        (text.percent, 0.94812, "94.8%"),
        (text.percent, math.nan, text.DASH),
        (text.duration, 0.314, "0.31 s"),
        (text.duration, 46.83, "46.8 s"),
        (text.duration, 125.2, "2 min 5 s"),
        (text.duration, 7265.0, "2 h 1 min"),
        (text.moment, "2026-03-14T09:26:53.123+00:00", "2026-03-14 09:26:53 UTC"),
        (text.moment, "2026-03-14T09:26:53Z", "2026-03-14 09:26:53 UTC"),
        (text.moment, "yesterday", "yesterday"),
        (text.label, "val_mean_absolute_error", "validation mean absolute error"),
        (text.visible, "a\x1b[0m\u202eb\x00", r"a\x1b[0m\u202eb\x00"),
        (text.visible, "two\r\nlines\t\u05e9\u05dc\u05d5\u05dd é 🙂", "two\nlines\t\u05e9\u05dc\u05d5\u05dd é 🙂"),
        (text.visible, "\ud800", r"\ud800"),
    ],
)
def test_said(say: Callable[[Any], str], value: object, expected: str) -> None:
    assert say(value) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("name: x", '<span class="y-key">name</span>: x'),
        ("{First Sold: x y}", '{<span class="y-key">First Sold</span>: x y}'),
        ("# a <b>", '<span class="y-comment"># a &lt;b&gt;</span>'),
        ("a#b", "a#b"),
        ('"k": "v"', '<span class="y-key">&#34;k&#34;</span>: <span class="y-string">&#34;v&#34;</span>'),
        ("- Dense: $width", '- <span class="y-key">Dense</span>: <span class="y-variable">$width</span>'),
        ("[1e-3, x2]", '[<span class="y-number">1e-3</span>, x2]'),
    ],
)
def test_highlighted(spec: str, expected: str) -> None:
    assert str(highlight(spec)) == expected
