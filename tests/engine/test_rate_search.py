"""The course of a search for a learning rate: smoothing, when it ends, and which rate is suggested."""

import math
import random
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.train  # the engine imports Keras


def course(loss: Callable[[float, float], float], steps: int = 100):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """The search over a loss that follows from the rate and from chance."""
    from specc.engine.rate_search import ALL, Course, Rates

    chance = random.Random(1)  # noqa: S311
    found = Course(Rates(steps=steps))
    for step in range(steps):
        found.add(loss(found.rates.at(step), chance.gauss(0, 1)))
        found.ended = found.verdict or ALL
        if found.ended != ALL:
            break
    return found


def falls_at(rate: float, noise: float = 0.0, diverges: float = 1.0) -> Callable[[float, float], float]:
    """A loss from 2.3 to 0.3, in the middle of the fall at `rate`; it grows beyond the rate `diverges`."""

    def loss(now: float, chance: float) -> float:
        return 0.3 + 2 / (1 + (now / rate) ** 2) + (now / diverges) ** 3 + noise * chance

    return loss


def test_rates_rise_by_a_constant_factor() -> None:
    from specc.engine.rate_search import Rates

    rates = Rates(1e-4, 1.0, 5)
    assert [rates.at(step) for step in range(5)] == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1.0])
    assert (Rates().window, Rates(steps=20).window) == (10, 2)
    assert Rates().memory == pytest.approx(0.9)


def test_smoothing_is_not_pulled_to_zero() -> None:
    assert course(lambda _rate, _chance: 2.0).smoothed == pytest.approx([2.0] * 100)
    assert course(lambda _rate, _chance: -2.0).smoothed == pytest.approx([-2.0] * 100)


@pytest.mark.parametrize("steps", [50, 100, 400])
@pytest.mark.parametrize("noise", [0.0, 0.1])
@pytest.mark.parametrize("rate", [1e-3, 1e-2])
def test_the_steepest_descent_is_found(rate: float, noise: float, steps: int) -> None:
    from specc.engine.rate_search import steepest

    found = steepest(course(falls_at(rate, noise), steps))
    assert found.rate == pytest.approx(rate, rel=0.6)  # a fifth of a decade
    assert found.why == ""


NOTHING: dict[str, tuple[Callable[[float, float], float], str]] = {
    "chance alone": (lambda _rate, chance: 2.0 + 0.1 * chance, "by more than chance"),
    "nothing changes": (lambda _rate, _chance: 2.0, "by more than chance"),
    "it only rises": (lambda rate, _chance: 2.0 + rate, "by more than chance"),
    "no number at once": (lambda _rate, _chance: math.nan, "begin with a lower rate"),
    "it diverges early": (lambda rate, _chance: 1.0 if rate < 2e-6 else math.inf, "begin with a lower rate"),
}


@pytest.mark.parametrize(("loss", "why"), NOTHING.values(), ids=NOTHING.keys())
def test_no_rate_is_suggested_without_a_fall(loss: Callable[[float, float], float], why: str) -> None:
    from specc.engine.rate_search import steepest

    found = steepest(course(loss))
    assert found.rate is None
    assert why in found.why


ENDS: dict[str, tuple[Callable[[float, float], float], str, float]] = {
    "at four times the best": (falls_at(1e-3, diverges=0.1), "diverges", 0.15),
    "of what is below zero": (lambda rate, chance: falls_at(1e-3)(rate, chance) - 1, "diverges", 1.5),
    "at infinity": (lambda rate, _chance: math.inf if rate > 0.1 else 2.0, "no number", 0.1),
    "not for a first batch that is easy": (lambda rate, _chance: 0.01 if rate < 1.1e-6 else 2.0, "all", 10.0),
    "not before the last step": (falls_at(1e-3, diverges=1e3), "all", 10.0),
}


@pytest.mark.parametrize(("loss", "ended", "last"), ENDS.values(), ids=ENDS.keys())
def test_the_search_ends(loss: Callable[[float, float], float], ended: str, last: float) -> None:
    found = course(loss)
    assert found.ended == ended
    assert found.rates.at(len(found.losses) - 1) == pytest.approx(last, rel=0.7)


def test_the_search_trains_step_by_step_in_the_order_of_training() -> None:
    import keras
    import numpy as np

    from specc.data.order import order
    from specc.engine import Samples
    from specc.engine.rate_search import INTERRUPTED, Rates, search_rates

    features = np.arange(10, dtype="float32")[:, None]
    samples = Samples({"x": features}, {"y": 2 * features})

    def model() -> keras.Model:
        made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
        made.compile(optimizer=keras.optimizers.SGD(1.0), loss="mean_squared_error")
        return made

    rates = Rates(1e-6, 1e-4, 20)
    found = search_rates(model(), samples, 4, 7, rates)
    weight = bias = 0.0
    expected = []
    for step in range(20):
        epoch, at = divmod(step, 3)
        x = features[order(7, epoch, 10)[4 * at : 4 * at + 4], 0]
        error = weight * x + bias - 2 * x
        expected.append(float(np.mean(error**2)))
        weight -= rates.at(step) * float(np.mean(2 * error * x))
        bias -= rates.at(step) * float(np.mean(2 * error))
    assert found.losses == pytest.approx(expected, rel=1e-4)
    made: list[int] = []
    found = search_rates(model(), samples, 4, 7, rates, lambda: len(made) == 2, made.append)
    assert (found.ended, len(found.losses), made) == (INTERRUPTED, 2, [1, 1])
