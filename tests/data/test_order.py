from types import SimpleNamespace

import numpy as np
import pytest

import specc.data.order
from specc.data.order import in_turn, order


@pytest.mark.parametrize(("seed", "epoch", "samples"), [(0, 0, 0), (0, 0, 1), (3, 5, 1000), (-1, 2, 10), (2**64, 1, 7)])
def test_permutation(seed: int, epoch: int, samples: int) -> None:
    permutation = order(seed, epoch, samples)
    assert permutation.dtype == np.int32
    assert sorted(permutation) == list(range(samples))
    np.testing.assert_array_equal(permutation, order(seed, epoch, samples))


def test_epochs_and_seeds_differ() -> None:
    orders = {tuple(order(seed, epoch, 50)) for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


def test_the_order_is_fixed_forever() -> None:
    """Another order would change every run's numbers: the values are those of the rule, computed once."""
    assert order(0, 0, 8).tolist() == [0, 2, 1, 5, 4, 3, 6, 7]
    assert order(7, 3, 8).tolist() == [2, 5, 7, 3, 0, 6, 4, 1]


@pytest.mark.parametrize("bits", [64, 3, 1])
def test_many_are_sorted_range_by_range(monkeypatch: pytest.MonkeyPatch, bits: int) -> None:
    """Also where keys are equal: of those the first comes first."""
    keys = np.random.default_rng(0).integers(2**64, size=1000, dtype=np.uint64) >> np.uint64(64 - bits)
    keys <<= np.uint64(64 - bits)
    monkeypatch.setattr(np.random, "Philox", lambda **_: SimpleNamespace(random_raw=lambda _: keys))
    for at_once in (1, 10, 300, 1000):
        monkeypatch.setattr(specc.data.order, "AT_ONCE", at_once)
        np.testing.assert_array_equal(order(0, 0, 1000), np.argsort(keys, kind="stable"))


def test_in_turn() -> None:
    assert in_turn(3).tolist() == [0, 1, 2]
    assert in_turn(3).dtype == order(0, 0, 3).dtype
