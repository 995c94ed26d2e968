"""Run directories read back: whole ones, interrupted ones and broken ones, never a traceback."""

import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from specc import runs

RUN: dict[str, Any] = {
    "run": 1,
    "name": "digits",
    "id": "20260314-120000-deadbeef",
    "status": "completed",
    "started": "2026-03-14T12:00:00Z",
    "finished": None,
    "model": {
        "name": "digits",
        "parameters": {"trainable": 6, "non_trainable": 0, "total": 6},
        "layers": [
            {
                "name": "dense",
                "type": "Dense",
                "inputs": ["input"],
                "output_shape": "(None, 2)",
                "parameters": 6,
                "trainable_parameters": 6,
                "weights": [{"name": "kernel", "shape": "(2, 2)", "parameters": 4}],
            }
        ],
        "inputs": ["input"],
        "outputs": ["dense"],
    },
    "targets": {"dense": {"kind": "classes", "classes": ["a", "b"], "column": "y"}},
    "from_a_newer_version": [1, 2],
}


@pytest.fixture
def folder(tmp_path: Path) -> runs.RunFolder:
    folder = runs.create(tmp_path, "digits", "deadbeef", datetime(2026, 3, 14, 12, tzinfo=UTC))
    runs.write_json(folder.run, RUN)
    runs.write_yaml(
        folder.lock, {"lock": 1, "spec": {"spec": 1}, "seed": 7, "strategy": {"name": "none", "replicas": 1}}
    )
    runs.write_json(folder.metrics, {"test": {"loss": 0.5, "auc": math.nan}})
    runs.write_csv(folder.history, ["epoch", "loss", "val_loss"], [[1, 2.5, ""], [2, 1.5, "nan"]])
    runs.write_csv(folder.predictions, ["index", "y target", "y prediction"], [[4, "a", "b\nc"]])
    runs.write_text(folder.spec, "spec: 1\n")
    return folder


def test_a_whole_run_comes_back(folder: runs.RunFolder) -> None:
    run, findings = runs.read(folder.path)
    assert findings == ()
    assert (run.name, run.id, run.status, run.finished, run.spec_text) == (
        "digits",
        RUN["id"],
        "completed",
        "",
        "spec: 1\n",
    )
    assert run.model.layers[0].weights == (runs.Weight("kernel", "(2, 2)", 4),)
    assert run.targets == {"dense": runs.Target("classes", ("a", "b"), "y")}
    assert run.metrics["test"]["loss"] == 0.5
    assert math.isnan(run.metrics["test"]["auc"])
    assert run.history.epochs == (1, 2)
    assert run.history.columns["loss"] == (2.5, 1.5)
    assert all(map(math.isnan, run.history.columns["val_loss"]))
    assert run.predictions.rows == (("4", "a", "b\nc"),)
    assert (run.lock.seed, run.lock.strategy, run.lock.replicas) == (7, "none", 1)


