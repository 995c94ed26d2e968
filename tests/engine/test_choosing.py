"""How a loop is computed: what decides without the clock, what the clock decides, and that it changes no result."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from specc.engine import Budget, Judge, Options, Samples, Session, choosing
from specc.engine.array_files import Array
from specc.engine.choosing import Choice, given, measure, segment_steps

pytestmark = pytest.mark.train


def a_model(kind: str = "Dense", device: str = "/device:CPU:0", replicas: int = 1) -> Any:
    """As much of a model as is looked at."""
    layer = type(kind, (), {})()
    return SimpleNamespace(
        distribute_strategy=SimpleNamespace(num_replicas_in_sync=replicas),
        variables=[SimpleNamespace(value=SimpleNamespace(device=device))],
        _flatten_layers=lambda: [layer],
    )


ON, OFF = Options(xla=True), Options(xla=False)
BEFORE, NOT_BEFORE = (Choice(xla=xla, why="as measured before") for xla in (True, False))
GIVEN: dict[str, tuple[Any, Options, bool, int, tuple[bool, str] | None]] = {
    "nothing is known": (a_model(), Options(), False, 5, None),
    "asked for": (a_model(), ON, False, 5, (True, "`runtime.xla` is true")),
    "not wanted": (a_model(), OFF, False, 5, (False, "`runtime.xla` is false")),
    "measured before": (a_model(), Options(known=BEFORE), False, 5, (True, "as measured before")),
    "measured before, and slower": (a_model(), Options(known=NOT_BEFORE), False, 5, (False, "as measured before")),
    "the spec's word counts more": (a_model(), Options(xla=False, known=BEFORE), False, 5, (False, "is false")),
    "streamed": (a_model(), ON, True, 5, (False, "streamed batches")),
    "streamed, measured before": (a_model(), Options(known=BEFORE), True, 5, (False, "streamed batches")),
    "no full batch": (a_model(), ON, False, 0, (False, "no full batch")),
    "replicas": (a_model(replicas=2), ON, False, 5, (False, "one device only")),
    "convolutions": (a_model("Conv2D"), Options(), False, 5, (False, "slow at convolutions")),
    "convolutions, asked for": (a_model("Conv2D"), ON, False, 5, (True, "`runtime.xla` is true")),
    "convolutions, measured": (a_model("DepthwiseConv2D"), Options(known=BEFORE), False, 5, (True, "before")),
    "convolutions on a GPU": (a_model("Conv2D", "/device:GPU:0"), Options(), False, 5, None),
}


@pytest.mark.parametrize("name", GIVEN)
def test_what_decides_without_the_clock(name: str) -> None:
    model, options, streamed, full, expected = GIVEN[name]
    choice = given(model, options, streamed=streamed, full_batches=full)
    if expected is None:
        assert choice is None
    else:
        assert choice
        assert (choice.xla, choice.measured, choice.candidates) == (expected[0], False, ())
        assert expected[1] in choice.why


class Clock:
    """Time that passes in the loops alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def loop(self, step_s: float, calls: list[tuple[int, int]], fault: Exception | None = None) -> Any:
        """A loop whose steps take so long, the first call a second more."""
        first = [1.0]

        def run(source: object, begin: int, stop: int) -> None:
            if fault is not None:
                raise fault
            calls.append((begin, stop))
            self.now += (stop - begin) * step_s + (first.pop() if first else 0)

        return run


class Weights:
    """As much of a state as is used: what stands in it, and what was put there."""

    def __init__(self) -> None:
        self.put_back: list[object] = []

    def copy(self) -> str:
        return "as before"

    def put(self, values: object) -> None:
        self.put_back.append(values)


REFUSED = tf.errors.InvalidArgumentError(None, None, "no XLA for this\nand a long trace")
MEASURED: dict[str, tuple[float, float | Exception, int, int, float, bool, str]] = {
    # ms of a step without and with XLA, steps in an epoch and in all, s of making the graph; XLA or not, why
    "twice as fast": (10, 5, 50, 10_000, 1, True, "a step takes 5.00 ms with XLA, 10.00 ms without"),
    "hardly faster": (10, 9.5, 50, 10_000, 1, False, "a step takes 9.50 ms with XLA, 10.00 ms without"),
    "slower": (0.01, 0.02, 50, 10**7, 1, False, "a step takes 0.02 ms with XLA, 0.01 ms without"),
    "a single step": (10, 5, 1, 10_000, 1, True, "a step takes 5.00 ms with XLA, 10.00 ms without"),
    "a short run": (10, 5, 50, 100, 1, False, "compiling with XLA would take about 4.0 s, the whole run takes 1.0 s"),
    "a run that is just too short": (10, 5, 50, 1599, 1, False, "compiling with XLA would take about 4.0 s, the whole"),
    "refused": (10, REFUSED, 50, 10_000, 1, False, "XLA cannot compile this graph"),
}


