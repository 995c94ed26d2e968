"""Samples in memory, in windows and in files train the same: the same batches in the same order, bit for bit."""

import gc
import itertools
import weakref
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from specc.data.order import order
from specc.engine import feeding
from specc.engine.array_files import Array, FileArray, FileWriter
from specc.engine.feeding import Placed
from specc.engine.fitting import Session
from specc.engine.judging import Judge
from specc.engine.samples import Budget, Samples
from tests.warm import Warm

pytestmark = pytest.mark.train

SEED, BATCH, EPOCHS, ROWS = 5, 8, 3, 45  # the last batch of an epoch has 5 samples
BUDGET = Budget(BATCH, EPOCHS, SEED)


def samples(rows: int = ROWS) -> Samples:
    random = np.random.default_rng(1)
    x = random.normal(size=(rows, 4)).astype("float32")
    image = random.integers(0, 256, (rows, 3, 3, 1)).astype("uint8")
    y = (x.sum(1) > 0).astype("int32")[:, None]
    return Samples({"x": x, "image": image}, {"y": y}, dtypes={"image": "float32"})


def in_files(given: Samples, folder: Path) -> Samples:
    """The same samples, to be streamed."""

    def written(name: str, array: Any) -> FileArray:
        writer = FileWriter(folder / f"{name}.npy", array.dtype, array.shape)
        writer.append(array)
        writer.close()
        return FileArray(folder / f"{name}.npy")

    return replace(
        given,
        inputs={name: written(name, array) for name, array in given.inputs.items()},
        targets={name: written(name, array) for name, array in given.targets.items()},
        weights=None if given.weights is None else written("weights", given.weights),
    )


def model() -> keras.Model:
    keras.utils.set_random_seed(SEED)
    x, image = keras.Input((4,), name="x"), keras.Input((3, 3, 1), name="image")
    pixels = keras.layers.Rescaling(1 / 255)(keras.layers.Flatten()(image))
    hidden = keras.layers.Dense(8, activation="tanh")(keras.layers.Concatenate()([x, pixels]))
    made = keras.Model({"x": x, "image": image}, keras.layers.Dense(2)(hidden))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile(keras.optimizers.Adam(0.05), loss, weighted_metrics=["accuracy"])
    return made


def trained(given: Samples, validation: Samples | None = None) -> list[Array]:
    """Weights, losses and predictions after training, in one list."""
    made = model()
    seen: list[Mapping[str, float]] = []
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda _, logs: seen.append(dict(logs)))
    judge = Judge(made)
    Session(judge, given, validation, BUDGET).run([keep])
    logs = [np.array(list(each.values())) for each in (*seen, judge.evaluate(given, BATCH))]
    return [*made.get_weights(), *logs, *judge.predict(given, BATCH)]


def check_equal(one: list[Array], other: list[Array]) -> None:
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


CASES: dict[str, Samples] = {
    "plain": samples(),
    "weighted": replace(samples(), weights=np.linspace(0, 2, ROWS).astype("float32")),
    "balanced": replace(samples(), rows=np.array([0, 0, 0, *range(3, 40), 7, 7], "int64")),
    "fewer than a batch": samples(5),
    "whole batches": samples(48),
}


@pytest.mark.parametrize("case", CASES)
def test_memory_windows_and_files_train_alike(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resident = CASES[case]
    streamed = in_files(resident, tmp_path)
    assert (resident.streamed, streamed.streamed) == (False, True)
    np.testing.assert_array_equal(resident.answers()["y"], streamed.answers()["y"])
    expected = trained(resident, resident)
    monkeypatch.setattr(feeding, "WINDOW", 600)  # bytes: a few batches
    check_equal(trained(streamed, streamed), expected)
    check_equal(trained(resident, resident), expected)


@pytest.mark.parametrize("window", [1, 600, 2**25])
def test_the_order_is_the_rule_s(window: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "WINDOW", window)
    number = np.arange(ROWS, dtype="int32")[:, None]
    rows = np.array([*range(40), 0, 0], "int64")
    for given in (Samples({"x": number}, {"y": number}), Samples({"x": number}, {"y": number}, rows=rows)):
        positions = np.arange(ROWS) if given.rows is None else given.rows
        for each in (given, in_files(given, tmp_path)):
            feed = Placed(tf.distribute.get_strategy()).feed(each, BATCH)
            for epoch, first in itertools.product(range(EPOCHS), (0, 2)):
                visited = given.at(order(SEED, epoch, len(given)))
                source = feed.source(visited, first)
                parts = [feed.part(*feed.fetch(source, step)) for step in range(first, BUDGET.steps(len(given)))]
                assert np.concatenate([part.inputs.numpy()[:, 0] for part in parts]).tolist() == [
                    *positions[order(SEED, epoch, len(given))][first * BATCH :]
                ]
                assert [len(part.inputs) for part in parts[:-1]] == [BATCH] * (len(parts) - 1)
                assert all((part.inputs.numpy() == part.targets.numpy()).all() for part in parts)
        for path in tmp_path.iterdir():
            path.unlink()


REPLICAS = """
import sys
from pathlib import Path
import keras, numpy as np, tensorflow as tf
sys.path.insert(0, {root!r})
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from tests.engine.test_streaming import check_equal, in_files, samples, trained

from specc.engine import feeding
feeding.WINDOW = 600
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    check_equal(trained(in_files(samples(), Path({folder!r})), samples()), trained(samples(), samples()))
"""


def test_under_a_strategy_too(tmp_path: Path, warm: Warm) -> None:
    script = tmp_path / "replicas.py"
    script.write_text(REPLICAS.format(root=str(Path(__file__).parents[2]), folder=str(tmp_path)), encoding="utf-8")
    process = warm.python(script)
    assert process.returncode == 0, process.stderr


@pytest.mark.parametrize("batches", [0, 1, 3])
def test_a_pass_leaves_nothing_behind(tmp_path: Path, batches: int) -> None:
    """TensorFlow keeps what a pipeline calls; what that held, rows of each epoch and open files, has to go."""
    given = in_files(samples(), tmp_path)
    feed = Placed(tf.distribute.get_strategy()).local_feed(given, BATCH)
    rows = order(SEED, 0, ROWS)
    source = feed.source(rows, 0)
    for _ in range(batches):
        next(source)
    held = [weakref.ref(each) for each in (rows, *given.arrays)]
    del given, feed, rows, source
    gc.collect()
    assert [each() for each in held] == [None] * 4
