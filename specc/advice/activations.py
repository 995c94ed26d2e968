"""What activations do to a number, by their names in the catalog: which give probabilities, which can be negative."""

from typing import Final

from specc.catalog import Catalog
from specc.component import Argument, Component

LINEAR: Final = "linear"
BY_UNIT: Final = frozenset({"sigmoid", "hard_sigmoid", "sparse_sigmoid"})
"""Each unit by itself becomes a probability."""
OVER_UNITS: Final = frozenset({"softmax", "sparsemax"})
"""The units together become a distribution."""
PROBABILITIES: Final = BY_UNIT | OVER_UNITS
POSITIVE: Final = PROBABILITIES | {"relu", "relu6", "softplus", "exponential", "squareplus", "sparse_plus"}
RANGES: Final = dict.fromkeys(BY_UNIT, (0.0, 1.0)) | dict.fromkeys(("tanh", "hard_tanh", "softsign"), (-1.0, 1.0))
"""Activations whose values stay between two bounds."""
BOUNDED_ON_ONE_SIDE: Final = frozenset({"relu", "relu6", "softplus", "exponential", "squareplus", "sparse_plus"})

LAYERS: Final = {
    "ELU": "elu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ReLU": "relu",
    "Softmax": "softmax",
    "ops.softmax": "softmax",
    "ops.sigmoid": "sigmoid",
    "ops.relu": "relu",
    "ops.relu6": "relu6",
    "ops.tanh": "tanh",
    "ops.softplus": "softplus",
    "ops.gelu": "gelu",
    "ops.silu": "silu",
    "ops.elu": "elu",
    "ops.leaky_relu": "leaky_relu",
    "ops.log_softmax": "log_softmax",
}
"""Layers and operations that are an activation and nothing else, beside `Activation` itself."""


def activation_name(value: Argument, catalog: Catalog) -> str:
    """The catalog's name of the activation that an argument gives; nothing given is `linear`."""
    if value is None:
        return LINEAR
    if not isinstance(value, Component):
        return str(value)
    facts = catalog.find("activation", value.type)
    return _of_layer(value, facts.name if facts else value.type)


def layer_activation(layer: Component, catalog: Catalog) -> str | None:
    """The activation of a layer that is one or that ends in one; None if that cannot be told."""
    facts = catalog.find(layer.kind, layer.type)
    name = facts.name if facts else layer.type
    if name in LAYERS:
        return _of_layer(layer, name)
    if facts is None or facts.kind != "layer" or "activation" not in facts.arguments:
        return None
    return activation_name(layer.arguments.get("activation", facts.arguments["activation"].default), catalog)


def _of_layer(layer: Component, name: str) -> str:
    if name == "ReLU" and layer.arguments.get("negative_slope"):
        return "leaky_relu"
    return LAYERS.get(name, name)
