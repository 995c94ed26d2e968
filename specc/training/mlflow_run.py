"""A run as MLflow keeps it: parameters, metrics by epoch, and at the end the final metrics, report and model.

`connect` opens the store before training, `Store.begin` gives the callback that logs, `finish` closes the run once its
report is written. Which run of MLflow it is stands in `mlflow.json` in the run directory, so that a resumed run goes on
in the same one. MLflow is imported here alone, and only when asked for: that takes seconds. A store that fails while
training goes on ends the logging, never the training.
"""

import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import keras

from specc import runs
from specc.diagnostics import Finding, Span, error, warning
from specc.runs import RunFolder, folder
from specc.training.tensorboard import learning_rate

MOST_PARAMETERS = 500
"""So many parameters are logged; the whole spec is among the files."""

LONGEST_NAME, LONGEST_VALUE = 250, 500
"""Characters that every version of MLflow takes."""

AT_ONCE = 100
"""Parameters in one request, a limit of MLflow's."""

FLUSH_EVERY_S = 5.0
MOST_WAITING = 900
"""Metrics wait so long, or until there are so many, and then go off together: MLflow takes a thousand at once."""

FILES = (
    folder.SPEC,
    folder.LOCK,
    folder.RUN,
    folder.METRICS,
    folder.HISTORY,
    folder.GRADIENTS,
    folder.REPORT_HTML,
    folder.REPORT_JSON,
    folder.REPORT_MARKDOWN,
    folder.MODEL,
)
"""What of a run directory becomes artifacts, as far as it is there."""

_STATUS = {"completed": "FINISHED", "interrupted": "KILLED", "failed": "FAILED"}
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # a training tells nobody but whom it was told to
    "MLFLOW_ALLOW_FILE_STORE": "true",  # MLflow 3 asks for this before it writes to a folder
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # training waits while it tries again, and it would for minutes
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
_UNFIT = re.compile(r"[^\w\-./: ]")


class Store:
    """An experiment in a store of MLflow that answers; made by `connect`."""

    def __init__(self, client: Any, address: str, experiment_id: str, place: Span) -> None:  # noqa: ANN401
        self._client, self._address, self._experiment_id, self._place = client, address, experiment_id, place

    def begin(self, run: RunFolder, parameters: Mapping[str, str]) -> "MlflowRun":
        """Begin a run of MLflow for the directory `run`, or go on in the one that it already has."""
        log = MlflowRun(self._client, self._place)
        known = _known(run)
        if known is not None and known.address == _without_secrets(self._address):
            log.go_on(known.run_id)
            return log
        run.mlflow.unlink(missing_ok=True)  # also if the store fails now: the end of the run is told to no other one
        run_id = log.begin(self._experiment_id, run.id, parameters)
        if run_id is not None:
            runs.write_json(run.mlflow, {"address": _without_secrets(self._address), "run_id": run_id})
        return log


def connect(address: str, experiment: str, place: Span) -> tuple[Store | None, list[Finding]]:
    """The store at `address` with its experiment, made if it is new; None and an error where there is none.

    `experiment` is the spec's name, `place` where the spec asks for MLflow.
    """
    client, fault = _client(address)
    if fault:
        return None, [error("tracking-failed", f"MLflow cannot be used: {fault}", place)]
    try:
        found = client.get_experiment_by_name(experiment)
        identity = found.experiment_id if found else client.create_experiment(experiment)
    except _faults() as problem:
        message = f"the store of MLflow at `{_without_secrets(address)}` does not answer: {_words(problem)}"
        return None, [error("tracking-failed", message, place)]
    return Store(client, address, identity, place), []


