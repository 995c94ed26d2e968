"""The whole back end on one screen: a plan in, a trained model with everything about it in a run directory out.

Findings are what data, machine and Keras say against the spec; the run directory is made once the model is built, and
from then on always ends with a status, whatever happens.
"""

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import keras
import numpy as np
import tensorflow as tf

from specc import runs
from specc.catalog import load
from specc.check import Checked
from specc.data.facts import BOOLEAN, NUMBER
from specc.diagnostics import Finding, error, has_errors, warning
from specc.graph.files import locate_files
from specc.graph.graph import Graph
from specc.keras_target.build import Built, build_model
from specc.keras_target.preprocessing import input_names
from specc.keras_target.serving import inner_name, serving_model
from specc.keras_target.weights import Loaded, start_weights
from specc.plan import Plan
from specc.plan.document import as_document
from specc.runs import RunFolder
from specc.runs.folder import REPORT_HTML
from specc.training import engine
from specc.training.callbacks import (
    Checkpoint,
    Interrupt,
    Recorder,
    StopOnInterrupt,
    interruptible,
    save_aside,
    spec_callback,
)
from specc.training.compilation import compile_model
from specc.training.devices import Devices, determinism, set_up
from specc.training.engine import Budget
from specc.training.predictions import MOST_PREDICTIONS, has_table, prediction_table
from specc.training.preparation import Prepared, prepare
from specc.training.progress import progress
from specc.training.record import device_records, environment, model_record, versions
from specc.training.storing import Keeping
from specc.transfer import match_table

TRAINING_FAULTS = (tf.errors.OpError, ValueError, TypeError, RuntimeError, ArithmeticError, LookupError)
"""What Keras and TensorFlow raise over a model that does not fit its data or its loss."""

MOST_LEFT_OUT = 10_000
"""So many of the rows that are left out are listed."""
LONGEST_NAME = 100
"""Characters of a spec's name that become a folder's; file systems bound them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `train` gives: the run's directory, metrics by split, and findings; no run if the findings forbid it."""

    run: RunFolder | None
    metrics: Mapping[str, Mapping[str, float]]
    findings: tuple[Finding, ...]
    interrupted: bool = False

    def as_record(self) -> dict[str, Any]:
        """Where everything is and how well it went, for programs."""
        return {"run": str(self.run.path) if self.run else None, "metrics": self.metrics}

    def summary(self) -> str:
        """Where everything is and how well it went, for a terminal."""
        lines = [
            f"{split:<10}  " + "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())
            for split, metrics in self.metrics.items()
        ]
        if self.run is not None:
            report = self.run.path / REPORT_HTML
            lines += [f"run         {self.run.path}"] + ([f"report      {report}"] if report.is_file() else [])
        return "\n".join(lines)


def train(  # noqa: PLR0913  what is trained, and what becomes of it
    checked: Checked,
    plan: Plan,
    command: Sequence[str] = (),
    show: TextIO | None = None,
    new_folder: Callable[[], RunFolder] | None = None,
    *,
    cache: bool = True,
) -> Outcome:
    """Train `plan` and leave a run directory. `show` is where progress is displayed; None displays nothing.

    `new_folder` makes the run's directory; without it that is made where `runs:` says. `cache` says whether prepared
    data are kept for the next run and taken from an earlier one.
    """
    clock = _Clock()
    devices, findings = set_up(plan.runtime, plan.place)
    if devices is None or has_errors(findings):
        return Outcome(None, {}, tuple(findings))
    with clock("data"):
        prepared, faults = prepare(plan, checked.root, checked.path.parent, Keeping(cache=cache), show)
    findings += checked.unknown(faults)  # the check of the whole data has said most of it
    if prepared is None or has_errors(findings):
        return Outcome(None, {}, tuple(findings))
    graph, faults = locate_files(plan.graph, load(), checked.root, checked.path.parent)
    graph = replace(graph, name=inner_name(graph, prepared.preprocessing))
    findings += faults
    with clock("build"), devices.strategy.scope():
        keras.utils.set_random_seed(plan.runtime.seed)  # again: initial weights follow from it, whatever came before
        built, faults = build_model(graph, load())
        findings += faults
        if built is None:
            return Outcome(None, {}, tuple(findings))
        loaded, faults = _start_weights(built, graph, show)
        findings += faults
        if has_errors(findings):
            return Outcome(None, {}, tuple(findings))
        try:
            compile_model(built.model, plan, load(), prepared.scalings)
        except TRAINING_FAULTS as fault:
            place = plan.place_of("training.optimizer")
            return Outcome(None, {}, (*findings, error("keras-refuses", f"Keras cannot compile this: {fault}", place)))
    folder = new_folder() if new_folder else run_folder(checked, plan)
    record = _Record(folder, _first_record(checked, plan, command, devices, prepared, built, loaded, findings))
    runs.write_text(folder.spec, checked.text)
    runs.write_yaml(folder.lock, _lock(plan, devices, prepared, loaded))
    record.write()
    with interruptible() as interrupt, record.until_the_end():
        try:
            metrics, faults = _run(plan, prepared, built, folder, record, interrupt, clock, show)
        except TrainingFailedError as failure:
            return Outcome(folder, {}, (*findings, failure.finding))
        findings += faults
        interrupted = record.content["training"]["stopped"] == "interrupted"
        record.finish("interrupted" if interrupted else "completed", clock.seconds)
    return Outcome(folder, metrics, tuple(findings), interrupted)


