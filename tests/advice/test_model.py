"""Layers against each other, against the data and against the targets."""

from pathlib import Path

import pytest

from tests.advice.cases import findings, spec

MNIST = "{dataset: mnist}"
NUMBERS = "{dataset: {blobs: {features: 1}}}"

FAULTY = {
    "two dense layers": (spec("[{Dense: 16}, Output]"), ["linear-after-linear: Dense"]),
    "through a dropout": (spec("[{Dense: 16}, {Dropout: 0.1}, Output]"), ["linear-after-linear: Dense"]),
    "convolution, flatten, dense": (
        spec("[{Conv2D: {filters: 8, kernel_size: 3}}, Flatten, Output]", data="images"),
        ["linear-after-linear: Conv2D"],
    ),
    "bias before normalization": (
        spec("[{Dense: 16}, BatchNormalization, ReLU, Output]"),
        ["bias-before-normalization: Dense"],
    ),
    "written bias before normalization": (
        spec("[{Dense: {units: 16, use_bias: true}}, BatchNormalization, ReLU, Output]"),
        ["bias-before-normalization: true"],
    ),
    "softmax in a hidden layer": (
        spec("[{Dense: {units: 16, activation: softmax}}, Output]"),
        ["softmax-inside: softmax"],
    ),
    "softmax of one": (
        spec("[{Dense: {units: 1, activation: softmax}}]", data="binary"),
        ["softmax-on-one-unit: softmax"],
    ),
    "softmax over a wrong axis": (
        spec("[{LSTM: 4}, {Reshape: [1, 4]}, {Softmax: {axis: 1}}, Flatten, Output]", data="{dataset: sines}"),
        ["softmax-inside: Softmax", "softmax-on-one-unit: 1"],
    ),
    "relu twice": (
        spec("[{Dense: {units: 16, activation: relu}}, ReLU, Output]"),
        ["activation-twice: ReLU"],
    ),
    "softmax twice": (
        spec("[{Dense: {units: 3, activation: softmax}}, {Activation: softmax}]"),
        ["activation-twice: Activation"],
    ),
    "flat already": (spec("[Flatten, Output]"), ["flatten-without-effect: Flatten"]),
    "batches of one": (
        spec("[{Dense: {units: 4, use_bias: false}}, BatchNormalization, ReLU, Output]", "batch_size: 1"),
        ["normalization-of-one-sample: BatchNormalization"],
    ),
    "measurements looked up": (
        spec("[{Embedding: {input_dim: 10, output_dim: 4}}, Flatten, Output]"),
        ["embedding-of-numbers: Embedding"],
    ),
    "a small vocabulary": (
        spec("[{Embedding: {input_dim: 500, output_dim: 4}}, GlobalAveragePooling1D, Output]", data="texts"),
        ["vocabulary-too-small: 500"],
    ),
    "bright pixels": (
        spec("[{Conv2D: {filters: 8, kernel_size: 3, activation: relu}}, Flatten, Output]", data=MNIST),
        ["unscaled-image: Conv2D"],
    ),
    "bright pixels in a row": (
        spec("[{RandomFlip: horizontal}, Flatten, {Dense: {units: 8, activation: relu}}, Output]", data=MNIST),
        ["unscaled-image: Dense"],
    ),
    "dropped predictions": (spec("[{Dense: 3}, {Dropout: 0.5}]"), ["dropout-after-output: Dropout"]),
    "normalized predictions": (
        spec("[{Dense: {units: 3, use_bias: false}}, BatchNormalization]"),
        ["normalization-after-output: BatchNormalization"],
    ),
    "a number through relu": (
        spec("[{Output: {activation: relu}}]", data="number"),
        ["relu-output: relu"],
    ),
    "a number out of range": (
        spec("[{Output: {activation: tanh}}]", data="number"),
        ["output-range: tanh"],
    ),
    "a unit too many": (spec("[{Dense: 4}]"), ["more-units-than-classes: Dense"]),
}

CONV = "{Conv2D: {filters: 8, kernel_size: 3, padding: same, use_bias: false}}"

