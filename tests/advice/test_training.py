"""Callbacks, their files, schedules, batches, learning rates and devices."""

from pathlib import Path

import pytest

from specc.advice.files import KEPT, RESERVED
from specc.check import check
from specc.runs import folder
from tests.advice.cases import findings, spec

NOT_VALIDATED = "{dataset: diabetes, split: {validation: 0}}"
TWO = (
    "{layers: [{Dense: 3, name: species, inputs: input}, {Dense: 1, name: width, inputs: input}], "
    "outputs: {species: species, petal_width: width}}"
)
TWO_DATA = "{dataset: iris, target: [species, petal_width], inputs: {input: [sepal_length, sepal_width, petal_length]}}"
SOFTMAX = "[{Dense: {units: 3, activation: softmax}}]"
F1 = "loss: CategoricalCrossentropy, metrics: [F1Score]"


def callback(written: str, more: str = "", data: str = "number", model: str = "[Output]") -> str:
    return spec(model, f"callbacks: [{written}]" + (f", {more}" if more else ""), data)


def schedule(written: str, more: str = "epochs: 100") -> str:
    """On `diabetes`: 310 rows train, 10 batches an epoch."""
    return spec("[Output]", f"optimizer: {{Adam: {{learning_rate: {{{written}}}}}}}, {more}", "number")


