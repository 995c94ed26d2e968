"""Shapes of Keras' applications: whole networks that stand as one layer.

In: a call, whose arguments choose the variant. Out: what running the rules of its layers gives. The layers come from
`specc/graph/applications.jsonl`, which `specc.graph.applications_generate` makes of Keras' own models, or for the
networks whose width is an argument from `specc.graph.shapes.mobile`. Which inputs Keras takes is said here.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from specc.component import Argument, Component
from specc.diagnostics import Span
from specc.graph.graph import TensorType
from specc.graph.shapes import mobile
from specc.graph.shapes.mobile import CLASSES, Row
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Shape,
    Weight,
    bytes_of,
    integer,
    plus,
    rank_is,
    tensor,
    unknown,
)

TABLE = Path(__file__).parents[1] / "applications.jsonl"
PADDED = ("EfficientNetB", "NASNet")
"""Networks whose borders depend on whether the image's sides are even."""
LISTED = frozenset({"Add", "Average", "Concatenate", "Multiply"})
"""Layers that take a list."""
_NOWHERE = Span("", 1, 1, 1, 1)


class _Network(NamedTuple):
    """The rows of one variant, and the side of the images it was made for and of the smallest that it takes."""

    rows: list[Row]
    size: int
    least: int


def application(call: Call) -> Outcome:
    """Images (batch, height, width, channels) -> classes (batch, classes), or features without a classifier."""
    x = tensor(call)
    shape = _image(call, x)
    network = _network(call, shape)
    _sound_arguments(call)
    if shape is None:
        return unknown()
    _taken(call, shape, network)
    if call.type.startswith("NASNet") and None in shape[1:]:
        return unknown()  # Keras 3.15 wires another network for sizes that it does not know
    return _run(call, network.rows, TensorType(shape, call.compute_dtype))


def _image(call: Call, x: TensorType) -> Shape | None:
    """The shape of the images: `input_shape` if that is given, which the input must fit."""
    shape = rank_is(call, x, 4)
    given = call.get("input_shape")
    if not isinstance(given, list | tuple):
        return shape
    asked = tuple(size if isinstance(size, int) else None for size in given)
    if shape is None:
        return (None, *asked)
    if any(None not in pair and pair[0] != pair[1] for pair in zip(asked, shape[1:], strict=False)):
        raise Refusal("shape-mismatch", f"`input_shape` is {asked}, the input {shape}", at="input_shape", other=0)
    return (shape[0], *asked)


def _pretrained(call: Call) -> bool:
    return call.get("weights") == "imagenet"


def _classifies(call: Call) -> bool:
    return call.flag("include_top", True)


def _sound_arguments(call: Call) -> None:
    """Verify that trained weights exist for the arguments."""
    if not _pretrained(call):
        return
    if _classifies(call):
        classes, activation = call.get("classes", 1000), call.get("classifier_activation", "softmax")
        name = activation.type if isinstance(activation, Component) else activation
        help_ = "write `include_top: false` and a classifier of your own, or `weights: null`"
        if classes != 1000:
            message = f"`weights: imagenet` has 1000 classes, got `classes: {classes}`"
            raise Refusal("invalid-argument", message, at="classes", help=help_)
        if name not in ("softmax", "linear", None):
            message = f"`weights: imagenet` needs `classifier_activation` softmax or null, got {name}"
            raise Refusal("invalid-argument", message, at="classifier_activation", help=help_)
    fault = mobile.untrained(call)
    if fault:
        raise fault


def _taken(call: Call, shape: Shape, network: _Network) -> None:
    """Verify that the network takes images of `shape`, as Keras does before it builds anything."""
    if _pretrained(call) and shape[-1] != 3:
        message = f"`weights: imagenet` needs images of 3 channels, got {shape}"
        raise Refusal("shape-mismatch", message, at=0, help="repeat the channel by `Concatenate`, or `weights: null`")
    sides = shape[1:3]
    loose = call.type.startswith("MobileNetV3")
    if _classifies(call) and not loose:
        if _pretrained(call) and sides != (network.size, network.size):
            message = (
                f"the classifier of `weights: imagenet` needs images of {network.size}x{network.size}, got {shape}"
            )
            raise Refusal("shape-mismatch", message, at=0, help="resize them by `Resizing`, or `include_top: false`")
        if None in shape[1:]:
            message = f"`{call.type}` with its classifier needs images of known size, got {shape}"
            raise Refusal("channels-unknown", message, at=0)
    if any(side is not None and side < network.least for side in sides) and not (loose and None in sides):
        message = f"`{call.type}` needs images of at least {network.least}x{network.least}, got {shape}"
        raise Refusal("image-too-small", message, at=0, help="enlarge them by `Resizing` or `UpSampling2D`")


