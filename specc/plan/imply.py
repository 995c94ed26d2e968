"""What a short spec leaves out -> what follows: `imply` makes the `Plan`.

The rules of the language's version 1, which never change silently:

- `Output` is a `Dense` with one unit per class of the target, or one per number; its outputs are logits or numbers.
- A target of classes implies sparse categorical cross-entropy; for a model with a single output unit and two classes,
  binary
  cross-entropy. Both on logits, unless the last layer ends in a softmax or a sigmoid. A number implies mean squared
  error.
- Classes imply the metric accuracy; numbers imply mean absolute error and root mean squared error.
- With `precision: auto` an `Output` keeps single precision.
- The optimizer is that of the first phase, or Adam with its defaults; 10 epochs, or those of the phases; batches of 32.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

from specc.catalog import Catalog
from specc.component import Argument, Component
from specc.data import DataFacts, DataSpec, TargetFacts
from specc.data.facts import CLASSES
from specc.diagnostics import Finding, Span, error
from specc.graph.graph import NOWHERE, Graph, Node, TensorType
from specc.graph.infer import Inferred
from specc.language.suggest import did_you_mean
from specc.plan.plan import Plan
from specc.spec import Logging, Runtime, Training
from specc.spec.sections import PerOutput
from specc.spec.unknown import FAULTY, Unknown, is_faulty, known

T = TypeVar("T")

EPOCHS = 10
BATCH_SIZE = 32
OUTPUT = "Output"
"""The pseudo-layer that is sized by the target."""

NUMBER_METRICS = ("MeanAbsoluteError", "RootMeanSquaredError")
SQUASHING = {"softmax": "Softmax", "sigmoid": "Sigmoid"}


class Written(NamedTuple):
    """What `imply` starts from: the parts of a spec that have passed their checks, `FAULTY` those that have not.

    `sound` says that all have: a shape that is unknown is then not so because of a fault.
    """

    name: str
    description: str
    place: Span
    data: DataSpec
    facts: DataFacts
    graph: Graph
    inferred: Inferred
    training: Training
    runtime: Runtime
    report: tuple[str, ...]
    logging: Logging
    allow: tuple[str, ...]
    sound: bool


def size_outputs(graph: Graph, facts: DataFacts, precision: str = "float32") -> tuple[Graph, list[Finding]]:
    """The graph with every `Output` turned into the `Dense` that its target asks for.

    With the `precision` `auto`, which may come to be half, outputs stay single: losses need the small differences.
    Where the width is not known it stays `Output`, of which inference knows nothing and says nothing.
    """
    if not any(map(_is_pseudo, _every(graph))):
        return graph, []
    targets, findings = match_targets(graph, facts)
    missing = graph.unsure or any(ref.source == NOWHERE for ref in graph.outputs.values())
    silent = bool(findings or missing)
    implied = {"dtype": "float32"} if precision is not FAULTY and precision == "auto" else {}
    sized = _sized(graph, targets, implied, findings, silent=silent)
    return sized, findings


def _every(graph: Graph) -> Iterator[Node]:
    """The nodes of a graph, and those of the models in it."""
    for node in graph.nodes:
        yield node
        if node.model is not None:
            yield from _every(node.model)


def _is_pseudo(node: Node) -> bool:
    return node.component is not FAULTY and node.component.type == OUTPUT and node.model is None


def _sized(
    graph: Graph,
    targets: Mapping[str, TargetFacts],
    implied: Mapping[str, Argument],
    findings: list[Finding],
    *,
    silent: bool,
) -> Graph:
    """The graph with its `Output`s sized by the targets of the outputs that they are, and given what is `implied`."""
    done: dict[str, Node] = {}
    for node in graph.nodes:
        outputs = {name: ref for name, ref in graph.outputs.items() if ref.source == node.name}
        if node.model is not None:
            inner = list(node.model.outputs)
            known_ports = {name: ref.port for name, ref in outputs.items() if name in targets and ref.port < len(inner)}
            theirs = {inner[port]: targets[name] for name, port in known_ports.items()}
            done[node.name] = replace(node, model=_sized(node.model, theirs, implied, findings, silent=silent))
        if not _is_pseudo(node):
            continue
        target = next((targets[name] for name in outputs if name in targets), None)
        if target is None and not silent:
            message = "`Output` is sized by a target, and this one is no output of the model"
            findings.append(error("output-without-target", message, node.span, help="use `Dense` inside the model"))
        width = None if target is None else known(_width, target)
        if width is not None and width is not FAULTY:
            arguments = {"units": width, **implied, **node.component.arguments}
            done[node.name] = replace(
                node, component=replace(node.component, kind="layer", type="Dense", arguments=arguments)
            )
    nodes = tuple(_as_owner(done.get(node.name, node), done) for node in graph.nodes)
    return replace(graph, nodes=nodes)


def _as_owner(node: Node, done: Mapping[str, Node]) -> Node:
    """A node that shares a layer, as its owner now is."""
    owner = done.get(node.layer)
    return node if owner is None else replace(node, component=owner.component, model=owner.model)


def _width(target: TargetFacts) -> int | None:
    return target.classes if target.kind == CLASSES else target.shape[-1]


def match_targets(graph: Graph, facts: DataFacts) -> tuple[dict[str, TargetFacts], list[Finding]]:
    """Which target each output predicts: the only one, or the one of its name; `FAULTY` where that cannot be told."""
    if is_faulty(facts):
        return dict.fromkeys(graph.outputs, FAULTY), []
    if len(graph.outputs) == len(facts.targets) == 1 and "" not in graph.unsure:
        return {next(iter(graph.outputs)): facts.targets[0]}, []
    by_name = {target.name: target for target in facts.targets}
    findings = []
    for name, ref in graph.outputs.items():
        if name not in by_name and name not in graph.unsure:
            known_names = ", ".join(f"`{target}`" for target in by_name)
            help_ = did_you_mean(name, by_name) or "name outputs after targets: `outputs: {target: layer}`"
            message = f"no target is called `{name}`, as this output is; the targets are {known_names}"
            findings.append(error("output-without-target", message, ref.span, help=help_))
    if not findings and not graph.unsure:
        place = next(iter(graph.outputs.values())).span
        findings = [
            error("target-without-output", f"no output of the model predicts the target `{name}`", place)
            for name in by_name
            if name not in graph.outputs
        ]
    return {name: by_name.get(name, FAULTY) for name in graph.outputs}, findings


def imply(written: Written, catalog: Catalog) -> tuple[Plan, list[Finding]]:
    """The plan of a spec, `FAULTY` where it is at fault, or where what it says contradicts itself."""
    graph, training, runtime = written.graph, written.training, written.runtime
    targets, findings = (FAULTY, []) if is_faulty(graph) else match_targets(graph, written.facts)
    unfit = known(_check_class_weight, training, targets)
    findings += [] if unfit is FAULTY else unfit
    unfit = known(_check_balance, written.data, written.facts)
    findings += [] if unfit is FAULTY else unfit
    told = frozenset() if not findings else frozenset(target.name for target in written.facts.targets)
    (loss, metrics, weights), more = _for_outputs(training, graph, told)
    decided, origins, faults = _decide(loss, metrics, targets, written, catalog)
    optimizer, because = _optimizer(training)
    origins |= {"training.optimizer": because} if because else {}
    origins |= {"training.batch_size": "the default"} if training.batch_size is None else {}
    epochs, because = _epochs(training)
    origins |= {"training.epochs": because} if because else {}
    plan = Plan(
        name=written.name,
        description=written.description,
        place=written.place,
        data=written.data,
        facts=written.facts,
        graph=graph,
        inferred=written.inferred,
        targets=decided.targets,
        losses=decided.losses,
        loss_weights={} if weights is None else weights,
        optimizer=optimizer,
        metrics=decided.metrics,
        one_hot=decided.one_hot,
        batch_size=BATCH_SIZE if training.batch_size is None else training.batch_size,
        epochs=epochs,
        phases=training.phases,
        callbacks=training.callbacks,
        class_weight=training.class_weight,
        runtime=runtime,
        report=written.report,
        logging=written.logging,
        allow=written.allow,
        origins=origins,
        places={"training.epochs": training.span_of("phases")}
        | {f"training.{key}": span for key, span in training.spans.items()}
        | {f"runtime.{key}": span for key, span in runtime.spans.items()},
    )
    return plan, findings + more + faults


def _optimizer(training: Training) -> tuple[Component, str]:
    """The optimizer that training begins with and, if it is implied, what it follows from."""
    if training.optimizer is not None:
        return training.optimizer, ""
    first = known(lambda: next(iter(training.phases), None))
    if is_faulty(first):
        return FAULTY, ""
    if first is not None and first.optimizer is not None:
        return first.optimizer, "that of the first phase"
    return Component("optimizer", "Adam", {}, training.span), "the default"


def _epochs(training: Training) -> tuple[int, str]:
    """How many epochs there are in all and, if nothing says so, what they follow from."""
    if is_faulty(training.phases):
        return FAULTY, ""
    summed = known(lambda: sum(phase.epochs for phase in training.phases))
    if is_faulty(summed) or summed:
        return summed, ""
    return (EPOCHS, "the default") if training.epochs is None else (training.epochs, "")


class _Decided(NamedTuple):
    """What each output has."""

    targets: dict[str, TargetFacts]
    losses: dict[str, Component]
    metrics: dict[str, tuple[Component, ...]]
    one_hot: frozenset[str]


def _decide(
    loss: PerOutput | None,
    metrics: PerOutput | None,
    targets: dict[str, TargetFacts],
    written: Written,
    catalog: Catalog,
) -> tuple[_Decided, dict[str, str], list[Finding]]:
    """What each output has, what that follows from where it is implied, and what does not fit together."""
    if is_faulty(targets):
        return _Decided(FAULTY, FAULTY, FAULTY, FAULTY), {}, []
    decided, origins, findings = _Decided(dict(targets), {}, {}, frozenset()), {}, []
    for output, target in targets.items():
        decided.losses[output], because = _or_faulty(known(_loss, output, target, loss, written))
        if because:
            origins[_path("training.loss", output, targets)] = because
        own_loss, tensor = decided.losses[output], _tensor(output, written)
        decided.metrics[output], because = _or_faulty(known(_metrics, output, target, metrics, own_loss, written))
        if because:
            origins[_path("training.metrics", output, targets)] = because
        mismatches = known(_check_output, output, target, own_loss, written, catalog)
        if mismatches is not FAULTY and mismatches:
            findings += mismatches
            decided.targets[output] = FAULTY  # it is told once that the two do not fit
        if known(_takes_one_hot, target, own_loss, tensor, catalog) is True:
            decided = decided._replace(one_hot=decided.one_hot | {output})
    return decided, origins, findings


def _or_faulty(found: tuple[T, str]) -> tuple[T, str]:
    return (FAULTY, "") if is_faulty(found) else found


def _loss(output: str, target: TargetFacts, said: PerOutput | None, written: Written) -> tuple[Component, str]:
    """The loss and, if it is implied, what it follows from."""
    own = said.of(output) if said is not None else None
    return (own[0], "") if own else _implied_loss(output, target, written)  # the schema lets an output have one


def _metrics(
    output: str, target: TargetFacts, said: PerOutput | None, loss: Component, written: Written
) -> tuple[tuple[Component, ...], str]:
    own = said.of(output) if said is not None else None
    if own is not None:
        return own, ""
    return _implied_metrics(target, loss, _tensor(output, written), written.training.span), _because(target)


def _path(section: str, output: str, targets: Mapping[str, TargetFacts]) -> str:
    return section if len(targets) == 1 else f"{section}.{output}"


def _because(target: TargetFacts) -> str:
    if target.kind == CLASSES:
        return f"`{target.name}` has {target.classes} classes" if target.classes else f"`{target.name}` is a class"
    return f"`{target.name}` is a number"


def _implied_loss(output: str, target: TargetFacts, written: Written) -> tuple[Component, str]:
    place = written.training.span
    if target.kind != CLASSES:
        return Component("loss", "MeanSquaredError", {}, place), _because(target)
    if _tensor(output, written).shape is None and not written.sound:
        raise Unknown
    binary = _last_axis(_tensor(output, written)) == 1
    squashing = _squashing(written.graph, output)
    ends = f", and `{squashing}` already gives probabilities" if squashing else ", on logits"
    if binary:
        because = f"`{target.name}` has two classes and the model has one unit for them{ends}"
        return Component("loss", "BinaryCrossentropy", {"from_logits": squashing != "sigmoid"}, place), because
    because = _because(target) + ends
    return Component("loss", "SparseCategoricalCrossentropy", {"from_logits": squashing != "softmax"}, place), because


def _takes_one_hot(target: TargetFacts, loss: Component, output: TensorType, catalog: Catalog) -> bool:
    """Whether a loss compares the output's units one by one, so that a class must be a vector as long as they are."""
    facts = catalog.find("loss", loss.type)
    sparse = facts is not None and facts.name.startswith("Sparse")
    return target.kind == CLASSES and not sparse and _last_axis(output) != 1