class MlflowRun(keras.callbacks.Callback):
    """Logs each epoch's metrics and the learning rate; `findings` says afterwards whether that failed."""

    def __init__(self, client: Any, place: Span) -> None:  # noqa: ANN401
        super().__init__()
        self.findings: list[Finding] = []
        self._client, self._place = client, place
        self._run_id: str | None = None
        self._waiting: list[Any] = []
        self._flushed = time.perf_counter()

    def begin(self, experiment_id: str, name: str, parameters: Mapping[str, str]) -> str | None:
        """Make a run of MLflow and log the parameters; its id, None if that failed."""
        from mlflow.entities import Param

        params = [Param(key, value) for key, value in parameters.items()]
        with self._guarded():
            self._run_id = self._client.create_run(experiment_id, run_name=name).info.run_id
            for start in range(0, len(params), AT_ONCE):
                self._client.log_batch(self._run_id, params=params[start : start + AT_ONCE])
        return self._run_id

    def go_on(self, run_id: str) -> None:
        """Log to a run of MLflow that exists."""
        self._run_id = run_id
        with self._guarded():
            self._client.set_terminated(run_id, "RUNNING")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Keep the epoch's numbers, and send what waits if that is due."""
        from mlflow.entities import Metric

        values = dict(logs or {})
        rate = learning_rate(self.model)
        if rate is not None:
            values["learning_rate"] = rate
        now_ms = round(time.time() * 1000)
        self._waiting += [Metric(_fit(name), float(value), now_ms, epoch + 1) for name, value in values.items()]
        if time.perf_counter() - self._flushed > FLUSH_EVERY_S or len(self._waiting) > MOST_WAITING:
            self._flush()

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Send the rest."""
        self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            with self._guarded():
                for start in range(0, len(waiting), MOST_WAITING):
                    self._client.log_batch(self._run_id, metrics=waiting[start : start + MOST_WAITING])
        self._flushed = time.perf_counter()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Within, a store that fails is one warning, and nothing is sent any more."""
        try:
            yield
        except _faults() as problem:
            self.findings.append(_failed(problem, self._place))
            self._client = _Deaf()


class _Deaf:
    """Stands in for the client of a store that has failed."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return lambda *_, **__: None


def finish(run: RunFolder, place: Span) -> list[Finding]:
    """Log the final metrics, the files and the status of a run that has ended; nothing if MLflow has no such run."""
    known = _known(run)
    if known is None:
        return []
    told = os.environ.get("MLFLOW_TRACKING_URI", "")  # with the user and password that no file should hold
    client, fault = _client(told if _without_secrets(told) == known.address else known.address)
    if fault:
        return [warning("tracking-failed", f"MLflow cannot be used: {fault}", place)]
    from mlflow.entities import Metric

    found, _ = runs.read(run.path)
    now_ms, last = round(time.time() * 1000), max(found.history.epochs, default=0)
    metrics = [
        Metric(_fit(f"{split}.{name}"), value, now_ms, last)
        for split, values in found.metrics.items()
        for name, value in values.items()
    ]
    try:
        client.log_batch(known.run_id, metrics=metrics)
        for name in FILES:
            if (run.path / name).is_file():
                client.log_artifact(known.run_id, str(run.path / name))
        client.set_terminated(known.run_id, _STATUS.get(found.status, "FAILED"))
    except _faults() as problem:
        return [_failed(problem, place)]
    return []


def flattened(document: Mapping[str, Any]) -> dict[str, str]:
    """The expanded spec as parameters: `training.optimizer.Adam.learning_rate` to `0.001`.

    What says most about a run comes first, the model's layers last; no more than `MOST_PARAMETERS`.
    """
    later = {"model": 1, "models": 1}
    ordered = sorted(document.items(), key=lambda item: later.get(item[0], 0))
    pairs = (pair for key, value in ordered for pair in _pairs(key, value))
    return {_fit(path): value[:LONGEST_VALUE] for (path, value), _ in zip(pairs, range(MOST_PARAMETERS), strict=False)}


def _pairs(path: str, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case Mapping() if value:
            for key, item in value.items():
                yield from _pairs(f"{path}.{key}", item)
        case str():
            yield path, value
        case Sequence() if any(isinstance(item, Mapping | list) for item in value):
            for index, item in enumerate(value):
                yield from _pairs(f"{path}.{index}", item)
        case _:
            yield path, json.dumps(value, ensure_ascii=False, default=str)


class _Known(NamedTuple):
    address: str
    run_id: str


def _known(run: RunFolder) -> _Known | None:
    """The run of MLflow that the directory belongs to, if it says so."""
    try:
        content = json.loads(run.mlflow.read_text(encoding="utf-8"))
        return _Known(str(content["address"]), str(content["run_id"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _without_secrets(address: str) -> str:
    """The address without a user and password before its host."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _client(address: str) -> tuple[Any, str]:
    """MLflow's client for a store, or in words why there is none."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=address), ""
    except ImportError as problem:
        return None, _words(problem)
    except _faults() as problem:
        return None, _words(problem)


def _faults() -> tuple[type[Exception], ...]:
    """What MLflow raises over a store that is not there, does not answer or refuses."""
    from mlflow.exceptions import MlflowException

    return (MlflowException, OSError, ValueError)


def _failed(problem: Exception, place: Span) -> Finding:
    return warning("tracking-failed", f"MLflow was not told everything: {_words(problem)}", place)


def _words(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:300]


def _fit(name: str) -> str:
    """A name that MLflow takes."""
    return _UNFIT.sub("_", name)[:LONGEST_NAME]
