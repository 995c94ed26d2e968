"""Metrics against targets and outputs. Only those that the spec writes; implied ones fit by construction.

What each metric makes of which targets was tried on Keras 3.15: some pairs raise, others give a number that is not what
its name says (`CategoricalAccuracy` of class numbers takes every class for the first).
"""

from collections.abc import Iterator
from typing import Final

from specc.advice.activations import PROBABILITIES
from specc.advice.lognames import result_names
from specc.advice.losses import loss_expects_probabilities, use_loss
from specc.advice.view import Output, View
from specc.component import Component
from specc.diagnostics import Finding, Label, error, warning

OF_NUMBERS_OF_CLASSES: Final = frozenset(
    {"SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy"}
)
OF_VECTORS: Final = frozenset(
    {
        "CategoricalAccuracy", "CategoricalCrossentropy", "CategoricalHinge", "OneHotIoU", "OneHotMeanIoU",
        "TopKCategoricalAccuracy",
    }
)  # fmt: skip
F_SCORES: Final = frozenset({"F1Score", "FBetaScore"})
THRESHOLDS: Final = frozenset(
    {
        "AUC", "BinaryIoU", "FalseNegatives", "FalsePositives", "Precision", "PrecisionAtRecall", "Recall",
        "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity", "TrueNegatives", "TruePositives",
    }
)  # fmt: skip
OF_UNITS: Final = THRESHOLDS | {"BinaryAccuracy", "BinaryCrossentropy"}
IOUS: Final = frozenset({"IoU", "MeanIoU"})
WITHIN_SAMPLES: Final = frozenset({"ConcordanceCorrelation", "CosineSimilarity", "PearsonCorrelation"})
OF_NUMBERS: Final = WITHIN_SAMPLES | {
    "Hinge", "KLDivergence", "LogCoshError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError",
    "MeanSquaredLogarithmicError", "Poisson", "R2Score", "RootMeanSquaredError", "SquaredHinge",
}  # fmt: skip
WITH_LOGITS: Final = frozenset(
    {"AUC", "BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"}
)
ACCURACY: Final = "accuracy"
"""Keras' name for the accuracy that fits the target."""


def metric_mismatch(view: View, output: Output) -> Iterator[Finding]:
    """A metric that fails on such targets, or whose value there says something else."""
    for metric, name in output.metrics:
        if output.units is None:
            continue
        found = _mismatch(view, output, metric, name)
        if found:
            why, help_ = found
            yield error("metric-mismatch", f"`{metric.type}` {why}", metric.span, help=help_)


def _mismatch(view: View, output: Output, metric: Component, name: str) -> tuple[str, str] | None:
    """What is wrong and what to write; None if the metric fits."""
    one_unit = output.units == 1
    if name == "crossentropy":
        return "is a loss, Keras has no metric of that name", "name the crossentropy, as `BinaryCrossentropy`"
    if name in {"Mean", "Sum"}:
        return "adds up targets, predictions are no part of it", "use a metric of predictions"
    if name in WITHIN_SAMPLES and one_unit and view.argument(metric, "axis") in {-1, 1}:
        return "compares the units of one sample, and there is one", "write `axis: 0`, or use `R2Score`"
    if name in OF_NUMBERS_OF_CLASSES | OF_VECTORS and one_unit:
        help_ = f"use `{ACCURACY}` or `Binary…`" if output.classes else "use `MeanAbsoluteError`"
        return "compares several units, the output has one", help_
    return _mismatch_of_classes(view, output, metric, name) if output.classes else None


def _mismatch_of_classes(view: View, output: Output, metric: Component, name: str) -> tuple[str, str] | None:
    one_unit = output.units == 1
    if name == "Accuracy":
        return "asks whether outputs equal class numbers exactly", f"use `{ACCURACY}`, which compares classes"
    if name in IOUS:
        return _iou_mismatch(view, output, metric, name)
    if name in OF_NUMBERS_OF_CLASSES and output.one_hot:
        return "takes class numbers, and this loss takes vectors", f"use `{name.removeprefix('Sparse')}`"
    if name in F_SCORES and one_unit and view.argument(metric, "threshold") is None:
        return "takes the greatest unit, and there is one", "write `threshold: 0.5`"
    if one_unit or output.one_hot:
        return None
    if name in OF_VECTORS:
        sparse = f"Sparse{name}"
        known = sparse if view.catalog.find("metric", sparse) else ACCURACY
        return "takes vectors of classes, and this loss takes class numbers", f"use `{known}`"
    if name in F_SCORES | OF_UNITS:
        help_ = f"{use_loss(output, 'CategoricalCrossentropy')} as the loss, whose targets are vectors"
        return "takes one target per unit, and this loss takes class numbers", help_
    if name in OF_NUMBERS:
        return "subtracts class numbers from the units", f"use `{ACCURACY}`"
    return None


