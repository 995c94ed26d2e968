"""What compares runs notices what differs, and says where."""

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.lib import format as npy

pytestmark = pytest.mark.train  # it reads checkpoints, as the training loop does

ONES = np.ones(3, "float32")
NEXT = np.nextafter(ONES, np.float32(2))
CONFIG = {"config": {"layers": [{"class_name": "Dense", "config": {"name": "first"}}]}}


def made(run: Path) -> Path:
    """A run as far as it is compared."""
    (run / "checkpoints").mkdir(parents=True)
    (run / "history.csv").write_text("epoch,loss,seconds\n1,0.5,2\n2,0.25,2\n")
    (run / "metrics.json").write_text(json.dumps({"test": {"loss": 0.4}}))
    (run / "predictions.csv").write_text("index,y prediction\n0,1\n1,5\n")
    model(ONES)(run)
    checkpoint(ONES)(run)
    return run


def rewrite(name: str, text: str) -> Callable[[Path], object]:
    return lambda run: (run / name).write_text(text)


def model(kernel: Any, place: str = "layers/dense/vars/0") -> Callable[[Path], object]:
    def save(run: Path) -> None:
        content = BytesIO()
        with h5py.File(content, "w") as file:
            file[place] = kernel
        with zipfile.ZipFile(run / "model.keras", "w") as archive:
            archive.writestr("config.json", json.dumps(CONFIG))
            archive.writestr("model.weights.h5", content.getvalue())

    return save


def checkpoint(*arrays: Any, step: int = 10, path: str = "first/kernel") -> Callable[[Path], object]:
    def save(run: Path) -> None:
        state = {
            "checkpoint": 1,
            "epoch": step // 10,
            "step": step % 10,
            "steps_per_epoch": 10,
            "stopped": False,
            "xla": False,
            "variables": [{"path": path}],
            "callbacks": [],
            "extras": {"history": [[1, {}, None, 0.123 + np.random.default_rng().random()]]},
        }
        with zipfile.ZipFile(run / "checkpoints" / f"step-{step:09}.ckpt", "w") as archive:
            archive.writestr("state.json", json.dumps(state))
            for number, array in enumerate(arrays):
                with archive.open(f"{number:06}.npy", "w") as member:
                    npy.write_array(member, array)

    return save


def nothing(_: Path) -> None:
    """Leave the run as it is."""


ONE_BIT = "in 3 of 3 numbers, largest difference 1.2e-07"
LAST = "checkpoints/step-000000010.ckpt"
DIFFERENCES: dict[str, tuple[Callable[[Path], object], dict[str, list[str]]]] = {
    "nothing": (nothing, {}),
    "seconds": (rewrite("history.csv", "epoch,loss,seconds\n1,0.5,9\n2,0.25,9\n"), {}),
    "a loss": (
        rewrite("history.csv", "epoch,loss,seconds\n1,0.5,2\n2,0.26,2\n"),
        {"history.csv": ["`loss` in 1 of 2 epochs, first in epoch 2: 0.25, and 0.26 now"]},
    ),
    "fewer epochs": (
        rewrite("history.csv", "epoch,loss,seconds\n1,0.5,2\n"),
        {"history.csv": ["2 epochs, and 1 now"]},
    ),
    "another column": (
        rewrite("history.csv", "epoch,lost,seconds\n1,0.5,2\n2,0.25,2\n"),
        {"history.csv": ["`loss` is missing", "`lost` is new"]},
    ),
    "an empty history": (
        rewrite("history.csv", ""),
        {"history.csv": ["2 epochs, and 0 now", "`epoch` is missing", "`loss` is missing"]},
    ),
    "a metric": (
        rewrite("metrics.json", '{"test": {"loss": 0.41}}'),
        {"metrics.json": ["`test.loss` is 0.4, and 0.41 now"]},
    ),
    "no metrics": (lambda run: (run / "metrics.json").unlink(), {"metrics.json": ["there is none now"]}),
    "broken metrics": (rewrite("metrics.json", "[]"), {"metrics.json": ["there is none now"]}),
    "a prediction": (
        rewrite("predictions.csv", "index,y prediction\n0,1\n1,6\n"),
        {"predictions.csv": ["`y prediction` in 1 of 2 rows, first in row 2: 5, and 6 now"]},
    ),
    "a weight": (model(NEXT), {"model.keras": [f"first/kernel {ONE_BIT}"]}),
    "another type": (model(np.ones(3)), {"model.keras": ["first/kernel is float32 (3,), and float64 (3,) now"]}),
    "another shape": (model(ONES[:2]), {"model.keras": ["first/kernel is float32 (3,), and float32 (2,) now"]}),
    "no number": (
        model(np.array([1, np.nan, 1], "float32")),
        {"model.keras": ["first/kernel in 1 of 3 numbers, not all of them finite"]},
    ),
    "a weight elsewhere": (
        model(ONES, "layers/dense/vars/1"),
        {"model.keras": ["first/kernel is missing", "layers/dense/vars/1 is new"]},
    ),
    "a damaged model": (
        rewrite("model.keras", "nonsense"),
        {"model.keras": ["`model.keras` cannot be read as a zip archive: file is not a zip file"]},
    ),
    "a weight in the checkpoint": (checkpoint(NEXT), {LAST: [f"first/kernel {ONE_BIT}"]}),
    "what callbacks keep": (checkpoint(ONES, ONES), {LAST: ["it is of other variables"]}),
    "other variables": (checkpoint(ONES, path="second/kernel"), {LAST: ["it is of other variables"]}),
    "a newer checkpoint": (checkpoint(ONES, step=11), {LAST: ["after 1 epochs and 0 steps, and 1 and 1 now"]}),
    "a damaged newer checkpoint": (rewrite("checkpoints/step-000000011.ckpt", "nonsense"), {}),
    "one that is being written": (rewrite("checkpoints/.step-000000011.ckpt.part", "nonsense"), {}),
}


@pytest.mark.parametrize("case", DIFFERENCES)
def test_comparing_runs(case: str, tmp_path: Path) -> None:
    from specc.runs import RunFolder
    from specc.training.comparing_runs import compare_runs

    change, expected = DIFFERENCES[case]
    run, other = (made(tmp_path / name) for name in ("run", "other"))
    change(other)
    found = compare_runs(RunFolder(run), RunFolder(other), {"first": ["kernel"]})
    assert [each.file for each in found] == ["history.csv", "metrics.json", "predictions.csv", "model.keras", LAST]
    assert {each.file: list(each.differences) for each in found if each.differences} == expected


def test_a_run_without_test_rows_and_checkpoints(tmp_path: Path) -> None:
    from specc.runs import RunFolder
    from specc.training.comparing_runs import compare_runs

    run, other = (made(tmp_path / name) for name in ("run", "other"))
    for folder in (run, other):
        (folder / "predictions.csv").unlink()
    (run / LAST).unlink()
    found = compare_runs(RunFolder(run), RunFolder(other), {})
    assert [(each.file, each.words) for each in found] == [
        ("history.csv", ""),
        ("metrics.json", ""),
        ("model.keras", ""),
    ]
