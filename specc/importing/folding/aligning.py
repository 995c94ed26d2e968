"""Several lists of entries -> columns of entries that correspond, with None where a list has no such entry."""

from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

from specc.importing.folding.items import Item, Items

Column: TypeAlias = tuple[Item | None, ...]
"""An entry for each list."""
KeyOf: TypeAlias = Callable[[int, Item], Hashable]


def aligned(lists: Sequence[Items], key_of: KeyOf) -> list[Column]:
    """The columns; entries correspond if their keys are equal, and keep their order."""
    keys = [tuple(key_of(number, item) for item in items) for number, items in enumerate(lists)]
    whole: list[Hashable] = []
    for other in sorted(dict.fromkeys(keys), key=len, reverse=True):
        whole = _merged(whole, other)
    columns: list[list[Item | None]] = [[None] * len(lists) for _ in whole]
    for number, (items, own) in enumerate(zip(lists, keys, strict=True)):
        for place, item in zip(_places(whole, own), items, strict=True):
            columns[place][number] = item
    return [tuple(column) for column in columns]


def _merged(whole: list[Hashable], other: Sequence[Hashable]) -> list[Hashable]:
    """The shortest list, more or less, in which both are contained in their order."""
    merged: list[Hashable] = []
    for tag, start, end, other_start, other_end in SequenceMatcher(None, whole, other, autojunk=False).get_opcodes():
        merged += whole[start:end]
        if tag in {"insert", "replace"}:
            merged += other[other_start:other_end]
    return merged


def _places(whole: Sequence[Hashable], own: Sequence[Hashable]) -> list[int]:
    """Where in `whole` the keys of one list stand: where most of them stand together."""
    blocks = SequenceMatcher(None, whole, own, autojunk=False).get_matching_blocks()
    places = [block.a + step for block in blocks for step in range(block.size)]
    if len(places) == len(own):
        return places
    places = []
    at = 0
    for key in own:  # it is contained, so the first that is free will do
        at = whole.index(key, at) + 1
        places.append(at - 1)
    return places
