"""The layers of a run as parts of a drawing."""

from collections.abc import Sequence

from markupsafe import Markup

from specc.drawing import Part, Weights, inline_svg
from specc.runs import Layer


def draw(layers: Sequence[Layer], inputs: Sequence[str], outputs: Sequence[str]) -> Markup:
    """The model as SVG; empty where there are no layers, or too many for a drawing."""
    return Markup(inline_svg(_parts(layers, inputs, outputs)))  # noqa: S704  escaped where it is drawn


def _parts(layers: Sequence[Layer], inputs: Sequence[str], outputs: Sequence[str]) -> list[Part]:
    """Inputs that are no layers get a part too; if there is one, what has no other input is fed by it."""
    known = {layer.name for layer in layers}
    missing = [name for name in inputs if name not in known]
    first = tuple(missing) if len(missing) == 1 else ()
    parts = [Part(name, "Input", "", is_input=True) for name in missing]
    for layer in layers:
        is_input = layer.type == "InputLayer"
        fed = layer.inputs or (() if is_input else first)
        parts.append(
            Part(layer.name, layer.type, layer.output_shape, fed, _weights(layer), is_input, layer.name in outputs)
        )
    return parts


def _weights(layer: Layer) -> Weights:
    return Weights.TRAINED if layer.trainable_parameters else Weights.FROZEN if layer.parameters else Weights.NONE
