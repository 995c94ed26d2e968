"""Shapes, dtypes, parameters, multiply-adds and memory of a graph, without Keras.

In: a resolved `Graph` and the catalog, whose defaults complete the arguments. Out: what is known of every node, and
findings where a layer cannot take what it gets. Each layer's own rule stands in `specc.graph.shapes`. What has no rule,
what is `FAULTY`, and what follows a fault, is unknown and stays silent. Nothing is resolved, lowered or drawn here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from specc.catalog import Catalog
from specc.component import Argument, Component
from specc.diagnostics import Finding, Label, Span, error
from specc.graph.graph import UNKNOWN, Graph, Node, Ref, TensorType, Wiring
from specc.graph.shapes import TAKES_TEXT, Call, Outcome, Refusal, Weight, rule_of
from specc.graph.shapes.rule import BYTES, UNTOLD, Tensors, bytes_of, plus, times
from specc.graph.sizes import check_size, too_many
from specc.language import limits
from specc.spec.unknown import FAULTY, known

POLICIES = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


class InferredNode(NamedTuple):
    """What is known of one node.

    `weights` are those that the node brings into the model: none if it shares another's. Counts of parameters and the
    multiply-adds (per sample) are None if they are not known. `known` says that none of these is, nor any shape or
    dtype. `activation_bytes` are what the outputs take for each sample, for an application all its layers' outputs;
    None if a size is open, or for text. `weights_bytes` are what the weights take at the dtype in which they are kept.
    `model` is what is known of the layers of a node that is a model itself.
    """

    outputs: tuple[TensorType, ...]
    weights: tuple[Weight, ...]
    trainable: int | None
    non_trainable: int | None
    multiply_adds: int | None
    known: bool
    activation_bytes: int | None = None
    weights_bytes: int | None = None
    model: "Inferred | None" = None

    @property
    def parameters(self) -> int | None:
        """How many numbers the node's weights hold."""
        return None if self.trainable is None or self.non_trainable is None else self.trainable + self.non_trainable


class Inferred(NamedTuple):
    """What is known of a graph. The totals count what is known; `known` says that this is everything.

    `without_rule` names the nodes whose type has no shape rule, `refused` those that cannot take what they get.
    `activation_bytes` (per sample, the graph's inputs left
    out) and `weights_bytes` count what is known too, though `known` does not speak of them.
    """

    inputs: Mapping[str, TensorType]
    nodes: Mapping[str, InferredNode]
    trainable: int
    non_trainable: int
    multiply_adds: int
    known: bool
    without_rule: tuple[str, ...]
    activation_bytes: int = 0
    weights_bytes: int = 0
    refused: frozenset[str] = frozenset()

    @property
    def parameters(self) -> int:
        """How many numbers the model's weights hold, trained or not."""
        return self.trainable + self.non_trainable

    def tensor(self, ref: Ref) -> TensorType:
        """What flows through a wire; unknown if its source is."""
        if ref.source in self.inputs:
            return self.inputs[ref.source]
        node = self.nodes.get(ref.source)
        return node.outputs[ref.port] if node and ref.port < len(node.outputs) else UNKNOWN


