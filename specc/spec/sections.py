"""The `training`, `runtime` and `report` sections as typed values, exactly as written: what is left out is None.

What is at fault is `FAULTY`, alone; the rest of the tree has passed the schema. What the sections leave out is filled
in by `specc.plan.imply`, which knows data and model.
"""

from collections.abc import Callable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from specc.catalog import Catalog
from specc.component import Component
from specc.diagnostics import Finding, Label, Span, error
from specc.language.tree import Mapping, Node, Sequence, Value, plain
from specc.spec.components import resolve_component
from specc.spec.faults import Faults
from specc.spec.unknown import FAULTY, is_faulty, several

T = TypeVar("T")


class PerOutput(NamedTuple):
    """A loss or a list of metrics, either for the only output or by the output's name.

    `rest` is what all other outputs have: None if nothing is said of them, `FAULTY` if that cannot be told.
    """

    components: AbstractMapping[str | None, tuple[Component, ...]]
    spans: AbstractMapping[str | None, Span]
    rest: tuple[Component, ...] | None = None

    def of(self, output: str) -> tuple[Component, ...] | None:
        """What is said of an output; None if nothing is."""
        return self.components.get(output, self.components.get(None, self.rest))


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of training: so many epochs with some layers frozen or thawed before it, or with another optimizer.

    `freeze` and `unfreeze` name layers, as the model has them or, inside a model that is a layer, as `specc show`
    prints them. Without an `optimizer` the one before goes on, with its state. `spans` has the keys' values, and each
    name of the lists as `freeze.0`.
    """

    span: Span
    epochs: int
    name: str = ""
    freeze: tuple[str, ...] = ()
    unfreeze: tuple[str, ...] = ()
    optimizer: Component | None = None
    spans: AbstractMapping[str, Span] = field(default_factory=dict)

    def span_of(self, key: str) -> Span:
        """Where `key` is written; the phase's own place if it is left out."""
        return self.spans.get(key, self.span)


@dataclass(frozen=True, slots=True)
class Checkpointing:
    """When a run saves all that it needs to go on: after so many epochs, steps or minutes, each None if not asked.

    The newest `keep` are kept.
    """

    epochs: int | None = None
    steps: int | None = None
    minutes: float | None = 0.5
    keep: int = 2


