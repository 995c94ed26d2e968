"""`adult.yaml` written by hand: scaled numbers and one-hot words into a small network."""

import csv
from pathlib import Path

import keras
import numpy as np
from by_hand import Array, Data, main
from keras import layers

BATCH_SIZE = 128
NUMBERS = [0, 4, 10, 11, 12]
"""Age, years of education, capital gain and loss, hours a week."""
WORDS = [1, 3, 5, 6, 7, 8, 9, 13]
"""Work class, education, marital status, occupation, relationship, race, sex, country."""


def load_data(folder: Path) -> Data:
    """(rows, numbers + categories) float32 and (rows,) of 0 and 1."""
    train, validation = _rows(folder / "adult-train.csv"), _rows(folder / "adult-validation.csv")
    numbers = train[:, NUMBERS].astype("float64")
    mean, deviation = numbers.mean(axis=0), numbers.std(axis=0)
    categories = [np.unique(train[:, column]) for column in WORDS]

    def prepared(rows: Array) -> Array:
        scaled = (rows[:, NUMBERS].astype("float64") - mean) / deviation
        words = [rows[:, [column]] == known for column, known in zip(WORDS, categories, strict=True)]
        return np.concatenate([scaled, *words], axis=1).astype("float32")

    y_train, y_validation = ((rows[:, -1] == ">50K").astype("float32") for rows in (train, validation))
    return Data(prepared(train), y_train, prepared(validation), y_validation)


def _rows(path: Path) -> Array:
    """The file's values as texts, (rows, columns)."""
    with path.open(encoding="utf-8", newline="") as file:
        return np.array(list(csv.reader(file, skipinitialspace=True)))


def build_model(data: Data) -> keras.Model:
    """Two hidden layers."""
    model = keras.Sequential(
        [
            keras.Input(data.x.shape[1:]),
            layers.Dense(64, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="adult",
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main(load_data, build_model, BATCH_SIZE)
