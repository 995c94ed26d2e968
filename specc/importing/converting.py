"""The config of a saved Keras model -> a flat model document, in the form that `specc expand` writes.

In: the positioned tree of the config. Out: `{"inputs", "layers", "outputs"}`, with every name and wire written out, and
the same for each nested model. No repetition is looked for here and nothing is shortened; no layer is made.
"""

from collections.abc import Iterable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from specc.catalog import Catalog
from specc.diagnostics import Finding, Span, has_errors, warning
from specc.importing.components import Setting, class_of
from specc.importing.inputs import input_document, old_input
from specc.importing.layers import Entry, is_scaled_sum, layer_entry, named, scaled_sum
from specc.importing.listing import (
    KINDS,
    Layer,
    check,
    in_order,
    is_model,
    layer_nodes,
    model_name,
    read_functional,
    read_layer,
)
from specc.importing.models import shared_between
from specc.importing.refusal import RefusalError, no_counterpart, refuse
from specc.importing.spec_names import OPEN_INPUT, SpecNames, spec_name
from specc.importing.wires import Call, Tensor
from specc.language.tree import Mapping, Node, Sequence, Value

Document = dict[str, Any]
STATES = {"LSTM": ("h", "c"), "GRU": ("state",), "SimpleRNN": ("state",)}
"""What the outputs of recurrent layers beyond the first are, for their names."""


class Converted(NamedTuple):
    """A model as documents. `outputs` has the names of its outputs in specs by those that Keras has for them, in order.

    `precision` is the dtype policy that most layers have, and that is not written at each. `places` are those of layers
    and inputs in the config, by the models' keys (the main one's is empty) and by their names.
    """

    name: str
    model: Document
    models: dict[str, Document]
    outputs: dict[str, str]
    precision: str
    places: dict[str, dict[str, Span]]


def convert(root: Node, catalog: Catalog) -> tuple[Converted | None, list[Finding]]:
    """The documents of the model that `root` describes.

    Findings: no-counterpart, not-a-model and too-large, one for each layer that they forbid; with any of them there is
    no document. Warnings: renamed-layer, not-kept.
    """
    precision = _precision(root)
    findings: list[Finding] = []
    work = _Work(Setting(catalog, precision, findings), {}, findings, SpecNames())
    try:
        graph = _model(root, work)
    except RefusalError as refusal:
        return None, [*work.findings, refusal.finding]
    if has_errors(work.findings):
        return None, work.findings
    places = work.places | {"": graph.places}
    work.findings += shared_between(root)
    return Converted(graph.name, graph.document, work.models, graph.outputs, precision, places), work.findings


@dataclass(slots=True)
class _Work:
    """What the conversion of a model gathers.

    `models` are the nested ones so far, `names` their keys, and `graphs` what became of each, by its place in the
    config.
    """

    setting: Setting
    models: dict[str, Document]
    findings: list[Finding]
    names: SpecNames
    graphs: dict[int, tuple[str, "_Graph"]] = field(default_factory=dict)
    places: dict[str, dict[str, Span]] = field(default_factory=dict)


class _Graph(NamedTuple):
    """A converted model. `inputs` are the names of its inputs by those that Keras takes them by.

    `places` are those of its layers and inputs in the config, by their names.
    """

    name: str
    document: Document
    inputs: dict[str, str]
    outputs: dict[str, str]
    places: dict[str, Span]


@dataclass(slots=True)
class _Scope:
    """The names of one graph.

    `own` are those of its layers by Keras' names, `first` the entries of their first calls, `calls` what each call is
    named and its entry, `ports` the names of a call's outputs. Those beyond the first get names when asked for.
    `places` are those of layers and inputs in the config.
    """

    work: _Work
    names: SpecNames
    own: dict[str, str] = field(default_factory=dict)
    first: dict[str, Entry] = field(default_factory=dict)
    calls: dict[tuple[str, int], tuple[str, Entry]] = field(default_factory=dict)
    ports: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)

    def name_of(self, tensor: Tensor) -> str:
        call = self.calls.get((tensor.layer, tensor.call))
        if call is None or tensor.port == 0:
            return call[0] if call else self.own[tensor.layer]
        name, entry = call
        ports = self.ports.setdefault((tensor.layer, tensor.call), [name])
        while len(ports) <= tensor.port:
            ports.append(self.names.fresh(f"{name}_{self._word(entry, len(ports))}"))
        entry["outputs"] = ports
        return ports[tensor.port]

    def _word(self, entry: Entry, port: int) -> str:
        """What to call an output: as the nested model does, as usual for states, or by its number."""
        model = self.work.models.get(str(entry.get("model")))
        if model and port < len(model["outputs"]):
            return str(list(model["outputs"])[port])
        known = next((words for kind, words in STATES.items() if kind in entry), ())
        return known[port - 1] if port <= len(known) else f"output{port + 1}"


