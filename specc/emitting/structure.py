"""A spec's model as it is written -> functions: a block is a function, a repeat a loop, a condition an `if`.

Comes from the parts of a composed spec, and its graph, which says what each layer is called and whether the structure
says the same. What cannot be told in this way raises UnsupportedError; `specc.emitting.flat` can write every graph.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from specc.catalog import Catalog
from specc.composition import Parts
from specc.composition.blocks import Block, Param
from specc.composition.entries import values_of
from specc.emitting.body import Body, Place, Signature
from specc.emitting.expressions import Inserted, Piece, UnsupportedError, is_combined
from specc.emitting.flat import CHAIN, Wholes, input_lines, model_call, model_head
from specc.emitting.identifiers import Identifiers
from specc.emitting.naming import choose_names
from specc.emitting.python import Expression, Group, as_tuple, flat, literal, statement
from specc.emitting.sites import Instance, Sites, find_sites
from specc.emitting.values import Values
from specc.emitting.words import Scope, leaves, local_names, output_words, references, texts_of
from specc.graph.scopes import INPUT
from specc.language.tree import Mapping, Sequence
from specc.language.tree import Node as Tree
from specc.language.variables import Variables, has_hole, used_names
from specc.plan import Outline

_FRESH = '''
def fresh(name):
    """The name, with a number if another layer has it: `add`, `add_1`, `add_2`."""
    count = keras.backend.get_uid(name)
    return name if count == 1 else f"{name}_{count - 1}"
'''.strip()


class Structured(NamedTuple):
    """The constants, and the functions, of which `build_model` is the last.

    `flat_because` says why blocks and repeats are no functions and loops; empty where they are, or there are none.
    """

    constants: list[str]
    functions: list[str]
    flat_because: str = ""


def structured_model(model: Outline, parts: Parts, composed: Tree, catalog: Catalog) -> Structured:
    """The model of `parts`, whose composed `model:` section is `composed`. Raises UnsupportedError."""
    section = parts.tree.get("model")
    written = _layers(section)
    sites = find_sites(written, _layers(composed), model.graph, parts)
    names = choose_names(sites)
    counting = _Script(model, parts, sites, names.ways, Wholes(catalog, names.inner))
    counting.model(section, written)
    several = frozenset(key for key, count in counting.used.items() if count > 1)
    script = _Script(model, parts, sites, names.ways, Wholes(catalog, names.inner), several)
    made = script.model(section, written)
    functions = [*script.wholes.functions, *script.functions, *([_FRESH] if script.numbers else []), made]
    return Structured(script.constants(), functions)


def _layers(section: Tree | None) -> Sequence:
    layers = section.get("layers") if isinstance(section, Mapping) else section
    if not isinstance(layers, Sequence):
        raise UnsupportedError("a model without a list of layers")
    return layers


@dataclass(slots=True)
class _Script:
    """What all functions of one script have in common. `several` are the variables that become constants."""

    outline: Outline
    parts: Parts
    sites: Sites
    ways: dict[int, str]
    wholes: Wholes
    several: frozenset[tuple[int, str]] = frozenset()
    functions: list[str] = field(default_factory=list)
    signatures: dict[int, Signature] = field(default_factory=dict)
    components: list[str] = field(default_factory=list)
    numbers: bool = False
    used: Counter[tuple[int, str]] = field(default_factory=Counter)
    values: dict[tuple[int, str], tuple[str, object]] = field(default_factory=dict)

    @property
    def catalog(self) -> Catalog:
        """What Keras offers."""
        return self.wholes.catalog

    @property
    def names(self) -> Identifiers:
        """The names of functions and constants."""
        return self.wholes.names

    def constants(self) -> list[str]:
        """The spec's variables that the functions use."""
        variables = [line for name, value in self.values.values() for line in statement(f"{name} = ", literal(value))]
        return variables + self.components

    def variable(self, name: str, home: Variables) -> str:
        """The source of one of the spec's variables: a constant, or a number itself where it is used once."""
        if name not in home.values:
            raise UnsupportedError(f"the variable {name}")
        key, value = (id(home), name), home.values[name]
        self.used[key] += 1
        if isinstance(value, int | float) and not isinstance(value, bool) and key not in self.several:
            written = flat(literal(value))
            return f"({written})" if written.startswith("-") else written
        if key not in self.values:
            self.values[key] = (self.names(name.upper()), value)
        return self.values[key][0]

    def constant(self, name: str, value: Expression) -> str:
        """A constant that holds a component."""
        given = self.names(name.upper())
        self.components += statement(f"{given} = ", value)
        return given

    def numbered(self, name: str) -> str:
        """The source of a name that Keras numbers."""
        self.numbers = True
        return f"fresh({name})"

    def outputs(self, instance: Instance) -> int:
        """How many tensors a layer gives."""
        found = self.outline.inferred.nodes.get(instance.node.name)
        return len(found.outputs) if found else 1

    def whole(self, instances: list[Instance], variable: str) -> list[str]:
        """The lines that make a layer which is a model itself."""
        if len(instances) > 1:
            raise UnsupportedError("a model that comes several times")
        return self.wholes.lines(instances[0].node, variable, self.outline.inferred)

    def model(self, section: Tree | None, layers: Sequence) -> str:
        """The function `build_model`."""
        names = Identifiers(("inputs", "outputs"))
        graph = self.outline.graph
        given = graph.inputs
        inputs = {each.name: "inputs" if len(given) == 1 else names(each.name) for each in given}
        wanted = output_words(section.get("outputs") if isinstance(section, Mapping) else None)
        asked = references(layers) + Counter(word for _, word in wanted)
        scope = Scope(dict(inputs), asked, self.final_names(layers))
        if len(inputs) == 1:
            scope.words.setdefault(INPUT, "inputs")
        symbols: dict[str, str] = {}
        values = Values(self.catalog, self.parts.variables, symbols, self.variable)
        body = Body(self, values, symbols, self.parts.blocks, names)
        end = body.chain(layers.items, Place(next(iter(inputs.values())), CHAIN, scope))
        outputs = {name: scope.find(word) for name, word in wanted} or {next(iter(graph.outputs)): end}
        if list(outputs) != list(graph.outputs):
            raise UnsupportedError("other outputs")
        result = statement("return ", model_call(graph.name, inputs, outputs), 1)
        return "\n".join([*model_head(self.outline.precision), *input_lines(given, inputs), *body.lines, *result])

    def final_names(self, layers: Sequence) -> dict[int, str]:
        """What the layers of the model without names are called, by their entries' ids."""
        found = {site: each[0].node.name for site, each in self.sites.instances.items() if len(each) == 1}
        return {id(item): found[id(item)] for item in leaves(layers) if id(item) in found}

    def block(self, block: Block) -> Signature:
        """The function of a block, written when it is first used."""
        if id(block) not in self.signatures:
            self.signatures[id(block)] = self._block(block)
        return self.signatures[id(block)]

    def _block(self, block: Block) -> Signature:
        inputs = [str(value.value) for value in values_of(block.inputs)] or [INPUT]
        outputs = [str(value.value) for value in values_of(block.outputs)]
        asked = references(block.layers) + Counter(outputs)
        names = Identifiers(("inputs", "name", "prefix"))
        plain = len(inputs) == 1 and not asked[inputs[0]] and not asked[INPUT]
        variables = [CHAIN] if plain else ["inputs"] if len(inputs) == 1 else [names(word) for word in inputs]
        symbols = {param.name: names(param.name) for param in block.params}
        params = dict(symbols)
        scope = Scope(dict(zip(inputs, variables, strict=True)), asked)
        if len(inputs) == 1:
            scope.words.setdefault(INPUT, variables[0])
        scope.defaults = local_names(block.layers, {*inputs, INPUT}, block.blocks)
        prefixes = self.sites.prefixes.get(id(block), {""})
        prefix, argument = _prefix(prefixes, some_unnamed=id(block) in self.sites.unnamed)
        values = Values(self.catalog, block.home, symbols, self.variable)
        body = Body(self, values, symbols, block.blocks, names, prefix)
        end = body.chain(block.layers.items, Place(variables[0], CHAIN, scope))
        lines = body.finish([scope.find(word) for word in outputs] or [end])
        argument = argument if body.uses_prefix else ""
        head = [*variables, *(_parameter(param, params, values, block, self) for param in block.params)]
        if argument:
            head.append('prefix=""' if argument == "prefix" and "" in prefixes else argument)
        # What must be given stands before what need not.
        ordered = sorted(head, key=lambda each: "=" in each)
        function = self.names(block.name)
        signature = statement("def ", Group(function, "(", tuple(("", each) for each in ordered)), 0, ":")
        self.functions.append("\n".join([*signature, *lines]))
        return Signature(function, tuple(inputs), argument, len(outputs), params)


def _prefix(prefixes: set[str], *, some_unnamed: bool) -> tuple[list[Piece], str]:
    """What stands before the names in a block, and the argument that brings it."""
    if prefixes == {""}:
        return [], ""
    if some_unnamed or "" in prefixes:
        return [Inserted("prefix")], "prefix"
    return [Inserted("name"), "_"], "name"


def _parameter(param: Param, params: dict[str, str], values: Values, block: Block, script: _Script) -> str:
    """A parameter with its default, which nothing can change: a tuple for a list, a constant for a component."""
    if param.default is None:
        return params[param.name]
    if has_hole(param.default) and any(name in params for name in used_names(str(param.default.value))):
        raise UnsupportedError("a default that follows from another parameter")
    if isinstance(param.default, Sequence) and any(is_combined(text, param.name) for text in texts_of(block.layers)):
        raise UnsupportedError("a default that is a list with which something is computed")
    value = values.value(param.default)
    if isinstance(value, Group) and value.bracket == "[":
        return f"{params[param.name]}={flat(as_tuple(value))}"
    if isinstance(value, Group):
        value = script.constant(f"{block.name}_{param.name}", value)
    return f"{params[param.name]}={flat(value)}"
