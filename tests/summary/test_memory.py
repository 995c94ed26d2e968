"""Training memory: each optimizer's variables as Keras makes them, activations of each kind of layer."""

from math import prod
from pathlib import Path

import pytest

import specc
from specc.catalog import load
from specc.component import Component
from specc.diagnostics import Span
from specc.graph.infer import completed
from specc.graph.shapes import Weight
from specc.summary.memory import SLOTS, Memory, optimizer_numbers

SHAPES = ((), (5,), (3, 4), (2, 3, 4, 5))
NOWHERE = Span("spec.yaml", 1, 1, 1, 1)
VARIANTS: list[tuple[str, dict[str, float | bool | int]]] = [
    *((name, {}) for name in load().names("optimizer") if name != "LossScaleOptimizer"),
    ("SGD", {"momentum": 0.9}),
    ("RMSprop", {"momentum": 0.9, "centered": True}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {"use_ema": True}),
    ("Adafactor", {"gradient_accumulation_steps": 2}),
]


def test_every_optimizer_is_known() -> None:
    assert set(SLOTS) == set(load().names("optimizer")) - {"LossScaleOptimizer"}


@pytest.mark.train
@pytest.mark.parametrize(("name", "arguments"), VARIANTS)
def test_an_optimizer_keeps_what_keras_makes(name: str, arguments: dict[str, float | bool | int]) -> None:
    import keras

    component = completed(Component("optimizer", name, dict(arguments), NOWHERE), load())
    optimizer = getattr(keras.optimizers, name)(**arguments)
    optimizer.build([keras.Variable(keras.ops.zeros(shape), name=f"w{i}") for i, shape in enumerate(SHAPES)])
    made = sum(prod(variable.shape) for variable in optimizer.variables)
    scalars = made - sum(optimizer_numbers(component, Weight("w", shape)) for shape in SHAPES)
    assert 0 <= scalars <= 6  # steps, the learning rate, a schedule's products, what Adafactor keeps for vectors


def test_a_wrapped_optimizer_keeps_what_the_inner_one_does() -> None:
    inner = Component("optimizer", "Adam", {}, NOWHERE)
    outer = Component("optimizer", "LossScaleOptimizer", {"inner_optimizer": inner}, NOWHERE)
    assert optimizer_numbers(completed(outer, load()), Weight("kernel", (3, 4))) == 24


def test_muon_leaves_embeddings_to_adamw() -> None:
    muon = completed(Component("optimizer", "Muon", {}, NOWHERE), load())
    assert [optimizer_numbers(muon, Weight(name, (3, 4))) for name in ("kernel", "embeddings")] == [12, 24]


def memory(model: str, project: Path, rest: str = "") -> Memory:
    (project / "spec.yaml").write_text(f"spec: 1\ndata: {{dataset: iris}}\nmodel: {model}\n{rest}")
    found = specc.show("spec.yaml").memory
    assert found
    return found


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("training: {batch_size: 10}", Memory(10, 60, 60, 120, 280, known=True)),
        ("training: {batch_size: 10, optimizer: SGD}", Memory(10, 60, 60, 0, 280, known=True)),
        (
            "training: {batch_size: 10, phases: [{epochs: 1, optimizer: SGD}, {epochs: 1, optimizer: Adam}]}",
            Memory(10, 60, 60, 120, 280, known=True),
        ),
        ("runtime: {precision: float64}", Memory(32, 120, 120, 240, 32 * (16 + 24), known=True)),
        ("runtime: {precision: mixed_float16}", Memory(32, 60, 60, 120, 32 * (16 + 6), known=True)),
    ],
)
def test_memory(rest: str, expected: Memory, project: Path) -> None:
    assert memory("[Output]", project, rest) == expected
    assert expected.total == sum(expected[1:5])


def test_frozen_weights_have_no_gradients(project: Path) -> None:
    found = memory("[{Dense: {units: 2, trainable: false}}, Output]", project)
    assert (found.weights, found.gradients, found.optimizer) == ((10 + 9) * 4, 9 * 4, 2 * 9 * 4)


@pytest.mark.parametrize(
    ("layer", "kept"),
    [
        ("Dense: 4", 20 * 4),
        ("LSTM: 4", 4 + 20 * 7 * 4),
        ("GRU: 4", 4 + 20 * 5 * 4),
        ("SimpleRNN: {units: 4, return_sequences: true}", 20 * 4 + 20 * 2 * 4),
        ("RNN: {cell: {LSTMCell: 4}}", 4 + 20 * 7 * 4),
        ("RNN: {cell: {StackedRNNCells: {cells: [{LSTMCell: 4}, {GRUCell: 3}]}}}", 3 + 20 * (7 * 4 + 5 * 3)),
        ("Bidirectional: {layer: {LSTM: 4}}", 8 + 2 * 20 * 7 * 4),
    ],
)
def test_what_layers_keep(layer: str, kept: int, project: Path) -> None:
    (project / "spec.yaml").write_text(
        f"""\
spec: 1
data: {{dataset: {{sines: {{length: 20}}}}}}
model: [{{{layer}, name: it}}, Flatten, Output]
"""
    )
    row = next(row for row in specc.show("spec.yaml").rows if row.name == "it")
    assert row.activation_bytes == 4 * kept


def test_what_a_recurrent_layer_keeps_of_an_open_number_of_steps_is_unknown(project: Path) -> None:
    layers = "[{Embedding: {input_dim: 10000, output_dim: 2}}, {LSTM: 4}, Output]"
    (project / "spec.yaml").write_text(
        f"spec: 1\ndata: {{dataset: imdb}}\nmodel: {{inputs: {{x: [null]}}, layers: {layers}}}"
    )
    summary = specc.show("spec.yaml")
    assert [row.activation_bytes for row in summary.rows] == [None, None, None, 8]
    assert summary.memory
    assert not summary.memory.known
