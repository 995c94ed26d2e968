"""Parts of a model -> the boxes of its drawing: two lines of text each, long chains folded into one box."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from specc.drawing.folding import fold
from specc.rendering.escape import escape, width

FOLD_ABOVE = 60
"""Models of more parts have their chains folded into one box each."""

DRAW_AT_MOST = 200
"""Above this many boxes after folding, a drawing no longer explains anything."""


class Weights(StrEnum):
    """What a part brings into the model."""

    NONE = "none"
    FROZEN = "frozen"
    TRAINED = "trained"


@dataclass(frozen=True, slots=True)
class Part:
    """A layer, or an input of the model. `shape` is text; `inputs` names other parts, or what is not drawn."""

    name: str
    type: str
    shape: str
    inputs: tuple[str, ...] = ()
    weights: Weights = Weights.NONE
    is_input: bool = False
    is_output: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the drawing: a part, or a folded chain of them under its last one's name."""

    name: str
    title: str
    subtitle: str
    inputs: tuple[str, ...]
    weights: Weights
    is_input: bool
    is_output: bool


def boxes(parts: Sequence[Part]) -> list[Box]:
    """The boxes in the order of the parts, with the wires between boxes only."""
    names = {part.name for part in parts}
    drawn = [_box(part) for part in parts]
    drawn = [replace(box, inputs=tuple(name for name in box.inputs if name in names)) for box in drawn]
    if len(drawn) <= FOLD_ABOVE:
        return drawn
    return [_folded(chain) if len(chain) > 1 else chain[0] for chain in fold(drawn)]


def _box(part: Part) -> Box:
    return Box(
        part.name,
        _short(part.type),
        _short(f"{part.name} {part.shape}".strip()),
        tuple(dict.fromkeys(part.inputs)),
        part.weights,
        part.is_input,
        part.is_output,
    )


def _folded(chain: Sequence[Box]) -> Box:
    """One box for a chain of several, named as its last so that what follows still finds it."""
    types = list(dict.fromkeys(box.title for box in chain))
    title = f"{len(chain)} layers: {', '.join(types[:3])}{' …' if len(types) > 3 else ''}"
    span = f"{chain[0].subtitle.split(' ')[0]} … {chain[-1].subtitle}"
    brought = {box.weights for box in chain}
    weights = next(kind for kind in (Weights.TRAINED, Weights.FROZEN, Weights.NONE) if kind in brought)
    return replace(
        chain[-1], title=_short(title, 48), subtitle=_short(span, 52), inputs=chain[0].inputs, weights=weights
    )


def _short(text: str, limit: int = 42) -> str:
    """At most `limit` columns of text without anything that hides or reorders other text."""
    clean = escape(text)
    if width(clean) <= limit:
        return clean
    while width(clean) >= limit:
        clean = clean[: min(len(clean) - 1, limit)]
    return f"{clean}…"
