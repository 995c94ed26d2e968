"""A sound plan -> a Keras script that needs no specc: `specc emit`."""

from pathlib import Path

from specc.catalog import load
from specc.emitting.flat import flat_model
from specc.emitting.script import model_script, training_script
from specc.graph.graph import Graph
from specc.graph.infer import Inferred
from specc.plan import Plan

__all__ = ["emit", "emit_model"]


def emit(plan: Plan, root: Path, folder: Path) -> str:
    """The script that trains the plan's model. `root` is where its files must lie, `folder` the spec's own."""
    return training_script(plan, _flat(plan.graph, plan.inferred), load(), root, folder)


def emit_model(graph: Graph, inferred: Inferred, description: str = "") -> str:
    """A script with nothing but `build_model`, for a model without data."""
    return model_script(graph.name, description, _flat(graph, inferred))


def _flat(graph: Graph, inferred: Inferred) -> str:
    lines = ["def build_model():", '    """The model, with new weights."""', *flat_model(graph, inferred, load())]
    return "\n".join(lines)