FAULTY = {
    "no validation": (callback("EarlyStopping", data=NOT_VALIDATED), ["no-validation-split: EarlyStopping"]),
    "no validation for the best": (
        callback("{ModelCheckpoint: {filepath: a.keras, save_best_only: true}}", data=NOT_VALIDATED),
        ["no-validation-split: ModelCheckpoint"],
    ),
    "misspelt": (callback("{EarlyStopping: val_lss}"), ["unknown-monitor: val_lss"]),
    "another metric's name": (
        callback("{EarlyStopping: {monitor: val_accuracy, mode: max}}"),
        ["unknown-monitor: val_accuracy"],
    ),
    "a class's own name": (
        callback("{EarlyStopping: {monitor: val_R2Score, mode: max}}", "metrics: [R2Score]"),
        ["unknown-monitor: val_R2Score"],
    ),
    "a metric that gives several numbers": (
        callback("{EarlyStopping: {monitor: val_f1_score, mode: max}}", F1, "classes", SOFTMAX),
        ["unknown-monitor: val_f1_score"],
    ),
    "a number too many": (
        callback("{EarlyStopping: {monitor: val_f1_score_3, mode: max}}", F1, "classes", SOFTMAX),
        ["unknown-monitor: val_f1_score_3"],
    ),
    "one number of several": (
        callback("{EarlyStopping: val_f1_score_0}", F1, "classes", SOFTMAX),
        ["monitor-needs-mode: val_f1_score_0"],
    ),
    "the wrong direction of one number": (
        callback("{EarlyStopping: {monitor: f1_score_0, mode: min}}", F1, "classes", SOFTMAX),
        ["monitor-mode-contradicts: min"],
    ),
    "the field of several numbers": (
        callback("{ModelCheckpoint: 'w-{val_f1_score:.2f}.keras'}", F1, "classes", SOFTMAX),
        ["unknown-field: 'w-{val_f1_score:.2f}.keras'"],
    ),
    "without the output's name": (
        callback("{EarlyStopping: val_accuracy}", data=TWO_DATA, model=TWO),
        ["unknown-monitor: val_accuracy"],
    ),
    "an output's metric": (
        callback("{EarlyStopping: val_species_accuracy}", data=TWO_DATA, model=TWO),
        ["monitor-needs-mode: val_species_accuracy"],
    ),
    "an output's loss": (
        callback("{EarlyStopping: val_species_loss}", data=TWO_DATA, model=TWO),
        ["monitor-needs-mode: val_species_loss"],
    ),
    "a count": (
        callback(
            "{EarlyStopping: val_true_positives}",
            "metrics: [TruePositives]",
            "binary",
            "[{Dense: {units: 1, activation: sigmoid}}]",
        ),
        ["monitor-needs-mode: val_true_positives"],
    ),
    "the greatest loss": (
        callback("{EarlyStopping: {monitor: val_loss, mode: max}}"),
        ["monitor-mode-contradicts: max"],
    ),
    "the least accuracy": (
        callback("{EarlyStopping: {monitor: val_accuracy, mode: min}}", data="classes"),
        ["monitor-mode-contradicts: min"],
    ),
    "long patience": (callback("{EarlyStopping: {patience: 20}}"), ["patience-never-runs-out: 20"]),
    "long patience of several": (
        callback("{EarlyStopping: {patience: 20}}, ReduceLROnPlateau, {EarlyStopping: {monitor: loss, patience: 30}}"),
        ["patience-never-runs-out: 20"],
    ),
    "a callback twice": (callback("TerminateOnNaN, TerminateOnNaN"), ["duplicate-callback: TerminateOnNaN"]),
    "a rate of 50": (
        spec("[Output]", "optimizer: {SGD: {learning_rate: 50}}", "number"),
        ["learning-rate-too-high: 50"],
    ),
    "default patience": (callback("ReduceLROnPlateau"), ["patience-never-runs-out: ReduceLROnPlateau"]),
    "plateau and schedule": (
        callback(
            "{ReduceLROnPlateau: {patience: 2}}",
            "optimizer: {Adam: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 100}}}".replace(
                "{Adam: {CosineDecay", "{Adam: {learning_rate: {CosineDecay"
            )
            + "}",
        ),
        ["plateau-against-schedule: ReduceLROnPlateau"],
    ),
    "no average": (callback("SwapEMAWeights"), ["average-not-kept: SwapEMAWeights"]),
    "a suffix of weights": (
        callback("{ModelCheckpoint: {filepath: best.keras, save_weights_only: true}}"),
        ["checkpoint-suffix: best.keras"],
    ),
    "a field that is not logged": (
        callback("{ModelCheckpoint: '{epoch}-{val_acuracy:.2f}.keras'}", data="classes"),
        ["unknown-field: '{epoch}-{val_acuracy:.2f}.keras'"],
    ),
    "a field that does not end": (callback("{ModelCheckpoint: '{epoch.keras'}"), ["unknown-field: '{epoch.keras'"]),
    "the run's history": (callback("{CSVLogger: ./history.csv}"), ["reserved-file: ./history.csv"]),
    "the run's model": (callback("{ModelCheckpoint: model.keras}"), ["reserved-file: model.keras"]),
    "the run's checkpoints": (
        callback("{BackupAndRestore: ./checkpoints/}"),
        ["reserved-file: ./checkpoints/"],
    ),
    "the run itself": (callback("{BackupAndRestore: .}"), ["reserved-file: ."]),
    "one file twice": (callback("{CSVLogger: a.csv}, {CSVLogger: a.csv}"), ["shared-file: a.csv"]),
    "too few values": (
        schedule("PiecewiseConstantDecay: {boundaries: [10, 20], values: [1.0e-2, 1.0e-3]}"),
        ["piecewise-mismatch: [1.0e-2, 1.0e-3]"],
    ),
    "boundaries backwards": (
        schedule("PiecewiseConstantDecay: {boundaries: [20, 10], values: [1.0e-2, 1.0e-3, 1.0e-4]}"),
        ["piecewise-mismatch: [20, 10]"],
    ),
    "epochs for steps": (
        schedule("CosineDecay: {initial_learning_rate: 0.01, decay_steps: 90}"),
        ["schedule-ends-early: 90"],
    ),
    "a copied decay": (
        schedule(
            "ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 100000, decay_rate: 0.9, staircase: true}"
        ),
        ["schedule-hardly-moves: 100000"],
    ),
    "a boundary too far": (
        schedule("PiecewiseConstantDecay: {boundaries: [1000], values: [0.1, 0.01]}"),
        ["schedule-hardly-moves: [1000]"],
    ),
    "a long warmup": (
        schedule("CosineDecay: {initial_learning_rate: 0.0, decay_steps: 500, warmup_target: 0.1, warmup_steps: 1000}"),
        ["warmup-never-ends: 1000"],
    ),
    "more than there is": (spec("[Output]", "batch_size: 512", "number"), ["batch-over-split: 512"]),
    "a rate of 0": (spec("[Output]", "optimizer: {SGD: 0}", "number"), ["learning-rate-zero: 0"]),
    "a rate of 10": (spec("[Output]", "optimizer: {Adam: 10}", "number"), ["learning-rate-too-high: 10"]),
    "frozen": (
        spec("[{Dense: {units: 1, trainable: false}, name: d}]", data="number"),
        ["nothing-to-train: d"],
    ),
    "half precision": (
        spec("[Output]", runtime="precision: mixed_float16"),
        ["half-precision-output: Output"],
    ),
    "half precision where a device has it": (
        spec("[{Dense: {units: 8, activation: relu}}, {Dense: 3, name: last}]", runtime="precision: auto"),
        ["half-precision-output: last"],
    ),
    "half precision of the last layer": (
        spec("[{Dense: {units: 8, activation: relu}}, {Output: {dtype: float16}}]"),
        ["half-precision-output: Output"],
    ),
    "half precision on a CPU": (
        spec(
            "[{Output: {dtype: float32}}]",
            runtime='precision: mixed_float16, distribute: {OneDeviceStrategy: {device: "CPU:0"}}',
        ),
        ["half-precision-on-cpu: mixed_float16"],
    ),
    "three replicas": (
        spec("[Output]", runtime="distribute: {MirroredStrategy: {devices: 3}}"),
        ["uneven-batch: 3"],
    ),
}

