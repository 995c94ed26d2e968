"""Curves, scatter plots and histograms as inline SVG, drawn by Matplotlib.

Goes in: numbers. Comes out: `<svg>` without width, that fills its place and takes its colours and its font from
the page's CSS variables, so that it is right in light and dark. No words of the user stand inside: titles and legends
are the page's, so no font can lack a glyph. The same numbers give the same bytes.
"""

import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from specc.reporting.report import Learning, NumberResult, Point
from specc.runs import RateSearch

# Colours that stand for CSS variables until the drawing is done; nothing else in a figure has them.
_INK, _GRID, _TRAIN, _VALIDATION = "#a10001", "#a10002", "#a10003", "#a10004"
_MARK, _WARN, _GOOD = "#a10005", "#a10006", "#a10007"
_VARIABLES = {
    _INK: "--soft",
    _GRID: "--line",
    _TRAIN: "--train",
    _VALIDATION: "--validation",
    _MARK: "--ink",
    _WARN: "--warn",
    _GOOD: "--good",
}
_STYLE = {
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],  # ships with Matplotlib, so text is measured alike everywhere
    "font.size": 9,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "grid.color": _GRID,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "text.color": _INK,
    "path.simplify": False,
}
LINES = (_TRAIN, _VALIDATION, _GOOD, _MARK)
"""The colours of several lines; the page's classes `t`, `v`, `g` and `m` are these."""

MOST_DRAWN = 200
"""So many epochs, up to twice as many, are drawn of the gradients of a weight."""

_DRAWABLE = 1e100
_WIDE_RANGE = 200
"""From this ratio between the largest and the smallest value on, a loss is drawn on a logarithmic axis."""


def learning_curve(learning: Learning, train: Sequence[float], validation: Sequence[float], label: str) -> Markup:
    """One metric over the epochs, marked at the best epoch and where overfitting begins. Empty if nothing is finite."""
    lines = [(values, colour) for values, colour in ((train, _TRAIN), (validation, _VALIDATION)) if values]
    drawn = [value for values, _ in lines for value in _finite(values) if not math.isnan(value)]
    if not drawn:
        return Markup("")
    with _axes((5.4, 2.9), label) as (axes, result):
        if learning.overfitting_epoch is not None and validation:
            axes.axvspan(learning.overfitting_epoch, learning.epochs[-1], color=_WARN, alpha=0.1, linewidth=0)
        if learning.best_epoch is not None:
            axes.axvline(learning.best_epoch, color=_MARK, linewidth=1, linestyle=(0, (2, 3)))
        for values, colour in lines:
            points = _finite(values)
            axes.plot(learning.epochs, points, color=colour, marker="o" if len(points) < 3 else None, markersize=5)
            if learning.best_epoch in learning.epochs and values is lines[-1][0]:
                at = learning.epochs.index(learning.best_epoch)
                axes.plot([learning.best_epoch], [points[at]], "o", color=colour, markersize=5.5)
        if min(drawn) > 0 and max(drawn) / min(drawn) > _WIDE_RANGE:
            axes.set_yscale("log")
        _epoch_axis(axes, learning.epochs)
    return result[0]


def learning_rate_curve(learning: Learning, label: str) -> Markup:
    """The learning rate over the epochs, as steps."""
    with _axes((5.4, 2.9), label) as (axes, result):
        axes.step(learning.epochs, _finite(learning.learning_rate), where="mid", color=_MARK)
        axes.ticklabel_format(axis="y", style="plain") if min(learning.learning_rate) > 1e-4 else None
        _epoch_axis(axes, learning.epochs)
    return result[0]


