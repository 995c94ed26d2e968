"""`lstm.yaml` written by hand: an LSTM that says in which band a wave is."""

from pathlib import Path

import keras
import numpy as np
from by_hand import Data, main
from keras import layers

BATCH_SIZE = 32


def load_data(folder: Path) -> Data:
    """Waves, as they are."""
    with np.load(folder / "waves-train.npz") as train, np.load(folder / "waves-validation.npz") as validation:
        return Data(train["wave"], train["band"], validation["wave"], validation["band"])


def build_model(data: Data) -> keras.Model:
    """Many to one."""
    model = keras.Sequential([keras.Input(data.x.shape[1:]), layers.LSTM(32), layers.Dense(3)], name="lstm")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main(load_data, build_model, BATCH_SIZE)
