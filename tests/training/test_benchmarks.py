"""The benchmarks of training: their specs and scripts go together, and what compares runs notices what differs."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import h5py
import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.train
def test_a_case_trains_to_equal_losses() -> None:
    command = [sys.executable, str(BENCHMARKS / "engine.py"), "--equal", "--only", "small-mlp"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("spec", sorted((BENCHMARKS / "engine").glob("*.yaml")), ids=lambda spec: spec.stem)
def test_each_spec_has_its_script(spec: Path) -> None:
    assert (BENCHMARKS / "engine" / f"{spec.stem.replace('-', '_')}.py").is_file()


def rewrite(name: str, text: str) -> Callable[[Path], object]:
    return lambda run: (run / name).write_text(text)


def weight(place: str) -> Callable[[Path], object]:
    """Change an array by the least that there is."""
    return lambda run: save(run / place, np.nextafter(np.ones(3, "float32"), np.float32(2)))


def nothing(_: Path) -> None:
    """Leave the run as it is."""


DIFFERENCES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "nothing": (nothing, []),
    "seconds": (rewrite("history.csv", "epoch,loss,seconds\n1,0.5,9\n"), []),
    "loss": (rewrite("history.csv", "epoch,loss,seconds\n1,0.6,2\n"), ["history.csv: loss"]),
    "fewer epochs": (rewrite("history.csv", "epoch,loss,seconds\n"), ["history.csv: epoch", "history.csv: loss"]),
    "metrics": (rewrite("metrics.json", "{}"), ["metrics.json"]),
    "predictions": (rewrite("predictions.csv", ""), ["predictions.csv"]),
    "a weight": (weight("model.keras"), ["model.keras: kernel"]),
    "a weight in a checkpoint": (weight("checkpoints/000010.h5"), ["checkpoint: kernel"]),
    "a newer checkpoint": (weight("checkpoints/000011.h5"), ["the newest checkpoint"]),
    "one that is being written": (weight("checkpoints/part-000011.h5"), []),
}


@pytest.mark.parametrize("case", DIFFERENCES)
def test_comparing_runs(case: str, tmp_path: Path) -> None:
    change, expected = DIFFERENCES[case]
    run, other = (made(tmp_path / name) for name in ("run", "other"))
    change(other)
    assert equal_runs().differences(run, other) == expected


def made(run: Path) -> Path:
    """A run as far as it is compared."""
    (run / "checkpoints").mkdir(parents=True)
    (run / "history.csv").write_text("epoch,loss,seconds\n1,0.5,2\n")
    (run / "metrics.json").write_text(json.dumps({"test": {"loss": 0.4}}))
    (run / "predictions.csv").write_text("index\n0\n")
    for place in ("model.keras", "checkpoints/000005.h5", "checkpoints/000010.h5"):
        save(run / place, np.ones(3, "float32"))
    return run


def save(path: Path, array: Any) -> None:
    with h5py.File(path, "w") as file:
        file["kernel"] = array


def equal_runs() -> ModuleType:
    """`benchmarks/equal_runs.py`, which is beside the programs that use it."""
    spec = spec_from_file_location("equal_runs", BENCHMARKS / "equal_runs.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
