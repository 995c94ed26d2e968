"""Keras' callbacks do in a session what they do in Keras' own `fit` over the same batches: same files, same values."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from specc.data.order import order
from specc.engine import Budget, Judge, NotFiniteError, Options, Samples, Session
from specc.engine.array_files import Array
from specc.engine.listening import as_logs
from specc.training.quiet import quiet_tensorflow

pytestmark = pytest.mark.train

ROWS, BATCH, EPOCHS, SEED = 29, 8, 6, 5
STEPS = 4  # the last one of 5 samples
BUDGET = Budget(BATCH, EPOCHS, SEED)
Callbacks: TypeAlias = Callable[[Path], Sequence[keras.callbacks.Callback]]

random = np.random.default_rng(1)
X = random.normal(size=(ROWS, 4)).astype("float32")
Y = (X.sum(1, keepdims=True) + random.normal(size=(ROWS, 1)) > 0).astype("float32")
VALIDATION_X = random.normal(size=(11, 4)).astype("float32")
VALIDATION_Y = (VALIDATION_X.sum(1, keepdims=True) > 0).astype("float32")


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Keras' own warnings are not ours."""
    quiet_tensorflow()


class Trained(NamedTuple):
    """What each epoch has logged, and the model."""

    logs: list[dict[str, float]]
    model: keras.Model


class Case(NamedTuple):
    """Callbacks, that write into a folder, the optimizer with them, and what shows that they act at all."""

    callbacks: Callbacks
    acts: Callable[[Trained, Path], bool]
    optimizer: Callable[[], keras.optimizers.Optimizer] = lambda: keras.optimizers.Adam(0.05)


def files(folder: Path) -> Sequence[keras.callbacks.Callback]:
    return [
        keras.callbacks.CSVLogger(str(folder / "log.csv"), separator=";"),
        keras.callbacks.ModelCheckpoint(str(folder / "epochs" / "{epoch:02d}.weights.h5"), save_weights_only=True),
        keras.callbacks.ModelCheckpoint(
            str(folder / "steps" / "{epoch}-{batch}.weights.h5"), save_weights_only=True, save_freq=3
        ),
        keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False),
    ]


def best(folder: Path) -> Sequence[keras.callbacks.Callback]:
    return [
        keras.callbacks.ModelCheckpoint(
            str(folder / "{epoch}.weights.h5"), save_weights_only=True, save_best_only=True
        ),
        keras.callbacks.EarlyStopping("val_accuracy", patience=2, restore_best_weights=True, start_from_epoch=1),
    ]


def rates(folder: Path) -> Sequence[keras.callbacks.Callback]:
    return [
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9 if epoch else rate),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.BackupAndRestore(str(folder / "backup"), save_freq=2, delete_checkpoint=False),
    ]


def average(*, swap_on_epoch: bool) -> Case:
    return Case(
        lambda folder: [
            keras.callbacks.SwapEMAWeights(swap_on_epoch),
            keras.callbacks.ModelCheckpoint(str(folder / "{epoch}.weights.h5"), save_weights_only=True),
        ],
        lambda _, folder: len(paths(folder)) == EPOCHS,
        lambda: keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.7),
    )


def every_third_step(_: Trained, folder: Path) -> bool:
    """Epoch and batch, both from 1, are those of every third step."""
    names = {path.name.split(".")[0] for path in (folder / "steps").iterdir()}
    return names == {f"{step // STEPS + 1}-{step % STEPS + 1}" for step in range(2, EPOCHS * STEPS, 3)}


CASES = {
    "files": Case(files, every_third_step),
    "the best": Case(
        best,
        lambda trained, folder: len(paths(folder)) < len(trained.logs) < EPOCHS,
        lambda: keras.optimizers.SGD(2.0, momentum=0.9),
    ),
    "a plateau": Case(
        lambda _: [keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=1, min_delta=0.5, cooldown=1, min_lr=0.003)],
        lambda trained, _: len({logs["learning_rate"] for logs in trained.logs}) > 2,
    ),
    "rates": Case(rates, lambda trained, _: trained.model.optimizer.learning_rate.numpy() < 0.05),
    "an average": average(swap_on_epoch=False),
    "an average by epochs": average(swap_on_epoch=True),
}


def model(case: Case) -> keras.Model:
    keras.utils.set_random_seed(SEED)
    x = keras.Input((4,), name="x")
    made = keras.Model(x, keras.layers.Dense(1, activation="sigmoid")(keras.layers.Dense(3, activation="tanh")(x)))
    made.compile(case.optimizer(), "binary_crossentropy", metrics=["accuracy"])
    return made


