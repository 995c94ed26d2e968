"""The value that stops whoever looks at it."""

import operator
from collections.abc import Callable

import pytest

from specc.spec.unknown import FAULTY, Partly, Unknown, each, is_faulty, known, several

LOOKS: dict[str, Callable[[], object]] = {
    "attribute": lambda: FAULTY.shape,
    "item": lambda: FAULTY[0],
    "call": lambda: FAULTY(1),
    "iteration": lambda: list(FAULTY),
    "unpacking": lambda: operator.itemgetter(0)([*FAULTY]),
    "length": lambda: len(FAULTY),
    "truth": lambda: not FAULTY,
    "equality": lambda: FAULTY == 1,
    "order": lambda: FAULTY > 1,
    "the other side": lambda: min(1, FAULTY),
    "membership": lambda: 1 in FAULTY,
    "in a set": lambda: FAULTY in {1, 2},
    "as text": lambda: str(FAULTY),
    "in a text": lambda: f"{FAULTY}",
    "arithmetic": lambda: 2 * FAULTY,
    "division": lambda: 3 // FAULTY,
    "sign": lambda: -FAULTY,
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_looking_at_it_stops(look: Callable[[], object]) -> None:
    with pytest.raises(Unknown):
        look()
    assert is_faulty(known(look))


def test_it_is_kept_and_handed_on() -> None:
    assert repr({"loss": FAULTY}) == "{'loss': FAULTY}"
    assert known(lambda: 3) == 3
    assert known(operator.add, 3, 4) == 7


def test_of_some_items_the_known_ones_come_first() -> None:
    items = iter(several([1, FAULTY, 2]))
    assert (next(items), next(items)) == (1, 2)
    with pytest.raises(Unknown):
        next(items)
    assert any(item == 2 for item in Partly((1, 2)))
    with pytest.raises(Unknown):
        any(item == 3 for item in Partly((1, 2)))
    with pytest.raises(Unknown):
        len(Partly((1, 2)))
    with pytest.raises(Unknown):
        bool(Partly((1, 2)))


def test_items_change_as_far_as_they_are_known() -> None:
    assert several([1, 2]) == (1, 2)
    assert each((1, 2), str) == ("1", "2")
    assert is_faulty(each(FAULTY, str))
    assert isinstance(each(Partly((1, 2)), str), Partly)