def infer(graph: Graph, catalog: Catalog, precision: str = "float32") -> tuple[Inferred, tuple[Finding, ...]]:
    """Infer every node of `graph`. `precision` is the dtype policy of layers without a `dtype` of their own."""
    inputs = {
        x.name: TensorType(None if x.shape is None else (None, *x.shape), x.dtype or "float32") for x in graph.inputs
    }
    nodes: dict[str, InferredNode] = {}
    built: dict[str, tuple[Node, Outcome, str]] = {}
    findings: list[Finding] = []
    refused: set[str] = set()
    named = frozenset(node.name for node in graph.nodes if len(node.outputs) > 1)
    for node in graph.nodes:
        so_far = Inferred(inputs, nodes, 0, 0, 0, known=False, without_rule=())
        findings += _missing_outputs(node, nodes, named)
        if node.component is FAULTY:
            nodes[node.name] = _noted(UNTOLD, "", shares=False)
            continue
        inner: Inferred | None = None
        try:
            if node.model is None:
                outcome = _apply(node, so_far, catalog, precision)
            else:
                outcome, inner, more = _nested(node, node.model, so_far, catalog, precision)
                findings += more
            check_size(node, outcome)
        except Refusal as refusal:
            findings.append(_traced(_finding(refusal, node, so_far), refusal, node, graph, so_far))
            outcome = UNTOLD
            refused.add(node.name)
        findings += _too_many_names(node, outcome)
        first = built.get(node.layer)
        got = _shown_inputs(node, so_far)
        if first is None:
            built[node.layer] = (node, outcome, got)
        elif None not in (first[1].multiply_adds, outcome.multiply_adds) and first[1].weights != outcome.weights:
            findings.append(_shared_mismatch(node, first[0], got, first[2]))
            outcome = UNTOLD
            refused |= {node.name, first[0].name}
        noted = _noted(outcome, _kept_in(node.component, precision), shares=first is not None)
        nodes[node.name] = noted if inner is None else _with_model(noted, inner, shares=first is not None)
    for ref in graph.outputs.values():
        findings += _missing_output(ref, nodes, named)
    totals = _totals(inputs, nodes, ())
    if totals.parameters > limits.PARAMETERS:
        findings.append(too_many(totals.parameters, graph, nodes))
    unruled = tuple(
        n.name
        for n in graph.nodes
        if n.component is FAULTY or (n.model is None and rule_of(_type_name(n.component, catalog)) is None)
    )
    return totals._replace(without_rule=unruled, refused=frozenset(refused)), tuple(findings)


def _nested(
    node: Node, graph: Graph, so_far: Inferred, catalog: Catalog, precision: str
) -> tuple[Outcome, Inferred, tuple[Finding, ...]]:
    """A model as a layer: its graph with what it gets as inputs."""
    bound = bind(graph, node, [so_far.tensor(ref) for ref in _refs(node)])
    inner, findings = infer(bound, catalog, precision)
    frozen = node.component.arguments.get("trainable") is False
    weights = tuple(
        Weight(f"{name}.{w.name}", w.shape, w.trainable and not frozen)
        for name, known_of in inner.nodes.items()
        for w in known_of.weights
    )
    outputs = tuple(inner.tensor(ref) for ref in graph.outputs.values())
    taken = sum(bytes_of(tensor) or 0 for tensor in outputs)
    inside = max(inner.activation_bytes - taken, 0) if inner.known else None
    return Outcome(outputs, weights, inner.multiply_adds if inner.known else None, inside), inner, findings


def bind(graph: Graph, node: Node, tensors: Sequence[TensorType]) -> Graph:
    """The graph of a model that `node` applies, with inputs as they flow in; those of a mapping go by name.

    Raises:
        Refusal: input-mismatch, wrong-input-count.

    """
    if len(tensors) != len(graph.inputs):
        message = f"this model has {len(graph.inputs)} inputs, got {len(tensors)}"
        raise Refusal("wrong-input-count", message)
    given = dict(zip(node.keywords, tensors, strict=True)) if node.keywords else {}
    strange = [name for name in given if name not in {x.name for x in graph.inputs}]
    if strange:
        known_names = ", ".join(f"`{x.name}`" for x in graph.inputs)
        message = f"this model has no input `{strange[0]}`, it has {known_names}"
        raise Refusal("unknown-argument", message, at=strange[0])
    inputs = []
    for number, (declared, in_order) in enumerate(zip(graph.inputs, tensors, strict=True)):
        tensor = given.get(declared.name, in_order)
        shape = None if tensor.shape is None else tensor.shape[1:]
        if shape is not None and declared.shape is not None and not _fits(shape, declared.shape):
            message = f"the model takes {declared.shape} for `{declared.name}`, got {shape}"
            raise Refusal("input-mismatch", message, at=number)
        inputs.append(declared._replace(shape=declared.shape if shape is None else shape, dtype=tensor.dtype))
    return replace(graph, inputs=tuple(inputs))


def _fits(given: tuple[int | None, ...], declared: tuple[int | None, ...]) -> bool:
    return len(given) == len(declared) and all(
        a is None or b is None or a == b for a, b in zip(given, declared, strict=True)
    )


def _with_model(noted: InferredNode, inner: Inferred, *, shares: bool) -> InferredNode:
    """The layers inside may keep their weights in dtypes of their own."""
    return noted._replace(model=inner, weights_bytes=0 if shares else inner.weights_bytes)


