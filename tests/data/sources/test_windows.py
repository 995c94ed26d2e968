"""Windows over time: what a sample sees and predicts, and that parts of the split share no row."""

from pathlib import Path

import numpy as np
import pytest

from specc.data import describe
from specc.data.layout import Affine, SequenceForm
from specc.data.preprocessing import fit
from tests.data.sections import described, loaded, section

ROWS = 40


def write_series(folder: Path, shops: int = 1) -> None:
    """Rows of `shops` series, one after the other in turn: in row t of shop s, `a` is t + 1000 s and `y` is 2 a."""
    lines = [f"{shop},{row + 1000 * shop},{2 * (row + 1000 * shop)}" for row in range(ROWS) for shop in range(shops)]
    (folder / "a.csv").write_text("\n".join(["shop,a,y", *lines]) + "\n")


@pytest.mark.parametrize(
    ("windows", "split", "counts"),
    [
        ("{past: 3}", "{validation: 0.25, test: 0.25}", (17, 7, 7)),
        ("{past: 3}", "{validation: 2, test: 0}", (32, 2, 0)),
        ("3", "{validation: 0, test: 0}", (37, 0, 0)),
        ("{past: 3, horizon: 4}", "{validation: 0, test: 0.5}", (14, 0, 14)),
        ("{past: 3, stride: 4}", "{validation: 0, test: 0.5}", (5, 0, 5)),
    ],
)
def test_counts(project: Path, windows: str, split: str, counts: tuple[int, int, int]) -> None:
    write_series(project)
    text = f"{{csv: a.csv, target: y, drop: shop, windows: {windows}, split: {split}}}"
    checked, columns = described(text, project), loaded(text, project)
    parts = columns.split.train, columns.split.validation, columns.split.test
    assert tuple(map(len, parts)) == counts
    assert (checked.samples, checked.inputs) == (sum(counts), columns.facts.inputs)
    assert checked.inputs["input"].shape == (3, 2)


@pytest.mark.parametrize("horizon", [1, 2, 5])
def test_what_a_sample_sees(project: Path, horizon: int) -> None:
    write_series(project)
    columns = loaded(f"{{csv: a.csv, target: y, drop: shop, windows: {{past: 3, horizon: {horizon}}}}}", project)
    past, ahead = columns.arrays("past"), columns.numbers("y")
    assert np.array_equal(past[..., 1], 2 * past[..., 0]), "both columns, the target's own past too"
    assert np.array_equal(past[:, :, 0] - past[:, :1, 0], np.tile([0, 1, 2], (len(past), 1)))
    assert np.array_equal(ahead, 2 * (past[:, -1, 0] + horizon))


def test_parts_share_no_row(project: Path) -> None:
    write_series(project, 3)
    text = (
        "{csv: a.csv, target: y, inputs: {seen: a}, windows: {past: 4, by: shop}, split: {validation: 0.3, test: 0.3}}"
    )
    columns = loaded(text, project)
    used = []
    for rows in (columns.split.train, columns.split.validation, columns.split.test):
        past, ahead = columns.arrays("seen", rows), columns.numbers("y", rows) / 2
        assert np.array_equal(past[:, 0, 0] // 1000, ahead // 1000), "no window goes from one series to another"
        used.append({*past.ravel().tolist(), *ahead.tolist()})
    train, validation, test = used
    assert len(train | validation | test) == len(train) + len(validation) + len(test)
    assert all(max(row % 1000 for row in train) < row % 1000 for row in validation | test)


def test_files_of_their_own_are_parts(project: Path) -> None:
    write_series(project)
    (project / "b.csv").write_bytes((project / "a.csv").read_bytes())
    columns = loaded("{csv: {path: a.csv, test: b.csv}, target: y, windows: 5, split: {validation: 0}}", project)
    assert (columns.facts.given_test, len(columns.split.train)) == (ROWS - 5, ROWS - 5)


def test_scales_are_those_of_the_training_part(project: Path) -> None:
    write_series(project)
    columns = loaded("{csv: a.csv, target: y, drop: shop, windows: 2, split: {validation: 0, test: 0.5}}", project)
    (prepared,) = fit(columns, columns.split.train).inputs
    steps = columns.arrays("past", columns.split.train)[:, -1]
    affines = getattr(prepared.whole, "affines", ())
    assert [affine.shift for affine in affines] == pytest.approx(steps.mean(axis=0).tolist())
    assert [affine.scale for affine in affines] == pytest.approx(steps.std(axis=0).tolist())


def test_scales_that_the_spec_names(project: Path) -> None:
    write_series(project)
    said = "columns: {a: {number: {scale: none}}, y: {number: {scale: minmax}}}"
    data = (
        f"{{csv: a.csv, target: y, inputs: {{i: [a, y, shop]}}, windows: 2, {said}, split: {{validation: 0, test: 0}}}}"
    )
    columns = loaded(data, project)
    (prepared,) = fit(columns, columns.split.train).inputs
    steps = columns.arrays(prepared.takes[0], columns.split.train)[:, -1]
    assert isinstance(prepared.whole, SequenceForm)
    first, second, _ = prepared.whole.affines
    assert first == Affine()
    assert (second.shift, second.scale) == (steps[:, 1].min(), np.ptp(steps[:, 1]))


def test_rows_that_are_left_out_leave_no_gap_for_windows(project: Path) -> None:
    write_series(project)
    data = section("{csv: a.csv, target: y, windows: 2, on_bad_row: skip}")
    _, findings = describe(data, project, project)
    assert [finding.code for finding in findings] == ["conflicting-keys"]


@pytest.mark.parametrize("seed", [0, 4])
def test_a_seed_has_no_say(project: Path, seed: int) -> None:
    write_series(project)
    text = f"{{csv: a.csv, target: y, drop: shop, windows: 2, split: {{seed: {seed}}}}}"
    _, findings = describe(section(text), project, project)
    assert [finding.code for finding in findings] == ["conflicting-keys"]
