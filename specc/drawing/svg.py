"""Boxes -> SVG: a part of a page that brings the colours, or a picture of its own that is right in light and dark.

Everything that is not markup of ours is escaped. Nothing is scripted or fetched.
"""

from collections.abc import Mapping, Sequence
from html import escape

from specc.drawing.boxes import DRAW_AT_MOST, Box, Part, Weights, boxes
from specc.drawing.layout import Layout, Route, lay_out
from specc.rendering import escape as unseen

_CHARACTER = 7.2  # pixels of one character of the label, on average
_HEIGHT, _GAP, _MARGIN, _FRAME = 44, 26, 8, 16

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', sans-serif"

# Written out for each colour scheme, since few programs besides browsers know CSS variables.
_SHAPE = f"""\
text {{ font: 600 12px {_FONT}; text-anchor: middle; }}
text.sub {{ font-weight: 400; font-size: 10.5px; }}
rect, .wire {{ stroke-width: 1.3; }}
.wire {{ fill: none; opacity: 0.75; }}
.b-io rect {{ stroke-dasharray: 3 3; }}
.b-frozen rect {{ stroke-dasharray: 5 3; }}
.b-out rect {{ stroke-width: 2.6; }}
rect.page {{ stroke: none; }}"""
_LIGHT = {
    "page": "#ffffff", "ink": "#16191f", "soft": "#5a6372", "line": "#c9d0da", "well": "#f3f5f8",
    "card": "#ffffff", "trained": "#e8eefc", "accent": "#2f5fd0",
}  # fmt: skip
_DARK = {
    "page": "#0e1116", "ink": "#e8ebf0", "soft": "#9aa4b2", "line": "#465060", "well": "#1a212b",
    "card": "#161b22", "trained": "#1d2a47", "accent": "#7ba6ff",
}  # fmt: skip


def inline_svg(parts: Sequence[Part]) -> str:
    """The drawing without colours, for a page whose style sheet knows the classes.

    Empty for a model without parts or with more than `DRAW_AT_MOST` boxes.
    """
    drawn = boxes(parts)
    return _svg(drawn, len(parts), "", "", 0) if 0 < len(drawn) <= DRAW_AT_MOST else ""


def standalone_svg(parts: Sequence[Part], title: str) -> str:
    """The drawing as a file of its own that follows the viewer's colour scheme. Empty as `inline_svg` is."""
    drawn = boxes(parts)
    if not 0 < len(drawn) <= DRAW_AT_MOST:
        return ""
    style = "\n".join(
        ["<style>", _SHAPE, _colours(_LIGHT), "@media (prefers-color-scheme: dark) {", _colours(_DARK), "}", "</style>"]
    )
    head = f"<title>{_text(title)}</title>{style}"
    return _svg(drawn, len(parts), ' xmlns="http://www.w3.org/2000/svg"', head, _FRAME) + "\n"


def _colours(colour: Mapping[str, str]) -> str:
    return "\n".join(
        [
            f"rect.page {{ fill: {colour['page']}; }}",
            f"g rect {{ fill: {colour['card']}; stroke: {colour['line']}; }}",
            f"text {{ fill: {colour['ink']}; }}",
            f"text.sub, marker path {{ fill: {colour['soft']}; }}",
            f".wire {{ stroke: {colour['soft']}; }}",
            f".b-io rect {{ fill: {colour['well']}; stroke: {colour['soft']}; }}",
            f".b-trained rect {{ fill: {colour['trained']}; stroke: {colour['accent']}; }}",
            f".b-frozen rect {{ fill: {colour['well']}; stroke: {colour['accent']}; }}",
        ]
    )


def _svg(drawn: Sequence[Box], parts: int, attributes: str, head: str, frame: int) -> str:
    width = {box.name: _width(box) for box in drawn}
    layout = lay_out(drawn, width)
    left = min([layout.x[name] - half / 2 for name, half in width.items()] + list(layout.x.values())) - _MARGIN - frame
    right = max([layout.x[name] + half / 2 for name, half in width.items()] + list(layout.x.values())) + _MARGIN + frame
    height = layout.rows * (_HEIGHT + _GAP) - _GAP + 2 * (_MARGIN + frame)
    top = -frame
    page = f'<rect class="page" x="{left:.1f}" y="{top}" width="100%" height="100%"/>' if frame else ""
    body = [_wire(route, layout) for route in layout.routes]
    body += [_drawn(box, layout.x[box.name], _top(layout.rank[box.name]), width[box.name]) for box in drawn]
    return (
        f'<svg{attributes} class="drawing" viewBox="{left:.1f} {top} {right - left:.1f} {height}"'
        f' width="{right - left:.0f}" height="{height}" role="img"'
        f' aria-label="Drawing of the model: {parts} layers, inputs at the top, outputs at the bottom">{head}'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        f' orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>{page}' + "\n".join(body) + "</svg>"
    )


def _width(box: Box) -> float:
    """In pixels, enough for both lines of text."""
    return max(90.0, 28 + _CHARACTER * max(unseen.width(box.title), 0.92 * unseen.width(box.subtitle)))


def _top(rank: int) -> int:
    return _MARGIN + rank * (_HEIGHT + _GAP)


def _wire(route: Route, layout: Layout) -> str:
    """A smooth line from the source's lower edge through the places between to the target's upper edge."""
    at = (layout.x[route[0]], _top(layout.rank[route[0]]) + _HEIGHT)
    path = f"M{at[0]:.1f} {at[1]:.1f}"
    for place in route[1:]:
        x, top = layout.x[place], _top(layout.rank[place])
        middle = (at[1] + top) / 2
        path += f"C{at[0]:.1f} {middle:.1f} {x:.1f} {middle:.1f} {x:.1f} {top:.1f}"
        if place != route[-1]:
            path += f"V{top + _HEIGHT:.1f}"
        at = (x, top + _HEIGHT)
    return f'<path class="wire" d="{path}" marker-end="url(#arrow)"/>'


_CLASSES = {Weights.NONE: "b-plain", Weights.FROZEN: "b-frozen", Weights.TRAINED: "b-trained"}


def _drawn(box: Box, x: float, top: int, width: float) -> str:
    kind = "b-io" if box.is_input else _CLASSES[box.weights] + (" b-out" if box.is_output else "")
    return (
        f'<g class="{kind}">'
        f'<rect x="{x - width / 2:.1f}" y="{top}" width="{width:.1f}" height="{_HEIGHT}" rx="7"/>'
        f'<text x="{x:.1f}" y="{top + 18}">{_text(box.title)}</text>'
        f'<text class="sub" x="{x:.1f}" y="{top + 34}">{_text(box.subtitle)}</text></g>'
    )


def _text(words: str) -> str:
    return escape(unseen.escape(words))
