"""A run that is interrupted, however often and wherever, and goes on ends in the bits of one that was not."""

import itertools
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import keras
import numpy as np
import pytest
from click.testing import CliRunner, Result

import specc
from specc.catalog import load_schema
from specc.cli import specc as command
from specc.pipeline.resuming import reopen
from specc.runs import RunFolder, read
from specc.training import heartbeat
from specc.training.callback_states import CallbackStates
from specc.training.callbacks import Recorder
from specc.training.checkpoints import Restored, checkpoint_files, newest_sound
from specc.training.comparing_runs import compare_runs
from specc.training.quiet import quiet_tensorflow
from specc.training.resuming import Continued
from tests.training.loaded import copied_run, new_project

pytestmark = pytest.mark.train

STEPS = 6
"""Steps in an epoch; the last batch is a smaller one."""

EVERYTHING = """\
spec: 1
name: run
data: {numpy: rows.npz, target: kind, split: {validation: 0.15, test: 0.1}}
model:
  - RandomFlip: horizontal
  - RandomTranslation: {height_factor: 0.2, width_factor: 0.2}
  - Conv2D: {filters: 3, kernel_size: 3}
  - BatchNormalization: {momentum: 0.8}
  - ReLU
  - Flatten
  - Dropout: 0.3
  - Output
training:
  epochs: 8
  batch_size: 8
  optimizer: {Adam: {learning_rate: 0.02, use_ema: true, ema_momentum: 0.9, clipnorm: 1.0}}
  callbacks:
    - SwapEMAWeights: {swap_on_epoch: true}
    - ReduceLROnPlateau: {patience: 1, min_delta: 0.15, factor: 0.5}
    - EarlyStopping: {patience: 2, min_delta: 0.15, restore_best_weights: true}
    - ModelCheckpoint: {filepath: best.keras, save_best_only: true}
    - ModelCheckpoint: {filepath: '{epoch}-{batch}.weights.h5', save_weights_only: true, save_freq: 5}
    - CSVLogger: log.csv
runtime: {seed: 3, segment: 1}
report: {formats: [json], gradients: true}
"""
PHASES = """\
spec: 1
name: run
data: {csv: rows.csv, target: kind}
model:
  - Dense: {units: 6, activation: relu}
    name: low
  - Dropout: 0.2
  - Dense: 4
    name: high
  - Output
training:
  batch_size: 8
  phases:
    - {epochs: 2, freeze: [low], optimizer: {SGD: {learning_rate: 0.1, momentum: 0.9}}}
    - {epochs: 1, unfreeze: [low]}
    - {epochs: 2, freeze: [high], optimizer: {Adam: 0.01}}
  callbacks: [{CSVLogger: {filename: log.csv, separator: ';'}}]
runtime: {seed: 3, segment: 1}
report: false
"""
SMALL = """\
spec: 1
name: run
data: {csv: rows.csv, target: kind}
model: [{Dense: {units: 5, activation: relu}}, {Dropout: 0.2}, Output]
training: {epochs: 3, batch_size: 8, optimizer: {Adam: 0.02}}
runtime: {seed: 3, segment: 1, checkpoint: {steps: 2}}
report: false
"""


class Stop(NamedTuple):
    """Where somebody interrupts: after `step` steps of `epoch`, counted from 0; 0 is before an epoch."""

    epoch: int
    step: int


CASES: dict[str, tuple[str, dict[str, str], list[Stop]]] = {
    # what is trained, what is other where it is interrupted, and where
    "everything": (EVERYTHING, {}, [Stop(0, 4), Stop(2, 0), Stop(3, STEPS)]),
    "everything, streamed, in longer calls": (EVERYTHING, {"storage": "streamed", "segment": "4"}, [Stop(1, 4)]),
    "phases": (PHASES, {}, [Stop(1, STEPS), Stop(2, 0), Stop(2, 3), Stop(3, 0), Stop(4, 1)]),
    "half precision": (SMALL.replace("seed: 3", "seed: 3, precision: mixed_float16"), {}, [Stop(1, 2)]),
    "with XLA": (SMALL.replace("seed: 3", "seed: 3, xla: true"), {}, [Stop(1, 2)]),
    "no checkpoints": (SMALL.replace("{steps: 2}", "false"), {}, [Stop(1, 3)]),
}


