"""A run directory -> the run's model, ready to be asked: `open_run`.

Nothing absolute in the directory is trusted, so it may have been moved. The saved model is taken apart again, into what
prepares raw columns and what was trained: outputs, losses and metrics are then those of training, to the last digits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np

from specc.catalog import load as load_catalog
from specc.component import Component
from specc.data import DataSpec, TargetFacts
from specc.data.facts import (
    BOOLEAN,
    CATEGORY,
    CLASSES,
    DATETIME,
    IMAGE,
    NUMBER,
    SEQUENCE,
    TEXT,
    VECTOR,
    ColumnFacts,
)
from specc.data.layout import Affine
from specc.diagnostics import Finding, Span, error, has_errors
from specc.keras_target.build import one_or_all
from specc.keras_target.preprocessing import NAME as PREPROCESSING
from specc.keras_target.preprocessing import apply
from specc.predicting.locked import Locked, read_lock
from specc.runs import Run, RunFolder, locate, read, read_folds

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

NOT_LOADED = (ValueError, TypeError, OSError, KeyError, AttributeError, RuntimeError, NotImplementedError)
"""What Keras raises over a file that is no model of its own, or a damaged one."""

TEXTS = frozenset({CATEGORY, TEXT})
KINDS = TEXTS | {NUMBER, BOOLEAN, DATETIME, IMAGE, VECTOR, SEQUENCE}
"""What a column can be, and which of it the saved model takes as text."""


@dataclass(frozen=True, slots=True)
class Served:
    """A run's model with what it needs to be asked.

    `columns` are the raw columns, `inputs` says what the preprocessing calls each. `model` is the trained model, from
    prepared inputs to logits; `preprocessing` is None if it takes each column as it is. `targets`, `losses` and
    `metrics` go by output name, in the model's order; `one_hot` names the outputs whose loss takes classes as vectors.
    """

    run: Run
    data: DataSpec
    columns: Mapping[str, ColumnFacts]
    inputs: Mapping[str, str]
    preprocessing: keras.Model | None
    model: keras.Model
    targets: Mapping[str, TargetFacts]
    locked: Locked

    @property
    def losses(self) -> Mapping[str, Component]:
        """The loss of each output."""
        return self.locked.losses

    @property
    def one_hot(self) -> frozenset[str]:
        """The outputs whose loss takes classes as vectors with a single 1."""
        widths = {name: _width_of(tensor) for name, tensor in _outputs_by_name(self.model, self.targets).items()}
        return frozenset(
            name
            for name, target in self.targets.items()
            if target.kind == CLASSES and widths[name] != 1 and not _is_sparse(self.losses[name])
        )

    @property
    def scalings(self) -> Mapping[str, Affine]:
        """The scales of the outputs that are learnt on another than their target's."""
        said = {name: target.scale for name, target in self.run.targets.items()}
        return {
            name: Affine(float(scale["shift"]), float(scale["scale"]), bool(scale["log"]))
            for name, scale in said.items()
            if scale
        }

    @property
    def prepared_shapes(self) -> list[tuple[int | None, ...]]:
        """The shapes of the trained model's inputs, without the batch axis."""
        return [tuple(tensor.shape[1:]) for tensor in self.model.inputs]

    def prepare(self, raw: Mapping[str, Array]) -> dict[str, Array]:
        """The trained model's inputs by name, from raw arrays by column."""
        named = {self.inputs[column]: array for column, array in raw.items()}
        return named if self.preprocessing is None else apply(self.preprocessing, named)

    def outputs(self, prepared: Mapping[str, Array]) -> dict[str, Array]:
        """The trained model's outputs by name, computed in batches as large as those of training."""
        found = self.model.predict(one_or_all(prepared), batch_size=self.locked.batch_size, verbose=0)
        by_name = found if isinstance(found, Mapping) else dict(zip(self.targets, [found], strict=True))
        return {name: np.asarray(array) for name, array in by_name.items()}


