"""How samples reach the compiled loop: `Resident` ones lie on the devices, `Streamed` ones come from files.

Comes in: `Samples` and the rows that an epoch visits, in its order. Goes out, inside the graph: the batch of a step, of
which each replica takes its part by index, so that the order does not depend on how many replicas there are. Does not
know what is done with a batch.
"""

import math
import weakref
from collections.abc import Sequence
from copy import copy
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import tensorflow as tf

from specc.data.stored import release_memory
from specc.engine.array_files import Array, FileArray, take
from specc.engine.samples import Samples
from specc.keras_target.build import one_or_all

Tensor: TypeAlias = Any
Fetched: TypeAlias = tuple[Tensor, ...]

WINDOW = 16 * 2**20
"""Bytes of streamed samples that are fetched at a time and then cut into batches: few calls into Python, few passes
through a file."""


class Part(NamedTuple):
    """What a replica has of a batch.

    `inputs` and `targets` are tensors or dicts of them by name, as the model takes them, `weights` (n,) or None. `size`
    is n, `share` what the mean over these n counts in the mean over the whole batch, times the number of replicas.
    `counts` is false where another replica has the same samples and counts them. All three are None for one replica,
    which has everything.
    """

    inputs: Any
    targets: Any
    weights: Tensor | None
    size: Tensor | None = None
    share: Tensor | None = None
    counts: Tensor | None = None


class Feed(Protocol):
    """Where the batches of a loop come from."""

    @property
    def signature(self) -> Any:  # noqa: ANN401  specs of what `source` gives
        """What every `source` is like, with any number of rows; None if that cannot be said."""

    def source(self, rows: Array, first: int) -> Any:  # noqa: ANN401  what the loop is called with
        """What the loop reads when it visits `rows`, (n,) integers, beginning with the step `first`."""

    def fetch(self, source: Any, step: Tensor) -> Fetched:  # noqa: ANN401  what `source` gave
        """In the graph, for all replicas: what `part` is called with for a step."""

    def part(self, *fetched: Tensor) -> Part:
        """In the graph, for one replica: its part of the batch."""


class _OnePlace:
    """Stands for a strategy where there is no other replica."""

    num_replicas_in_sync = 1


_ONE_PLACE = _OnePlace()


class Placed:
    """Samples on the devices of `strategy`: what is asked for again is not placed again."""

    def __init__(self, strategy: Any) -> None:  # noqa: ANN401  a tf.distribute.Strategy
        self._strategy = strategy
        self._tensors: dict[int, tuple[Array, Tensor]] = {}
        self._feeds: dict[tuple[int, ...], Feed] = {}

    def feed(self, samples: Samples, batch_size: int) -> Feed:
        """The samples for loops under the strategy."""
        return self._feed(samples, batch_size, self._strategy)

    def local_feed(self, samples: Samples, batch_size: int) -> Feed:
        """The samples for loops in one place, whatever scope that is called in."""
        return self._feed(samples, batch_size, _ONE_PLACE)

    def _feed(self, samples: Samples, batch_size: int, strategy: Any) -> Feed:  # noqa: ANN401  as above
        key = (id(strategy), batch_size, *(id(array) for array in samples.arrays))
        if key not in self._feeds:
            if samples.streamed:
                self._feeds[key] = Streamed(samples, batch_size, strategy)
            else:
                tensors = [self._placed(np.asarray(array), strategy) for array in samples.arrays]
                self._feeds[key] = Resident(samples, tensors, batch_size, strategy)
        return self._feeds[key]

    def _placed(self, array: Array, strategy: Any) -> Tensor:  # noqa: ANN401  as above
        """The tensor of an array, on each replica's device."""
        key = id(array) ^ id(strategy)
        if key not in self._tensors:  # the array is kept with it, so that no other one gets its id
            self._tensors[key] = array, _place(array, strategy)
        return self._tensors[key][1]


def _place(array: Array, strategy: Any) -> Tensor:  # noqa: ANN401  as above
    if strategy.num_replicas_in_sync == 1:
        return tf.constant(array)
    return strategy.experimental_distribute_values_from_function(lambda _: tf.constant(array))


