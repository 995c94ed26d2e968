"""Training: `Session` runs epochs as segments of the compiled loop, and between them asks, tells and saves.

What happens on the way reaches Keras callbacks, with Keras' meaning. A session stands at a `Position` between two steps
at all times when anybody is told anything, so that a checkpoint taken there says exactly where to go on.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import keras
import numpy as np

from specc.data.order import Indices, order
from specc.engine import choosing
from specc.engine.agreeing import Agreement
from specc.engine.array_files import free_memory
from specc.engine.choosing import Choice, Options
from specc.engine.feeding import Feed, Resident, part_of
from specc.engine.gradients import Watch
from specc.engine.judging import Judge
from specc.engine.listening import as_logs, batch_periods, want_logs
from specc.engine.loops import Loop, Results, train_loop
from specc.engine.not_finite import Culprit, find_culprit
from specc.engine.samples import Budget, Samples
from specc.engine.state import Averaging, State, build, finalize

SEGMENT_S = 0.25
"""Seconds that a call of the loop is to take, so that progress moves and Ctrl-C is heard."""

GROWTH = 8
"""How many times longer than the one before a call may be."""

MOST_KEPT = 0.05
"""Copies of the state tell what made a loss no number; they are kept if each takes so much of free memory at most."""

KEPT_BYTES = 256 * 2**20
"""The same in bytes, where the system does not say what is free."""


class Position(NamedTuple):
    """Between two steps: the next one is `step` of `epoch`, both counted from 0."""

    epoch: int
    step: int


class NotFiniteError(Exception):
    """The loss became no number, in `epoch` and by what the `culprit` says."""

    def __init__(self, epoch: int, culprit: Culprit) -> None:
        super().__init__(culprit.why)
        self.epoch, self.culprit = epoch, culprit


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of epochs up to `until`, counted from 0. `enter` changes what is trained before it begins."""

    until: int
    enter: Callable[[], None] = lambda: None


class _Before(NamedTuple):
    """The state before the call of the loop that begins with a step of an epoch."""

    epoch: int
    step: int
    values: Sequence[Any]


class Saver(Protocol):
    """Whoever keeps checkpoints."""

    @property
    def periods(self) -> Sequence[int]:
        """After which numbers of steps, counted from the first epoch on, it wants to be asked."""

    def begin(self, session: "Session") -> None:
        """Training begins, and callbacks know it."""

    def is_due(self, session: "Session", *, epoch_ended: bool) -> bool:
        """Whether to save now, as far as this process knows."""

    def save(self, session: "Session") -> None:
        """Save the session as it stands. Every worker is asked; one writes."""


class Resume(Protocol):
    """Where a session goes on."""

    @property
    def position(self) -> Position:
        """Between which steps."""

    @property
    def stopped(self) -> bool:
        """Whether a callback had ended training."""

    def restore(self, session: "Session") -> None:
        """Put back everything: variables, callbacks, history."""


