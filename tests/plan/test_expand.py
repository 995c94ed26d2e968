"""The expanded spec: complete, valid, and its own expansion."""

from pathlib import Path

import pytest
import yaml

import specc
from specc.check import check
from specc.plan.document import as_document

GALLERY = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))

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
}


@pytest.fixture
def folder(project: Path) -> Path:
    (project / "t.csv").write_text(
        "id,size,colour$,kind\n" + "".join(f"{i},{i % 7},c{i % 3},k{i % 2}\n" for i in range(40))
    )
    return project


def expands_to_itself(spec: Path) -> None:
    text = specc.expand(spec)
    again = spec.with_name("expanded.yaml")
    again.write_text(text, encoding="utf-8")
    once, twice = check(spec, root=spec.parent), check(again, root=spec.parent)
    assert once.plan
    assert twice.findings == ()
    assert twice.plan
    assert as_document(twice.plan) == as_document(once.plan)
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
