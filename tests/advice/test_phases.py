"""Phases against the layers of the model and against one another; checkpoints and what is logged."""

from pathlib import Path

import pytest

from specc.check import check
from tests.advice.cases import findings, spec

TWO = "[{Dense: {units: 4, activation: relu}, name: body}, Output]"
DECAY = "{CosineDecay: {initial_learning_rate: 0.1, decay_steps: %s}}"


def phases(written: str, more: str = "", model: str = TWO) -> str:
    return spec(model, f"phases: [{written}]" + (f", {more}" if more else ""), "number")


def report(written: str) -> str:
    return spec("[Output]", data="number") + f"report: {written}\n"


FAULTY = {
    "misspelt": (phases("{epochs: 1, freeze: bdy}"), ["no-such-layer: bdy"]),
    "an inner layer of no model": (phases("{epochs: 1, freeze: [body/kernel]}"), ["no-such-layer: body/kernel"]),
    "an operation": (
        phases("{epochs: 1, freeze: act}", model="[{ops.relu: , name: act}, Output]"),
        ["no-such-layer: act"],
    ),
    "a layer that is shared": (
        phases(
            "{epochs: 1, freeze: again}",
            model="[{Dense: 10, name: one}, {ops.relu: }, {share: one, name: again}, Output]",
        ),
        ["no-such-layer: again"],
    ),
    "both": (phases("{epochs: 1, freeze: body, unfreeze: body}"), ["frozen-and-unfrozen: body"]),
    "everything": (phases("{epochs: 1, freeze: [body, output]}"), ["nothing-to-train: [body, output]"]),
    "what is left": (
        phases("{epochs: 1, freeze: body}, {epochs: 1, freeze: output}"),
        ["nothing-to-train: output"],
    ),
    "frozen before": (
        phases("{epochs: 1, freeze: body}, {epochs: 1, freeze: body}"),
        ["freeze-without-effect: body"],
    ),
    "never frozen": (phases("{epochs: 1, unfreeze: [body]}"), ["freeze-without-effect: body"]),
    "no weights": (
        phases("{epochs: 1, freeze: drop}", model="[{Dropout: 0.5, name: drop}, Output]"),
        ["freeze-without-effect: drop"],
    ),
    "two beginnings": (phases("{epochs: 1, optimizer: Adam}", "optimizer: SGD"), ["idle-optimizer: SGD"]),
    "two answers": (phases("{epochs: 1}", "epochs: 4"), ["conflicting-keys: epochs"]),
    "no epochs": (phases("{freeze: body}"), ["missing-key: {freeze: body}"]),
    "0 epochs": (phases("{epochs: 0}"), ["out-of-range: 0"]),
    "none": (phases(""), ["out-of-range: []"]),
    "twice": (phases("{epochs: 1, freeze: [body, body]}"), ["duplicate-item: body"]),
    "the rate of a phase": (phases("{epochs: 1}, {epochs: 1, optimizer: {SGD: 0}}"), ["learning-rate-zero: 0"]),
    "the steps of a phase": (
        phases("{epochs: 1}, {epochs: 10, optimizer: {Adam: {learning_rate: " + DECAY % 20000 + "}}}"),
        ["schedule-hardly-moves: 20000"],
    ),
    "a plateau in a later phase": (
        phases(
            "{epochs: 9}, {epochs: 9, optimizer: {Adam: {learning_rate: " + DECAY % 90 + "}}}",
            "callbacks: [{ReduceLROnPlateau: {patience: 2}}]",
        ),
        ["plateau-against-schedule: ReduceLROnPlateau"],
    ),
    "two rates": (
        spec("[Output]", "optimizer: {Adam: {learning_rate: " + DECAY % 90 + "}}, epochs: 9, "
             "callbacks: [{LearningRateScheduler: {schedule: " + DECAY % 9 + "}}]", "number"),
        ["plateau-against-schedule: LearningRateScheduler"],
    ),
    "two callbacks": (
        spec("[Output]", "callbacks: [{LearningRateScheduler: {schedule: " + DECAY % 9 + "}}, ReduceLROnPlateau]",
             "number"),
        ["plateau-against-schedule: ReduceLROnPlateau", "patience-never-runs-out: ReduceLROnPlateau"],
    ),
    "batches for epochs": (
        spec("[Output]", "callbacks: [{LearningRateScheduler: {schedule: " + DECAY % 2000 + "}}]", "number"),
        ["schedule-hardly-moves: 2000"],
    ),
    "no time": (spec("[Output]", data="number", runtime="checkpoint: {keep: 3}"), ["missing-key: {keep: 3}"]),
    "no steps": (spec("[Output]", data="number", runtime="checkpoint: {steps: 0}"), ["out-of-range: 0"]),
    "a negative time": (spec("[Output]", data="number", runtime="checkpoint: {minutes: -1}"), ["out-of-range: -1"]),
    "a segment": (spec("[Output]", data="number", runtime="segment: 0"), ["out-of-range: 0"]),
    "a storage": (spec("[Output]", data="number", runtime="storage: disk"), ["unknown-choice: disk"]),
    "servers": (
        spec("[Output]", data="number", runtime="distribute: ParameterServerStrategy"),
        ["unknown-strategy: ParameterServerStrategy"],
    ),
    "an address": (report("{mlflow: 'http://x'}"), ["invalid-value: 'http://x'"]),
    "outside": (report("{mlflow: ../logs}"), ["path-outside-project: ../logs"]),
    "a number": (report("{mlflow: 3}"), ["wrong-type: 3"]),
}  # fmt: skip

