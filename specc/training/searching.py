"""A plan -> a search for its learning rate: made ready as for a training, of which nothing is kept.

The spec stays as it is: its callbacks do not run, a schedule in its optimizer gives way to one rate after the other,
and of several phases the first one is tried. What the search leaves on disk is written elsewhere.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from specc.catalog import load
from specc.check import Checked
from specc.component import Argument, Component
from specc.diagnostics import Finding, has_errors
from specc.engine.rate_search import ALL, DIVERGES, INTERRUPTED, Course, Rates, search_rates, steepest
from specc.language.yaml_dump import dump_flow
from specc.plan import Plan
from specc.plan.document import component_document
from specc.runs import RateSearch
from specc.training.callbacks import interruptible
from specc.training.clock import Clock
from specc.training.counting import counting
from specc.training.display import Show
from specc.training.failing import TrainingFailedError, faults_as_findings
from specc.training.phases import engine_phases
from specc.training.readying import make_ready

RATE = "learning_rate"
HIGHEST_OF_SCHEDULE = ("warmup_target", "initial_learning_rate")
"""The argument of a schedule that is its highest rate: the first of these that it has."""


class Searched(NamedTuple):
    """What a search gives; none where the findings forbid it."""

    search: RateSearch | None
    findings: tuple[Finding, ...] = ()
    interrupted: bool = False


def search_rate(
    checked: Checked, plan: Plan, rates: Rates, show: Show | None = None, *, cache: bool = True
) -> Searched:
    """Try `rates` on the model of `plan`, from its initial weights, over its training rows.

    `show` is where progress is displayed; `cache` says whether prepared data are kept for the next time.
    """
    optimizer = _first(plan)
    phases = tuple(replace(phase, optimizer=None) for phase in plan.phases)
    searched = replace(plan, optimizer=_with_rate(optimizer, rates.lowest), phases=phases)
    ready, findings = make_ready(checked, searched, None, Clock(), show, cache=cache)
    if ready is None or has_errors(findings):
        return Searched(None, tuple(findings))
    model, samples = ready.built.model, ready.prepared.train
    try:
        with (
            interruptible() as interrupt,
            faults_as_findings(plan, ready.prepared.numbers_of_training),
            counting("steps", rates.steps, show) as made,
        ):
            for phase in engine_phases(searched, model, load())[:1]:
                phase.enter()
            course = search_rates(
                model, samples, plan.batch_size, plan.runtime.seed, rates, lambda: interrupt.asked, made
            )
    except TrainingFailedError as failure:
        return Searched(None, (*findings, failure.finding))
    return Searched(_told(checked, plan, optimizer, course), tuple(findings), course.ended == INTERRUPTED)


def _told(checked: Checked, plan: Plan, optimizer: Component, course: Course) -> RateSearch:
    """The search in words."""
    found = steepest(course)
    rate = None if found.rate is None else float(f"{found.rate:.1e}")
    made = len(course.losses)
    why = [
        f"Smoothed over about {course.rates.window} steps, the loss fell most steeply at {rate:.2g}."
        if rate is not None
        else f"{found.why[:1].upper()}{found.why[1:]}."
    ]
    if course.ended != ALL:
        ended = {
            INTERRUPTED: "was interrupted",
            DIVERGES: "ended as the loss had grown to four times its best",
        }.get(course.ended, "ended as the loss was no number any more")
        why.append(f"The search {ended}, after {made} of {course.rates.steps} steps.")
    schedule = _inner(optimizer).arguments.get(RATE)
    if isinstance(schedule, Component):
        why.append(f"The optimizer's schedule, `{schedule.type}`, was not used: each step had a rate of its own.")
    if plan.phases:
        why.append("Trained was as in the first phase.")
    if plan.data.split.folds:
        why.append("Trained was on the first fold.")
    return RateSearch(
        plan.name,
        tuple(course.rates.at(step) for step in range(made)),
        tuple(course.losses),
        tuple(course.smoothed),
        rate,
        " ".join(why),
        str(checked.path),
        "" if rate is None else f"optimizer: {_written(_suggested(optimizer, rate))}",
    )


def _first(plan: Plan) -> Component:
    """The optimizer that training begins with."""
    own = plan.phases[0].optimizer if plan.phases else None
    return own or plan.optimizer


def _inner(optimizer: Component) -> Component:
    """The optimizer that has the rate: the one in a `LossScaleOptimizer`."""
    inner = optimizer.arguments.get("inner_optimizer")
    return _inner(inner) if isinstance(inner, Component) else optimizer


def _with_rate(optimizer: Component, rate: Argument) -> Component:
    """The optimizer with another rate, or schedule."""
    inner = optimizer.arguments.get("inner_optimizer")
    changed: Mapping[str, Argument] = (
        {"inner_optimizer": _with_rate(inner, rate)} if isinstance(inner, Component) else {RATE: rate}
    )
    return replace(optimizer, arguments={**optimizer.arguments, **changed})


def _suggested(optimizer: Component, rate: float) -> Component:
    """The optimizer as the spec would write it with `rate`; a schedule that has a highest rate gets it there."""
    schedule = _inner(optimizer).arguments.get(RATE)
    if isinstance(schedule, Component):
        highest = next((name for name in HIGHEST_OF_SCHEDULE if schedule.arguments.get(name) is not None), None)
        if highest is not None:
            return _with_rate(optimizer, replace(schedule, arguments={**schedule.arguments, highest: rate}))
    return _with_rate(optimizer, rate)


def _written(optimizer: Component) -> str:
    """In one line, with the rate alone where there is nothing else; Keras' short names take no arguments."""
    facts = load().find("optimizer", optimizer.type)
    document = component_document(replace(optimizer, type=facts.name if facts else optimizer.type))
    ((name, arguments),) = document.items()
    alone = arguments.keys() == {RATE} and not isinstance(arguments[RATE], dict)
    return dump_flow({name: arguments[RATE]} if alone else document)
