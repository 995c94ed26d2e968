"""`specc lr-find`: what it leaves, what it suggests, and what it leaves alone."""

import inspect
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import specc
from specc.cli import specc as command
from specc.cli.lr_find import lr_find
from specc.diagnostics import Level
from specc.runs import newest_first

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
name: moons
data: {dataset: {moons: {samples: 300, noise: 0.1}}}
model: [{Dense: {units: 16, activation: relu}}, Output]
training: {epochs: 2}
"""


@pytest.fixture
def spec(project: Path) -> Path:
    path = project / "spec.yaml"
    path.write_text(SPEC)
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["lr-find", "spec.yaml", "--quiet", *arguments])


def test_a_rate_is_suggested_and_the_course_is_written(spec: Path) -> None:
    found = specc.lr_find("spec.yaml")
    assert found.findings == ()
    assert found.search
    assert found.search.suggested
    assert 1e-3 < found.search.suggested < 0.5
    assert found.search.optimizer == f"optimizer: {{Adam: {found.search.suggested:g}}}"
    assert found.page
    assert found.table
    assert found.page.parent.parent == Path("runs/moons")
    assert found.page.parent.name.startswith("lr-find-")
    assert sorted(path.name for path in found.page.parent.iterdir()) == ["lr-find.csv", "lr-find.html"]
    assert found.search.why in found.page.read_text()
    assert len(found.table.read_text().splitlines()) == len(found.search.rates) + 1
    assert newest_first(Path("runs")) == []
    assert spec.read_text() == SPEC
    assert specc.validate("spec.yaml", sets={"training": f"{{{found.search.optimizer}}}"}) == ()
    again = specc.lr_find("spec.yaml")
    assert again.search == found.search
    assert again.page != found.page


def test_json_and_a_folder_of_ones_own(spec: Path) -> None:
    done = run("--json", "-o", "some/where", "--from", "1e-9", "--to", "1e-8", "--steps", "20")
    assert done.exit_code == 0, done.output
    last = json.loads(done.stdout.splitlines()[-1])
    assert last == {
        "suggested": None,
        "why": "The loss never fell by more than chance from batch to batch.",
        "optimizer": "",
        "steps": 20,
        "page": "some/where/lr-find.html",
        "table": "some/where/lr-find.csv",
    }
    assert not Path("runs").exists()
    assert run("-o", "some/where", "--steps", "30").exit_code == 0
    assert len(Path("some/where/lr-find.csv").read_text().splitlines()) > 20


WARMUP = "{CosineDecay: {initial_learning_rate: 0.0, decay_steps: 50, warmup_target: %s, warmup_steps: 5}}"
OTHERS = {
    "a schedule": (
        "optimizer: {SGD: {learning_rate: {CosineDecay: {initial_learning_rate: 9.0, decay_steps: 9}}, momentum: 0.9}}",
        "{SGD: {learning_rate: {CosineDecay: {initial_learning_rate: RATE, decay_steps: 9}}, momentum: 0.9}}",
        "The optimizer's schedule, `CosineDecay`, was not used: each step had a rate of its own.",
    ),
    "a schedule with a warmup": (
        f"optimizer: {{Adam: {{learning_rate: {WARMUP % '9.0'}}}}}",
        f"{{Adam: {{learning_rate: {WARMUP % 'RATE'}}}}}",
        "was not used",
    ),
    "a schedule without a highest rate": (
        "optimizer: {Adam: {learning_rate: {PiecewiseConstantDecay: {boundaries: [5], values: [9.0, 8.0]}}}}",
        "{Adam: RATE}",
        "was not used",
    ),
    "an optimizer within another": (
        "optimizer: {LossScaleOptimizer: {inner_optimizer: {Adam: {learning_rate: 9.0, beta_1: 0.8}}}}",
        "{LossScaleOptimizer: {inner_optimizer: {Adam: {learning_rate: RATE, beta_1: 0.8}}}}",
        "Smoothed over about 10 steps",
    ),
    "a short name": ("optimizer: rmsprop", "{RMSprop: RATE}", "the loss fell most steeply"),
    "phases with an optimizer of their own": (
        "optimizer: {SGD: 9.0}\n  phases: [{epochs: 1, optimizer: {Adam: 9.0}}]",
        "{Adam: RATE}",
        "Trained was as in the first phase.",
    ),
    "phases": (
        "phases: [{epochs: 1, freeze: [dense], optimizer: {Adam: 9.0}}, {epochs: 1, unfreeze: [dense]}]",
        "{Adam: RATE}",
        "Trained was as in the first phase.",
    ),
}


@pytest.mark.parametrize(("training", "expected", "why"), OTHERS.values(), ids=OTHERS.keys())
def test_other_optimizers(training: str, expected: str, why: str, spec: Path) -> None:
    spec.write_text(SPEC.replace("{epochs: 2}", f"\n  {training}"))
    found = specc.lr_find("spec.yaml").search
    assert found
    assert found.suggested
    assert found.optimizer == f"optimizer: {expected.replace('RATE', f'{found.suggested:g}')}"
    assert why in found.why
    written = SPEC.replace("epochs: 2", found.optimizer)
    spec.write_text(written)
    assert [finding for finding in specc.validate("spec.yaml") if finding.level is Level.ERROR] == []


def test_the_initial_weights_are_those_of_a_training(spec: Path) -> None:
    """A rate that changes nothing gives the losses of the untrained model over the first epoch's batches."""
    sets = {"runtime.seed": "5", "training.optimizer": "{SGD: 1e-30}", "training.batch_size": "300"}
    found = specc.lr_find("spec.yaml", lowest=1e-30, highest=1e-29, steps=20, sets=sets).search
    outcome = specc.train("spec.yaml", sets=sets)
    assert found
    assert outcome.run
    first = outcome.run.history.read_text().splitlines()
    loss = float(first[1].split(",")[first[0].split(",").index("loss")])
    assert found.losses == pytest.approx([loss] * 20, rel=1e-6)