class Resident:
    """Samples that lie on each replica's device as `tensors`, one for each of `Samples.arrays`."""

    def __init__(self, samples: Samples, tensors: Sequence[Tensor], batch_size: int, strategy: Any) -> None:  # noqa: ANN401
        self._arrange = Arrange(samples)
        self._tensors, self._batch_size = tuple(tensors), batch_size
        self._replicas = strategy.num_replicas_in_sync
        self._whole = False

    def full_batches(self) -> "Resident":
        """The same samples in batches that are all full, of a size that the compiler knows, as XLA wants it."""
        twin = copy(self)
        twin._whole = True  # noqa: SLF001  its own
        return twin

    @property
    def signature(self) -> Any:  # noqa: ANN401  as `Feed`
        """Specs of the tensors and of the rows; values of several replicas have none."""
        if self._replicas > 1:
            return None
        tensors = tuple(tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for tensor in self._tensors)
        return tensors, tf.TensorSpec((None,), tf.int32)

    def source(self, rows: Array, first: int) -> Any:  # noqa: ANN401, ARG002  as `Feed`
        """The samples and the rows in their order; steps are counted in those."""
        return (self._tensors, tf.constant(rows.astype("int32")))

    def fetch(self, source: Any, step: Tensor) -> Fetched:  # noqa: ANN401  as `Feed`
        """The samples, and which of the rows are the step's."""
        tensors, rows = source
        begin = step * self._batch_size
        end = begin + self._batch_size if self._whole else tf.minimum(begin + self._batch_size, tf.shape(rows)[0])
        return (*tensors, rows, begin, end)

    def part(self, *fetched: Tensor) -> Part:
        """The samples of this replica's rows."""
        *tensors, rows, begin, end = fetched
        if self._whole:
            here = tf.slice(rows, [begin], [self._batch_size])
            return self._arrange([tf.gather(tensor, here) for tensor in tensors])
        own = _Own(begin, end, self._replicas)
        here = rows[own.begin : own.end]
        return own.of(self._arrange([tf.gather(tensor, here) for tensor in tensors]))


class Streamed:
    """Samples that are read from files, or gathered from memory, window by window, by a `tf.data` pipeline."""

    def __init__(self, samples: Samples, batch_size: int, strategy: Any) -> None:  # noqa: ANN401
        self.signature = None  # an iterator is what it is
        self._samples, self._batch_size = samples, batch_size
        self._replicas = strategy.num_replicas_in_sync
        self._arrange = Arrange(samples)

    def source(self, rows: Array, first: int) -> Any:  # noqa: ANN401  as `Feed`
        """An iterator over the batches from the step `first` on."""
        release_memory()  # of the pass before
        size = _window_size(self._samples, self._batch_size)
        fetch = _Fetch(self._samples, rows, size)
        starts = tf.data.Dataset.range(first * self._batch_size, len(rows), size)
        fetched = starts.map(fetch, num_parallel_calls=1).prefetch(1)  # while the one before is used
        found = iter(fetched.flat_map(_Cut(self._batch_size)).prefetch(2))
        weakref.finalize(found, fetch.release)
        return found

    def fetch(self, source: Any, step: Tensor) -> Fetched:  # noqa: ANN401, ARG002  as `Feed`
        """The next batch."""
        batch = next(source)
        return batch if isinstance(batch, tuple) else (batch,)

    def part(self, *fetched: Tensor) -> Part:
        """The samples of the batch that are this replica's."""
        own = _Own(tf.constant(0), tf.shape(fetched[0])[0], self._replicas)
        return own.of(self._arrange([tensor[own.begin : own.end] for tensor in fetched]))


