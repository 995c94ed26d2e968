"""Callbacks against what is logged, how long training goes on, and what the optimizer allows."""

from collections.abc import Iterator, Mapping
from typing import Final

from specc.advice.lognames import LogName, entry, log_names
from specc.advice.view import View
from specc.component import Component
from specc.diagnostics import Finding, Label, error, warning
from specc.language.suggest import best_match

MONITORS: Final = ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau")
VALIDATION: Final = "val_"
FILES: Final = {"CSVLogger": "filename", "ModelCheckpoint": "filepath"}
"""The callbacks that write a file, with the argument that names it."""
MOST: Final = 40
"""How many names a note lists."""


def unknown_monitor(view: View) -> Iterator[Finding]:
    """A value that is never logged: Keras fails, or the callback never does anything."""
    known = log_names(view)
    for kind, callback in view.callbacks(*MONITORS):
        monitor = _monitor(view, callback)
        base = monitor.removeprefix(VALIDATION)
        if entry(base, known) not in known:
            yield _unknown(view, callback, monitor, known)
        elif monitor != base and view.validation_rows == 0 and _is_used(view, kind, callback):
            place = view.plan.data.span_of("split", "validation")
            written = view.plan.data.split.validation is not None
            yield error(
                "no-validation-split",
                f"`{callback.type}` waits for `{monitor}`, and no rows validate",
                callback.span_of("monitor"),
                labels=(Label(place, "no validation split"),) if written else (),
                help=f"monitor `{base}`, or give `split: {{validation: …}}` some rows",
            )


def _monitor(view: View, callback: Component) -> str:
    return str(view.argument(callback, "monitor"))


def _is_used(view: View, kind: str, callback: Component) -> bool:
    """A checkpoint after every epoch compares nothing."""
    return kind != "ModelCheckpoint" or bool(view.argument(callback, "save_best_only"))


def _unknown(view: View, callback: Component, monitor: str, known: Mapping[str, LogName]) -> Finding:
    validated = view.validation_rows != 0
    prefix = VALIDATION if monitor.startswith(VALIDATION) and validated else ""
    match = best_match(monitor.removeprefix(VALIDATION), known)
    names = sorted(known) + sorted(VALIDATION + name for name in known if validated)
    notes = ("logged are " + ", ".join(f"`{name}`" for name in names[:MOST]) + (", …" if len(names) > MOST else ""),)
    return error(
        "unknown-monitor",
        f"nothing is logged as `{monitor}`",
        callback.span_of("monitor"),
        notes=notes,
        help=f"did you mean `{prefix}{match}`?" if match else "",
    )


def monitor_needs_mode(view: View) -> Iterator[Finding]:
    """Keras finds the better direction only of the loss and of metrics of a single output."""
    names = log_names(view)
    for _, callback in view.callbacks(*MONITORS):
        monitor = _monitor(view, callback)
        name = names.get(entry(monitor.removeprefix(VALIDATION), names))
        if name and not name.found and view.argument(callback, "mode") == "auto":
            better = f"`mode: {name.better}`" if name.better else "`mode: min` or `mode: max`"
            message = f"Keras cannot tell whether more or less of `{monitor}` is better"
            yield error("monitor-needs-mode", message, callback.span_of("monitor"), help=f"add {better}")


def monitor_mode_contradicts(view: View) -> Iterator[Finding]:
    """Waiting for the loss to grow, or for the accuracy to fall."""
    names = log_names(view)
    for _, callback in view.callbacks(*MONITORS):
        monitor = _monitor(view, callback)
        name, mode = names.get(entry(monitor.removeprefix(VALIDATION), names)), view.argument(callback, "mode")
        if name and name.better and mode in {"min", "max"} and mode != name.better:
            less = "more" if name.better == "max" else "less"
            yield warning(
                "monitor-mode-contradicts",
                f"`mode: {mode}` calls the worst epoch the best: {less} of `{monitor}` is better",
                callback.span_of("mode"),
                help=f"write `mode: {name.better}`, or leave it out",
            )


