"""`Graph` -> the lines of a `build_model` that makes its layers one after the other.

A value gets a variable of its own only where it is used later than by the next layer; all others are `x`. A name is
written only where Keras would give another one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from specc.catalog import Catalog
from specc.emitting.components import argument_of, at_call, constructor, facts_of, symbol
from specc.emitting.identifiers import Identifiers
from specc.emitting.naming import AutomaticNames, automatic_layers
from specc.emitting.python import INDENT, Expression, Group, call, listed, literal, one_or_all, quoted, statement
from specc.graph.graph import Graph, GraphInput, Node, Ref, Wiring
from specc.graph.infer import Inferred
from specc.graph.order import sources
from specc.plan import Outline

CHAIN = "x"
"""The variable of what the next layer takes."""


def flat_model(model: Outline, catalog: Catalog) -> list[str]:
    """The functions that make the model, the last of them `build_model`."""
    graph = model.graph
    automatic: dict[int, set[str]] = {}
    automatic_layers(graph, AutomaticNames(), automatic)
    wholes = Wholes(catalog, automatic)
    lines = [*model_head(model.precision), *_Writer(graph, model.inferred, wholes).body()]
    return [*wholes.functions, "\n".join(lines)]


def model_head(precision: str) -> list[str]:
    """The first lines of `build_model`: it sets the precision, if that is not Keras' own, whoever calls it."""
    lines = ["def build_model():", f'{INDENT}"""The model, with new weights."""']
    if precision == "float64":
        lines.append(f'{INDENT}keras.config.set_floatx("float64")')
    if precision not in ("float32", "auto"):  # a script does not look for devices
        lines += statement("", call("keras.config.set_dtype_policy", quoted(precision)), 1)
    return lines


@dataclass(slots=True)
class Wholes:
    """Layers that are models themselves, and the functions that make those which the spec writes.

    `automatic` are the layers that Keras names as the graph does, by the id of their graph.
    """

    catalog: Catalog
    automatic: dict[int, set[str]]
    functions: list[str] = field(default_factory=list)
    names: Identifiers = field(default_factory=lambda: Identifiers(("SEED", "BATCH_SIZE", "EPOCHS", "inputs")))

    def lines(self, node: Node, variable: str, inferred: Inferred | None) -> list[str]:
        """The lines that make such a layer as `variable`, indented once; `inferred` is of the graph around it."""
        shapes = [None if inferred is None else inferred.tensor(ref).shape for ref in sources(node)]
        given = [None if shape is None else shape[1:] for shape in shapes]
        if node.model is not None:
            made: Expression = call(self.function(node, node.model, given))
        else:
            component = node.component
            extra: dict[str, Expression] = {"name": quoted(node.layer)}
            if "input_shape" not in component.arguments:
                extra = {"input_shape": literal(given[0]), **extra}
            arguments = {name: value for name, value in component.arguments.items() if name != "trainable"}
            made = constructor(
                replace(component, arguments=arguments), facts_of(component, self.catalog), self.catalog, extra
            )
        lines = statement(f"{variable} = ", made, 1)
        frozen = node.component.arguments.get("trainable") is False
        return [*lines, f"{INDENT}{variable}.trainable = False"] if frozen else lines

    def function(self, node: Node, model: Graph, shapes: Sequence[tuple[int | None, ...] | None]) -> str:
        """The name of the function that makes a model within the model, which is given these shapes."""
        inputs = tuple(
            given._replace(shape=shape) if given.shape is None else given
            for given, shape in zip(model.inputs, shapes, strict=True)
        )
        graph = replace(model, name=node.layer, inputs=inputs)
        self.automatic.setdefault(id(graph), self.automatic.get(id(model), set()))
        name = self.names(f"build_{node.layer}")
        self.functions.append("\n".join([f"def {name}():", *_Writer(graph, None, self).body()]))
        return name


def input_lines(inputs: tuple[GraphInput, ...], variables: Mapping[str, str]) -> list[str]:
    """The inputs of a model, each with its variable."""
    return [line for given in inputs for line in statement(f"{variables[given.name]} = ", _input(given), 1)]


