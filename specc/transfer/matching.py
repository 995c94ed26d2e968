"""A model's layers and a file's -> which of them go together, and which do not fit.

Layers go by name; where a file tells no names, by the groups in which Keras keeps them, so in the order of each class.
The file may hold the model inside another one, as a saved run does: of its models the one is taken that has most of the
layers. A layer is taken whole or not at all. No values are read here.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from specc.transfer.stored import Stored, Tensor

LOADED, DIFFERS, MISSING = "loaded", "differs", "missing"

# Keras 3 calls some weights otherwise than Keras 2 did.
_RENAMED = {"depthwise_kernel": "kernel"}


class Row(NamedTuple):
    """What becomes of one layer of the model that has weights.

    `layer` is its name, behind those of the models that it is in (`encoder/dense`). `status` is `loaded`, `differs` or
    `missing`, and `why` says what differs. `source` is what the file calls it. `pairs` are the tensors that go
    together: the file's and the model's.
    """

    layer: str
    status: str
    parameters: int
    why: str = ""
    source: str = ""
    pairs: tuple[tuple[Tensor, Tensor], ...] = ()


class Match(NamedTuple):
    """All layers of a model that have weights, in its order, and the file's layers that none of them takes.

    `by` is `name` or `position`; `within` names the model in the file that was taken, where it is not the outermost.
    """

    rows: tuple[Row, ...]
    unused: tuple[str, ...]
    by: str
    within: str = ""

    def having(self, status: str) -> tuple[Row, ...]:
        """The rows of this status."""
        return tuple(row for row in self.rows if row.status == status)


def match(model: Stored, file: Stored, prefix: str = "") -> Match:
    """The layers of `model` against those of `file`; `prefix` stands before the names in the result."""
    by_name = any(found.named for found in file.models())
    candidates = [found for found in file.models() if found.layers] or [file]
    best = max(candidates, key=lambda found: len(_shared(model, found, by_name=by_name)))  # the first of equals
    rows = tuple(_rows(model, best, (prefix, ""), by_name=by_name))
    taken = {row.source for row in rows}
    unused = tuple(name for name in _leaves(best, "", by_name=by_name) if name not in taken)
    within = "" if best is candidates[0] else best.name or best.key
    return Match(rows, unused, "name" if by_name else "position", within)


def _called(layer: Stored, *, by_name: bool) -> str:
    return layer.name or layer.key if by_name else layer.key


def _shared(model: Stored, found: Stored, *, by_name: bool) -> set[str]:
    """The names of the layers with weights that both have."""
    own, other = (
        {_called(layer, by_name=by_name) for layer in part.layers if layer.parameters} for part in (model, found)
    )
    return own & other


def _rows(model: Stored, file: Stored, prefixes: tuple[str, str], *, by_name: bool) -> Iterator[Row]:
    """`prefixes` stand before the names of the model's layers and before those of the file's."""
    others = {_called(layer, by_name=by_name): layer for layer in file.layers}
    for layer in model.layers:
        other = others.get(_called(layer, by_name=by_name))
        name = f"{prefixes[0]}{layer.name or layer.key}"
        source = f"{prefixes[1]}{_called(other, by_name=by_name)}" if other else ""
        if layer.layers and (other is None or other.layers):
            yield from _rows(layer, other or Stored("", "", {}), (f"{name}/", f"{source}/"), by_name=by_name)
        elif layer.shapes:
            yield _row(name, layer, source, other)


def _leaves(file: Stored, prefix: str, *, by_name: bool) -> Iterator[str]:
    for layer in file.layers:
        name = f"{prefix}{_called(layer, by_name=by_name)}"
        if layer.layers:
            yield from _leaves(layer, f"{name}/", by_name=by_name)
        elif layer.tensors:
            yield name


def _row(name: str, layer: Stored, source: str, other: Stored | None) -> Row:
    if other is None:
        return Row(name, MISSING, layer.parameters)
    why = _difference(layer, other)
    pairs = () if why else tuple((other.tensors[key], own) for key, own in layer.tensors.items())
    return Row(name, DIFFERS if why else LOADED, layer.parameters, why, source, pairs)


def _difference(layer: Stored, other: Stored) -> str:
    """What keeps a layer from taking the file's tensors; empty if nothing does."""
    if layer.layers or other.layers:
        return "one of the two is a model and the other is not"
    if layer.tensors.keys() != other.tensors.keys() or _sides(layer.tensors, other.tensors):
        ours, theirs = (", ".join(map(str, part.shapes)) or "none" for part in (layer, other))
        return f"{ours} here, {theirs} in the file"
    for key, own in layer.tensors.items():
        tensor = other.tensors[key]
        if _kind(own.dtype) != _kind(tensor.dtype):
            return f"{own.dtype} here, {tensor.dtype} in the file"
        if own.name and tensor.name and _last(own.name) != _last(tensor.name):
            return f"`{_last(own.name)}` here stands where `{_last(tensor.name)}` is in the file"
    return ""


def _sides(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> bool:
    """Whether a shape differs."""
    return any(own.shape != theirs[key].shape for key, own in ours.items())


def _kind(dtype: str) -> str:
    """Dtypes of one kind are converted into each other."""
    return dtype.rstrip("0123456789").removeprefix("b" if dtype == "bfloat16" else "").removeprefix("u")


def _last(name: str) -> str:
    """A weight's own name: `conv/depthwise_kernel:0` is a `kernel`."""
    last = name.rpartition("/")[2].partition(":")[0]
    return _RENAMED.get(last, last)
