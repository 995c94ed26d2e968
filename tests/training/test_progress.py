"""What is seen of training, by hooks that are called as the training loop calls them."""

import io
import json
from collections.abc import Callable

import jsonschema
import pytest

from specc.catalog import load_schema
from specc.diagnostics import Span, warning
from specc.training import display as displays
from specc.training import pace, progress, watching
from specc.training.display import Display, display
from specc.training.pace import Pace
from specc.training.watching import Watching

pytestmark = pytest.mark.train

STEPS, SAMPLES, EPOCHS = 10, 95, 3


class Clock:
    """Seconds that a test decides on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("time.perf_counter", found)
    monkeypatch.setattr(pace.Pace.__init__, "__defaults__", (found,))
    return found


def run(
    callback: Watching,
    clock: Clock,
    *,
    step_s: float = 1.0,
    segment: int = 5,
    start: tuple[int, int] = (0, 0),
    epochs: int = EPOCHS,
) -> None:
    """Call the hooks of a run from `start` on, an epoch and a step; validation takes 4 s."""
    if start != (0, 0):
        callback.hear("resumed", epoch=start[0] + 1, step=start[1])
    callback.on_train_begin()
    clock.now += 4
    for epoch in range(start[0], epochs):
        callback.on_epoch_begin(epoch)
        first = start[1] if epoch == start[0] else 0
        for last in range(first + segment - 1, STEPS, segment):
            clock.now += step_s * segment
            callback.on_train_batch_end(last, {"loss": 0.5} if callback.wants_logs_now() else {})
        clock.now += 4
        callback.on_epoch_end(epoch, {"loss": 0.25, "val_loss": float("nan")})
    callback.on_train_end()


def lines(clock: Clock, epochs: int = EPOCHS, **how: float) -> list[str]:
    stream = io.StringIO()
    run(progress.progress(epochs, STEPS, stream, 10, SAMPLES), clock, epochs=epochs, **how)  # type: ignore[arg-type]
    return stream.getvalue().splitlines()


def events(clock: Clock, act: Callable[[Watching], None] | None = None, **how: object) -> list[dict[str, object]]:
    stream = io.StringIO()
    callback = progress.progress(EPOCHS, STEPS, Display(stream, "json"), 10, SAMPLES, "runs/a/b")
    run(callback, clock, **how)  # type: ignore[arg-type]
    if act:
        act(callback)
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    for each in found:
        jsonschema.validate(each, load_schema("progress-v1"))
    return found


def test_slow_epochs_have_their_lines_with_rate_and_remaining_time(clock: Clock) -> None:
    assert lines(clock) == [
        "epoch 1/3  50%  loss 0.5",
        "epoch 1/3  loss 0.25  val_loss nan  9.50 samples/s  0:20 left",
        "epoch 2/3  50%  loss 0.5  9.50 samples/s  0:21 left",
        "epoch 2/3  loss 0.25  val_loss nan  9.50 samples/s  0:13 left",
        "epoch 3/3  50%  loss 0.5  9.50 samples/s  0:07 left",
        "epoch 3/3  loss 0.25  val_loss nan  9.50 samples/s",
    ]


def test_fast_epochs_share_lines_and_the_last_one_has_its_own(clock: Clock) -> None:
    clock.now = 0.0
    stream = io.StringIO()
    callback = progress.progress(2000, STEPS, stream, 10, SAMPLES)
    callback.on_train_begin()
    for epoch in range(2000):
        callback.on_epoch_begin(epoch)
        clock.now += 0.005
        assert not callback.wants_logs_now()
        callback.on_train_batch_end(STEPS - 1, {})
        callback.on_epoch_end(epoch, {"loss": 1 / (epoch + 1)})
    callback.on_train_end()
    found = stream.getvalue().splitlines()
    assert [line.split()[1] for line in found] == ["401/2000", "802/2000", "1203/2000", "1604/2000", "2000/2000"]
    assert found[0] == "epoch 401/2000  loss 0.002494  19.0k samples/s  0:08 left"


def test_a_long_run_is_told_ever_more_seldom(clock: Clock) -> None:
    found = lines(clock, epochs=20_000, step_s=0.1, segment=10)
    assert len(found) < 1800  # of 28 hours


def test_events_have_the_published_form(clock: Clock) -> None:
    found = events(clock)
    assert [each["event"] for each in found] == ["start", *["segment", "segment", "epoch"] * EPOCHS, "end"]
    assert {key: found[0][key] for key in ("run", "epochs", "steps", "batch_size", "samples")} == {
        "run": "runs/a/b",
        "epochs": 3,
        "steps": 10,
        "batch_size": 10,
        "samples": 95,
    }
    assert (found[1]["epoch"], found[1]["step"], found[1]["metrics"]) == (1, 5, {"loss": 0.5})
    assert (found[3]["epoch"], found[3]["seconds"], found[3]["samples_per_s"]) == (1, 14.0, 9.5)
    assert found[3]["metrics"] == {"loss": 0.25, "val_loss": None}
    assert (found[-1]["epochs"], found[-1]["seconds"]) == (3, 46.0)


def test_segments_are_told_at_most_once_a_second(clock: Clock) -> None:
    found = events(clock, step_s=0.2, segment=1)
    assert [each["event"] for each in found].count("segment") == 2 * EPOCHS  # of ten in two seconds


def test_a_resumed_run_goes_on_where_it_was(clock: Clock) -> None:
    found = events(clock, start=(1, 5))
    assert found[0]["resumed"] == {"epoch": 2, "step": 5}
    assert [(each.get("epoch"), each.get("step")) for each in found[1:3]] == [(2, 10), (2, None)]
    assert [each["samples_per_s"] for each in found[1:4]] == [None, None, 9.5]
    stream = io.StringIO()
    run(progress.progress(EPOCHS, STEPS, stream, 10, SAMPLES), clock, start=(1, 5))
    assert stream.getvalue().splitlines()[0] == "resumed in epoch 2 after step 5"


def test_what_no_hook_tells_is_told(clock: Clock) -> None:
    def act(callback: Watching) -> None:
        callback.hear("checkpoint", epoch=2, step=5, path="checkpoints/1")
        callback.hear("warning", message="the loss is not finite", code="loss-not-finite")
        callback.hear("note", message="hm")

    assert [each["event"] for each in events(clock, act)[-3:]] == ["checkpoint", "warning", "note"]
    for form, expected in (("lines", ["warning: the loss is not finite", "hm"]), ("bar", ["saved in epoch 2"])):
        stream = Terminal()
        callback = progress.progress(EPOCHS, STEPS, Display(stream, form))
        callback.on_train_begin()
        act(callback)
        callback.close()
        assert all(words in stream.getvalue() for words in expected)


def test_the_bar_shows_metrics_as_they_come(clock: Clock) -> None:
    stream = Terminal()
    callback = progress.progress(EPOCHS, STEPS, stream, 10, SAMPLES)
    run(callback, clock, epochs=2)
    callback.on_epoch_begin(2)
    clock.now += 5
    callback.on_train_batch_end(4, {"loss": 0.125})
    picture = io.StringIO()
    progress.Console(file=picture, width=86).print(callback._draw())  # type: ignore[attr-defined]
    first, second, third = picture.getvalue().splitlines()
    assert first.split() == ["epoch", "3/3", "━" * 20, "83%", "9.50", "samples/s", "0:07", "left", "0:37"]
    assert second.split() == ["epoch", "3", "loss", "0.125"]
    assert third.split() == ["epoch", "2", "loss", "0.25", "val_loss", "nan"]
    assert stream.getvalue().endswith("\x1b[?25h"), "the cursor is shown again"


def test_the_pace_leaves_out_compiling_and_validation() -> None:
    clock = Clock()
    measured = Pace(clock)
    assert (measured.rate, measured.left(10)) == (None, None)
    measured.begin()
    clock.now += 20  # compiles
    measured.did(10)
    assert (measured.rate, measured.left(10)) == (None, None)
    for _ in range(4):
        clock.now += 5  # validation
        measured.begin()
        clock.now += 1
        measured.did(10)
    assert measured.rate == 10.0
    assert measured.left(100) == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("form", "stream", "expected"),
    [
        ("auto", Terminal(), "bar"),
        ("auto", io.StringIO(), "lines"),
        ("bar", io.StringIO(), "bar"),
        ("lines", Terminal(), "lines"),
        ("json", Terminal(), "json"),
        ("none", Terminal(), None),
    ],
)
def test_the_form_suits_the_stream(form: str, stream: io.StringIO, expected: str | None) -> None:
    found = display(form, stream)
    assert (found.form if found else None) == expected
    assert sorted(displays.FORMS) == ["auto", "bar", "json", "lines", "none"]


def test_findings_and_prints_are_events_too() -> None:
    stream = io.StringIO()
    shown = Display(stream, "json")
    shown.findings([warning("small-class", "few of `a`", Span("a.yaml", 2, 3, 2, 4), help="more")])
    print("two", "words", file=shown)
    print("begun", file=shown, end="")
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    for each in found:
        jsonschema.validate(each, load_schema("progress-v1"))
    assert [each["message"] for each in found] == ["few of `a`", "two words"]
    assert (found[0]["code"], found[0]["line"]) == ("small-class", 2)


def test_training_goes_on_when_nobody_watches_any_more() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(text)

    shown = Display(Closed(), "lines")
    shown.say("a")
    shown.say("b")


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0.4249, "0.42"), (9.996, "10.0"), (99.96, "100"), (999.6, "1.00k"), (12_345, "12.3k"), (4.56e6, "4.56M")],
)
def test_amounts_have_three_digits(number: float, expected: str) -> None:
    assert watching.amount(number) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.2, "0:01"), (42, "0:42"), (3723, "1:02:03"), (1e9, "277777:46:40")]
)
def test_times_are_short(seconds: float, expected: str) -> None:
    assert watching.clock(seconds) == expected
