"""The name that was probably meant: for `help` lines of findings about unknown names. Only faults need it."""

import re
from collections.abc import Iterable
from functools import lru_cache

from specc.language.likeness import LONGEST, Names, digits_of, letters_of, names, slips

_SHORTEST = {1: 4, 2: 8}  # letters of a word in which there may be so many slips
_WORD = r"[A-Z]*[a-z]+|[A-Z]+|[^\W_]+"
_OLD_NAMES = {"lr": "learning_rate", "nb_epoch": "epochs", "nb_filter": "filters"}
"""What older releases of Keras called arguments."""


def best_match(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to `name`, or None if none is near.

    Case and the marks between words count for nothing: `dense` is `Dense`, `learningrate` is `learning_rate`. Then come
    initials (`lr`), two letters swapped, beginnings (`Mirrored`), and at last likeness.
    """
    return _best_match(name[:LONGEST], tuple(known))


def did_you_mean(name: str, known: Iterable[str], mark: str = "") -> str:
    """A help line naming the best match, or nothing. `mark` is written before the name."""
    match = best_match(name, known)
    return f"did you mean `{mark}{match}`?" if match else ""


def certain_match(name: str, known: Iterable[str]) -> str | None:
    """The one word of a closed list that `name` can only be a slip of, or None: what a fix may write unasked.

    Case and the marks between words count for nothing. Else one letter may be wrong, missing, added or swapped with
    its neighbour, in a long word two, and no other known word may be near.
    """
    return _certain_match(name[:LONGEST], tuple(dict.fromkeys(known)))


def certain_own_name(name: str, known: Iterable[str]) -> str | None:
    """Like `certain_match` for names that the user made up, of which `conv_a` and `conv_b` may well mean two things."""
    name, known = name[:LONGEST], tuple(dict.fromkeys(known))
    same = _same_letters(name, known)
    if same:
        return same[0] if len(same) == 1 else None
    near = _nearest(name, known)
    slip = near is not None and len(near) >= 6 and near[0] == name[:1] and near[-2:] == name[-2:]
    return near if slip else None


@lru_cache(maxsize=256)  # a mapping with a slip is asked about each of its keys
def _certain_match(name: str, known: tuple[str, ...]) -> str | None:
    same = _same_letters(name, known)
    if len(same) > 1:  # spellings of one thing, as `MSE` and `mse`
        same = [_written_like(name, same)]
    if not same and _OLD_NAMES.get(name) in known:
        return _OLD_NAMES[name]
    return same[0] if len(same) == 1 else _nearest(name, known)


def _same_letters(name: str, known: tuple[str, ...]) -> list[str]:
    letters = letters_of(name)
    return names(known).spellings.get(letters, []) if letters else []


def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name one or two slips away, if all others are two slips further off and digits are not in doubt."""
    every, letters, best, fewest = names(known), letters_of(name), None, 3
    for other in every.like(letters):
        candidate = every.spellings[other][0]
        if digits_of(candidate) == digits_of(name):
            found = slips(letters, other, fewest)
            best, fewest = (candidate, found) if found < fewest else (best, fewest)
    if best is None or not _is_a_slip(name, best) or every.others_within(name, letters_of(best), fewest + 1):
        return None
    return best


def _is_a_slip(name: str, known: str) -> bool:
    """Whether each word has but few slips for its length: `min_value` is not `max_value` mistyped."""
    words, others = re.findall(_WORD, name), re.findall(_WORD, known)
    if len(words) != len(others):
        words, others = [name], [known]
    for word, other in zip(words, others, strict=True):
        count = slips(letters_of(word), letters_of(other), 2)
        if count > 2 or (count and len(other) < _SHORTEST[count]):
            return False
    return True


@lru_cache(maxsize=256)  # one slip is often repeated on many lines
def _best_match(name: str, known: tuple[str, ...]) -> str | None:
    every, letters = names(known), letters_of(name)
    if letters in every.initials and letters not in every.spellings:
        return every.initials[letters]
    found = _best_letters(letters, every) if letters else None
    if found is None:
        return None
    return _written_like(name, every.spellings[found])


def _written_like(name: str, spellings: list[str]) -> str:
    """Of names that differ in case alone, the one written like `name`: `mse` for `mes`, `MSE` for `MES`."""
    small = name[1:].islower()
    return min(spellings, key=lambda other: (other[1:].islower() != small, other[:1] != name[:1]))


def _best_letters(letters: str, every: Names) -> str | None:
    if letters in every.spellings:
        return letters
    swapped = _with_neighbours_swapped(letters) & every.spellings.keys()
    if swapped:
        return min(swapped)
    longer = every.beginning_with(letters) if len(letters) >= 4 else None
    if longer:
        return longer
    from difflib import get_close_matches  # only faults pay for it

    cutoff = 0.5 if len(letters) <= 2 else 0.65
    near = get_close_matches(letters, every.like(letters), n=1, cutoff=cutoff)
    return near[0] if near else None


def _with_neighbours_swapped(word: str) -> set[str]:
    """Two letters in the wrong order are the commonest slip, and difflib counts it as two."""
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