@dataclass
class Session:
    """A training while it goes on, of a compiled model that `judge` judges.

    `asked` says whether somebody wants it to end, `beat` hears of each step that is made, counted from the first epoch
    on, `on_gradients` of each epoch's norms, `begun` of a session that stands where it begins. After `run`, `ended` is
    `epochs`, `early stopping` or `interrupted`.
    """

    judge: Judge
    train: Samples
    validation: Samples | None
    budget: Budget
    options: Options = field(default_factory=Options)
    phases: Sequence[Phase] = ()
    saver: Saver | None = None
    asked: Callable[[], bool] = lambda: False
    beat: Callable[[int], None] = lambda _: None
    on_gradients: Callable[[int, list[tuple[str, float, float]]], None] | None = None
    begun: Callable[["Session"], None] = lambda _: None
    position: Position = field(default=Position(0, 0))
    choice: Choice | None = None
    segment: int = 1
    ended: str = "epochs"

    def __post_init__(self) -> None:
        self.model = self.judge.model
        self.steps = self.budget.steps(len(self.train))
        self._feed: Feed = self.judge.placed.feed(self.train, self.budget.batch_size)
        self._agreement = Agreement(self.model.distribute_strategy)
        self._step_s = 0.0

    def run(self, callbacks: Sequence[keras.callbacks.Callback], resume: Resume | None = None) -> None:
        """Train to the end, or until somebody stops it. Raises NotFiniteError over a loss that is no number."""
        self.listeners = list(callbacks)
        self._callbacks = keras.callbacks.CallbackList(
            list(callbacks), add_history=True, model=self.model, epochs=self.budget.epochs, steps=self.steps
        )
        self._periods = [*batch_periods(callbacks), *(self.saver.periods if self.saver else ())]
        self.position = resume.position if resume else Position(0, 0)
        self.model.stop_training = False
        logs: Mapping[str, Any] = {}
        begun = False
        for phase in self.phases or [Phase(self.budget.epochs)]:
            before = self.model.optimizer
            phase.enter()
            if begun and self.model.optimizer is not before:
                finalize(before)
            if (phase.until, 0) < self.position:
                continue  # over before the position; one that ends there is what was saved, and what is put back
            self._make()
            if not begun:
                self._begin(resume)
                self.begun(self)
                begun = True
            while self.position.epoch < phase.until and not (self.model.stop_training or self.ended == "interrupted"):
                logs = self._epoch()
            if self.model.stop_training or self.ended == "interrupted":
                break
        if self.ended != "interrupted":
            self.ended = "epochs" if self.position.epoch >= self.budget.epochs else "early stopping"
        self._compare_workers("have come to different weights")
        if self.saver is not None:
            self.saver.save(self)
        finalize(self.model.optimizer)
        self._callbacks.on_train_end(logs)

    def _begin(self, resume: Resume | None) -> None:
        """Let callbacks begin, and then put back what they had where a run goes on."""
        self._callbacks.on_train_begin()
        if self.saver is not None:
            self.saver.begin(self)
        if resume is not None:
            if self.position.step:
                self._callbacks.on_epoch_begin(self.position.epoch)
            resume.restore(self)
            self.model.stop_training = resume.stopped
        self._compare_workers("begin with different weights; they must share the run's directory")

    def _compare_workers(self, otherwise: str) -> None:
        """Raise RuntimeError unless all workers stand at the same step with the same weights, bit for bit."""
        if self._agreement.several and not self._agreement.same(*self.position, self.state.checksum):
            raise RuntimeError(f"the workers {otherwise}")

    def _make(self) -> None:
        """Loops and state for what is trained now. The first time the way to compute is chosen."""
        with self.model.distribute_strategy.scope():
            self.watch = Watch(self.model) if self.on_gradients else None
        build(self.model, part_of(self.train, np.zeros(1, int)))
        rows = self._rows(self.position.epoch)
        began = time.perf_counter()
        self._plain = train_loop(self.model, self._feed, self.watch)
        self._xla: Loop | None = None
        self._plain(self._feed.source(rows, 0), 0, 0)  # makes the graph
        tracing_s = time.perf_counter() - began
        self.state = State(self.model, self.watch.variables if self.watch else ())
        self._average = Averaging(self.model)
        if self.choice is None:
            self.choice = self._choose(rows, tracing_s)
        if self.choice.xla and self._xla is None:
            self._make_xla()
        free = free_memory()
        large = self.state.nbytes > (KEPT_BYTES if free is None else MOST_KEPT * free)
        self._keeps = not self._agreement.any(large)[0]  # steps are made again by all workers or by none
        self._before: _Before | None = None
        self.segment, self._step_s = 1, 0.0

    def _choose(self, rows: Indices, tracing_s: float) -> Choice:
        full = len(rows) // self.budget.batch_size
        streamed = not isinstance(self._feed, Resident)
        choice = choosing.given(self.model, self.options, streamed=streamed, full_batches=full)
        if choice is not None:
            return choice
        left = self.steps * (self.budget.epochs - self.position.epoch)
        return choosing.measure(
            self._plain, self._make_xla, self._feed.source(rows, 0), self.state, full, left, tracing_s
        )

    def _make_xla(self) -> Loop:
        if not isinstance(self._feed, Resident):
            raise TypeError("only samples on the device can be trained on with XLA")
        self._xla = train_loop(self.model, self._feed.full_batches(), self.watch, xla=True)
        return self._xla

    def _epoch(self) -> Mapping[str, Any]:
        """The epoch of the position, from its step on. Its logs; none if it was interrupted."""
        epoch, first = self.position
        if first == 0:
            if self.watch:
                self.watch.reset()
            self._callbacks.on_epoch_begin(epoch)
        rows = self._rows(epoch)
        source = self._feed.source(rows, first)
        results: Results | None = None
        while self.position.step < self.steps:
            results = self._segment(source, rows)
            if self.ended == "interrupted":
                return {}
            if self.model.stop_training:
                break
        self._average()
        logs = as_logs(self._make_steps(source, first, first) if results is None else results)
        if self.watch and self.on_gradients:
            self.on_gradients(epoch, self.watch.means())
        if self.validation is not None:
            done = (epoch + 1) * self.steps
            judged = self.judge.evaluate(
                self.validation, self.budget.batch_size, self._callbacks, lambda: self.beat(done)
            )
            logs |= {f"val_{name}": value for name, value in judged.items()}
        self.position = Position(epoch + 1, 0)
        self._callbacks.on_epoch_end(epoch, logs)
        self._after(epoch_ended=True)
        return logs

    def _segment(self, source: Any, rows: Indices) -> Results:  # noqa: ANN401  of the feed
        """Some steps in one call, and what loss and metrics of the epoch then stand at."""
        epoch, first = self.position
        made = epoch * self.steps + first
        wanted = self._wanted()
        count = min(choosing.segment_steps(self._periods, made, wanted), self.steps - first)
        self._callbacks.on_train_batch_begin(first)
        earlier = self._before
        self._before = _Before(epoch, first, self.state.copy()) if self._keeps else None
        began = time.perf_counter()
        results = self._make_steps(source, first, first + count)
        finite = _loss_is_finite(results)  # waits for the steps
        self._step_s, self.segment = (time.perf_counter() - began) / count, wanted
        if not finite:
            if earlier is not None and earlier.epoch == epoch:  # its last update may be what is at fault
                self._before = earlier
            raise NotFiniteError(epoch, self._culprit(rows, first, first + count))
        self.position = Position(epoch, first + count)
        self.beat(made + count)
        self._callbacks.on_train_batch_end(first + count - 1, as_logs(results) if want_logs(self.listeners) else {})
        self._after(epoch_ended=False)
        return results

    def _make_steps(self, source: Any, first: int, stop: int) -> Results:  # noqa: ANN401  of the feed
        """With XLA the full batches, without it the last one, which may be smaller."""
        full, results = first, None
        if self._xla is not None:
            full = max(first, min(stop, len(self.train) // self.budget.batch_size))
            if first < full:
                results = self._xla(source, first, full, anew=first == 0)
        if full < stop or results is None:
            results = self._plain(source, full, stop, anew=full == 0 < stop)
        return results

    def _wanted(self) -> int:
        """How many steps the next call is to make."""
        if isinstance(self.options.segment, int):
            return self.options.segment
        if not self._step_s:
            return 1  # the first one compiles
        seconds = self._agreement.mean(self._step_s)
        return max(1, min(GROWTH * self.segment, round(SEGMENT_S / max(seconds, 1e-9))))

    def _after(self, *, epoch_ended: bool) -> None:
        """Save and stop, if this or another worker wants it."""
        due = self.saver is not None and self.saver.is_due(self, epoch_ended=epoch_ended)
        stop, due = self._agreement.any(self.asked(), due)
        if self.saver is not None and (stop or due):
            self.saver.save(self)
        if stop and self.position.epoch < self.budget.epochs:
            self.ended = "interrupted"

    def _culprit(self, rows: Indices, first: int, stop: int) -> Culprit:
        """What made the loss no number in one of the steps from `first` to `stop`, found from the state before."""
        size = self.budget.batch_size
        if self._before is None:
            return Culprit(first, f"or in one up to step {stop}; the model is too large to keep copies that would tell")

        def one_step(step: int) -> bool:
            return _loss_is_finite(self._make_steps(self._feed.source(rows, step), step, step + 1))

        def batch(step: int) -> Indices:
            return rows[step * size : (step + 1) * size]

        steps = range(self._before.step, stop)
        return find_culprit(self.model, self.train, self.state, self._before.values, one_step, batch, steps)

    def _rows(self, epoch: int) -> Indices:
        """The rows of an epoch in its order."""
        return self.train.at(order(self.budget.seed, epoch, len(self.train)))


def _loss_is_finite(results: Results) -> bool:
    return bool(np.isfinite(np.asarray(results["loss"])))
