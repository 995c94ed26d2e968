"""The model as a layered drawing in SVG: data flows from top to bottom, skip connections curve around what they skip.

Goes in: the layers with the names of their inputs. A layer's rank is the longest way from an input; wires over
several ranks get a place in each, so that they pass beside the boxes. Comes out: `<svg>`, or nothing
if there is too much to draw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean

from markupsafe import Markup

from specc.report.folding import fold
from specc.report.text import visible
from specc.runs import Layer

FOLD_ABOVE = 60
"""Models of more layers have their chains folded into one box each."""

DRAW_AT_MOST = 200
"""Above this many boxes after folding, a drawing no longer explains anything."""

_CHARACTER = 7.2  # pixels of one character of the label, on average
_HEIGHT, _GAP, _SIDE, _WIRE, _MARGIN = 44, 26, 28, 14, 8
_SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the drawing: a layer, or a folded chain of them. `kind` is a CSS class."""

    name: str
    title: str
    subtitle: str
    kind: str
    inputs: tuple[str, ...]

    @property
    def width(self) -> float:
        """In pixels, wide enough for both lines of text."""
        return max(90.0, 28 + _CHARACTER * max(len(self.title), 0.92 * len(self.subtitle)))


def draw(layers: Sequence[Layer], inputs: Sequence[str], outputs: Sequence[str]) -> Markup:
    """The drawing; empty for a model without layers or with more than `DRAW_AT_MOST` boxes."""
    boxes = _boxes(layers, inputs, outputs)
    if len(boxes) > FOLD_ABOVE:
        boxes = [_folded(chain) if len(chain) > 1 else chain[0] for chain in fold(boxes)]
    if not boxes or len(boxes) > DRAW_AT_MOST:
        return Markup("")
    return _svg({box.name: box for box in boxes}, len(layers))


def _boxes(layers: Sequence[Layer], inputs: Sequence[str], outputs: Sequence[str]) -> list[Box]:
    known = {layer.name for layer in layers}
    missing = [Box(name, "Input", name, "b-io", ()) for name in inputs if name not in known]
    first = tuple(box.name for box in missing) if len(missing) == 1 else ()
    boxes = [
        Box(
            layer.name,
            _short(layer.type),
            _short(f"{layer.name} {layer.output_shape}"),
            _kind(layer, layer.name in outputs),
            tuple(dict.fromkeys(layer.inputs)) or (first if not _is_input(layer) else ()),
        )
        for layer in layers
    ]
    drawn = known | set(first) | {box.name for box in missing}
    return [replace(box, inputs=tuple(name for name in box.inputs if name in drawn)) for box in (*missing, *boxes)]


def _kind(layer: Layer, is_output: bool) -> str:
    if _is_input(layer):
        return "b-io"
    kind = "b-trained" if layer.trainable_parameters else "b-frozen" if layer.parameters else "b-plain"
    return f"{kind} b-out" if is_output else kind


def _is_input(layer: Layer) -> bool:
    return layer.type == "InputLayer"


def _folded(chain: Sequence[Box]) -> Box:
    """One box for a chain of several, named as its last so that what follows still finds it."""
    types = list(dict.fromkeys(box.title for box in chain))
    title = f"{len(chain)} layers: {', '.join(types[:3])}{' …' if len(types) > 3 else ''}"
    span = f"{chain[0].subtitle.split(' ')[0]} … {chain[-1].subtitle}"
    kinds = [box.kind.split()[0] for box in chain]
    kind = next((kind for kind in ("b-trained", "b-frozen") if kind in kinds), "b-plain")
    out = " b-out" if "b-out" in chain[-1].kind else ""
    return Box(chain[-1].name, _short(title, 48), _short(span, 52), kind + out, chain[0].inputs)


def _short(text: str, limit: int = 42) -> str:
    clean = visible(text).replace("\n", " ")
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"


def _svg(boxes: Mapping[str, Box], layers: int) -> Markup:
    rank = _ranks(boxes)
    wires = [(source, box.name) for box in boxes.values() for source in box.inputs]
    routes = {wire: _route(wire, rank) for wire in wires}
    rows = _ordered(_rows(boxes, rank, routes), routes)
    x = _places(rows, routes, {name: box.width for name, box in boxes.items()})
    left = min(x[name] - box.width / 2 for name, box in boxes.items())
    left = min([left, *x.values()]) - _MARGIN
    right = max([x[name] + box.width / 2 for name, box in boxes.items()] + list(x.values())) + _MARGIN
    height = len(rows) * (_HEIGHT + _GAP) - _GAP + 2 * _MARGIN
    top = {name: _MARGIN + at * (_HEIGHT + _GAP) for at, row in enumerate(rows) for name in row}
    drawn = [_wire(route, x, top) for route in routes.values()]
    drawn += [_box(box, x[name], top[name]) for name, box in boxes.items()]
    return Markup(
        '<svg class="drawing" viewBox="{left:.1f} 0 {width:.1f} {height}" width="{width:.0f}" height="{height}"'
        ' role="img" aria-label="Drawing of the model: {layers} layers, inputs at the top, outputs at the bottom">'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>{body}</svg>'
    ).format(left=left, width=right - left, height=height, layers=layers, body=Markup("\n").join(drawn))


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


def _route(wire: tuple[str, str], rank: Mapping[str, int]) -> tuple[str, ...]:
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


def _wire(route: Sequence[str], x: Mapping[str, float], top: Mapping[str, float]) -> Markup:
    """A smooth line from the source's lower edge through the places between to the target's upper edge."""
    at = (x[route[0]], top[route[0]] + _HEIGHT)
    path = f"M{at[0]:.1f} {at[1]:.1f}"
    for place in route[1:]:
        middle = (at[1] + top[place]) / 2
        path += f"C{at[0]:.1f} {middle:.1f} {x[place]:.1f} {middle:.1f} {x[place]:.1f} {top[place]:.1f}"
        if place != route[-1]:
            path += f"V{top[place] + _HEIGHT:.1f}"
        at = (x[place], top[place] + _HEIGHT)
    return Markup('<path class="wire" d="{}" marker-end="url(#arrow)"/>').format(path)


def _box(box: Box, x: float, top: float) -> Markup:
    return Markup(
        '<g class="{kind}"><rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{height}" rx="7"/>'
        '<text x="{x:.1f}" y="{first}">{title}</text><text class="sub" x="{x:.1f}" y="{second}">{subtitle}</text></g>'
    ).format(
        kind=box.kind,
        left=x - box.width / 2,
        top=top,
        width=box.width,
        height=_HEIGHT,
        x=x,
        first=top + 18,
        second=top + 34,
        title=box.title,
        subtitle=box.subtitle,
    )
