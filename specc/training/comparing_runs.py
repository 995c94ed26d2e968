"""Whether two run directories came to the same, bit for bit: history, metrics, predictions, model, newest checkpoint.

Comes in: two directories. Goes out: a `Compared` for each file that the runs share. Why they differ is a question of
how they were made, which `reasons` answers from what both say of themselves.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import h5py
import numpy as np

from specc.runs import Run, RunFolder
from specc.training.checkpoints import checkpoint_files, newest_sound
from specc.transfer import Stored, open_weights

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Table: TypeAlias = Mapping[str, Sequence[str]]

OTHER_EACH_TIME = ("seconds",)
"""Columns of the history that no two runs share."""

OF_MACHINE = {"cpu": "the processor", "cpus": "the number of processors"}
"""Facts of the environment that decide how sums round, in words."""


class Compared(NamedTuple):
    """A file of both runs, and what in it is not the same, in words."""

    file: str
    differences: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The first difference, and how many more there are; empty if there is none."""
        more = len(self.differences) - 1
        return "".join(self.differences[:1]) + (f", and {more} more" if more > 0 else "")


def compare_runs(run: RunFolder, other: RunFolder, weights: Mapping[str, Sequence[str]]) -> list[Compared]:
    """Every file of `run` that another run of the same spec must have alike.

    `weights` are what the weights of each layer are called, for people. A run without checkpoints is not held to them.
    """
    found = [
        Compared(run.history.name, tuple(_in_tables(run.history, other.history, "epoch"))),
        Compared(run.metrics.name, tuple(_in_metrics(run.metrics, other.metrics))),
    ]
    if run.predictions.is_file() or other.predictions.is_file():
        found.append(Compared(run.predictions.name, tuple(_in_tables(run.predictions, other.predictions, "row"))))
    found.append(Compared(run.model.name, tuple(_in_models(run.model, other.model, weights))))
    if checkpoint_files(run.checkpoints):
        found.append(_in_checkpoints(run, other))
    return found


def names_of_weights(run: Run) -> dict[str, Sequence[str]]:
    """What the weights of each layer of a run are called."""
    return {layer.name: [weight.name for weight in layer.weights] for layer in run.model.layers}


def reasons(run: Run, other: Run) -> list[str]:
    """What is different about how two runs of one spec were made, as far as it decides how numbers round."""
    then, now = run.lock, other.lock
    found = [
        f"{name} was {then.versions[name]}, and is {version}"
        for name, version in now.versions.items()
        if then.versions.get(name, version) != version
    ]
    devices = [", ".join(str(each.get("name", "")) for each in lock.devices) for lock in (then, now)]
    told: dict[str, tuple[object, object]] = {
        "the strategy": (then.strategy, now.strategy),
        "the number of replicas": (then.replicas, now.replicas),
        "the device": (devices[0], devices[1]),
        **{words: (run.environment.get(name), other.environment.get(name)) for name, words in OF_MACHINE.items()},
        "the precision": (run.engine.precision, other.engine.precision),
        "the storage of samples": (run.engine.storage, other.engine.storage),
    }
    found += [f"{what} was {a}, and is {b}" for what, (a, b) in told.items() if a and b and a != b]
    if run.determinism.level == "seeded":
        found.append(f"the run is seeded only: {run.determinism.why}")
    own = {name: str(run.environment[name]) for name in then.versions if name in run.environment}
    if run.engine.resumed and any(then.versions[name] != version for name, version in own.items()):
        found.append("it was resumed with other versions than those that it had begun with")
    return found


def _in_tables(path: Path, other: Path, what: str) -> Iterator[str]:
    """Columns that differ, with the first `what` in which they do."""
    columns, others = _columns(path), _columns(other)
    if columns is None or others is None:
        yield from _missing(columns, others)
        return
    lengths = [len(next(iter(table.values()), ())) for table in (columns, others)]
    if lengths[0] != lengths[1]:
        yield f"{lengths[0]} {what}s, and {lengths[1]} now"
    for name in dict.fromkeys((*columns, *others)):
        cells, now = columns.get(name), others.get(name)
        if name in OTHER_EACH_TIME or cells == now:
            continue
        if cells is None or now is None:
            yield f"`{name}` is {'new' if cells is None else 'missing'}"
            continue
        pairs = list(zip(cells, now, strict=False))
        unequal = [place for place, (cell, again) in enumerate(pairs) if cell != again]
        if unequal:
            first = unequal[0]
            yield (
                f"`{name}` in {len(unequal)} of {len(pairs)} {what}s, first in {what} {first + 1}: "
                f"{pairs[first][0]}, and {pairs[first][1]} now"
            )


