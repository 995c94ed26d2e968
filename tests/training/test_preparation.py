"""From a spec to samples: streamed or resident, kept or anew, they are the same, and so is what is trained on them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import specc
from specc.check import check
from specc.data.whole import describe_whole
from specc.engine import array_files
from specc.engine.samples import Samples
from specc.runs import RunFolder
from specc.training import preparation, storing
from specc.training.preparation import Prepared, prepare
from specc.training.storing import Keeping
from tests.training.loaded import prepared_of

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
name: pieces
data: {csv: rows.csv, target: kind}
model: [{Dense: {units: 8, activation: relu}}, Output]
training: {epochs: 2, batch_size: 8, class_weight: balanced}
runtime: {seed: 3}
report: false
"""


@pytest.fixture(autouse=True)
def rows(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """120 rows of a number with holes, a category and a target that follows from it; pieces of ten rows."""
    lines = ["size,colour,kind"]
    for row in range(120):
        colour = ("red", "green", "blue")[row * 7 % 3]
        kind = "apple" if colour == "red" or row % 10 == 0 else "pear"
        lines.append(f"{'' if row % 11 == 0 else row * 13 % 50},{colour},{kind}")
    (project / "rows.csv").write_text("\n".join(lines) + "\n")
    (project / "spec.yaml").write_text(SPEC)
    monkeypatch.setenv("SPECC_CACHE", str(project / "cache"))
    monkeypatch.setattr(storing, "ROWS_AT_ONCE", 10)
    return project


def prepared(keeping: Keeping) -> Prepared:
    return prepared_of(Path("spec.yaml"), keeping)


def refuse(*_: Any) -> Any:
    raise AssertionError("this was done before")


def same(one: Prepared, other: Prepared) -> None:
    assert one.fingerprint == other.fingerprint
    for name in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(one.rows, name), getattr(other.rows, name))
        a, b = getattr(one, name), getattr(other, name)
        assert isinstance(a, Samples)
        assert (list(a.inputs), list(a.targets)) == (list(b.inputs), list(b.targets))
        assert (a.weights is None) == (b.weights is None) == (name != "train")
        for left, right in zip(a.arrays, b.arrays, strict=True):
            assert left.dtype == right.dtype
            np.testing.assert_array_equal(np.asarray(left), np.asarray(right))


STREAMED, RESIDENT = Keeping(most_resident=0, worth_s=0), Keeping(worth_s=0)


@pytest.mark.parametrize("keeping", [STREAMED, RESIDENT])
def test_kept_samples_are_those_made_anew(keeping: Keeping, rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anew = prepared(Keeping(cache=False))
    same(prepared(Keeping(cache=False, most_resident=0)), anew)
    assert not (rows / "cache").exists() or not list((rows / "cache").iterdir())
    same(prepared(keeping), anew)
    assert len(list((rows / "cache").iterdir())) == 1
    monkeypatch.setattr(preparation, "apply_preprocessing", refuse)
    again = prepared(keeping)
    same(again, anew)
    assert again.storage == ("streamed" if keeping is STREAMED else "resident")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("seed: 3", "seed: 4"),
        ("class_weight: balanced", "class_weight: {apple: 2, pear: 1}"),
        ("target: kind", "target: kind, split: {test: 0.3}"),
        ("target: kind", "target: kind, drop: [size]"),
        ("class_weight: balanced", "loss: CategoricalCrossentropy"),
        ("", ""),
    ],
)
def test_other_samples_have_another_key(before: str, after: str, rows: Path) -> None:
    prepared(RESIDENT)
    (rows / "spec.yaml").write_text(SPEC.replace(before, after))
    if not before:
        (rows / "rows.csv").write_text((rows / "rows.csv").read_text().replace("39,", "40,"))
    prepared(RESIDENT)
    assert len(list((rows / "cache").iterdir())) == 2


def test_streamed_training_gives_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def train() -> RunFolder:
        outcome = specc.train("spec.yaml")
        assert outcome.run
        return outcome.run

    resident = train()
    monkeypatch.setattr(array_files, "MOST_RESIDENT", 0)
    streamed, from_cache = train(), train()
    for run, storage in ((resident, "resident"), (streamed, "streamed"), (from_cache, "streamed")):
        assert json.loads(run.run.read_text())["data"]["storage"] == storage
        for file in ("metrics.json", "predictions.csv"):
            assert (run.path / file).read_text() == (resident.path / file).read_text()


def test_a_disk_that_cannot_be_written_is_a_finding(rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPECC_CACHE", str(rows / "rows.csv"))
    checked = check(rows / "spec.yaml", look=describe_whole)
    assert checked.plan
    found, findings = prepare(checked.plan, checked.root, rows, STREAMED)
    assert found is None
    assert [finding.code for finding in findings] == ["cannot-store-samples"]
    assert "rows.csv" in findings[0].message
    assert findings[0].span.line == 3


def test_an_image_that_cannot_be_read_is_a_finding(rows: Path) -> None:
    from PIL import Image

    for number in range(12):
        path = rows / "images" / ("dark", "light")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), (number, 0, 200)).save(path)
    (rows / "spec.yaml").write_text("spec: 1\ndata: {images: images}\nmodel: [Flatten, Output]\n")
    found = prepared(STREAMED)
    (image,) = found.train.inputs.values()
    assert (image.dtype.name, found.train.dtypes, found.storage) == ("uint8", {"input": "float32"}, "streamed")
    checked = check(rows / "spec.yaml", look=describe_whole)
    assert checked.plan
    damaged = rows / "images" / "light" / "5.png"
    damaged.write_bytes(damaged.read_bytes()[:50])
    nothing, findings = prepare(checked.plan, checked.root, rows, STREAMED)
    assert nothing is None
    assert "5.png" in findings[0].message + findings[0].span.path
    assert len(list((rows / "cache").iterdir())) == 1
