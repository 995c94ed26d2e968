"""Runs tracked elsewhere: TensorBoard's files read back, MLflow through a client that writes down what it is told."""

import json
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

import specc
from specc import runs
from specc.component import Component
from specc.diagnostics import Span
from specc.runs import RunFolder
from specc.training import mlflow_run, tensorboard, tracking
from specc.training.mlflow_run import connect, finish, flattened
from specc.training.tensorboard import EventFiles
from specc.training.tracking import missing_libraries, mlflow_address

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
]

PLACE = Span("spec.yaml", 3, 5, 3, 9)
LOGS = {"loss": 0.5, "accuracy": 0.75, "val_loss": 0.625}


def model() -> keras.Model:
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, name="dense")])
    made.compile(optimizer=keras.optimizers.SGD(0.125), loss="mse")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return runs.create(tmp_path / "runs", "digits", "deadbeef", datetime(2026, 3, 14, 12, tzinfo=UTC))


# TensorBoard


def events(folder: Path) -> list[tuple[int, str, str, np.ndarray[Any, Any]]]:
    """Step, tag, plugin and value of each summary in the files of a folder."""
    found = []
    for path in sorted(folder.iterdir()):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            event = tf.compat.v1.Event.FromString(record)
            for value in event.summary.value:
                plugin = value.metadata.plugin_data.plugin_name
                found.append((event.step, value.tag, plugin, tf.make_ndarray(value.tensor)))
    return found


def test_event_files_have_scalars_and_weights(folder: RunFolder) -> None:
    files = EventFiles(folder.tensorboard)
    files.set_model(model())
    for epoch in (4, 5):  # a resumed run
        files.on_epoch_end(epoch, LOGS)
    files.on_train_end()
    train, validation = events(folder.tensorboard / "train"), events(folder.tensorboard / "validation")
    scalars = [(step, tag, float(value)) for step, tag, plugin, value in train if plugin == "scalars"]
    first = [(5, "loss", 0.5), (5, "accuracy", 0.75), (5, "learning_rate", 0.125)]
    assert scalars == [*first, *((6, tag, value) for _, tag, value in first)]
    assert [(step, tag, plugin, float(value)) for step, tag, plugin, value in validation] == [
        (5, "loss", "scalars", 0.625),
        (6, "loss", "scalars", 0.625),
    ]
    histograms = [(step, tag, value) for step, tag, plugin, value in train if plugin == "histograms"]
    assert {(step, tag.rpartition("/")[2]) for step, tag, _ in histograms} == {
        (step, name) for step in (5, 6) for name in ("kernel", "bias")
    }
    kernel = histograms[0][2]
    assert kernel.shape == (tensorboard.BINS, 3)
    assert kernel[:, 2].sum() == 6


def test_weights_that_are_not_finite_have_a_histogram() -> None:
    value = tensorboard._histogram("a", np.array([np.nan, np.inf, 1.0], np.float32))
    assert tf.make_ndarray(value.tensor)[:, 2].sum() == 1


# MLflow


class Metric(NamedTuple):
    key: str
    value: float
    timestamp: int
    step: int


class Param(NamedTuple):
    key: str
    value: str


class MlflowError(Exception):
    """What the library raises over its stores."""


