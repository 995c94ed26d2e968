"""`residual-cnn.yaml` written by hand: a residual network with two blocks, the second of which halves the image."""

from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
from by_hand import Data, main
from keras import layers

Tensor: TypeAlias = Any

BATCH_SIZE = 32


def load_data(folder: Path) -> Data:
    """Images of bytes, brought to 0 to 1."""
    with np.load(folder / "few-images-train.npz") as train, np.load(folder / "few-images-validation.npz") as validation:
        x_train, x_validation = (part["image"].astype("float32") / 255 for part in (train, validation))
        return Data(x_train, train["digit"], x_validation, validation["digit"])


def convolution(x: Tensor, filters: int, strides: int = 1) -> Tensor:
    """A convolution and its normalization, (batch, h / strides, w / strides, filters)."""
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    return layers.BatchNormalization()(x)


def residual(x: Tensor, filters: int, strides: int = 1) -> Tensor:
    """Two convolutions, added to what came in."""
    shortcut = x
    x = convolution(x, filters, strides)
    x = layers.ReLU()(x)
    x = convolution(x, filters)
    if strides > 1:
        shortcut = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(shortcut)
    x = layers.Add()([x, shortcut])
    return layers.ReLU()(x)


def build_model(data: Data) -> keras.Model:
    """A stem and two blocks."""
    inputs = keras.Input(data.x.shape[1:])
    x = convolution(inputs, 16)
    x = layers.ReLU()(x)
    x = residual(x, 16)
    x = residual(x, 32, strides=2)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(10)(x), name="residual-cnn")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main(load_data, build_model, BATCH_SIZE)
