"""Run directories that look like real ones, made without training: what the report's tests read.

`python -m tests.report.fake_runs FOLDER` writes them all, with their reports, to look at.
"""

import math
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from specc import runs

DIGITS = [str(digit) for digit in range(10)]
START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
SPEC = """\
# A small convolutional network
spec: 1
name: digits-cnn
description: A small convolutional network on the 8x8 digits that ship with scikit-learn.
vars: {width: 32, rate: 0.3}
data:
  dataset: digits
  split: {validation: 0.15, test: 0.15, stratify: true}
model:
  - Rescaling: {scale: 0.0625}
  - Conv2D: {filters: $width, kernel_size: 3, padding: same, activation: "relu"}   # 8x8
  - MaxPooling2D
  - GlobalAveragePooling2D
  - Dropout: $rate
  - Dense: 10
training:
  optimizer: {Adam: 1e-3}
  epochs: 30
runtime: {seed: 7}
"""

Layers = list[dict[str, Any]]


def layer(name: str, kind: str, inputs: list[str], shape: str, *weights: tuple[str, tuple[int, ...]]) -> dict[str, Any]:
    """One layer's entry in run.json; all its weights are trainable."""
    entries: list[dict[str, Any]] = [{"name": n, "shape": str(s), "parameters": math.prod(s)} for n, s in weights]
    total = sum(entry["parameters"] for entry in entries)
    return {
        "name": name,
        "type": kind,
        "inputs": inputs,
        "output_shape": shape,
        "parameters": total,
        "trainable_parameters": total,
        "weights": entries,
    }


def cnn() -> Layers:
    """A chain with one skip connection."""
    return [
        layer("pixels", "InputLayer", [], "(None, 8, 8, 1)"),
        layer("rescaling", "Rescaling", ["pixels"], "(None, 8, 8, 1)"),
        layer("conv1", "Conv2D", ["rescaling"], "(None, 8, 8, 32)", ("kernel", (3, 3, 1, 32)), ("bias", (32,))),
        layer("pool", "MaxPooling2D", ["conv1"], "(None, 4, 4, 32)"),
        layer("conv2", "Conv2D", ["pool"], "(None, 4, 4, 32)", ("kernel", (3, 3, 32, 32)), ("bias", (32,))),
        layer("norm", "BatchNormalization", ["conv2"], "(None, 4, 4, 32)", ("gamma", (32,)), ("beta", (32,))),
        layer("add", "Add", ["norm", "pool"], "(None, 4, 4, 32)"),
        layer("mean", "GlobalAveragePooling2D", ["add"], "(None, 32)"),
        layer("dropout", "Dropout", ["mean"], "(None, 32)"),
        layer("digit", "Dense", ["dropout"], "(None, 10)", ("kernel", (32, 10)), ("bias", (10,))),
    ]


def mlp(output: str) -> Layers:
    """A chain that ends in one number."""
    return [
        layer("input", "InputLayer", [], "(None, 10)"),
        layer("hidden", "Dense", ["input"], "(None, 64)", ("kernel", (10, 64)), ("bias", (64,))),
        layer(output, "Dense", ["hidden"], "(None, 1)", ("kernel", (64, 1)), ("bias", (1,))),
    ]


def two_heads() -> Layers:
    """Two inputs, a shared trunk, two outputs."""
    return [
        layer("image", "InputLayer", [], "(None, 32, 32, 3)"),
        layer("facts", "InputLayer", [], "(None, 6)"),
        layer("conv", "Conv2D", ["image"], "(None, 30, 30, 16)", ("kernel", (3, 3, 3, 16)), ("bias", (16,))),
        layer("flat", "Flatten", ["conv"], "(None, 14400)"),
        layer("known", "Dense", ["facts"], "(None, 16)", ("kernel", (6, 16)), ("bias", (16,))),
        layer("both", "Concatenate", ["flat", "known"], "(None, 14416)"),
        layer("trunk", "Dense", ["both"], "(None, 32)", ("kernel", (14416, 32)), ("bias", (32,))),
        layer("breed", "Dense", ["trunk"], "(None, 3)", ("kernel", (32, 3)), ("bias", (3,))),
        layer("age", "Dense", ["trunk"], "(None, 1)", ("kernel", (32, 1)), ("bias", (1,))),
    ]


def history(epochs: int, *, metrics: tuple[str, ...], validation: bool, overfit: bool) -> dict[str, list[float]]:
    """Plausible curves: losses fall, other metrics rise; overfitting turns the validation loss around."""
    chance = random.Random(3)  # noqa: S311
    columns: dict[str, list[float]] = {}
    for name in metrics:
        for prefix in ("", "val_") if validation else ("",):
            values = []
            for epoch in range(epochs):
                fall = 2.2 * math.exp(-epoch / 5) + 0.08 + chance.gauss(0, 0.015)
                if prefix:
                    fall += 0.05 + (0.035 * max(0, epoch - epochs / 2) if overfit else 0)
                values.append(abs(fall) if "loss" in name or "error" in name else max(0.05, 1 - 0.4 * fall))
            columns[prefix + name] = values
    return columns


