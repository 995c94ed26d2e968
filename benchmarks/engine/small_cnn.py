"""`small-cnn.yaml` written by hand: a small convolutional network."""

from pathlib import Path

import keras
import numpy as np
from by_hand import Data, main
from keras import layers

BATCH_SIZE = 32


def load_data(folder: Path) -> Data:
    """Images of bytes, brought to 0 to 1."""
    with np.load(folder / "images-train.npz") as train, np.load(folder / "images-validation.npz") as validation:
        x_train, x_validation = (part["image"].astype("float32") / 255 for part in (train, validation))
        return Data(x_train, train["digit"], x_validation, validation["digit"])


def build_model(data: Data) -> keras.Model:
    """Two convolutions."""
    model = keras.Sequential(
        [
            keras.Input(data.x.shape[1:]),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10),
        ],
        name="small-cnn",
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main(load_data, build_model, BATCH_SIZE)
