"""The expanded spec: complete, valid, and its own expansion."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import specc
from specc.check import Checked, check
from specc.plan.document import as_document, as_outline

GALLERY = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))

ADVICE = {"linear-after-linear", "bias-before-normalization"}
"""What may be said of a model that stands for itself in a spec that says nothing else."""

MORE = {
    "csv": "spec: 1\ndata: {csv: t.csv, target: kind, drop: [id]}\n"
    "model: [{Dense: {units: 4, activation: relu}}, Output]\n",
    "dollars": "spec: 1\nname: d\ndescription: costs $5\ndata: {csv: {path: t.csv}, target: kind}\nmodel: [Output]\n",
    "wires": """
spec: 1
data: {dataset: sines, target: band}
model:
  - LSTM: {units: 4, return_sequences: true, return_state: true}
    outputs: [steps, hidden, cell]
  - MultiHeadAttention: {num_heads: 2, key_dim: 4}
    inputs: {query: steps, value: steps}
  - ops.mean: {axis: 1}
    name: mean
  - Dense: {units: 4, activation: relu}
    name: d
    inputs: hidden
  - share: d
    inputs: mean
    name: again
  - Concatenate:
    inputs: [d, again, cell]
  - Output
""",
    "settings": """
spec: 1
data: {dataset: {moons: {samples: 50, noise: 0.2}}, split: {test: 10, validation: 0}}
model:
  - Dense: {units: 4, kernel_regularizer: {L2: 1e-4}, bias_initializer: zeros}
    name: wide
  - Dense: 2
    name: unused
  - Dense: {units: 1, activation: sigmoid}
    inputs: wide
training:
  class_weight: {0: 1.0, 1: 2.0}
  callbacks: [{CSVLogger: log.csv}]
  optimizer:
    SGD: {learning_rate: {ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.9}}}
runtime: {distribute: {MirroredStrategy: {devices: 2}}, threads: 1}
allow: [unused-layer, linear-after-linear]
report: false
""",
    "phases": """
spec: 1
data: {dataset: iris}
model: [{Dense: {units: 4, activation: relu}, name: body}, Output]
training:
  phases:
    - {name: head, epochs: 3, freeze: body, optimizer: {Adam: 1e-3}}
    - {epochs: 2, unfreeze: [body], optimizer: SGD}
    - {epochs: 1}
  callbacks: [{LearningRateScheduler: {schedule: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 6}}}}]
runtime:
  distribute: {TPUStrategy: {tpu: local}}
  precision: auto
  xla: false
  segment: 50
  storage: streamed
  checkpoint: {epochs: 1, steps: 500, keep: 3}
report: {formats: [json], gradients: true, tensorboard: true, mlflow: logs$$}
""",
    "no checkpoints": """
spec: 1
data: {dataset: iris}
model: [Output]
runtime: {checkpoint: false, distribute: MultiWorkerMirroredStrategy}
report: {formats: [], mlflow: true}
""",
    "blocks": """
spec: 1
extends: base.yaml
vars: {width: 8}
blocks:
  residual:
    params: {units: $width, shortcut: true}
    layers:
      - Dense: {units: $units, activation: relu}
        name: body
      - Dense: $units
        name: shortcut
        inputs: input
        repeat: $(1 if shortcut else 0)
      - Add:
        inputs: [body, shortcut]
model:
  - residual: 8
    name: first
  - residual: 8
    repeat: 2
  - parallel: {branches: [[{Dense: 8}], []], merge: Average}
  - Output
""",
    "models": """
spec: 1
data: {dataset: iris, inputs: {left: [sepal_length, sepal_width], right: [petal_length, petal_width]}}
models:
  inner: [{Dense: {units: 2, activation: relu}, name: d}]
  encoder: [{Dense: {units: 4, activation: relu}}, {model: inner}]
  head: {inputs: {a: , b: }, layers: [{Concatenate: , inputs: [a, b]}, Output]}
model:
  - model: {source: encoder, trainable: false}
    name: encoder
    inputs: left
  - share: encoder
    name: again
    inputs: right
  - model: head
    inputs: {b: encoder, a: again}
""",
    "a model alone": """
spec: 1
models: {encoder: [{Dense: {units: 4, activation: relu}}]}
model:
  inputs: {x: [8], y: {shape: [null, 8], dtype: int32}}
  layers:
    - model: encoder
      inputs: x
    - Embedding: {input_dim: 5, output_dim: 3}
      inputs: y
      name: embedded
  outputs: [encoder, embedded]
