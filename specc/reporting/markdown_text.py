"""The report as Markdown, for a pull request or a notebook: what matters, without figures.

Everything from the user is escaped, so that a class called `| <b>` stays a word in its cell.
"""

import re
from collections.abc import Iterable, Sequence

from specc.reporting import text
from specc.reporting.report import ClassResult, NumberResult, Report

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")
_MOST_CLASSES = 30


def as_markdown(report: Report) -> str:
    """The report in GitHub's Markdown."""
    parts = [
        f"# {escape(report.name)}",
        escape(report.description),
        f"Status: **{escape(report.status)}**. {report.summary}",
        "\n".join(
            f"- **{escape(text.headline(shown))}: {text.metric(shown.metric, shown.value)}**"
            for shown in report.headlines
        ),
        report.statement,
        _warnings(report),
        _learning(report),
        _metrics(report),
        _gradients(report),
        *(_classes(result) if isinstance(result, ClassResult) else _numbers(result) for result in report.results),
        _layers(report),
        _weights(report),
        titled_table("Data", ("fact", "value"), report.data.items()),
        _fenced("Spec", "yaml", report.spec),
        _fenced("Do it again", "sh", "\n".join(report.reproduce)),
        escape(text.verified(report.verified)),
        titled_table("How it was computed", ("fact", "value"), report.computed.items()),
        titled_table("Ways that were timed", ("way", "milliseconds a step"), _candidates(report)),
        titled_table("Environment", ("fact", "value"), report.environment.items()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _warnings(report: Report) -> str:
    return (
        "\n".join(["## Worth knowing", "", *(f"- {escape(each)}" for each in report.warnings)])
        if report.warnings
        else ""
    )


def _learning(report: Report) -> str:
    learning = report.learning
    if not learning.epochs:
        return ""
    asked = f" of {learning.epochs_asked}" if learning.epochs_asked else ""
    said = [f"{len(learning.epochs)}{asked} epochs."]
    if learning.best_epoch:
        said.append(f"The {text.label(learning.monitored)} was lowest in epoch {learning.best_epoch}.")
    if learning.overfitting_epoch:
        said.append(f"From epoch {learning.overfitting_epoch} on the model overfits.")
    return f"## Learning\n\n{' '.join(said)}"


def _metrics(report: Report) -> str:
    names = dict.fromkeys(name for values in report.metrics.values() for name in values)
    rows = [
        (text.label(name), *(text.metric(name, v[name]) if name in v else text.DASH for v in report.metrics.values()))
        for name in names
    ]
    return titled_table("Metrics", ("metric", *report.metrics), rows)


def _gradients(report: Report) -> str:
    rows = [
        (
            f"{each.layer}/{each.weight}",
            text.number(each.first_gradient_norm),
            text.number(each.last_gradient_norm),
            text.number(each.median_update_ratio),
            each.note,
        )
        for each in report.gradients.weights
    ]
    return titled_table("Gradients", ("weight", "norm, first epoch", "last epoch", "update ratio, median", ""), rows)


def _candidates(report: Report) -> list[tuple[str, str]]:
    return [(each.name, each.refused or text.number(each.step_ms)) for each in report.engine.candidates]


def _classes(result: ClassResult) -> str:
    low, high = map(text.percent, result.interval)
    rows = [
        (
            score.name,
            text.percent(score.precision),
            text.percent(score.recall),
            text.percent(score.f1),
            str(score.support),
        )
        for score in result.scores[:_MOST_CLASSES]
    ]
    left_out = len(result.scores) - len(rows)
    table = titled_table(f"Test predictions: {result.name}", ("class", "precision", "recall", "F1", "samples"), rows)
    facts = (
        f"{result.correct:,} of {result.samples:,} correct "
        f"({text.percent(result.accuracy)}, 95% interval {low} to {high}); "
        f"always saying {escape(result.baseline_class)}: {text.percent(result.baseline)}."
    )
    return "\n\n".join([table, *([f"… and {left_out} more classes."] if left_out else []), facts])


def _numbers(result: NumberResult) -> str:
    rows = [
        ("R²", text.number(result.r2)),
        ("mean absolute error", text.number(result.mean_absolute_error)),
        ("root mean squared error", text.number(result.root_mean_squared_error)),
        ("root mean squared error of always saying the mean", text.number(result.baseline)),
        ("values", f"{result.samples:,}"),
    ]
    return titled_table(f"Test predictions: {result.name}", ("measure", "value"), rows)


def _layers(report: Report) -> str:
    rows = [(each.name, each.type, each.output_shape, f"{each.parameters:,}") for each in report.layers]
    total = [("total", "", "", f"{report.parameters.total:,}")] if rows else []
    return titled_table("Model", ("layer", "type", "output shape", "parameters"), [*rows, *total])


def _weights(report: Report) -> str:
    rows = [
        (each.name, text.status(each), f"{each.parameters:,}") for weights in report.weights for each in weights.layers
    ]
    table = titled_table("Weights at the start", ("layer", "from the file", "parameters"), rows)
    return "\n\n".join([table, *(escape(text.origin(weights)) for weights in report.weights)])


def titled_table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A titled table, nothing if it has no rows."""
    lines = [f"| {' | '.join(map(escape, row))} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"## {escape(title)}", "", f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}", *lines])


def _fenced(title: str, language: str, content: str) -> str:
    """A titled block of code whose fence is longer than any run of backticks inside."""
    if not content.strip():
        return ""
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"## {title}\n\n{fence}{language}\n{text.visible(content).rstrip()}\n{fence}"


def escape(words: str) -> str:
    """`words` as plain text on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.visible(words).split()))