def write_rows(project: Path) -> None:
    """Images, of which one kind has a brighter half, and a table."""
    random = np.random.default_rng(1)
    kind = random.integers(0, 2, 60)
    image = random.normal(size=(60, 6, 6, 1)).astype("float32")
    image[kind == 1, :3] += 1
    np.savez(project / "rows.npz", image=image, kind=kind)
    table = [f"{row * 13 % 50},{row * 7 % 11},{('apple', 'pear')[row * 5 % 7 % 2]}" for row in range(60)]
    (project / "rows.csv").write_text("\n".join(["size,weight,kind", *table]) + "\n")


@pytest.fixture(autouse=True)
def _rows(project: Path) -> None:
    """Keras' own warnings are not ours."""
    quiet_tensorflow()
    write_rows(project)


class Whole:
    """The runs that nobody has interrupted, by their specs; each is trained when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs: dict[str, RunFolder] = {}

    def run(self, text: str) -> RunFolder:
        """That of a spec, out of the way of the runs of tests."""
        if text not in self._runs:
            made = begin(text)
            assert read(made.path)[0].status == "completed"
            self._runs[text] = RunFolder(self._folder / made.id)
            shutil.move(made.path, self._runs[text].path)
        return self._runs[text]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return Whole(tmp_path_factory.mktemp("whole"))


def begin(text: str, **sets: str) -> RunFolder:
    Path("spec.yaml").write_text(text)
    outcome = specc.train("spec.yaml", sets={f"runtime.{name}": value for name, value in sets.items()})
    assert outcome.run
    return outcome.run


class Interrupting:
    """Asks the run to end where it is told to; `specc.train` is one process, and Ctrl-C is a signal to it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.stop: Stop | None = None
        self._end_epoch = Recorder.on_epoch_end
        patch.setattr(heartbeat, "beat", self._made)
        patch.setattr(Recorder, "on_epoch_end", self._ended())

    def _made(self, steps: int) -> None:
        if self.stop and self.stop.step and steps == self.stop.epoch * STEPS + self.stop.step:
            signal.raise_signal(signal.SIGINT)

    def _ended(self) -> Any:
        interrupting = self

        def on_epoch_end(recorder: Recorder, epoch: int, logs: Mapping[str, float] | None = None) -> None:
            interrupting._end_epoch(recorder, epoch, logs)
            if interrupting.stop == Stop(epoch + 1, 0):
                signal.raise_signal(signal.SIGINT)

        return on_epoch_end


@pytest.fixture
def interrupting(monkeypatch: pytest.MonkeyPatch) -> Interrupting:
    return Interrupting(monkeypatch)


@pytest.mark.parametrize("name", CASES)
def test_it_ends_in_the_same_bits(name: str, interrupting: Interrupting, whole: Whole) -> None:
    text, other, stops = CASES[name]
    expected = whole.run(text)
    interrupting.stop, *later = stops
    run = begin(text, **other)
    for stop in [*later, None]:
        assert read(run.path)[0].status == "interrupted"
        interrupting.stop = stop
        outcome = specc.resume(run.path)
        assert (outcome.run, outcome.findings) == (run, ())
    check_same(run, expected)
    found = read(run.path)[0]
    assert [(each.epoch - 1, each.step) for each in found.engine.resumed] == (
        stops if "checkpoint: false" not in text else [(0, 0)] * len(stops)
    )
    jsonschema.validate(json.loads(run.run.read_text()), load_schema("run-v1"))


