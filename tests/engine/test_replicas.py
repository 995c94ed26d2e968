"""Replicas train what one device trains: the same losses and weights, however a batch is divided among them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from specc.engine import Budget, Judge, Samples, Session
from tests.warm import Warm

pytestmark = pytest.mark.train

BATCH, EPOCHS, SEED = 8, 2, 3
MOST = 4


class Case(NamedTuple):
    """A training: `rows` samples in batches of 8, on so many `replicas`, beside one device."""

    rows: int
    replicas: tuple[int, ...]
    weighted: bool = False
    l2: float = 0.0
    reduction: str = "sum_over_batch_size"
    norm: str = ""


CASES = {
    "an uneven last batch": Case(21, (2, 4), l2=0.05),  # 5 samples: 3 + 2, and 2 + 1 + 1 + 1
    "sample weights": Case(21, (3,), weighted=True, l2=0.05),  # 2 + 2 + 1
    "a last batch smaller than the replicas": Case(19, (4,), weighted=True, l2=0.05),
    "fewer samples than replicas": Case(2, (3,)),
    "a sum": Case(18, (4,), weighted=True, l2=0.05, reduction="sum"),
    "synchronized normalization": Case(21, (2,), norm="synchronized"),
}
OWN = {"normalization": Case(17, (3,), norm="plain")}
"""Each replica normalizes by its own samples, so that what is learned is not what one device learns."""
RUNS = [(name, count) for name, case in CASES.items() for count in case.replicas]


def samples(case: Case) -> Samples:
    random = np.random.default_rng(1)
    x = random.normal(size=(case.rows, 4)).astype("float32")
    y = (x.sum(1) > 0).astype("int32")[:, None]
    return Samples({"x": x}, {"y": y}, np.linspace(0, 2, case.rows).astype("float32") if case.weighted else None)


def model(case: Case) -> keras.Model:
    keras.utils.set_random_seed(SEED)
    layers: list[Any] = [
        keras.Input((4,), name="x"),
        keras.layers.Dense(6, activation="tanh", kernel_regularizer=keras.regularizers.L2(case.l2)),
    ]
    if case.norm:
        layers.append(keras.layers.BatchNormalization(momentum=0.9, synchronized=case.norm == "synchronized"))
    made = keras.Sequential([*layers, keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=case.reduction)
    made.compile(keras.optimizers.SGD(0.05, momentum=0.9), loss, metrics=["accuracy"], weighted_metrics=["accuracy"])
    return made


def trained(case: Case) -> dict[str, Any]:
    """What the epochs tell, what is judged at the end, the weights, and all replicas' copies of them."""
    made, given = model(case), samples(case)
    seen: list[Mapping[str, float]] = []
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda _, logs: seen.append(dict(logs)))
    Session(Judge(made), given, given, Budget(BATCH, EPOCHS, SEED)).run([keep])
    found: dict[str, Any] = {f"epoch {name}": [each[name] for each in seen] for name in seen[0]}
    found |= {f"weight {number}": weight for number, weight in enumerate(made.get_weights())}
    local = made.distribute_strategy.experimental_local_results
    return found | {
        f"copies {number}": np.stack([np.asarray(copy) for copy in local(weight.value)])
        for number, weight in enumerate(made.weights)
    }


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from {name} import main
main(Path({folder!r}))
"""


def main(folder: Path) -> None:
    """Train all cases in a process of its own, which divides its processor into devices."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * MOST)
    strategies = {count: mirrored(count) for count in range(2, MOST + 1)}
    for name, case in {**CASES, **OWN}.items():
        np.savez(folder / f"{name} 1.npz", **trained(case))
        for count in case.replicas:
            with strategies[count].scope():
                np.savez(folder / f"{name} {count}.npz", **trained(case))


def mirrored(count: int) -> tf.distribute.Strategy:
    """A strategy for so many devices; in one process groups of different sizes need keys of their own."""
    kind = type("Mirrored", (tf.distribute.MirroredStrategy,), {"_collective_key_base": 1000 * count})
    return kind([f"CPU:{device}" for device in range(count)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Path:
    """The results of all cases."""
    path = tmp_path_factory.mktemp("replicas")
    script = path / "train.py"
    script.write_text(SCRIPT.format(root=str(Path(__file__).parents[2]), name=__name__, folder=str(path)))
    done = warm.python(script)
    assert done.returncode == 0, done.stderr
    return path


def results(folder: Path, name: str, replicas: int) -> dict[str, Any]:
    with np.load(folder / f"{name} {replicas}.npz") as found:
        return dict(found)


@pytest.mark.parametrize(("name", "replicas"), RUNS)
def test_replicas_train_as_one_device(name: str, replicas: int, folder: Path) -> None:
    one, several = results(folder, name, 1), results(folder, name, replicas)
    assert one.keys() == several.keys()
    for key in one:
        if key.startswith("copies"):
            assert several[key].shape == (replicas, *one[key].shape[1:])
            np.testing.assert_array_equal(several[key], np.broadcast_to(several[key][:1], several[key].shape))
        else:
            np.testing.assert_allclose(several[key], one[key], rtol=1e-5, atol=1e-5, err_msg=key)


@pytest.mark.parametrize("name", OWN)
def test_what_replicas_learn_by_themselves_is_averaged(name: str, folder: Path) -> None:
    one, several = results(folder, name, 1), results(folder, name, OWN[name].replicas[0])
    moving = [key for key in one if key.startswith("weight") and one[key].shape == (6,)][-2:]  # mean, variance
    assert len(moving) == 2
    for key in several:
        if key.startswith("copies"):
            np.testing.assert_array_equal(several[key], np.broadcast_to(several[key][:1], several[key].shape))
    for key in moving:
        np.testing.assert_allclose(several[key], one[key], atol=0.2)
        assert not np.array_equal(several[key], one[key])
