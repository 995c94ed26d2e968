"""The phases of a plan -> the lines of a script that trains them one after the other, and what it cannot say of them.

Each phase is a `fit` of its own, from the epoch at which the one before ended. What counts over all of training, as
the patience of `EarlyStopping`, Keras begins anew in each; `phases_gap` tells so.
"""

from collections.abc import Iterator, Mapping

from specc.catalog import Catalog
from specc.component import Component
from specc.diagnostics import Finding, Span, warning
from specc.emitting.components import component_call
from specc.emitting.python import INDENT, Expression, call, quoted, statement
from specc.plan import Plan
from specc.plan.freezing import settings, train_in, trainable_as_built
from specc.plan.stretches import Stretch, stretches

_OF_EPOCHS = frozenset(("LearningRateScheduler", "ModelCheckpoint"))
"""Callbacks that do in several fits what they do in one."""


def phases_gap(plan: Plan, catalog: Catalog) -> Finding | None:
    """A warning about the first thing for which several fits are not the same as one; None if there is nothing."""
    what, place = next(_gaps(plan, catalog), ("", plan.place)) if len(plan.phases) > 1 else ("", plan.place)
    if not what:
        return None
    message = f"the script has the model alone: `specc emit` does not write phases with {what}"
    return warning("phases-not-emitted", message, place, help="train `build_model()` from code of your own")


def _gaps(plan: Plan, catalog: Catalog) -> Iterator[tuple[str, Span]]:
    for callback in plan.callbacks:
        facts = catalog.find("callback", callback.type)
        if facts is None or facts.name not in _OF_EPOCHS:
            yield f"`{callback.type}`", callback.span
    for stretch in stretches(plan):
        optimizer = _inner(stretch.optimizer)
        if optimizer.arguments.get("use_ema"):
            yield "averaged weights", optimizer.span_of("use_ema")
    for stretch, before, thaws in _thawing(plan):
        if thaws and not thaws <= before:
            yield "layers that are thawed while an optimizer goes on", stretch.phases[-1].span_of("unfreeze")


def _thawing(plan: Plan) -> Iterator[tuple[Stretch, set[str], set[str]]]:
    """Each stretch with the layers that train before it, and all that train in it if some do so later than others."""
    flags = trainable_as_built(plan.graph)
    for stretch in stretches(plan):
        before = {path for path, trains in flags.items() if trains}
        first: set[str] | None = None
        ever: set[str] = set()
        for phase in stretch.phases:
            now = train_in(phase, flags)
            flags |= now
            trained = {path for path, trains in now.items() if trains}
            first = trained if first is None else first
            ever |= trained
        yield stretch, before, set() if ever == first else ever


def _inner(optimizer: Component) -> Component:
    inner = optimizer.arguments.get("inner_optimizer")
    return inner if isinstance(inner, Component) else optimizer


def compile_function(arguments: Mapping[str, Expression]) -> str:
    """The function by which each phase begins; `arguments` are those of `compile` behind the optimizer."""
    body = statement("", call("model.compile", **{"optimizer": "optimizer", **arguments}), 1)
    docstring = f'{INDENT}"""Make the model ready to be trained by an optimizer, as its layers are now."""'
    return "\n".join(["def compile_model(model, optimizer):", docstring, *body])


def phase_lines(plan: Plan, catalog: Catalog, x: Expression, y: Expression, fit: Mapping[str, Expression]) -> list[str]:
    """The lines of `main` that train; `fit` are the arguments of a single `fit`."""
    lines: list[str] = []
    by_phase = iter(settings(plan.phases, trainable_as_built(plan.graph)))
    epoch = number = 0
    for stretch, _, thaws in _thawing(plan):
        for phase in stretch.phases:
            begins = phase is stretch.phases[0]
            number += 1
            lines.append(f"{INDENT}# phase {number}{f': {phase.name}' if phase.name else ''}")
            optimizer = component_call(stretch.optimizer, catalog) if begins else "model.optimizer"
            lines += statement("", call("compile_model", "model", optimizer), 1)
            if begins and thaws:  # what is thawed later must be known to the optimizer from the start
                lines.append(f"{INDENT}model.optimizer.build(model.trainable_variables)")
            lines += [_setting(setting.path, trains=setting.trains) for setting in next(by_phase)]
            last = epoch + phase.epochs
            given = {**fit, "epochs": str(last) if last < plan.epochs else "EPOCHS"}
            given |= {"initial_epoch": str(epoch)} if epoch else {}
            lines += statement("", call("model.fit", x, y, **given), 1)
            epoch = last
    return lines


def _setting(path: str, *, trains: bool) -> str:
    layer = "".join(f".get_layer({quoted(name)})" for name in path.split("/"))
    return f"{INDENT}model{layer}.trainable = {trains}"