def patience_never_runs_out(view: View) -> Iterator[Finding]:
    """Fewer epochs than callbacks wait for: one finding. Restoring the best weights works without waiting."""
    waiting: list[tuple[Component, int]] = []
    for kind, callback in view.callbacks("EarlyStopping", "ReduceLROnPlateau"):
        patience, start = view.argument(callback, "patience"), view.argument(callback, "start_from_epoch") or 0
        if not isinstance(patience, int) or not isinstance(start, int):
            continue
        restores = kind == "EarlyStopping" and view.argument(callback, "restore_best_weights")
        if patience and patience + start >= view.plan.epochs and not restores:
            waiting.append((callback, patience + start))
    if not waiting:
        return
    epochs, (first, waits) = view.plan.epochs, waiting[0]
    decided = () if "training.epochs" in view.plan.origins else (view.plan.place_of("training.epochs"),)
    others = tuple(Label(other.span_of("patience"), f"waits {longer} epochs too") for other, longer in waiting[1:])
    yield warning(
        "patience-never-runs-out",
        f"`{first.type}` waits {waits} epochs, and training has {epochs}",
        first.span_of("patience"),
        labels=(*(Label(place, f"{epochs} epochs") for place in decided), *others),
        help="write a smaller `patience`, or more epochs",
    )


def duplicate_callback(view: View) -> Iterator[Finding]:
    """A callback that is written twice does its work twice: nothing, or twice as much as is meant."""
    seen: list[Component] = []
    for callback in view.plan.callbacks:
        same = next((other for other in seen if _does_the_same(view, callback, other)), None)
        if same is not None:
            yield warning(
                "duplicate-callback",
                f"`{callback.type}` is given twice with the same arguments",
                callback.span,
                labels=(Label(same.span, "first given here"),),
                help="keep one of the two",
            )
        seen.append(callback)


def _does_the_same(view: View, callback: Component, other: Component) -> bool:
    if view.type_of(callback) in FILES:
        return False  # two that write one file are another rule's business
    return view.type_of(callback) == view.type_of(other) and callback.arguments == other.arguments


def plateau_against_schedule(view: View) -> Iterator[Finding]:
    """Keras refuses to set a learning rate that a schedule sets; and of two callbacks that set it, one is undone."""
    setting = [callback for _, callback in view.callbacks("LearningRateScheduler", "ReduceLROnPlateau")]
    for course in view.courses:
        schedule = course.schedule
        if schedule is not None:
            yield from (_two_rates(callback, schedule, "the schedule") for callback in setting)
    if not any(course.schedule for course in view.courses):
        kinds = {view.type_of(callback): callback for callback in setting}
        if len(kinds) > 1:
            yield _two_rates(kinds["ReduceLROnPlateau"], kinds["LearningRateScheduler"], "in every epoch")


def _two_rates(callback: Component, setter: Component, label: str) -> Finding:
    verb = "lower" if callback.type == "ReduceLROnPlateau" else "set"
    return error(
        "plateau-against-schedule",
        f"`{callback.type}` cannot {verb} a learning rate that `{setter.type}` sets",
        callback.span,
        labels=(Label(setter.span, label),),
        help="keep one of the two",
    )


def average_not_kept(view: View) -> Iterator[Finding]:
    """`SwapEMAWeights` puts averaged weights in, which only an optimizer with `use_ema` keeps."""
    for _, callback in view.callbacks("SwapEMAWeights"):
        course = next((course for course in view.courses if not view.argument(course.optimizer, "use_ema")), None)
        if course is not None:
            optimizer = course.optimizer
            yield error(
                "average-not-kept",
                f"`{callback.type}` needs averaged weights, and the optimizer keeps none",
                callback.span,
                labels=(Label(optimizer.span, "keeps no average"),) if course.written else (),
                help=f"write `optimizer: {{{optimizer.type}: {{use_ema: true}}}}`",
            )
