"""What `specc train` does beyond the numbers: the run directory, its files, the ways in which a run can end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import keras
import numpy as np
import pytest
import tensorflow as tf
import yaml

import specc
from specc.catalog import load_schema
from specc.runs import RunFolder, read
from tests.warm import Warm

pytestmark = pytest.mark.train

SMALL = """\
spec: 1
name: small
data: {csv: rows.csv, target: kind}
model: [{Dense: {units: 8, activation: relu}}, {Dropout: 0.1}, Output]
training: {epochs: 4, batch_size: 8, optimizer: {Adam: 0.02}}
runtime: {seed: 3}
"""


@pytest.fixture
def rows(project: Path) -> Path:
    """120 rows of a number with holes, a category with holes, and a target of three classes that follows from them."""
    lines = ["size,colour,id,kind"]
    for row in range(120):
        colour = ("red", "green", "")[row * 7 % 3]
        size = "" if row % 11 == 0 else str(row * 13 % 50)
        kind = {"red": "apple", "green": "pear", "": "plum"}[colour]
        lines.append(f"{size},{colour},r{row},{kind}")
    (project / "rows.csv").write_text("\n".join(lines) + "\n")
    return project


def train(text: str, **options: dict[str, str]) -> RunFolder:
    Path("spec.yaml").write_text(text)
    outcome = specc.train("spec.yaml", **options)  # type: ignore[arg-type]
    assert outcome.run
    return outcome.run


def run_specc(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "specc", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("allowed", [False, True])
def test_rows_that_are_left_out_are_told_once_and_listed(rows: Path, warm: Warm, *, allowed: bool) -> None:
    with (rows / "rows.csv").open("a") as file:
        file.write("1,red,r,apple,more\n2,red,r,\n")
    text = SMALL.replace("target: kind", "target: kind, drop: [id], on_bad_row: skip").replace("epochs: 4", "epochs: 1")
    Path("spec.yaml").write_text(text + "allow: [rows-left-out]\n" * allowed)
    done = warm.specc("train", "spec.yaml", "--quiet", "--json")
    assert (done.returncode, done.stderr.count("rows-left-out")) == (0, 0 if allowed else 1), done.stderr
    content = json.loads((Path(json.loads(done.stdout)["run"]) / "run.json").read_text())
    jsonschema.validate(content, load_schema("run-v1"))
    assert content["warnings"] == ([] if allowed else ["2 rows are left out"])
    assert content["data"]["left_out"] == [
        {"file": "rows.csv", "line": 122, "reason": "5 values for 4 columns"},
        {"file": "rows.csv", "line": 123, "reason": "`kind` is missing"},
    ]


def test_the_run_directory_is_complete_and_fits_its_schemas(rows: Path) -> None:
    run = train(SMALL.replace("target: kind", "target: kind, drop: [id]"))
    names = {path.name for path in run.path.iterdir()}
    assert names == {
        *("spec.yaml", "lock.yaml", "run.json", "history.csv", "metrics.json", "predictions.csv", "checkpoints"),
        *("model.keras", "report.html", "report.json", "report.md"),
    }
    assert max(path.name for path in run.checkpoints.iterdir()) == "step-000000044.ckpt"
    assert run.path.parent == rows.relative_to(rows) / "runs" / "small"
    for file, schema in ((run.run, "run"), (run.metrics, "metrics"), (run.path / "report.json", "report")):
        jsonschema.validate(json.loads(file.read_text()), load_schema(f"{schema}-v1"))
    lock = yaml.safe_load(run.lock.read_text())
    jsonschema.validate(lock, load_schema("lock-v1"))
    jsonschema.validate(lock["spec"], load_schema("spec-v1"))
    found, findings = read(run.path)
    assert findings == ()
    assert (found.status, found.training.stopped, len(found.history.epochs)) == ("completed", "epochs", 4)
    assert set(json.loads(run.metrics.read_text())) == {"train", "validation", "test"}


def test_the_saved_model_takes_raw_columns_and_gives_the_predictions(rows: Path) -> None:
    run = train(SMALL.replace("target: kind", "target: kind, drop: [id]"))
    moved = rows / "elsewhere.keras"
    run.model.rename(moved)
    model = keras.saving.load_model(moved, safe_mode=True)
    predictions = read(run.path)[0].predictions
    indices = [int(row[0]) for row in predictions.rows]
    table = [line.split(",") for line in (rows / "rows.csv").read_text().splitlines()[1:]]
    size = np.array([[float(table[i][0] or "nan")] for i in indices], "float32")
    colour = np.array([[table[i][1]] for i in indices])
    output = model({"size": tf.constant(size), "colour": tf.constant(colour)})
    kept = [[float(cell) for cell in row[3:]] for row in predictions.rows]
    assert predictions.header[3:] == ("kind p(apple)", "kind p(pear)", "kind p(plum)")
    np.testing.assert_allclose(output, kept, atol=1e-5)


def test_layers_are_called_as_in_the_spec(project: Path) -> None:
    run = train(
        "spec: 1\nname: names\ndata: {dataset: iris}\nmodel: [{Dense: 4, name: first}, ReLU, {Output: , name: last}]\n"
        "training: {epochs: 1}\nreport: false\n"
    )
    model = keras.saving.load_model(run.model)
    inner = next(layer for layer in model.layers if layer.name == "names")
    assert [layer.name for layer in inner.layers] == ["input", "first", "re_lu", "last"]
    assert [layer.name for layer in read(run.path)[0].model.layers] == ["input", "first", "re_lu", "last"]


def test_the_same_spec_trains_to_the_same_bits(rows: Path) -> None:
    text = SMALL.replace("target: kind", "target: kind, drop: [id]")
    one, two, other = train(text), train(text), train(text, sets={"runtime.seed": "4"})
    assert one.path != two.path
    assert one.metrics.read_text() == two.metrics.read_text() != other.metrics.read_text()
    assert one.predictions.read_text() == two.predictions.read_text()
    for a, b in zip(weights_of(one), weights_of(two), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_expanded_spec_trains_to_the_same_bits(rows: Path) -> None:
    text = SMALL.replace("target: kind", "target: kind, drop: [id]")
    one = train(text)
    two = train(specc.expand("spec.yaml"))
    assert one.predictions.read_text() == two.predictions.read_text()


def weights_of(run: RunFolder) -> list[np.ndarray]:
    model = keras.saving.load_model(run.model)
    return [np.asarray(weight) for weight in model.get_weights() if np.asarray(weight).dtype.kind == "f"]


def test_validation_and_test_rows_change_no_weight(rows: Path) -> None:
    text = SMALL.replace("target: kind", "target: kind, drop: [id], split: {stratify: false}")
    one = train(text)
    held_out = {int(row[0]) for row in read(one.path)[0].predictions.rows}
    lines = (rows / "rows.csv").read_text().splitlines()
    for index in held_out:
        _, colour, name, kind = lines[index + 1].split(",")
        lines[index + 1] = f"99999,{colour},{name},{kind}"
    (rows / "rows.csv").write_text("\n".join(lines) + "\n")
    two = train(text)
    for a, b in zip(weights_of(one), weights_of(two), strict=True):
        np.testing.assert_array_equal(a, b)


def test_early_stopping_and_files_of_callbacks(project: Path) -> None:
    run = train("""\