def _apply(node: Node, so_far: Inferred, catalog: Catalog, precision: str) -> Outcome:
    positional = tuple(_flow(wiring, so_far) for wiring in node.positional)
    keywords = {name: _flow(wiring, so_far) for name, wiring in node.keywords.items()}
    return _layer(completed(node.component, catalog), positional, keywords, precision)


def _layer(
    component: Component, positional: tuple[Tensors, ...], keywords: Mapping[str, Tensors], precision: str
) -> Outcome:
    """Apply the rule of a component whose arguments are complete."""
    rule = rule_of(component.type)
    if rule is None:
        return UNTOLD

    def inner(layer: Component, inputs: tuple[Tensors, ...]) -> Outcome:
        return _layer(layer, inputs, {}, precision)

    policy = _policy(component, precision)
    call = Call(component.type, component.arguments, positional, keywords, POLICIES.get(policy, policy), inner)
    try:
        _no_text(call)
        outcome = rule(call)
    except Refusal as refusal:
        refusal.component = refusal.component or component
        raise
    if component.arguments.get("trainable") is False:
        return outcome._replace(weights=tuple(Weight(w.name, w.shape, trainable=False) for w in outcome.weights))
    return outcome


def _policy(component: Component, precision: str) -> str:
    asked = component.arguments.get("dtype")
    return asked if isinstance(asked, str) else precision


def _kept_in(component: Component, precision: str) -> str:
    """The dtype of the component's weights."""
    policy = _policy(component, precision)
    return "float32" if policy in POLICIES else policy


def _type_name(component: Component, catalog: Catalog) -> str:
    facts = catalog.find(component.kind, component.type)
    return facts.name if facts else component.type


def _no_text(call: Call) -> None:
    if call.type in TAKES_TEXT:
        return
    values = (*call.positional, *call.keywords.values())
    for i, x in enumerate(x for value in values for x in (value if isinstance(value, tuple) else (value,))):
        if x.dtype == "string":
            message = f"`{call.type}` needs numbers, got an input of dtype string"
            help_ = "encode text first, by `TextVectorization` or `StringLookup`"
            raise Refusal("wrong-dtype", message, at=i, help=help_)


def completed(component: Component, catalog: Catalog) -> Component:
    """The component under its type's own name with the defaults of what the spec leaves out, in nested ones too."""
    facts = catalog.find(component.kind, component.type)
    if facts is None:
        return component
    defaults = {name: argument.default for name, argument in facts.arguments.items() if argument.has_default}
    given = {name: _completed_value(value, catalog) for name, value in component.arguments.items()}
    return Component(component.kind, facts.name, {**defaults, **given}, component.span, component.spans)


def _completed_value(value: Argument, catalog: Catalog) -> Argument:
    if isinstance(value, Component):
        return completed(value, catalog)
    if isinstance(value, list):
        return [_completed_value(item, catalog) for item in value]
    return value


def _flow(wiring: Wiring, so_far: Inferred) -> Tensors:
    if isinstance(wiring, Ref):
        return so_far.tensor(wiring)
    return tuple(so_far.tensor(ref) for ref in wiring)


def _refs(node: Node) -> list[Ref]:
    """Every wire into the node, in the order in which rules count inputs."""
    wirings: Sequence[Wiring] = (*node.positional, *node.keywords.values())
    return [ref for wiring in wirings for ref in ((wiring,) if isinstance(wiring, Ref) else wiring)]


def _missing_outputs(node: Node, nodes: Mapping[str, InferredNode], named: frozenset[str]) -> list[Finding]:
    return [finding for ref in _refs(node) for finding in _missing_output(ref, nodes, named)]


def _too_many_names(node: Node, outcome: Outcome) -> list[Finding]:
    """What is said of names for outputs that the layer does not have."""
    count, named = len(outcome.outputs), len(node.outputs)
    if named <= count or UNKNOWN in outcome.outputs:
        return []
    message = f"`{node.name}` has {count} output{'s' if count > 1 else ''}, and {named} are named"
    return [error("wrong-output-count", message, node.span)]


