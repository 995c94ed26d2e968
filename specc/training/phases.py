"""`training.phases` on the built model: which layers train, and with which optimizer, from which epoch on."""

from collections.abc import Sequence
from functools import partial
from itertools import accumulate

import keras

from specc.catalog import Catalog
from specc.component import Component
from specc.engine import Phase
from specc.graph.graph import Graph
from specc.keras_target.freezing import freeze, trainable_now
from specc.plan import Plan
from specc.plan.document import component_document
from specc.plan.freezing import Setting, settings
from specc.training.compilation import build_optimizer


def engine_phases(plan: Plan, model: keras.Model, catalog: Catalog) -> list[Phase]:
    """The phases of `plan`; none if it has none. The model is compiled with the plan's optimizer."""
    changes = settings(plan.phases, trainable_now(model, plan.graph))
    ends = accumulate(phase.epochs for phase in plan.phases)
    new = [number == 0 or phase.optimizer is not None for number, phase in enumerate(plan.phases)]
    found = []
    for number, (phase, end) in enumerate(zip(plan.phases, ends, strict=True)):
        begun = [partial(freeze, model, changes[number])]
        if phase.optimizer is not None and (number or not _same(phase.optimizer, plan.optimizer)):
            begun.append(partial(_change_optimizer, model, phase.optimizer, catalog))
        if new[number]:
            later = [changes[other] for other in range(number + 1, len(new)) if not any(new[number + 1 : other + 1])]
            begun.append(partial(_build_optimizer, model, plan.graph, later))
        found.append(Phase(end, partial(_each, begun)))
    return found


def _same(one: Component, other: Component) -> bool:
    """Whether two components say the same, wherever they stand."""
    return bool(component_document(one) == component_document(other))


def _each(actions: Sequence[partial[None]]) -> None:
    for action in actions:
        action()


def _change_optimizer(model: keras.Model, optimizer: Component, catalog: Catalog) -> None:
    with model.distribute_strategy.scope():
        model.optimizer = build_optimizer(model, optimizer, catalog)


def _build_optimizer(model: keras.Model, graph: Graph, later: Sequence[Sequence[Setting]]) -> None:
    """Build the optimizer for all weights that it will train, by the changes of the phases that go on with it.

    Keras' optimizers refuse weights that they were not built for.
    """
    now = trainable_now(model, graph)
    trained = {id(variable) for variable in model.trainable_variables}
    for change in later:
        freeze(model, change)
        trained |= {id(variable) for variable in model.trainable_variables}
    freeze(model, [Setting(path, trains) for path, trains in now.items()])  # a model comes before what is in it
    with model.distribute_strategy.scope():
        model.optimizer.build([variable for variable in model.variables if id(variable) in trained])
