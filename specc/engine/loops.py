"""The compiled loops: many steps in one call of one graph, each `strategy.run` on every replica.

Comes in: a model, where its batches come from, and which steps to make. State (weights, optimizer, metrics, seeds) is
the model's own and is changed in place; how many steps a call makes changes nothing about it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import keras
import tensorflow as tf

from specc.engine.feeding import Feed, Part
from specc.engine.gradients import Watch
from specc.engine.steps import test_step, train_step

Tensor: TypeAlias = Any
Results: TypeAlias = Mapping[str, Tensor]
"""Loss and metrics as they stand, by Keras' log names."""

COUNT, FLAG = tf.TensorSpec((), tf.int32), tf.TensorSpec((), tf.bool)


class Loop:
    """Makes steps in one call of `run`, a graph.

    All that an epoch needs beside them is in it too, since a call from Python takes as long as several small steps.
    """

    def __init__(self, run: Callable[..., Results]) -> None:
        self._run = run

    def __call__(self, source: Any, first: int, stop: int, *, anew: bool = False) -> Results:  # noqa: ANN401
        """Make the steps from `first` up to `stop` with the batches of a feed's `source`.

        `anew` sets back loss and metrics before; they are given as they stand afterwards.
        """
        return self._run(source, tf.constant(first), tf.constant(stop), tf.constant(anew))


def train_loop(model: keras.Model, feed: Feed, watch: Watch | None = None, *, xla: bool = False) -> Loop:
    """The loop that trains."""
    return _loop(model, feed, lambda part: train_step(model, part, watch), xla=xla)


def test_loop(model: keras.Model, feed: Feed) -> Loop:
    """The loop that evaluates."""
    return _loop(model, feed, lambda part: test_step(model, part), xla=False)


def _loop(model: keras.Model, feed: Feed, step: Callable[[Part], None], *, xla: bool) -> Loop:
    strategy = model.distribute_strategy

    def replica(*fetched: Tensor) -> None:
        step(feed.part(*fetched))

    def reset() -> Tensor:
        model.reset_metrics()
        return tf.constant(0)

    def run(source: Any, first: Tensor, stop: Tensor, anew: Tensor) -> Results:  # noqa: ANN401  what the feed gives
        def body(at: Tensor) -> tuple[Tensor]:
            strategy.run(replica, args=feed.fetch(source, at))
            return (at + 1,)

        tf.cond(anew, reset, lambda: tf.constant(0))
        tf.while_loop(lambda at: at < stop, body, (first,), parallel_iterations=1)
        results: Results = model.get_metrics_result()
        return results

    return Loop(_compiled(run, feed, COUNT, COUNT, FLAG, xla=xla))


def predict_loop(model: keras.Model, feed: Feed) -> Callable[[Any, int, int], list[Tensor]]:
    """The loop that predicts; gives the outputs of the steps, one tensor for each of the model's.

    Runs in one place, whatever the number of replicas: their weights are the same.
    """

    def run(source: Any, first: Tensor, stop: Tensor) -> list[Tensor]:  # noqa: ANN401
        names = list(model.output) if len(model.outputs) > 1 else None
        stores = [
            tf.TensorArray(output.dtype, size=stop - first, infer_shape=False, element_shape=(None, *output.shape[1:]))
            for output in ([model.output[name] for name in names] if names else model.outputs)
        ]

        def body(at: Tensor, stores: Sequence[tf.TensorArray]) -> tuple[Tensor, list[tf.TensorArray]]:
            given = model(feed.part(*feed.fetch(source, at)).inputs, training=False)
            found = [given[name] for name in names] if names else [given]
            return at + 1, [store.write(at - first, value) for store, value in zip(stores, found, strict=True)]

        _, stores = tf.while_loop(lambda at, _: at < stop, body, (first, stores), parallel_iterations=1)
        return [store.concat() for store in stores]

    run = _compiled(run, feed, COUNT, COUNT, xla=False)
    return lambda source, first, stop: run(source, tf.constant(first), tf.constant(stop))


def _compiled(run: Callable[..., Any], feed: Feed, *others: tf.TensorSpec, xla: bool) -> Any:  # noqa: ANN401
    """The graph of a loop. Where the feed can say what it gives, it is made now, for splits of all lengths.

    TensorFlow then need not look at each call's arguments, which takes as long as calling.
    """
    function = tf.function(run, jit_compile=xla, autograph=False)
    return function if feed.signature is None else function.get_concrete_function(feed.signature, *others)
