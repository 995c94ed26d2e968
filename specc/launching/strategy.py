"""Whether a plan can be trained by several workers."""

from specc.component import Component
from specc.diagnostics import Finding, error
from specc.plan import Plan

OF_MANY = "MultiWorkerMirroredStrategy"


def strategy_of_one_worker(plan: Plan, workers: int) -> Finding | None:
    """The finding that the plan's strategy keeps to one process, where `workers` are to train it together.

    `distribute: auto` takes the strategy that suits the cluster.
    """
    asked = plan.runtime.distribute
    name = asked.type if isinstance(asked, Component) else asked
    if workers == 1 or name in {"auto", OF_MANY}:
        return None
    place = plan.place_of("runtime.distribute")
    message = f"{workers} workers cannot train together with `distribute: {name}`, each would train alone"
    return error("strategy-of-one-worker", message, place, help=f"write `distribute: auto`, or `{OF_MANY}`")
