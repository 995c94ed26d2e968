"""What the names of several layers have in common: prefixes before `_`, and stretches of letters or digits."""

import re
from collections.abc import Callable
from typing import Any

from specc.importing.folding.items import Items, has_hole, walk
from specc.importing.folding.params import ABSENT

TOKEN = re.compile(r"\$\([^)]*\)|\$[A-Za-z_]\w*|[A-Za-z]+|\d+|[^A-Za-z\d$]+|\$")


def shortener(items: Items) -> Callable[[str], str]:
    """From a name in the stretch to what distinguishes it there: without what all begin, end, or have between."""
    names = [item.name.split("_") for item in walk(items) if item.name]
    if len(names) < 2:
        return str
    shortest = min(map(len, names)) - 1
    start = next((at for at in range(shortest) if len({own[at] for own in names}) > 1), shortest)
    rest = shortest - start
    end = next((at for at in range(rest) if len({own[-1 - at] for own in names}) > 1), rest)
    middles = [frozenset(own[start : len(own) - end]) for own in names]
    everywhere = frozenset.intersection(*middles) if all(len(middle) > 1 for middle in middles) else frozenset()

    def short(name: str) -> str:
        tokens = name.split("_")
        return "_".join(token for token in tokens[start : len(tokens) - end] if token not in everywhere)

    return short


def prefixes_of(columns: list[tuple[Any, ...]]) -> list[str] | None:
    """What comes before `_` in all names of each stretch, so that what comes after is the same in all stretches."""
    whole = next((names for names in columns if ABSENT not in names), None)
    if whole is None:
        return None
    tokens = [name.split("_") for name in whole]
    common = 0
    while all(len(own) > common + 1 for own in tokens) and len({own[-1 - common] for own in tokens}) == 1:
        common += 1
    for size in range(common, 0, -1):
        prefixes = ["_".join(own[:-size]) for own in tokens]
        if len(set(prefixes)) < len(prefixes):
            continue
        if all(_same_rest(names, prefixes) for names in columns):
            return prefixes
    return None


def _same_rest(names: tuple[Any, ...], prefixes: list[str]) -> bool:
    rests = set()
    for name, prefix in zip(names, prefixes, strict=True):
        if name is ABSENT:
            continue
        if not name.startswith(f"{prefix}_") or has_hole(name[len(prefix) + 1 :]):
            return False
        rests.add(name[len(prefix) + 1 :])
    return len(rests) == 1 and "" not in rests


def is_constant(tokens: list[str]) -> bool:
    """Whether all are the same, and no variable."""
    return len(set(tokens)) == 1 and not has_hole(tokens[0]) and tokens[0] != "$"
