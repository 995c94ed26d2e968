"""Data -> `Samples` of each split, as the model takes them.

Raw columns go through the fitted preprocessing, the very Keras model that later stands in front of the saved one, so
what is trained on and what is served are the same numbers. Statistics are fitted on the training split alone. Rows
are prepared a piece at a time; where the pieces go is `specc.training.storing`'s business.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from specc.data import DataFacts
from specc.data.handing_over import load_or_take
from specc.data.layout import Affine, Preprocessing
from specc.data.loading import Columns, encode_targets, fingerprint
from specc.data.preprocessing import feed, fit, fit_targets
from specc.data.reading.scan import ReadingError
from specc.data.sources.row_rules import LeftOut
from specc.data.splitting import Indices, Split
from specc.data.stored import release_memory
from specc.diagnostics import Finding, error, has_errors
from specc.engine.array_files import Array
from specc.engine.samples import Samples
from specc.keras_target.preprocessing import prepare as apply_preprocessing
from specc.keras_target.preprocessing import preprocessing_model
from specc.plan import Plan
from specc.plan.document import as_document
from specc.training.cache import Place, key_of
from specc.training.display import Show
from specc.training.record import versions
from specc.training.storing import Arrays, Keeping, Making, StoreFailedError, kept, make
from specc.training.weighing import weigh

_SPLITS = ("train", "validation", "test")
_INPUTS, _TARGETS, _WEIGHTS, _VISITS = "inputs", "targets", "weights", "visits"


@dataclass(frozen=True, slots=True)
class Prepared:
    """The splits as samples; an empty split is None. `rows` are the rows of each.

    `scalings` are the scales of the outputs that are learnt on another than their target's, by output name. `left_out`
    are the rows of the source that are in no split, and `in_source` gives rows their numbers there.
    """

    facts: DataFacts
    fingerprint: str
    preprocessing: keras.Model | None
    train: Samples
    validation: Samples | None
    test: Samples | None
    rows: Split
    scalings: Mapping[str, Affine]
    left_out: tuple[LeftOut, ...] = ()
    in_source: Callable[[Indices], Indices] = lambda rows: rows

    def splits(self) -> dict[str, Samples]:
        """The splits that have rows, by name, in the order of reading; neither weighted nor balanced."""
        plain = replace(self.train, weights=None, rows=None)
        named = {"train": plain, "validation": self.validation, "test": self.test}
        return {name: samples for name, samples in named.items() if samples}

    def numbers_of_training(self, samples: Indices) -> Indices:
        """The rows in the source that training samples are made of."""
        return self.in_source(self.rows.train[samples])

    @property
    def storage(self) -> str:
        """`resident` in memory, or `streamed` from files."""
        return "streamed" if self.train.streamed else "resident"


def prepare(
    plan: Plan,
    root: Path,
    folder: Path,
    keeping: Keeping = Keeping(),  # noqa: B008  immutable
    show: Show | None = None,
) -> tuple[Prepared | None, list[Finding]]:
    """Load, split, fit and prepare. `folder` is the spec's own; `root` is where its files must lie.

    `show` is where progress is displayed, if it takes long.
    """
    began = time.monotonic()
    columns, findings = load_or_take(plan.data, root, folder, plan.runtime.seed)
    if columns is None:
        return None, findings
    release_memory()
    try:
        prepared, faults = _prepare(plan, columns, keeping, began, show)
    except ReadingError as fault:  # images are read when they are needed
        return None, [*findings, *fault.findings]
    return prepared, findings + faults


def _prepare(
    plan: Plan, columns: Columns, keeping: Keeping, began: float, show: Show | None
) -> tuple[Prepared | None, list[Finding]]:
    rows = columns.split
    if not len(rows.train):
        return None, [error("split-empty", "no rows are left to train on", plan.data.span)]
    fitted = fit(columns, rows.train)
    model = preprocessing_model(fitted)
    by_target = fit_targets(columns, rows.train)
    scalings = {name: by_target[target.name] for name, target in plan.targets.items() if target.name in by_target}
    weighed, findings = weigh(columns, rows, plan)
    if has_errors(findings):
        return None, findings
    print_ = fingerprint(columns)
    about = {_VISITS: weighed.visits, _WEIGHTS: weighed.weights}
    more: dict[Place, Array] = {("train", name): array for name, array in about.items() if array is not None}
    key = _key(plan, fingerprint=print_, fitted=_digest(fitted, rows, more.values()))
    found = kept(key, keeping)
    if found is not None:
        return _prepared(plan, columns, print_, model, found, scalings), findings
    release_memory()
    pieces = _Pieces(columns, plan, fitted, model, rows)
    counts = {name: len(getattr(rows, name)) for name in _SPLITS if len(getattr(rows, name))}
    try:
        arrays = make(Making(counts, pieces, more, began), key, keeping, show)
    except StoreFailedError as fault:
        help_ = "make room there, or name another folder in the environment variable `SPECC_CACHE`"
        return None, [*findings, error("cannot-store-samples", str(fault), plan.data.span, help=help_)]
    release_memory()
    return _prepared(plan, columns, print_, model, arrays, scalings), findings


class _Pieces:
    """Any rows of a split, prepared: inputs and targets by name."""

    def __init__(
        self, columns: Columns, plan: Plan, fitted: Preprocessing, model: keras.Model | None, rows: Split
    ) -> None:
        self._columns, self._plan, self._fitted, self._model, self._rows = columns, plan, fitted, model, rows

    def __call__(self, name: str, start: int, stop: int) -> dict[Place, Array]:
        rows = getattr(self._rows, name)[start:stop]
        inputs = apply_preprocessing(self._model, self._fitted, feed(self._columns, rows, self._fitted))
        arrays: dict[Place, Array] = {
            (_INPUTS, each.name): inputs[each.name].astype(each.stored_dtype, copy=False)
            for each in self._fitted.inputs
        }
        return arrays | {(_TARGETS, key): array for key, array in self._targets(rows).items()}

    def _targets(self, rows: Array) -> dict[str, Array]:
        """By output name: class indices or numbers, (n, 1), and vectors (n, …, classes) where the loss takes those."""
        encoded = encode_targets(self._columns, rows)
        targets = {}
        for output, target in self._plan.targets.items():
            array = encoded[target.name]
            if output in self._plan.one_hot:
                indices = array[:, 0] if array.ndim == 2 else array  # (n, 1), or those of a mask (n, h, w)
                array = np.eye(target.classes or 0, dtype="float32")[indices]
            targets[output] = array
        return targets


def _prepared(  # noqa: PLR0913, PLR0917  the parts of what is prepared
    plan: Plan,
    columns: Columns,
    fingerprint_: str,
    model: keras.Model | None,
    arrays: Arrays,
    scalings: Mapping[str, Affine],
) -> Prepared:
    facts, rows = columns.facts, columns.split
    train, validation, test = (_samples(plan, facts, arrays, name) for name in _SPLITS)
    if train is None:
        raise ValueError("the training split has no arrays")
    return Prepared(
        facts, fingerprint_, model, train, validation, test, rows, scalings, columns.left_out, columns.in_source
    )


def _samples(plan: Plan, facts: DataFacts, arrays: Arrays, name: str) -> Samples | None:
    """The samples of one split. What is kept in bytes becomes the type that the model takes on its way there."""
    inputs = {key: arrays[name, _INPUTS, key] for key in facts.inputs if (name, _INPUTS, key) in arrays}
    if not inputs:
        return None
    targets = {key: arrays[name, _TARGETS, key] for key in plan.targets}
    visits = arrays.get((name, _VISITS))
    dtypes = {key: facts.inputs[key].dtype for key, array in inputs.items() if array.dtype == np.uint8}
    return Samples(
        inputs, targets, arrays.get((name, _WEIGHTS)), None if visits is None else np.asarray(visits), dtypes
    )


def _key(plan: Plan, **data: str) -> str:
    """What prepared samples depend on. `data` tells the rows and their values from others."""
    return key_of(
        {
            **data,
            "versions": versions(),
            "section": as_document(plan)["data"],
            "split": repr(plan.data.split),
            "seed": plan.runtime.seed,
            "inputs": [list(map(str, found)) for found in plan.facts.inputs.values()],
            "targets": {name: [target.name, name in plan.one_hot] for name, target in plan.targets.items()},
            "class_weight": repr(plan.class_weight),
        }
    )


def _digest(fitted: Preprocessing, rows: Split, more: Iterable[Array]) -> str:
    digest = hashlib.sha256(repr(fitted).encode(errors="surrogatepass"))
    for array in (rows.train, rows.validation, rows.test, *more):
        digest.update(len(array).to_bytes(8, "little"))
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