spec: 1
data: {dataset: iris}
model: [Output]
training:
  epochs: 50
  callbacks:
    - EarlyStopping: {monitor: val_loss, patience: 2, min_delta: 100.0}
    - CSVLogger: log.csv
    - ModelCheckpoint: {filepath: best/model.keras, save_best_only: true}
""")
    found, _ = read(run.path)
    assert (found.training.epochs_run, found.training.stopped) == (3, "early stopping")
    assert (run.path / "log.csv").is_file()
    assert (run.path / "best/model.keras").is_file()


OTHER_RUNS = {
    "mixed precision": "runtime: {precision: mixed_bfloat16}",
    "double precision": "runtime: {precision: float64}",
    "balanced classes": "training: {class_weight: balanced}",
    "classes by weight": "training: {class_weight: {setosa: 3.0}}",
    "one-hot targets": "training: {loss: CategoricalCrossentropy}",
    "short names": "training: {loss: sparse_categorical_crossentropy, metrics: [acc], optimizer: rmsprop}",
    "a whole number for a rate": "training: {optimizer: {SGD: 1}}",
    "a named device": "runtime: {distribute: {OneDeviceStrategy: {device: 'CPU:0'}}}",
    "no determinism": "runtime: {deterministic: false}",
}


@pytest.mark.parametrize("more", OTHER_RUNS.values(), ids=OTHER_RUNS.keys())
def test_other_runs(more: str, project: Path) -> None:
    run = train(
        "spec: 1\ndata: {dataset: iris}\nmodel: [{Dense: {units: 3, activation: softmax, dtype: float32}}]\n"
        f"{more}\nreport: false\n",
        sets={"training.epochs": "2"},
    )
    found, findings = read(run.path)
    assert (found.status, findings) == ("completed", ())
    assert np.isfinite(found.metrics["test"]["loss"])


def test_mirrored_devices_train_what_one_device_trains(project: Path, warm: Warm) -> None:
    text = (
        "spec: 1\ndata: {dataset: iris}\nmodel: [{Dense: 8}, Output]\n"
        "training: {epochs: 3}\nreport: false\nruntime: {distribute: %s}\n"
    )
    losses = []
    for strategy in ("none", "{MirroredStrategy: {devices: 2}}"):
        Path("spec.yaml").write_text(text % strategy)
        done = warm.specc("train", "spec.yaml", "--json")  # of its own: a process can divide its processor only once
        assert done.returncode == 0, done.stderr
        run = Path(json.loads(done.stdout.splitlines()[-1])["run"])
        losses.append(read(run)[0].history.columns["loss"])
        lock = yaml.safe_load((run / "lock.yaml").read_text())
    assert lock["strategy"] == {"name": "MirroredStrategy", "replicas": 2}
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)


def test_json_comes_last_and_alone_on_standard_output(project: Path) -> None:
    Path("spec.yaml").write_text("spec: 1\ndata: {dataset: iris}\nmodel: [Output]\ntraining: {epochs: 1}\n")
    done = run_specc("train", "spec.yaml", "--json")
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert set(last) == {"run", "metrics"}
    assert last["metrics"] == json.loads((Path(last["run"]) / "metrics.json").read_text())
    assert "epoch 1/1" in done.stderr
    assert "oneDNN" not in done.stderr


def test_an_interrupted_run_keeps_what_it_has(project: Path) -> None:
    Path("spec.yaml").write_text(
        "spec: 1\nname: long\ndata: {dataset: iris}\nmodel: [Output]\ntraining: {epochs: 100000}\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "specc", "train", "spec.yaml"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr
    for line in process.stderr:
        if line.startswith("epoch"):
            break
    time.sleep(1)
    os.kill(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    (run,) = Path("runs/long").iterdir()
    found, findings = read(run)
    assert findings == ()
    assert (found.status, found.training.stopped) == ("interrupted", "interrupted")
    assert 0 < found.training.epochs_run == len(found.history.epochs) < 100000
    assert (run / "model.keras").is_file()
    assert "interrupted" in (run / "report.html").read_text()
    assert str(run) in output
    assert errors.splitlines()[-1] == f"interrupted; go on with: specc train --resume {run}"


FAILING = {
    "no such device": ("runtime: {distribute: {OneDeviceStrategy: {device: 'GPU:7'}}}", "no-such-device"),
    "a set that must be downloaded": ("data: {dataset: mnist}", "dataset-unavailable"),
    "weights that must be downloaded": (
        """