def _check_output(name: str, target: TargetFacts, loss: Component, written: Written, catalog: Catalog) -> list[Finding]:
    """What an output is shaped like against what its target and loss need."""
    output, place = _tensor(name, written), written.graph.outputs[name].span
    if output.shape is None:
        return []
    axes = _own_axes(target)
    if len(output.shape) != len(axes) + 2 or not _agree(output.shape[1:-1], axes):
        what = "one class" if target.kind == CLASSES else "one number"
        message = f"the output has the shape {output.shape}, the target `{target.name}` is {what} per sample"
        help_ = "put `Flatten`, or a global pooling layer, before the last layer"
        if axes or target.shape[-1] != 1:
            each = f"{axes} classes" if target.kind == CLASSES else f"{target.shape} numbers"
            message = f"the output has the shape {output.shape}, the target `{target.name}` is {each} per sample"
            help_ = f"the output needs the shape {(None, *axes, target.classes or target.shape[-1])}"
        return [_traced(error("output-mismatch", message, place, help=help_), name, written)]
    units = output.shape[-1]
    if units is None or (target.classes is None and target.kind == CLASSES):
        return []
    if target.kind != CLASSES:
        wanted = target.shape[-1]
        fits, needs = units == wanted, "one unit" if wanted == 1 else f"{wanted} units"
    elif _takes_one_hot(target, loss, output, catalog):
        fits, needs = units == target.classes, f"{target.classes} units"
    elif units == 1:
        fits, needs = target.classes == 2, f"{target.classes} units"
    else:
        fits, needs = units >= (target.classes or 0), f"at least {target.classes} units"
    if fits:
        return []
    message = f"the output has {units} unit{'s' if units != 1 else ''}, the target needs {needs}: {_because(target)}"
    mismatch = error("output-mismatch", message, place, help="`Output` is always as wide as its target")
    return [_traced(mismatch, name, written)]


