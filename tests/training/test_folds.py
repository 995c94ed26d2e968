"""Folds: a run for each, and what they sum up to."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import specc
from specc.catalog import load_schema
from specc.check import check, check_fold
from specc.pipeline.folds import FoldsOutcome
from specc.reporting import write_report
from specc.runs import Fold, Folds, read, read_folds, write_json
from specc.training.train import Outcome
from specc.training.train import train as train_once

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
name: kinds
data: {csv: rows.csv, target: kind, split: {folds: 3}}
model: [{Dense: {units: 1, activation: sigmoid}}]
training: {epochs: 1, loss: binary_crossentropy, metrics: [accuracy, AUC]}
runtime: {seed: 3}
"""


@pytest.fixture
def spec(project: Path) -> Path:
    """60 rows of two classes; the colour `blue` is that of one row alone."""
    lines = ["size,colour,kind"]
    for row in range(60):
        colour = "blue" if row == 17 else ("red", "green")[row % 2]
        lines.append(f"{row * 13 % 50},{colour},{('apple', 'pear')[row * 7 % 3 == 0]}")
    (project / "rows.csv").write_text("\n".join(lines) + "\n")
    (project / "spec.yaml").write_text(SPEC)
    return project / "spec.yaml"


def train(spec: Path) -> FoldsOutcome:
    outcome = specc.train(spec)
    assert isinstance(outcome, FoldsOutcome)
    return outcome


def test_each_fold_is_a_run_and_all_are_summed_up(spec: Path) -> None:
    outcome = train(spec)
    assert outcome.run is not None
    folder = outcome.run.path
    assert sorted(path.name for path in folder.iterdir()) == [
        *("fold-1", "fold-2", "fold-3", "folds.json", "report.html", "report.md")
    ]
    record = json.loads((folder / "folds.json").read_text())
    jsonschema.validate(record, load_schema("folds-v1"))
    assert (record["status"], record["asked"], record["id"]) == ("completed", 3, folder.name)
    losses = []
    for number in (1, 2, 3):
        run, findings = read(folder / f"fold-{number}")
        assert not findings
        jsonschema.validate(json.loads((folder / f"fold-{number}" / "run.json").read_text()), load_schema("run-v1"))
        assert run.data.split == {"train": 40, "validation": 20, "test": 0}
        assert set(run.metrics["validation"]) == {"loss", "accuracy", "auc"}, "named as in a run alone"
        assert record["runs"][number - 1]["metrics"] == run.metrics
        losses.append(run.metrics["validation"]["loss"])
    mean = sum(losses) / 3
    assert outcome.metrics["validation"]["loss"] == pytest.approx(mean)
    deviation = (sum((loss - mean) ** 2 for loss in losses) / 2) ** 0.5
    assert record["deviation"]["validation"]["loss"] == pytest.approx(deviation)
    assert f"loss {mean:.4f} ± {deviation:.4f}" in outcome.summary()
    assert outcome.as_record()["folds"] == [str(folder / f"fold-{number}") for number in (1, 2, 3)]
    page = (folder / "report.html").read_text()
    assert '<a href="fold-2/report.html">fold-2</a>' in page
    assert "| mean |" in (folder / "report.md").read_text()


def test_what_columns_become_follows_from_the_rows_of_the_fold(spec: Path) -> None:
    """One fold validates on the only blue row: for its model there is no such colour."""
    checked = check(spec)
    widths = []
    for fold in range(3):
        plan = check_fold(checked, fold).plan
        assert plan is not None
        assert plan.data.split.fold == fold
        widths.append(plan.facts.inputs["input"].shape)
    assert sorted(widths) == [(3,), (4,), (4,)]


def test_an_interruption_keeps_what_is_done(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted_in_the_second(*arguments: Any, **options: Any) -> Outcome:
        outcome = train_once(*arguments, **options)
        assert outcome.run is not None
        return replace(outcome, interrupted=outcome.run.path.name == "fold-2")

    monkeypatch.setattr("specc.pipeline.folds.train", interrupted_in_the_second)
    outcome = train(spec)
    assert outcome.interrupted
    assert outcome.run is not None
    folds, findings = read_folds(outcome.run.path)
    assert folds is not None
    assert not findings
    assert (folds.status, [fold.status for fold in folds.folds]) == ("interrupted", ["completed", "interrupted"])
    assert outcome.metrics == folds.folds[0].metrics, "only what was trained to its end is summed up"
    assert "± " not in outcome.summary().splitlines()[0]


@pytest.mark.parametrize(("fault", "status"), [(KeyboardInterrupt, "interrupted"), (OSError, "failed")])
def test_the_record_has_an_end_whatever_happens(
    spec: Path, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException], status: str
) -> None:
    def failing_in_the_second(*arguments: Any, **options: Any) -> Outcome:
        if (folder := next(iter(Path("runs/kinds").glob("*/fold-1")), None)) is not None:
            raise fault(folder)
        return train_once(*arguments, **options)

    monkeypatch.setattr("specc.pipeline.folds.train", failing_in_the_second)
    with pytest.raises(fault):
        train(spec)
    (folder,) = Path("runs/kinds").iterdir()
    folds, _ = read_folds(folder)
    assert folds is not None
    assert (folds.status, len(folds.folds), bool(folds.finished)) == (status, 1, True)


def test_no_directory_is_left_where_nothing_can_be_trained(spec: Path) -> None:
    spec.write_text(SPEC.replace("folds: 3", "folds: 3, by: size"))
    with pytest.raises(specc.SpecError, match="cannot be given together"):
        specc.train(spec)
    assert not Path("runs").exists()


def test_the_page_is_made_again_from_the_directory_and_escapes_what_it_holds(tmp_path: Path) -> None:
    broken = Fold(1, "<b>", "completed", {"validation": {"<i>|": float("nan")}})
    folds = Folds("<u>", "id", "odd", "2026-01-02T03:04:05+00:00", "", 2, (broken,))
    write_json(tmp_path / "folds.json", folds.as_record())
    paths, findings = write_report(tmp_path)
    assert not findings
    assert [path.name for path in paths] == ["report.html", "report.md"]
    page = (tmp_path / "report.html").read_text()
    assert not {"<b>", "<i>", "<u>"} & {page[at : at + 3] for at in range(len(page))}
    assert "\\|" in (tmp_path / "report.md").read_text()


@pytest.mark.parametrize(
    ("text", "part"),
    [("{", "invalid JSON"), ('{"folds": 1, "runs": 3}', "expected a list"), ('{"folds": 2}', "version 2")],
)
def test_a_broken_record_is_told(tmp_path: Path, text: str, part: str) -> None:
    (tmp_path / "folds.json").write_text(text)
    folds, findings = read_folds(tmp_path)
    assert folds is not None
    assert part in findings[0].message
