"""A layer list as it is written -> the lines of a function: chains of calls, loops, conditions and branches.

A value gets a variable of its own only where a word asks for it later; all others go through `x`.
"""

import re
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from specc.catalog import Catalog, EntryFacts
from specc.component import Component
from specc.composition.blocks import INDEX, Block, is_component
from specc.composition.entries import items_of, values_of
from specc.emitting.components import argument_of, at_call, constructor, symbol
from specc.emitting.expressions import Inserted, Piece, UnsupportedError, text_source, value_source
from specc.emitting.identifiers import Identifiers
from specc.emitting.naming import AUTOMATIC, NUMBERED, suffix
from specc.emitting.python import INDENT, Expression, call, flat, listed, statement
from specc.emitting.sites import Instance, Sites, key_of, layer_type, shares
from specc.emitting.values import Values
from specc.emitting.words import Scope, local_names, references, sharing, takes, texts_of
from specc.graph.drafts import default_name, layer_kind
from specc.language.tree import Entry, Mapping, Sequence, Value, plain
from specc.language.tree import Node as Tree
from specc.language.variables import has_hole, used_names

OUTPUT = "Output"
_WHOLE = ("model", "application")
"""Kinds of layers that are models themselves."""


class Signature(NamedTuple):
    """How a block's function is called. `prefix` is the argument that names its layers: `name`, `prefix` or none."""

    name: str
    inputs: tuple[str, ...]
    prefix: str
    outputs: int
    params: AbstractMapping[str, str]


class Script(Protocol):
    """What the functions of one script have in common."""

    sites: Sites
    ways: dict[int, str]

    @property
    def catalog(self) -> Catalog:
        """What Keras offers."""

    def block(self, block: Block) -> Signature:
        """The function of a block."""

    def numbered(self, name: str) -> str:
        """The source of a name that Keras numbers."""

    def outputs(self, instance: Instance) -> int:
        """How many tensors a layer gives."""

    def whole(self, instances: list[Instance], variable: str) -> list[str]:
        """The lines that make a layer which is a model itself, as `variable`."""


class Place(NamedTuple):
    """Where an entry stands: the variable that flows in, the one for what needs none of its own, what words mean.

    `following` is the entry that comes next. `copy` is set where the entry is repeated: the name of all copies, as
    pieces of a text.
    """

    current: str
    target: str
    scope: Scope
    following: Tree | None = None
    copy: list[Piece] | None = None


