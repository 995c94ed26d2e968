"""A loss that is no number is traced to its step, its layer or weight, and its samples."""

import re
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import pytest

from specc.data.order import order
from specc.engine import Budget, Judge, NotFiniteError, Options, Samples, Session
from specc.engine.array_files import Array

pytestmark = pytest.mark.train

ROWS, BATCH, SEED = 45, 8, 5  # the last batch of an epoch has 5 samples
STEPS = 6
BAD = 17
"""The row that something is wrong with."""


def numbers() -> Samples:
    random = np.random.default_rng(1)
    x = random.uniform(1, 2, (ROWS, 4)).astype("float32")
    return Samples({"x": x}, {"y": x.sum(1, keepdims=True)}, np.ones(ROWS, "float32"))


def with_bad(part: str, value: float, row: int = BAD) -> Samples:
    """The numbers, but for one of a row."""
    given = numbers()
    array = {"input": given.inputs["x"], "target": given.targets["y"], "weight": given.weights}[part]
    assert isinstance(array, np.ndarray)
    array[row] = value
    return given


def dense() -> keras.Model:
    x = keras.Input((4,), name="x")
    return keras.Model(x, keras.layers.Dense(1, name="out")(keras.layers.Dense(3, name="low")(x)))


def logarithm() -> keras.Model:
    x = keras.Input((4,), name="x")
    return keras.Model(x, keras.layers.Dense(1, name="out")(keras.ops.log(x)))


def root() -> keras.Model:
    """Has numbers for every sample, but no slope at those that are all zeros."""
    x = keras.Input((4,), name="x")
    low = keras.layers.Dense(3, name="low", use_bias=False)(x)
    return keras.Model(x, keras.layers.Dense(1, name="out")(keras.ops.sqrt(keras.ops.square(low))))


def step_of(row: int) -> int:
    """The step of the first epoch that has the row."""
    return int(np.flatnonzero(order(SEED, 0, ROWS) == row)[0]) // BATCH


def batch(step: int) -> tuple[int, ...]:
    return tuple(map(int, order(SEED, 0, ROWS)[step * BATCH : (step + 1) * BATCH]))


LAST = int(order(SEED, 0, ROWS)[-1])
"""A row of the epoch's last step, which is a smaller one."""


class Case(NamedTuple):
    """What is trained, and the step, the words and the rows that are found."""

    samples: Callable[[], Samples]
    model: Callable[[], keras.Model]
    why: str
    step: int
    rows: tuple[int, ...]
    rate: float = 0.01
    segment: int | str = "auto"
    epoch: int = 0
    xla: bool = False


AT = step_of(BAD)
CASES = {
    "an input": Case(lambda: with_bad("input", np.nan), dense, "the input holds nan", AT, (BAD,)),
    "an infinite input": Case(lambda: with_bad("input", -np.inf), dense, "the input holds infinity", AT, (BAD,)),
    "an input with XLA": Case(lambda: with_bad("input", np.nan), dense, "the input holds nan", AT, (BAD,), xla=True),
    "an input of the last step, with XLA": Case(
        lambda: with_bad("input", np.nan, LAST), dense, "the input holds nan", STEPS - 1, (LAST,), xla=True
    ),
    "a target": Case(lambda: with_bad("target", np.nan), dense, "the target holds nan", AT, (BAD,)),
    "a weight": Case(lambda: with_bad("weight", np.inf), dense, "the weight holds infinity", AT, (BAD,)),
    "a layer": Case(
        lambda: with_bad("input", -1),
        logarithm,
        r"the layer `log` \(Log\) gives nan for 1 of 8 samples",
        AT,
        (BAD,),
    ),
    "a layer with XLA": Case(
        lambda: with_bad("input", 0),
        logarithm,
        r"the layer `log` \(Log\) gives infinity for 1 of 8 samples",
        AT,
        (BAD,),
        xla=True,
    ),
    "a gradient": Case(
        lambda: with_bad("input", 0), root, "the gradient of `low/kernel` is nan", AT, batch(AT), segment=STEPS
    ),
    "a gradient with XLA": Case(
        lambda: with_bad("input", 0),
        root,
        "the gradient of `low/kernel` is nan",
        AT,
        batch(AT),
        segment=STEPS,
        xla=True,
    ),
    "a gradient in a call before": Case(
        lambda: with_bad("input", 0), root, "the gradient of `low/kernel` is nan", AT, batch(AT), segment=1
    ),
    "a gradient in the epoch before": Case(
        lambda: with_bad("input", 0, LAST),
        root,
        "the weights `low/kernel` are no numbers before it, from the update of the step before",
        0,
        (),
        epoch=1,
    ),
    "an update": Case(
        numbers,
        dense,
        "gradients are numbers, but the optimizer's update of the weights is too large to be one",
        0,
        batch(0),
        rate=3e38,
        segment=STEPS,
    ),
}


def found(case: Case) -> NotFiniteError:
    keras.utils.set_random_seed(SEED)
    model = case.model()
    model.compile(keras.optimizers.SGD(case.rate), "mse")
    session = Session(
        Judge(model), case.samples(), None, Budget(BATCH, 3, SEED), Options(xla=case.xla, segment=case.segment)
    )
    with pytest.raises(NotFiniteError) as caught:
        session.run([])
    assert session.choice
    assert session.choice.xla == case.xla
    return caught.value


@pytest.mark.parametrize("name", CASES)
def test_the_culprit(name: str) -> None:
    case = CASES[name]
    fault = found(case)
    step, why, rows = fault.culprit
    assert re.fullmatch(case.why, why), why
    assert (fault.epoch, step, sorted(rows)) == (case.epoch, case.step, sorted(case.rows))


@pytest.mark.parametrize("xla", [False, True])
def test_a_rate_that_makes_weights_explode(*, xla: bool) -> None:
    """The step is the one whose loss Keras' own training first finds to be no number."""
    fault = found(Case(numbers, dense, "", 0, (), rate=50.0, xla=xla))
    keras.utils.set_random_seed(SEED)
    model, given = dense(), numbers()
    model.compile(keras.optimizers.SGD(50.0), "mse")
    x, y = np.asarray(given.inputs["x"]), np.asarray(given.targets["y"])
    for number in range(3 * STEPS):
        epoch, step = divmod(number, STEPS)
        rows: Array = order(SEED, epoch, ROWS)[step * BATCH : (step + 1) * BATCH]
        model.reset_metrics()
        if not np.isfinite(model.train_on_batch(x[rows], y[rows])):
            break
    forward = re.search("every layer gives numbers|gives (nan|infinity)", fault.culprit.why)
    told = fault.epoch * STEPS + fault.culprit.step
    assert told == (number if forward else number - 1), fault.culprit.why
