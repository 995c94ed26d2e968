"""Data that do not fit in memory: specc as a whole process against a hand-written `tf.data` pipeline on the same data.

    python benchmarks/streaming.py                      # a CSV file of 3 GB and 100,000 images: an hour, 12 GB of disk
    python benchmarks/streaming.py --rows 200000 --images 2000

Makes a CSV file and a folder of images, trains the same model for the same epochs in one process each, and prints the
peak memory of the process, the seconds of the whole, and the rate of the epochs after the first, in samples a second.
Wanted: a peak below 1.5 GB and at least 0.8 times the rate. `first` is specc without a cache, `kept` fills the cache,
`again` finds the samples there.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from processes import Finished, finished, numbers

Tensor: TypeAlias = Any

COLUMNS, BATCH, EPOCHS, PIXELS = 20, 1024, 3, 64
IMAGE_BATCH = 64
MOST_MIB, LEAST_RATE = 1500, 0.8

TABLE_SPEC = f"""\
spec: 1
name: table
data:
  csv: rows.csv
  target: y
  split: {{validation: 0.02, test: 0.02}}
model: [{{Dense: {{units: 64, activation: relu}}}}, {{Dense: {{units: 64, activation: relu}}}}, Output]
training: {{epochs: {EPOCHS}, batch_size: {BATCH}}}
runtime: {{seed: 1, deterministic: false}}
report: false
"""
IMAGE_SPEC = f"""\
spec: 1
name: images
data:
  images: images
  columns: {{image: {{image: {{size: [{PIXELS}, {PIXELS}]}}}}}}
  split: {{validation: 0.02, test: 0.02}}
model:
  - Conv2D: {{filters: 8, kernel_size: 3, strides: 2, activation: relu}}
  - Conv2D: {{filters: 16, kernel_size: 3, strides: 2, activation: relu}}
  - GlobalAveragePooling2D
  - Output
training: {{epochs: {EPOCHS}, batch_size: {IMAGE_BATCH}}}
runtime: {{seed: 1, deterministic: false}}
report: false
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=15_000_000, help="rows of the CSV file, 200 bytes each; 0 for none")
    parser.add_argument("--images", type=int, default=100_000, help="files of the folder; 0 for none")
    parser.add_argument("--folder", type=Path, help="where to work, and to leave the data for another time")
    parser.add_argument("--uncached", action="store_true", help="leave out the runs with a cache: half the time")
    parser.add_argument("--by-hand", choices=["table", "images"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.by_hand:
        _train_by_hand(arguments.by_hand, arguments.folder)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = arguments.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "specc.toml").touch()
        rows = []
        if arguments.rows:
            _make_table(folder / "rows.csv", arguments.rows)
            rows += _compare("table", TABLE_SPEC, folder, arguments.rows, cached=not arguments.uncached)
        if arguments.images:
            _make_images(folder / "images", arguments.images)
            rows += _compare("images", IMAGE_SPEC, folder, arguments.images, cached=not arguments.uncached)
    print("\n".join(rows))


def _compare(name: str, spec: str, folder: Path, samples: int, *, cached: bool) -> list[str]:
    """The lines of the table for one kind of data."""
    (folder / f"{name}.yaml").write_text(spec)
    train = [sys.executable, "-m", "specc", "train", f"{name}.yaml", "--json", "--quiet"]
    by_hand = [sys.executable, str(Path(__file__).resolve()), "--by-hand", name, "--folder", str(folder)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "SPECC_CACHE": str(folder / "cache")}
    found = {
        "by hand": finished(by_hand, folder, environment),
        "first": finished([*train, "--no-cache"], folder, environment),
    }
    if cached:
        found |= {who: finished(train, folder, environment) for who in ("kept", "again")}
    rates = {who: _rate(process, folder) for who, process in found.items()}
    lines = [f"{name}: {samples:,} samples", f"  {'':8} {'peak MiB':>9} {'seconds':>9} {'samples/s':>10} {'ratio':>6}"]
    for who, (_, seconds, peak) in found.items():
        ratio = rates[who] / rates["by hand"]
        wanted = who == "by hand" or (peak < MOST_MIB and ratio >= LEAST_RATE)
        mark = "" if wanted else "  <-- not as wanted"
        lines.append(f"  {who:8} {peak:9,.0f} {seconds:9,.1f} {rates[who]:10,.0f} {ratio:6.2f}{mark}")
    return lines


def _rate(process: Finished, folder: Path) -> float:
    """Samples a second in the epochs after the first, by the run's history or as the other process says."""
    if "rate" in process.record:
        return float(process.record["rate"])
    run = folder / process.record["run"]
    seconds = numbers(run / "history.csv")["seconds"]
    train = json.loads((run / "run.json").read_text())["data"]["split"]["train"]
    return float(train) / (sum(seconds[1:]) / len(seconds[1:]))


def _make_table(path: Path, rows: int) -> None:
    """Numbers of nine characters and a class that follows from them: 200 bytes a row."""
    if path.exists():
        return
    random = np.random.default_rng(0)
    weights = random.normal(size=COLUMNS - 1)
    with path.open("w") as file:
        file.write(",".join([*(f"x{column}" for column in range(COLUMNS - 1)), "y"]) + "\n")
        for start in range(0, rows, 10_000):
            numbers = random.normal(size=(min(10_000, rows - start), COLUMNS - 1))
            kinds = numbers @ weights > 0
            for values, kind in zip(numbers.tolist(), kinds.tolist(), strict=True):
                file.write(",".join([f"{value:+9.6f}" for value in values]) + (",yes\n" if kind else ",no\n"))


def _make_images(folder: Path, images: int) -> None:
    """JPEG files of two classes: noise around a dark and around a light grey."""
    if folder.exists():
        return
    from PIL import Image

    random = np.random.default_rng(0)
    for number in range(images):
        kind = ("dark", "light")[number % 2]
        pixels = np.clip(random.normal((90, 150)[number % 2], 40, (PIXELS, PIXELS, 3)), 0, 255).astype("uint8")
        path = folder / kind / f"{number:06}.jpg"
        if number < 2:
            path.parent.mkdir(parents=True)
        Image.fromarray(pixels).save(path, quality=85)


def _train_by_hand(name: str, folder: Path) -> None:
    """The same model on a pipeline as TensorFlow's guides advise it: parallel, shuffled in a buffer, prefetched."""
    import keras

    keras.utils.set_random_seed(1)
    train, model, samples = (_table_by_hand if name == "table" else _images_by_hand)(folder)
    seconds: list[float] = []

    clock = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: seconds.append(-time.perf_counter()),
        on_epoch_end=lambda *_: seconds.append(seconds.pop() + time.perf_counter()),
    )
    model.fit(train, epochs=EPOCHS, verbose=0, callbacks=[clock], shuffle=False)
    rate = samples / (sum(seconds[1:]) / len(seconds[1:]))
    print(json.dumps({"rate": rate}))