def _iou_mismatch(view: View, output: Output, metric: Component, name: str) -> tuple[str, str] | None:
    if output.units == 1:
        return "takes outputs for class numbers", "use `BinaryIoU`"
    if view.argument(metric, "sparse_y_pred") or bool(view.argument(metric, "sparse_y_true")) is output.one_hot:
        right = "OneHot" + name if output.one_hot else f"{name}: {{sparse_y_pred: false, …}}"
        return "is told of targets or outputs in another form", f"write `{right}`"
    return None


def class_metric_on_number(view: View, output: Output) -> Iterator[Finding]:
    """Right and wrong on a target that is a number."""
    of_classes = OF_UNITS | F_SCORES | IOUS | {ACCURACY, "Accuracy"}
    for metric, name in output.metrics:
        if not output.classes and name in of_classes - {"BinaryCrossentropy"}:
            yield warning(
                "class-metric-on-number",
                f"`{metric.type}` is a metric for classes, `{output.target.name}` is a number",
                metric.span,
                help="use `MeanAbsoluteError` or `R2Score`",
            )


def metric_expects_probabilities(view: View, output: Output) -> Iterator[Finding]:
    """A threshold of a half on outputs that are not probabilities."""
    if not output.classes or output.ending is None or output.ends_in(PROBABILITIES):
        return
    if any(loss_expects_probabilities(view, output)):
        return  # the activation that the loss misses is told there
    for metric, name in output.metrics:
        help_ = _help_for_logits(view, output, metric, name)
        if help_:
            yield warning(
                "metric-expects-probabilities",
                f"`{metric.type}` expects probabilities, and the output ends in `{output.ending.activation}`",
                metric.span,
                labels=output.ending_label(),
                help=help_,
            )


def _help_for_logits(view: View, output: Output, metric: Component, name: str) -> str:
    """What to write instead; nothing if the metric does not mind, or other rules speak of it."""
    written = metric.arguments
    if output.units != 1 and not output.one_hot:
        return ""
    if name == ACCURACY and output.units == 1:
        return "write `BinaryAccuracy: {threshold: 0.0, name: accuracy}`, or end in `sigmoid`"
    if name in WITH_LOGITS:
        units_fit = name not in OF_NUMBERS_OF_CLASSES | OF_VECTORS or output.units != 1
        return "" if view.argument(metric, "from_logits") or not units_fit else "write `from_logits: true`"
    if name == "BinaryAccuracy" and "threshold" not in written:
        return "write `threshold: 0.0`, or end in `sigmoid`"
    if name in THRESHOLDS and not {"threshold", "thresholds", "top_k"} & written.keys():
        return "end in `sigmoid`" if output.units == 1 else "end in `softmax`"
    return ""


def top_k_of_all(view: View, output: Output) -> Iterator[Finding]:
    """Among as many guesses as there are classes the right one always is."""
    for metric, name in output.metrics:
        k, units = view.argument(metric, "k"), output.units
        best = name in {"SparseTopKCategoricalAccuracy", "TopKCategoricalAccuracy"}
        if best and isinstance(k, int) and units and 1 < units <= k:
            message = f"the right class is always among the best {k} of {units}"
            yield warning("top-k-of-all", message, metric.span_of("k"), help="write a smaller `k`")


def num_classes_mismatch(view: View, output: Output) -> Iterator[Finding]:
    """A confusion matrix that has no place for some classes."""
    classes = output.target.classes
    for metric, name in output.metrics:
        given = metric.arguments.get("num_classes")
        if output.classes and classes and isinstance(given, int) and given < classes:
            message = f"`{output.target.name}` has {classes} classes, `{name}` counts {given}"
            help_ = f"write `num_classes: {classes}`"
            yield error("num-classes-mismatch", message, metric.span_of("num_classes"), help=help_)


def duplicate_metric(view: View) -> Iterator[Finding]:
    """One metric twice, which Keras then calls `NAME` and `NAME_1`."""
    for name in result_names(view):
        if name.first is not None and name.metric is not None:
            if "Accuracy" in {view.type_of(name.metric), view.type_of(name.first)}:
                continue  # that it is no metric of any target is told by itself
            same = name.first.arguments == name.metric.arguments
            yield warning(
                "duplicate-metric",
                f"this is measured already, Keras calls it `{name.name}`"
                if same
                else f"two metrics have one name, Keras calls this one `{name.name}`",
                name.metric.span,
                labels=(Label(name.first.span, "the first"),),
                help="leave one out" if same else "give each a `name`",
            )
