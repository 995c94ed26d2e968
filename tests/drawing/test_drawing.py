"""A model's drawing: every layer and every wire once, nothing overlaps, long models are folded, nothing escapes."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from specc.drawing import DRAW_AT_MOST, FOLD_ABOVE, Part, Weights, boxes, inline_svg, mermaid, standalone_svg

SVG = "{http://www.w3.org/2000/svg}"


def model(text: str) -> list[Part]:
    """`a b:a c:a,b` is three layers with their inputs."""
    parts = []
    for word in text.split():
        name, _, inputs = word.partition(":")
        is_input = name.startswith("in")
        fed = tuple(filter(None, inputs.split(",")))
        parts.append(Part(name, "Input" if is_input else "Dense", "(None, 4)", fed, Weights.TRAINED, is_input))
    return parts


def drawn(parts: list[Part]) -> ET.Element:
    return ET.fromstring(inline_svg(parts).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314


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
    chart = mermaid(model(text))
    assert len(re.findall(r"^  n\d+[(\[]", chart, re.MULTILINE)) == boxes
    assert chart.count(" --> ") == wires


def test_boxes_do_not_overlap_and_stand_inside() -> None:
    text = "in1 in2 a:in1 b:in1 c:in2 d:a,b,c e:d,in1 f:d g:d h:e,f,g i:h,a,in2"
    svg = drawn(model(text))
    left, top, width, height = map(float, svg.attrib["viewBox"].split())
    found = [tuple(float(rect.attrib[key]) for key in ("x", "y", "width", "height")) for rect in svg.iter(f"{SVG}rect")]
    for x, y, w, h in found:
        assert left <= x <= x + w <= left + width
        assert top <= y <= y + h <= top + height
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in combinations(found, 2):
        assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1


def test_a_chain_is_straight() -> None:
    svg = drawn(model("in a:in b:a c:b,in d:c"))
    middles = [float(rect.attrib["x"]) + float(rect.attrib["width"]) / 2 for rect in svg.iter(f"{SVG}rect")]
    assert max(middles) - min(middles) < 0.5


def chain(length: int) -> list[Part]:
    return model(" ".join(["in l0:in", *(f"l{n}:l{n - 1}" for n in range(1, length))]))


@pytest.mark.parametrize(("layers", "count"), [(FOLD_ABOVE - 1, FOLD_ABOVE), (FOLD_ABOVE, 2), (500, 2)])
def test_long_chains_are_folded(layers: int, count: int) -> None:
    folded = boxes(chain(layers))
    assert len(folded) == count
    assert (folded[-1].title == f"{layers} layers: Dense") == (count == 2)


def test_what_cannot_be_folded_small_is_not_drawn() -> None:
    parts = model(" ".join(["in", *(f"l{n}:in" for n in range(DRAW_AT_MOST))]))
    assert (inline_svg(parts), standalone_svg(parts, "")) == ("", "")
    assert (inline_svg([]), standalone_svg([], "")) == ("", "")


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (Part("a", "Input", "", is_input=True), "b-io"),
        (Part("a", "ReLU", ""), "b-plain"),
        (Part("a", "Dense", "", weights=Weights.FROZEN), "b-frozen"),
        (Part("a", "Dense", "", weights=Weights.TRAINED, is_output=True), "b-trained b-out"),
    ],
)
def test_looks(part: Part, kind: str) -> None:
    assert [group.get("class") for group in drawn([part]).iter(f"{SVG}g")] == [kind]


NASTY = Part('</text><script>"', "a & `b`\x00\x1b[31m", "#35;]|\u202e")


def test_svg_escapes() -> None:
    svg = ET.fromstring(standalone_svg([NASTY], "</title>&"))  # noqa: S314
    assert not list(svg.iter(f"{SVG}script"))
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert words == ["a & `b`\\x00\\x1b[31m", '</text><script>" #35;]|\\u202e']
    assert svg.findtext(f"{SVG}title") == "</title>&"


def test_mermaid_escapes() -> None:
    title = "a #38; #96;b#96;#92;x00#92;x1b#91;31m"
    subtitle = "#60;#47;text#62;#60;script#62;#34; #35;35#59;#93;#124;#92;u202e"
    assert mermaid([NASTY]).splitlines()[1] == f'  n0["{title}<br/>{subtitle}"]'


CHART = """\
flowchart TD
  n0(["Input<br/>image (None, 8)"])
  n1["Dense<br/>hidden (None, 4)"]
  n2["Dense<br/>out (None, 2)"]
  n0 --> n1
  n1 --> n2
  classDef input stroke-dasharray: 3 3
  classDef frozen stroke-dasharray: 6 3
  classDef trained stroke-width: 2px
  classDef output stroke-width: 4px
  class n0 input
  class n1 frozen
  class n2 trained
  class n2 output
"""


def test_mermaid() -> None:
    parts = [
        Part("image", "Input", "(None, 8)", is_input=True),
        Part("hidden", "Dense", "(None, 4)", ("image",), Weights.FROZEN),
        Part("out", "Dense", "(None, 2)", ("hidden",), Weights.TRAINED, is_output=True),
    ]
    assert mermaid(parts) == CHART


@pytest.mark.parametrize("text", ["x" * 200, "漢" * 200, "\u202e" * 200])
def test_long_words_are_cut(text: str) -> None:
    (box,) = boxes([Part(text, text, text)])
    assert all(words.endswith("…") and len(words) <= 42 for words in (box.title, box.subtitle))


def test_a_standalone_picture_knows_both_colour_schemes() -> None:
    svg = standalone_svg(model("in a:in"), "small")
    assert "prefers-color-scheme: dark" in svg
    assert "var(" not in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
