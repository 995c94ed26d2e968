"""The layers of the MobileNets, whose width is an argument: MobileNet, MobileNetV2 and both sizes of MobileNetV3.

In: a call, of which only the arguments count. Out: rows, as `specc.graph.shapes.application` runs them. The numbers are
those of the papers (Howard et al. 2017, 2019; Sandler et al. 2018) as Keras 3.15 has them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from specc.graph.shapes.rule import Call, Refusal

CLASSES = "$classes"
"""Stands for the number of classes."""


class Row(NamedTuple):
    """A layer inside an application. `sources` says how many rows back each of its inputs lies; 1 is the row before."""

    type: str
    arguments: Mapping[str, Any]
    sources: tuple[int, ...]


class _Block(NamedTuple):
    """An inverted residual block: widen by `expansion`, look around, narrow to `filters`."""

    expansion: float
    filters: int
    kernel: int
    stride: int
    squeezed: bool


def rows(call: Call) -> list[Row]:
    """The rows of the variant that the arguments choose."""
    made: list[Row] = []
    {"MobileNet": _first, "MobileNetV2": _second}.get(call.type, _third)(call, made)
    return made


def untrained(call: Call) -> Refusal | None:
    """The refusal of an `alpha` or `depth_multiplier` for which there are no trained weights, if this is one."""
    widths: dict[str, tuple[float, ...]] = {
        "MobileNet": (0.25, 0.5, 0.75, 1.0),
        "MobileNetV2": (0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
        "MobileNetV3Large": (1.0,) if call.flag("minimalistic") else (0.75, 1.0),
        "MobileNetV3Small": (1.0,) if call.flag("minimalistic") else (0.75, 1.0),
    }
    known = widths.get(call.type)
    if known is None:
        return None
    if _alpha(call) not in known:
        shown = ", ".join(map(str, known))
        return Refusal("invalid-argument", f"`weights: imagenet` needs `alpha` {shown}, got {_alpha(call)}", at="alpha")
    multiplier = call.get("depth_multiplier", 1)
    if multiplier != 1:
        message = f"`weights: imagenet` needs `depth_multiplier` 1, got {multiplier}"
        return Refusal("invalid-argument", message, at="depth_multiplier")
    return None


def _alpha(call: Call) -> float:
    alpha = call.get("alpha")
    return alpha if isinstance(alpha, int | float) else 1.0


def _eights(width: float) -> int:
    """The width as a multiple of 8, not much below it."""
    rounded = max(8, int(width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * width else rounded


def _then(made: list[Row], layer: str, *sources: int, **arguments: Any) -> int:
    """Add a row on the rows numbered `sources`, by default on the last one, and give its number; 0 is the input."""
    number = len(made) + 1
    made.append(Row(layer, arguments, tuple(number - source for source in sources) or (1,)))
    return number


def _convolved(made: list[Row], filters: int | str, kernel: int = 1, stride: int = 1, *, bias: bool = False) -> None:
    _then(made, "Conv2D", filters=filters, kernel_size=kernel, strides=stride, padding="same", use_bias=bias)


def _normalized(made: list[Row], *, active: bool = True) -> None:
    _then(made, "BatchNormalization", axis=-1)
    if active:
        _then(made, "ReLU")


def _deep(made: list[Row], kernel: int, stride: int, multiplier: int = 1) -> None:
    """A depthwise convolution, its border before it where it has a stride."""
    if stride > 1:
        _then(made, "ZeroPadding2D", kernel=kernel)
    padding = "valid" if stride > 1 else "same"
    arguments = {"kernel_size": kernel, "strides": stride, "padding": padding, "depth_multiplier": multiplier}
    _then(made, "DepthwiseConv2D", **arguments, use_bias=False)
    _normalized(made)


def _pooled(call: Call, made: list[Row]) -> None:
    kind = {"avg": "Average", "max": "Max"}.get(str(call.get("pooling")))
    if kind:
        _then(made, f"Global{kind}Pooling2D")


def _first(call: Call, made: list[Row]) -> None:
    """MobileNet."""
    alpha = _alpha(call)
    multiplier = call.get("depth_multiplier", 1)
    steps = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    _convolved(made, int(32 * alpha), 3, 2)
    _normalized(made)
    for filters, stride in steps:
        deep = {"kernel_size": 3, "strides": stride, "depth_multiplier": multiplier, "use_bias": False}
        if stride > 1:
            _then(made, "ZeroPadding2D", padding=[[0, 1], [0, 1]])
        _then(made, "DepthwiseConv2D", **deep, padding="valid" if stride > 1 else "same")
        _normalized(made)
        _convolved(made, int(filters * alpha))
        _normalized(made)
    if not call.flag("include_top", True):
        return _pooled(call, made)
    _then(made, "GlobalAveragePooling2D", keepdims=True)
    _then(made, "Dropout", rate=0.0)
    _convolved(made, CLASSES, bias=True)
    _then(made, "Reshape", target_shape=[CLASSES])
    _then(made, "Activation")
    return None


def _second(call: Call, made: list[Row]) -> None:
    """MobileNetV2."""
    alpha = _alpha(call)
    width = _eights(32 * alpha)
    _convolved(made, width, 3, 2)
    _normalized(made)
    stages = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    for expansion, filters, count, first_stride in stages:
        for i in range(count):
            stride = first_stride if i == 0 else 1
            before, narrow = len(made), _eights(int(filters * alpha))
            if expansion > 1:
                _convolved(made, expansion * width)
                _normalized(made)
            _deep(made, 3, stride)
            _convolved(made, narrow)
            _normalized(made, active=False)
            if width == narrow and stride == 1:
                _then(made, "Add", before, len(made))
            width = narrow
    _convolved(made, _eights(1280 * alpha) if alpha > 1 else 1280)
    _normalized(made)
    if not call.flag("include_top", True):
        return _pooled(call, made)
    _then(made, "GlobalAveragePooling2D")
    _then(made, "Dense", units=CLASSES)
    return None


def _third(call: Call, made: list[Row]) -> None:
    """MobileNetV3, small or large."""
    alpha, minimal = _alpha(call), call.flag("minimalistic")
    small = call.type.endswith("Small")
    if call.flag("include_preprocessing", True):
        _then(made, "Rescaling")
    width = 16
    _convolved(made, width, 3, 2)
    _normalized(made)
    for i, block in enumerate((_small if small else _large)(3 if minimal else 5)):
        before, wide = len(made), _eights(width * block.expansion)
        if i:
            _convolved(made, wide)
            _normalized(made)
        _deep(made, block.kernel, block.stride)
        if block.squeezed and not minimal:
            _squeezed(made, wide)
        narrow = _eights(block.filters * alpha)
        _convolved(made, narrow)
        _normalized(made, active=False)
        if width == narrow and block.stride == 1:
            _then(made, "Add", before, len(made))
        width = narrow
    _convolved(made, _eights(width * 6))
    _normalized(made)
    if not call.flag("include_top", True):
        return _pooled(call, made)
    last = 1024 if small else 1280
    _then(made, "GlobalAveragePooling2D", keepdims=True)
    _convolved(made, _eights(last * alpha) if alpha > 1 else last, bias=True)
    _then(made, "ReLU")
    if call.get("dropout_rate", 0.2):
        _then(made, "Dropout", rate=0.2)
    _convolved(made, CLASSES, bias=True)
    _then(made, "Flatten")
    _then(made, "Activation")
    return None


def _squeezed(made: list[Row], wide: int) -> None:
    """Each channel weighed by what all channels are on average."""
    before = len(made)
    _then(made, "GlobalAveragePooling2D", keepdims=True)
    _convolved(made, _eights(wide * 0.25), bias=True)
    _then(made, "ReLU")
    _convolved(made, wide, bias=True)
    for layer, number in (("ops.add", 3.0), ("ReLU", None), ("ops.multiply", 1 / 6)):
        _then(made, layer, **({} if number is None else {"x2": number}))
    _then(made, "Multiply", before, len(made))


def _small(kernel: int) -> list[_Block]:
    return [
        _Block(1, 16, 3, 2, squeezed=True),
        _Block(72 / 16, 24, 3, 2, squeezed=False),
        _Block(88 / 24, 24, 3, 1, squeezed=False),
        _Block(4, 40, kernel, 2, squeezed=True),
        *[_Block(6, 40, kernel, 1, squeezed=True)] * 2,
        *[_Block(3, 48, kernel, 1, squeezed=True)] * 2,
        _Block(6, 96, kernel, 2, squeezed=True),
        *[_Block(6, 96, kernel, 1, squeezed=True)] * 2,
    ]


def _large(kernel: int) -> list[_Block]:
    return [
        _Block(1, 16, 3, 1, squeezed=False),
        _Block(4, 24, 3, 2, squeezed=False),
        _Block(3, 24, 3, 1, squeezed=False),
        _Block(3, 40, kernel, 2, squeezed=True),
        *[_Block(3, 40, kernel, 1, squeezed=True)] * 2,
        _Block(6, 80, 3, 2, squeezed=False),
        _Block(2.5, 80, 3, 1, squeezed=False),
        *[_Block(2.3, 80, 3, 1, squeezed=False)] * 2,
        *[_Block(6, 112, 3, 1, squeezed=True)] * 2,
        _Block(6, 160, kernel, 2, squeezed=True),
        *[_Block(6, 160, kernel, 1, squeezed=True)] * 2,
    ]
