"""A seeded sample of the comparison with Keras; `python benchmarks/differential.py` is the whole."""

import subprocess
import sys
from pathlib import Path

import pytest

DIFFERENTIAL = Path(__file__).parents[3] / "benchmarks" / "differential.py"


@pytest.mark.train
def test_inference_agrees_with_keras() -> None:
    command = [sys.executable, str(DIFFERENTIAL), "--configs", "5", "--applications", "1", "--seed", "1"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