LADDER = "".join(
    f"{{Identity: , inputs: {before}, name: l{step}}}, {{Identity: , inputs: {before}, name: r{step}}}, "
    f"{{Add: , inputs: [l{step}, r{step}], name: a{step}}}, "
    for step, before in enumerate(["input", *(f"a{step}" for step in range(59))])
)

SILENT = {
    "sixty diamonds, each way through which would take ages": spec(
        f"{{layers: [{LADDER}Flatten, Output]}}", data=MNIST
    ),
    "a perceptron": spec("[{Dense: {units: 16, activation: relu}}, {Dropout: 0.2}, Output]"),
    "an activation of its own": spec("[{Dense: 16}, ReLU, Output]"),
    "a factorization": spec(
        "[{Dense: 2}, {Dense: {units: 8, activation: relu}}, {Dense: {units: 1, activation: sigmoid}}]", data="binary"
    ),
    "a residual block": spec(
        "{layers: [{Rescaling: 0.0625}, "
        + CONV
        + ", BatchNormalization, {ReLU: , name: stem}, "
        + CONV
        + ", BatchNormalization, ReLU, "
        + CONV
        + ", {BatchNormalization: , name: block}, {Add: , inputs: [block, stem]}, ReLU, "
        "GlobalAveragePooling2D, Output]}",
        data="images",
    ),
    "normalization before the activation of a layer with bias": spec(
        "[{Dense: {units: 8, activation: relu}}, BatchNormalization, Output]"
    ),
    "layer normalization keeps the bias": spec("[{Dense: 8}, LayerNormalization, ReLU, Output]"),
    "a separable convolution in two layers": spec(
        "[{DepthwiseConv2D: {kernel_size: 3, use_bias: false}}, {Conv2D: {filters: 8, kernel_size: 1}}, ReLU, Flatten, "
        "Output]",
        data="images",
    ),
    "convolutions along each axis": spec(
        "[{Conv2D: {filters: 8, kernel_size: [3, 1]}}, {Conv2D: {filters: 8, kernel_size: [1, 3]}}, ReLU, Flatten, "
        "Output]",
        data="images",
    ),
    "scores of attention": spec(
        "{layers: [{LSTM: {units: 8, return_sequences: true}, name: seen}, {Dense: {units: 1, activation: tanh}}, "
        "Flatten, Softmax, {RepeatVector: 8}, {Permute: [2, 1], name: scores}, {Multiply: , inputs: [seen, scores]}, "
        "GlobalAveragePooling1D, Output]}",
        data="{dataset: sines}",
    ),
    "a softmax at the end": spec("[{Dense: 3}, Softmax]"),
    "a shared layer": spec(
        "{layers: [{Dense: 4, name: a, inputs: input}, {share: a, inputs: a, name: b}, ReLU, Output]}"
    ),
    "flattened images": spec("[Flatten, Output]", data="images"),
    "batches of one image": spec(
        "[" + CONV + ", BatchNormalization, ReLU, Flatten, Output]", "batch_size: 1", "images"
    ),
    "whole numbers looked up": spec(
        "[{Embedding: {input_dim: 10000, output_dim: 4}}, GlobalAveragePooling1D, Output]", data="texts"
    ),
    "a written vocabulary": spec(
        "[{Embedding: {input_dim: 500, output_dim: 4}}, GlobalAveragePooling1D, Output]",
        data="{dataset: {imdb: 500}}",
    ),
    "scaled pixels": spec(
        "[{Rescaling: 0.0039}, {Conv2D: {filters: 8, kernel_size: 3, activation: relu}}, Flatten, Output]", data=MNIST
    ),
    "normalized pixels": spec("[" + CONV + ", BatchNormalization, ReLU, Flatten, Output]", data=MNIST),
    "digits as they are": spec("[Flatten, Output]", data="images"),
    "a number through softplus": spec("[{Output: {activation: softplus}}]", data="number"),
    "a unit for each class": spec("[{Dense: 3}]"),
}


@pytest.mark.parametrize(("text", "expected"), FAULTY.values(), ids=FAULTY.keys())
def test_faulty(project: Path, text: str, expected: list[str]) -> None:
    assert findings(project, text) == expected


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_silent(project: Path, text: str) -> None:
    assert findings(project, text) == []
