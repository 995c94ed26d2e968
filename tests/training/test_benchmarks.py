"""The benchmarks of training: their specs and scripts go together."""

import subprocess
import sys
from pathlib import Path

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
