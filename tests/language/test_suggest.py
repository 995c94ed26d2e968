"""The name that was probably meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.language.suggest import best_match, did_you_mean

KNOWN = [
    "Dense",
    "Conv2D",
    "Conv2DTranspose",
    "relu",
    "relu6",
    "learning_rate",
    "MirroredStrategy",
    "epochs",
    "seed",
    "MSE",
    "mse",
]

CASES = [
    ("dense", "Dense"),
    ("Conv2d", "Conv2D"),
    ("conv2", "Conv2D"),
    ("relu7", "relu"),
    ("RELU6", "relu6"),
    ("rleu", "relu"),
    ("learningrate", "learning_rate"),
    ("learning-rate", "learning_rate"),
    ("lr", "learning_rate"),
    ("Mirrored", "MirroredStrategy"),
    ("epoch", "epochs"),
    ("epcohs", "epochs"),
    ("sede", "seed"),
    ("mes", "mse"),
    ("MES", "MSE"),
    ("zebra", None),
    ("", None),
]


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_best_match(name: str, expected: str | None) -> None:
    assert best_match(name, KNOWN) == expected


def test_did_you_mean() -> None:
    assert did_you_mean("bse", ["base"], "*") == "did you mean `*base`?"
    assert did_you_mean("zebra", KNOWN) == ""


@given(st.text(), st.lists(st.text()))
def test_any_name(name: str, known: list[str]) -> None:
    match = best_match(name, known)
    assert match is None or match in known
