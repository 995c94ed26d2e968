"""`specc verify`: a run that is trained again comes out the same, and where it does not, that is told."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

import specc
from specc import runs
from specc.catalog import load_schema
from specc.cli import specc as command
from specc.runs import Resumption, RunFolder, read
from tests.report.fake_runs import digits
from tests.training.loaded import copied_run, new_project

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
name: small
data: {csv: rows.csv, target: kind}
model: [{Dense: {units: 4, activation: relu}}, BatchNormalization, {Dropout: 0.2}, Output]
training: {epochs: 3, batch_size: 8, callbacks: [{EarlyStopping: {patience: 2, restore_best_weights: true}}]}
runtime: {seed: 3, checkpoint: {steps: 4}}
report: {formats: [html, json], gradients: true}
"""
FILES = ["history.csv", "metrics.json", "predictions.csv", "model.keras", "checkpoints/step-000000027.ckpt"]


def trained(project: Path, text: str = SPEC, **options: Any) -> RunFolder:
    lines = ["size,colour,kind"]
    lines += [f"{row * 13 % 50},{('red', 'green')[row % 2]},{('apple', 'pear')[row % 3 % 2]}" for row in range(100)]
    (project / "rows.csv").write_text("\n".join(lines) + "\n")
    (project / "spec.yaml").write_text(text)
    outcome = specc.train("spec.yaml", **options)
    assert outcome.run
    return outcome.run


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one completed run, to be copied."""
    with new_project(tmp_path_factory, "verify") as (root, _):
        trained(root)
    return root


@pytest.fixture
def run(run_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of the run in a copy of its project, which is the current folder."""
    return copied_run(run_once, tmp_path / "project", "small", monkeypatch)


def codes(run: Path) -> list[str]:
    with pytest.raises(specc.SpecError) as caught:
        specc.verify(run)
    return [finding.code for finding in caught.value.findings]


def test_a_run_comes_out_the_same_and_says_so(run: RunFolder) -> None:
    before = json.loads(run.run.read_text())
    verified = specc.verify(run.path)
    assert (verified.equal, verified.noted, verified.findings) == (True, True, ())
    assert [each.file for each in verified.files] == FILES
    content = json.loads(run.run.read_text())
    jsonschema.validate(content, load_schema("run-v1"))
    jsonschema.validate(json.loads((run.path / "report.json").read_text()), load_schema("report-v1"))
    assert content == before | {"verified": {**content["verified"], "equal": True, "differences": []}}
    assert "everything came out the same, bit for bit" in (run.path / "report.html").read_text()
    assert [path.name for path in Path("runs/small").iterdir()] == [run.id]


def test_what_differs_is_told(run: RunFolder) -> None:
    metrics = json.loads(run.metrics.read_text())
    metrics["test"]["loss"] = 0.25
    run.metrics.write_text(json.dumps(metrics))
    lock = yaml.safe_load(run.lock.read_text())
    lock["versions"]["keras"] = "3.14.0"
    run.lock.write_text(yaml.safe_dump(lock))
    done = CliRunner().invoke(command, ["verify", str(run.path), "--quiet"])
    assert done.exit_code == 1, done.output
    assert "metrics.json                     differs: `test.loss` is 0.25, and " in done.stdout
    assert "history.csv                      equal\n" in done.stdout
    assert "error[not-repeated]: the run does not come out the same: in `metrics.json`, `test.loss` is" in done.stderr
    assert "keras was 3.14.0, and is 3.15" in done.stderr
    found = read(run.path)[0].verified
    assert (found.equal, [each.partition(":")[0] for each in found.differences]) == (False, ["metrics.json"])
    assert "not everything came out the same" in (run.path / "report.html").read_text()


def more_rows(_: RunFolder) -> None:
    with Path("rows.csv").open("a") as file:
        file.write("1,red,apple\n")


def interrupted(run: RunFolder) -> None:
    run.run.write_text(run.run.read_text().replace('"status": "completed"', '"status": "interrupted"'))


def linked(run: RunFolder) -> None:
    run.model.rename("model.keras")
    run.model.symlink_to(Path("model.keras").resolve())


