"""Learning-rate schedules against the number of steps that training takes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from specc.advice.view import Course, View
from specc.component import Component
from specc.diagnostics import Finding, Label, Span, error, warning
from specc.spec.unknown import known

EARLY = 0.1
"""A schedule that ends in a smaller part of training leaves most of it without learning."""
HARDLY = 0.01
"""A decay of which a smaller part is done within training might as well be a constant."""
_SMOOTH = ("CosineDecay", "PolynomialDecay")


class _Timed(NamedTuple):
    """Something that goes by steps, and how many it sees: None if that is not known.

    It is a schedule, or an optimizer that warms up. `unit` is what a step is; `labels` mark how long training goes on.
    """

    component: Component
    steps: int | None
    unit: str
    labels: tuple[Label, ...]


def piecewise_mismatch(view: View) -> Iterator[Finding]:
    """A value before, between and after the boundaries; and boundaries in order."""
    for schedule, *_ in _schedules(view, "PiecewiseConstantDecay"):
        boundaries, values = schedule.arguments.get("boundaries"), schedule.arguments.get("values")
        if not isinstance(boundaries, list) or not isinstance(values, list):
            continue
        if len(values) != len(boundaries) + 1:
            message = (
                f"{_counted(boundaries, 'boundary', 'boundaries')} need {len(boundaries) + 1} values, not {len(values)}"
            )
            label = Label(schedule.span_of("boundaries"), _counted(boundaries, "boundary", "boundaries"))
            help_ = "the first value holds up to the first boundary, the last one after the last"
            yield error("piecewise-mismatch", message, schedule.span_of("values"), labels=(label,), help=help_)
        numbers = [step for step in boundaries if isinstance(step, int | float)]
        if any(later <= earlier for earlier, later in pairwise(numbers)):
            message = "boundaries are steps in ascending order"
            yield error("piecewise-mismatch", message, schedule.span_of("boundaries"))


def _counted(items: Sequence[object], one: str, several: str) -> str:
    return f"{len(items)} {one if len(items) == 1 else several}"


def schedule_ends_early(view: View) -> Iterator[Finding]:
    """A decay to nothing after which most of training is still to come."""
    if any(view.callbacks("EarlyStopping")):
        return
    for schedule, steps, unit, labels in _schedules(view, *_SMOOTH):
        decay, warmup = _number(view, schedule, "decay_steps"), _number(view, schedule, "warmup_steps") or 0
        if steps is None or decay is None or decay + warmup >= EARLY * steps or not _ends_at_nothing(view, schedule):
            continue
        a_step = "steps are batches, not epochs" if unit == "steps" else "here steps are epochs"
        yield warning(
            "schedule-ends-early",
            f"the learning rate is at its end after {decay + warmup:g} of {steps} {unit}",
            schedule.span_of("decay_steps"),
            labels=labels,
            help=f"{a_step}: `decay_steps: {steps - int(warmup)}` lasts for all of training",
        )


def _ends_at_nothing(view: View, schedule: Component) -> bool:
    if view.argument(schedule, "cycle"):
        return False
    if view.type_of(schedule) == "CosineDecay":
        return (_number(view, schedule, "alpha") or 0) <= HARDLY
    end, start = (_number(view, schedule, name) for name in ("end_learning_rate", "initial_learning_rate"))
    return end is not None and start is not None and end <= HARDLY * start


def schedule_hardly_moves(view: View) -> Iterator[Finding]:
    """A decay of which training sees next to nothing."""
    for timed in _schedules(view, *_SMOOTH, "ExponentialDecay", "InverseTimeDecay"):
        schedule, steps = timed.component, timed.steps
        decay = _number(view, schedule, "decay_steps")
        smooth = view.type_of(schedule) in _SMOOTH
        if steps is None or decay is None or not (smooth or view.argument(schedule, "staircase")):
            continue
        if steps < decay * (HARDLY if smooth else 1):
            yield _hardly(timed, f"the decay takes {decay:g}", schedule.span_of("decay_steps"))
    for timed in _schedules(view, "PiecewiseConstantDecay"):
        boundaries = timed.component.arguments.get("boundaries")
        first = boundaries[0] if isinstance(boundaries, list) and boundaries else None
        if timed.steps is not None and isinstance(first, int | float) and timed.steps <= first:
            what = f"the first boundary is {timed.unit.removesuffix('s')} {first:g}"
            yield _hardly(timed, what, timed.component.span_of("boundaries"))


def _hardly(timed: _Timed, what: str, span: Span) -> Finding:
    a_step = "; here steps are epochs" if timed.unit == "epochs" else ""
    help_ = f"write fewer steps, or a plain learning rate{a_step}"
    message = f"training has {timed.steps} {timed.unit}, {what}"
    return warning("schedule-hardly-moves", message, span, labels=timed.labels, help=help_)


def warmup_never_ends(view: View) -> Iterator[Finding]:
    """A warmup longer than training: the learning rate that is meant is never reached."""
    for component, steps, unit, labels in (*_schedules(view, "CosineDecay"), *_optimizers(view)):
        warmup = _number(view, component, "warmup_steps")
        rises = view.type_of(component) != "CosineDecay" or view.argument(component, "warmup_target") is not None
        if steps is not None and warmup and rises and warmup >= steps:
            yield warning(
                "warmup-never-ends",
                f"training has {steps} {unit}, the warmup takes {warmup:g}",
                component.span_of("warmup_steps"),
                labels=labels,
                help="write fewer `warmup_steps`, or more epochs",
            )


def _schedules(view: View, *types: str) -> Iterator[_Timed]:
    """The schedules of some types: those of the optimizers, and those that callbacks ask in each epoch."""
    for course, timed in zip(view.courses, _optimizers(view), strict=True):
        if course.schedule is not None and view.type_of(course.schedule) in types:
            yield timed._replace(component=course.schedule)
    for _, callback in view.callbacks("LearningRateScheduler"):
        schedule = callback.arguments["schedule"]
        if isinstance(schedule, Component) and view.type_of(schedule) in types:
            yield _Timed(schedule, view.plan.epochs, "epochs", known(_all_epochs, view))


def _all_epochs(view: View) -> tuple[Label, ...]:
    """Marks where the number of epochs is written, if it is so in one place."""
    places = [course.place for course in view.courses]
    one = places[0] if len(places) == 1 else None
    return () if one is None else (Label(one, f"{view.plan.epochs} epochs"),)


def _optimizers(view: View) -> Iterator[_Timed]:
    """The optimizers with the steps that each takes."""
    for course in view.courses:
        steps, labels = known(_length, view, course), known(_marked, view, course)
        yield _Timed(course.optimizer, steps, "steps", labels)


def _length(view: View, course: Course) -> int | None:
    return None if view.train_rows is None else _batches(view.train_rows, view) * course.epochs


def _marked(view: View, course: Course) -> tuple[Label, ...]:
    """Marks where the number of epochs is written, if it is."""
    if course.place is None or view.train_rows is None:
        return ()
    return (Label(course.place, f"{course.epochs} epochs of {_batches(view.train_rows, view)} batches"),)


def _batches(rows: int, view: View) -> int:
    return -(-rows // view.plan.batch_size)


def _number(view: View, component: Component, name: str) -> float | None:
    value = view.argument(component, name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
