"""The model that is saved: raw input in, prediction out.

Takes the trained model, the fitted preprocessing in front of it, and what its losses say of its outputs. A loss on
logits means that the trained model ends in logits; whoever uses the saved one gets probabilities. A number that is
learnt on another scale comes back on its own.
"""

from collections.abc import Mapping
from typing import Any

import keras

from specc.catalog import Catalog
from specc.component import Component
from specc.data.layout import Affine
from specc.graph.graph import Graph
from specc.keras_target.build import one_or_all
from specc.keras_target.scales import from_scale


def serving_model(
    model: keras.Model,
    preprocessing: keras.Model | None,
    losses: Mapping[str, Component],
    catalog: Catalog,
    scalings: Mapping[str, Affine] | None = None,
) -> keras.Model:
    """`model` between its preprocessing and its last activation; `model` itself where it needs neither.

    `losses` go by output name in the model's order; `scalings` are the scales of the outputs that are learnt on another
    than their target's, by output name.
    """
    scalings = scalings or {}
    squashed = {name: squashing(loss, catalog) for name, loss in losses.items()}
    if preprocessing is None and not any(squashed.values()) and not scalings:
        return model
    raw = preprocessing.input if preprocessing else model.input
    prepared = preprocessing(raw) if preprocessing else raw
    if isinstance(prepared, Mapping) and len(prepared) == 1:
        prepared = next(iter(prepared.values()))
    results = model(prepared)
    by_name = results if isinstance(results, Mapping) else dict(zip(losses, [results], strict=True))
    outputs = {name: _squash(name, by_name[name], squashed[name]) for name in losses}
    outputs |= {name: from_scale(affine, outputs[name]) for name, affine in scalings.items()}
    return keras.Model(raw, one_or_all(outputs), name=f"{model.name}_serving")


def inner_name(graph: Graph, preprocessing: keras.Model | None) -> str:
    """What the trained model is called: as the spec, unless the saved model around it has another layer of that name.

    That may be an input, called like a column of the data, or the preprocessing. Keras also wants a letter first.
    """
    taken = {graph_input.name for graph_input in graph.inputs}
    if preprocessing is not None:
        taken |= {tensor.name for tensor in preprocessing.inputs} | {preprocessing.name}
    name = graph.name.lstrip("_") or "model"
    return f"{name}_model" if name in taken else name


def squashing(loss: Component, catalog: Catalog) -> str | None:
    """The activation that turns an output into probabilities, if `loss` is taken on logits."""
    facts = catalog.find("loss", loss.type)
    if facts is None or loss.arguments.get("from_logits") is not True:
        return None
    return "sigmoid" if facts.name.startswith("Binary") else "softmax"


def _squash(name: str, tensor: Any, activation: str | None) -> Any:  # noqa: ANN401  a KerasTensor
    """Computed in float32 also where the model is in half precision, as probabilities near 0 and 1 need."""
    if activation is None:
        return tensor
    return keras.layers.Activation(activation, dtype="float32", name=f"{name}_probabilities")(tensor)
