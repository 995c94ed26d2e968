"""The page of a search for a learning rate, and its table."""

import math
from pathlib import Path

import pytest

from specc.reporting import write_rate_search
from specc.reporting.rate_page import rate_html
from specc.runs import RateSearch

from .test_report import EVIL, Page

STEPS = 120


def search(
    suggested: float | None = 3e-3, name: str = "digits-cnn", why: str = "The loss fell most steeply at 0.003."
) -> RateSearch:
    """A loss that falls, is lowest at about 0.03 and then diverges."""
    rates = tuple(1e-6 * 10 ** (7 * step / STEPS) for step in range(STEPS))
    smoothed = tuple(2.3 - 1.6 / (1 + (0.004 / rate) ** 1.5) + (rate / 0.2) ** 3 for rate in rates)
    losses = tuple(loss * (1 + 0.08 * math.sin(step * 2.1)) for step, loss in enumerate(smoothed))
    return RateSearch(
        name, rates, losses, smoothed, suggested, why, "specs/digits-cnn.yaml", "optimizer: {Adam: 0.003}"
    )


def test_page_and_table_are_written(tmp_path: Path) -> None:
    page, table = write_rate_search(tmp_path, search())
    shown = Page(page.read_text("utf-8"))
    assert shown.open == []
    for words in ("0.003", "fell most steeply", "optimizer: {Adam: 0.003}", "from 1e-06 to 8.7", "learning rate"):
        assert words in shown.words
    lines = table.read_text("utf-8").splitlines()
    assert lines[0] == "rate,loss,smoothed_loss"
    assert len(lines) == STEPS + 1


def test_no_suggestion_is_said() -> None:
    shown = Page(rate_html(search(None, why="The loss never fell.")))
    assert "No rate is to be recommended." in shown.words
    assert "optimizer:" not in shown.words


@pytest.mark.parametrize(
    "losses", [(), (math.nan, math.inf), (1.0,), (0.0, 0.0), (1.0, math.nan, 1e300), (5.0, 4.0, 3.0), (-1.0, -2.0)]
)
def test_odd_losses_are_drawn(losses: tuple[float, ...]) -> None:
    rates = tuple(1e-5 * 10**step for step in range(len(losses)))
    assert Page(rate_html(RateSearch("a", rates, losses, losses, None, ""))).open == []


def test_hostile_words_stay_words() -> None:
    shown = Page(rate_html(search(name=EVIL, why=EVIL)))
    assert "script" not in shown.tags
    assert rate_html(search(name=EVIL)) == rate_html(search(name=EVIL))
