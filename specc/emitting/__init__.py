"""A sound plan -> a Keras script that needs no specc: `specc emit`."""

from pathlib import Path

from specc.catalog import load
from specc.composition import Parts
from specc.composition.instantiating import Models, Scope, instantiate_model
from specc.emitting.expressions import UnsupportedError
from specc.emitting.flat import flat_model
from specc.emitting.script import model_script, training_script
from specc.emitting.structure import Structured, structured_model
from specc.graph.graph import Graph
from specc.graph.infer import Inferred
from specc.language.tree import Sequence, Value
from specc.plan import Outline, Plan

__all__ = ["emit", "emit_model"]


def emit(model: Plan | Outline, parts: Parts | None, root: Path, folder: Path) -> str:
    """The script that trains a plan's model; of an outline, which has no data, one that only makes it.

    `parts`, the spec as it is written, says what becomes a function. `root` is where the spec's files must lie,
    `folder` its own.
    """
    if isinstance(model, Outline):
        return emit_model(model.graph, model.inferred, parts, model.description)
    return training_script(model, _model(model.graph, model.inferred, parts), load(), root, folder)


def emit_model(graph: Graph, inferred: Inferred, parts: Parts | None = None, description: str = "") -> str:
    """A script with nothing but `build_model`, for a model without data."""
    return model_script(graph, description, _model(graph, inferred, parts))


def _model(graph: Graph, inferred: Inferred, parts: Parts | None) -> Structured:
    """As the spec has it; where that cannot be told in Python, layer by layer."""
    section = parts.tree.get("model") if parts else None
    if parts is not None and section is not None:
        models = Models(parts.tree.get("models"), _somewhere_else, parts.variables, parts.blocks)
        try:
            composed = instantiate_model(section, Scope(parts.variables, parts.blocks, models))
            return structured_model(graph, inferred, parts, composed, load())
        except UnsupportedError:
            pass
    return Structured([], flat_model(graph, inferred, load()))


def _somewhere_else(source: Value, _depth: int) -> Sequence:
    """Stands for the model in another file: the graph has it already."""
    return Sequence(source.span, ())
