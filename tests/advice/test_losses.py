"""Losses against targets, activations and weights."""

from pathlib import Path

import pytest

from specc.check import check
from tests.advice.cases import findings, spec

ONE = "[{Dense: {units: 1, activation: sigmoid}}]"
ONE_LINEAR = "[{Dense: 1}]"
THREE = "[{Dense: {units: 3, activation: softmax}}]"
THREE_SIGMOID = "[{Dense: {units: 3, activation: sigmoid}}]"
LOGITS = "{from_logits: true}"
SHARES = "{table: [{x: 1, y: 0.25}, {x: 2, y: 0.75}, {x: 3, y: 0.5}, {x: 4, y: 0.1}], target: y}"
TWO = (
    "{layers: [{Dense: 3, name: species, inputs: input}, {Dense: 1, name: width, inputs: input}], "
    "outputs: {species: species, petal_width: width}}"
)
TWO_DATA = "{dataset: iris, target: [species, petal_width], inputs: {input: [sepal_length, sepal_width, petal_length]}}"

FAULTY = {
    "ctc": (spec("[Output]", "loss: CTC"), ["unsupported-loss: CTC"]),
    "circle": (spec("[Output]", "loss: {Circle: {gamma: 8}}"), ["unsupported-loss: Circle"]),
    "categorical on one unit": (
        spec(ONE, "loss: sparse_categorical_crossentropy", "binary"),
        ["vector-loss-on-one-unit: sparse_categorical_crossentropy"],
    ),
    "cosine on a number": (
        spec("[Output]", "loss: CosineSimilarity", "number"),
        ["vector-loss-on-one-unit: CosineSimilarity"],
    ),
    "logits after softmax": (
        spec(THREE, "loss: {SparseCategoricalCrossentropy: {from_logits: true}}"),
        ["logits-already-squashed: true"],
    ),
    "logits after a layer of softmax": (
        spec("[{Dense: 3}, Softmax, {Dropout: 0}]", "loss: {CategoricalCrossentropy: {from_logits: true}}"),
        ["dropout-after-output: Dropout", "logits-already-squashed: true"],
    ),
    "logits after sigmoid": (
        spec(ONE, f"loss: {{BinaryCrossentropy: {LOGITS}}}", "binary"),
        ["logits-already-squashed: true"],
    ),
    "implied logits after relu": (
        spec("[{Dense: {units: 3, activation: relu}}]"),
        ["logits-already-squashed: Dense"],
    ),
    "logits where probabilities belong": (
        spec("[Output]", "loss: SparseCategoricalCrossentropy"),
        ["loss-expects-probabilities: SparseCategoricalCrossentropy"],
    ),
    "one logit where a probability belongs": (
        spec(ONE_LINEAR, "loss: crossentropy, metrics: []", "binary"),
        ["loss-expects-probabilities: crossentropy"],
    ),
    "sigmoid under a categorical loss": (
        spec(THREE_SIGMOID, "loss: categorical_crossentropy"),
        ["sigmoid-with-categorical-loss: categorical_crossentropy"],
    ),
    "sigmoid under the implied loss": (spec(THREE_SIGMOID), ["sigmoid-with-categorical-loss: Dense"]),
    "binary loss of three classes": (
        spec(THREE_SIGMOID, "loss: BinaryCrossentropy"),
        ["binary-loss-on-classes: BinaryCrossentropy"],
    ),
    "binary loss of large numbers": (
        spec(ONE, "loss: bce", "number"),
        ["output-range: sigmoid", "class-loss-on-number: bce"],
    ),
    "hinge of a number": (spec("[Output]", "loss: hinge", "number"), ["class-loss-on-number: hinge"]),
    "squares of classes": (
        spec("[Output]", "loss: mse"),
        ["number-loss-on-classes: mse"],
    ),
    "percentages of classes": (
        spec(ONE, "loss: mape", "binary"),
        ["number-loss-on-classes: mape"],
    ),
    "poisson of any number": (spec("[Output]", "loss: poisson", "number"), ["loss-needs-positive-outputs: poisson"]),
    "hinge of probabilities": (spec(ONE, "loss: hinge", "binary"), ["hinge-on-probabilities: hinge"]),
    "a weight for one loss": (
        spec("[{Dense: 1, name: y}]", "loss_weights: {y: 2.0}", "number"),
        ["loss-weight-without-effect: {y: 2.0}"],
    ),
    "no weight for any loss": (
        spec(TWO, "loss_weights: {species: 0, petal_width: 0}", TWO_DATA),
        ["no-loss: {species: 0, petal_width: 0}"],
    ),
}