def gradient_curve(
    epochs: Sequence[int], lines: Sequence[Sequence[float]], limits: tuple[float, float], label: str
) -> Markup:
    """Lines over the epochs on a logarithmic axis from the one limit to the other; what is zero leaves a gap.

    Colours in the order of `LINES`, then again, dashed. Of many epochs some are drawn.
    """
    every = max(1, len(epochs) // MOST_DRAWN)
    shown = epochs[::every]
    with _axes((5.4, 2.0), label) as (axes, drawn):
        for number, values in enumerate(lines):
            points = [value if value > 0 else math.nan for value in _finite(values[::every])]
            again, at = divmod(number, len(LINES))
            style = (0, (4, 2)) if again else "-"
            marker = "o" if len(shown) < 3 else None
            axes.plot(shown, points, color=LINES[at], linestyle=style, marker=marker, markersize=4, linewidth=1.5)
        axes.set_yscale("log")
        axes.set_ylim(*limits)
        axes.yaxis.set_minor_locator(NullLocator())
        _epoch_axis(axes, epochs)
    return drawn[0]


def rate_curve(search: RateSearch, label: str) -> Markup:
    """The loss over the rising learning rate, both as it was and smoothed, marked at the suggestion.

    Losses far above those before the lowest one are cut off: there it diverges. Empty if nothing is finite.
    """
    smoothed = _finite(search.smoothed)
    known = [value for value in smoothed if not math.isnan(value)]
    if not known:
        return Markup("")
    lowest = min(known)
    highest = max(known[: known.index(lowest) + 1])
    room = (highest - lowest) or abs(lowest) or 1.0
    with _axes((9.6, 3.9), label) as (axes, drawn):
        axes.plot(search.rates, _finite(search.losses), color=_INK, linewidth=0.8, alpha=0.5)
        axes.plot(search.rates, smoothed, color=_TRAIN)
        if search.suggested is not None:
            axes.axvline(search.suggested, color=_MARK, linewidth=1, linestyle=(0, (2, 3)))
        axes.set_xscale("log")
        axes.set_ylim(lowest - 0.15 * room, highest + 0.35 * room)
        axes.set_xlabel("learning rate")
        axes.set_ylabel("loss")
        axes.xaxis.set_minor_locator(NullLocator())
    return drawn[0]


def scatter(result: NumberResult, label: str) -> Markup:
    """Predicted against true; on the diagonal the two are equal."""
    with _axes((5.4, 4.2), label) as (axes, drawn):
        ends = _ends(result.points)
        axes.plot(ends, ends, color=_MARK, linewidth=1, linestyle=(0, (4, 3)))
        truths, guesses = zip(*result.points, strict=True)
        axes.plot(truths, guesses, "o", color=_TRAIN, markersize=4.5, alpha=0.55, markeredgewidth=0)
        axes.set_xlabel("target")
        axes.set_ylabel("prediction")
    return drawn[0]


def histogram(result: NumberResult, label: str) -> Markup:
    """How often which error (prediction minus target) occurs."""
    with _axes((5.4, 4.2), label) as (axes, drawn):
        bins = min(30, max(5, math.ceil(math.sqrt(len(result.residuals)))))
        axes.hist(result.residuals, bins=bins, color=_TRAIN, alpha=0.75, rwidth=0.92)
        axes.axvline(0, color=_MARK, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_xlabel("prediction \N{MINUS SIGN} target")
        axes.set_ylabel("samples")
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        axes.grid(visible=False, axis="x")
    return drawn[0]


@contextmanager
def _axes(size: tuple[float, float], label: str) -> Iterator[tuple[Any, list[Markup]]]:
    """Axes to draw on, and a list that holds the drawing afterwards. The user's own Matplotlib settings have no say."""
    drawn: list[Markup] = []
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({**_STYLE, "svg.hashsalt": f"specc {label}"})
        figure = Figure(figsize=size, layout="constrained")
        yield figure.add_subplot(), drawn
        FigureCanvasSVG(figure).print_svg(text := io.StringIO(), metadata={"Date": None})
    drawn.append(_inline(text.getvalue(), label))


def _inline(svg: str, label: str) -> Markup:
    """Matplotlib's SVG file as an element of the page: no prologue, no metadata, no ids but those that are used."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font: \1px var(--font)", body)
    body = re.sub(r"\s*\n\s*", "\n", body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    box = re.search(r'viewBox="([^"]*)"', body)
    opening = f'<svg class="figure" viewBox="{box[1] if box else ""}" role="img" aria-label="{escape(label)}"'
    links = ' xmlns:xlink="http://www.w3.org/1999/xlink"'  # only a name: nothing is fetched
    return Markup(f"{opening}{links}>{body[body.index('>') + 1 :]}".strip())  # noqa: S704  (the label is escaped)


def _epoch_axis(axes: Any, epochs: Sequence[int]) -> None:  # noqa: ANN401  (Matplotlib ships no types)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    margin = max(0.5, 0.02 * len(epochs))
    axes.set_xlim(epochs[0] - margin, epochs[-1] + margin)


def _finite(values: Iterable[float]) -> list[float]:
    """Values that axes can hold; the others leave a gap in the line."""
    return [value if math.isfinite(value) and abs(value) < _DRAWABLE else math.nan for value in values]


def _ends(points: Iterable[Point]) -> tuple[float, float]:
    every = [value for point in points for value in point]
    return min(every), max(every)
