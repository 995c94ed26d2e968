"""`wide-mlp.yaml` written by hand: a network with wide layers on larger digits."""

from pathlib import Path

import keras
import numpy as np
from by_hand import Data, main
from keras import layers

BATCH_SIZE = 32


def load_data(folder: Path) -> Data:
    """Rows of pixels, from 0 to 1 in the files already."""
    with (
        np.load(folder / "flat-images-train.npz") as train,
        np.load(folder / "flat-images-validation.npz") as validation,
    ):
        return Data(train["pixels"], train["digit"], validation["pixels"], validation["digit"])


def build_model(data: Data) -> keras.Model:
    """Two hidden layers of 512 units."""
    model = keras.Sequential(
        [
            keras.Input(data.x.shape[1:]),
            layers.Dense(512, activation="relu"),
            layers.Dense(512, activation="relu"),
            layers.Dense(10),
        ],
        name="wide-mlp",
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main(load_data, build_model, BATCH_SIZE)
