"""The typed graph: the model as nodes with names and wires, after all names are resolved.

Made by `specc.graph.resolve`; read by inference, counting, drawing and lowering. Nodes stand in topological order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from specc.component import Component
from specc.diagnostics import Span


@dataclass(frozen=True, slots=True)
class TensorType:
    """What is known of a tensor. `shape` includes the batch axis; None as a size, a shape or a dtype is unknown."""

    shape: tuple[int | None, ...] | None
    dtype: str | None = "float32"


UNKNOWN = TensorType(None, None)


@dataclass(frozen=True, slots=True)
class Ref:
    """A wire: output number `port` of the node or graph input called `source`. `span` is where the spec says so."""

    source: str
    port: int
    span: Span


Wiring: TypeAlias = Ref | tuple[Ref, ...]


class GraphInput(NamedTuple):
    """An input of the graph. The shape excludes the batch axis, as `keras.Input` takes it."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Node:
    """One application of a layer or of a `keras.ops` function.

    `positional` is what the call gets first (one wire, or a tuple of wires for a layer that takes a list), `keywords`
    the wires by call-argument name. `layer` is the name of the node whose weights this one uses: its own name, unless
    it shares. `outputs` are the names that the spec gives to its outputs, by port.
    """

    name: str
    component: Component
    positional: tuple[Wiring, ...]
    keywords: Mapping[str, Wiring]
    layer: str
    span: Span
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """A model. `outputs` maps the output's name to its wire, in the order of the spec."""

    name: str
    inputs: tuple[GraphInput, ...]
    nodes: tuple[Node, ...]
    outputs: Mapping[str, Ref]

    def node(self, name: str) -> Node | None:
        """The node called `name`, or None if that is an input or nothing."""
        return next((node for node in self.nodes if node.name == name), None)
