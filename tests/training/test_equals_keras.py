"""A spec trains exactly what the same model written by hand in Keras trains: same seed, same order, same losses."""

from pathlib import Path

import keras
import numpy as np
import pytest

import specc
from specc.data.order import order
from specc.runs import read
from tests.training.loaded import prepared_of

pytestmark = pytest.mark.train

SEED, EPOCHS, BATCH = 11, 3, 32


def dense() -> list[keras.Layer]:
    return [
        keras.layers.Dense(16, activation="tanh", kernel_regularizer=keras.regularizers.L2(1e-3)),
        keras.layers.Dense(3),
    ]


def convolutional() -> list[keras.Layer]:
    return [
        keras.layers.Rescaling(0.0625),
        keras.layers.Conv2D(8, 3, padding="same", activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3)),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(10),
    ]


def recurrent() -> list[keras.Layer]:
    return [keras.layers.LSTM(8, recurrent_regularizer=keras.regularizers.L2(1e-3)), keras.layers.Dense(3)]


CASES = {
    "dense": (
        "{dataset: iris}",
        "[{Dense: {units: 16, activation: tanh, kernel_regularizer: {L2: 1e-3}}}, {Dense: 3}]",
        dense,
    ),
    "convolutional": (
        "{dataset: digits}",
        """
  - Rescaling: 0.0625
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, activation: relu, kernel_regularizer: {L2: 1e-3}}
  - MaxPooling2D
  - Flatten
  - Dense: 10""",
        convolutional,
    ),
    "recurrent": (
        "{dataset: {sines: {samples: 300, length: 12}}, target: band}",
        "[{LSTM: {units: 8, recurrent_regularizer: {L2: 1e-3}}}, {Dense: 3}]",
        recurrent,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_losses_are_equal(case: str, project: Path) -> None:
    data, model, layers = CASES[case]
    (project / "spec.yaml").write_text(
        f"spec: 1\ndata: {data}\nmodel: {model}\n"
        f"training: {{optimizer: {{Adam: 0.01}}, epochs: {EPOCHS}, batch_size: {BATCH}}}\n"
        f"runtime: {{seed: {SEED}}}\nreport: false\n"
    )
    outcome = specc.train("spec.yaml")
    assert outcome.run
    history, _ = read(outcome.run.path)

    prepared = prepared_of(project / "spec.yaml")
    (x,), (y,) = prepared.train.inputs.values(), prepared.train.targets.values()
    keras.utils.set_random_seed(SEED)
    by_hand = keras.Sequential([keras.Input(x.shape[1:]), *layers()])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    by_hand.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    losses, accuracies = [], []
    for epoch in range(EPOCHS):
        rows = order(SEED, epoch, len(x))
        logs = by_hand.fit(x[rows], y[rows], batch_size=BATCH, shuffle=False, verbose=0).history
        losses += logs["loss"]
        accuracies += logs["accuracy"]

    np.testing.assert_allclose(history.history.columns["loss"], losses, atol=1e-5)
    np.testing.assert_allclose(history.history.columns["accuracy"], accuracies, atol=1e-5)
