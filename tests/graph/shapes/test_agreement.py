"""A seeded sample of the comparison with Keras; `python benchmarks/differential.py` is the whole."""

from pathlib import Path

import pytest

from tests.warm import Warm

DIFFERENTIAL = Path(__file__).parents[3] / "benchmarks" / "differential.py"


@pytest.mark.train
def test_inference_agrees_with_keras(warm: Warm) -> None:
    result = warm.python(DIFFERENTIAL, "--configs", "5", "--applications", "1", "--seed", "1")
    assert result.returncode == 0, result.stdout