def check_same(run: RunFolder, expected: RunFolder) -> None:
    """Weights, optimizer, metrics, seeds, callbacks and all files, but for the seconds."""
    assert [each for each in compare_runs(expected, run, {}) if each.differences] == []
    for name in ("log.csv", "gradients.csv", "best.keras"):
        assert (run.path / name).exists() == (expected.path / name).exists()
    for name in ("log.csv", "gradients.csv"):
        if (expected.path / name).exists():
            assert (run.path / name).read_bytes() == (expected.path / name).read_bytes()
    assert {path.name for path in run.path.glob("*.h5")} == {path.name for path in expected.path.glob("*.h5")}
    now, then = read(run.path)[0], read(expected.path)[0]
    assert now.status == then.status == "completed"
    assert now.training == then.training
    assert (now.engine.xla, now.engine.precision) == (then.engine.xla, then.engine.precision)
    if checkpoint_files(expected.checkpoints):
        one, other = sound(run), sound(expected)
        assert without_seconds(one.content) == without_seconds(other.content)
        for array, wanted in zip(one.arrays, other.arrays, strict=True):
            assert array.tobytes() == wanted.tobytes()


def sound(run: RunFolder) -> Restored:
    """The newest checkpoint, of which there is nothing to say."""
    restored, findings = newest_sound(run.checkpoints)
    assert restored
    assert findings == []
    return restored


def without_seconds(content: Mapping[str, Any]) -> Mapping[str, Any]:
    history = [epoch[:3] for epoch in content["extras"]["history"]]
    return {**content, "extras": {**content["extras"], "history": history}}


def test_everything_happens_where_it_is_compared(whole: Whole) -> None:
    """Training is stopped early and the rate lowered, or nothing would be proven of them."""
    run = read(whole.run(EVERYTHING).path)[0]
    assert run.training.steps_per_epoch == STEPS
    assert len(set(run.history.columns["learning_rate"])) > 2
    assert (run.training.stopped, run.training.epochs_run) == ("early stopping", 5)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a run that was interrupted in its second epoch and has checkpoints of the steps 8 and 9."""
    with new_project(tmp_path_factory, "resume") as (root, patch):
        write_rows(root)
        interrupting = Interrupting(patch)
        interrupting.stop = Stop(1, 3)
        begin(SMALL)
    return root


@pytest.fixture
def run(stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of it, in a copy of its project, which is the current folder."""
    return copied_run(stopped, tmp_path / "copy", "run", monkeypatch)


def flipped(path: Path, place: float) -> None:
    """One byte is another one, so far into the file."""
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 0xFF
    path.write_bytes(content)


def truncated(path: Path, part: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])


def other_archive(path: Path, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a byte of the first array": lambda path: flipped(path, 0.5),
    "a byte of the state": lambda path: flipped(path, 0.05),
    "cut off": lambda path: truncated(path, 0.7),
    "hardly begun": lambda path: truncated(path, 0.01),
    "empty": lambda path: path.write_bytes(b""),
    "no archive": lambda path: path.write_bytes(b"a checkpoint"),
    "another archive": lambda path: other_archive(path, {"model.weights.h5": b""}),
    "a state of nothing": lambda path: other_archive(path, {"state.json": b"{}"}),
    "a state that is no JSON": lambda path: other_archive(path, {"state.json": b"{"}),
    "a state of another version": lambda path: edited(path, "checkpoint", 99),
    "an epoch before the first": lambda path: edited(path, "epoch", -1),
    "a step after the epoch's last": lambda path: edited(path, "step", 10**6),
    "callbacks that are none": lambda path: edited(path, "callbacks", [1]),
    "too few arrays": lambda path: edited(path, "variables", [{}] * 100),
    "an array that is none": lambda path: other_archive(path, {"state.json": b"{}", "000000.npy": b"x"}),
    "an array that is missing": lambda path: other_archive(path, {"state.json": b"{}", "000001.npy": b"x"}),
}


