"""`Comparison` -> text for a terminal: only what differs, `+` what is new, `-` what is gone, `~` the rest."""

from collections.abc import Iterable, Iterator
from typing import Any

from specc.comparing.compare import Comparison, LayerChange
from specc.comparing.layers import Layer
from specc.comparing.values import ABSENT, Change
from specc.comparing.weights import Fit, WeightsFit
from specc.language.yaml_dump import dump_flow
from specc.plan.document import component_document
from specc.rendering.escape import escape
from specc.rendering.paint import Paint

NAMED = 8
"""So many layers are named in one line, the others counted."""


def comparison_text(comparison: Comparison, before: str, after: str, *, colour: bool = False) -> str:
    """The differences between the specs called `before` and `after`, as lines; one line if there are none."""
    if comparison.same:
        return escape(f"{before} and {after} mean the same") + "\n"
    paint = Paint(colour)
    lines = [paint.removed(escape(f"--- {before}")), paint.added(escape(f"+++ {after}"))]
    model = [*_layers(comparison.layers, paint), *_settings(_of(comparison, "model"), paint)]
    if comparison.layers:
        old, new = comparison.parameters
        model.append(f"  parameters: {_counts(old, new)}")
    for section, found in [("model", model)] + [
        (section, list(_settings(_of(comparison, section), paint))) for section in ("data", "training", "runtime")
    ]:
        lines += [paint.strong(section), *found] if found else []
    return "\n".join([*lines, paint.strong("weights"), *_weights(comparison.weights, paint)]) + "\n"


def _of(comparison: Comparison, section: str) -> list[Change]:
    """The settings of a section, with paths that begin below it."""
    start = section + "."
    return [
        change._replace(path=change.path[len(start) :])
        for change in comparison.settings
        if change.path.startswith(start)
    ]


def _layers(layers: Iterable[LayerChange], paint: Paint) -> Iterator[str]:
    for change in layers:
        if change.after is None and change.before is not None:
            yield paint.removed(escape(f"  - {_layer(change.before)}"))
        elif change.before is None and change.after is not None:
            yield paint.added(escape(f"  + {_layer(change.after)}"))
        elif change.after is not None:
            said = [escape(_change(each, "arguments.")) for each in change.changes]
            head = paint.changed(escape(f"  ~ {change.after.name} ({change.after.component.type})"))
            yield from [f"{head}: {said[0]}"] if len(said) == 1 else [head, *(f"      {line}" for line in said)]


def _layer(layer: Layer) -> str:
    """A layer in one line: its name, itself as written, what comes out and how much it learns."""
    written = component_document(layer.component)
    count = "" if not layer.parameters else f", {layer.parameters:,} parameters"
    shown = written if isinstance(written, str) else dump_flow(written).removeprefix("{").removesuffix("}")
    return f"{layer.name}: {shown} -> {layer.shape}{count}"


def _settings(settings: Iterable[Change], paint: Paint) -> Iterator[str]:
    for change in settings:
        if change.before is ABSENT:
            yield paint.added(escape(f"  + {change.path}: {_value(change.after)}"))
        elif change.after is ABSENT:
            yield paint.removed(escape(f"  - {change.path}: {_value(change.before)}"))
        else:
            yield paint.changed("  ~ ") + escape(_change(change))


def _change(change: Change, prefix: str = "") -> str:
    path = change.path.removeprefix(prefix)
    if change.path == "parameters":
        return f"{path}: {_counts(change.before, change.after)}"
    return f"{path}: {_value(change.before)} -> {_value(change.after)}"


def _counts(before: int | None, after: int | None) -> str:
    old, new = (("unknown" if count is None else f"{count:,}") for count in (before, after))
    return old if old == new else f"{old} -> {new}"


def _value(value: Any) -> str:  # noqa: ANN401  plain data
    return (
        value
        if isinstance(value, str) and value.startswith("(")
        else repr(value)
        if value is ABSENT
        else dump_flow(value)
    )


def _weights(weights: WeightsFit, paint: Paint) -> Iterator[str]:
    """A verdict, and the layers that it is about."""
    verdicts = {
        "all": "the old weights fit",
        "some": "the old weights fit in part",
        "none": "the old weights do not fit",
        "unknown": "whether the old weights fit is not known of every layer",
    }
    yield "  " + (verdicts[weights.verdict] if weights.layers else "there are none")
    said = {Fit.FITS: "fit", Fit.DIFFERS: "have other shapes", Fit.MISSING: "are new", Fit.UNKNOWN: "are not known"}
    if weights.verdict != "all":
        for fit, words in said.items():
            names = [f"{layer.name} (was {layer.was})" if layer.was else layer.name for layer in weights.those(fit)]
            if names:
                line = escape(f"  {words}: {_names(names)}")
                yield line if fit is Fit.FITS else paint.changed(line)
    if weights.unused:
        yield escape(f"  not used: {_names(weights.unused)}")


def _names(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