def class_rows(name: str, classes: list[str], samples: int) -> tuple[list[str], list[list[Any]]]:
    """Header and cells of a class output: most samples right, some confused with the next class."""
    chance = random.Random(11)  # noqa: S311
    header = [f"{name} target", f"{name} prediction", *(f"{name} p({each})" for each in classes)]
    rows: list[list[Any]] = []
    for _ in range(samples):
        truth = chance.randrange(len(classes))
        guess = truth if chance.random() > 0.06 else (truth + chance.choice((1, 2))) % len(classes)
        weights = [chance.random() * 0.08 for _ in classes]
        weights[guess] += 1.2 if guess == truth else 0.5
        total = sum(weights)
        rows.append([classes[truth], classes[guess], *(round(weight / total, 6) for weight in weights)])
    return header, rows


def number_rows(name: str, samples: int) -> tuple[list[str], list[list[Any]]]:
    """Header and cells of a number output, with noise and a few outliers."""
    chance = random.Random(5)  # noqa: S311
    rows: list[list[Any]] = []
    for index in range(samples):
        truth = chance.uniform(25, 340)
        rows.append([truth, truth * 0.8 + 30 + chance.gauss(0, 22) + (120 if index % 41 == 40 else 0)])
    return [f"{name} target", f"{name} prediction"], rows


def write(
    runs_folder: Path,
    *,
    name: str,
    layers: Layers,
    targets: dict[str, dict[str, Any]],
    columns: dict[str, list[float]],
    metrics: dict[str, dict[str, float]],
    rows: tuple[list[str], list[list[Any]]] | None,
    split: dict[str, int],
    spec: str = SPEC,
    **changes: Any,
) -> Path:
    """One run directory; `changes` replace top-level keys of run.json."""
    folder = runs.create(runs_folder, name, "9f3c5a7e11", START)
    epochs = len(next(iter(columns.values()), []))
    total = sum(entry["parameters"] for entry in layers)
    sources = {source for entry in layers for source in entry["inputs"]}
    facts: dict[str, Any] = {
        "run": 1,
        "name": name,
        "description": "A small network with one skip connection, on the 8x8 digits that ship with scikit-learn.",
        "id": folder.id,
        "status": "completed",
        "started": START.isoformat(),
        "finished": (START + timedelta(seconds=47)).isoformat(),
        "seconds": {"data": 0.31, "build": 0.84, "fit": 41.2, "evaluate": 1.93, "total": 46.8},
        "command": ["specc", "train", "specs/digits-cnn.yaml", "--set", "training.epochs=30"],
        "spec_path": "specs/digits-cnn.yaml",
        "environment": {
            "specc": "0.1.0",
            "python": "3.11.9",
            "keras": "3.15.1",
            "tensorflow": "2.21.0",
            "platform": "Linux-6.8-x86_64",
            "cpu": "AMD EPYC 7B13",
            "cpus": 2,
            "devices": [{"name": "CPU:0", "type": "CPU"}],
        },
        "determinism": {"level": "seeded", "why": "`runtime.deterministic` is off"},
        "model": {
            "name": name,
            "parameters": {"trainable": total, "non_trainable": 0, "total": total},
            "layers": layers,
            "inputs": [entry["name"] for entry in layers if entry["type"] == "InputLayer"],
            "outputs": [entry["name"] for entry in layers if entry["name"] not in sources],
        },
        "targets": targets,
        "training": {
            "epochs_run": epochs,
            "epochs_asked": 30,
            "batch_size": 64,
            "steps_per_epoch": 20,
            "stopped": "early stopping" if epochs < 30 else "epochs",
        },
        "data": {
            "source": "digits",
            "samples": sum(split.values()),
            "split": split,
            "inputs": {"pixels": {"shape": [8, 8, 1], "dtype": "float32"}},
        },
        "warnings": [],
    }
    runs.write_text(folder.spec, spec)
    runs.write_json(folder.run, {**facts, **changes})
    lock = {
        "lock": 1,
        "spec": {"spec": 1, "name": name, "training": {"epochs": 30, "optimizer": {"Adam": {"learning_rate": 1e-3}}}},
        "seed": 7,
        "versions": {"specc": "0.1.0", "python": "3.11.9", "keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.2.1"},
        "devices": [{"name": "CPU:0", "type": "CPU"}],
        "strategy": {"name": "none", "replicas": 1},
        "data": {"fingerprint": "sha256:" + "4b" * 32, "samples": sum(split.values()), "split": split},
    }
    runs.write_yaml(folder.lock, lock)
    if columns:
        columns = {**columns, "seconds": [1.37] * epochs}
        runs.write_csv(
            folder.history,
            ["epoch", *columns],
            [[epoch + 1, *(values[epoch] for values in columns.values())] for epoch in range(epochs)],
        )
    if metrics:
        runs.write_json(folder.metrics, metrics)
    if rows:
        header, cells = rows
        runs.write_csv(folder.predictions, ["index", *header], [[7 * i + 3, *row] for i, row in enumerate(cells)])
    return folder.path