def _columns(path: Path) -> Table | None:
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file)) or [[]]
    return {name: [row[place] if place < len(row) else "" for row in rows] for place, name in enumerate(header)}


def _in_metrics(path: Path, other: Path) -> Iterator[str]:
    values, others = _values(path), _values(other)
    if values is None or others is None:
        yield from _missing(values, others)
        return
    for name in dict.fromkeys((*values, *others)):
        value, now = values.get(name), others.get(name)
        if value != now:
            yield f"`{name}` is {value}, and {now} now"


def _values(path: Path) -> dict[str, Any] | None:
    """Metrics by `split.name`; None if the file is missing or none of ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or not all(isinstance(each, dict) for each in content.values()):
        return None
    return {f"{split}.{name}": value for split, found in content.items() for name, value in found.items()}


def _in_models(path: Path, other: Path, weights: Mapping[str, Sequence[str]]) -> Iterator[str]:
    with ExitStack() as stack:
        opened = [stack.enter_context(open_weights(each)) for each in (path, other)]
        for content, findings in opened:
            if content is None:
                yield findings[0].message
                return
        first, second = (content for content, _ in opened if content is not None)
        names = dict(_named(first.root, weights))
        arrays, others = (stack.enter_context(h5py.File(each.hdf5, "r")) for each in (first, second))
        places, now = _places(arrays), _places(others)
        for place in dict.fromkeys((*places, *now)):
            name = names.get(place, place)
            if place not in places or place not in now:
                yield f"{name} is {'new' if place in now else 'missing'}"
            elif words := unequal(np.asarray(arrays[place][()]), np.asarray(others[place][()])):
                yield f"{name} {words}"


def _places(file: Any) -> list[str]:  # noqa: ANN401  h5py has no types
    """Where the arrays of a file are."""
    found: list[str] = []
    file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    return found


def _named(stored: Stored, weights: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """The places of a model's arrays with what they are called, `dense/kernel`, where that can be told."""
    own = dict(
        zip((f"vars/{number}" for number in range(len(stored.tensors))), weights.get(stored.name, ()), strict=False)
    )
    for key, tensor in stored.tensors.items():
        yield tensor.path, f"{stored.name or stored.key}/{tensor.name or own.get(key, key)}"
    for layer in stored.layers:
        yield from _named(layer, weights)


def _in_checkpoints(run: RunFolder, other: RunFolder) -> Compared:
    restored, findings = newest_sound(run.checkpoints)
    again, _ = newest_sound(other.checkpoints)
    file = f"{run.checkpoints.name}/{checkpoint_files(run.checkpoints)[0].name}"
    if findings or restored is None or again is None:
        return Compared(file, tuple(each.message for each in findings) or ("there is none now",))
    if restored.position != again.position:
        (epoch, step), (epoch_now, step_now) = restored.position, again.position
        return Compared(file, (f"after {epoch} epochs and {step} steps, and {epoch_now} and {step_now} now",))
    names, names_now = ([each["path"] for each in found.content["variables"]] for found in (restored, again))
    if names != names_now or len(restored.arrays) != len(again.arrays):
        return Compared(file, ("it is of other variables",))
    callbacks = [f"array {number + 1} of callbacks" for number in range(len(restored.arrays) - len(names))]
    pairs = zip([*names, *callbacks], restored.arrays, again.arrays, strict=True)
    return Compared(file, tuple(f"{name} {words}" for name, a, b in pairs if (words := unequal(a, b))))


def unequal(array: Array, other: Array) -> str:
    """How two arrays differ, `in 3 of 640 numbers, largest difference 1.2e-07`; empty if all their bits are equal."""
    if (array.dtype, array.shape) != (other.dtype, other.shape):
        return f"is {array.dtype} {array.shape}, and {other.dtype} {other.shape} now"
    bits, others = (np.ascontiguousarray(each).view("u1").reshape(-1, each.dtype.itemsize) for each in (array, other))
    many = int((bits != others).any(1).sum())
    if not many:
        return ""
    words = f"in {many:,} of {array.size:,} numbers"
    if array.dtype.kind not in "fiu":
        return words
    with np.errstate(invalid="ignore"):
        apart = np.abs(array.astype("float64") - other.astype("float64"))
    if not np.isfinite(apart).all():
        return f"{words}, not all of them finite"
    return f"{words}, largest difference {float(apart.max()):.2g}"


def _missing(here: object, there: object) -> Iterator[str]:
    if here is None:
        yield "it is missing, or cannot be read"
    elif there is None:
        yield "there is none now"