def _table_by_hand(folder: Path) -> tuple[Any, Any, int]:
    import keras
    import tensorflow as tf

    with (folder / "rows.csv").open("rb") as file:
        samples = sum(1 for _ in file) - 1

    def parsed(lines: Tensor) -> tuple[Tensor, Tensor]:
        columns = tf.io.decode_csv(lines, [0.0] * (COLUMNS - 1) + [""])
        return tf.stack(columns[:-1], 1), tf.cast(columns[-1] == "yes", tf.float32)[:, None]

    lines = tf.data.TextLineDataset(str(folder / "rows.csv"), buffer_size=2**23).skip(1)
    train = lines.shuffle(100_000).batch(BATCH).map(parsed, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    train = train.apply(tf.data.experimental.assert_cardinality(-(-samples // BATCH)))
    hidden = [keras.layers.Dense(64, activation="relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((COLUMNS - 1,)), *hidden, keras.layers.Dense(1)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    return train, model, samples


def _images_by_hand(folder: Path) -> tuple[Any, Any, int]:
    import keras
    import tensorflow as tf

    files = sorted(str(path) for path in (folder / "images").rglob("*.jpg"))
    labels = [int("/light/" in file) for file in files]

    def read(file: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        pixels = tf.ensure_shape(tf.io.decode_jpeg(tf.io.read_file(file), 3), (PIXELS, PIXELS, 3))
        return tf.cast(pixels, "float32"), label

    listed = tf.data.Dataset.from_tensor_slices((files, labels)).shuffle(len(files))
    train = listed.map(read, tf.data.AUTOTUNE).batch(IMAGE_BATCH).prefetch(tf.data.AUTOTUNE)
    train = train.apply(tf.data.experimental.assert_cardinality(-(-len(files) // IMAGE_BATCH)))
    layers = [keras.layers.Conv2D(filters, 3, 2, activation="relu") for filters in (8, 16)]
    inputs = [keras.Input((PIXELS, PIXELS, 3)), keras.layers.Rescaling(1 / 255)]
    model = keras.Sequential([*inputs, *layers, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return train, model, len(files)


if __name__ == "__main__":
    main()
