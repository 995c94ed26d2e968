"""A checked spec -> a search for its learning rate, and the folder with its page and its table: `specc lr-find`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from specc import runs
from specc.check import Checked
from specc.diagnostics import Finding
from specc.plan import Plan
from specc.runs import RateSearch
from specc.training.display import Show


@dataclass(frozen=True, slots=True)
class RateFound:
    """What a search gives: all of it in `search`, its files, and findings; neither where the findings forbid it."""

    search: RateSearch | None
    page: Path | None
    table: Path | None
    findings: tuple[Finding, ...]
    interrupted: bool = False

    def as_record(self) -> dict[str, Any]:
        """The suggestion and where everything is, for programs."""
        search = self.search
        return {
            "suggested": search.suggested if search else None,
            "why": search.why if search else "",
            "optimizer": search.optimizer if search else "",
            "steps": len(search.rates) if search else 0,
            "page": str(self.page) if self.page else None,
            "table": str(self.table) if self.table else None,
        }

    def summary(self) -> str:
        """The suggestion and where everything is, for a terminal."""
        if self.search is None:
            return ""
        suggested = "none" if self.search.suggested is None else f"{self.search.suggested:.2g}"
        lines = [f"learning rate  {suggested}", self.search.why]
        lines += [f"write          {self.search.optimizer}"] if self.search.optimizer else []
        return "\n".join([*lines, f"page           {self.page}", f"table          {self.table}"])


def find_rate(  # noqa: PLR0913  what is tried, on what, and where it is told
    checked: Checked,
    plan: Plan,
    rates: tuple[float, float, int],
    output: Path | None = None,
    show: Show | None = None,
    *,
    cache: bool = True,
) -> RateFound:
    """Search, and write the page and the table into `output`, or a new folder among the runs of the spec.

    `rates` are the lowest one, the highest one, and how many steps there are from the one to the other. `show` is where
    progress is displayed; `cache` says whether prepared data are kept for the next time. Raises OSError where the
    folder cannot be written, ImportError where the extra `train` is not installed.
    """
    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    from specc.engine.rate_search import Rates
    from specc.reporting import write_rate_search
    from specc.training.recording import LONGEST_NAME
    from specc.training.searching import search_rate

    searched = search_rate(checked, plan, Rates(*rates), show, cache=cache)
    if searched.search is None:
        return RateFound(None, None, None, searched.findings)
    if output is None:
        output = runs.create_search(Path(plan.runtime.runs), plan.name[:LONGEST_NAME], datetime.now(UTC))
    output.mkdir(parents=True, exist_ok=True)
    page, table = write_rate_search(output, searched.search)
    return RateFound(searched.search, page, table, searched.findings, searched.interrupted)
