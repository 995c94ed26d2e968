"""Specs of a few lines on real data: trains each and prints what it reaches beside what it should.

    python benchmarks/data_sets.py FOLDER [NAME …]

FOLDER holds the public files that `benchmarks/data_sets/*.yaml` name, archives still packed. Each spec is trained as a
process of its own in a new folder, as its user would.
"""

import csv
import json
import math
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

SPECS = Path(__file__).resolve().parent / "data_sets"
ARCHIVES = {"cifar10-small": "cifar10-small.tar", "review-polarity": "review_polarity.tar.gz"}


class Goal(NamedTuple):
    """What is read of the metrics that `specc train --json` prints, and what it should reach."""

    what: str
    read: Callable[[Mapping[str, Any]], float]
    bound: float
    at_least: bool = True

    def reached(self, value: float) -> bool:
        """Whether a value is good enough."""
        return value >= self.bound if self.at_least else value <= self.bound


def _test(name: str) -> Callable[[Mapping[str, Any]], float]:
    return lambda metrics: float(metrics["test"][name])


def goals(folder: Path) -> dict[str, Goal]:
    """The goal of each spec; some are read from the data."""
    return {
        "adult": Goal("test accuracy", _test("accuracy"), 0.85),
        "titanic": Goal("accuracy, mean of 5 folds", lambda found: float(found["validation"]["accuracy"]), 0.80),
        "penguins": Goal("test accuracy", _test("accuracy"), 0.97),
        "mpg": Goal("test R2", _test("r2_score"), 0.85),
        "temperatures": Goal(
            "test RMSE, against that of `as yesterday`", _test("root_mean_squared_error"), _yesterday(folder), False
        ),
        "review-polarity": Goal("test accuracy", _test("accuracy"), 0.80),
        "tinyshakespeare": Goal("validation loss, nats", lambda found: float(found["validation"]["loss"]), 2.0, False),
        "cifar10-small": Goal("test accuracy", _test("accuracy"), 0.60),
    }


def _yesterday(folder: Path) -> float:
    """The root mean squared error, over the last 15 percent of the days, of saying what the day before had."""
    with (folder / "daily-min-temperatures.csv").open(encoding="utf-8") as file:
        days = [float(row["Temp"]) for row in csv.DictReader(file)]
    last = range(round(len(days) * 0.85), len(days))
    return math.sqrt(statistics.fmean((days[day] - days[day - 1]) ** 2 for day in last))


def train(name: str, folder: Path, work: Path) -> tuple[Mapping[str, Any], float]:
    """The metrics of a spec trained in `work`, and the seconds of the whole process."""
    spec = SPECS / f"{name}.yaml"
    shutil.copy(spec, work)
    if name in ARCHIVES:
        with tarfile.open(folder / ARCHIVES[name]) as archive:
            archive.extractall(work, filter="data")
    else:
        words = spec.read_text(encoding="utf-8").replace(",", " ").replace("}", " ").split()
        for file in folder.iterdir():
            if file.name in words:
                shutil.copy(file, work)
    began = time.perf_counter()
    command = [sys.executable, "-m", "specc", "train", spec.name, "--quiet", "--json"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr}")
    metrics: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])["metrics"]
    return metrics, time.perf_counter() - began


def main() -> None:
    """Train the specs that are named, or all."""
    folder = Path(sys.argv[1])
    wanted = goals(folder)
    names = sys.argv[2:] or list(wanted)
    print("| spec | lines | measured | goal | reached | seconds |\n|---|---|---|---|---|---|")
    missed = 0
    for name in names:
        goal = wanted[name]
        with tempfile.TemporaryDirectory() as work:
            metrics, seconds = train(name, folder, Path(work))
        value = goal.read(metrics)
        missed += not goal.reached(value)
        lines = len((SPECS / f"{name}.yaml").read_text(encoding="utf-8").splitlines())
        sign = "≥" if goal.at_least else "≤"
        print(f"| {name} | {lines} | {goal.what} | {sign} {goal.bound:.3g} | {value:.4f} | {seconds:.0f} |", flush=True)
    raise SystemExit(missed > 0)


if __name__ == "__main__":
    main()
