"""`training.phases` on the built model: which layers train, and with which optimizer, from which epoch on."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import keras

from specc.catalog import Catalog
from specc.component import Component
from specc.engine import Phase
from specc.keras_target.build import Built
from specc.plan import Plan
from specc.plan.freezing import Setting, settings, trainable_as_built
from specc.training.compilation import build_optimizer


def engine_phases(plan: Plan, built: Built, catalog: Catalog) -> list[Phase]:
    """The phases of `plan`; none if it has none. The model is compiled with the optimizer of the first one."""
    if not plan.phases:
        return []
    layers = {path: _layer(built, path) for path in trainable_as_built(plan.graph)}
    changes = settings(plan.phases, {path: bool(layer.trainable) for path, layer in layers.items()})
    ends = accumulate(phase.epochs for phase in plan.phases)
    new = [number == 0 or phase.optimizer is not None for number, phase in enumerate(plan.phases)]
    found = []
    for number, (phase, end) in enumerate(zip(plan.phases, ends, strict=True)):
        later = [changes[other] for other in range(number + 1, len(new)) if not any(new[number + 1 : other + 1])]
        optimizer = phase.optimizer if number and new[number] else None
        enter = partial(
            _enter, built.model, layers, changes[number], later if new[number] else None, optimizer, catalog
        )
        found.append(Phase(end, enter))
    return found


def _enter(  # noqa: PLR0913, PLR0917  the parts of a change
    model: keras.Model,
    layers: Mapping[str, Any],
    change: Sequence[Setting],
    later: Sequence[Sequence[Setting]] | None,
    optimizer: Component | None,
    catalog: Catalog,
) -> None:
    """Set what trains. With `later`, the changes of the phases that go on with the same optimizer, that begins here."""
    _set(layers, change)
    if optimizer is not None:
        with model.distribute_strategy.scope():
            model.optimizer = build_optimizer(model, optimizer, catalog)
    if later is None:
        return
    trained = {id(variable) for variable in model.trainable_variables}
    now = {path: layer.trainable for path, layer in layers.items()}
    for each in later:
        _set(layers, each)
        trained |= {id(variable) for variable in model.trainable_variables}
    _set(layers, [Setting(path, trains) for path, trains in now.items()])  # a model comes before what is in it
    with model.distribute_strategy.scope():
        model.optimizer.build([variable for variable in model.variables if id(variable) in trained])


def _set(layers: Mapping[str, Any], change: Sequence[Setting]) -> None:
    for path, trains in change:
        layers[path].trainable = trains


def _layer(built: Built, path: str) -> Any:  # noqa: ANN401  a Keras layer
    first, *inner = path.split("/")
    layer = built.layers[first]
    for name in inner:
        layer = layer.get_layer(name)
    return layer