def spec_elsewhere(run: RunFolder) -> None:
    run.run.write_text(run.run.read_text().replace('"spec_path": "spec.yaml"', '"spec_path": "../spec.yaml"'))


UNVERIFIABLE: dict[str, tuple[Callable[[RunFolder], object], str]] = {
    "other data": (more_rows, "cannot-verify"),
    "no data": (lambda _: Path("rows.csv").unlink(), "no-such-file"),
    "an interrupted run": (interrupted, "cannot-verify"),
    "no lock file": (lambda run: run.lock.unlink(), "cannot-verify"),
    "no run": (lambda run: run.run.unlink(), "not-a-run"),
    "a link": (linked, "not-a-run"),
    "a spec elsewhere": (spec_elsewhere, "path-outside-project"),
    "the runs of folds": (lambda run: (run.path / "folds.json").write_text("{}"), "cannot-verify"),
}


@pytest.mark.parametrize(("change", "code"), UNVERIFIABLE.values(), ids=UNVERIFIABLE.keys())
def test_what_cannot_be_verified_is_one_finding(
    change: Callable[[RunFolder], object], code: str, run: RunFolder
) -> None:
    change(run)
    assert codes(run.path) == [code]
    assert not read(run.path)[0].verified.time


def test_a_run_that_cannot_be_written_is_verified_all_the_same(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    write = runs.write_json

    def refuse(path: Path, content: Mapping[str, Any]) -> None:
        if path == run.run:
            raise PermissionError(13, "Permission denied", str(path))
        write(path, content)

    monkeypatch.setattr(runs, "write_json", refuse)
    verified = specc.verify(run.path)
    assert (verified.equal, verified.noted) == (True, False)


def test_other_weights_to_start_from(run: RunFolder) -> None:
    shutil.copy(run.model, "start.keras")
    second = trained(
        Path(), SPEC.replace("model: [", "model:\n  weights: {path: start.keras, missing: allowed}\n  layers: [")
    )
    assert specc.verify(second.path).equal
    content = json.loads(second.run.read_text())
    content["weights"][0]["sha256"] = "sha256:0"
    second.run.write_text(json.dumps(content))
    assert codes(second.path) == ["cannot-verify"]


def test_a_fold_is_verified_alone(project: Path) -> None:
    folds = trained(project, SPEC.replace("target: kind", "target: kind, split: {folds: 2}"))
    assert specc.verify(folds.path / "fold-2").equal
    assert codes(folds.path) == ["cannot-verify"]


def test_a_run_that_was_resumed_is_held_to_one_that_was_not(project: Path) -> None:
    run = trained(project)
    first, *others = sorted(run.checkpoints.iterdir())
    for path in (*others, run.model, run.metrics, run.predictions, run.history):
        path.unlink()
    interrupted(run)
    done = CliRunner().invoke(command, ["train", "--resume", str(run.path), "--quiet"])
    assert done.exit_code == 0, done.output
    assert read(run.path)[0].engine.resumed[0].step == int(first.stem.removeprefix("step-")) % 9
    assert specc.verify(run.path).equal


def test_reasons(tmp_path: Path) -> None:
    from specc.training.comparing_runs import reasons

    run, _ = read(digits(tmp_path))
    assert reasons(run, run) == [f"the run is seeded only: {run.determinism.why}"]
    run = replace(run, determinism=replace(run.determinism, level="bitwise"))
    now = replace(
        run,
        lock=replace(run.lock, versions={**run.lock.versions, "keras": "9"}, replicas=4, devices=({"name": "GPU:0"},)),
        environment={**run.environment, "cpu": "another"},
    )
    assert [each.partition(" was")[0] for each in reasons(run, now)] == [
        "keras",
        "the number of replicas",
        "the device",
        "the processor",
    ]
    resumed = replace(
        run, engine=replace(run.engine, resumed=(Resumption(1, 0, ""),)), environment={**run.environment, "keras": "9"}
    )
    assert reasons(resumed, resumed) == ["it was resumed with other versions than those that it had begun with"]
