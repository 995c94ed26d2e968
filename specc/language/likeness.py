"""Known names, arranged so that asking which of them is like a word costs little, however many they are.

Comes in: names. Goes out: those that begin as a word does, share its letters, or are few slips away. What counts as
meant, `specc.language.suggest` decides. Only faults need it.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from itertools import islice

LONGEST = 60
"""Letters of a name that are compared."""

_COMPARED = 8  # names of which the likeness to one word is measured
_COMMON = 128  # names that share two neighbouring letters, beyond which those letters tell nothing
_RIVALS = 128  # names with nearly the letters of a word, beyond which it is in doubt which is meant


@dataclass(frozen=True, slots=True)
class Names:
    """Names by their letters; whatever is asked for comes in the order in which the names were given."""

    known: tuple[str, ...]
    spellings: dict[str, list[str]]
    """The names with the same letters, which are the key."""

    initials: dict[str, str]
    _sorted: list[str]
    _order: dict[str, int]
    _pairs: dict[str, list[str]]
    _by_digits: dict[str, list[tuple[int, str]]]

    def beginning_with(self, letters: str) -> str | None:
        """The letters of the shortest name that begins so."""
        start, end = bisect_left(self._sorted, letters), bisect_left(self._sorted, f"{letters}\U0010ffff")
        return min(self._sorted[start:end], key=lambda longer: (len(longer), self._order[longer]), default=None)

    def like(self, letters: str) -> list[str]:
        """The letters of the few names that share most pairs of neighbours with a word."""
        if len(self.spellings) <= _COMPARED:
            return list(self.spellings)
        votes: Counter[str] = Counter()
        for pair in _pairs_of(letters):
            same = self._pairs.get(pair, ())
            if len(same) <= _COMMON:
                votes.update(same)
        shared = ((-votes[other] / (len(letters) + len(other)), self._order[other], other) for other in votes)
        return [other for *_, other in nsmallest(_COMPARED, shared)]

    def others_within(self, name: str, best: str, most: int) -> bool:
        """Whether a name other than `best` may be `most` slips away from the word `name`, or fewer."""
        letters = letters_of(name)
        mask, least, longest = _mask(letters), len(letters) - most, len(letters) + most
        near = (
            other
            for others, other in self._by_digits.get(digits_of(name), ())
            if least <= len(other) <= longest
            and (others & ~mask).bit_count() <= most
            and (mask & ~others).bit_count() <= most
            and other != best
        )
        rivals = list(islice(near, _RIVALS + 1))
        return len(rivals) > _RIVALS or any(slips(letters, other, most) <= most for other in rivals)


@lru_cache(maxsize=64)  # the same names are compared with each fault
def names(known: tuple[str, ...]) -> Names:
    """The names, arranged."""
    spellings: dict[str, list[str]] = {}
    initials: dict[str, str] = {}
    by_digits: dict[str, list[tuple[int, str]]] = defaultdict(list)
    pairs: dict[str, list[str]] = defaultdict(list)
    for name in known:
        letters = letters_of(name)
        if "_" in name:
            initials.setdefault("".join(word[:1] for word in name.split("_")).lower(), name)
        if letters in spellings:
            spellings[letters].append(name)
            continue
        spellings[letters] = [name]
        by_digits[digits_of(name)].append((_mask(letters), letters))
        for pair in _pairs_of(letters):
            pairs[pair].append(letters)
    order = {letters: number for number, letters in enumerate(spellings)}
    return Names(known, spellings, initials, sorted(spellings), order, pairs, by_digits)


@lru_cache(maxsize=1024)
def letters_of(name: str) -> str:
    """What counts of a name: case and the marks between words do not."""
    return "".join(character for character in name.lower() if character.isalnum() or character == ".")


def digits_of(name: str) -> str:
    """The digits of a name, which are never mistyped for each other."""
    return "".join(filter(str.isdigit, name))


def slips(a: str, b: str, most: int) -> int:
    """How many letters are wrong, missing, added or swapped with their neighbour; more than `most` are not counted."""
    a, b = _inner(a, b)
    if abs(len(a) - len(b)) > most:
        return most + 1
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(rows[-1]) > most:
            return most + 1
        rows.append(row)
    return min(rows[-1][-1], most + 1)


def _inner(a: str, b: str) -> tuple[str, str]:
    """Two words without the beginning and the end that they share."""
    start, shorter = 0, min(len(a), len(b))
    while start < shorter and a[start] == b[start]:
        start += 1
    end = 0
    while end < shorter - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return a[start : len(a) - end], b[start : len(b) - end]


def _pairs_of(letters: str) -> Iterator[str]:
    """Each two neighbours of a word, its ends included, once."""
    ended = f" {letters[:LONGEST]} "
    return iter({ended[i : i + 2]: None for i in range(len(ended) - 1)})


def _mask(letters: str) -> int:
    """The set of a word's letters as bits; two letters may share one."""
    bits = 0
    for letter in letters:
        bits |= 1 << ord(letter) % 64
    return bits
