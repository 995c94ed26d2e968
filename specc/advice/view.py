"""The plan as the rules look at it: each output with its target, loss and last activation, and who reads what.

Made once for all rules by `view`. Nothing is judged here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from specc.advice.activations import layer_activation
from specc.catalog import Catalog
from specc.component import Argument, Component
from specc.data import TargetFacts
from specc.data.facts import CLASSES
from specc.data.partition import Given, split_sizes
from specc.diagnostics import Label, Span
from specc.graph.graph import Node, Ref, TensorType
from specc.graph.order import sources
from specc.plan import Plan
from specc.plan.stretches import stretches
from specc.spec.unknown import FAULTY, Unknown, each, is_faulty, known

PASSING = frozenset(
    {
        "ActivityRegularization", "AlphaDropout", "Dropout", "Flatten", "GaussianDropout", "Identity", "Permute",
        "Reshape", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
    }
)  # fmt: skip
"""Layers that leave numbers as they are, or drop some."""


class Ending(NamedTuple):
    """The activation that an output's numbers come from, and the layer that has it."""

    activation: str
    node: Node

    @property
    def span(self) -> Span:
        """Where the activation is written, or else the layer."""
        return self.node.component.span_of("activation")


class Output(NamedTuple):
    """One output of the model. `units` is its last axis, `loss_type` its loss by the catalog's own name.

    `ending` is None where the last activation cannot be told. `loss_span` is where the loss is written, or else the
    layer that the output comes from.
    """

    name: str
    ref: Ref
    target: TargetFacts
    loss: Component
    loss_type: str
    loss_span: Span
    metrics: Sequence[tuple[Component, str]]
    units: int | None
    one_hot: bool
    ending: Ending | None

    @property
    def classes(self) -> bool:
        """Whether the target is classes."""
        return self.target.kind == CLASSES

    @property
    def from_logits(self) -> bool:
        """Whether the loss is told that it gets logits."""
        return bool(self.loss.arguments.get("from_logits"))

    def ends_in(self, activations: object) -> bool:
        """Whether the last activation is known and one of `activations`, a set or a mapping."""
        return self.ending is not None and self.ending.activation in activations  # type: ignore[operator]

    def ending_label(self) -> tuple[Label, ...]:
        """Marks the last activation."""
        if self.ending is None:
            return ()
        linear = self.ending.activation == "linear"
        text = "gives any number" if linear else f"ends in `{self.ending.activation}`"
        return (Label(self.ending.span, text),)


class View(NamedTuple):
    """A plan and what follows from it. Row counts are None where the data was not read whole.

    A rule that asks for what the spec's faults leave unknown is stopped there by `Unknown`.
    """

    plan: Plan
    catalog: Catalog
    outputs: tuple[Output, ...]
    readers: Mapping[str, Sequence[Node]]
    uses: Mapping[str, int]
    train_rows: int | None
    validation_rows: int | None
    courses: Sequence["Course"] = ()

    def type_of(self, component: Component) -> str:
        """The component's type under the catalog's own name."""
        facts = self.catalog.find(component.kind, component.type)
        return facts.name if facts else component.type

    def argument(self, component: Component, name: str) -> Argument:
        """An argument as written, or else Keras' default for it."""
        if name in component.arguments:
            return component.arguments[name]
        facts = self.catalog.find(component.kind, component.type)
        declared = facts.arguments.get(name) if facts else None
        default: Argument = declared.default if declared else None
        return default

    def activation(self, node: Node) -> str | None:
        """The activation of a node's layer; None if that cannot be told."""
        return layer_activation(node.component, self.catalog)

    def source(self, node: Node) -> Node | None:
        """The node that feeds another one, if that is a single one."""
        found = list(sources(node))
        return self.plan.graph.node(found[0].source) if len(found) == 1 else None

    def only_reader(self, node: Node) -> Node | None:
        """The one node that reads this one and nothing else, if nothing else does and its layer stands once."""
        self._ask_for_all_readers(node)
        readers = self.readers.get(node.name, ())
        if len(readers) != 1 or self.is_output(node) or self.is_shared(node):
            return None
        return readers[0] if len(list(sources(readers[0]))) == 1 and not self.is_shared(readers[0]) else None

    def next_change(self, node: Node) -> Node | None:
        """As `only_reader`, past layers that leave numbers as they are."""
        reader = self.only_reader(node)
        while reader is not None and self.type_of(reader.component) in PASSING:
            reader = self.only_reader(reader)
        return reader

    def is_output(self, node: Node) -> bool:
        """Whether an output of the model comes straight from the node."""
        self._ask_for_all_readers(node)
        return any(ref.source == node.name for ref in self.plan.graph.outputs.values())

    def _ask_for_all_readers(self, node: Node) -> None:
        """Raises `Unknown` if a part at fault may read the node too."""
        if self.plan.graph.open or self.plan.graph.unsure or node.name in self.plan.graph.mentioned:
            raise Unknown

    def is_shared(self, node: Node) -> bool:
        """Whether the node's layer is applied more than once."""
        return self.uses[node.layer] > 1

    def tensor(self, node: Node) -> TensorType:
        """The node's first output."""
        return self.plan.inferred.tensor(Ref(node.name, 0, node.span))

    def given(self, node: Node) -> TensorType | None:
        """What the node gets, if that is one tensor."""
        found = list(sources(node))
        return self.plan.inferred.tensor(found[0]) if len(found) == 1 else None

    def callbacks(self, *types: str) -> Iterator[tuple[str, Component]]:
        """The callbacks of some types, by the catalog's names."""
        for component in self.plan.callbacks:  # the last one may be unknown
            name = self.type_of(component)
            if name in types:
                yield name, component


