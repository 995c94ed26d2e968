"""A model as a picture: boxes and wires as SVG or as Mermaid text, for the report and for `specc show`.

In: the layers as `Part`s, in topological order. Knows nothing of specs, plans and runs: whoever draws makes the parts.
All text of others is escaped here.
"""

from specc.drawing.boxes import DRAW_AT_MOST, FOLD_ABOVE, Box, Part, Weights, boxes
from specc.drawing.mermaid import mermaid
from specc.drawing.svg import inline_svg, standalone_svg

__all__ = [
    "DRAW_AT_MOST",
    "FOLD_ABOVE",
    "Box",
    "Part",
    "Weights",
    "boxes",
    "inline_svg",
    "mermaid",
    "standalone_svg",
]