def open_run(path: Path) -> tuple[Served | None, list[Finding]]:
    """The model of the run in the directory `path`; None and findings if there is none, or its files are damaged."""
    run, found = read(path)
    folds, _ = read_folds(path)
    if folds is not None and folds.folds:
        help_ = f"name one of its folds: `{path / folds.folds[0].run}`"
        return None, [error("not-a-run", f"`{path}` holds a run for each fold", _start(path), help=help_)]
    findings = [finding for finding in found if finding.level == "error"]
    if any(finding.code == "not-a-run" for finding in findings):
        return None, findings
    folder = RunFolder(path)
    if not folder.model.is_file():
        message = f"`{folder.model.name}` is missing: the run has not saved its model, or it was removed"
        return None, [*findings, error("run-file-missing", message, _start(folder.run))]
    if not run.data.columns and not findings:
        message = f"`{folder.run.name}` does not say which columns the model takes: another version of specc wrote it"
        findings.append(error("run-file-broken", message, _start(folder.run), help="train again with this version"))
    locked, more = read_lock(folder.lock)
    findings += more
    if locked is None or has_errors(findings):
        return None, findings
    try:
        saved = keras.saving.load_model(folder.model, compile=False, safe_mode=True)
    except NOT_LOADED as fault:
        reason = str(fault).partition("\n")[0][:200]
        return None, [error("not-a-model", f"`{folder.model.name}` cannot be loaded: {reason}", _start(folder.model))]
    preprocessing, model = _parts(saved, run.model.name)
    misfit = _misfit(run, saved, model)
    if misfit is not None:
        where, words = misfit
        message = f"`{folder.run.name}`: `{'.'.join(where)}` {words}"
        return None, [error("run-file-broken", message, locate(folder.run, *where))]
    outputs = _outputs_by_name(model, tuple(run.targets))
    served = Served(
        run,
        locked.data,
        {name: _facts(name, said) for name, said in run.data.columns.items()},
        {name: str(said["input"]) for name, said in run.data.columns.items()},
        preprocessing,
        model,
        {name: _target(name, run, tuple(outputs[name].shape[1:])) for name in run.targets},
        locked.of(tuple(run.targets)),
    )
    return served, []


def _outputs_by_name(model: keras.Model, targets: Iterable[str]) -> dict[str, Any]:
    """The symbolic outputs of a model by name."""
    output = model.output
    return dict(output) if isinstance(output, Mapping) else dict(zip(targets, [output], strict=True))


def _width_of(tensor: Any) -> int | None:  # noqa: ANN401  a Keras tensor
    """The length of the last axis."""
    size: int | None = tensor.shape[-1]
    return size


def _is_sparse(loss: Component) -> bool:
    facts = load_catalog().find("loss", loss.type)
    return facts is not None and facts.name.startswith("Sparse")


def _parts(saved: keras.Model, name: str) -> tuple[keras.Model | None, keras.Model]:
    """The preprocessing and the trained model in a saved one, as `specc.keras_target.serving` has put them together."""
    trained = _inner(name)
    names = {layer.name: layer for layer in saved.layers}
    for inner in (trained, f"{trained}_model"):
        if saved.name == f"{inner}_serving" and inner in names:
            return names.get(PREPROCESSING), names[inner]
    return None, saved


def _misfit(run: Run, saved: keras.Model, model: keras.Model) -> tuple[tuple[str, ...], str] | None:
    """Where `run.json` says what the saved model is not, as a file does that was changed, and what is wrong there."""
    if model is saved and saved.name.endswith("_serving") and saved.name != _inner(run.model.name):
        return ("model", "name"), f"is `{run.model.name}`, and the saved model is `{saved.name}`"
    takes = {tensor.name: tensor for tensor in saved.inputs or ()}
    columns = run.data.columns
    feeds = sorted(str(said["input"]) for said in columns.values())
    if feeds != sorted(takes):
        return ("data", "columns"), f"feed the inputs {_listed(feeds)}, and the saved model takes {_listed(takes)}"
    for name, said in columns.items():
        if said["kind"] not in KINDS:
            return ("data", "columns", name, "kind"), f"is `{said['kind']}`, which is no kind of column"
        if (said["kind"] in TEXTS and not said["shape"]) != (takes[said["input"]].dtype == "string"):
            return ("data", "columns", name, "kind"), f"is `{said['kind']}`, and the saved model takes another"
    gives = list(model.output) if isinstance(model.output, Mapping) else list(run.targets)[:1]
    if sorted(gives) != sorted(run.targets) or not gives:
        return ("targets",), f"are {_listed(run.targets)}, and the saved model gives {_listed(gives)}"
    return None


def _inner(name: str) -> str:
    """What the trained model of a spec is called; there is `_model` behind it where an input has that name."""
    return name.lstrip("_") or "model"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _facts(name: str, said: Mapping[str, Any]) -> ColumnFacts:
    return ColumnFacts(name, said["kind"], tuple(said["shape"]), said["dtype"])


def _target(name: str, run: Run, output: tuple[int | None, ...]) -> TargetFacts:
    """What an output predicts. That a sample has many predictions is seen from the shape of the output."""
    target = run.targets[name]
    classes = target.classes or None
    shape = (
        (1,) if len(output) < 2 else tuple(size or 1 for size in (output[:-1] if target.kind == CLASSES else output))
    )
    return TargetFacts(target.column, target.kind, len(classes) if classes else None, classes, shape)


def _start(path: Path) -> Span:
    return Span(str(path), 1, 1, 1, 1)