def _start_weights(built: Built, graph: Graph, show: TextIO | None) -> tuple[list[Loaded], list[Finding]]:
    """Let the model, and models in it, start from the files that their `weights:` name, if they have any."""
    loaded, findings = start_weights(built.model, graph)
    if show is not None:
        for each in loaded:
            print(match_table(each.path, each.match), file=show, flush=True)
    return loaded, findings


def _run(  # noqa: PLR0913, PLR0917  the parts of one run
    plan: Plan,
    prepared: Prepared,
    built: Built,
    folder: RunFolder,
    record: "_Record",
    interrupt: Interrupt,
    clock: "_Clock",
    show: TextIO | None,
) -> tuple[dict[str, dict[str, float]], list[Finding]]:
    """Fit, save, and only then look at the test split."""
    model, batch_size = built.model, plan.batch_size
    budget = Budget(batch_size, plan.epochs, plan.runtime.seed)
    recorder = Recorder(folder)
    callbacks = [spec_callback(component, folder.path, load()) for component in plan.callbacks]
    callbacks += [recorder, Checkpoint(folder), StopOnInterrupt(interrupt)]
    if show is not None:
        callbacks.append(progress(plan.epochs, budget.steps(len(prepared.train)), show))
    with clock("fit"), _keras_faults(plan):
        engine.fit(model, prepared.train, prepared.validation, budget, callbacks)
    record.content["training"] |= {
        "epochs_run": len(recorder.records),
        "stopped": _stopped(recorder, plan, interrupt),
    }
    diverged = _not_finite(recorder, plan)
    record.content["warnings"] += [finding.message for finding in diverged]
    with clock("evaluate"):
        with _keras_faults(plan):
            metrics = {name: engine.evaluate(model, samples, batch_size) for name, samples in prepared.splits().items()}
        runs.write_json(folder.metrics, metrics)
        if prepared.test and has_table(plan):
            first = prepared.test.head(MOST_PREDICTIONS)
            with _keras_faults(plan):
                predicted = engine.predict(model, first, batch_size)
            outputs = dict(zip(plan.targets, predicted, strict=True))
            rows = prepared.rows.test[: len(first)]
            table = prediction_table(plan, rows, first.answers(), outputs, load(), prepared.scalings)
            runs.write_csv(folder.predictions, *table)
    served = serving_model(model, prepared.preprocessing, plan.losses, load(), prepared.scalings)
    save_aside(folder.model, served.save)
    return metrics, diverged


def run_folder(checked: Checked, plan: Plan) -> RunFolder:
    """Make a new directory below `runs:`, which is relative to the current folder: runs are kept where one trains."""
    digest = hashlib.sha256(checked.text.encode("utf-8", errors="surrogatepass")).hexdigest()
    return runs.create(Path(plan.runtime.runs), plan.name[:LONGEST_NAME], digest, datetime.now(UTC))


def _lock(plan: Plan, devices: Devices, prepared: Prepared, loaded: Sequence[Loaded]) -> dict[str, Any]:
    weights = [{"path": each.path, "sha256": each.sha256} for each in loaded]
    return {
        "lock": 1,
        "spec": as_document(plan),
        "seed": plan.runtime.seed,
        "versions": versions(),
        "devices": device_records(devices),
        "strategy": {"name": devices.name, "replicas": devices.replicas},
        "data": {
            "fingerprint": prepared.fingerprint,
            "samples": _samples(prepared),
            "split": _split_sizes(prepared),
        },
        **({"weights": weights} if weights else {}),
    }


def _first_record(  # noqa: PLR0913, PLR0917  what run.json says before training
    checked: Checked,
    plan: Plan,
    command: Sequence[str],
    devices: Devices,
    prepared: Prepared,
    built: Built,
    loaded: Sequence[Loaded],
    findings: Sequence[Finding],
) -> dict[str, Any]:
    level = determinism(plan.runtime)
    return {
        "name": plan.name,
        "description": plan.description,
        "command": list(command),
        "spec_path": str(checked.path),
        "environment": environment(devices),
        "determinism": {"level": level.level, "why": level.why},
        "model": model_record(plan.graph, built),
        **({"weights": [each.as_record() for each in loaded]} if loaded else {}),
        "targets": {
            name: {
                "kind": target.kind,
                "classes": list(target.names) if target.names else None,
                "column": target.name,
            }
            | ({"scale": prepared.scalings[name]._asdict()} if name in prepared.scalings else {})
            for name, target in plan.targets.items()
        },
        "training": {
            "epochs_run": 0,
            "epochs_asked": plan.epochs,
            "batch_size": plan.batch_size,
            "steps_per_epoch": Budget(plan.batch_size, plan.epochs, 0).steps(len(prepared.train)),
            "stopped": "interrupted",
        },
        "data": {
            "source": prepared.facts.source,
            "samples": _samples(prepared),
            "split": _split_sizes(prepared),
            "storage": prepared.storage,
            "inputs": {
                name: {"columns": list(found.columns), "shape": list(found.shape), "dtype": found.dtype}
                for name, found in prepared.facts.inputs.items()
            },
            "columns": _raw_columns(prepared),
            "left_out": [
                {"file": _from(checked.path.parent, row.path), "line": row.line, "reason": row.reason}
                for row in prepared.left_out[:MOST_LEFT_OUT]
            ],
        },
        "warnings": [finding.message for finding in (*checked.findings, *findings)],
    }