@dataclass(slots=True)
class Body:
    """The lines of one function, as they are written. `values` knows its parameters and the counters of its loops."""

    script: Script
    values: Values
    symbols: dict[str, str]
    blocks: AbstractMapping[str, Block]
    names: Identifiers
    prefix: list[Piece] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    depth: int = 1
    uses_prefix: bool = False
    layers: dict[str, str] = field(default_factory=dict)
    last: tuple[int, str, Expression] | None = None

    def chain(self, items: tuple[Tree, ...], place: Place) -> str:
        """Writes a list of layers; the variable of what the last one gives."""
        current = place.current
        for number, item in enumerate(items):
            following = items[number + 1] if number + 1 < len(items) else None
            current = self.entry(item, place._replace(current=current, following=following, copy=None))
        return current

    def entry(self, item: Tree, place: Place) -> str:
        """Writes one entry; the variable of what it gives."""
        if key_of(item, "repeat") is not None and place.copy is None:
            return self.repeat(item, place)
        if shares(item):
            return self.shared(item, place)
        kind = layer_type(item)
        if kind.key in self.blocks:
            return self.use(item, kind, place)
        if kind.key == "layers":
            return self.group(item, kind, place)
        if kind.key == "parallel":
            return self.parallel(item, kind, place)
        return self.layer(item, kind, place)

    def finish(self, results: list[str]) -> list[str]:
        """The lines with the `return` behind them; what is made last is returned as it is made."""
        if self.last and results == [self.last[1]]:
            self.lines[self.last[0] :] = statement("return ", self.last[2], 1)
            return self.lines
        return [*self.lines, f"{INDENT}return {', '.join(results)}"]

    def write(self, variable: str, expression: Expression) -> None:
        """Writes an assignment."""
        self.last = (len(self.lines), variable, expression) if self.depth == 1 else None
        self.lines += statement(f"{variable} = ", expression, self.depth)

    def layer(self, item: Tree, kind: Entry, place: Place) -> str:
        """A layer, an operation, or a model as a layer."""
        instances = self.instances(item)
        given, wires = ([place.current], {}) if place.copy is not None else self.wires(item, place)
        made: Expression
        if instances[0].node.component.kind in _WHOLE:
            whole = self.names(f"{instances[0].node.name}_layer")
            lines = self.script.whole(instances, whole)
            self.lines += [INDENT * (self.depth - 1) + line for line in lines]
            self.layers[self.word(item, place.scope)] = whole
            made = call(whole, *given, **wires)
        else:
            component, facts = self.written(kind, instances)
            catalog = self.script.catalog
            if component.kind == "op":
                arguments = {name: argument_of(component, name, facts, catalog) for name in component.arguments}
                made = call(symbol(str(facts.path)), *given, **wires, **arguments)
            else:
                layer = self.constructed(item, component, facts, instances, place)
                made = call(layer, *given, **wires, **at_call(component, facts, catalog))
        return self.assign(item, made, place, self.ports(instances))

    def instances(self, item: Tree) -> list[Instance]:
        """What has become of a single layer."""
        found = self.script.sites.instances.get(id(item))
        if not found:
            raise UnsupportedError("a layer that is never made")
        return found

    def written(self, kind: Entry, instances: list[Instance]) -> tuple[Component, EntryFacts]:
        """The component that an entry writes; `Output` is what the data make of it."""
        if kind.key != OUTPUT:
            return self.values.component(kind, layer_kind(kind.key, self.script.catalog))
        component = instances[0].node.component
        facts = self.script.catalog.find("layer", component.type)
        if facts is None or len(instances) > 1:
            raise UnsupportedError("an output that comes several times")
        return component, facts

    def constructed(
        self, item: Tree, component: Component, facts: EntryFacts, instances: list[Instance], place: Place
    ) -> Expression:
        """The making of a layer, with its name if Keras would give it another one; in a variable if it is shared."""
        name = self.layer_name(item, instances, place)
        layer = constructor(component, facts, self.script.catalog, {"name": name} if name else {})
        word = self.word(item, place.scope)
        if not place.scope.references[sharing(word)]:
            return layer
        self.layers[word] = self.names(f"{word}_layer")
        self.write(self.layers[word], layer)
        return self.layers[word]

    def layer_name(self, item: Tree, instances: list[Instance], place: Place) -> str:
        """The source of a layer's name; empty where Keras gives the same."""
        way = self.script.ways[id(item)]
        if way == AUTOMATIC:
            return ""
        own = self.own_name(item, place)
        if not own:
            base = default_name(instances[0].node.component.type)
            own = [base if way == NUMBERED else suffix(instances[0])]
        self.uses_prefix = self.uses_prefix or bool(self.prefix)
        text = text_source([*self.prefix, *own])
        return self.script.numbered(text) if way == NUMBERED else text

    def own_name(self, item: Tree, place: Place) -> list[Piece]:
        """The name that an entry writes, as pieces of a text; none if it writes none."""
        return place.copy or self.values.text(key_of(item, "name"))

    def ports(self, instances: list[Instance]) -> int:
        """How many tensors an entry gives."""
        counts = {self.script.outputs(instance) for instance in instances}
        if len(counts) != 1:
            raise UnsupportedError("a layer with now one output, now several")
        return counts.pop()

    def wires(self, item: Tree, place: Place) -> tuple[list[Expression], dict[str, Expression]]:
        """What a call is given: the value before, or what `inputs` say."""
        match key_of(item, "inputs"):
            case None:
                return [place.current], {}
            case Mapping(entries=entries):
                return [], {entry.key: self.wire(entry.value, place.scope) for entry in entries}
            case inputs:
                return [self.wire(inputs, place.scope)], {}

    def wire(self, node: Tree, scope: Scope) -> Expression:
        """The variable of a word, or a list of them."""
        if isinstance(node, Sequence):
            return listed(self.wire(item, scope) for item in node.items)
        if not isinstance(node, Value):
            raise UnsupportedError("a wire without a word")
        return scope.find(str(node.value))

    def start(self, item: Tree, place: Place) -> str:
        """The one value that flows into a group."""
        inputs = key_of(item, "inputs")
        if inputs is None or place.copy is not None:
            return place.current
        values = values_of(inputs)
        if len(values) != 1 or isinstance(inputs, Mapping):
            raise UnsupportedError("a group with several inputs")
        return flat(self.wire(values[0], place.scope))

    def word(self, item: Tree, scope: Scope) -> str:
        """What an entry is called in its scope, as it is written; empty if that cannot be told."""
        name = key_of(item, "name")
        if isinstance(name, Value) and name.value is not None:
            return str(name.value)
        return scope.defaults.get(id(item), "")

    def assign(self, item: Tree, made: Expression, place: Place, ports: int) -> str:
        """Writes what an entry makes to the variables that its words mean from then on; the first of them."""
        variables = self.targets(item, place, ports)
        self.write(", ".join(variables), made)
        return variables[0]

    def targets(self, item: Tree, place: Place, ports: int) -> list[str]:
        """The variables for what an entry gives."""
        scope, own = place.scope, self.word(item, place.scope)
        if place.copy is not None:
            if ports > 1:
                raise UnsupportedError("copies with several outputs")
            return [place.target]
        outputs = [str(value.value) for value in values_of(key_of(item, "outputs"))]
        if ports > 1:
            if len(outputs) != ports:
                raise UnsupportedError("outputs without names")
            variables = [self.names(word if scope.references[word] else f"_{word}") for word in outputs]
            scope.words |= {own: variables[0]} | dict(zip(outputs, variables, strict=True))
            return variables
        words = [word for word in dict.fromkeys((own, *outputs)) if word]
        wanted = [word for word in words if scope.references[word]]
        direct = sum(scope.references[word] for word in wanted) == 1 and takes(place.following, "".join(wanted[:1]))
        variable = self.names(wanted[0]) if wanted and not direct else place.target
        scope.words.update(dict.fromkeys(words, variable))
        return [variable]

    def shared(self, item: Tree, place: Place) -> str:
        """A layer that is applied again."""
        share = key_of(item, "share")
        layer = self.layers.get(str(share.value)) if isinstance(share, Value) else None
        if layer is None or place.copy is not None:
            raise UnsupportedError("a layer that is shared from elsewhere")
        given, wires = self.wires(item, place)
        return self.assign(item, call(layer, *given, **wires), place, self.ports(self.instances(item)))

    def use(self, item: Tree, kind: Entry, place: Place) -> str:
        """The call of a block's function."""
        block = self.blocks[kind.key]
        if place.scope.references[sharing(self.word(item, place.scope))]:
            raise UnsupportedError("a block that is applied again")
        signature = self.script.block(block)
        given = [place.current] if place.copy is not None else self.given(item, signature, place)
        leading, named = self.arguments(block, kind.value)
        arguments = {signature.params[name]: value for name, value in named.items()}
        arguments |= self.prefix_argument(item, signature, place)
        made = call(signature.name, *given, *leading, **arguments)
        return self.assign(item, made, place, max(signature.outputs, 1))

    def arguments(self, block: Block, given: Tree) -> tuple[list[Expression], dict[str, Expression]]:
        """The arguments of a use: those that must be given in their order, and the others by name."""
        named: dict[str, Expression] = {}
        if isinstance(given, Mapping) and not is_component(given, block):
            known = {param.name: param.default for param in block.params}
            named = {
                entry.key: self.values.value(entry.value)
                for entry in given
                if entry.key in known and not _is_same(entry.value, known[entry.key])
            }
        elif not (isinstance(given, Value) and given.value is None):
            first = block.params[0]
            named = {} if _is_same(given, first.default) else {first.name: self.values.value(given)}
        required = [param.name for param in block.params if param.default is None]
        return [named.pop(name) for name in required], named

    def given(self, item: Tree, signature: Signature, place: Place) -> list[Expression]:
        """What flows into a use of a block, in the order of its inputs."""
        match key_of(item, "inputs"):
            case None:
                return [place.current]
            case Mapping(entries=entries):
                named = {entry.key: self.wire(entry.value, place.scope) for entry in entries}
                return [named[word] for word in signature.inputs]
            case inputs:
                return [self.wire(each, place.scope) for each in values_of(inputs)]

    def prefix_argument(self, item: Tree, signature: Signature, place: Place) -> dict[str, Expression]:
        """The argument that brings the names of a use to the layers inside."""
        own = self.own_name(item, place)
        if not signature.prefix or not (own or self.prefix):
            return {}
        self.uses_prefix = self.uses_prefix or bool(self.prefix)
        parts = [*self.prefix, *own]
        if signature.prefix == "prefix":
            parts += ["_"] if own else []
            only = parts[0] if len(parts) == 1 else None
            return {"prefix": only.source if isinstance(only, Inserted) else text_source(parts)}
        if not own:
            raise UnsupportedError("a block that is used with and without a name, inside another one")
        return {"name": text_source(parts)}

    def group(self, item: Tree, kind: Entry, place: Place) -> str:
        """Several layers in place: their words belong to the surroundings, or to each copy."""
        start, layers = self.start(item, place), kind.value
        if not isinstance(layers, Sequence):
            raise UnsupportedError("no list of layers")
        if place.copy is None:
            end = self.chain(layers.items, place._replace(current=start))
            word = self.word(item, place.scope) if key_of(item, "name") is not None else ""
            if word and place.scope.references[word]:
                variable = self.names(word)
                self.write(variable, end)
                place.scope.words[word] = end = variable
            return end
        scope = Scope({}, references(layers), local_names(layers, set(), self.blocks), place.scope)
        outer, own = self.prefix, self.own_name(item, place)
        self.prefix = [*outer, *own, "_"] if own else outer
        end = self.chain(layers.items, Place(start, place.target, scope))
        self.prefix = outer
        if end != place.target:
            self.write(place.target, end)
        return place.target

    def parallel(self, item: Tree, kind: Entry, place: Place) -> str:
        """Branches from one value, each with its own variable, and the layer that merges them."""
        start = self.start(item, place)
        branches = items_of(kind.value.get("branches")) if isinstance(kind.value, Mapping) else ()
        merge = kind.value.get("merge") if isinstance(kind.value, Mapping) else None
        if merge is None or has_hole(merge):
            raise UnsupportedError("no merging layer")
        several = sum(bool(items_of(branch)) for branch in branches) > 1
        ends: list[Expression] = []
        for number, branch in enumerate(branches, 1):
            chain = items_of(branch)
            variable = self.names(f"branch_{number}" if several else "branch") if chain else start
            ends.append(self.chain(chain, place._replace(current=start, target=variable)))
        component, facts = self.values.component(layer_type(merge), "layer")
        layer = self.constructed(item, component, facts, self.instances(item), place)
        return self.assign(item, call(layer, listed(ends)), place, 1)

    def repeat(self, item: Tree, place: Place) -> str:
        """A loop over the copies of an entry, or an `if` where there is at most one."""
        counts = self.script.sites.counts.get(id(item))
        node = key_of(item, "repeat")
        if not counts:
            return place.current  # nothing that the spec stands for has it
        if not isinstance(node, Value):
            raise UnsupportedError("no number of copies")
        asked = self.values.condition(node)
        start = self.start(item, place)
        words = self.words_of_copies(item, counts)
        if any(place.scope.references[word] for word in words):
            return self.unrolled(item, words, place._replace(current=start))
        (variable,) = self.targets(item, place, 1)
        if start != variable:
            self.write(variable, start)
        counter = self.names(f"inner_{INDEX}") if INDEX in self.symbols else INDEX
        name = self.name_of_copies(item, counts, counter)
        outer, begin = dict(self.symbols), len(self.lines)
        self.symbols[INDEX] = "0" if asked else counter
        self.depth += 1
        self.entry(item, Place(variable, variable, place.scope, None, name))
        self.depth -= 1
        self.symbols.clear()
        self.symbols.update(outer)
        head = f"if {asked}:"
        if not asked:
            count = value_source(str(node.value), self.values.symbol) if has_hole(node) else str(node.value)
            used = any(re.search(rf"\b{counter}\b", line) for line in self.lines[begin:])
            head = f"for {counter if used else '_'} in range({count}):"
        self.lines.insert(begin, INDENT * self.depth + head)
        return variable

    def words_of_copies(self, item: Tree, counts: set[int]) -> list[str]:
        """The names of the copies, if each has its own and their number is always the same."""
        name = key_of(item, "name")
        if name is None or not has_hole(name) or len(counts) > 1:
            return []
        if any(used in self.symbols for used in used_names(str(name.value)) if used != INDEX):
            return []
        made = (
            self.values.home.within({INDEX: Value(name.span, number)}).substitute(name, 2)
            for number in range(max(counts))
        )
        return [str(value.value) for value in made if isinstance(value, Value)]

    def unrolled(self, item: Tree, words: list[str], place: Place) -> str:
        """Copies one after the other, because what comes later asks for them by their names."""
        outer, current = dict(self.symbols), place.current
        for number, word in enumerate(words):
            self.symbols[INDEX] = str(number)
            variable = self.names(word) if place.scope.references[word] else place.target
            self.entry(item, Place(current, variable, place.scope, None, []))
            place.scope.words[word] = current = variable
        self.symbols.clear()
        self.symbols.update(outer)
        return current

    def name_of_copies(self, item: Tree, counts: set[int], counter: str) -> list[Piece]:
        """The name that all copies share, with their numbers where there are several; none if each has its own."""
        name = key_of(item, "name")
        if not isinstance(name, Value) or name.value is None or has_hole(name):
            return []
        if len(counts) > 1 and 1 in counts:
            raise UnsupportedError("copies whose names have a number in one use of a block and none in another")
        return [str(name.value)] if counts == {1} else [str(name.value), "_", Inserted(counter)]


def _is_same(given: Tree, default: Tree | None) -> bool:
    """Whether what a use gives is the default itself, as it is written."""
    if default is None or any(texts_of(given)) or any(texts_of(default)):
        return False
    return repr(plain(given)) == repr(plain(default))