def edited(path: Path, key: str, value: Any) -> None:
    """The archive with another value in its state."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    state = json.loads(members["state.json"])
    assert key in state
    other_archive(path, members | {"state.json": json.dumps(state | {key: value}).encode()})


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_checkpoint_is_passed_over(name: str, run: RunFolder) -> None:
    newest, older = checkpoint_files(run.checkpoints)
    assert (newest.name, older.name) == ("step-000000009.ckpt", "step-000000008.ckpt")
    DAMAGES[name](newest)
    restored, (finding,) = newest_sound(run.checkpoints)
    assert restored
    assert restored.path == older
    assert (finding.code, finding.span.path) == ("damaged-checkpoint", str(newest))
    assert finding.message.startswith("`step-000000009.ckpt` is damaged and passed over: ")


def test_a_checkpoint_of_an_epoch_after_the_last_is_passed_over(run: RunFolder) -> None:
    newest, older = checkpoint_files(run.checkpoints)
    edited(newest, "epoch", 10**6)
    restored, (finding,) = newest_sound(run.checkpoints, epochs=3)
    assert restored
    assert restored.path == older
    assert "an epoch after the last" in finding.message


def test_no_byte_can_change_unseen(run: RunFolder) -> None:
    """Whichever byte is another one: what is read is what was written, or an older checkpoint."""
    newest, older = checkpoint_files(run.checkpoints)
    content, expected = newest.read_bytes(), sound(run)
    places = {*range(40), *range(0, len(content), len(content) // 80), *range(len(content) - 150, len(content))}
    for place, mask in itertools.product(sorted(places), (0x01, 0xFF)):
        damaged = bytearray(content)
        damaged[place] ^= mask
        newest.write_bytes(damaged)
        restored, _ = newest_sound(run.checkpoints)
        assert restored
        if restored.path == newest:
            assert restored.content == expected.content
            assert [each.tobytes() for each in restored.arrays] == [each.tobytes() for each in expected.arrays]
        else:
            assert restored.path == older


def test_a_run_goes_on_from_an_older_checkpoint(run: RunFolder, whole: Whole) -> None:
    flipped(max(run.checkpoints.iterdir()), 0.5)
    outcome = specc.resume(run.path)
    assert [finding.code for finding in outcome.findings] == ["damaged-checkpoint"]
    check_same(run, whole.run(SMALL))
    assert [(each.epoch, each.step) for each in read(run.path)[0].engine.resumed] == [(2, 2)]


def test_damaged_checkpoints_are_not_kept_instead_of_new_ones(run: RunFolder, interrupting: Interrupting) -> None:
    newest, older = checkpoint_files(run.checkpoints)
    for path in (newest, older):
        flipped(path, 0.5)
    interrupting.stop = Stop(0, 5)
    assert len(specc.resume(run.path).findings) == 2
    assert [path.name for path in checkpoint_files(run.checkpoints)] == ["step-000000005.ckpt", "step-000000004.ckpt"]


def other_data(run: RunFolder) -> None:
    table = Path("rows.csv")
    table.write_text(table.read_text().replace("13,7,", "13,8,", 1))


def other_model(run: RunFolder) -> None:
    """The checkpoints of a run whose model has another layer."""
    other = begin(SMALL.replace("units: 5", "units: 6"))
    shutil.rmtree(run.checkpoints)
    shutil.copytree(other.checkpoints, run.checkpoints)


def other_callbacks(run: RunFolder) -> None:
    for path in checkpoint_files(run.checkpoints):
        edited(path, "callbacks", [{"type": "EarlyStopping", "state": {}}])


def other_extras(run: RunFolder) -> None:
    for path in checkpoint_files(run.checkpoints):
        edited(path, "extras", {"history": [["x"]]})


def no_lock(run: RunFolder) -> None:
    run.lock.unlink()


def folds(run: RunFolder) -> None:
    (run.path / "folds.json").write_text("{}")


def no_spec_folder(run: RunFolder) -> None:
    content = json.loads(run.run.read_text())
    run.run.write_text(json.dumps(content | {"spec_path": "gone/spec.yaml"}))


IMPOSSIBLE = {
    "other data": (other_data, "the data are not those that the run has begun with"),
    "another model": (other_model, "is of another model than this one"),
    "other callbacks": (other_callbacks, "is of a run with other callbacks"),
    "other extras": (other_extras, "holds what specc does not write"),
    "no lock file": (no_lock, "has no whole `lock.yaml`"),
    "folds": (folds, "holds the runs of several folds"),
    "no folder of the spec": (no_spec_folder, "the spec's folder, that of `gone/spec.yaml`, is gone"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_go_on_is_one_finding(name: str, run: RunFolder) -> None:
    change, message = IMPOSSIBLE[name]
    change(run)
    before = {path: path.read_bytes() for path in run.checkpoints.iterdir()}
    with pytest.raises(specc.SpecError) as caught:
        specc.resume(run.path)
    errors = [finding for finding in caught.value.findings if finding.code == "cannot-resume"]
    assert len(errors) == 1
    assert message in errors[0].message
    assert {path: path.read_bytes() for path in run.checkpoints.iterdir()} == before


LINKED = {"best.keras": "precious", "checkpoints": "ck", "deep/log.csv": "log.csv", "report.json": "gone"}


@pytest.mark.parametrize("name", LINKED)
def test_a_run_with_a_link_does_not_go_on(name: str, run: RunFolder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(run.checkpoints, elsewhere / "ck")
    for file in ("precious", "log.csv", "ck/step-999999999.ckpt"):
        (elsewhere / file).write_text(file)
    shutil.rmtree(run.checkpoints)
    link = run.path / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(elsewhere / LINKED[name])
    before = tree_of(tmp_path)
    done = called("train", "--resume", str(run.path), "--quiet")
    assert (done.exit_code, done.stderr.count("error[not-a-run]")) == (1, 1), done.output
    assert tree_of(tmp_path) == before


def tree_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


SAID = [
    # where the run says that its spec is, of a project at `copy`; and whether it goes on
    ("{root}/copy/spec.yaml", True),
    ("sub/../spec.yaml", True),
    ("{root}/elsewhere/spec.yaml", False),
    ("../elsewhere/spec.yaml", False),
    ("sub/../../elsewhere/gone.yaml", False),
    ("runs/../../elsewhere/spec.yaml", False),
    ("way/spec.yaml", False),
]


@pytest.mark.parametrize(("said", "fits"), SAID)
def test_a_run_does_not_choose_the_project(said: str, fits: bool, run: RunFolder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Path("sub").mkdir()
    Path("way").symlink_to(elsewhere)
    for name in ("rows.csv", "spec.yaml"):
        shutil.copy(name, elsewhere)
    content = json.loads(run.run.read_text())
    written = json.dumps(content | {"spec_path": said.format(root=tmp_path)}, indent=2)
    run.run.write_text(written)
    reopened, findings, _ = reopen(run.path)
    assert (reopened is not None) == fits, findings
    if fits:
        return
    (finding,) = findings
    assert (finding.code, finding.span.path) == ("path-outside-project", str(run.run))
    assert '"spec_path"' in written.splitlines()[finding.span.line - 1]
    assert run.run.read_text() == written
    assert reopen(run.path, tmp_path)[0]  # the command line may name another root


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("at", ["copy", ".", "copy/sub", "away"])
def test_a_run_goes_on_from_wherever_it_is_called(
    at: str, marked: bool, run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the project was moved, with or without a mark at its top."""
    if not marked:
        Path("specc.toml").unlink()
    for folder in ("copy/sub", "away"):
        (tmp_path / folder).mkdir()
    own = run.path.resolve()
    monkeypatch.chdir(tmp_path / at)
    reopened, findings, _ = reopen(Path(os.path.relpath(own)))
    assert reopened, findings
    assert reopened.checked.path.resolve() == tmp_path / "copy" / "spec.yaml"


