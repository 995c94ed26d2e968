import numpy as np
import pytest

from specc.data.order import batches, order


@pytest.mark.parametrize(("seed", "epoch", "samples"), [(0, 0, 0), (0, 0, 1), (3, 5, 1000), (-1, 2, 10), (2**64, 1, 7)])
def test_permutation(seed: int, epoch: int, samples: int) -> None:
    permutation = order(seed, epoch, samples)
    assert permutation.dtype == np.int64
    assert sorted(permutation) == list(range(samples))
    np.testing.assert_array_equal(permutation, order(seed, epoch, samples))


def test_epochs_and_seeds_differ() -> None:
    orders = {tuple(order(seed, epoch, 50)) for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


def test_the_order_is_fixed_forever() -> None:
    """Another order would change every run's numbers: the values are those of the rule, computed once."""
    assert order(0, 0, 8).tolist() == [0, 2, 1, 5, 4, 3, 6, 7]
    assert order(7, 3, 8).tolist() == [2, 5, 7, 3, 0, 6, 4, 1]


def test_batches() -> None:
    assert [batch.tolist() for batch in batches(np.arange(5), 2)] == [[0, 1], [2, 3], [4]]
    assert list(batches(np.arange(0), 2)) == []
