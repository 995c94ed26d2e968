"""What only judges a model changes nothing about it: rows of validation and test, whatever they hold."""

import re
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

import specc
from specc.runs import RunFolder

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
name: leaks
data:
  csv: rows.csv
  target: kind
  split: {by: part}
  columns:
    size: {number: {missing: median}}
    width: {number: {scale: robust}}
    colour: {category: {missing: most_frequent}}
    note: {text: {max_tokens: 8, output_mode: tf_idf}}
    when: datetime
    kind: category
  on_bad_row: skip
model: [{Dense: {units: 5, activation: relu}}, BatchNormalization, Output]
training: {epochs: 3, batch_size: 8, class_weight: balanced}
runtime: {seed: 3}
report: false
"""
PARTS = ("train", "train", "train", "validation", "test")


def rows(other: bool) -> str:
    lines = ["part,size,width,colour,note,when,kind"]
    for row in range(100):
        part, kind = PARTS[row % 5], ("apple", "pear")[row % 3 == 0]
        if other and part != "train":
            lines.append(
                f"{part},{1e6 * row},-1e9,violet,never seen,1931-01-{row % 28 + 1:02},{('pear', 'apple')[row % 2]}"
            )
        else:
            size = "" if row % 7 == 0 else str(row)
            colour = ("red", "green", "")[row % 3]
            lines.append(f"{part},{size},{row * row},{colour},word{row % 4} and more,2024-03-{row % 28 + 1:02},{kind}")
    return "\n".join(lines) + "\n"


def trained(project: Path, *, other: bool) -> RunFolder:
    (project / "rows.csv").write_text(rows(other))
    (project / "spec.yaml").write_text(SPEC)
    outcome = specc.train("spec.yaml")
    assert outcome.run
    return outcome.run


def kept(run: RunFolder) -> str:
    """What the saved model is made of, its fitted statistics with it, but for its arrays and for places in memory."""
    with zipfile.ZipFile(run.model) as archive:
        return re.sub(r'"shared_object_id": \d+', "", archive.read("config.json").decode())


def test_rows_that_judge_change_neither_statistics_nor_weights(project: Path) -> None:
    first = trained(project, other=False)
    keras.backend.clear_session()  # or the names of layers would be counted on
    second = trained(project, other=True)
    assert first.metrics.read_text() != second.metrics.read_text()
    assert kept(first) == kept(second)
    assert ["word0" in kept(first), "violet" in kept(second)] == [True, False]  # it does hold what is fitted
    weights, others = (keras.saving.load_model(run.model).get_weights() for run in (first, second))
    assert len(weights) == len(others) > 6
    for one, other in zip(weights, others, strict=True):
        np.testing.assert_array_equal(one, other)
