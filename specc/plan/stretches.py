"""`Plan` -> the stretches of training: epochs in a row that one optimizer takes, with its state.

Without phases there is one stretch. A phase with an optimizer begins a new one, all others go on.
"""

from typing import NamedTuple

from specc.component import Component
from specc.plan.plan import Plan
from specc.spec import Phase


class Stretch(NamedTuple):
    """The epochs of one optimizer, `first` counted from 0. `phases` are those inside, none if the spec has none."""

    optimizer: Component
    first: int
    epochs: int
    phases: tuple[Phase, ...] = ()


def stretches(plan: Plan) -> tuple[Stretch, ...]:
    """The stretches in order; their epochs add up to the plan's."""
    found = [Stretch(plan.optimizer, 0, 0 if plan.phases else plan.epochs)]
    for phase in plan.phases:
        last = found[-1]
        if phase.optimizer is not None:
            last = Stretch(phase.optimizer, last.first + last.epochs, 0)
            found = [*found, last] if found[-1].epochs else [last]
        found[-1] = last._replace(epochs=last.epochs + phase.epochs, phases=(*last.phases, phase))
    return tuple(found)
