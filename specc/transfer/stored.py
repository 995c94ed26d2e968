"""What a file of weights holds, as a tree of layers with tensors; also what a model has, in the same form.

`layers` of a node are what Keras keeps of a model's layers; a layer made of others that is no model, such as
`Bidirectional`, has all their tensors itself.
"""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Tensor(NamedTuple):
    """One array: its `path` in the file, its shape, its NumPy dtype or `bfloat16`; `name` where the file tells it."""

    path: str
    shape: tuple[int, ...]
    dtype: str
    name: str = ""

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


class Stored(NamedTuple):
    """A layer or a model.

    `key` is what its group is called: Keras counts layers of a class, as `conv2d_1`. `name` is the layer's own name,
    empty if the file does not tell it. `tensors` go by their path below the layer; those of a model's layers are with
    the layers.
    """

    key: str
    name: str
    tensors: Mapping[str, Tensor]
    layers: tuple["Stored", ...] = ()

    @property
    def parameters(self) -> int:
        """How many numbers it holds, its layers' included."""
        own = sum(tensor.size for tensor in self.tensors.values())
        return own + sum(layer.parameters for layer in self.layers)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of all its tensors, its layers' included."""
        own = tuple(tensor.shape for tensor in self.tensors.values())
        return own + tuple(shape for layer in self.layers for shape in layer.shapes)

    @property
    def named(self) -> bool:
        """Whether the file tells what its layers are called."""
        return any(layer.name for layer in self.layers)

    def models(self) -> Iterator["Stored"]:
        """The model itself and those in it, outer ones first."""
        level = [self]
        while level:
            yield from level
            level = [layer for model in level for layer in model.layers if layer.layers]
