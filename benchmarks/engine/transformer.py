"""`transformer.yaml` written by hand: the encoder of a transformer on the steps of four sensors."""

from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
from by_hand import Data, main
from keras import layers

Tensor: TypeAlias = Any

BATCH_SIZE = 32
WIDTH, HEADS, RATE = 32, 4, 0.1


def load_data(folder: Path) -> Data:
    """Steps, as they are."""
    with np.load(folder / "sensors-train.npz") as train, np.load(folder / "sensors-validation.npz") as validation:
        return Data(train["steps"], train["odd"], validation["steps"], validation["odd"])


def encoder(x: Tensor) -> Tensor:
    """Attention and a small network, each added to what came in and normalized, (batch, steps, WIDTH)."""
    attended = layers.MultiHeadAttention(num_heads=HEADS, key_dim=WIDTH // HEADS)(x, x)
    attended = layers.Dropout(RATE)(attended)
    x = layers.LayerNormalization()(layers.Add()([x, attended]))
    thought = layers.Dense(2 * WIDTH, activation="relu")(x)
    thought = layers.Dense(WIDTH)(thought)
    thought = layers.Dropout(RATE)(thought)
    return layers.LayerNormalization()(layers.Add()([x, thought]))


def build_model(data: Data) -> keras.Model:
    """Each step gets a vector, with a bias of its own for its place; then two encoders."""
    steps = data.x.shape[1]
    inputs = keras.Input(data.x.shape[1:])
    x = layers.EinsumDense("bts,sw->btw", output_shape=(steps, WIDTH), bias_axes="tw")(inputs)
    for _ in range(2):
        x = encoder(x)
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(inputs, layers.Dense(4)(x), name="transformer")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main(load_data, build_model, BATCH_SIZE)