def _own_axes(target: TargetFacts) -> tuple[int, ...]:
    """The axes of a target between the samples' and the units': none for one value, or one list of numbers."""
    if target.kind == CLASSES:
        return () if target.shape == (1,) else target.shape
    return target.shape[:-1]


def _agree(shape: tuple[int | None, ...], axes: tuple[int, ...]) -> bool:
    return len(shape) == len(axes) and all(size in {None, axis} for size, axis in zip(shape, axes, strict=True))


def _traced(finding: Finding, output: str, written: Written) -> Finding:
    from specc.graph.tracing import explain_output  # only faults pay for it

    traced = known(explain_output, finding, written.graph.outputs[output], written.graph, written.inferred.tensor)
    return finding if traced is FAULTY else traced  # the way may lead past a fault


def _tensor(output: str, written: Written) -> TensorType:
    return written.inferred.tensor(written.graph.outputs[output])


def _last_axis(tensor: TensorType) -> int | None:
    return tensor.shape[-1] if tensor.shape else None


def _squashing(graph: Graph, output: str) -> str | None:
    """The activation that makes probabilities of an output, if its last layer has one."""
    source = graph.outputs[output].source
    if source == NOWHERE:
        raise Unknown
    node = graph.node(source)
    if node is None:
        return None
    activation = node.component.arguments.get("activation")
    name = activation.type if isinstance(activation, Component) else node.component.type
    return next((squashing for squashing, layer in SQUASHING.items() if name in {squashing, layer}), None)


