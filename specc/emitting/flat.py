"""`Graph` -> the lines of a `build_model` that makes its layers one after the other.

A value gets a variable of its own only where it is used later than by the next layer; all others are `x`. A name is
written only where Keras would give another one.
"""

from collections.abc import Mapping

from specc.catalog import Catalog
from specc.component import Component
from specc.emitting.components import argument_of, at_call, constructor, symbol
from specc.emitting.identifiers import Identifiers
from specc.emitting.naming import AutomaticNames
from specc.emitting.python import INDENT, Expression, call, listed, literal, mapped, quoted, statement
from specc.graph.drafts import default_name
from specc.graph.graph import Graph, GraphInput, Node, Ref, Wiring
from specc.graph.infer import Inferred
from specc.graph.order import sources

CHAIN = "x"
"""The variable of what the next layer takes."""


def flat_model(graph: Graph, inferred: Inferred, catalog: Catalog) -> list[str]:
    """The body of `build_model`, indented once."""
    return _Writer(graph, inferred, catalog).body()


def input_lines(inputs: tuple[GraphInput, ...], variables: Mapping[str, str]) -> list[str]:
    """The inputs of a model, each with its variable."""
    return [line for given in inputs for line in statement(f"{variables[given.name]} = ", _input(given), 1)]


def model_line(name: str, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> list[str]:
    """The end of a function that makes a model of these variables: one input or output itself, several by name."""
    return statement("return ", call("keras.Model", _one_or_all(inputs), _one_or_all(outputs), name=quoted(name)), 1)


def _one_or_all(variables: Mapping[str, str]) -> Expression:
    if len(variables) == 1:
        return next(iter(variables.values()))
    return mapped((quoted(name), variable) for name, variable in variables.items())


def _input(given: GraphInput) -> Expression:
    dtype = {} if given.dtype in (None, "float32") else {"dtype": quoted(str(given.dtype))}
    return call("keras.Input", literal(given.shape), **dtype, name=quoted(given.name))


def frozen_lines(component: Component, variable: str) -> list[str]:
    """A whole application can be frozen only once it is made."""
    return [f"{INDENT}{variable}.trainable = False"] if component.arguments.get("trainable") is False else []


class _Writer:
    """Where in the script each tensor and each shared layer is found."""

    def __init__(self, graph: Graph, inferred: Inferred, catalog: Catalog) -> None:
        self._graph, self._inferred, self._catalog = graph, inferred, catalog
        self._identifiers = Identifiers(("inputs", "outputs"))
        self._automatic = AutomaticNames()
        self._tensors: dict[tuple[str, int], str] = {}
        self._layers: dict[str, str] = {}
        self._shared = {node.layer for node in graph.nodes if node.layer != node.name}
        self._users: dict[str, list[int]] = {}
        for number, node in enumerate(graph.nodes):
            for ref in sources(node):
                self._users.setdefault(ref.source, []).append(number)
        self._ends = [ref.source for ref in graph.outputs.values()]

    def body(self) -> list[str]:
        graph = self._graph
        alone = len(graph.inputs) == 1
        inputs = {given.name: "inputs" if alone else self._identifiers(given.name) for given in graph.inputs}
        self._tensors |= {(name, 0): variable for name, variable in inputs.items()}
        lines = input_lines(graph.inputs, inputs)
        for number, node in enumerate(graph.nodes):
            lines += self._node(number, node)
        outputs = {name: self._tensors[ref.source, ref.port] for name, ref in graph.outputs.items()}
        return lines + model_line(graph.name, inputs, outputs)

    def _node(self, number: int, node: Node) -> list[str]:
        facts = self._catalog.find(node.component.kind, node.component.type)
        if facts is None:
            raise KeyError(f"{node.component.type} is not in the catalog")
        given = [self._gather(wiring) for wiring in node.positional]
        wires = {name: self._gather(wiring) for name, wiring in node.keywords.items()}
        if node.component.kind == "op":
            written = {
                name: argument_of(node.component, name, facts, self._catalog) for name in node.component.arguments
            }
            self._automatic.note(node.component)
            made: Expression = call(symbol(str(facts.path)), *given, **wires, **written)
            return statement(f"{self._targets(number, node)} = ", made, 1)
        lines: list[str] = []
        if node.layer not in self._layers:
            layer = constructor(node.component, facts, self._catalog, self._extra(node))
            if node.layer in self._shared or node.component.kind == "application":
                variable = self._identifiers(f"{node.layer}_layer")
                lines += statement(f"{variable} = ", layer, 1)
                if node.component.kind == "application":
                    lines += frozen_lines(node.component, variable)
                self._layers[node.layer] = variable
                layer = variable
        else:
            layer = self._layers[node.layer]
        made = call(layer, *given, **wires, **at_call(node.component, facts, self._catalog))
        return lines + statement(f"{self._targets(number, node)} = ", made, 1)

    def _extra(self, node: Node) -> dict[str, Expression]:
        """The arguments that the spec does not write: the name, and what an application must know of its input."""
        extra: dict[str, Expression] = {}
        component = node.component
        self._automatic.note(component)  # what is inside a wrapper is made first
        automatic = self._automatic.next(component.type)
        if component.kind == "application" and "input_shape" not in component.arguments:
            wire = node.positional[0]
            tensor = self._inferred.tensor(wire if isinstance(wire, Ref) else wire[0])
            extra["input_shape"] = literal(None if tensor.shape is None else tensor.shape[1:])
        if automatic == node.layer and component.kind == "layer":
            self._automatic.count(default_name(component.type))
        else:
            extra["name"] = quoted(node.layer)
        return extra

    def _targets(self, number: int, node: Node) -> str:
        """The variables of a node's outputs."""
        ports = self._ports(node)
        if ports == 1 and self._is_chained(number, node.name):
            self._tensors[node.name, 0] = CHAIN
            return CHAIN
        if ports == 1:
            self._tensors[node.name, 0] = self._identifiers(node.outputs[0] if node.outputs else node.name)
            return self._tensors[node.name, 0]
        words = [*node.outputs, *(f"{node.name}_{port}" for port in range(len(node.outputs), ports))]
        for port, word in enumerate(words[:ports]):
            self._tensors[node.name, port] = self._identifiers(word)
        return ", ".join(self._tensors[node.name, port] for port in range(ports))

    def _ports(self, node: Node) -> int:
        """How many tensors a node gives."""
        found = self._inferred.nodes.get(node.name)
        used = [ref.port + 1 for other in self._graph.nodes for ref in sources(other) if ref.source == node.name]
        return max(len(found.outputs) if found else 1, len(node.outputs), *used, 1)

    def _is_chained(self, number: int, name: str) -> bool:
        """Whether only the next node, or the end of the model, takes what this one gives."""
        users = set(self._users.get(name, ()))
        return users == {number + 1} if name not in self._ends else not users and self._ends == [name]

    def _gather(self, wiring: Wiring) -> Expression:
        if isinstance(wiring, Ref):
            return self._tensors[wiring.source, wiring.port]
        return listed(self._tensors[ref.source, ref.port] for ref in wiring)
