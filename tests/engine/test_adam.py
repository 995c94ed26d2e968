"""Adam by other kernels: the weights after some steps are those of Keras' own Adam, bit for bit."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from specc.engine.adam import quicken
from specc.engine.feeding import Placed, part_of
from specc.engine.loops import train_loop
from specc.engine.samples import Samples
from specc.engine.state import build

pytestmark = pytest.mark.train

ROWS, BATCH, STEPS = 40, 8, 5
OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "defaults": keras.optimizers.Adam,
    "other numbers": lambda: keras.optimizers.Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
    "a schedule": lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.05, 4)),
    "AdamW": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    "clipping": lambda: keras.optimizers.Adam(0.01, global_clipnorm=0.1),
    "an average of weights": lambda: keras.optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=2),
    "accumulation": lambda: keras.optimizers.Adam(0.01, gradient_accumulation_steps=2),
    "loss scaling": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01), dynamic_growth_steps=2),
}


@pytest.fixture
def samples() -> Samples:
    """Words, few enough that a batch has some twice, and numbers."""
    random = np.random.default_rng(0)
    words = random.integers(0, 6, (ROWS, 4)).astype("int32")
    return Samples({"word": words}, {"y": random.normal(size=(ROWS, 1)).astype("float32")})


def compiled(optimizer: Any, dtype: str = "float32") -> Any:
    """A model with an embedding, whose gradient is sparse, and with weights large and small."""
    keras.utils.set_random_seed(1)
    policy = keras.DTypePolicy(dtype)
    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int32", name="word"),
            keras.layers.Embedding(6, 300, dtype=policy),
            keras.layers.Flatten(dtype=policy),
            keras.layers.Dense(100, activation="tanh", dtype=policy),
            keras.layers.Dense(1, dtype=policy),
        ]
    )
    model.compile(optimizer, "mse", jit_compile=False)
    return model


def check_same(model: Any, samples: Samples) -> None:
    """The model after steps of the loop, and its twin after the same ones of Keras."""
    twin = compiled(
        keras.optimizers.deserialize(keras.optimizers.serialize(model.optimizer)), model.layers[-1].dtype_policy.name
    )
    twin.set_weights(model.get_weights())
    build(model, part_of(samples, np.zeros(1, int)))
    feed = Placed(model.distribute_strategy).feed(samples, BATCH)
    train_loop(model, feed)(feed.source(np.arange(ROWS), 0), 0, STEPS)
    words, targets = np.asarray(samples.inputs["word"]), np.asarray(samples.targets["y"])
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        twin.train_on_batch(words[rows], targets[rows])
    found = [*model.weights, *model.optimizer.variables]
    expected = [*twin.weights, *twin.optimizer.variables]
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert np.asarray(one.value).tobytes() == np.asarray(other.value).tobytes(), one.path


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_gives_the_bits_of_keras(name: str, samples: Samples) -> None:
    model = compiled(OPTIMIZERS[name]())
    check_same(model, samples)
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    assert "update_step" in vars(optimizer)


@pytest.mark.parametrize("dtype", ["float64", "mixed_bfloat16", "float16", "bfloat16"])
def test_in_other_precisions_too(dtype: str, samples: Samples) -> None:
    check_same(compiled(keras.optimizers.Adam(0.01), dtype), samples)


@pytest.mark.parametrize(
    "optimizer", [keras.optimizers.SGD(), keras.optimizers.Nadam(), keras.optimizers.Adam(amsgrad=True)]
)
def test_others_are_left_alone(optimizer: Any) -> None:
    quicken(optimizer)
    assert "update_step" not in vars(optimizer)


def test_step_by_step_outside_of_a_graph_rates_are_those_of_the_step() -> None:
    optimizers = [keras.optimizers.Adam(0.1) for _ in range(2)]
    quicken(optimizers[0])
    variables = [keras.Variable(np.ones(3, "float32")) for _ in optimizers]
    for _ in range(3):
        for optimizer, variable in zip(optimizers, variables, strict=True):
            optimizer.apply_gradients([(tf.constant([0.1, -0.5, 2.0]), variable)])
    np.testing.assert_array_equal(*(variable.numpy() for variable in variables))