def _precision(root: Node) -> str:
    """The policy of the first layer that states one: as good a guess as any, the others then say theirs."""
    found: list[str] = []
    waiting = [root]
    while waiting and not found:
        node = waiting.pop()
        if isinstance(node, Mapping):
            class_name, config = node.get("class_name"), node.get("config")
            name = config.get("name") if isinstance(config, Mapping) else None
            if isinstance(class_name, Value) and class_name.value == "DTypePolicy" and isinstance(name, Value):
                found.append(str(name.value))
            waiting += [entry.value for entry in reversed(node.entries)]
        elif isinstance(node, Sequence):
            waiting += reversed(node.items)
    return found[0] if found and found[0] in ("mixed_float16", "mixed_bfloat16") else "float32"


def _model(node: Node, work: _Work) -> _Graph:
    class_name, config = class_of(node, "model")
    if class_name not in KINDS or not isinstance(config.get("layers"), Sequence):
        help_text = "only Sequential and functional models list their layers; others are programs"
        no_counterpart(f"`{class_name}` is no Sequential or functional model", node.span, help_text)
    graph = _sequential(config, work) if class_name == "Sequential" else _functional(config, work)
    if not graph.document["layers"] and not has_errors(work.findings):
        refuse("not-a-model", "this model has no layers", config.span)
    return graph


def _sequential(config: Mapping, work: _Work) -> _Graph:
    """A chain. Without an input layer, what it takes follows from where it is used."""
    layers = [read_layer(node, []) for node in layer_nodes(config)]
    scope = _Scope(work, _names(layers), {"": OPEN_INPUT})
    inputs: Document = {}
    entries: list[Entry] = []
    previous = ""
    for layer in layers:
        own = scope.own[layer.key] = scope.names.keep(layer.key, layer.span)
        scope.places[own] = layer.span
        if layer.is_input:
            inputs[own] = _input(layer, work)
        else:
            shape = None if entries or inputs else old_input(layer.node)
            inputs |= {OPEN_INPUT: shape} if shape else {}
            call = Call((Tensor(previous, 0, 0, layer.span),), {}, layer.span)
            entries += _entries(layer, call, own, scope)
        previous = layer.key
    work.findings += scope.names.renamed
    last = scope.own[previous]
    document = {"inputs": inputs, "layers": entries, "outputs": {last: last}}
    return _Graph(model_name(config), document, {name: name for name in inputs}, {last: last}, scope.places)


def _functional(config: Mapping, work: _Work) -> _Graph:
    layers, taken, given = read_functional(config)
    scope = _Scope(work, _names(layers.values()))
    scope.own |= {key: scope.names.keep(key, layer.span) for key, layer in layers.items()}
    scope.places |= {scope.own[key]: layer.span for key, layer in layers.items()}
    if not given:
        refuse("not-a-model", "this model has no outputs", config.span)
    for tensor in (*given.values(), *taken.values()):
        check(tensor, layers)
    inputs: Document = {}
    for tensor in taken.values():
        if not layers[tensor.layer].is_input:
            no_counterpart("a model of a spec begins at inputs of its own", tensor.span, "")
        inputs[scope.own[tensor.layer]] = _input(layers[tensor.layer], work)
    entries: list[Entry] = []
    for key, number in in_order(layers, given.values()):
        if not layers[key].is_input:
            entries += _called(layers[key], number, scope)
        elif scope.own[key] not in inputs:
            message = f"the model needs the input `{key}`, which is not among its `input_layers`"
            no_counterpart(message, layers[key].span, "")
    outputs = _outputs(given, scope, by_key=isinstance(config.get("output_layers"), Mapping))
    work.findings += scope.names.renamed
    wires = {name: scope.name_of(tensor) for name, tensor in zip(outputs.values(), given.values(), strict=True)}
    by_key = {key: scope.own[tensor.layer] for key, tensor in taken.items()}
    document = {"inputs": inputs, "layers": entries, "outputs": wires}
    return _Graph(model_name(config), document, by_key, outputs, scope.places)


def _names(layers: Iterable[Layer]) -> SpecNames:
    """Those of one graph, in which only an input may be called as inputs without a name are."""
    return SpecNames(set() if any(layer.is_input and layer.key == OPEN_INPUT for layer in layers) else {OPEN_INPUT})