def by_keras(case: Case, folder: Path) -> Trained:
    """Keras' `fit` over the batches in the order of a session."""

    def batches() -> Iterator[tuple[Array, Array]]:
        for epoch in range(EPOCHS):
            rows = order(SEED, epoch, ROWS)
            for step in range(STEPS):
                here = rows[step * BATCH : (step + 1) * BATCH]
                yield X[here], Y[here]

    signature = (tf.TensorSpec((None, 4)), tf.TensorSpec((None, 1)))
    made, logs, keep = model(case), *keeping()
    made.fit(
        tf.data.Dataset.from_generator(batches, output_signature=signature),
        epochs=EPOCHS,
        steps_per_epoch=STEPS,
        shuffle=False,
        validation_data=(VALIDATION_X, VALIDATION_Y),
        validation_batch_size=BATCH,
        callbacks=[*case.callbacks(folder), keep],
        verbose=0,
    )
    return Trained(logs, made)


def by_session(case: Case, folder: Path) -> Trained:
    made, logs, keep = model(case), *keeping()
    train, validation = Samples({"x": X}, {"y": Y}), Samples({"x": VALIDATION_X}, {"y": VALIDATION_Y})
    Session(Judge(made), train, validation, BUDGET, Options(xla=False)).run([*case.callbacks(folder), keep])
    return Trained(logs, made)


def keeping() -> tuple[list[dict[str, float]], keras.callbacks.Callback]:
    """Logs by epoch, and the callback that keeps them, with the learning rate."""
    logs: list[dict[str, float]] = []
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, given: logs.append({"epoch": epoch, **given}))
    return logs, callback


@pytest.mark.parametrize("name", CASES)
def test_a_session_does_as_keras_does(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    folders = tmp_path / "keras", tmp_path / "session"
    for folder in folders:
        folder.mkdir()
    one, other = by_keras(case, folders[0]), by_session(case, folders[1])
    assert len(one.logs) == len(other.logs)
    for expected, logs in zip(one.logs, other.logs, strict=True):
        assert logs == pytest.approx(expected, rel=1e-4, abs=1e-5)
    for expected, weight in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-4, atol=1e-5)
    assert paths(folders[1]) == paths(folders[0])
    for path in paths(folders[0]):
        check_equal(folders[1] / path, folders[0] / path)
    assert case.acts(other, folders[1])
    assert one.model.optimizer.iterations.numpy() == other.model.optimizer.iterations.numpy()


def paths(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def check_equal(path: Path, expected: Path) -> None:
    """The files hold the same, but for the last digits."""
    match path.suffix:
        case ".h5":
            found, wanted = arrays(path), arrays(expected)
            assert found.keys() == wanted.keys()
            for name, array in wanted.items():
                np.testing.assert_allclose(found[name], array, rtol=1e-4, atol=1e-5, err_msg=f"{path.name} {name}")
        case ".csv":
            (head, *rows), (wanted_head, *wanted_rows) = table(path), table(expected)
            assert head == wanted_head
            np.testing.assert_allclose(np.array(rows, float), np.array(wanted_rows, float), rtol=1e-4, atol=1e-5)
        case ".json":
            assert json.loads(path.read_text()) == json.loads(expected.read_text())
        case _:
            raise AssertionError(path)


def table(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def arrays(path: Path) -> dict[str, Any]:
    """The arrays of a file of weights."""
    found: dict[str, Any] = {}

    def take(name: str, entry: object) -> None:
        if isinstance(entry, h5py.Dataset):
            found[name] = entry[()]

    with h5py.File(path) as file:
        file.visititems(take)
    return found


def test_a_loss_that_is_no_number_is_an_error_also_for_who_would_only_stop() -> None:
    made = model(CASES["files"])
    x = X.copy()
    x[3] = np.nan
    session = Session(Judge(made), Samples({"x": x}, {"y": Y}), None, BUDGET)
    with pytest.raises(NotFiniteError, match="the input holds nan"):
        session.run([keras.callbacks.TerminateOnNaN()])


def test_a_metric_of_several_numbers_is_as_many_entries() -> None:
    found = as_logs({"loss": tf.constant(0.5), "f1_score": tf.constant([0.25, 1.0])})
    assert list(found.items()) == [("f1_score_0", 0.25), ("f1_score_1", 1.0), ("loss", 0.5)]
