"""The weights of a file -> a built `keras.Model`, layer by layer, as far as they fit.

The model first writes its own weights with Keras, into a temporary file. That gives its layers in the form in which a
file has them, to be matched by `specc.transfer`; the arrays that fit are copied over, and Keras reads the file back. So
nothing but arrays of known shapes comes from the foreign file, and each layer loads as Keras has it. Call before the
model is compiled.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import keras
import ml_dtypes
import numpy as np

from specc.diagnostics import Finding, Span, error, has_errors
from specc.graph.graph import Graph, WeightsFile
from specc.transfer import Match, Stored, Tensor, WeightsContent, match, open_weights
from specc.transfer.hdf5 import BFLOAT16, tree_of
from specc.transfer.matching import LOADED, Row
from specc.transfer.mismatches import mismatches, not_finite


class Loaded(NamedTuple):
    """What a model took from a file. `path` is as the spec writes it; `frozen` are the layers that are not trained."""

    path: str
    sha256: str
    match: Match
    frozen: tuple[str, ...]

    def as_record(self) -> dict[str, Any]:
        """What `run.json` keeps of it."""
        return {
            "path": self.path,
            "sha256": self.sha256,
            "matched_by": self.match.by,
            "within": self.match.within,
            "layers": [
                {"name": row.layer, "status": row.status, "parameters": row.parameters, "why": row.why}
                for row in self.match.rows
            ],
            "unused": list(self.match.unused),
            "frozen": list(self.frozen),
        }


def start_weights(model: keras.Model, graph: Graph) -> tuple[list[Loaded], list[Finding]]:
    """Let `model`, built from the located `graph`, and the models in it, start from the files that they name.

    Findings: nothing-to-train, and those of `load_weights`.
    """
    loaded, findings = _start(model, graph, "")
    frozen = any(each.frozen for each in loaded)
    if frozen and not model.trainable_weights and not has_errors(findings):
        message = "the model has nothing to learn with: the weights from the file are frozen, and there are no others"
        findings.append(error("nothing-to-train", message, _first_freeze(graph)))
    return loaded, findings


def _start(model: keras.Model, graph: Graph, prefix: str) -> tuple[list[Loaded], list[Finding]]:
    loaded: list[Loaded] = []
    findings: list[Finding] = []
    if graph.weights is not None:
        one, findings = load_weights(model, graph.weights, graph, prefix)
        loaded = [one] if one else []
    for node in graph.nodes:
        if node.model is not None and node.layer == node.name:
            more, faults = _start(model.get_layer(node.layer), node.model, f"{prefix}{node.layer}/")
            loaded += more
            findings += faults
    return loaded, findings


def _first_freeze(graph: Graph) -> Span:
    """Where freezing is asked for."""
    waiting = [graph]
    while not waiting[0].weights or not waiting[0].weights.freeze:
        waiting = [*waiting[1:], *(node.model for node in waiting[0].nodes if node.model is not None)]
    return waiting[0].weights.spans.get("freeze", waiting[0].weights.span)


def load_weights(
    model: keras.Model, weights: WeightsFile, graph: Graph, prefix: str = ""
) -> tuple[Loaded | None, list[Finding]]:
    """Put into `model`, built from `graph`, what fits of the located file `weights`; None if findings forbid it.

    For a model in a model, `prefix` is its name with a slash behind it, and `graph` its own. A model in this one that
    names a file of its own is left out. Findings: weights-mismatch, weights-not-finite, and those of `open_weights`.
    """
    apart = {node.layer for node in graph.nodes if node.model is not None and node.model.weights is not None}
    with open_weights(Path(weights.located), weights.span) as (content, faults):
        if content is None:
            return None, faults
        with _own(model, content) as (own, take):
            asking = own._replace(layers=tuple(layer for layer in own.layers if layer.name not in apart))
            found = match(asking, content.root, prefix)
            findings = mismatches(found, content.root, weights, graph, prefix)
            if has_errors(findings):
                return None, findings
            findings = [*findings, *not_finite(take(found), weights, graph, prefix)]
    frozen = _freeze(model, found, prefix) if weights.freeze else ()
    return Loaded(weights.path, content.sha256, found, frozen), findings


def fits(model: keras.Model, content: WeightsContent) -> Match:
    """What of a file's content `model` would take, without taking it."""
    with _own(model, content) as (own, _):
        return match(own, content.root)