def digits(runs_folder: Path, **changes: Any) -> Path:
    """Ten classes, early stopping, overfitting, a falling learning rate."""
    columns = history(24, metrics=("loss", "accuracy"), validation=True, overfit=True)
    columns["learning_rate"] = [1e-3 * 0.5 ** (epoch // 6) for epoch in range(24)]
    whole: dict[str, Any] = {
        "name": "digits-cnn",
        "layers": cnn(),
        "targets": {"digit": {"kind": "classes", "classes": DIGITS, "column": "target"}},
        "columns": columns,
        "metrics": {
            "train": {"loss": 0.0813, "accuracy": 0.9936},
            "validation": {"loss": 0.1742, "accuracy": 0.9628},
            "test": {"loss": 0.1531, "accuracy": 0.9481},
        },
        "rows": class_rows("target", DIGITS, 270),
        "split": {"train": 1257, "validation": 270, "test": 270},
    }
    return write(runs_folder, **{**whole, **changes})


def diabetes(runs_folder: Path, **changes: Any) -> Path:
    """One number, no validation split."""
    metrics = {"loss": 2903.1, "mean_absolute_error": 41.72}
    whole: dict[str, Any] = {
        "name": "diabetes",
        "layers": mlp("progression"),
        "targets": {"progression": {"kind": "number", "classes": None, "column": "progression"}},
        "columns": history(30, metrics=("loss", "mean_absolute_error"), validation=False, overfit=False),
        "metrics": {"train": metrics, "test": {"loss": 3120.4, "mean_absolute_error": 43.05}},
        "rows": number_rows("progression", 133),
        "split": {"train": 309, "validation": 0, "test": 133},
        "description": "Disease progression after one year.",
    }
    return write(runs_folder, **{**whole, **changes})


def interrupted(runs_folder: Path) -> Path:
    """Stopped by the user after six epochs: no test metrics, no predictions."""
    return digits(
        runs_folder,
        name="stopped",
        columns=history(6, metrics=("loss", "accuracy"), validation=True, overfit=False),
        metrics={},
        rows=None,
        status="interrupted",
        training={
            "epochs_run": 6,
            "epochs_asked": 30,
            "batch_size": 64,
            "steps_per_epoch": 20,
            "stopped": "interrupted",
        },
        warnings=["interrupted by the user in epoch 7"],
    )


def failed(runs_folder: Path) -> Path:
    """Failed before the first epoch ended."""
    return digits(runs_folder, name="broken", columns={}, metrics={}, rows=None, status="failed", finished=None)


def one_epoch(runs_folder: Path) -> Path:
    """A single epoch: curves are single points."""
    columns = history(1, metrics=("loss", "accuracy"), validation=True, overfit=False)
    return digits(runs_folder, name="one-epoch", columns=columns)


def pets(runs_folder: Path) -> Path:
    """Two inputs and two outputs, one of each kind."""
    classes = ["cat", "dog", "a very long breed name that needs room"]
    class_header, class_cells = class_rows("breed", classes, 90)
    number_header, number_cells = number_rows("age", 90)
    names = ("loss", "breed_loss", "age_loss", "breed_accuracy")
    return write(
        runs_folder,
        name="pets",
        layers=two_heads(),
        targets={
            "breed": {"kind": "classes", "classes": classes, "column": "breed"},
            "age": {"kind": "number", "classes": None, "column": "age"},
        },
        columns=history(30, metrics=names, validation=True, overfit=False),
        metrics={split: dict.fromkeys(names, 0.4142) for split in ("train", "validation", "test")},
        rows=(class_header + number_header, [a + b for a, b in zip(class_cells, number_cells, strict=True)]),
        split={"train": 420, "validation": 90, "test": 90},
        description="",
    )


def many_classes(runs_folder: Path) -> Path:
    """More classes than a heat map can show, in a model too long to draw box by box."""
    classes = [f"class {number:02}" for number in range(40)]
    layers = [layer("input", "InputLayer", [], "(None, 16)")]
    for number in range(90):
        layers.append(layer(f"dense_{number}", "Dense", [layers[-1]["name"]], "(None, 16)", ("kernel", (16, 16))))
    return digits(
        runs_folder,
        name="many-classes",
        layers=layers,
        targets={"dense_89": {"kind": "classes", "classes": classes, "column": "label"}},
        rows=class_rows("label", classes, 800),
    )


def fine_tuned(runs_folder: Path) -> Path:
    """Started from the weights of another run, with a layer of another size and one that is new."""
    statuses = {"conv1": "loaded", "conv2": "loaded", "norm": "missing", "digit": "differs"}
    start = {
        "path": "runs/<old> | run/model.keras",
        "sha256": "sha256:" + "5c" * 32,
        "matched_by": "name",
        "within": "old",
        "layers": [
            {
                "name": each["name"],
                "status": statuses[each["name"]],
                "parameters": each["parameters"],
                "why": "(32, 10) here, (32, 2) in the file" if statuses[each["name"]] == "differs" else "",
            }
            for each in cnn()
            if each["name"] in statuses
        ],
        "unused": ["head"],
        "frozen": ["conv1", "conv2"],
    }
    return digits(runs_folder, name="fine-tuned", weights=[start])


def gradient_rows(layers: Layers, epochs: int, dead: str = "") -> list[list[Any]]:
    """Rows of gradients.csv: norms fall with the epochs and towards the input; the layer `dead` has none."""
    chance = random.Random(17)  # noqa: S311
    names = [f"{entry['name']}/{weight['name']}" for entry in layers for weight in entry["weights"]]
    rows: list[list[Any]] = []
    for epoch in range(epochs):
        for depth, name in enumerate(names):
            alive = not dead or not name.startswith(f"{dead}/")
            norm = math.exp(-epoch / 9 - 0.35 * (len(names) - depth) + chance.gauss(0, 0.15)) if alive else 0.0
            ratio = norm * (0.02 if name.endswith("kernel") else 0.11)
            rows.append([epoch + 1, name, norm, ratio])
    return rows


def watched(runs_folder: Path) -> Path:
    """Ways to compute were timed, it was resumed twice, gradients were recorded, and one layer had none."""
    path = digits(
        runs_folder,
        name="watched",
        engine={
            "xla": True,
            "segment": 20,
            "storage": "resident",
            "precision": "float32",
            "why": "3.1 times as fast as without",
            "candidates": [
                {"name": "XLA, 20 steps at a time", "step_ms": 1.84, "refused": ""},
                {"name": "XLA, 1 step at a time", "step_ms": 2.91, "refused": ""},
                {"name": "without XLA", "step_ms": 5.7, "refused": ""},
                {"name": "XLA, streamed", "step_ms": None, "refused": "the batch's size is <unknown> | to XLA"},
            ],
            "resumed": [
                {"epoch": 3, "step": 12, "time": "2026-03-14T09:31:02.123456+00:00"},
                {"epoch": 17, "step": 0, "time": "2026-03-14T09:40:00+00:00"},
            ],
            "checkpoints": 7,
        },
    )
    runs.write_csv(path / "gradients.csv", runs.GRADIENTS_HEADER, gradient_rows(cnn(), 24, dead="norm"))
    return path


def verified(runs_folder: Path) -> Path:
    """Trained again, which did not give the same."""
    found = ["history.csv: `loss` in 3 of 24 epochs", "model.keras: <digit>/kernel in 3 of 320 numbers"]
    note = {"time": "2026-03-15T10:00:00.5+00:00", "equal": False, "differences": found}
    return digits(runs_folder, name="verified", verified=note)


def deep(runs_folder: Path) -> Path:
    """Gradients of more layers than are drawn, over two epochs."""
    path = many_classes(runs_folder)
    layers = [layer(f"<dense> {number}", "Dense", [], "(None, 16)", ("kernel", (16, 16))) for number in range(40)]
    runs.write_csv(path / "gradients.csv", runs.GRADIENTS_HEADER, gradient_rows(layers, 2))
    return path


ALL: dict[str, Callable[[Path], Path]] = {
    "digits": digits,
    "diabetes": diabetes,
    "interrupted": interrupted,
    "failed": failed,
    "one_epoch": one_epoch,
    "pets": pets,
    "many_classes": many_classes,
    "fine_tuned": fine_tuned,
    "watched": watched,
    "verified": verified,
    "deep": deep,
}


if __name__ == "__main__":
    from specc.reporting import write_report

    for build in ALL.values():
        path = build(Path(sys.argv[1]))
        write_report(path, ("html", "json", "md"))
        sys.stdout.write(f"{path}\n")