@pytest.mark.parametrize("name", ["run.json", "spec.yaml", "best.keras", "checkpoints", "deep/er/log.csv"])
def test_a_run_with_a_link_is_none_and_nothing_is_read_through_it(
    name: str, folder: runs.RunFolder, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    link = folder.path / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(secret)
    run, findings = runs.read(folder.path)
    (finding,) = [each for each in findings if each.level == "error"]
    assert (finding.code, finding.span.path) == ("not-a-run", str(link))
    assert f"`{name}` in `{folder.path}` is a link" in finding.message
    assert run.spec_text == ("" if name == "spec.yaml" else "spec: 1\n")


def test_a_run_may_be_reached_through_a_link(folder: runs.RunFolder, tmp_path: Path) -> None:
    way = tmp_path / "way"
    way.symlink_to(folder.path, target_is_directory=True)
    assert runs.read(way)[1] == ()


def test_gradients_and_engine_come_back(folder: runs.RunFolder) -> None:
    engine = {
        "xla": True,
        "candidates": [{"name": "no", "step_ms": None, "refused": "why"}],
        "resumed": [{"epoch": 2, "step": 5, "time": "t"}],
    }
    runs.write_json(folder.run, {**RUN, "engine": engine})
    rows = [[1, "a/kernel", 0.5, 0.1], [1, "a/bias", 1.5, 0.2], [2, "a/kernel", 0.25, ""]]
    runs.write_csv(folder.gradients, runs.GRADIENTS_HEADER, rows)
    run, findings = runs.read(folder.path)
    assert findings == ()
    assert run.gradients.epochs == (1, 2)
    assert list(run.gradients.weights) == ["a/kernel", "a/bias"]
    assert run.gradients.weights["a/kernel"].gradient_norm == (0.5, 0.25)
    assert math.isnan(run.gradients.weights["a/kernel"].update_ratio[1])
    assert math.isnan(run.gradients.weights["a/bias"].gradient_norm[1])
    assert (run.engine.xla, run.engine.segment, run.engine.why) == (True, 0, "")
    assert run.engine.candidates[0].refused == "why"
    assert run.engine.resumed == (runs.Resumption(2, 5, "t"),)


def test_a_verification_comes_back(folder: runs.RunFolder) -> None:
    assert runs.read(folder.path)[0].verified == runs.Verified()
    runs.write_json(folder.run, {**RUN, "verified": {"time": "t", "equal": False, "differences": ["a"]}})
    run, findings = runs.read(folder.path)
    assert (run.verified, findings) == (runs.Verified("t", equal=False, differences=("a",)), ())


def test_a_run_from_before_gradients_has_none(folder: runs.RunFolder) -> None:
    run, _ = runs.read(folder.path)
    assert (run.gradients.weights, run.engine.xla, run.engine.candidates) == ({}, None, ())


def test_an_interrupted_run_lacks_files_without_a_finding(folder: runs.RunFolder) -> None:
    runs.write_json(folder.run, {**RUN, "status": "interrupted"})
    for path in (folder.metrics, folder.history, folder.predictions, folder.lock, folder.spec):
        path.unlink()
    run, findings = runs.read(folder.path)
    assert findings == ()
    assert (run.history.epochs, run.metrics, run.predictions.rows, run.spec_text) == ((), {}, (), "")


@pytest.mark.parametrize(
    ("name", "content", "expected", "message"),
    [
        ("run.json", b'{"run": 1,\n "name" 3}', ("run-file-broken", 2, 9), "invalid JSON: expecting ':' delimiter"),
        (
            "run.json",
            b'{"run": 1,\n "name": 3}',
            ("run-file-broken", 2, 10),
            "`name`: expected a string, got the number `3`",
        ),
        (
            "run.json",
            b'{"run": 1, "model":\n {"layers": [7]}}',
            ("run-file-broken", 2, 14),
            "`model.layers.0`: expected a mapping",
        ),
        ("run.json", b"[]", ("run-file-broken", 1, 1), "expected a mapping, got a list"),
        ("run.json", b"", ("run-file-broken", 1, 1), "invalid JSON"),
        ("run.json", b"[" * 100_000, ("run-file-broken", 1, 1), "nested too deeply"),
        ("run.json", b'{"run": ' + b"9" * 5000 + b"}", ("run-file-broken", 1, 1), "out of range"),
        ("run.json", b'{"run": 2, "status": "failed"}', ("run-version", 1, 1), "version 2, this specc reads version 1"),
        ("lock.yaml", b"lock: 1\nseed: [", ("run-file-broken", 3, 1), "invalid YAML"),
        ("lock.yaml", b"\xc3\xa9: 1\nseed: 1\x00", ("run-file-broken", 2, 8), "YAML: the character U+0000 is not"),
        (
            "lock.yaml",
            b"lock: 1\nseed: seven\n",
            ("run-file-broken", 2, 7),
            "`seed`: expected a whole number, got a string",
        ),
        (
            "lock.yaml",
            b"lock: !!python/name:os.system x\n",
            ("run-file-broken", 1, 7),
            "could not determine a constructor",
        ),
        ("lock.yaml", b"lock: 1\nseed: 2026-99-99\n", ("run-file-broken", 1, 1), "out of range"),
        ("metrics.json", b'{"test": {"loss": true}}', ("run-file-broken", 1, 19), "expected a number, got `true`"),
        (
            "history.csv",
            b"epoch,loss\n1,0.5\n2\n",
            ("run-file-broken", 3, 1),
            "expected 2 cells, as in the header, got 1",
        ),
        ("history.csv", b"epoch,loss\n1,half\n", ("run-file-broken", 2, 1), "expected a number, got `half`"),
        ("history.csv", b"loss\n0.5\n", ("run-file-broken", 1, 1), "no column `epoch`"),
        ("history.csv", b'epoch,loss\n1,"0.5\n', ("run-file-broken", 2, 1), "invalid CSV"),
        (
            "gradients.csv",
            b"epoch,weight,gradient_norm,update_ratio\n1,a/kernel,0.5,0.01\n2,a/kernel,half,0.01\n",
            ("run-file-broken", 3, 1),
            "expected a number, got `half`",
        ),
        (
            "gradients.csv",
            b"epoch,weight,gradient_norm,update_ratio\n1.5,a/kernel,0.5,0.01\n",
            ("run-file-broken", 2, 1),
            "expected a number, got `1.5`",
        ),
        ("gradients.csv", b"epoch,weight\n1,a\n", ("run-file-broken", 1, 1), "expected the header `epoch,weight,"),
        (
            "run.json",
            b'{"run": 1, "engine":\n {"xla": "yes"}}',
            ("run-file-broken", 2, 10),
            "`engine.xla`: expected true or false, got a string",
        ),
        ("predictions.csv", b"index\n\xff\xfe\n", ("run-file-broken", 2, 1), "is not UTF-8"),
    ],
)
def test_a_broken_file_is_a_finding_at_its_place(
    folder: runs.RunFolder, name: str, content: bytes, expected: tuple[str, int, int], message: str
) -> None:
    (folder.path / name).write_bytes(content)
    run, findings = runs.read(folder.path)
    assert [(finding.code, finding.span.line, finding.span.column) for finding in findings] == [expected]
    assert message in findings[0].message
    assert findings[0].span.path == str(folder.path / name)
    assert run.name


def test_good_rows_survive_a_bad_one(folder: runs.RunFolder) -> None:
    folder.history.write_text("epoch,loss\n1,0.5\nx,0.4\n3,0.3\n")
    run, _ = runs.read(folder.path)
    assert run.history == runs.History((1, 3), {"loss": (0.5, 0.3)})


def test_a_completed_run_must_have_its_files(folder: runs.RunFolder) -> None:
    folder.metrics.unlink()
    _, findings = runs.read(folder.path)
    assert [(f.code, f.message) for f in findings] == [
        ("run-file-missing", "`metrics.json` is missing from a completed run")
    ]


def test_a_directory_in_place_of_a_file_is_a_finding(folder: runs.RunFolder) -> None:
    folder.predictions.unlink()
    folder.predictions.mkdir()
    _, findings = runs.read(folder.path)
    assert [finding.code for finding in findings] == ["run-file-broken"]


def test_what_is_no_run_names_the_one_that_was_meant(folder: runs.RunFolder, tmp_path: Path) -> None:
    later = runs.create(tmp_path, "digits", "deadbeef", datetime(2026, 3, 15, 12, tzinfo=UTC))
    runs.write_json(later.run, RUN)
    os.utime(folder.run, (1, 1))
    others = {
        tmp_path: f"the newest run in it is `{later.path}`",  # whatever links lie around
        tmp_path / "digits": f"the newest run in it is `{later.path}`",
        later.run: f"it lies in the run `{later.path}`",
        tmp_path / "digit": f"did you mean `{tmp_path / 'digits'}`?",
        tmp_path / "nothing" / "digits": "",
    }
    for path, expected in others.items():
        _, (finding,) = runs.read(path)
        assert (finding.code, finding.help) == ("not-a-run", expected)


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir, Path.touch])
def test_what_is_no_run_is_one_error(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "nothing"
    make(path)
    _, findings = runs.read(path)
    assert [(finding.code, finding.level) for finding in findings] == [("not-a-run", "error")]