@contextmanager
def _own(model: keras.Model, content: WeightsContent) -> Iterator[tuple[Stored, Callable[[Match], list[Row]]]]:
    """The layers of `model` in the form of the file, and what puts into them the arrays that a match names.

    That gives the layers some of whose numbers are infinite or NaN.
    """
    if content.legacy:
        yield _in_old_order(model), lambda found: _assign(model, found, content)
        return
    with tempfile.TemporaryDirectory(prefix="specc-") as folder:
        path = Path(folder) / "own.weights.h5"
        model.save_weights(path)

        def take(found: Match) -> list[Row]:
            odd = _copy(found, content, path)
            model.load_weights(path)
            return odd

        yield _in_order(tree_of(str(path)).root, model), take


def _in_order(stored: Stored, model: keras.Model) -> Stored:
    """The layers of `stored` in the order of the model, where HDF5 has them by the alphabet."""
    by_name = {layer.name: (number, layer) for number, layer in enumerate(model.layers)}
    known = sorted((layer for layer in stored.layers if layer.name in by_name), key=lambda each: by_name[each.name][0])
    return stored._replace(
        layers=tuple(_in_order(each, by_name[each.name][1]) if each.layers else each for each in known)
    )


def _in_old_order(model: keras.Model) -> Stored:
    """The model as old files have it: of each layer the trainable weights, then the others."""
    return Stored("", "", {}, tuple(_numbered(layer) for layer in model.layers))


def _numbered(layer: Any) -> Stored:  # noqa: ANN401  a Keras layer
    tensors = {
        str(number): Tensor("", tuple(map(int, variable.shape)), str(variable.dtype), variable.name)
        for number, variable in enumerate(_old_weights(layer))
    }
    return Stored(layer.name, layer.name, tensors)


def _old_weights(layer: Any) -> list[Any]:  # noqa: ANN401  a Keras layer
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _copy(found: Match, content: WeightsContent, own: Path) -> list[Row]:
    odd: dict[str, Row] = {}
    with h5py.File(content.hdf5, "r") as source, h5py.File(own, "r+") as target:
        for row in found.having(LOADED):
            for theirs, ours in row.pairs:
                numbers = _numbers(source, theirs, ours)
                target[ours.path][...] = numbers
                if not _is_finite(numbers):
                    odd[row.layer] = row
    return list(odd.values())


def _assign(model: keras.Model, found: Match, content: WeightsContent) -> list[Row]:
    odd: dict[str, Row] = {}
    with h5py.File(content.hdf5, "r") as source:
        for row in found.having(LOADED):
            variables = _old_weights(model.get_layer(row.source))
            for variable, (theirs, ours) in zip(variables, row.pairs, strict=True):
                numbers = _numbers(source, theirs, ours)
                variable.assign(numbers)
                if not _is_finite(numbers):
                    odd[row.layer] = row
    return list(odd.values())


def _is_finite(numbers: np.ndarray[Any, Any]) -> bool:
    """Whether there is no infinity and no NaN; whole numbers have neither."""
    return numbers.dtype.kind in "iub" or bool(np.isfinite(numbers).all())


def _numbers(source: h5py.File, theirs: Tensor, ours: Tensor) -> np.ndarray[Any, Any]:
    """The array as the model keeps it. What HDF5 has no type for stands there as two opaque bytes."""
    array = np.empty(theirs.shape, "V2" if theirs.dtype == BFLOAT16 else theirs.dtype)
    if array.size:
        source[theirs.path].read_direct(array)
    numbers = array.view(ml_dtypes.bfloat16) if theirs.dtype == BFLOAT16 else array
    return numbers.astype(ml_dtypes.bfloat16 if ours.dtype == BFLOAT16 else ours.dtype)


def _layer(model: keras.Model, row: Row, prefix: str) -> Any:  # noqa: ANN401  a Keras layer
    layer = model
    for name in row.layer.removeprefix(prefix).split("/"):
        layer = layer.get_layer(name)
    return layer


def _freeze(model: keras.Model, found: Match, prefix: str) -> tuple[str, ...]:
    rows = found.having(LOADED)
    for row in rows:
        _layer(model, row, prefix).trainable = False
    return tuple(row.layer for row in rows)
