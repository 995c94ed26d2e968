"""Callbacks that a script's `fit` would call with other logs than specc does: `callbacks_gap`."""

import re
from collections.abc import Iterator

from specc.catalog import Catalog
from specc.component import Component
from specc.diagnostics import Finding, Span, warning
from specc.plan import Plan
from specc.plan.several import numbers_of

_ONE_OF_SEVERAL = re.compile(r"_\d+$")
_FIELD = re.compile(r"\{([^{}:!]+)")


def callbacks_gap(plan: Plan, catalog: Catalog) -> Finding | None:
    """A warning about the first callback that looks for one of a metric's several numbers, which Keras logs as one."""
    metrics = (metric for each in plan.metrics.values() for metric in each)
    if all(numbers_of(metric, catalog) == 1 for metric in metrics):
        return None
    for callback in plan.callbacks:
        for name, place in _names(callback):
            if _ONE_OF_SEVERAL.search(name):
                message = f"the script has the model alone: Keras' `fit` has no `{name}` for `{callback.type}`"
                help_ = "give the metric an `average`, or train `build_model()` from code of your own"
                return warning("callbacks-not-emitted", message, place, help=help_)
    return None


def _names(callback: Component) -> Iterator[tuple[str, Span]]:
    """What a callback takes of an epoch's logs."""
    monitor, path = callback.arguments.get("monitor"), callback.arguments.get("filepath")
    if isinstance(monitor, str):
        yield monitor, callback.span_of("monitor")
    if isinstance(path, str):
        yield from ((field, callback.span_of("filepath")) for field in _FIELD.findall(path))
