"""A learning-rate range test: a short training whose rate rises with every step, until the loss diverges.

After L. N. Smith, "Cyclical Learning Rates for Training Neural Networks" (2015), section 3.3; here the rate rises
geometrically. Comes in: a compiled model with its initial weights, and samples. Goes out: the loss of each step, and at
which rate it fell most steeply. The model is left as the search has trained it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import keras
import numpy as np

from specc.data.order import order
from specc.engine.feeding import Placed, part_of
from specc.engine.loops import train_loop
from specc.engine.samples import Samples
from specc.engine.state import build

WINDOW = 0.1
"""The part of all steps that smoothing looks back at, and over which a fall is measured."""

DIVERGED = 3.0
"""The search ends where the smoothed loss is above the best one by so many times that one's size."""

CHANCE = 6.0
"""A fall is none if it is not larger than so many standard deviations of the smoothed noise of the batches.

The lowest of many values lies well below the first one by chance alone: with random numbers one search in 140 does.
"""

INTERRUPTED, DIVERGES, NO_NUMBER, ALL = "interrupted", "diverges", "no number", "all"


@dataclass(frozen=True, slots=True)
class Rates:
    """Which rates are tried: `steps` of them from `lowest` to `highest`, each a constant factor above the last."""

    lowest: float = 1e-6
    highest: float = 10.0
    steps: int = 100

    @property
    def window(self) -> int:
        """How many steps smoothing looks back at."""
        return max(1, round(WINDOW * self.steps))

    @property
    def memory(self) -> float:
        """What a smoothed loss keeps of the one before."""
        return 1 - 1 / self.window

    def at(self, step: float) -> float:
        """The rate of a step, counted from 0."""
        return self.lowest * math.exp(math.log(self.highest / self.lowest) * step / max(1, self.steps - 1))


@dataclass
class Course:
    """The losses of the steps that were made, as they were and smoothed; `ended` says what ended them.

    Smoothing is an exponential mean, divided by the sum of its weights, so that the first losses are not pulled to 0.
    """

    rates: Rates
    losses: list[float] = field(default_factory=list)
    smoothed: list[float] = field(default_factory=list)
    ended: str = ALL
    _mean: float = 0.0

    def add(self, loss: float) -> None:
        """Take the loss of one more step."""
        memory = self.rates.memory
        self.losses.append(loss)
        self._mean = memory * self._mean + (1 - memory) * loss
        self.smoothed.append(self._mean / (1 - memory ** len(self.losses)))

    @property
    def verdict(self) -> str:
        """Why the search must end after these steps; empty if it goes on."""
        if not math.isfinite(self.smoothed[-1]):
            return NO_NUMBER
        judged = self.smoothed[self.rates.window - 1 :]  # before, a mean over a few batches is chance
        best = min(judged, default=math.inf)
        return DIVERGES if judged and judged[-1] > best + DIVERGED * abs(best) else ""


class Steepest(NamedTuple):
    """Where the smoothed loss falls most steeply: a `rate`, or None and `why` there is none."""

    rate: float | None
    why: str = ""


def search_rates(  # noqa: PLR0913, PLR0917  what is trained, and how
    model: keras.Model,
    samples: Samples,
    batch_size: int,
    seed: int,
    rates: Rates,
    asked: Callable[[], bool] = lambda: False,
    made: Callable[[int], object] = lambda _: None,
) -> Course:
    """Train `model` on `samples` in the order of a training with `seed`, a step at each of the `rates`.

    The optimizer's rate must be a variable, no schedule. `asked` says whether somebody wants the search to end; `made`
    hears of each step.
    """
    feed = Placed(model.distribute_strategy).feed(samples, batch_size)
    build(model, part_of(samples, np.zeros(1, int)))
    loop = train_loop(model, feed)
    per_epoch = -(-len(samples) // batch_size)
    course = Course(rates)
    source = None
    for step in range(rates.steps):
        epoch, at = divmod(step, per_epoch)
        if at == 0:
            source = feed.source(samples.at(order(seed, epoch, len(samples))), 0)
        model.optimizer.learning_rate = rates.at(step)
        course.add(float(loop(source, at, at + 1, anew=True)["loss"]))  # what an epoch reports, of one step
        made(1)
        course.ended = course.verdict or (INTERRUPTED if asked() else ALL)
        if course.ended != ALL:
            break
    return course


def steepest(course: Course) -> Steepest:
    """The rate at which the smoothed loss falls most steeply on its way to its lowest value.

    A fall is measured over a window. A smoothed loss tells of losses that were, on the average, `window` - 1 steps ago,
    and a difference of what lies in its middle: so far back is the step at which the loss itself fell.
    """
    window = course.rates.window
    smoothed = [value for value in course.smoothed if math.isfinite(value)]
    if len(smoothed) < 3 * window:
        why = "too few steps were made to see a fall"
        early = "the loss diverged before a fall could be seen: begin with a lower rate"
        return Steepest(None, early if course.ended in {DIVERGES, NO_NUMBER} else why)
    lowest = window + int(np.argmin(smoothed[window:]))
    falls = [smoothed[step - window] - smoothed[step] for step in range(2 * window, lowest + 1)]
    if not falls or smoothed[window] - smoothed[lowest] <= CHANCE * _noise(course.losses[: lowest + 1], window):
        return Steepest(None, "the loss never fell by more than chance from batch to batch")
    found = 2 * window + int(np.argmax(falls))
    return Steepest(course.rates.at(found - window / 2 - (window - 1)))


def _noise(losses: Sequence[float], window: int) -> float:
    """The standard deviation of a smoothed loss that only the choice of the batches makes.

    From the differences of neighbours, which a trend hardly touches. An exponential mean of independent numbers with
    memory m has (1 - m) / (1 + m) of their variance, which is 1 / (2 * window - 1).
    """
    differences = np.diff(losses)
    return float(np.sqrt(np.mean(differences**2) / 2 / (2 * window - 1)))
