"""Which layers of a built model train, and settings of that: `freeze` and `unfreeze` of the phases in Keras."""

from collections.abc import Iterable
from typing import Any

import keras

from specc.graph.graph import Graph
from specc.plan.freezing import Setting, layer_paths


def trainable_now(model: keras.Model, graph: Graph) -> dict[str, bool]:
    """Keras' `trainable` of every layer of the `graph` that `model` was built of, by path.

    Before the first phase this is what `specc.plan.freezing.settings` starts from: it has the layers too that a file of
    weights has frozen.
    """
    return {path: bool(_layer_at(model, path).trainable) for path, _ in layer_paths(graph)}


def freeze(model: keras.Model, settings: Iterable[Setting]) -> None:
    """Set what a phase sets, in this order.

    A function that was traced before goes on training what it trained, and an optimizer refuses weights that it was not
    built for.
    """
    for setting in settings:
        _layer_at(model, setting.path).trainable = setting.trains


def _layer_at(model: keras.Model, path: str) -> Any:  # noqa: ANN401  a Keras layer
    layer = model
    for name in path.split("/"):
        layer = layer.get_layer(name)
    return layer