def _from(folder: Path, path: str) -> str:
    """A file's path from the spec's folder, as specs write it."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _raw_columns(prepared: Prepared) -> dict[str, Any]:
    """The raw columns as whoever uses the saved model must give them, and what it calls each."""
    facts = prepared.facts.columns
    order = [
        name
        for given in prepared.facts.inputs.values()
        for name in sorted(given.columns, key=lambda column: facts[column].kind not in {NUMBER, BOOLEAN})
    ]
    names = {given.columns[0]: name for name, given in prepared.facts.inputs.items()}
    if prepared.preprocessing is not None:
        names = input_names(dict.fromkeys(order))
    return {
        column: {
            "kind": facts[column].kind,
            "shape": list(facts[column].shape),
            "dtype": facts[column].dtype,
            "input": name,
        }
        for column, name in names.items()
    }


def _samples(prepared: Prepared) -> int:
    return sum(_split_sizes(prepared).values())


def _split_sizes(prepared: Prepared) -> dict[str, int]:
    rows = prepared.rows
    return {"train": len(rows.train), "validation": len(rows.validation), "test": len(rows.test)}


def _stopped(recorder: Recorder, plan: Plan, interrupt: Interrupt) -> str:
    if interrupt.asked:
        return "interrupted"
    return "epochs" if len(recorder.records) >= plan.epochs else "early stopping"


def _not_finite(recorder: Recorder, plan: Plan) -> list[Finding]:
    """A word on the first epoch whose loss was no number."""
    first = next((record.epoch for record in recorder.records if not np.isfinite(record.logs.get("loss", 0.0))), None)
    if first is None:
        return []
    message = f"the loss is not finite from epoch {first} on"
    help_ = "try a lower learning rate, scaled numbers, or `clipnorm` in the optimizer"
    return [warning("loss-not-finite", message, plan.place_of("training.optimizer"), help=help_)]


class TrainingFailedError(Exception):
    """Keras or TensorFlow gave up; `finding` carries their words."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@contextmanager
def _keras_faults(plan: Plan) -> Iterator[None]:
    """Within, what Keras and TensorFlow raise is a finding. Nothing of ours belongs within."""
    try:
        yield
    except TRAINING_FAULTS as fault:
        raise TrainingFailedError(_failed(fault, plan)) from fault


def _failed(fault: Exception, plan: Plan) -> Finding:
    """The words that say what happened: TensorFlow's come last, behind a trace and before the node's name."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip() and not line.strip().startswith("[[")]
    words = (lines[-1] if isinstance(fault, tf.errors.OpError) else lines[0]) if lines else type(fault).__name__
    return error("training-failed", f"training failed: {words[:500]}", plan.place_of("training.loss"))


class _Clock:
    """Seconds by stage; `total` runs from the beginning."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._stages[stage] = time.perf_counter() - began

    @property
    def seconds(self) -> dict[str, float]:
        """The stages so far, rounded to microseconds."""
        stages = {**self._stages, "total": time.perf_counter() - self._began}
        return {stage: round(seconds, 6) for stage, seconds in stages.items()}


@dataclass
class _Record:
    """`run.json` while the run goes on."""

    folder: RunFolder
    content: dict[str, Any]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: str = "running"

    def write(self, finished: datetime | None = None, seconds: Mapping[str, float] | None = None) -> None:
        runs.write_json(
            self.folder.run,
            {
                "run": 1,
                "name": self.content["name"],
                "description": self.content["description"],
                "id": self.folder.id,
                "status": self.status,
                "started": self.started.isoformat(),
                "finished": finished.isoformat() if finished else None,
                "seconds": dict(seconds or {}),
                **{key: value for key, value in self.content.items() if key not in {"name", "description"}},
            },
        )

    def finish(self, status: str, seconds: Mapping[str, float]) -> None:
        """Write the final status."""
        self.status = status
        self.write(datetime.now(UTC), seconds)

    @contextmanager
    def until_the_end(self) -> Iterator[None]:
        """Within, an exception of any kind leaves `failed` or `interrupted` behind, never `running`."""
        try:
            yield
        finally:
            if self.status == "running":
                status = "interrupted" if isinstance(sys.exception(), KeyboardInterrupt) else "failed"
                with suppress(OSError):  # on a full disk the first error is the one to tell
                    self.finish(status, {})