""",
}


@pytest.fixture
def folder(project: Path) -> Path:
    (project / "base.yaml").write_text("spec: 1\ndata: {dataset: iris}\nvars: {width: 3}\n")
    (project / "t.csv").write_text(
        "id,size,colour$,kind\n" + "".join(f"{i},{i % 7},c{i % 3},k{i % 2}\n" for i in range(40))
    )
    return project


def document(checked: Checked) -> dict[str, Any]:
    if checked.plan:
        return as_document(checked.plan)
    assert checked.outline
    return as_outline(checked.outline)


def expands_to_itself(spec: Path) -> None:
    text = specc.expand(spec)
    again = spec.with_name("expanded.yaml")
    again.write_text(text, encoding="utf-8")
    once, twice = check(spec, root=spec.parent), check(again, root=spec.parent)
    assert [finding.code for finding in twice.findings if finding.code not in ADVICE] == []
    assert document(twice) == document(once)
    # The comments say where implied values come from: nothing is implied in a spec that is already expanded.
    assert yaml.safe_load(specc.expand(again)) == yaml.safe_load(text)
    assert " # " not in specc.expand(again).replace("description", "")


@pytest.mark.parametrize("spec", GALLERY, ids=lambda path: path.stem)
def test_gallery(spec: Path, folder: Path) -> None:
    copy = folder / spec.name
    copy.write_text(spec.read_text())
    expands_to_itself(copy)


@pytest.mark.parametrize("text", MORE.values(), ids=MORE.keys())
def test_more(text: str, folder: Path) -> None:
    (folder / "spec.yaml").write_text(text)
    expands_to_itself(folder / "spec.yaml")


def test_origins_are_comments(folder: Path) -> None:
    (folder / "spec.yaml").write_text("spec: 1\ndata: {dataset: iris}\nmodel: [Output]\n")
    lines = specc.expand("spec.yaml").splitlines()
    assert "  loss: {SparseCategoricalCrossentropy: {from_logits: true}}  # `species` has 3 classes, on logits" in lines
    assert "  epochs: 10  # the default" in lines


def test_all_that_a_run_goes_by_is_written_out(folder: Path) -> None:
    (folder / "spec.yaml").write_text("spec: 1\ndata: {dataset: iris}\nmodel: [Output]\n")
    document = yaml.safe_load(specc.expand("spec.yaml"))
    assert document["runtime"] == {
        "seed": 0, "distribute": "auto", "precision": "float32", "deterministic": True, "xla": "auto",
        "segment": "auto", "storage": "auto", "checkpoint": {"minutes": 0.5, "keep": 2}, "runs": "runs",
    }  # fmt: skip
    logs = {"gradients": False, "tensorboard": False, "mlflow": False}
    assert document["report"] == {"formats": ["html", "json", "md"]} | logs


def test_phases_say_how_long_training_is(folder: Path) -> None:
    (folder / "spec.yaml").write_text(MORE["phases"])
    plan = check(folder / "spec.yaml").plan
    assert plan
    assert plan.epochs == 6
    assert plan.optimizer.arguments == {"learning_rate": 1e-3}
    assert "epochs" not in as_document(plan)["training"]
    assert plan.origins["training.optimizer"] == "that of the first phase"
    assert "training.epochs" not in plan.origins


IMPLIED = {
    "classes": ("iris", "[Output]", "{SparseCategoricalCrossentropy: {from_logits: true}}", 3),
    "classes after a softmax": (
        "iris",
        "[{Dense: {units: 3, activation: softmax}}]",
        "{SparseCategoricalCrossentropy: {from_logits: false}}",
        3,
    ),
    "classes after a softmax layer": (
        "iris",
        "[{Dense: 3}, Softmax]",
        "{SparseCategoricalCrossentropy: {from_logits: false}}",
        3,
    ),
    "two classes, one unit": ("breast_cancer", "[{Dense: 1}]", "{BinaryCrossentropy: {from_logits: true}}", 1),
    "two classes, one sigmoid": (
        "breast_cancer",
        "[{Dense: {units: 1, activation: sigmoid}}]",
        "{BinaryCrossentropy: {from_logits: false}}",
        1,
    ),
    "two classes": ("breast_cancer", "[Output]", "{SparseCategoricalCrossentropy: {from_logits: true}}", 2),
    "a number": ("diabetes", "[Output]", "MeanSquaredError", 1),
}


@pytest.mark.parametrize(("dataset", "model", "loss", "units"), IMPLIED.values(), ids=IMPLIED.keys())
def test_implied_loss(project: Path, dataset: str, model: str, loss: str, units: int) -> None:
    (project / "spec.yaml").write_text(f"spec: 1\ndata: {{dataset: {dataset}}}\nmodel: {model}\n")
    document = yaml.safe_load(specc.expand("spec.yaml"))
    assert document["training"]["loss"] == yaml.safe_load(loss)
    dense = next(layer["Dense"] for layer in document["model"]["layers"] if "Dense" in layer)
    assert dense["units"] == units
