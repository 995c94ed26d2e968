"""`Plan`: everything that training needs, decided. Made by `specc.plan.imply`, printed by `specc.plan.expand`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from specc.component import Component
from specc.data import DataFacts, DataSpec, TargetFacts
from specc.diagnostics import Span
from specc.graph.graph import Graph
from specc.graph.infer import Inferred
from specc.spec import Logging, Phase, Runtime


class Outline(NamedTuple):
    """A model alone: what is known of a spec that says nothing about data. `precision` is the one of its `runtime`."""

    name: str
    description: str
    graph: Graph
    inferred: Inferred
    precision: str = "float32"
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A complete spec.

    `targets`, `losses`, `loss_weights` and `metrics` go by output name, in the order of the graph's outputs;
    `one_hot` names the outputs whose loss takes classes as vectors with a single 1 instead of as indices. `epochs`
    and `batch_size` count as Keras counts them; the batch is the global one. Where there are `phases`, `epochs` is the
    sum of theirs, and `optimizer` the one that training begins with. `class_weight` goes by class name. `report` has
    the formats, `logging` what is recorded besides.
    `origins` says for what is implied in `training`, by its dotted path in the expanded spec, what it follows from.
    `place` is the whole spec's span.
    """

    name: str
    description: str
    place: Span
    data: DataSpec
    facts: DataFacts
    graph: Graph
    inferred: Inferred
    targets: Mapping[str, TargetFacts]
    losses: Mapping[str, Component]
    loss_weights: Mapping[str, float]
    optimizer: Component
    metrics: Mapping[str, tuple[Component, ...]]
    one_hot: frozenset[str]
    batch_size: int
    epochs: int
    phases: tuple[Phase, ...]
    callbacks: tuple[Component, ...]
    class_weight: str | Mapping[str, float] | None
    runtime: Runtime
    report: tuple[str, ...]
    logging: Logging
    allow: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Span] = field(default_factory=dict)

    @property
    def outline(self) -> Outline:
        """The model alone."""
        return Outline(self.name, self.description, self.graph, self.inferred, self.runtime.precision, self.allow)

    def place_of(self, path: str) -> Span:
        """Where the value at a dotted path, such as `training.epochs`, is written; the whole spec if it is implied."""
        return self.places.get(path, self.place)
