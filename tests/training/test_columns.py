"""Columns of all kinds, from a file through training to the saved model, which takes them raw and needs Keras alone."""

import random
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import specc
from specc.data.kinds import as_seconds

pytestmark = pytest.mark.train

ROWS = 80
SPEC = """
spec: 1
data:
  csv: all.csv
  target: y
  inputs: {vector: [size, ok, day, town, said, pair], words: note, town: home, steps: steps}
  columns:
    size: {number: {scale: log, missing: mean}}
    day: {datetime: {parts: [month, time], cyclic: true}}
    town: {category: {replace: {Lima: Rome}, missing: Rome, most: 2}}
    home: {category: index}
    said: {text: {output_mode: tf_idf, max_tokens: 8}}
    note: {text: {max_tokens: 9, output_sequence_length: 4}}
    pair: {vector: {length: 2, scale: minmax}}
    steps: {sequence: {length: 3, dtype: int32}}
model:
  layers:
    - {Embedding: {input_dim: 9, output_dim: 2}, name: word, inputs: words}
    - {Flatten: , name: words_flat, inputs: word}
    - {Embedding: {input_dim: 6, output_dim: 2}, name: place, inputs: town}
    - {Flatten: , name: town_flat, inputs: place}
    - {Embedding: {input_dim: 10, output_dim: 2}, name: step, inputs: steps}
    - {Flatten: , name: steps_flat, inputs: step}
    - {Concatenate: , name: all, inputs: [vector, words_flat, town_flat, steps_flat]}
    - {Output: , name: y, inputs: all}
  outputs: {y: y}
training: {epochs: 2}
report: false
"""


def write_all(folder: Path) -> list[dict[str, str]]:
    """`all.csv`; returns its rows."""
    dice = random.Random(5)  # noqa: S311  made-up values
    rows = [
        {
            "size": dice.choice(["", f"{dice.uniform(-5, 500):.2f}"]),
            "ok": dice.choice(["yes", "no", ""]),
            "day": dice.choice(["", f"20{dice.randrange(10, 30)}-0{dice.randrange(1, 9)}-11T0{dice.randrange(9)}:30"]),
            "town": dice.choice(["Rome", "Lima", "Oslo", "Bonn", ""]),
            "home": dice.choice(["Rome", "Lima", "Oslo", ""]),
            "said": " ".join(dice.choices(["good", "bad", "so", "so,", "odd"], k=4)),
            "note": " ".join(dice.choices(["A", "a", "b!", "c"], k=dice.randrange(1, 6))),
            "pair": f"{dice.randrange(9)} {dice.randrange(9)}",
            "steps": " ".join(str(dice.randrange(9)) for _ in range(1 + number % 5)),
            "y": dice.choice(["a", "b"]),
        }
        for number in range(ROWS)
    ]
    lines = [",".join(rows[0]), *(",".join(f'"{value}"' for value in row.values()) for row in rows)]
    (folder / "all.csv").write_text("\n".join(lines) + "\n")
    return rows


def test_the_saved_model_takes_raw_columns(project: Path) -> None:
    rows = write_all(project)
    (project / "spec.yaml").write_text(SPEC)
    outcome = specc.train("spec.yaml")
    assert outcome.run, outcome.findings
    model = keras.saving.load_model(outcome.run.path / "model.keras", safe_mode=True)
    table = np.genfromtxt(outcome.run.path / "predictions.csv", delimiter=",", names=True, dtype=None, encoding=None)
    assert len(table)
    for index, p in zip(table["index"], table["y_pa"], strict=True):
        row = rows[index]
        moment = as_seconds(row["day"])
        raw = {
            "size": np.array([[float(row["size"] or "nan")]], "float32"),
            "ok": np.array([[{"yes": 1, "no": 0, "": np.nan}[row["ok"]]]], "float32"),
            "day": np.array([[np.nan if moment is None else moment]], "float64"),
            **{name: [[row[name]]] for name in ("town", "home", "said", "note")},
            "pair": np.array([row["pair"].split()], "float32"),
            "steps": np.array([row["steps"].split()], "int32"),
        }
        given = {name: keras.ops.convert_to_tensor(value) for name, value in raw.items()}
        assert float(np.asarray(model(given))[0, 0]) == pytest.approx(float(p), abs=2e-6)


IMAGES = """
spec: 1
data: {images: {path: pets, size: [4, 4]}, columns: {image: {image: {scale: minmax}}}}
model: [Flatten, Output]
training: {epochs: 1}
report: false
"""


def test_the_saved_model_takes_raw_images(project: Path) -> None:
    dice = np.random.Generator(np.random.PCG64(2))
    for number in range(40):
        folder = project / "pets" / ("cat" if number % 2 else "dog")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(dice.integers(0, 256, (5 + number % 3, 9, 3)).astype("uint8")).save(folder / f"{number:02}.png")
    (project / "spec.yaml").write_text(IMAGES)
    outcome = specc.train("spec.yaml")
    assert outcome.run, outcome.findings
    model = keras.saving.load_model(outcome.run.path / "model.keras", safe_mode=True)
    files = sorted((project / "pets").rglob("*.png"))
    table = np.genfromtxt(outcome.run.path / "predictions.csv", delimiter=",", names=True, dtype=None, encoding=None)
    for index, p in zip(table["index"], table["label_pcat"], strict=True):
        raw = np.asarray(Image.open(files[int(index)]))[None]
        assert float(np.asarray(model(raw))[0, 0]) == pytest.approx(float(p), abs=2e-6)
