"""Activation functions: words for the functions of `keras.activations`, and layers where arguments are wanted."""

from specc.catalog.entries import Family, entry
from specc.catalog.overlay.layers_core import ACTIVATION

FUNCTIONS: Family = {
    "celu": entry("Smooth rectifier with an exponential floor."),
    "elu": entry("Rectifier that bends exponentially to a floor below zero."),
    "exponential": entry("e to the power of the input."),
    "gelu": entry("Input weighed by the normal distribution; usual in transformers."),
    "glu": entry("One half of the features gates the other; halves the last axis."),
    "hard_shrink": entry("Zero for small inputs, unchanged otherwise."),
    "hard_sigmoid": entry("Sigmoid made of straight lines."),
    "hard_silu": entry("Swish made of straight lines."),
    "hard_tanh": entry("Input cut off at -1 and 1."),
    "leaky_relu": entry("Rectifier that lets a fixed share of negative inputs through."),
    "linear": entry("The input unchanged."),
    "log_sigmoid": entry("Logarithm of the sigmoid."),
    "log_softmax": entry("Logarithm of the softmax."),
    "mish": entry("Smooth rectifier with a small dip below zero."),
    "relu": entry("Rectifier: negative inputs become zero."),
    "relu6": entry("Rectifier with a ceiling of 6."),
    "selu": entry("Scaled ELU that keeps mean and variance through deep networks."),
    "sigmoid": entry("Squeezes any number between 0 and 1."),
    "silu": entry("Input times its sigmoid, also called swish."),
    "soft_shrink": entry("Moves inputs towards zero, small ones onto it."),
    "softmax": entry("Turns scores into probabilities that sum to one."),
    "softplus": entry("Smooth rectifier: logarithm of one plus e to the input."),
    "softsign": entry("Input over one plus its size; between -1 and 1."),
    "sparse_plus": entry("Rectifier with a short quadratic bend around zero."),
    "sparse_sigmoid": entry("Straight line between 0 and 1, flat outside."),
    "sparsemax": entry("Like softmax, but small scores become exactly zero."),
    "squareplus": entry("Smooth rectifier built from a square root."),
    "tanh": entry("Squeezes any number between -1 and 1."),
    "tanh_shrink": entry("Input minus its tanh."),
}

# Layers that stand for an activation, so that it can have arguments: `activation: {LeakyReLU: 0.1}`.
LAYERS: Family = {name: value for name, value in ACTIVATION.items() if name != "Activation"}
