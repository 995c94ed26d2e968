"""The name that was probably meant: for `help` lines of findings about unknown names. Only faults need it."""

import re
from collections.abc import Iterable
from functools import lru_cache

_LONGEST = 60  # letters that are compared
_MANY = 1000  # names; among more, likeness is not looked for: every fault would cost a comparison with each of them
_SHORTEST = {1: 4, 2: 8}  # letters of a word in which there may be so many slips
_WORD = r"[A-Z]*[a-z]+|[A-Z]+|[^\W_]+"
_OLD_NAMES = {"lr": "learning_rate", "nb_epoch": "epochs", "nb_filter": "filters"}
"""What older releases of Keras called arguments."""


def best_match(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to `name`, or None if none is near.

    Case and the marks between words count for nothing: `dense` is `Dense`, `learningrate` is `learning_rate`. Then come
    initials (`lr`), two letters swapped, beginnings (`Mirrored`), and at last likeness.
    """
    return _best_match(name[:_LONGEST], tuple(known))


def did_you_mean(name: str, known: Iterable[str], mark: str = "") -> str:
    """A help line naming the best match, or nothing. `mark` is written before the name."""
    match = best_match(name, known)
    return f"did you mean `{mark}{match}`?" if match else ""


def certain_match(name: str, known: Iterable[str]) -> str | None:
    """The one word of a closed list that `name` can only be a slip of, or None: what a fix may write unasked.

    Case and the marks between words count for nothing. Else one letter may be wrong, missing, added or swapped with
    its neighbour, in a long word two, and no other known word may be near.
    """
    name, known = name[:_LONGEST], tuple(dict.fromkeys(known))
    same = _same_letters(name, known)
    if len(same) > 1:  # spellings of one thing, as `MSE` and `mse`
        same = [candidate for candidate in same if candidate.islower() == name.islower()]
    if not same and _OLD_NAMES.get(name) in known:
        return _OLD_NAMES[name]
    return same[0] if len(same) == 1 else _nearest(name, known)


def certain_own_name(name: str, known: Iterable[str]) -> str | None:
    """Like `certain_match` for names that the user made up, of which `conv_a` and `conv_b` may well mean two things."""
    name, known = name[:_LONGEST], tuple(dict.fromkeys(known))
    same = _same_letters(name, known)
    if same:
        return same[0] if len(same) == 1 else None
    near = _nearest(name, known)
    slip = near is not None and len(near) >= 6 and near[0] == name[0] and near[-2:] == name[-2:]
    return near if slip else None


def _same_letters(name: str, known: Iterable[str]) -> list[str]:
    letters = _letters(name)
    return [candidate for candidate in known if letters and _letters(candidate) == letters]


def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name one or two slips away, if all others are two slips further off and digits are not in doubt."""
    near: dict[str, int] = {}
    for candidate in known if len(known) <= _MANY else ():
        if _digits(candidate) == _digits(name) and abs(len(candidate) - len(name)) <= 4:
            near[candidate] = _slips(_letters(name), _letters(candidate))
    if not near:
        return None
    best = min(near, key=near.__getitem__)
    rivals = [slips for candidate, slips in near.items() if _letters(candidate) != _letters(best)]
    alone = all(slips >= near[best] + 2 for slips in rivals)
    return best if near[best] <= 2 and alone and _is_a_slip(name, best) else None


def _is_a_slip(name: str, known: str) -> bool:
    """Whether each word has but few slips for its length: `min_value` is not `max_value` mistyped."""
    words, others = re.findall(_WORD, name), re.findall(_WORD, known)
    if len(words) != len(others):
        words, others = [name], [known]
    for word, other in zip(words, others, strict=True):
        slips = _slips(_letters(word), _letters(other))
        if slips > 2 or (slips and len(other) < _SHORTEST[slips]):
            return False
    return True


def _slips(a: str, b: str) -> int:
    """How many letters are wrong, missing, added or swapped with their neighbour."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))


@lru_cache(maxsize=256)  # one slip is often repeated on many lines
def _best_match(name: str, known: tuple[str, ...]) -> str | None:
    by_letters: dict[str, str] = {}
    # Of names that differ in case alone, the one written like `name`: `mse` for `mes`, `MSE` for `MES`.
    for candidate in sorted(known, key=lambda c: c.islower() != name.islower()):
        by_letters.setdefault(_letters(candidate), candidate)
    letters = _letters(name)
    if letters in by_letters:
        return by_letters[letters]
    initials = next((c for c in known if "_" in c and "".join(w[:1] for w in c.split("_")).lower() == letters), None)
    if initials:
        return initials
    swapped = _with_neighbours_swapped(letters) & by_letters.keys()
    if swapped:
        return by_letters[min(swapped)]
    if len(letters) >= 4:
        longer = sorted((c for c in by_letters if c.startswith(letters)), key=len)
        if longer:
            return by_letters[longer[0]]
    if len(known) > _MANY:
        return None
    from difflib import get_close_matches  # only faults pay for it

    cutoff = 0.5 if len(letters) <= 2 else 0.65
    near = get_close_matches(letters, by_letters, n=1, cutoff=cutoff)
    return by_letters[near[0]] if near else None


@lru_cache(maxsize=8192)  # the same names are compared with each fault
def _letters(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum() or character == ".")


def _with_neighbours_swapped(word: str) -> set[str]:
    """Two letters in the wrong order are the commonest slip, and difflib counts it as two."""
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
