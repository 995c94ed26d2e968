"""Core, activation and merging layers."""

from specc.catalog.entries import Extra, Family, entry
from specc.catalog.types import (
    FLOATS,
    Type,
    boolean,
    choice,
    component,
    integer,
    nullable,
    number,
    one_or_many,
    sizes,
    string,
)

_SIZE = integer(minimum=1).schema
_OUTPUT_SHAPE = Type(
    _SIZE | {"type": ["integer", "array", "string"], "items": nullable(integer(minimum=1)).schema, "minItems": 1},
    "Shape of the result without the batch axis.",
)
_BIAS_AXES = string("Letters of the output axes that get a bias.", pattern="^(\\$.*|[A-Za-z]+)$")

CORE: Family = {
    "Dense": entry("Fully connected: every output is a weighted sum of all inputs of the last axis."),
    "EinsumDense": entry(
        "Fully connected along chosen axes, written as an Einstein summation.",
        equation=string("Summation of input and kernel, such as ab,bc->ac.", pattern="^(\\$.*|[^,>]+,[^,>]+->[^,>]*)$"),
        output_shape=_OUTPUT_SHAPE,
        bias_axes=_BIAS_AXES,
    ),
    "Embedding": entry("Looks up a learned vector for each integer id."),
    "ReversibleEmbedding": entry(
        "An embedding that can also map vectors back to scores over the ids.",
        tie_weights=boolean("Use the same vectors in both directions."),
        reverse_dtype=choice(FLOATS, "Precision of the way back."),
        logit_soft_cap=number("Bends scores so that they stay below this.", above=0),
        extra={"reverse": Extra(boolean("Map vectors to scores in this place."), False)},
    ),
    "Masking": entry(
        "Marks steps whose features all equal one value as padding.",
        mask_value=number("The value that marks padding."),
    ),
    "Identity": entry("Passes its input on unchanged."),
}

ACTIVATION: Family = {
    "Activation": entry("Applies an activation function.", activation=component("activation", "The function.")),
    "ReLU": entry(
        "Rectifier: negative inputs become zero, or small.",
        max_value=number("Ceiling of the result.", minimum=0),
        threshold=number("Inputs below this count as negative.", minimum=0),
    ),
    "LeakyReLU": entry("Rectifier that lets a fixed share of negative inputs through."),
    "PReLU": entry(
        "Rectifier whose slope for negative inputs is learned.",
        shared_axes=one_or_many(integer(), "Axes along which one slope is shared, such as 1 and 2 of an image."),
    ),
    "ELU": entry("Rectifier that bends exponentially to a floor below zero."),
    "Softmax": entry("Turns scores into probabilities that sum to one."),
}

MERGING: Family = {
    "Add": entry("Sum of its inputs, element by element.", call={"inputs": "tensors"}),
    "Subtract": entry("First input minus the second.", call={"inputs": "tensors"}),
    "Multiply": entry("Product of its inputs, element by element.", call={"inputs": "tensors"}),
    "Average": entry("Mean of its inputs, element by element.", call={"inputs": "tensors"}),
    "Maximum": entry("Largest of its inputs, element by element.", call={"inputs": "tensors"}),
    "Minimum": entry("Smallest of its inputs, element by element.", call={"inputs": "tensors"}),
    "Concatenate": entry(
        "Puts its inputs one behind the other.",
        call={"inputs": "tensors"},
        axis=integer("Axis along which the inputs are joined."),
    ),
    "Dot": entry(
        "Dot product of two inputs along one axis each.",
        call={"inputs": "tensors"},
        axes=sizes(2, "Axis of both inputs, or one axis for each.", minimum=None),
        normalize=boolean("Scale to unit length first, which gives the cosine."),
    ),
}

# The size of `Output` is the target's, so it takes what `Dense` takes except `units`.
OUTPUT = "Fully connected layer whose size follows from the data's target."
