"""The name that was probably meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.language.suggest import best_match, certain_match, certain_own_name, did_you_mean

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
    ("Mse", "mse"),
    ("MSe", "MSE"),
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


ARGUMENTS = ("beta_1", "beta_2", "filters", "kernel_size", "learning_rate", "max_value", "momentum", "use_bias")


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("filter", "filters"),
        ("filtres", "filters"),
        ("FILTERS", "filters"),
        ("kernelSize", "kernel_size"),
        ("kernel_siz", "kernel_size"),
        ("kernal_sizes", "kernel_size"),
        ("momentmu", "momentum"),
        ("lr", "learning_rate"),
        ("learning_rat", "learning_rate"),
        ("lerning_rtae", "learning_rate"),
        ("lernig_rtae", None),
        ("beta_3", None),
        ("beta", None),
        ("beta1", "beta_1"),
        ("min_value", None),
        ("bias", None),
        ("use_", None),
        ("", None),
        ("_", None),
    ],
)
def test_certain_match(name: str, match: str | None) -> None:
    assert certain_match(name, ARGUMENTS) == match


@pytest.mark.parametrize(
    ("name", "known", "match"),
    [
        ("encodre", ["encoder", "decoder"], None),
        ("endocer", ["encoder"], None),
        ("shorctut", ["shortcut"], "shortcut"),
        ("Shortcut", ["shortcut"], "shortcut"),
        ("block1", ["block_1", "block_2"], "block_1"),
        ("block_3", ["block_1"], None),
        ("conv_b", ["conv_a"], None),
        ("left", ["lift"], None),
        ("branches", ["branch"], None),
        ("a", ["A", "a_"], None),
    ],
)
def test_certain_own_name(name: str, known: list[str], match: str | None) -> None:
    assert certain_own_name(name, known) == match


MANY = [
    f"block_{block}_{kind}_{part}" for block in range(50) for kind in ("conv", "norm", "pool") for part in "abcdefg"
]


@pytest.mark.parametrize(
    ("name", "match", "certain"),
    [
        ("block_7_covn_a", "block_7_conv_a", None),  # or `block_7_conv_b`
        ("Block_7_Conv_A", "block_7_conv_a", "block_7_conv_a"),
        ("shrotcut", "shortcut", "shortcut"),
        ("zebra", None, None),
    ],
)
def test_many_names(name: str, match: str | None, certain: str | None) -> None:
    known = [*MANY, "shortcut"]
    assert (best_match(name, known), certain_own_name(name, known)) == (match, certain)


@given(st.text(), st.lists(st.text()))
def test_certain_matches_are_known(name: str, known: list[str]) -> None:
    assert {certain_match(name, known), certain_own_name(name, known)} <= {None, *known}