def test_the_first_of_several_folds_is_searched(spec: Path) -> None:
    sets = {"data.split": "{folds: 3}"}
    found = specc.lr_find("spec.yaml", sets=sets, steps=20).search
    assert found
    assert found.why.endswith("Trained was on the first fold.")


def test_an_interruption_keeps_what_there_is(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from specc.training.callbacks import Interrupt

    @contextmanager
    def at_once() -> Iterator[Interrupt]:
        yield Interrupt(asked=True)

    monkeypatch.setattr("specc.training.searching.interruptible", at_once)
    done = run("-o", "here")
    assert done.exit_code == 130, done.output
    assert "Too few steps were made to see a fall. The search was interrupted, after 1 of 100 steps." in done.stdout
    assert len(Path("here/lr-find.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "1", "--to", "0.1"], "`--from` must be below `--to`, and both finite, got 1 and 0.1"),
        (["--from", "0"], "0"),
        (["--from", "nan"], "`--from` must be below"),
        (["--to", "inf"], "`--to`"),
        (["--steps", "19"], "19"),
    ],
)
def test_wrong_usage(arguments: list[str], words: str, spec: Path) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert words in done.stderr


def test_python_refuses_the_same(spec: Path) -> None:
    for wrong in ({"lowest": 1.0, "highest": 0.1}, {"lowest": 0.0}, {"highest": float("inf")}, {"steps": 19}):
        with pytest.raises(ValueError, match="must rise"):
            specc.lr_find("spec.yaml", **wrong)
    with pytest.raises(specc.SpecError):
        specc.lr_find("spec.yaml", sets={"training.loss": "nonsense"})


def test_command_and_function_try_the_same_rates() -> None:
    asked = inspect.signature(specc.lr_find).parameters
    for option in lr_find.params:
        if option.name in {"lowest", "highest", "steps"}:
            assert option.default == asked[option.name].default


def test_rates_that_no_loss_survives(spec: Path) -> None:
    done = run("--to", "1e30", "-o", "here")
    assert done.exit_code == 0, done.output
    assert "The search ended as the loss" in done.stdout
