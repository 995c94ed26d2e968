"""The typed graph: the model as nodes with names and wires, after all names are resolved.

Made by `specc.graph.resolve`; read by inference, counting, drawing and lowering. Nodes stand in topological order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from specc.component import Component
from specc.diagnostics import Span


@dataclass(frozen=True, slots=True)
class TensorType:
    """What is known of a tensor. `shape` includes the batch axis; None as a size, a shape or a dtype is unknown."""

    shape: tuple[int | None, ...] | None
    dtype: str | None = "float32"


UNKNOWN = TensorType(None, None)
NOWHERE = ""
"""The source of a wire that cannot be told, because the spec is at fault."""


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
    it shares. `outputs` are the names that the spec gives to its outputs, by port. `model` is the graph of a node that
    is a model itself; its component, of the kind `model`, then says where that comes from. The component of an entry
    that is at fault is `FAULTY`.
    """

    name: str
    component: Component
    positional: tuple[Wiring, ...]
    keywords: Mapping[str, Wiring]
    layer: str
    span: Span
    outputs: tuple[str, ...] = ()
    model: "Graph | None" = None


class WeightsFile(NamedTuple):
    """The file whose weights a model starts from: its path as written, its place, and where it is `located`.

    `missing` says what it is if a layer with weights finds none that fit: `warning`, `error` or `allowed`. `freeze`
    says that the layers which found theirs are not trained. `spans` has the places of what is written of these.
    """

    path: str
    span: Span
    missing: str = "warning"
    freeze: bool = False
    spans: Mapping[str, Span] = MappingProxyType({})
    located: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """A model. `outputs` maps the output's name to its wire, in the order of the spec.

    Where the spec is at fault, `unsure` names the outputs of which only the wire is meant, not the name; an empty name
    in it says that there may be others. `open` says that some wire comes from `NOWHERE`, or might go anywhere.
    `mentioned` are the names that an entry at fault may refer to. `weights` is the file that its layers start from.
    """

    name: str
    inputs: tuple[GraphInput, ...]
    nodes: tuple[Node, ...]
    outputs: Mapping[str, Ref]
    unsure: frozenset[str] = frozenset()
    open: bool = False
    mentioned: frozenset[str] = frozenset()
    weights: WeightsFile | None = None

    def node(self, name: str) -> Node | None:
        """The node called `name`, or None if that is an input or nothing."""
        return next((node for node in self.nodes if node.name == name), None)