@pytest.mark.parametrize("name", MEASURED)
def test_what_the_clock_decides(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_ms, xla_ms, steps, left, tracing_s, xla, why = MEASURED[name]
    clock, state = Clock(), Weights()
    monkeypatch.setattr(choosing, "time", clock)
    plain_calls: list[tuple[int, int]] = []
    xla_calls: list[tuple[int, int]] = []
    refusal = xla_ms if isinstance(xla_ms, Exception) else None
    plain = clock.loop(plain_ms / 1000, plain_calls)
    other = clock.loop(1.0 if isinstance(xla_ms, Exception) else xla_ms / 1000, xla_calls, refusal)
    choice = measure(plain, lambda: other, None, state, steps, left, tracing_s)  # type: ignore[arg-type]
    assert choice.xla == xla
    assert why in choice.why
    assert all(0 == begin < stop <= steps for begin, stop in (*plain_calls, *xla_calls))
    assert set(state.put_back) == {"as before"}
    assert len(state.put_back) == (1 if "compiling" in why else 2)  # in between, and at the end
    without, with_xla = choice.candidates
    assert without.step_ms == pytest.approx(plain_ms)
    assert choice.as_record()["candidates"][0] == {"name": without.name, "step_ms": without.step_ms, "refused": ""}
    if refusal is not None:
        assert (with_xla.step_ms, with_xla.refused, choice.measured) == (None, "no XLA for this", False)
    elif not xla_calls:
        assert (with_xla.step_ms, with_xla.refused, choice.measured) == (None, "not worth compiling", True)
    else:
        assert with_xla.step_ms == pytest.approx(xla_ms)
        assert choice.measured
    assert clock.now < 10  # of a budget that is stated


SEGMENTS = [
    ([], 0, 5, 5),
    ([3], 0, 5, 3),
    ([3], 1, 5, 2),
    ([3], 3, 5, 3),
    ([3, 4], 3, 5, 1),
    ([100], 0, 5, 5),
    ([1], 7, 5, 1),
]


@pytest.mark.parametrize(("periods", "at", "wanted", "expected"), SEGMENTS)
def test_a_call_ends_where_somebody_must_hear(periods: list[int], at: int, wanted: int, expected: int) -> None:
    assert segment_steps(periods, at, wanted) == expected


ROWS, BATCH, EPOCHS = 45, 8, 2


def samples() -> Samples:
    random = np.random.default_rng(1)
    x = random.normal(size=(ROWS, 4)).astype("float32")
    return Samples({"x": x}, {"y": (x.sum(1) > 0).astype("int32")[:, None]})


def trained(options: Options, chance: float = 0.0) -> tuple[Session, list[Array]]:
    """A session after training, with what its epochs have told, and its weights. `chance` is that of a dropout."""
    keras.utils.set_random_seed(3)
    x = keras.Input((4,), name="x")
    hidden = keras.layers.Dropout(chance)(keras.layers.Dense(8, activation="tanh")(x))
    model = keras.Model(x, keras.layers.Dense(2)(hidden))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    seen: list[list[float]] = []
    keep: Callable[[int, Any], None] = lambda _, logs: seen.append(list(logs.values()))  # noqa: E731
    session = Session(Judge(model), samples(), samples(), Budget(BATCH, EPOCHS, 5), options)
    session.run([keras.callbacks.LambdaCallback(on_epoch_end=keep)])
    return session, [np.array(seen), *model.get_weights()]


def test_xla_changes_the_last_digits_alone() -> None:
    one, expected = trained(Options(xla=False))
    assert one.choice == Choice(xla=False, why="`runtime.xla` is false")
    other, found = trained(Options(known=BEFORE))
    assert other.choice == Choice(xla=True, why="as measured before")
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_how_many_steps_a_call_makes_changes_nothing() -> None:
    measured, expected = trained(Options(), 0.2)
    assert measured.choice
    assert (measured.choice.xla, measured.choice.measured) == (False, True)  # 12 steps are not worth compiling for
    for segment in (1, 7):
        session, found = trained(Options(known=NOT_BEFORE, segment=segment), 0.2)
        assert session.segment == segment
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
