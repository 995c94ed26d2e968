"""The model's drawing: every layer and every wire once, nothing overlaps, long models are folded."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from specc.report.drawing import DRAW_AT_MOST, FOLD_ABOVE, draw
from specc.runs import Layer

SVG = "{http://www.w3.org/2000/svg}"


def model(text: str) -> list[Layer]:
    """`a b:a c:a,b` is three layers with their inputs."""
    layers = []
    for word in text.split():
        name, _, inputs = word.partition(":")
        kind = "InputLayer" if name.startswith("in") else "Dense"
        layers.append(Layer(name, kind, tuple(filter(None, inputs.split(","))), "(None, 4)", 8, 8, ()))
    return layers


def drawn(layers: list[Layer], inputs: tuple[str, ...] = (), outputs: tuple[str, ...] = ()) -> ET.Element:
    svg = str(draw(layers, inputs, outputs)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ET.fromstring(svg)  # noqa: S314  (our own text)


@pytest.mark.parametrize(
    ("text", "boxes", "wires"),
    [
        ("in", 1, 0),
        ("in a:in b:a", 3, 2),
        ("in a:in b:a c:b,in", 4, 4),
        ("in1 in2 a:in1 b:in2 c:a,b d:c e:c", 7, 6),
        ("in a:in b:a c:b d:c e:d,a f:e,in", 7, 8),
        ("in a:in,in", 2, 1),
        ("a b:gone", 2, 0),
        ("in a:b b:in", 3, 2),  # out of order: drawn all the same
    ],
)
def test_boxes_and_wires(text: str, boxes: int, wires: int) -> None:
    svg = drawn(model(text))
    assert len(svg.findall(f".//{SVG}rect")) == boxes
    assert len([p for p in svg.iter(f"{SVG}path") if p.get("class") == "wire"]) == wires


def test_boxes_do_not_overlap_and_stand_inside() -> None:
    text = "in1 in2 a:in1 b:in1 c:in2 d:a,b,c e:d,in1 f:d g:d h:e,f,g i:h,a,in2"
    svg = drawn(model(text))
    left, top, width, height = map(float, svg.attrib["viewBox"].split())
    boxes = [tuple(float(rect.attrib[key]) for key in ("x", "y", "width", "height")) for rect in svg.iter(f"{SVG}rect")]
    for x, y, w, h in boxes:
        assert left <= x <= x + w <= left + width
        assert top <= y <= y + h <= top + height
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in combinations(boxes, 2):
        assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1


def test_a_chain_is_straight() -> None:
    svg = drawn(model("in a:in b:a c:b,in d:c"))
    middles = [float(rect.attrib["x"]) + float(rect.attrib["width"]) / 2 for rect in svg.iter(f"{SVG}rect")]
    assert max(middles) - min(middles) < 0.5


def chain(length: int) -> list[Layer]:
    return model(" ".join(["in l0:in", *(f"l{n}:l{n - 1}" for n in range(1, length))]))


@pytest.mark.parametrize(("layers", "boxes"), [(FOLD_ABOVE - 1, FOLD_ABOVE), (FOLD_ABOVE, 2), (500, 2)])
def test_long_chains_are_folded(layers: int, boxes: int) -> None:
    svg = drawn(chain(layers))
    assert len(svg.findall(f".//{SVG}rect")) == boxes
    assert (f"{layers} layers: Dense" in "".join(svg.itertext())) == (boxes == 2)


def test_what_cannot_be_folded_small_is_not_drawn() -> None:
    layers = model(" ".join(["in", *(f"l{n}:in" for n in range(DRAW_AT_MOST))]))
    assert draw(layers, (), ()) == ""
    assert draw([], (), ()) == ""


def test_inputs_that_are_no_layers_get_a_box() -> None:
    svg = drawn(model("a b:a"), inputs=("image",), outputs=("b",))
    assert "Inputimage" in "".join(svg.itertext())
    assert len([p for p in svg.iter(f"{SVG}path") if p.get("class") == "wire"]) == 2
    assert len(re.findall("b-out", ET.tostring(svg, "unicode"))) == 1