@dataclass(frozen=True, slots=True)
class Logging:
    """What a run records besides: norms of gradients and updates, and for whom it writes them.

    `mlflow` is a folder in the project; True takes the environment's address, or else a folder among the runs.
    """

    gradients: bool = False
    tensorboard: bool = False
    mlflow: str | bool = False


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
    phases: tuple[Phase, ...] = ()
    callbacks: tuple[Component, ...] = ()
    class_weight: str | AbstractMapping[str, float] | None = None
    spans: AbstractMapping[str, Span] = field(default_factory=dict)

    def span_of(self, key: str) -> Span:
        """Where `key` is written; the section's own place if it is left out."""
        return self.spans.get(key, self.span)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The `runtime` section with its defaults. `threads` None leaves the number to TensorFlow.

    What is `auto` is decided where it runs. `segment` is the number of steps between two looks at the progress,
    `storage` where the data lies while it trains, `checkpoint` None if nothing is saved before the end.
    """

    seed: int = 0
    distribute: Component | str = "auto"
    precision: str = "float32"
    deterministic: bool = True
    threads: int | None = None
    xla: bool | str = "auto"
    segment: int | str = "auto"
    storage: str = "auto"
    checkpoint: Checkpointing | None = Checkpointing()
    runs: str = "runs"
    written: frozenset[str] = frozenset()
    spans: AbstractMapping[str, Span] = field(default_factory=dict)

    @property
    def assumed_precision(self) -> str:
        """The number format that a check reckons with: that of processors where the device decides."""
        return "float32" if self.precision == "auto" else self.precision


RUNTIME_KEYS = (
    *("seed", "distribute", "precision", "deterministic", "threads"),
    *("xla", "segment", "storage", "checkpoint", "runs"),
)
REPORT_FORMATS = ("html", "json", "md")


def resolve_training(
    node: Node | None, place: Span, catalog: Catalog, faults: Faults
) -> tuple[Training, list[Finding]]:
    """The `training:` section, or an empty one at `place` where there is none; `FAULTY` is what is at fault in it."""
    if node is None:
        return Training(place), []
    if not isinstance(node, Mapping):
        return Training(place, *[FAULTY] * 9), []
    findings: list[Finding] = []

    def read(key: str, ask: Callable[[Node], T], absent: T, *, parts: bool = False) -> T:
        found = faults.part(node, key) if parts else faults.get(node, key)
        return FAULTY if found is FAULTY else absent if found is None else ask(found)

    def keep(result: tuple[T, list[Finding]]) -> T:
        findings.extend(result[1])
        return result[0]

    training = Training(
        node.span,
        loss=read("loss", lambda loss: keep(_per_output(loss, "loss", catalog, faults)), None, parts=True),
        loss_weights=read("loss_weights", _numbers, None),
        optimizer=read("optimizer", lambda found: keep(_sound(found, "optimizer", catalog, faults)), None),
        metrics=read("metrics", lambda found: keep(_per_output(found, "metric", catalog, faults)), None, parts=True),
        batch_size=read("batch_size", lambda size: _of_type(size, int), None),
        epochs=read("epochs", lambda epochs: _of_type(epochs, int), None),
        phases=read("phases", lambda found: keep(_phases(found, catalog, faults)), (), parts=True),
        callbacks=read("callbacks", lambda found: keep(_several(found, "callback", catalog, faults)), (), parts=True),
        class_weight=read("class_weight", lambda weight: _of_type(weight, str) or _numbers(weight), None),
        spans={entry.key: entry.value.span for entry in node} | _key_spans(node, ("class_weight", "loss_weights")),
    )
    return training, findings + _epochs_beside_phases(node)


def resolve_runtime(node: Node | None, catalog: Catalog, faults: Faults) -> tuple[Runtime, list[Finding]]:
    """The `runtime:` section with its defaults filled in; `FAULTY` is what is at fault in it."""
    if node is None:
        return Runtime(), []
    if not isinstance(node, Mapping):
        return Runtime(**dict.fromkeys(RUNTIME_KEYS, FAULTY)), []
    found = {key: faults.get(node, key) for key in RUNTIME_KEYS}
    values: dict[str, Any] = {
        key: value.value if isinstance(value, Value) else value for key, value in found.items() if value is not None
    }
    findings: list[Finding] = []
    distribute = found["distribute"]
    if distribute is not None and distribute is not FAULTY and values["distribute"] not in ("auto", "none"):
        values["distribute"], findings = _sound(distribute, "strategy", catalog, faults)
    if isinstance(found["checkpoint"], Value | Mapping):
        values["checkpoint"], more = _checkpointing(found["checkpoint"])
        findings += more
    spans = {entry.key: entry.value.span for entry in node}
    return Runtime(**values, written=frozenset(values), spans=spans), findings


def resolve_report(node: Node | None) -> tuple[str, ...]:
    """The formats in which the run's report is written; none for `report: false`."""
    match node:
        case Value(value=False):
            return ()
        case Mapping() if isinstance(formats := node.get("formats"), Sequence):
            return tuple(str(item.value) for item in formats.items if isinstance(item, Value))
    return REPORT_FORMATS


def resolve_logging(node: Node | None, faults: Faults) -> tuple[Logging, list[Finding]]:
    """What the `report:` section says of a run's logs; `FAULTY` is what is at fault in it."""
    if is_faulty(node):
        return FAULTY, []
    if not isinstance(node, Mapping):
        return Logging(), []
    found = {key: faults.get(node, key) for key in ("gradients", "tensorboard", "mlflow")}
    values: dict[str, Any] = {
        key: value.value if isinstance(value, Value) else FAULTY for key, value in found.items() if value is not None
    }
    mlflow = values.get("mlflow")
    if isinstance(mlflow, str) and ":" in mlflow:
        message = f"`mlflow` is a folder in the project, or `true`; `{mlflow}` is an address"
        help_ = "write `mlflow: true`, and the address into the environment: `MLFLOW_TRACKING_URI`"
        return FAULTY, [error("invalid-value", message, found["mlflow"].span, help=help_)]
    return Logging(**values), []


def _phases(node: Node, catalog: Catalog, faults: Faults) -> tuple[tuple[Phase, ...], list[Finding]]:
    """The phases, `Partly` where some are at fault."""
    if not isinstance(node, Sequence):
        return FAULTY, []
    results = [_phase(item, catalog, faults) for item in node.items]
    phases = [phase for phase, _ in results]
    if faults.inside(node) and all(phase is not FAULTY for phase in phases):
        phases.append(FAULTY)  # the list itself is at fault
    return several(phases), [finding for _, more in results for finding in more]


def _phase(node: Node, catalog: Catalog, faults: Faults) -> tuple[Phase, list[Finding]]:
    if not isinstance(node, Mapping) or faults.inside(node):
        return FAULTY, []
    optimizer: Component | None = None
    findings: list[Finding] = []
    if (written := node.get("optimizer")) is not None:
        optimizer, findings = _sound(written, "optimizer", catalog, faults)
    names = {key: _texts(node.get(key)) for key in ("freeze", "unfreeze")}
    spans = {entry.key: entry.value.span for entry in node}
    spans |= {f"{key}.{number}": span for key, found in names.items() for number, (_, span) in enumerate(found)}
    phase = Phase(
        node.span,
        epochs=_of_type(node.get("epochs"), int) or 0,  # the schema wants a whole number above 0
        name=_of_type(node.get("name"), str) or "",
        freeze=tuple(name for name, _ in names["freeze"]),
        unfreeze=tuple(name for name, _ in names["unfreeze"]),
        optimizer=optimizer,
        spans=spans,
    )
    return phase, findings


