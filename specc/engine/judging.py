"""Evaluation and prediction, compiled as training is: one graph for all splits whose samples are alike."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from specc.data.order import in_turn
from specc.engine.array_files import Array
from specc.engine.feeding import Feed, Placed
from specc.engine.listening import as_logs
from specc.engine.loops import predict_loop, test_loop
from specc.engine.samples import Samples

JUDGED_AT_ONCE = 64
"""Steps of evaluation or prediction in one call; between two of them signals are heard."""


class Judge:
    """Judges a compiled `model` on splits of its data. What lies on the devices, and the graphs, are made once."""

    def __init__(self, model: keras.Model) -> None:
        self.placed = Placed(model.distribute_strategy)
        self.model = model
        self._loops: dict[object, Any] = {}

    def evaluate(
        self,
        samples: Samples,
        batch_size: int,
        callbacks: keras.callbacks.CallbackList | None = None,
        beat: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:
        """Loss and metrics over `samples`, by Keras' log names.

        `callbacks` hear of it as in Keras' `evaluate`; `beat` is called now and then.
        """
        callbacks = callbacks or keras.callbacks.CallbackList(model=self.model)
        feed = self.placed.feed(samples, batch_size)
        steps = -(-len(samples) // batch_size)
        callbacks.on_test_begin()
        callbacks.on_test_batch_begin(0)
        loop, source = self._loop(test_loop, feed, batch_size), feed.source(_in_turn(samples), 0)
        for first in range(0, steps, JUDGED_AT_ONCE):
            results = loop(source, first, min(first + JUDGED_AT_ONCE, steps), anew=first == 0)
            beat()
        logs = as_logs(results)
        callbacks.on_test_batch_end(steps - 1, logs)
        callbacks.on_test_end(logs)
        return logs

    def predict(self, samples: Samples, batch_size: int) -> list[Array]:
        """The outputs over `samples`, one array for each output in the model's order."""
        feed = self.placed.local_feed(samples, batch_size)
        steps = -(-len(samples) // batch_size)
        loop, source = self._loop(predict_loop, feed, batch_size), feed.source(_in_turn(samples), 0)
        pieces = [
            [np.asarray(output) for output in loop(source, first, min(first + JUDGED_AT_ONCE, steps))]
            for first in range(0, steps, JUDGED_AT_ONCE)
        ]
        return [np.concatenate(outputs) for outputs in zip(*pieces, strict=True)]

    def _loop(self, make: Callable[[keras.Model, Feed], Any], feed: Feed, batch_size: int) -> Any:  # noqa: ANN401
        """The compiled loop for feeds like this one."""
        key = (make, batch_size, repr(feed.signature) if feed.signature else id(feed))
        if key not in self._loops:
            self._loops[key] = make(self.model, feed)
        return self._loops[key]


def _in_turn(samples: Samples) -> Array:
    return samples.at(in_turn(len(samples)))
