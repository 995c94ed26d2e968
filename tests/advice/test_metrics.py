"""Metrics against targets and outputs."""

from pathlib import Path

import pytest

from tests.advice.cases import findings, spec

ONE = "[{Dense: {units: 1, activation: sigmoid}}]"
LOGIT = "[{Dense: 1}]"
SOFTMAX = "[{Dense: {units: 3, activation: softmax}}]"
VECTORS = "loss: categorical_crossentropy, "

FAULTY = {
    "a loss's name": (spec("[Output]", "metrics: [crossentropy]"), ["metric-mismatch: crossentropy"]),
    "a mean of targets": (spec("[Output]", "metrics: [Mean]", "number"), ["metric-mismatch: Mean"]),
    "exact equality": (spec("[Output]", "metrics: [Accuracy]"), ["metric-mismatch: Accuracy"]),
    "vectors of class numbers": (
        spec("[Output]", "metrics: [CategoricalAccuracy]"),
        ["metric-mismatch: CategoricalAccuracy"],
    ),
    "class numbers of vectors": (
        spec(SOFTMAX, VECTORS + "metrics: [SparseCategoricalAccuracy]"),
        ["metric-mismatch: SparseCategoricalAccuracy"],
    ),
    "argmax of one unit": (
        spec(ONE, "metrics: [SparseCategoricalAccuracy, CategoricalAccuracy]", "binary"),
        ["metric-mismatch: SparseCategoricalAccuracy", "metric-mismatch: CategoricalAccuracy"],
    ),
    "units against class numbers": (
        spec(SOFTMAX, "metrics: [AUC, Precision, F1Score, BinaryAccuracy]"),
        [f"metric-mismatch: {name}" for name in ("AUC", "Precision", "F1Score", "BinaryAccuracy")],
    ),
    "F1 of one unit": (spec(ONE, "metrics: [F1Score]", "binary"), ["metric-mismatch: F1Score"]),
    "numbers against class numbers": (spec(SOFTMAX, "metrics: [R2Score]"), ["metric-mismatch: R2Score"]),
    "correlation in a sample": (
        spec("[Output]", "metrics: [PearsonCorrelation]", "number"),
        ["metric-mismatch: PearsonCorrelation"],
    ),
    "IoU of probabilities": (spec(SOFTMAX, "metrics: [{MeanIoU: 3}]"), ["metric-mismatch: MeanIoU"]),
    "too few classes": (
        spec(SOFTMAX, "metrics: [{MeanIoU: {num_classes: 2, sparse_y_pred: false}}]"),
        ["num-classes-mismatch: 2"],
    ),
    "accuracy of a number": (
        spec("[Output]", "metrics: [accuracy, AUC]", "number"),
        ["class-metric-on-number: accuracy", "class-metric-on-number: AUC"],
    ),
    "thresholds on a logit": (
        spec(LOGIT, "metrics: [accuracy, Precision, BinaryAccuracy, AUC]", "binary"),
        [f"metric-expects-probabilities: {name}" for name in ("accuracy", "Precision", "BinaryAccuracy", "AUC")],
    ),
    "a sigmoid that loss and metric miss": (
        spec(LOGIT, "loss: BinaryCrossentropy, metrics: [accuracy, AUC]", "binary"),
        ["loss-expects-probabilities: BinaryCrossentropy"],
    ),
    "thresholds on logits of vectors": (
        spec("[Output]", "loss: {CategoricalCrossentropy: {from_logits: true}}, metrics: [Recall]"),
        ["metric-expects-probabilities: Recall"],
    ),
    "the best five of three": (
        spec("[Output]", "metrics: [{SparseTopKCategoricalAccuracy: 5}]"),
        ["top-k-of-all: 5"],
    ),
    "one metric twice": (spec("[Output]", "metrics: [mae, mae]", "number"), ["duplicate-metric: mae"]),
    "one name twice": (
        spec("[Output]", "metrics: [{MeanSquaredError: {name: e}}, {MeanAbsoluteError: {name: e}}]", "number"),
        ["duplicate-metric: MeanAbsoluteError"],
    ),
}

SILENT = {
    "accuracy": spec("[Flatten, Output]", "metrics: [accuracy, sparse_top_k_categorical_accuracy]", "images"),
    "probabilities": spec(ONE, "metrics: [accuracy, AUC, Precision, Recall, {F1Score: {threshold: 0.5}}]", "binary"),
    "vectors": spec(SOFTMAX, VECTORS + "metrics: [CategoricalAccuracy, AUC, F1Score, mse]"),
    "logits with their settings": spec(
        LOGIT, "metrics: [{AUC: {from_logits: true}}, {BinaryAccuracy: {threshold: 0.0}}]", "binary"
    ),
    "implied, of one logit": spec(LOGIT, data="binary"),
    "numbers": spec("[Output]", "metrics: [R2Score, mae, {PearsonCorrelation: {axis: 0}}]", "number"),
    "IoU of units": spec(SOFTMAX, "metrics: [{MeanIoU: {num_classes: 3, sparse_y_pred: false}}]"),
    "the best two of three": spec("[Output]", "metrics: [{SparseTopKCategoricalAccuracy: 2}]"),
    "one metric at two places": spec(
        ONE,
        "metrics: [{Precision: {thresholds: 0.3, name: low}}, {Precision: {thresholds: 0.7, name: high}}]",
        "binary",
    ),
    "two of a kind, which Keras numbers": spec(
        ONE, "metrics: [{Precision: {thresholds: 0.3}}, {Precision: {thresholds: 0.7}}]", "binary"
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAULTY.values(), ids=FAULTY.keys())
def test_faulty(project: Path, text: str, expected: list[str]) -> None:
    assert findings(project, text) == expected


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_silent(project: Path, text: str) -> None:
    assert findings(project, text) == []
