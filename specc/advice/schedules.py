"""Learning-rate schedules against the number of steps that training takes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from specc.advice.view import View
from specc.component import Component
from specc.diagnostics import Finding, Label, Span, error, warning

EARLY = 0.1
"""A schedule that ends in a smaller part of training leaves most of it without learning."""
HARDLY = 0.01
"""A decay of which a smaller part is done within training might as well be a constant."""


def piecewise_mismatch(view: View) -> Iterator[Finding]:
    """A value before, between and after the boundaries; and boundaries in order."""
    for schedule in _of_type(view, "PiecewiseConstantDecay"):
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
    steps = view.steps
    if steps is None or any(view.callbacks("EarlyStopping")):
        return
    for schedule in _of_type(view, "CosineDecay", "PolynomialDecay"):
        decay, warmup = _number(view, schedule, "decay_steps"), _number(view, schedule, "warmup_steps") or 0
        if decay is not None and decay + warmup < EARLY * steps and _ends_at_nothing(view, schedule):
            yield warning(
                "schedule-ends-early",
                f"the learning rate is at its end after {decay + warmup:g} of {steps} steps",
                schedule.span_of("decay_steps"),
                labels=_length(view),
                help=f"steps are batches, not epochs: `decay_steps: {steps - int(warmup)}` lasts for all of training",
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
    steps = view.steps
    for schedule in _of_type(view, "CosineDecay", "PolynomialDecay", "ExponentialDecay", "InverseTimeDecay"):
        decay = _number(view, schedule, "decay_steps")
        smooth = view.type_of(schedule) in {"CosineDecay", "PolynomialDecay"}
        if steps is None or decay is None or not (smooth or view.argument(schedule, "staircase")):
            continue
        if steps < decay * (HARDLY if smooth else 1):
            yield _hardly(
                view, f"training has {steps} steps, the decay takes {decay:g}", schedule.span_of("decay_steps")
            )
    for schedule in _of_type(view, "PiecewiseConstantDecay"):
        boundaries = schedule.arguments.get("boundaries")
        first = boundaries[0] if isinstance(boundaries, list) and boundaries else None
        if steps is not None and isinstance(first, int | float) and steps <= first:
            message = f"training has {steps} steps, the first boundary is step {first:g}"
            yield _hardly(view, message, schedule.span_of("boundaries"))


def _hardly(view: View, message: str, span: Span) -> Finding:
    help_ = "write fewer steps, or a plain learning rate"
    return warning("schedule-hardly-moves", message, span, labels=_length(view), help=help_)


def warmup_never_ends(view: View) -> Iterator[Finding]:
    """A warmup longer than training: the learning rate that is meant is never reached."""
    steps = view.steps
    for component in (*_of_type(view, "CosineDecay"), view.optimizer):
        warmup = _number(view, component, "warmup_steps")
        rises = view.type_of(component) != "CosineDecay" or view.argument(component, "warmup_target") is not None
        if steps is not None and warmup and rises and warmup >= steps:
            yield warning(
                "warmup-never-ends",
                f"training has {steps} steps, the warmup takes {warmup:g}",
                component.span_of("warmup_steps"),
                labels=_length(view),
                help="write fewer `warmup_steps`, or more epochs",
            )


def _length(view: View) -> tuple[Label, ...]:
    """Marks where the number of epochs is written, if it is."""
    plan = view.plan
    if "training.epochs" in plan.origins:
        return ()
    batches = -(-(view.train_rows or 0) // plan.batch_size)
    return (Label(plan.place_of("training.epochs"), f"{plan.epochs} epochs of {batches} batches"),)


def _of_type(view: View, *types: str) -> tuple[Component, ...]:
    schedule = view.schedule
    return (schedule,) if schedule is not None and view.type_of(schedule) in types else ()


def _number(view: View, component: Component, name: str) -> float | None:
    value = view.argument(component, name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