def _input(layer: Layer, work: _Work) -> Document:
    document, findings = input_document(layer.node)
    work.findings += findings
    return document


def _called(layer: Layer, number: int, scope: _Scope) -> list[Entry]:
    """The entries of one call of a layer: of the layer itself the first time, then of its weights again."""
    call, owner = layer.calls[number], scope.own[layer.key]
    before = scope.first.get(layer.key)
    name = owner if before is None else scope.names.fresh(f"{owner}_again")
    entries = _entries(layer, call, name, scope)
    if before and len(entries) == 1:
        entries = [_again(entries[0], before, owner, call)]
    scope.places |= {entry["name"]: call.span if before else layer.span for entry in entries}
    entry = entries[-1] if entries else {}
    scope.first.setdefault(layer.key, entry)
    scope.calls[layer.key, number] = (name, entry)
    return entries


def _again(entry: Entry, first: Entry, owner: str, call: Call) -> Entry:
    """The entry of a further call: it shares the layer, unless that is an operation, which has nothing to share."""
    kind = next(key for key in first if key not in ("name", "inputs", "outputs"))
    if kind.startswith("ops."):
        return entry
    if entry.get(kind) != first[kind]:
        no_counterpart(f"`{owner}` is called in different ways", call.span, "a spec shares a layer as it is")
    return {"share": owner, **{key: entry[key] for key in ("name", "inputs") if key in entry}}


def _entries(layer: Layer, call: Call, own: str, scope: _Scope) -> list[Entry]:
    """The entries of a call that is named `own`. A fault is kept, and gives none."""
    work = scope.work
    try:
        if is_model(layer.node):
            key, graph = _nested(layer, work)
            return [{"model": key, "name": own} | _model_inputs(call, graph, scope)]
        if is_scaled_sum(layer.node):
            return scaled_sum(layer.node, call, scope.name_of, own, scope.names.fresh(f"{own}_part"))
        entry = layer_entry(layer.node, call, scope.name_of, work.setting)
    except RefusalError as refusal:
        if refusal.finding not in work.findings:
            work.findings.append(refusal.finding)
        return []
    wires = {"inputs": entry.pop("inputs")} if "inputs" in entry else {}
    return [entry | {"name": own} | wires]


def _nested(layer: Layer, work: _Work) -> tuple[str, _Graph]:
    """The key under `models` of a model that is a layer, and the model; converted at its first call only."""
    found = work.graphs.get(id(layer.node))
    if found is None:
        graph = _model(layer.node, work)
        key = work.names.fresh(spec_name(layer.key))
        work.models[key], work.places[key] = graph.document, graph.places
        found = work.graphs[id(layer.node)] = (key, graph)
    return found


def _model_inputs(call: Call, graph: _Graph, scope: _Scope) -> Entry:
    """What a nested model is called with: a name, a list in the order of its inputs, or a mapping by their names."""
    if not call.positional:
        no_counterpart("a model is called with its inputs, not with keywords", call.span, "")
    given = call.positional[0]
    if isinstance(given, dict):
        unknown = [key for key in given if key not in graph.inputs]
        if unknown:
            refuse("not-a-model", f"the model called here has no input `{unknown[0]}`", call.span)
        return {"inputs": {graph.inputs[key]: named(value, scope.name_of, call.span) for key, value in given.items()}}
    return {"inputs": named(given, scope.name_of, call.span)}


def _outputs(given: AbstractMapping[str, Tensor], scope: _Scope, *, by_key: bool) -> dict[str, str]:
    """The outputs' names in the spec by the keys of Keras: those, or the names of what they come from.

    Models of specs have their outputs as a dict, which Keras sorts, and layers and weights with it: so names have to
    sort as Keras has the outputs here.
    """
    outputs: dict[str, str] = {}
    for key, tensor in given.items():
        name = spec_name(key) if by_key else scope.name_of(tensor)
        outputs[key] = scope.names.fresh(name) if name in outputs.values() else name
    names, reason = list(outputs.values()), "names in specs have letters, digits, `_` and `-`"
    if names != sorted(names):
        width = len(str(len(names)))
        outputs = {key: f"output{at:0{width}}_{name}" for at, (key, name) in enumerate(outputs.items(), 1)}
        reason = "Keras sorts outputs by name, and weights with them; their order stays so"
    for (key, name), before in zip(outputs.items(), names, strict=True):
        known = key if by_key else before
        if name != known:
            message = f"the output `{known}` is called `{name}` in the spec"
            scope.work.findings.append(warning("renamed-layer", message, given[key].span, help=reason))
    return outputs
