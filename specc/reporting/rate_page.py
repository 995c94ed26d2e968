"""A search for a learning rate as one small page, and as a table for programs.

Comes in: `RateSearch`. Training for it, and choosing from it, is not done here.
"""

from importlib.resources import files
from pathlib import Path

from specc import runs
from specc.reporting import text
from specc.reporting.figures import rate_curve
from specc.reporting.html_page import environment
from specc.runs import RateSearch
from specc.runs.rates import LR_FIND_CSV, LR_FIND_HTML

HEADER = ("rate", "loss", "smoothed_loss")


def write_rate_search(folder: Path, search: RateSearch) -> tuple[Path, Path]:
    """Write `lr-find.html` and `lr-find.csv` into `folder` and give their paths. Raises OSError if that fails."""
    page, table = folder / LR_FIND_HTML, folder / LR_FIND_CSV
    runs.write_text(page, rate_html(search))
    runs.write_csv(table, HEADER, zip(search.rates, search.losses, search.smoothed, strict=True))
    return page, table


def rate_html(search: RateSearch) -> str:
    """The page. The same search gives the same bytes."""
    template = environment().from_string(
        (files("specc.reporting") / "templates" / "rates.html.j2").read_text(encoding="utf-8")
    )
    return template.render(
        search=search,
        suggested=None if search.suggested is None else f"{search.suggested:.2g}",
        between=" to ".join(f"{rate:.2g}" for rate in (search.rates[0], search.rates[-1])) if search.rates else "",
        figure=rate_curve(search, f"loss by learning rate of {text.visible(search.name)}"),
    )
