"""The report as one HTML file: no script, nothing fetched, light and dark, for screen and paper.

The template says what stands where; here its words and figures are made. Everything that is no markup of ours is
escaped by the template engine, and spelt out where it could hide or reorder other text.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import jinja2
from markupsafe import Markup, escape

from specc.reporting import text
from specc.reporting.figures import histogram, learning_curve, learning_rate_curve, scatter
from specc.reporting.gradient_figures import layer_figures
from specc.reporting.highlighting import highlight
from specc.reporting.model_drawing import draw
from specc.reporting.report import ClassResult, NumberResult, Report

OPEN_ROWS = 40
"""Longer tables of layers start folded."""

MATRIX_WIDTH = 60
"""A confusion matrix of more characters, as `_is_wide` counts them, takes the width of two columns of the page."""

_CODE = re.compile("`([^`]+)`")
_SAME = 1e-3  # as near as the metric of float32 batches and the count over predictions.csv are


def as_html(report: Report) -> str:
    """The page. The same report gives the same bytes."""
    return _template().render(
        report=report,
        curves=[(curve, _curve(report, curve.metric)) for curve in report.learning.curves],
        learning_rate=_learning_rate(report),
        gradients=layer_figures(report.gradients),
        layers_with_gradients=len(dict.fromkeys(each.layer for each in report.gradients.weights)),
        fastest=min((each.step_ms for each in report.engine.candidates if not each.refused), default=None),
        figures={result.name: _figures(result) for result in report.results if isinstance(result, NumberResult)},
        drawing=draw(report.layers, report.inputs, report.outputs),
        spec=highlight(report.spec),
        notes=_notes(report),
        title=report.name or report.id,
        open_rows=OPEN_ROWS,
    )


def environment() -> jinja2.Environment:
    """What the templates of all pages of this look have: the style sheet, filters for numbers and words, escaping."""
    ours = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_finalize
    )
    ours.filters |= {
        "code": _code,
        "duration": text.duration,
        "headline": text.headline,
        "label": text.label,
        "metric_names": _metric_names,
        "metric_of": _metric_of,
        "moment": text.moment,
        "number": text.number,
        "origin": text.origin,
        "percent": text.percent,
        "start": text.status,
        "verified": text.verified,
    }
    ours.tests["wide_matrix"] = _is_wide
    ours.tests["class_result"] = lambda result: isinstance(result, ClassResult)
    # The style sheet is ours and stands in the page as it is.
    ours.globals["style"] = Markup((_folder() / "page.css").read_text(encoding="utf-8"))  # noqa: S704
    return ours


@cache
def _template() -> jinja2.Template:
    return environment().from_string((_folder() / "page.html.j2").read_text(encoding="utf-8"))


def _folder() -> Traversable:
    return files("specc.reporting") / "templates"


def _finalize(value: object) -> object:
    """Every expression of the template passes here on its way out, before it is escaped."""
    return text.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _code(words: str) -> Markup:
    """Words in which what stands between backticks is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text.visible(words)))))  # noqa: S704  escaped before


def _is_wide(result: ClassResult) -> bool:
    """Whether a confusion matrix needs more than half of the page. Names are cut at 20 characters, in the head at 9."""
    names = [len(score.name) for score in result.scores]
    return min(20, max(names)) + sum(max(5, min(9, length) + 1) for length in names) > MATRIX_WIDTH


def _metric_of(value: float | None, name: str) -> str:
    return text.DASH if value is None else text.metric(name, value)


def _metric_names(splits: Iterable[Mapping[str, float]]) -> list[str]:
    """The metrics of all splits, each once."""
    return list(dict.fromkeys(name for split in splits for name in split))


def _curve(report: Report, metric: str) -> Markup:
    curve = next(curve for curve in report.learning.curves if curve.metric == metric)
    label = f"{text.label(metric)} by epoch, {'training and validation' if curve.validation else 'training'}"
    return learning_curve(report.learning, curve.train, curve.validation, text.visible(label))


def _learning_rate(report: Report) -> Markup:
    if not report.learning.learning_rate:
        return Markup("")
    return learning_rate_curve(report.learning, "learning rate by epoch")


def _figures(result: NumberResult) -> tuple[Markup, Markup]:
    name = text.visible(result.name)
    return scatter(result, f"predicted against true {name}"), histogram(result, f"errors of {name}")


def _notes(report: Report) -> list[str]:
    """What puts the opening number into proportion, where it is clear which output it belongs to."""
    if len(report.results) != 1 or not report.headlines or report.headlines[0].split != "test":
        return []
    first, result = report.headlines[0], report.results[0]
    if isinstance(result, NumberResult):
        return [f"R² {text.number(result.r2)}; always saying the mean would give 0"]
    if "accuracy" not in first.metric or abs(result.accuracy - first.value) > _SAME:
        return []
    low, high = map(text.percent, result.interval)
    return [
        f"95% interval {low} to {high}",
        f"always saying “{result.baseline_class}” gives {text.percent(result.baseline)}",
    ]