class _Own:
    """Which samples of a batch, from `begin` to `end`, are this replica's: as many for each, the first ones one more.

    A batch that has fewer samples than there are replicas is taken whole by each of them, as no model can be asked to
    compute nothing; the first one counts it.
    """

    def __init__(self, begin: Tensor, end: Tensor, replicas: int) -> None:
        self.begin, self.end, self._replicas = begin, end, replicas
        if replicas == 1:
            return
        samples = end - begin
        replica = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, samples.dtype)
        each, left = samples // replicas, samples % replicas
        few = samples < replicas
        size = each + tf.cast(replica < left, samples.dtype)
        self.begin = tf.where(few, begin, begin + replica * each + tf.minimum(replica, left))
        self.end = tf.where(few, end, self.begin + size)
        self._samples, self._few, self._counts = samples, few, tf.logical_or(~few, replica == 0)

    def of(self, part: Part) -> Part:
        """The part with what it counts."""
        if self._replicas == 1:
            return part
        size = self.end - self.begin
        share = tf.cast(size * self._replicas, tf.float32) / tf.cast(self._samples, tf.float32)
        return part._replace(size=size, share=tf.where(self._few, 1.0, share), counts=self._counts)


class Arrange:
    """The tensors of `Samples.arrays` -> inputs, targets and weights: a tensor where there is one, a dict otherwise."""

    def __init__(self, samples: Samples) -> None:
        self._inputs, self._targets, self._dtypes = tuple(samples.inputs), tuple(samples.targets), samples.dtypes

    def __call__(self, tensors: list[Tensor]) -> Part:
        """All of them as one part."""
        inputs = dict(zip(self._inputs, tensors, strict=False))
        inputs = {name: tf.cast(tensor, self._dtypes.get(name, tensor.dtype)) for name, tensor in inputs.items()}
        rest = tensors[len(inputs) :]
        targets = dict(zip(self._targets, rest, strict=False))
        weights = rest[len(targets)] if len(rest) > len(targets) else None
        return Part(one_or_all(inputs), one_or_all(targets), weights)


def part_of(samples: Samples, rows: Array) -> Part:
    """The samples at `rows`, (n,) integers, as one part, outside of any loop."""
    return Arrange(samples)([tf.constant(take(array, rows)) for array in samples.arrays])


def _window_size(samples: Samples, batch_size: int) -> int:
    """How many samples are fetched at a time: whole batches, so that windows change nothing about them."""
    row_bytes = sum(array.dtype.itemsize * math.prod(array.shape[1:]) for array in samples.arrays)
    return max(1, WINDOW // max(1, row_bytes * batch_size)) * batch_size


class _Fetch:
    """Where a window of `size` of the rows begins -> the samples there, one tensor for each of `Samples.arrays`.

    TensorFlow keeps every Python function that a pipeline calls for as long as the process lives; what this one holds
    is released when the pipeline goes. A class, as those below, since AutoGraph cannot read a lambda's source
    everywhere.
    """

    def __init__(self, samples: Samples, rows: Array, size: int) -> None:
        self._given: tuple[Array, Sequence[Array | FileArray]] = (rows, samples.arrays)
        self._none = [np.empty((0, *array.shape[1:]), array.dtype) for array in samples.arrays]
        self._size = size

    def __call__(self, start: Tensor) -> tuple[Tensor, ...]:
        tensors = tf.numpy_function(self._take, [start], [array.dtype for array in self._none])
        for tensor, array in zip(tensors, self._none, strict=True):
            tensor.set_shape((None, *array.shape[1:]))
        return tuple(tensors)

    def release(self) -> None:
        """Nobody reads any more: a window that is being fetched ahead finds no rows."""
        self._given = (np.empty(0, "int64"), self._none)

    def _take(self, start: Array) -> list[Array]:
        rows, arrays = self._given
        here = rows[int(start) :][: self._size]
        return [take(array, here) for array in arrays]


class _Cut:
    """Cuts the tensors of a window into batches."""

    def __init__(self, batch_size: int) -> None:
        self._batch_size = batch_size

    def __call__(self, *window: Tensor) -> tf.data.Dataset:
        samples = tf.shape(window[0], tf.int64)[0]
        starts = tf.data.Dataset.range(0, samples, self._batch_size)
        return starts.map(_Slice(window, self._batch_size))


class _Slice:
    def __init__(self, window: tuple[Tensor, ...], batch_size: int) -> None:
        self._window, self._batch_size = window, batch_size

    def __call__(self, start: Tensor) -> Any:  # noqa: ANN401  a tensor of rows, or a tuple of arrays' tensors
        cut = tuple(tensor[start : start + self._batch_size] for tensor in self._window)
        return cut if len(cut) > 1 else cut[0]