def _network(call: Call, shape: Shape | None) -> _Network:
    if call.type.startswith("MobileNet"):
        return _Network(mobile.rows(call), _side(call, shape), 32)
    line = _line(call.type)
    rows = [_row(row, line["kinds"]) for row in (*line["body"], *line["tails"][_tail(call)])]
    head: int = line["head"]
    no_colours = shape is not None and shape[-1] != 3  # some preprocessing is for three channels only
    if not call.flag("include_preprocessing", True) or (no_colours and call.type.startswith("ConvNeXt")):
        rows = rows[head:]
    elif no_colours and call.type.startswith("EfficientNetV2B"):
        rows = rows[:1] + rows[head:]  # rescaled, not normalized
    elif call.type.startswith("EfficientNetB") and _pretrained(call):
        rows.insert(head, Row("Rescaling", {}, (1,)))  # undoes what the trained weights were made with
    return _Network(rows, line["size"], line["least"])


def _side(call: Call, shape: Shape | None) -> int:
    """The side of the images that the trained MobileNet or MobileNetV2 was made for: one of several."""
    sides = (128, 160, 192, 224) if call.type == "MobileNet" else (96, 128, 160, 192, 224)
    return shape[1] if shape and shape[1] and shape[1] == shape[2] and shape[1] in sides else 224


def _tail(call: Call) -> str:
    pooling = call.get("pooling")
    return "top" if _classifies(call) else pooling if pooling in ("avg", "max") else "none"


@cache
def _lines() -> tuple[str, ...]:
    return tuple(TABLE.read_text(encoding="utf-8").splitlines())


@cache
def _line(name: str) -> dict[str, Any]:
    """The application's line; only this one is parsed."""
    start = f'{{"name":"{name}"'
    line: dict[str, Any] = json.loads(next(line for line in _lines() if line.startswith(start)))
    return line


def _row(row: int | list[int], kinds: list[list[Any]]) -> Row:
    number, *backs = (row, 1) if isinstance(row, int) else row
    return Row(kinds[number][0], kinds[number][1], tuple(backs))


def _run(call: Call, rows: list[Row], x: TensorType) -> Outcome:
    """Run the rules of the rows one after the other."""
    results = [x]
    weights: list[Weight] = []
    work: int | None = 0
    held: int | None = 0
    classes = integer(call, "classes") if _classifies(call) and call.get("classes") is not None else 1000
    for row in rows:
        inputs = tuple(results[len(results) - back] for back in row.sources)
        outcome = _apply(call, row, inputs, classes)
        results.append(outcome.outputs[0])
        weights += outcome.weights
        work = plus(work, outcome.multiply_adds)
        held = plus(held, bytes_of(outcome.outputs[0]))
    own = bytes_of(results[-1])
    inner = None if held is None or own is None else held - own
    return Outcome((results[-1],), tuple(weights), work, inner)


def _apply(call: Call, row: Row, inputs: tuple[TensorType, ...], classes: int) -> Outcome:
    if row.type == "LayerScale":
        return Outcome(inputs, (Weight("gamma", (row.arguments["size"],)),))
    arguments = dict(row.arguments)
    for name, value in arguments.items():
        if value == CLASSES:
            arguments[name] = classes
        elif value == [CLASSES]:
            arguments[name] = [classes]
    if "kernel" in arguments:
        arguments = {"padding": _border(arguments["kernel"], inputs[0].shape)}
    kind = "op" if row.type.startswith("ops.") else "layer"
    component = Component(kind, row.type, arguments, _NOWHERE)
    try:
        return call.inner(component, (inputs,) if row.type in LISTED else inputs)
    except Refusal as refusal:
        raise Refusal(refusal.code, f"inside `{call.type}`, {refusal.message}", at=0, help=refusal.help) from None


def _border(kernel: int, shape: Shape | None) -> Argument:
    """The border after which a convolution of stride 2 meets every pixel: one less before sides that are even."""
    half = kernel // 2
    sides = (None, None) if shape is None or shape[1] is None else shape[1:3]
    return [[half - (0 if side is not None and side % 2 else 1), half] for side in sides]