SILENT = {
    "half precision, perhaps": spec("[Output]", runtime="precision: auto"),
    "one number of several": callback(
        "{EarlyStopping: {monitor: val_f1_score_2, mode: max}}, {ModelCheckpoint: 'w-{val_f1_score_0:.2f}.keras'}",
        F1,
        "classes",
        SOFTMAX,
    ),
    "the average of several numbers": callback(
        "{EarlyStopping: val_f1_score}", F1.replace("F1Score", "{F1Score: macro}"), "classes", SOFTMAX
    ),
    "monitors": callback("EarlyStopping, {ReduceLROnPlateau: {patience: 3}}"),
    "a metric": callback("{EarlyStopping: val_accuracy}", data="classes"),
    "a short name": callback("{EarlyStopping: val_mae}", "metrics: [mae]"),
    "an own name": callback("{EarlyStopping: val_error}", "metrics: [{MeanAbsoluteError: {name: error}}]"),
    "the second of a kind": callback(
        "{EarlyStopping: val_auc_1}",
        "metrics: [AUC, {AUC: {curve: PR}}]",
        "binary",
        "[{Dense: {units: 1, activation: sigmoid}}]",
    ),
    "an output's metric": callback(
        "{EarlyStopping: {monitor: val_species_accuracy, mode: max}}", data=TWO_DATA, model=TWO
    ),
    "the loss without validation": callback("{EarlyStopping: loss}", data=NOT_VALIDATED),
    "every epoch kept without validation": callback("{ModelCheckpoint: 'a{epoch:02d}.keras'}", data=NOT_VALIDATED),
    "patience for the best weights": callback("{EarlyStopping: {patience: 20, restore_best_weights: true}}"),
    "two of a kind": callback("{EarlyStopping: {patience: 3}}, {EarlyStopping: {patience: 3, monitor: loss}}"),
    "a steep descent": spec("[Output]", "optimizer: {SGD: {learning_rate: 10}}", "number"),
    "an average": callback("SwapEMAWeights", "optimizer: {Adam: {use_ema: true}}"),
    "fields": callback("{ModelCheckpoint: 'k/{epoch:02d}-{val_loss:.2f}.keras'}, {CSVLogger: log.csv}"),
    "a folder of its own": callback("{BackupAndRestore: checkpoints/keras}"),
    "weights": callback("{ModelCheckpoint: {filepath: a.weights.h5, save_weights_only: true}}"),
    "a schedule as long as training": schedule("CosineDecay: {initial_learning_rate: 0.01, decay_steps: 1000}"),
    "a schedule that stops at a tenth of the rate": schedule(
        "CosineDecay: {initial_learning_rate: 0.01, decay_steps: 90, alpha: 0.1}"
    ),
    "a short schedule that may be all": schedule(
        "CosineDecay: {initial_learning_rate: 0.01, decay_steps: 90}", "epochs: 100, callbacks: [EarlyStopping]"
    ),
    "values between boundaries": schedule(
        "PiecewiseConstantDecay: {boundaries: [100, 500], values: [1.0e-2, 1.0e-3, 1.0e-4]}"
    ),
    "a smooth decay": schedule("ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 100000, decay_rate: 0.9}"),
    "all rows at once": spec("[Output]", "batch_size: 310", "number"),
    "a few rows and the default batch": spec("[Output]", data="{dataset: {xor: 8}}"),
    "a rate of 1": spec("[Output]", "optimizer: {Adadelta: 1.0}", "number"),
    "half precision inside": spec(
        "[{Dense: {units: 8, activation: relu}}, {Output: {dtype: float32}}]", runtime="precision: mixed_float16"
    ),
    "two replicas": spec("[Output]", runtime="distribute: {MirroredStrategy: {devices: 2}}"),
}


@pytest.mark.parametrize(("text", "expected"), FAULTY.values(), ids=FAULTY.keys())
def test_faulty(project: Path, text: str, expected: list[str]) -> None:
    assert findings(project, text) == expected


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_silent(project: Path, text: str) -> None:
    assert findings(project, text) == []


def test_one_number_of_so_many_as_nobody_knows(project: Path) -> None:
    written = callback(
        "{EarlyStopping: {monitor: f1_score_9, mode: max}}", F1, "{csv: missing.csv, target: kind}", SOFTMAX
    )
    assert findings(project, written) == ["no-such-file: missing.csv"]


def test_a_misspelt_monitor_gets_all_names_and_the_nearest(project: Path) -> None:
    (project / "spec.yaml").write_text(callback("{EarlyStopping: val_acuracy}", data="classes"))
    (finding,) = check(project / "spec.yaml").findings
    assert finding.help == "did you mean `val_accuracy`?"
    assert finding.notes == ("logged are `accuracy`, `loss`, `val_accuracy`, `val_loss`",)


def test_reserved_files_are_those_of_a_run() -> None:
    names = ("SPEC", "LOCK", "RUN", "HISTORY", "METRICS", "PREDICTIONS", "MODEL")
    reports = ("REPORT_HTML", "REPORT_JSON", "REPORT_MARKDOWN")
    written = {getattr(folder, name) for name in (*names, *reports)}
    assert written == RESERVED
    assert {".", folder.CHECKPOINTS} == KEPT