data: {dataset: digits}
model:
  - UpSampling2D: 12
  - Conv2D: {filters: 3, kernel_size: 1}
  - MobileNetV2: {weights: imagenet, include_top: false, pooling: avg}
  - Output
""",
        "keras-refuses",
    ),
}


@pytest.mark.parametrize(("more", "code"), FAILING.values(), ids=FAILING.keys())
def test_what_cannot_be_trained_is_one_finding(more: str, code: str, project: Path) -> None:
    parts = {"data": "data: {dataset: iris}", "model": "model: [Flatten, Output]"}
    parts |= {key: "" for key in parts if f"{key}:" in more}
    Path("spec.yaml").write_text("spec: 1\n" + "\n".join([*parts.values(), more]))
    with pytest.raises(specc.SpecError) as caught:
        specc.train("spec.yaml")
    assert [finding.code for finding in caught.value.findings] == [code]
    assert not Path("runs").exists()


def test_a_hinge_output_is_decided_by_its_sign(project: Path) -> None:
    run = train(
        "spec: 1\ndata: {dataset: {moons: {samples: 200, noise: 0.05}}}\n"
        "model: [{Dense: {units: 1, activation: tanh}}]\n"
        "training: {loss: Hinge, metrics: [{BinaryAccuracy: {threshold: 0.0}}], optimizer: {Adam: 0.1}, epochs: 15}\n"
        "report: false\n"
    )
    rows = read(run.path)[0].predictions.rows
    right = sum(row[1] == row[2] for row in rows) / len(rows)
    assert right == pytest.approx(json.loads(run.metrics.read_text())["test"]["binary_accuracy"])
    assert right > 0.7


def test_names_of_metrics_do_not_depend_on_earlier_runs(project: Path) -> None:
    text = "spec: 1\ndata: {dataset: breast_cancer}\nmodel: [{Dense: {units: 1, activation: sigmoid}}]\n"
    text += "training: {metrics: [AUC], epochs: 1}\nreport: false\n"
    names = [set(json.loads(train(text).metrics.read_text())["test"]) for _ in range(2)]
    assert names == [{"auc", "loss"}] * 2


HUGE = """\
spec: 1
name: huge
data: {csv: t.csv, target: y, columns: {a: {number: {scale: none}}, y: {number: {scale: none}}}}
model: [Output]
training: {optimizer: {SGD: 0.1}, epochs: 2, batch_size: 8, loss: LOSS, metrics: [MeanSquaredError]}
runtime: {checkpoint: {steps: 1}}
"""


def huge(loss: str, warm: Warm) -> subprocess.CompletedProcess[str]:
    """The training of a spec whose targets have squares that are no numbers."""
    Path("t.csv").write_text("a,y\n" + "".join(f"{i},{i}e30\n" for i in range(50)))
    Path("spec.yaml").write_text(HUGE.replace("LOSS", loss))
    return warm.specc("train", "spec.yaml", "--quiet", "--json")


def test_a_metric_that_is_no_number_is_null(project: Path, warm: Warm) -> None:
    done = huge("MeanAbsoluteError", warm)
    assert (done.returncode, done.stderr) == (0, "")
    last = json.loads(done.stdout.splitlines()[-1], parse_constant=pytest.fail)
    assert last["metrics"]["test"]["mean_squared_error"] is None
    assert "not finite" in (Path(last["run"]) / "report.html").read_text()


def test_a_loss_that_is_no_number_ends_the_run(project: Path, warm: Warm) -> None:
    done = huge("MeanSquaredError", warm)
    assert (done.returncode, done.stdout) == (1, "")
    message = "the loss is no number in step 1 of epoch 1: every layer gives numbers, but the loss of them is none"
    assert f"error[loss-not-finite]: {message}\n" in done.stderr
    (run,) = map(RunFolder, Path("runs/huge").iterdir())
    content = json.loads(run.run.read_text())
    jsonschema.validate(content, load_schema("run-v1"))
    assert (content["status"], content["training"]["stopped"]) == ("failed", "failed")
    (warning,) = content["warnings"]
    assert warning.startswith(f"{message}; try a lower learning rate")
    assert not any(path.exists() for path in (run.metrics, run.model, run.checkpoints))
    assert message in (run.path / "report.md").read_text()


def test_epochs_before_a_failure_are_kept(project: Path) -> None:
    Path("spec.yaml").write_text(
        "spec: 1\nname: steep\ndata: {dataset: diabetes}\nmodel: [Output]\ntraining: {optimizer: {SGD: 10}}\n"
        "report: false\n"
    )
    with pytest.raises(specc.SpecError, match="loss-not-finite: the loss is no number in step 1 of epoch 2"):
        specc.train("spec.yaml")
    (run,) = Path("runs/steep").iterdir()
    found, findings = read(run)
    assert findings == ()
    assert (found.history.epochs, found.training.epochs_run, found.training.stopped) == ((1,), 1, "failed")


def test_a_folder_that_cannot_be_written_is_told_in_one_line(project: Path, warm: Warm) -> None:
    Path("runs").write_text("a file")
    Path("spec.yaml").write_text("spec: 1\ndata: {dataset: iris}\nmodel: [Output]\ntraining: {epochs: 1}\n")
    done = warm.specc("train", "spec.yaml", "--quiet")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "runs" in done.stderr


@pytest.mark.parametrize("name", ["a", "preprocessing", "_b", "n" * 300])
def test_any_name_trains_and_saves(name: str, project: Path) -> None:
    Path("t.csv").write_text("a,preprocessing,y\n" + "".join(f"{i % 7},{i % 5},{i % 2}\n" for i in range(40)))
    run = train(
        f"spec: 1\nname: {name}\ndata: {{csv: t.csv, target: y}}\nmodel: [Output]\n"
        "training: {epochs: 1}\nreport: false\n"
    )
    assert keras.saving.load_model(run.model)


def test_an_input_without_a_shape_is_as_the_data_have_it(project: Path) -> None:
    run = train(
        "spec: 1\ndata: {dataset: iris, inputs: {i: [sepal_length, sepal_width], j: petal_length}}\n"
        "model:\n  inputs: {i: null, j: [1]}\n  layers: [{Concatenate: , inputs: [i, j]}, Output]\n"
        "training: {epochs: 1}\nreport: false\n"
    )
    assert read(run.path)[0].model.layers[0].output_shape == "(None, 2)"


@pytest.mark.parametrize(
    ("loss", "units"), [("Hinge", "{units: 1}"), ("{BinaryCrossentropy: {from_logits: true}}", "{units: 1}")]
)
def test_the_implied_accuracy_is_that_of_the_predictions(loss: str, units: str, project: Path) -> None:
    run = train(
        f"spec: 1\ndata: {{dataset: moons}}\nmodel: [{{Dense: {units}}}]\n"
        f"training: {{loss: {loss}, epochs: 4, optimizer: {{Adam: 0.05}}}}\nreport: false\n"
    )
    rows = read(run.path)[0].predictions.rows
    right = sum(row[1] == row[2] for row in rows) / len(rows)
    assert right == pytest.approx(json.loads(run.metrics.read_text())["test"]["accuracy"])
