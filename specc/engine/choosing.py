"""Which of the ways to compute a loop is taken: measured on the real graph, within a stated budget, and recorded.

XLA changes how numbers round, so the choice is made before the first step and holds to the end of the run; whoever
trains on, or again, hands the choice over instead of measuring. How many steps a call makes rounds nothing: that is
adapted all the time.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from specc.engine.loops import Loop
from specc.engine.state import State

AUTO = "auto"
TRIAL_S = 0.15
"""Seconds for which each candidate is timed, if that many steps are there; at least two steps."""

WORTH = 1.1
"""How many times faster XLA must be to be taken."""

COMPILING = 4.0
"""How long XLA takes to compile a graph, in times that TensorFlow takes to make it. Measured between 1.6 and 4."""

SHARE = 4.0
"""How many times as long as compiling a run must be for XLA to be tried: what is lost is a quarter at most."""


class Candidate(NamedTuple):
    """A way to compute. `step_ms` is the time of a step, None if it was not timed; then `refused` says why."""

    name: str
    step_ms: float | None
    refused: str = ""


class Choice(NamedTuple):
    """What is taken and why. `measured` says that the clock decided, which may do so differently another time."""

    xla: bool
    why: str
    candidates: tuple[Candidate, ...] = ()
    measured: bool = False

    def as_record(self) -> dict[str, Any]:
        """As `run.json` has it."""
        return {
            "xla": self.xla,
            "why": self.why,
            "candidates": [each._asdict() for each in self.candidates],
        }


@dataclass(frozen=True, slots=True)
class Options:
    """What `runtime` says of the engine. `known` is a choice that was made before, and is kept."""

    xla: bool | str = AUTO
    segment: int | str = AUTO
    known: Choice | None = None


PLAIN, XLA = "in-graph loop", "in-graph loop with XLA"


def given(model: keras.Model, options: Options, *, streamed: bool, full_batches: int) -> Choice | None:
    """The choice where nothing is to be measured; None where the clock must decide."""
    impossible = _impossible(model, streamed=streamed, full_batches=full_batches)
    if impossible:
        return Choice(xla=False, why=impossible)
    if isinstance(options.xla, bool):
        return Choice(options.xla, f"`runtime.xla` is {str(options.xla).lower()}")
    if options.known is not None:
        return options.known
    if _on_processor(model) and any(_convolves(layer) for layer in model._flatten_layers()):  # noqa: SLF001
        return Choice(xla=False, why="XLA is slow at convolutions on processors")
    return None


def measure(  # noqa: PLR0913, PLR0917  what is timed, on what
    plain: Loop,
    make_xla: Callable[[], Loop],
    source: Any,  # noqa: ANN401  of a feed
    state: State,
    steps: int,
    left: int,
    tracing_s: float,
) -> Choice:
    """Time the candidates on the first of `steps` full batches of `source`, for a run of `left` steps.

    `tracing_s` is how long the graph of `plain` took to make. The state is put back afterwards.
    """
    kept = state.copy()
    try:
        plain_s = _step_s(plain, source, steps)
        rest_s = left * plain_s
        compiling_s = COMPILING * tracing_s
        candidates = [Candidate(PLAIN, 1000 * plain_s)]
        if rest_s < SHARE * compiling_s:
            why = f"compiling with XLA would take about {compiling_s:.1f} s, the whole run takes {rest_s:.1f} s"
            return Choice(False, why, (*candidates, Candidate(XLA, None, "not worth compiling")), measured=True)
        state.put(kept)
        try:
            xla_s = _step_s(make_xla(), source, steps)
        except tf.errors.OpError as refusal:
            words = str(refusal).strip().splitlines()[0][:200]
            refused = Candidate(XLA, None, words)
            return Choice(False, "XLA cannot compile this graph", (*candidates, refused), measured=False)
        candidates.append(Candidate(XLA, 1000 * xla_s))
        taken = xla_s * WORTH < plain_s
        why = f"a step takes {1000 * xla_s:.2f} ms with XLA, {1000 * plain_s:.2f} ms without"
        return Choice(taken, why, tuple(candidates), measured=True)
    finally:
        state.put(kept)


def segment_steps(period: Sequence[int], at: int, wanted: int) -> int:
    """How many steps to make from the global step `at`: at most `wanted`, never across a multiple of a `period`."""
    return min([wanted, *(each - at % each for each in period)])


def _step_s(loop: Loop, source: Any, steps: int) -> float:  # noqa: ANN401  of a feed
    """Seconds of a step, of as many as `TRIAL_S` holds, after the first two, which compile."""
    made = min(2, steps)
    loop(source, 0, made)
    count = 1
    while True:
        began = time.perf_counter()
        loop(source, 0, count)
        taken = time.perf_counter() - began
        if taken >= TRIAL_S / 2 or count >= steps:
            return taken / count
        count = min(steps, count * 4)


def _impossible(model: keras.Model, *, streamed: bool, full_batches: int) -> str:
    """Why XLA cannot be used; empty if it can."""
    if model.distribute_strategy.num_replicas_in_sync > 1:
        return "XLA is used on one device only"
    if streamed:
        return "streamed batches come from outside the graph, where XLA does not reach"
    if full_batches == 0:
        return "there is no full batch"
    return ""


def _on_processor(model: keras.Model) -> bool:
    device = model.variables[0].value.device if model.variables else "CPU"
    return "CPU" in device.upper()


def _convolves(layer: Any) -> bool:  # noqa: ANN401  a Keras layer
    return "Conv" in type(layer).__name__