@dataclass
class Client:
    """As `mlflow.MlflowClient`, in memory; after `breaks_after` calls each fails."""

    calls: list[tuple[str, Any]] = field(default_factory=list)
    breaks_after: int = 10**9

    def _call(self, name: str, *told: Any) -> None:
        self.calls.append((name, told))
        if len(self.calls) > self.breaks_after:
            raise MlflowError("no route to host\nand more")

    def get_experiment_by_name(self, name: str) -> None:
        self._call("look", name)

    def create_experiment(self, name: str) -> str:
        self._call("experiment", name)
        return "7"

    def create_run(self, experiment: str, run_name: str) -> Any:
        self._call("run", experiment, run_name)
        return SimpleNamespace(info=SimpleNamespace(run_id="r1"))

    def log_batch(self, run_id: str, metrics: Any = (), params: Any = ()) -> None:
        self._call("batch", run_id, list(metrics), list(params))

    def log_artifact(self, run_id: str, path: str) -> None:
        self._call("artifact", run_id, Path(path).name)

    def set_terminated(self, run_id: str, status: str) -> None:
        self._call("status", run_id, status)

    def told(self, name: str) -> list[Any]:
        return [told for called, told in self.calls if called == name]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    """The client that `mlflow` gives, a library of which nothing but this stands in."""
    found = Client()
    library, entities, exceptions = (ModuleType(name) for name in ("mlflow", "mlflow.entities", "mlflow.exceptions"))
    library.MlflowClient = lambda tracking_uri: tracking_uri and found  # type: ignore[attr-defined]
    entities.Metric, entities.Param = Metric, Param  # type: ignore[attr-defined]
    exceptions.MlflowException = MlflowError  # type: ignore[attr-defined]
    for module in (library, entities, exceptions):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    for name in mlflow_run._SETTINGS:
        monkeypatch.setenv(name, "as the user has it")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return found


def log(folder: RunFolder, address: str = "http://host", **parameters: str) -> mlflow_run.MlflowRun:
    store, findings = connect(address, "digits", PLACE)
    assert findings == []
    assert store is not None
    found = store.begin(folder, parameters)
    found.set_model(model())
    return found


def test_a_run_is_logged_to_its_end(folder: RunFolder, client: Client) -> None:
    logged = log(folder, **{"training.epochs": "2"})
    for epoch in range(2):
        logged.on_epoch_end(epoch, {**LOGS, "odd \u202ename|": 1.0})
    logged.on_train_end()
    assert client.told("experiment") == [("digits",)]
    assert client.told("run") == [("7", folder.id)]
    (_, _, params), (_, metrics, _) = client.told("batch")
    assert params == [("training.epochs", "2")]
    assert [(each.key, each.value, each.step) for each in metrics[:5]] == [
        ("loss", 0.5, 1),
        ("accuracy", 0.75, 1),
        ("val_loss", 0.625, 1),
        ("odd _name_", 1.0, 1),
        ("learning_rate", 0.125, 1),
    ]
    assert metrics[5].step == 2
    runs.write_json(folder.run, {"run": 1, "name": "digits", "status": "interrupted"})
    runs.write_json(folder.metrics, {"test": {"loss": 0.25}})
    runs.write_csv(folder.history, ["epoch", "loss"], [[1, 0.5], [2, 0.25]])
    assert finish(folder, PLACE) == []
    assert [(each.key, each.value, each.step) for each in client.told("batch")[-1][1]] == [("test.loss", 0.25, 2)]
    assert client.told("artifact") == [("r1", "run.json"), ("r1", "metrics.json"), ("r1", "history.csv")]
    assert client.told("status") == [("r1", "KILLED")]
    assert logged.findings == []


def test_a_resumed_run_goes_on_in_the_same_one(folder: RunFolder, client: Client) -> None:
    log(folder, "http://me:secret@host")
    assert json.loads(folder.mlflow.read_text()) == {"address": "http://host", "run_id": "r1"}
    log(folder, "http://me:secret@host").on_train_end()
    assert len(client.told("run")) == 1
    assert client.told("status") == [("r1", "RUNNING")]
    log(folder, "http://elsewhere")
    assert len(client.told("run")) == 2


def test_nobody_is_told_whom_the_spec_does_not_name(folder: RunFolder, client: Client) -> None:
    """A run directory may come from elsewhere, with an address in it."""
    runs.write_json(folder.mlflow, {"address": "http://stranger", "run_id": "r9"})
    store, _ = connect("http://host", "digits", PLACE)
    assert store is not None
    client.breaks_after = len(client.calls)
    assert store.begin(folder, {}).findings
    assert finish(folder, PLACE) == []
    assert not client.told("artifact")


def test_a_run_is_not_told_of_unasked(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow_run, "finish", pytest.fail)
    Path("spec.yaml").write_text(
        "spec: 1\ndata: {dataset: iris}\nmodel: [Output]\ntraining: {epochs: 1}\nreport: false\n"
    )
    assert specc.train("spec.yaml").run


