"""Boxes -> a flowchart in Mermaid's language, which GitHub, GitLab and many editors draw.

Names of others stand in labels only, with every character that Mermaid or HTML could read as more than itself written
as its number; the nodes are called `n0`, `n1`, ….
"""

import re
from collections.abc import Sequence

from specc.drawing.boxes import Box, Part, Weights, boxes

_SPECIAL = re.compile(r"[^\w .,()…-]")

# Lines only: fills are the theme's, so that text is readable in light and dark.
_STYLES = """\
  classDef input stroke-dasharray: 3 3
  classDef frozen stroke-dasharray: 6 3
  classDef trained stroke-width: 2px
  classDef output stroke-width: 4px"""


def mermaid(parts: Sequence[Part]) -> str:
    """The drawing as text. Folded as the SVG is; Mermaid's own limits may be lower than what this can write."""
    drawn = boxes(parts)
    ids = {box.name: f"n{number}" for number, box in enumerate(drawn)}
    nodes = [f"  {ids[box.name]}{_node(box)}" for box in drawn]
    wires = [f"  {ids[source]} --> {ids[box.name]}" for box in drawn for source in box.inputs]
    return "\n".join(["flowchart TD", *nodes, *wires, _STYLES, *_classes(drawn, ids), ""])


def _node(box: Box) -> str:
    label = f'"{_text(box.title)}<br/>{_text(box.subtitle)}"'
    return f"([{label}])" if box.is_input else f"[{label}]"


def _classes(drawn: Sequence[Box], ids: dict[str, str]) -> list[str]:
    """Which nodes look how; a later class overrides an earlier one."""
    members = {
        "input": [box for box in drawn if box.is_input],
        "frozen": [box for box in drawn if box.weights is Weights.FROZEN],
        "trained": [box for box in drawn if box.weights is Weights.TRAINED],
        "output": [box for box in drawn if box.is_output],
    }
    return [f"  class {','.join(ids[box.name] for box in some)} {name}" for name, some in members.items() if some]


def _text(words: str) -> str:
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", words)