SILENT = {
    "softmax": spec(THREE, "loss: SparseCategoricalCrossentropy"),
    "softmax and vectors": spec(THREE, "loss: categorical_crossentropy"),
    "logits": spec("[Output]", "loss: {SparseCategoricalCrossentropy: {from_logits: true}}"),
    "implied softmax": spec(THREE),
    "one probability": spec(ONE, "loss: binary_focal_crossentropy", "binary"),
    "one logit, as a discriminator has": spec(ONE_LINEAR, f"loss: {{BinaryCrossentropy: {LOGITS}}}", "binary"),
    "squares of a probability, as the Brier score": spec(ONE, "loss: mse", "binary"),
    "hinge after tanh": spec("[{Dense: {units: 1, activation: tanh}}]", "loss: hinge", "binary"),
    "hinge on logits": spec("[Output]", "loss: categorical_hinge"),
    "sigmoid for shares": spec(ONE, "loss: BinaryCrossentropy, batch_size: 2", SHARES),
    "sigmoid for a number of unknown range": spec(ONE, "loss: mse, batch_size: 2", SHARES),
    "poisson after exponential": spec("[{Dense: {units: 1, activation: exponential}}]", "loss: poisson", "number"),
    "divergence of distributions": spec(THREE, "loss: kld"),
    "leaky logits": spec("[{Dense: 3}, LeakyReLU]"),
    "weights of two losses": spec(TWO, "loss_weights: {species: 1, petal_width: 0}", TWO_DATA),
    "dice of distributions": spec(THREE, "loss: Dice"),
    "an average over a last convolution": spec(
        "[{Conv2D: {filters: 10, kernel_size: 3, activation: relu}}, GlobalAveragePooling2D]", data="images"
    ),
}
SPARSE = "SparseCategoricalCrossentropy"
HELPS = {
    "squares of logits": (spec("[Output]", "loss: mse"), f"use `{{{SPARSE}: {LOGITS}}}`"),
    "squares of one logit": (spec(ONE_LINEAR, "loss: mse", "binary"), f"use `{{BinaryCrossentropy: {LOGITS}}}`"),
    "a binary loss on logits": (
        spec("[Output]", f"loss: {{BinaryCrossentropy: {LOGITS}}}"),
        f"use `{{{SPARSE}: {LOGITS}}}`",
    ),
    "a binary loss on sigmoids": (
        spec(THREE_SIGMOID, "loss: BinaryCrossentropy"),
        f"end in `softmax`, and use `{SPARSE}`",
    ),
    "a binary loss on a distribution": (spec(THREE, "loss: BinaryCrossentropy"), f"use `{SPARSE}`"),
    "a distribution of one logit": (
        spec(ONE_LINEAR, f"loss: {{{SPARSE}: {LOGITS}}}", "binary"),
        f"use `{{BinaryCrossentropy: {LOGITS}}}`",
    ),
    "F1 of logits": (
        spec("[Output]", "metrics: [F1Score]"),
        f"use `{{CategoricalCrossentropy: {LOGITS}}}` as the loss, whose targets are vectors",
    ),
    "F1 of a distribution": (
        spec(THREE, "metrics: [F1Score]"),
        "use `CategoricalCrossentropy` as the loss, whose targets are vectors",
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAULTY.values(), ids=FAULTY.keys())
def test_faulty(project: Path, text: str, expected: list[str]) -> None:
    assert findings(project, text) == expected


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_silent(project: Path, text: str) -> None:
    assert findings(project, text) == []


@pytest.mark.parametrize(("text", "expected"), HELPS.values(), ids=HELPS.keys())
def test_a_crossentropy_is_recommended_in_the_form_that_fits_the_output(
    project: Path, text: str, expected: str
) -> None:
    (project / "spec.yaml").write_text(text)
    (finding,) = check(project / "spec.yaml").findings
    assert finding.help == expected


@pytest.mark.parametrize(
    "training",
    [f"loss: {{{SPARSE}: {LOGITS}}}", f"loss: {{CategoricalCrossentropy: {LOGITS}}}, metrics: [accuracy, F1Score]"],
)
def test_what_is_recommended_for_logits_has_no_findings(project: Path, training: str) -> None:
    assert findings(project, spec("[Output]", training)) == []
