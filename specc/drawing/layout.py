"""Where the boxes of a drawing stand: data flows from top to bottom, chains stay straight, few wires cross.

In: boxes with the names of their inputs, and their widths. Out: a row and a place for each. A box's rank is the longest
way from an input; wires over several ranks get a place in each, so that they pass beside the boxes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from specc.drawing.boxes import Box

_SIDE, _WIRE = 28, 14  # pixels between boxes, and of a wire's own place
_SWEEPS = 8

Route = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """`x` is the middle of each place in pixels, `rank` its row from the top; `routes` are the wires."""

    x: Mapping[str, float]
    rank: Mapping[str, int]
    routes: tuple[Route, ...]
    rows: int


def lay_out(boxes: Sequence[Box], width: Mapping[str, float]) -> Layout:
    """The layout of at least one box. `width` is that of each box in pixels, by its name."""
    named = {box.name: box for box in boxes}
    rank = _ranks(named)
    routes = {wire: _route(wire, rank) for box in boxes for wire in ((source, box.name) for source in box.inputs)}
    rows = _ordered(_rows(named, rank, routes), routes)
    x = _places(rows, routes, width)
    return Layout(x, {name: at for at, row in enumerate(rows) for name in row}, tuple(routes.values()), len(rows))


def _ranks(boxes: Mapping[str, Box]) -> dict[str, int]:
    """The longest way to each box from a box without inputs. A wire that points backwards counts for nothing."""
    rank: dict[str, int] = {}
    for name, box in boxes.items():
        rank[name] = 1 + max((rank[source] for source in box.inputs if source in rank), default=-1)
    # An input is drawn right above what it feeds, not at the very top.
    for name, box in boxes.items():
        fed = [rank[other.name] for other in boxes.values() if name in other.inputs]
        if not box.inputs and fed:
            rank[name] = max(rank[name], min(fed) - 1)
    return rank


def _route(wire: tuple[str, str], rank: Mapping[str, int]) -> Route:
    """The wire's two ends and a place with a name of its own in each rank between them."""
    source, target = wire
    between = range(rank[source] + 1, rank[target])
    # Unlike any layer's name, these hold a line feed.
    return (source, *(f"{source}\n{target}\n{at}" for at in between), target)


def _rows(
    boxes: Mapping[str, Box], rank: Mapping[str, int], routes: Mapping[tuple[str, str], Sequence[str]]
) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
    for name in boxes:
        rows[rank[name]].append(name)
    for (source, _), route in routes.items():
        for step, place in enumerate(route[1:-1], start=1):
            rows[rank[source] + step].append(place)
    return rows


def _neighbours(routes: Mapping[tuple[str, str], Sequence[str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """For each place those above and those below it."""
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for route in routes.values():
        for upper, lower in pairwise(route):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def _ordered(rows: list[list[str]], routes: Mapping[tuple[str, str], Sequence[str]]) -> list[list[str]]:
    """Each row ordered by the mean position of its neighbours, down and up in turn: few wires cross then."""
    above, below = _neighbours(routes)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        order = rows if down else rows[::-1]
        for fixed, moved in pairwise(order):
            position = {name: at / max(1, len(fixed) - 1) for at, name in enumerate(fixed)}
            means = {
                name: fmean(near)
                for name in moved
                if (near := [position[n] for n in (above if down else below).get(name, []) if n in position])
            }
            moved.sort(key=lambda name, means=means: means.get(name, 0.5))  # type: ignore[misc]
    return rows


def _places(
    rows: Sequence[Sequence[str]], routes: Mapping[tuple[str, str], Sequence[str]], width: Mapping[str, float]
) -> dict[str, float]:
    """The middle of each place in pixels: as near to its neighbours as the row allows, so that chains stay straight."""
    above, below = _neighbours(routes)
    x: dict[str, float] = {}
    for row in rows:
        x |= _apart(row, dict.fromkeys(row, 0.0), width)
    for sweep in range(_SWEEPS * 2 + 1):
        down = sweep % 2 == 0
        for row in rows if down else rows[::-1]:
            near = above if down else below
            x |= _apart(row, {name: _middle(near.get(name, []), x, width, x[name]) for name in row}, width)
    return x


def _middle(near: Sequence[str], x: Mapping[str, float], width: Mapping[str, float], otherwise: float) -> float:
    """The mean of the neighbours' middles; passing wires count only where there are no boxes."""
    places = [x[name] for name in near if name in width] or [x[name] for name in near]
    return fmean(places) if places else otherwise


def _apart(row: Sequence[str], wish: Mapping[str, float], width: Mapping[str, float]) -> dict[str, float]:
    """Places near the wishes that do not overlap.

    A lone box gets its wish and wires give way to it. Otherwise the mean of packing from the left and from the right.
    """
    boxes = [at for at, name in enumerate(row) if name in width]
    if len(boxes) == 1:
        at = boxes[0]
        return _packed(row[at::-1], wish, width, -1) | _packed(row[at:], wish, width, 1)
    right, left = _packed(row, wish, width, 1), _packed(row[::-1], wish, width, -1)
    return {name: (right[name] + left[name]) / 2 for name in row}


def _packed(
    row: Sequence[str], wish: Mapping[str, float], width: Mapping[str, float], direction: int
) -> dict[str, float]:
    """Each place at its wish, or as far on in `direction` (1 right, -1 left) as those before it push it."""
    places: dict[str, float] = {}
    edge = float("-inf")
    for name in row:
        half = width.get(name, _WIRE) / 2
        at = max(direction * wish[name], edge + half)
        places[name] = direction * at
        edge = at + half + _SIDE
    return places
