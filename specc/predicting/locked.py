"""`lock.yaml` -> the data section and the losses and metrics of a run, as they were trained.

The expanded spec is a spec, so it is read by what reads specs; it has no blocks, and every output has its loss.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specc.catalog import load
from specc.component import Component
from specc.composition import compose
from specc.data import DataSpec, resolve_data
from specc.diagnostics import Finding, Span, error, has_errors
from specc.language import tree
from specc.language.overrides import Overrides
from specc.language.read import read
from specc.spec import Faults, Training, resolve_training
from specc.spec.sections import PerOutput


class Locked(NamedTuple):
    """What a run was made from. `losses` and `metrics` go by output name; "" stands for the only output."""

    data: DataSpec
    losses: Mapping[str, Component]
    metrics: Mapping[str, tuple[Component, ...]]
    loss_weights: Mapping[str, float]
    optimizer: Component
    batch_size: int

    def of(self, outputs: tuple[str, ...]) -> "Locked":
        """The same with the outputs' own names."""
        named = {name: self.losses.get(name, self.losses.get("")) for name in outputs}
        metrics = {name: self.metrics.get(name, self.metrics.get("", ())) for name in outputs}
        losses = {name: loss for name, loss in named.items() if loss is not None}
        return self._replace(losses=losses, metrics=metrics)


def read_lock(path: Path) -> tuple[Locked | None, list[Finding]]:
    """The lock file at `path`. Findings are those of a spec, and run-file-broken."""
    document, _, found = read(path)
    findings = list(found)
    spec = document.get("spec") if isinstance(document, tree.Mapping) else None
    if isinstance(spec, tree.Mapping):
        composed = compose(spec, Overrides(), path, path.parent)
        findings += composed.findings
        spec = composed.tree
    if findings:
        return None, findings
    data, training = (spec.get(key) if isinstance(spec, tree.Mapping) else None for key in ("data", "training"))
    if spec is None or not isinstance(data, tree.Mapping) or not isinstance(training, tree.Mapping):
        message = f"`{path.name}` has no `data` and `training`"
        return None, [error("run-file-broken", message, Span(str(path), 1, 1, 1, 1))]
    section, findings = resolve_data(data)
    trained, more = resolve_training(training, training.span, load(), Faults(spec, ()))
    findings += more
    if section is None or has_errors(findings):
        return None, findings
    return _locked(section, trained), []


def _locked(data: DataSpec, training: Training) -> Locked:
    optimizer = training.optimizer or Component("optimizer", "Adam", {}, training.span)
    return Locked(
        data,
        {name: found[0] for name, found in _by_output(training.loss).items() if found},
        _by_output(training.metrics),
        training.loss_weights or {},
        optimizer,
        training.batch_size or 1,
    )


def _by_output(said: PerOutput | None) -> dict[str, tuple[Component, ...]]:
    return {} if said is None else {name or "": found for name, found in said.components.items()}