def _implied_metrics(target: TargetFacts, loss: Component, output: TensorType, place: Span) -> tuple[Component, ...]:
    signed = loss.arguments.get("from_logits") or "hinge" in loss.type.lower()
    if target.kind == CLASSES and _last_axis(output) == 1 and signed:
        # Keras' own `accuracy` would compare the logit, or the margin, with 0.5.
        return (Component("metric", "BinaryAccuracy", {"name": "accuracy", "threshold": 0.0}, place),)
    names = ("accuracy",) if target.kind == CLASSES else NUMBER_METRICS
    return tuple(Component("metric", name, {}, place) for name in names)


def _for_outputs(
    training: Training, graph: Graph, told: frozenset[str]
) -> tuple[tuple[PerOutput | None, PerOutput | None, Mapping[str, float] | None], list[Finding]]:
    """Losses, metrics and loss weights; the outputs that they speak of must be the model's.

    Where they speak of others, what the model's own outputs have cannot be told. Of the names in `told` it has been
    said that an output should have them.
    """
    findings: list[Finding] = []

    def are_outputs(names: Mapping[str, Span]) -> bool:
        """Whether all names are outputs; False also if that cannot be told."""
        if graph is FAULTY or graph.unsure:
            return not names
        shown = ", ".join(f"`{output}`" for output in graph.outputs)
        strange = [name for name in names if name not in graph.outputs]
        findings.extend(
            error(
                "unknown-output",
                f"the model has no output `{name}`, it has {shown}",
                names[name],
                help=did_you_mean(name, graph.outputs),
            )
            for name in strange
            if name not in told
        )
        return not strange

    def checked(section: PerOutput | None) -> PerOutput | None:
        if section is None or section is FAULTY:
            return section
        fits = are_outputs({name: span for name, span in section.spans.items() if name is not None})
        return section if fits else section._replace(rest=FAULTY)

    weights = training.loss_weights
    if weights is not None and weights is not FAULTY:
        fits = are_outputs({name: training.span_of(f"loss_weights.{name}") for name in weights})
        weights = weights if fits else FAULTY
    return (checked(training.loss), checked(training.metrics), weights), findings


def _check_balance(data: DataSpec, facts: DataFacts) -> list[Finding]:
    if data.balance is None or data.balance is FAULTY or not facts.targets:
        return []
    first = facts.targets[0]
    if first.kind == CLASSES and first.shape == (1,):
        return []
    message = f"`balance` needs a class for each sample, and `{first.name}` has none"
    return [error("balance-without-classes", message, data.span_of("balance"))]


def _check_class_weight(training: Training, targets: Mapping[str, TargetFacts]) -> list[Finding]:
    if training.class_weight is None or training.class_weight is FAULTY or not targets:
        return []
    span = training.span_of("class_weight")
    classed = [target for target in targets.values() if target.kind == CLASSES]
    if len(targets) > 1 or not classed:
        return [error("class-weight-without-classes", "class weights need one target, and that of classes", span)]
    names = classed[0].names
    if isinstance(training.class_weight, str) or names is None:
        return []
    return [
        error(
            "unknown-class",
            f"`{classed[0].name}` has no class `{name}`",
            training.span_of(f"class_weight.{name}"),
            help=did_you_mean(name, names),
        )
        for name in training.class_weight
        if name not in names
    ]
