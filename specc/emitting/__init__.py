"""A sound plan -> a Keras script that needs no specc: `specc emit`."""

from pathlib import Path

from specc.catalog import load
from specc.composition import Parts
from specc.composition.instantiating import Models, Scope, instantiate_model
from specc.diagnostics import Finding
from specc.emitting.callbacks import callbacks_gap
from specc.emitting.data_gaps import data_gap
from specc.emitting.expressions import UnsupportedError
from specc.emitting.flat import flat_model
from specc.emitting.phases import phases_gap
from specc.emitting.script import model_script, training_script
from specc.emitting.structure import Structured, structured_model
from specc.emitting.words import has_repeats
from specc.language.tree import Sequence, Value
from specc.plan import Outline, Plan

__all__ = ["emit", "gap"]


def emit(model: Plan | Outline, parts: Parts | None, root: Path, folder: Path) -> str:
    """The script that trains a plan's model; of an outline, or where there is a `gap`, one that only makes it.

    `parts`, the spec as it is written, says what becomes a function. `root` is where the spec's files must lie,
    `folder` its own.
    """
    if isinstance(model, Outline):
        return model_script(model, _model(model, parts))
    if (found := gap(model, root, folder)) is not None:
        return model_script(model.outline, _model(model.outline, parts), found.message)
    return training_script(model, _model(model.outline, parts), load(), root, folder)


def gap(plan: Plan, root: Path, folder: Path) -> Finding | None:
    """A warning about the first thing that a script cannot say of a plan's training; None if it says all.

    `root` and `folder` as of `specc.data.describe`.
    """
    return data_gap(plan, root, folder) or phases_gap(plan, load()) or callbacks_gap(plan, load())


def _model(model: Outline, parts: Parts | None) -> Structured:
    """As the spec has it; where that cannot be told in Python, layer by layer."""
    reason = ""
    section = parts.tree.get("model") if parts else None
    if parts is not None and section is not None:
        models = Models(parts.tree.get("models"), _somewhere_else, parts.variables, parts.blocks)
        try:
            composed = instantiate_model(section, Scope(parts.variables, parts.blocks, models))
            return structured_model(model, parts, composed, load())
        except UnsupportedError as unsupported:
            reason = str(unsupported) if parts.blocks or has_repeats(section) else ""
    return Structured([], flat_model(model, load()), reason)


def _somewhere_else(source: Value, _depth: int) -> Sequence:
    """Stands for the model in another file: the graph has it already."""
    return Sequence(source.span, ())
