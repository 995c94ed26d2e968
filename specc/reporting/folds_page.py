"""The runs over the folds of a data set as one small page, in HTML and in Markdown: each fold, mean and spread.

Comes in: `Folds`, as `folds.json` has them. What a single fold did is in the report of its own run.
"""

import re
from collections.abc import Mapping
from importlib.resources import files

from specc.reporting import text
from specc.reporting.html_page import environment
from specc.reporting.markdown_text import escape, titled_table
from specc.runs import Folds
from specc.runs.folder import REPORT_HTML, SPLITS

HEADLINES = 4
"""How many numbers the page opens with at most."""

_INSIDE = re.compile(r"fold-\d+")


def folds_html(folds: Folds) -> str:
    """The page. The same folds give the same bytes."""
    template = environment().from_string(
        (files("specc.reporting") / "templates" / "folds.html.j2").read_text(encoding="utf-8")
    )
    columns = _columns(folds)
    return template.render(
        folds=folds,
        headlines=_headlines(folds),
        statement=_statement(folds),
        columns=[f"{split} {text.label(name)}" for split, name in columns],
        rows=[
            (
                fold.run,
                f"{fold.run}/{REPORT_HTML}" if _INSIDE.fullmatch(fold.run) else "",
                fold.status,
                _cells(fold.metrics, columns),
            )
            for fold in folds.folds
        ],
        mean=_cells(folds.mean, columns) if folds.completed else [],
        deviation=_cells(folds.deviation, columns),
    )


def folds_markdown(folds: Folds) -> str:
    """The page in GitHub's Markdown."""
    columns = _columns(folds)
    rows = [(fold.run, fold.status, *_cells(fold.metrics, columns)) for fold in folds.folds]
    if folds.completed:
        rows += [("mean", "", *_cells(folds.mean, columns)), ("spread", "", *_cells(folds.deviation, columns))]
    header = ("fold", "status", *(f"{split} {escape(text.label(name))}" for split, name in columns))
    said = [
        f"- **{escape(name)}: {value}**" + (f" ± {spread}" if spread else "")
        for name, value, spread in _headlines(folds)
    ]
    parts = [
        f"# {escape(folds.name)}",
        f"Status: **{escape(folds.status)}**. {_statement(folds)}",
        "\n".join(said),
        titled_table("Folds", header, rows),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _headlines(folds: Folds) -> list[tuple[str, str, str]]:
    """Name, mean and spread of the metrics of the split that says most; what is no loss comes first."""
    mean, deviation = folds.mean, folds.deviation
    for split in reversed(SPLITS):
        if values := mean.get(split):
            names = sorted(values, key=lambda name: "loss" in name)[:HEADLINES]
            return [
                (
                    f"{split} {text.label(name)}",
                    text.metric(name, values[name]),
                    text.metric(name, deviation[split][name]).replace(text.DASH, ""),
                )
                for name in names
            ]
    return []


def _statement(folds: Folds) -> str:
    done = len(folds.completed)
    said = f"{done} of {folds.asked} folds were trained to their ends."
    if not done:
        return said
    return f"{said} Each was validated on the rows that it was not trained on; the validation also steered it."


def _columns(folds: Folds) -> list[tuple[str, str]]:
    """Split and metric, as the folds have them."""
    return list(
        dict.fromkeys((split, name) for split in SPLITS for fold in folds.folds for name in fold.metrics.get(split, {}))
    )


def _cells(metrics: Mapping[str, Mapping[str, float]], columns: list[tuple[str, str]]) -> list[str]:
    return [
        text.metric(name, metrics[split][name]) if name in metrics.get(split, {}) else text.DASH
        for split, name in columns
    ]