def model_call(name: str, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> Group:
    """The model of these variables: one input or output itself, several by name."""
    return call("keras.Model", one_or_all(inputs), one_or_all(outputs), name=quoted(name))


def _input(given: GraphInput) -> Expression:
    dtype = {} if given.dtype in (None, "float32") else {"dtype": quoted(str(given.dtype))}
    return call("keras.Input", literal(given.shape), **dtype, name=quoted(given.name))


class _Writer:
    """Where in the script each tensor and each shared layer is found."""

    def __init__(self, graph: Graph, inferred: Inferred | None, wholes: Wholes) -> None:
        self._graph, self._inferred, self._wholes, self._catalog = graph, inferred, wholes, wholes.catalog
        self._identifiers = Identifiers(("inputs", "outputs"))
        self._automatic = wholes.automatic[id(graph)]
        self._tensors: dict[tuple[str, int], str] = {}
        self._layers: dict[str, str] = {}
        self._shared = {node.layer for node in graph.nodes if node.layer != node.name}
        self._users: dict[str, list[int]] = {}
        for number, node in enumerate(graph.nodes):
            for ref in sources(node):
                self._users.setdefault(ref.source, []).append(number)
        wires = [ref for node in graph.nodes for ref in sources(node)]
        self._most: dict[str, int] = {}
        for ref in wires:
            self._most[ref.source] = max(ref.port, self._most.get(ref.source, 0))
        self._taken = {(ref.source, ref.port) for ref in (*wires, *graph.outputs.values())}
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
        return lines + statement("return ", model_call(graph.name, inputs, outputs), 1)

    def _node(self, number: int, node: Node) -> list[str]:
        given = [self._gather(wiring) for wiring in node.positional]
        wires = {name: self._gather(wiring) for name, wiring in node.keywords.items()}
        lines: list[str] = []
        whole = node.model is not None or node.component.kind == "application"
        if whole and node.layer not in self._layers:
            self._layers[node.layer] = self._identifiers(f"{node.layer}_layer")
            lines = self._wholes.lines(node, self._layers[node.layer], self._inferred)
        if whole:
            made = call(self._layers[node.layer], *given, **wires)
            return [*lines, *statement(f"{self._targets(number, node)} = ", made, 1)]
        facts = facts_of(node.component, self._catalog)
        if node.component.kind == "op":
            written = {
                name: argument_of(node.component, name, facts, self._catalog) for name in node.component.arguments
            }
            made = call(symbol(str(facts.path)), *given, **wires, **written)
            return statement(f"{self._targets(number, node)} = ", made, 1)
        layer: Expression | None = self._layers.get(node.layer)
        if layer is None:
            extra = {} if node.layer in self._automatic else {"name": quoted(node.layer)}
            layer = constructor(node.component, facts, self._catalog, extra)
            if node.layer in self._shared:
                self._layers[node.layer] = self._identifiers(f"{node.layer}_layer")
                lines = statement(f"{self._layers[node.layer]} = ", layer, 1)
                layer = self._layers[node.layer]
        made = call(layer, *given, **wires, **at_call(node.component, facts, self._catalog))
        return [*lines, *statement(f"{self._targets(number, node)} = ", made, 1)]

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
            self._tensors[node.name, port] = self._identifiers(word if (node.name, port) in self._taken else f"_{word}")
        return ", ".join(self._tensors[node.name, port] for port in range(ports))

    def _ports(self, node: Node) -> int:
        """How many tensors a node gives."""
        found = self._inferred.nodes.get(node.name) if self._inferred else None
        return max(len(found.outputs) if found else 1, len(node.outputs), self._most.get(node.name, 0) + 1)

    def _is_chained(self, number: int, name: str) -> bool:
        """Whether only the next node, or the end of the model, takes what this one gives."""
        users = set(self._users.get(name, ()))
        return users == {number + 1} if name not in self._ends else not users and self._ends == [name]

    def _gather(self, wiring: Wiring) -> Expression:
        if isinstance(wiring, Ref):
            return self._tensors[wiring.source, wiring.port]
        return listed(self._tensors[ref.source, ref.port] for ref in wiring)