def _missing_output(ref: Ref, nodes: Mapping[str, InferredNode], named: frozenset[str]) -> list[Finding]:
    """What is said of a wire from an output that is not there, unless it was said where that is named."""
    source = nodes.get(ref.source)
    if source is None or ref.port < len(source.outputs) or UNKNOWN in source.outputs or ref.source in named:
        return []
    count = len(source.outputs)
    message = f"`{ref.source}` has {count} output{'s' if count > 1 else ''}, this is number {ref.port + 1}"
    return [error("wrong-output-count", message, ref.span)]


def _finding(refusal: Refusal, node: Node, so_far: Inferred) -> Finding:
    refs = _refs(node)
    component = refusal.component or node.component
    nested = component.span != node.component.span
    span, caption = component.span, ""
    if isinstance(refusal.at, str):
        keyword = node.keywords.get(refusal.at)
        span = component.span_of(refusal.at)
        if isinstance(keyword, Ref) and refusal.at not in component.spans:
            span = keyword.span
    elif refusal.at is not None and refusal.at < len(refs) and not nested:
        span, caption = refs[refusal.at].span, _shown(so_far.tensor(refs[refusal.at]))
    labels: tuple[Label, ...] = ()
    if refusal.other is not None and refusal.other < len(refs) and refs[refusal.other].span != span:
        other = refs[refusal.other]
        labels = (Label(other.span, _shown(so_far.tensor(other))),)
    return error(refusal.code, refusal.message, span, caption=caption, labels=labels, help=refusal.help)


def _traced(finding: Finding, refusal: Refusal, node: Node, graph: Graph, so_far: Inferred) -> Finding:
    """The finding with notes on where the shapes come from."""
    from specc.graph.tracing import TRACED, explain  # only faults pay for it

    refs = _refs(node)
    numbers = (refusal.at, refusal.other)
    wires = tuple(refs[number] for number in numbers if isinstance(number, int) and number < len(refs))
    if finding.code not in TRACED:
        return finding
    traced = known(explain, finding, node, wires, graph, so_far.tensor)
    return finding if traced is FAULTY else traced  # the way may lead past a fault


def _shared_mismatch(node: Node, first: Node, got: str, before: str) -> Finding:
    message = f"`{node.layer}` was built for {before}, `{node.name}` applies it to {got}"
    refs = _refs(node)
    span: Span = refs[0].span if refs else node.span
    return error("shared-layer-mismatch", message, span, caption=got, labels=(Label(first.span, before),))


def _shown_inputs(node: Node, so_far: Inferred) -> str:
    return " and ".join(_shown(so_far.tensor(ref)) for ref in _refs(node))


def _shown(x: TensorType) -> str:
    return "an unknown shape" if x.shape is None else str(x.shape)


def _noted(outcome: Outcome, kept_in: str, *, shares: bool) -> InferredNode:
    weights = () if shares else outcome.weights
    told = outcome != UNTOLD and UNKNOWN not in outcome.outputs
    trainable = _count([w for w in weights if w.trainable]) if told or shares else None
    rest = _count([w for w in weights if not w.trainable]) if told or shares else None
    known = told and None not in (trainable, rest, outcome.multiply_adds)
    known = known and all(x.shape is not None and x.dtype is not None for x in outcome.outputs)
    activations = plus(outcome.inner_bytes, *map(bytes_of, outcome.outputs))
    held = times(plus(trainable, rest), BYTES.get(kept_in))
    return InferredNode(outcome.outputs, weights, trainable, rest, outcome.multiply_adds, known, activations, held)


def _count(weights: list[Weight]) -> int | None:
    sizes = [weight.size for weight in weights]
    return None if None in sizes else sum(size for size in sizes if size is not None)


def _totals(inputs: Mapping[str, TensorType], nodes: Mapping[str, InferredNode], unruled: tuple[str, ...]) -> Inferred:
    return Inferred(
        inputs,
        nodes,
        sum(node.trainable or 0 for node in nodes.values()),
        sum(node.non_trainable or 0 for node in nodes.values()),
        sum(node.multiply_adds or 0 for node in nodes.values()),
        known=all(node.known for node in nodes.values()),
        without_rule=unruled,
        activation_bytes=sum(node.activation_bytes or 0 for node in nodes.values()),
        weights_bytes=sum(node.weights_bytes or 0 for node in nodes.values()),
    )