def _texts(node: Node | None) -> list[tuple[str, Span]]:
    """One text, or several in a list, each with its place."""
    items = node.items if isinstance(node, Sequence) else [node]
    return [(str(item.value), item.span) for item in items if isinstance(item, Value)]


def _epochs_beside_phases(node: Mapping) -> list[Finding]:
    epochs, phases = node.entry("epochs"), node.entry("phases")
    if epochs is None or phases is None:
        return []
    first, second = sorted((epochs, phases), key=lambda entry: entry.key_span)
    message = "`training` takes only one of `epochs` and `phases`: each phase has epochs of its own"
    labels = (Label(first.key_span, "given here"),)
    return [error("conflicting-keys", message, second.key_span, labels=labels, help="leave `epochs` out")]


def _checkpointing(node: Value | Mapping) -> tuple[Checkpointing | None, list[Finding]]:
    """When the run saves. What is written stands alone: `steps: 100` saves by the clock no more."""
    if isinstance(node, Value):
        return Checkpointing() if node.value else None, []
    given: dict[str, Any] = {entry.key: entry.value.value for entry in node if isinstance(entry.value, Value)}
    epochs, steps, minutes = (given.get(key) for key in ("epochs", "steps", "minutes"))
    if epochs is steps is minutes is None:
        message = "`checkpoint` says not when: it needs one of `epochs`, `steps` and `minutes`"
        return FAULTY, [error("missing-key", message, node.span, help="`checkpoint: false` saves nothing on the way")]
    return Checkpointing(epochs, steps, minutes, given.get("keep", Checkpointing().keep)), []


def _per_output(node: Node, kind: str, catalog: Catalog, faults: Faults) -> tuple[PerOutput, list[Finding]]:
    """One component (or list) for the only output, or a mapping from output names to components (or lists)."""
    by_output: dict[str | None, Node] = {None: node}
    spans: dict[str | None, Span] = {None: node.span}
    rest = None
    if isinstance(node, Mapping) and not (len(node.entries) == 1 and catalog.find(kind, node.entries[0].key)):
        if faults.own(node):  # a key at fault may be another output's name, or no output at all
            rest = FAULTY
        by_output = {entry.key: entry.value for entry in node if not faults.at(entry.key_span)}
        # A key over a value that is at fault may have been meant for a type.
        spans = {entry.key: entry.key_span for entry in faults.sound(node)}
    components: dict[str | None, tuple[Component, ...]] = {}
    findings: list[Finding] = []
    for output, value in by_output.items():
        components[output], more = _several(value, kind, catalog, faults)
        findings += more
    return PerOutput(components, spans, rest), findings


def _several(node: Node, kind: str, catalog: Catalog, faults: Faults) -> tuple[tuple[Component, ...], list[Finding]]:
    if not isinstance(node, Sequence):
        component, findings = _sound(node, kind, catalog, faults)
        return FAULTY if is_faulty(component) else (component,), findings
    results = [_sound(item, kind, catalog, faults) for item in node.items]
    components = [component for component, _ in results]
    if faults.inside(node) and all(component is not FAULTY for component in components):
        components.append(FAULTY)  # the list itself is at fault
    return several(components), [finding for _, more in results for finding in more]


def _sound(node: Node, kind: str, catalog: Catalog, faults: Faults) -> tuple[Component, list[Finding]]:
    """The component, `FAULTY` if anything in it is at fault."""
    if faults.inside(node):
        return FAULTY, []
    component, findings = resolve_component(node, kind, catalog)
    return FAULTY if component is None else component, findings


def _key_spans(node: Mapping, keys: tuple[str, ...]) -> dict[str, Span]:
    """Where the keys inside these keys stand, as `key.inner`."""
    inside = {key: node.get(key) for key in keys}
    return {f"{key}.{e.key}": e.key_span for key, value in inside.items() if isinstance(value, Mapping) for e in value}


def _of_type(node: Node | None, of: type[T]) -> T | None:
    return node.value if isinstance(node, Value) and isinstance(node.value, of) else None


def _numbers(node: Node) -> dict[str, float] | None:
    if not isinstance(node, Mapping):
        return None
    return {key: float(value) for key, value in plain(node).items() if isinstance(value, int | float)}  # type: ignore[union-attr]
