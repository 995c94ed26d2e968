"""Where a shape comes from: what the notes and the help of a mismatch say."""

from pathlib import Path

import pytest

from specc.check import check

STEM = "  - Conv2D: {filters: 8, kernel_size: 3, padding: same, activation: relu}\n    name: stem\n"


def said(layers: str) -> tuple[list[str], str]:
    """The notes and the help of the only error about a model of these layers, which begin on line 4."""
    text = f"spec: 1\ndata: {{dataset: digits}}\nmodel:\n{layers}"
    (finding,) = (each for each in check(Path("s.yaml"), content=text.encode()).findings if each.level == "error")
    return list(finding.notes), finding.help


ADD = "  - Add:\n    inputs: [stem, body]\n  - Flatten\n  - Output\n"


@pytest.mark.parametrize(
    ("body", "notes", "help_"),
    [
        (
            "  - Conv2D: {filters: 8, kernel_size: 3, strides: 2, padding: same}\n    name: body\n",
            ["`body` halves 8 to 4 by `strides: 2` at s.yaml:6:51"],
            "put a 1x1 convolution behind `stem`: `Conv2D: {filters: 8, kernel_size: 1, strides: 2}`",
        ),
        (
            "  - Conv2D: {filters: 16, kernel_size: 3, padding: same}\n    name: body\n",
            ["`body` has `filters: 16` at s.yaml:6:23"],
            "put a 1x1 convolution behind `stem`: `Conv2D: {filters: 16, kernel_size: 1}`",
        ),
        (
            "  - Conv2D: {filters: 8, kernel_size: 3}\n    name: body\n",
            ["`body` cuts 8 to 6 by `kernel_size: 3` at s.yaml:6:39, without `padding: same`"],
            "give `body` `padding: same`",
        ),
        (
            "  - MaxPooling2D\n  - UpSampling2D: {size: 4}\n    name: body\n",
            ["`body` takes 4 to 16 by `size: 4` at s.yaml:7:26"],
            "",
        ),
        (
            "  - UpSampling2D: {size: 2}\n    name: body\n",
            ["`body` doubles 8 to 16 by `size: 2` at s.yaml:6:26"],
            "",
        ),
        (
            "  - MaxPooling2D\n  - ReLU:\n    name: body\n",
            ["`max_pooling2d` halves 8 to 4 at s.yaml:6:5"],
            "put a 1x1 convolution behind `stem`: `Conv2D: {filters: 8, kernel_size: 1, strides: 2}`",
        ),
        (
            "  - MaxPooling2D: {pool_size: [2, 4]}\n    name: body\n",
            [
                "`body` halves 8 to 4 by `pool_size: [2, 4]` at s.yaml:6:31",
                "`body` takes 8 to 2 by `pool_size: [2, 4]` at s.yaml:6:31",
            ],
            "",
        ),
        (
            "  - Flatten:\n    name: body\n",
            ["`body` makes (None, 512) of (None, 8, 8, 8) at s.yaml:6:5"],
            "bring both to the same number of axes, by `Flatten`, `Reshape` or a pooling layer",
        ),
        (
            "  - Cropping2D: 1\n    name: body\n",
            ["`body` takes 8 to 6 at s.yaml:6:5"],
            "",
        ),
        (  # the nearest change of each axis, however far, and not what both have behind them
            "  - Conv2D: {filters: 4, kernel_size: 1}\n  - AveragePooling2D: 2\n  - ReLU\n  - ReLU:\n    name: body\n",
            [
                "`average_pooling2d` halves 8 to 4 by `pool_size: 2` at s.yaml:7:23",
                "`conv2d` has `filters: 4` at s.yaml:6:23",
            ],
            "put a 1x1 convolution behind `stem`: `Conv2D: {filters: 4, kernel_size: 1, strides: 2}`",
        ),
    ],
)
def test_residual_blocks(body: str, notes: list[str], help_: str) -> None:
    assert said(STEM + body + ADD) == (notes, help_)


@pytest.mark.parametrize(
    ("layers", "notes", "help_"),
    [
        (  # a shortcut that is a convolution already
            (
                "  - Conv2D: {filters: 16, kernel_size: 3, strides: 2, padding: same}\n    name: body\n"
                "  - Conv2D: {filters: 8, kernel_size: 1}\n    name: short\n    inputs: input\n"
                "  - Add:\n    inputs: [body, short]\n  - Flatten\n  - Output\n"
            ),
            [
                "`short` has `filters: 8` at s.yaml:6:23",
                "`body` halves 8 to 4 by `strides: 2` at s.yaml:4:52",
                "`body` has `filters: 16` at s.yaml:4:23",
            ],
            "give `short` `filters: 16` and `strides: 2`",
        ),
        (
            "  - MaxPooling2D\n" * 4 + "  - Flatten\n  - Output\n",
            [
                "`max_pooling2d` halves 8 to 4 at s.yaml:4:5",
                "`max_pooling2d_1` halves 4 to 2 at s.yaml:5:5",
                "`max_pooling2d_2` halves 2 to 1 at s.yaml:6:5",
            ],
            "use `padding: same`, or a smaller window",
        ),
        (
            "  - Conv2D: {filters: 8, kernel_size: 9}\n  - Flatten\n  - Output\n",
            [],
            "use `padding: same`, or a smaller window",
        ),
        (
            "  - Flatten\n  - Conv2D: {filters: 8, kernel_size: 3}\n  - Flatten\n  - Output\n",
            ["`flatten` makes (None, 64) of (None, 8, 8, 1) at s.yaml:4:5"],
            "",
        ),
        (
            "  - Reshape: [8, 8]\n  - LSTM: 8\n  - LSTM: 8\n  - Output\n",
            ["`lstm` makes (None, 8) of (None, 8, 8) at s.yaml:5:5"],
            "give `lstm` `return_sequences: true`",
        ),
        (
            "  - Reshape: [8, 8]\n  - LSTM: 8\n  - Conv2D: {filters: 8, kernel_size: 3}\n  - Output\n",
            ["`lstm` makes (None, 8) of (None, 8, 8) at s.yaml:5:5"],
            "",
        ),
        (
            (
                "  - Flatten:\n    name: flat\n  - Dense: 4\n    name: a\n  - Dense: 5\n    name: b\n    inputs: flat\n"
                "  - Add:\n    inputs: [a, b]\n  - Output\n"
            ),
            ["`b` has `units: 5` at s.yaml:8:12", "`a` has `units: 4` at s.yaml:6:12"],
            "",
        ),
        (
            "  - Flatten\n  - Dense: {units: 9}\n    name: narrow\n  - Softmax\n",
            ["`narrow` has `units: 9` at s.yaml:5:20"],
            "`Output` is always as wide as its target",
        ),
    ],
)
def test_other_models(layers: str, notes: list[str], help_: str) -> None:
    assert said(layers) == (notes, help_)


def test_channels_first() -> None:
    first = "data_format: channels_first"
    layers = (
        f"  - Conv2D: {{filters: 8, kernel_size: 3, padding: same, {first}}}\n    name: stem\n"
        f"  - Conv2D: {{filters: 16, kernel_size: 3, strides: 2, padding: same, {first}}}\n    name: body\n"
    )
    notes, help_ = said("  - Permute: [3, 1, 2]\n" + layers + ADD)
    assert notes == ["`body` has `filters: 16` at s.yaml:7:23", "`body` halves 8 to 4 by `strides: 2` at s.yaml:7:52"]
    assert help_ == ""
