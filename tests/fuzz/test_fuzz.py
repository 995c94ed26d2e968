"""A seeded sample of the fuzzing; `python benchmarks/fuzz.py --runs 100000` is the whole."""

import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[2] / "benchmarks" / "fuzz.py"


@pytest.mark.parametrize(("runs", "seed"), [(1000, 1)])
def test_no_spec_breaks_the_checker(runs: int, seed: int, tmp_path: Path) -> None:
    command = [sys.executable, str(FUZZ), "--runs", str(runs), "--seed", str(seed), "--found", str(tmp_path / "found")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{runs} specs of seed {seed}: 0 broken promises" in done.stdout
