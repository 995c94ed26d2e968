"""The `training`, `runtime` and `report` sections as typed values, exactly as written: what is left out is None.

The tree has passed the schema. What the sections leave out is filled in by `specc.plan.imply`, which knows data and
model.
"""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from specc.catalog import Catalog
from specc.component import Component
from specc.diagnostics import Finding, Span
from specc.language.tree import Mapping, Node, Sequence, Value, plain
from specc.spec.components import resolve_component

T = TypeVar("T")


class PerOutput(NamedTuple):
    """A loss or a list of metrics, either for the only output or by the output's name."""

    components: AbstractMapping[str | None, tuple[Component, ...]]
    spans: AbstractMapping[str | None, Span]


@dataclass(frozen=True, slots=True)
class Training:
    """The `training` section as written."""

    span: Span
    loss: PerOutput | None = None
    loss_weights: AbstractMapping[str, float] | None = None
    optimizer: Component | None = None
    metrics: PerOutput | None = None
    batch_size: int | None = None
    epochs: int | None = None
    callbacks: tuple[Component, ...] = ()
    class_weight: str | AbstractMapping[str, float] | None = None
    spans: AbstractMapping[str, Span] = field(default_factory=dict)

    def span_of(self, key: str) -> Span:
        """Where `key` is written; the section's own place if it is left out."""
        return self.spans.get(key, self.span)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The `runtime` section with its defaults. `threads` None leaves the number to TensorFlow."""

    seed: int = 0
    distribute: Component | str = "auto"
    precision: str = "float32"
    deterministic: bool = True
    threads: int | None = None
    runs: str = "runs"
    written: frozenset[str] = frozenset()
    spans: AbstractMapping[str, Span] = field(default_factory=dict)


REPORT_FORMATS = ("html", "json", "md")


def resolve_training(node: Node | None, place: Span, catalog: Catalog) -> tuple[Training, list[Finding]]:
    """The `training:` section, or an empty one at `place` where there is none."""
    if not isinstance(node, Mapping):
        return Training(place), []
    findings: list[Finding] = []

    def keep(result: tuple[T, list[Finding]]) -> T:
        findings.extend(result[1])
        return result[0]

    loss, metrics = node.get("loss"), node.get("metrics")
    optimizer, callbacks = node.get("optimizer"), node.get("callbacks")
    class_weight = node.get("class_weight")
    training = Training(
        node.span,
        loss=keep(_per_output(loss, "loss", catalog)) if loss else None,
        loss_weights=_numbers(node.get("loss_weights")),
        optimizer=keep(resolve_component(optimizer, "optimizer", catalog)) if optimizer else None,
        metrics=keep(_per_output(metrics, "metric", catalog)) if metrics else None,
        batch_size=_scalar(node, "batch_size", int),
        epochs=_scalar(node, "epochs", int),
        callbacks=keep(_several(callbacks, "callback", catalog)) if callbacks else (),
        class_weight=_scalar(node, "class_weight", str) or _numbers(class_weight),
        spans={entry.key: entry.value.span for entry in node} | _key_spans(node, ("class_weight", "loss_weights")),
    )
    return training, findings


def resolve_runtime(node: Node | None, catalog: Catalog) -> tuple[Runtime, list[Finding]]:
    """The `runtime:` section with its defaults filled in."""
    if not isinstance(node, Mapping):
        return Runtime(), []
    values = {
        entry.key: entry.value.value
        for entry in node
        if isinstance(entry.value, Value) and not entry.key.startswith("x-")
    }
    findings: list[Finding] = []
    distribute = node.get("distribute")
    if distribute is not None and values.get("distribute") not in {"auto", "none"}:
        values["distribute"], findings = resolve_component(distribute, "strategy", catalog)  # type: ignore[assignment]
    written = frozenset(values)
    spans = {entry.key: entry.value.span for entry in node}
    return Runtime(**values, written=written, spans=spans), findings  # type: ignore[arg-type]


def resolve_report(node: Node | None) -> tuple[str, ...]:
    """The formats in which the run's report is written; none for `report: false`."""
    match node:
        case Value(value=False):
            return ()
        case Mapping() if isinstance(formats := node.get("formats"), Sequence):
            return tuple(str(item.value) for item in formats.items if isinstance(item, Value))
    return REPORT_FORMATS


def _per_output(node: Node, kind: str, catalog: Catalog) -> tuple[PerOutput, list[Finding]]:
    """One component (or list) for the only output, or a mapping from output names to components (or lists)."""
    by_output: dict[str | None, Node] = {None: node}
    spans: dict[str | None, Span] = {None: node.span}
    if isinstance(node, Mapping) and not (len(node.entries) == 1 and catalog.find(kind, node.entries[0].key)):
        by_output = {entry.key: entry.value for entry in node}
        spans = {entry.key: entry.key_span for entry in node}
    components: dict[str | None, tuple[Component, ...]] = {}
    findings: list[Finding] = []
    for output, value in by_output.items():
        components[output], faults = _several(value, kind, catalog)
        findings += faults
    return PerOutput(components, spans), findings


def _several(node: Node, kind: str, catalog: Catalog) -> tuple[tuple[Component, ...], list[Finding]]:
    items = node.items if isinstance(node, Sequence) else (node,)
    results = [resolve_component(item, kind, catalog) for item in items]
    found = tuple(component for component, _ in results if component)
    return found, [finding for _, findings in results for finding in findings]


def _key_spans(node: Mapping, keys: tuple[str, ...]) -> dict[str, Span]:
    """Where the keys inside these keys stand, as `key.inner`."""
    inside = {key: node.get(key) for key in keys}
    return {f"{key}.{e.key}": e.key_span for key, value in inside.items() if isinstance(value, Mapping) for e in value}


def _scalar(node: Mapping, key: str, of: type[T]) -> T | None:
    found = node.get(key)
    return found.value if isinstance(found, Value) and isinstance(found.value, of) else None


def _numbers(node: Node | None) -> dict[str, float] | None:
    if not isinstance(node, Mapping):
        return None
    return {key: float(value) for key, value in plain(node).items() if isinstance(value, int | float)}  # type: ignore[union-attr]