def test_an_archive_of_a_run_does_not_reach_what_lies_around_it(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own place says nothing of a project, however deep it lies."""
    (tmp_path / "copy").rename(tmp_path / "spec")
    alone = tmp_path / "a" / "b" / "alone"
    shutil.copytree(tmp_path / "spec" / run.path, alone)
    content = json.loads((alone / "run.json").read_text())
    (alone / "run.json").write_text(json.dumps(content | {"spec_path": "spec/spec.yaml"}))
    monkeypatch.chdir(tmp_path / "a")
    reopened, findings, _ = reopen(alone)
    assert (reopened, [finding.code for finding in findings]) == (None, ["path-outside-project"])


def test_other_versions_are_told(run: RunFolder, whole: Whole) -> None:
    run.lock.write_text(run.lock.read_text().replace(f"keras: {keras.__version__}", "keras: 3.0.1"))
    (finding,) = specc.resume(run.path).findings
    assert (finding.code, finding.span.path) == ("resume-not-exact", str(run.lock))
    assert finding.message == f"the run goes on with keras 3.0.1 then, {keras.__version__} now"
    check_same(run, whole.run(SMALL))


def edit_run(run: RunFolder, **changes: Any) -> None:
    """`run.json` with other values."""
    run.run.write_text(json.dumps(json.loads(run.run.read_text()) | changes))


def test_the_first_command_stays_and_seconds_add_up(run: RunFolder) -> None:
    edit_run(run, command=["specc", "train", "spec.yaml"], seconds={"fit": 1000.0, "total": 2000.0})
    assert called("train", "--resume", str(run.path), "--quiet").exit_code == 0
    found = read(run.path)[0]
    assert found.command == ("specc", "train", "spec.yaml")
    assert 1000 < found.seconds["fit"] < 1900
    assert 2000 < found.seconds["total"] < 2900
    assert found.seconds["fit"] < found.seconds["total"]


def test_of_a_killed_session_the_epochs_count(run: RunFolder) -> None:
    run.history.write_text("epoch,loss,seconds\n1,0.5,10\n2,0.4,7\n3,0.4,8\n")
    edit_run(run, status="running", seconds={})
    assert Continued(run, read(run.path)[0], None).seconds == {"fit": 25.0, "total": 25.0}
    engine = json.loads(run.run.read_text())["engine"] | {"resumed": [{"epoch": 2, "step": 0, "time": "2026-01-02"}]}
    edit_run(run, seconds={"fit": 100.0, "total": 150.0}, engine=engine)  # of the first session, which has told all
    assert Continued(run, read(run.path)[0], None).seconds == {"fit": 115.0, "total": 165.0}
    edit_run(run, status="interrupted")
    assert Continued(run, read(run.path)[0], None).seconds == {"fit": 100.0, "total": 150.0}


def called(*arguments: str) -> Result:
    """What a command in this process gives."""
    done = CliRunner().invoke(command, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_the_command_finds_what_is_not_completed(run: RunFolder, whole: Whole) -> None:
    def finished() -> set[str]:
        done = called("train", "spec.yaml", "--resume", "auto", "--quiet", "--json")
        assert done.exit_code == 0, done.output
        assert Path(json.loads(done.stdout.splitlines()[-1])["run"]).parent == Path("runs/run")
        return {path.name for path in Path("runs/run").iterdir()}

    assert finished() == {run.path.name}  # went on
    check_same(run, whole.run(SMALL))
    done = called("train", "--resume", str(run.path))
    assert (done.exit_code, done.stdout) == (0, f"`{run.path}` is completed, there is nothing left to train\n")
    with pytest.raises(specc.SpecError, match="is completed, there is nothing left to train"):
        specc.resume(run.path)
    (new,) = finished() - {run.path.name}  # all were completed, so that another one has begun
    check_same(RunFolder(run.path.with_name(new)), whole.run(SMALL))


USAGES = [
    ["train"],
    ["train", "--resume", "auto"],
    ["train", "--resume", ""],
    ["train", "spec.yaml", "--resume", "runs/run/x"],
    ["train", "--resume", "runs/run/x", "--set", "runtime.seed=4"],
]


@pytest.mark.parametrize("arguments", USAGES)
def test_what_is_no_use_of_the_command(arguments: list[str]) -> None:
    done = called(*arguments)
    assert (done.exit_code, "Usage:" in done.stderr) == (2, True)


def test_a_run_that_is_killed(whole: Whole) -> None:
    """SIGKILL while steps are made, and another one after the run has gone on."""
    text = SMALL.replace("epochs: 3", "epochs: 60").replace("{steps: 2}", "{steps: 7}")
    expected = whole.run(text)
    Path("spec.yaml").write_text(text)
    for last in (15, 70):
        command_line = [sys.executable, "-m", "specc", "train", "spec.yaml", "--quiet", "--resume", "auto"]
        process = subprocess.Popen(command_line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in saved_after(last, process):
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    (folder,) = Path("runs/run").iterdir()
    run = RunFolder(folder)
    assert read(run.path)[0].status == "running"
    assert specc.resume(run.path).findings == ()
    check_same(run, expected)
    (first, second) = read(run.path)[0].engine.resumed  # by the process that was killed, and by this one
    assert (first.epoch - 1) * STEPS + first.step in range(21, 60 * STEPS)
    assert (second.epoch - 1) * STEPS + second.step in range(77, 60 * STEPS)


def saved_after(step: int, process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Until there is a checkpoint of a later step."""
    end = time.monotonic() + 300
    while not any(path.name > f"step-{step:09}.ckpt" for path in Path("runs/run").glob("*/checkpoints/step-*")):
        assert process.poll() is None
        assert time.monotonic() < end
        yield


class Something(keras.callbacks.Callback):  # type: ignore[misc]
    """A callback that has gathered something."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__()
        self.put(**attributes)

    def put(self, **attributes: Any) -> None:
        """Set attributes."""
        for name, value in attributes.items():
            setattr(self, name, value)


STATES: list[dict[str, Any]] = [
    {"wait": 3, "stopped": True, "nothing": None},
    {"best": math.inf, "worst": -math.inf, "rate": 0.1 + 0.2, "tiny": 5e-324},
    {"best": np.float32(0.1), "count": np.int64(7), "flag": np.bool_(True), "none": np.float64("inf")},
    {"weights": [np.arange(6, dtype="float32").reshape(2, 3), np.array(2.5)], "half": np.ones(3, "float16")},
    {"list": [1, [2.5, None, True], []], "empty": np.zeros((0, 3), "int8")},
    {"monitor_op": keras.ops.less, "min_delta": -0.5},
    {"monitor_op": keras.ops.greater},
]


@pytest.mark.parametrize("attributes", STATES)
def test_what_a_callback_has_gathered_comes_back(attributes: Mapping[str, Any]) -> None:
    first: dict[str, Any] = dict.fromkeys(attributes, "at first")
    old, new = Something(**first, same=4.5), Something(**first, same=4.5)
    kept = CallbackStates([old])
    kept.begin()
    old.put(**attributes)
    states, arrays = kept.capture()
    states = json.loads(json.dumps(states))
    assert set(states[0]["state"]) == set(attributes)
    CallbackStates([new]).restore(states, arrays)
    assert new.same == 4.5
    for name, value in attributes.items():
        check_alike(getattr(new, name), value)


def check_alike(value: Any, expected: Any) -> None:
    assert type(value) is type(expected)
    if isinstance(expected, list):
        for one, other in zip(value, expected, strict=True):
            check_alike(one, other)
    elif isinstance(expected, np.ndarray | np.generic):
        assert (value.dtype, value.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(value, expected)
    else:
        assert value == expected


def test_what_is_no_data_is_made_anew() -> None:
    old, new = Something(file=None), Something(file=None)
    kept = CallbackStates([old])
    kept.begin()
    old.put(file=sys.stderr, function=len, mixed=[1, sys.stderr], texts=np.array(["a", None]), path="elsewhere")
    states, arrays = kept.capture()
    assert (states, arrays) == ([{"type": "Something", "state": {}}], [])
    CallbackStates([new]).restore(states, arrays)
    assert new.file is None


def test_minimal_changes_keep_their_sign() -> None:
    """Keras turns `min_delta` once it knows whether less is better."""

    def plateau() -> keras.callbacks.ReduceLROnPlateau:
        callback = keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=0.1, factor=0.5)
        callback.set_model(model)
        callback.on_train_begin()
        return callback

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    old = plateau()
    kept = CallbackStates([old])
    kept.begin()
    old.on_epoch_end(0, {"loss": 1.0})
    states, arrays = kept.capture()
    new = plateau()
    CallbackStates([new]).restore(states, arrays)
    new.on_epoch_end(1, {"loss": 0.95})  # better, but not by enough
    assert float(model.optimizer.learning_rate.numpy()) == 0.5
