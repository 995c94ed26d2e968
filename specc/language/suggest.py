"""The name that was probably meant: for `help` lines of findings about unknown names. Only faults need it."""

from collections.abc import Iterable
from functools import lru_cache

_LONGEST = 60  # letters that are compared


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
    from difflib import get_close_matches  # only faults pay for it

    cutoff = 0.5 if len(letters) <= 2 else 0.65
    near = get_close_matches(letters, by_letters, n=1, cutoff=cutoff)
    return by_letters[near[0]] if near else None


def _letters(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum() or character == ".")


def _with_neighbours_swapped(word: str) -> set[str]:
    """Two letters in the wrong order are the commonest slip, and difflib counts it as two."""
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