class Course(NamedTuple):
    """The epochs of one optimizer, in all training or in some phases.

    `optimizer` is the one that holds the learning rate: the one inside a loss-scaling one. `written` says whether the
    spec has it. `place` is where the number of epochs is written, None if it is implied.
    """

    optimizer: Component
    written: bool
    epochs: int
    place: Span | None

    @property
    def schedule(self) -> Component | None:
        """The learning rate's schedule, if it has one."""
        rate = self.optimizer.arguments.get("learning_rate")
        return rate if isinstance(rate, Component) else None


def view(plan: Plan, catalog: Catalog) -> View:
    """The plan with everything that rules ask of it more than once; `FAULTY` is what is not known."""
    readers: dict[str, list[Node]] = {}
    nodes = () if plan.graph is FAULTY else plan.graph.nodes
    for node in nodes:
        for ref in sources(node):
            readers.setdefault(ref.source, []).append(node)
    uses = Counter(node.layer for node in nodes)
    train, validation = known(_train_rows, plan), known(_validation_rows, plan)
    seen = View(plan, catalog, (), readers, uses, train, validation)
    outputs = {} if plan.graph is FAULTY else plan.graph.outputs
    courses = known(_courses, plan)
    return seen._replace(outputs=tuple(_output(name, ref, seen) for name, ref in outputs.items()), courses=courses)


def _courses(plan: Plan) -> tuple[Course, ...]:
    """One for each optimizer, in the order of training."""
    found = []
    for stretch in stretches(plan):
        inner = stretch.optimizer.arguments.get("inner_optimizer")
        optimizer = inner if isinstance(inner, Component) else stretch.optimizer
        own = next((phase for phase in stretch.phases if phase.optimizer is not None), None)
        written = own is not None or "training.optimizer" not in plan.origins
        place = None if "training.epochs" in plan.origins else plan.place_of("training.epochs")
        place = stretch.phases[0].span_of("epochs") if stretch.phases else place
        found.append(Course(optimizer, written, stretch.epochs, place))
    return tuple(found)


def _train_rows(plan: Plan) -> int | None:
    """How many rows an epoch has; not known where rare classes train more often, or frequent ones less often."""
    sizes = _sizes(plan)
    return None if plan.facts.samples is None or sizes is None or plan.data.balance else plan.facts.samples - sum(sizes)


def _validation_rows(plan: Plan) -> int | None:
    sizes = _sizes(plan)
    if plan.facts.samples is None or sizes is None:
        return 0 if plan.data.split.validation == 0 else None
    return sizes[0]


def _sizes(plan: Plan) -> tuple[int, int] | None:
    facts = plan.facts
    given = Given(facts.given_validation, facts.given_test)
    return None if facts.samples is None else split_sizes(facts.samples, plan.data, given)[0]


def _output(name: str, ref: Ref, seen: View) -> Output:
    plan = seen.plan
    loss, target = plan.losses[name], plan.targets[name]
    shape = plan.inferred.tensor(ref).shape
    units = FAULTY if is_faulty(target) else shape[-1] if shape else None
    node = plan.graph.node(ref.source)
    implied = implied_path("training.loss", name, plan)
    written = () if implied_path("training.metrics", name, plan) else plan.metrics[name]
    return Output(
        name,
        ref,
        target,
        loss,
        known(_loss_type, loss, units, seen),
        FAULTY if is_faulty(loss) else node.span if implied and node else loss.span,
        each(written, lambda metric: (metric, seen.type_of(metric))),
        units,
        FAULTY if is_faulty(loss) else name in plan.one_hot,
        known(_ending, node, seen) if ref.port == 0 else None,
    )


def _loss_type(loss: Component, units: int | None, seen: View) -> str:
    loss_type = seen.type_of(loss)
    if loss_type == "crossentropy":  # Keras decides by the shapes
        return "BinaryCrossentropy" if units == 1 else "CategoricalCrossentropy"
    return loss_type


def implied_path(path: str, output: str, plan: Plan) -> bool:
    """Whether the plan's value for an output follows from something else, instead of being written."""
    return (path if len(plan.targets) == 1 else f"{path}.{output}") in plan.origins


def _ending(node: Node | None, seen: View) -> Ending | None:
    if node is None and seen.plan.graph.open:
        raise Unknown
    while node is not None and seen.type_of(node.component) in PASSING:
        node = seen.source(node)
    activation = seen.activation(node) if node else None
    while node is not None and activation == "linear" and seen.type_of(node.component) == "Activation":
        node = seen.source(node)
        activation = seen.activation(node) if node else None
    return Ending(activation, node) if node and activation else None