def test_a_store_that_fails_ends_the_logging_alone(folder: RunFolder, client: Client) -> None:
    logged = log(folder)
    client.breaks_after = len(client.calls)
    for epoch in range(3):
        logged.on_epoch_end(epoch, LOGS)
        logged.on_train_end()
    assert [(each.code, each.level, each.message) for each in logged.findings] == [
        ("tracking-failed", "warning", "MLflow was not told everything: no route to host")
    ]
    assert len(client.calls) == client.breaks_after + 1
    assert [each.level for each in finish(folder, PLACE)] == ["warning"]


def test_a_store_that_does_not_answer_is_an_error_before_training(client: Client) -> None:
    client.breaks_after = 0
    store, findings = connect("http://me:secret@host", "digits", PLACE)
    assert store is None
    assert [(each.code, each.level, each.span) for each in findings] == [("tracking-failed", "error", PLACE)]
    assert findings[0].message == "the store of MLflow at `http://host` does not answer: no route to host"


def test_a_run_that_mlflow_does_not_know_is_left_alone(folder: RunFolder) -> None:
    assert finish(folder, PLACE) == []
    folder.mlflow.write_text("{")
    assert finish(folder, PLACE) == []


def test_metrics_go_off_together(folder: RunFolder, client: Client) -> None:
    logged = log(folder)
    for epoch in range(1000):
        logged.on_epoch_end(epoch, {"loss": 1.0})
    logged.on_train_end()
    sizes = [len(metrics) for _, metrics, _ in client.told("batch")]
    assert sum(sizes) == 2000
    assert max(sizes) <= 1000
    assert len(sizes) < 50


def test_the_spec_becomes_parameters() -> None:
    document = {
        "spec": 1,
        "model": [{"Dense": {"units": 3, "activation": None}}, "Flatten"],
        "training": {"optimizer": {"Adam": {"learning_rate": 0.001}}, "sizes": [1, 2], "long": "x" * 1000},
    }
    found = flattened(document)
    assert list(found.items())[:3] == [
        ("spec", "1"),
        ("training.optimizer.Adam.learning_rate", "0.001"),
        ("training.sizes", "[1, 2]"),
    ]
    assert found["model.0.Dense.units"] == "3"
    assert found["model.0.Dense.activation"] == "null"
    assert found["model.1"] == "Flatten"
    assert len(found["training.long"]) == mlflow_run.LONGEST_VALUE
    many = flattened({"model": [{"Dense": {"units": 1}}] * 1000, "name": "a"})
    assert len(many) == mlflow_run.MOST_PARAMETERS
    assert many["name"] == "a"


# What is needed


@pytest.mark.parametrize(
    ("mlflow", "callbacks", "expected"),
    [
        (False, ["EarlyStopping"], []),
        (True, [], [("`mlflow` needs the library `mlflow-skinny`", PLACE.line)]),
        ("folder", [], [("`mlflow` needs the library `mlflow-skinny`", PLACE.line)]),
        (False, ["TensorBoard"], [("the callback `TensorBoard` needs the library `tensorboard`", 9)]),
    ],
)
def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, mlflow: str | bool, callbacks: list[str], expected: list[tuple[str, int]]
) -> None:
    monkeypatch.setattr(tracking, "find_spec", lambda _: None)
    components = [Component("callback", name, {}, Span("spec.yaml", 9, 1, 9, 2)) for name in callbacks]
    found = missing_libraries(mlflow, components, PLACE)
    assert [(each.message, each.span.line) for each in found] == expected
    assert all(each.code == "missing-library" and "pip install" in each.help for each in found)
    monkeypatch.setattr(tracking, "find_spec", lambda _: object())
    assert missing_libraries(mlflow, components, PLACE) == []


def test_the_address_is_the_folder_the_environments_or_among_the_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert mlflow_address(True, tmp_path / "runs", tmp_path) == (tmp_path / "runs" / "mlflow").as_uri()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://host")
    assert mlflow_address(True, tmp_path / "runs", tmp_path) == "http://host"
    assert mlflow_address("track", tmp_path / "runs", tmp_path / "project") == (tmp_path / "project" / "track").as_uri()