SILENT = {
    "a head first": phases("{name: head, epochs: 3, freeze: [body]}, {epochs: 2, unfreeze: [body]}"),
    "an optimizer each": phases("{epochs: 3, optimizer: {Adam: 1e-3}}, {epochs: 2, optimizer: {Adam: 1e-5}}"),
    "the same optimizer twice": phases("{epochs: 3, optimizer: {SGD: 0.1}}", "optimizer: {SGD: {learning_rate: 0.1}}"),
    "patience over all phases": phases(
        "{epochs: 3}, {epochs: 3}", "callbacks: [{EarlyStopping: {patience: 4, monitor: loss}}]"
    ),
    "a layer that the spec freezes": phases(
        "{epochs: 1, unfreeze: body}", model=TWO.replace("relu", "relu, trainable: false")
    ),
    "by epochs": spec(
        "[Output]", "callbacks: [{LearningRateScheduler: {schedule: " + DECAY % 10 + "}}]", "number"
    ),
    "the loop": spec("[Output]", data="number", runtime="xla: true, segment: 50, storage: streamed, precision: auto"),
    "checkpoints": spec("[Output]", data="number", runtime="checkpoint: {epochs: 1, steps: 5, minutes: 0.5, keep: 2}"),
    "no checkpoints": spec("[Output]", data="number", runtime="checkpoint: false"),
    "logs": report("{formats: [html], gradients: true, tensorboard: true, mlflow: true}"),
    "a folder": report("{mlflow: logs/mlflow}"),
    "workers": spec("[Output]", data="number", runtime="distribute: MultiWorkerMirroredStrategy"),
    "a TPU": spec("[Output]", data="number", runtime="distribute: {TPUStrategy: {tpu: local}}"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FAULTY.values(), ids=FAULTY.keys())
def test_faulty(project: Path, text: str, expected: list[str]) -> None:
    assert findings(project, text) == expected


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_silent(project: Path, text: str) -> None:
    assert findings(project, text) == []


HELP = {
    "a near name": (phases("{epochs: 1, freeze: bod}"), "did you mean `body`?"),
    "a block": (
        phases("{epochs: 1, freeze: body}", model="[{two: , name: body}, Output]")
        + "blocks: {two: [{Dense: {units: 4, activation: relu}, name: a}]}\n",
        "name its layers: `body_a`",
    ),
    "servers": (
        spec("[Output]", data="number", runtime="distribute: CentralStorageStrategy"),
        (
            "Keras 3 cannot train with variables that are kept apart from the replicas; "
            "write `MirroredStrategy`, or `MultiWorkerMirroredStrategy` for several machines"
        ),
    ),
    "an address": (
        report("{mlflow: 'http://x'}"),
        "write `mlflow: true`, and the address into the environment: `MLFLOW_TRACKING_URI`",
    ),
}


@pytest.mark.parametrize(("text", "expected"), HELP.values(), ids=HELP.keys())
def test_help(project: Path, text: str, expected: str) -> None:
    path = project / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    assert [finding.help for finding in check(path).findings] == [expected]
