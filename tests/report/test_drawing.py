"""The report's drawing: the layers of a run as parts, with the inputs that are no layers."""

import pytest

from specc.reporting.model_drawing import draw
from specc.runs import Layer


def layer(name: str, type_name: str = "Dense", inputs: tuple[str, ...] = (), trainable: int = 8) -> Layer:
    return Layer(name, type_name, inputs, "(None, 4)", 8, trainable, ())


@pytest.mark.parametrize(
    ("layers", "inputs", "outputs", "words", "wires"),
    [
        ([layer("in", "InputLayer"), layer("a", inputs=("in",))], (), (), [">InputLayer<", "b-io", "b-trained"], 1),
        ([layer("a"), layer("b", inputs=("a",))], ("image",), ("b",), [">Input<", ">image<", "b-trained b-out"], 2),
        ([layer("a", trainable=0)], (), (), ["b-frozen"], 0),
        ([layer("<b>")], (), (), ["&lt;b&gt; (None, 4)"], 0),
    ],
)
def test_draw(
    layers: list[Layer], inputs: tuple[str, ...], outputs: tuple[str, ...], words: list[str], wires: int
) -> None:
    svg = draw(layers, inputs, outputs)
    assert [word for word in words if word not in svg] == []
    assert svg.count('class="wire"') == wires


def test_without_layers_there_is_no_drawing() -> None:
    assert draw([], (), ()) == ""
