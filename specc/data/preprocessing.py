"""Fits what prepares the columns, on the training rows alone; and gives the raw arrays that are to be prepared.

Comes in: raw columns and the rows that train. Goes out: `Preprocessing`, plain numbers. Applying it is the model's own
first part (`specc.keras_target.preprocessing`), so that training and a saved model prepare alike.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np

from specc.data.facts import BOOLEAN, NUMBER, TEXT, ColumnFacts, DataFacts
from specc.data.layout import (
    PERIODS,
    Affine,
    CategoryTable,
    DatePart,
    DateParts,
    HashedCategory,
    ImageForm,
    NumberScaling,
    PreparedInput,
    Preprocessing,
    Rest,
    SequenceForm,
    VectorScaling,
    WordTable,
    encoded,
    is_marked,
    known_values,
    others,
    vector_dtype,
    with_most_frequent,
)
from specc.data.moments import part_of
from specc.data.options import DROP, MOST_FREQUENT
from specc.data.words import count_words, vocabulary

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

ROWS_AT_ONCE = 8192
"""Texts that are held at a time."""


class RawColumns(Protocol):
    """What is asked of the columns, as `specc.data.loading.Columns` has it. `rows` are row numbers, None for all."""

    @property
    def facts(self) -> DataFacts:
        """The facts of the whole data."""

    def __len__(self) -> int: ...

    def numbers(self, name: str, rows: Array | None = None) -> Array:
        """(n,) of a number, a boolean as 0 and 1, or a moment in seconds; NaN where it is missing."""

    def texts(self, name: str, rows: Array | None = None) -> Array:
        """(n,) of the strings of a category or a text; "" where it is missing."""

    def counts(self, name: str, rows: Array | None = None) -> dict[str, int]:
        """Each different text with how often it occurs."""

    def arrays(self, name: str, rows: Array | None = None) -> Array:
        """(n, ...) of an image, a vector or a sequence; (n,) of arrays where they differ in size."""


def fit(columns: RawColumns, train: Array) -> Preprocessing:
    """The preprocessing of all model inputs. `train` are the row numbers of the training split."""
    return Preprocessing(
        tuple(_fit_input(name, facts.columns, columns, train) for name, facts in columns.facts.inputs.items())
    )


def fit_targets(columns: RawColumns, train: Array) -> dict[str, Affine]:
    """The scale on which each target is learnt that has one, by the target's name."""
    scalings = {}
    for target in columns.facts.targets:
        scale = target.options.get("scale", "none")
        if target.kind == NUMBER and scale != "none":
            single = not columns.facts.columns[target.name].shape
            values = columns.numbers(target.name, train) if single else columns.arrays(target.name, train)
            scalings[target.name] = fit_affine(_present(values.ravel()), scale)
    return scalings


def feed(columns: RawColumns, rows: Array, preprocessing: Preprocessing) -> dict[str, Array]:
    """The raw arrays of `rows` by column, as the preprocessing's model takes them.

    Numbers and booleans are (n, 1) float32, moments (n, 1) float64, categories and texts (n, 1) of strings; images,
    vectors and sequences are (n, ...), or (n,) of arrays where they differ in size.
    """
    return {name: _raw(columns, name, rows) for name in preprocessing.columns}


def fit_affine(values: Array, scale: str) -> Affine:
    """What brings these numbers, none missing, to a scale. A constant keeps its scale, and so do no values at all.

    Sums in float64. Where the quartiles are equal `robust` goes by the deviation.
    """
    if scale == "none" or not len(values):
        return Affine()
    values, log = values.astype("float64"), scale == "log"
    if log:
        values = np.sign(values) * np.log1p(np.abs(values))
    low, high = float(values.min()), float(values.max())
    # Rounding may give a constant a deviation that is not 0.
    deviation = 0.0 if low == high else float(values.std())
    match scale:
        case "minmax":
            shift, width = low, high - low
        case "robust":
            lower, shift, upper = (float(each) for each in np.quantile(values, [0.25, 0.5, 0.75]))
            width = upper - lower or deviation
        case _:
            shift, width = float(values.mean()), deviation
    return Affine(shift, float(np.float32(width)) or 1.0, log)


def _raw(columns: RawColumns, name: str, rows: Array) -> Array:
    match columns.facts.columns[name].kind:
        case "category" | "text":
            return columns.texts(name, rows)[:, None]
        case "number" | "boolean":
            return columns.numbers(name, rows).astype("float32", copy=False)[:, None]
        case "datetime":
            return columns.numbers(name, rows).astype("float64", copy=False)[:, None]
    return columns.arrays(name, rows)


def _fit_input(name: str, names: tuple[str, ...], columns: RawColumns, train: Array) -> PreparedInput:
    facts = [columns.facts.columns[column] for column in names]
    alone = encoded(facts[0])
    if alone is not None:
        return PreparedInput(name, whole=_fit_whole(facts[0], columns, train), order=names, dtype=alone[1])
    numbers = [fact for fact in facts if fact.kind in {NUMBER, BOOLEAN}]
    rest = [fact for fact in facts if fact not in numbers]
    return PreparedInput(
        name,
        tuple(_fit_number(fact, columns.numbers(fact.name, train)) for fact in numbers),
        tuple(_fit_rest(fact, columns, train) for fact in rest),
        order=names,
        dtype=vector_dtype(facts),
    )


def _fit_whole(facts: ColumnFacts, columns: RawColumns, train: Array) -> ImageForm | SequenceForm | WordTable:
    options = facts.options
    if facts.kind == TEXT:
        return _fit_words(facts, columns, train)
    shape = tuple(size or 0 for size in (encoded(facts) or (facts.shape, ""))[0])
    if facts.kind == "image":
        divided = options.get("scale", "none") == "minmax"
        return ImageForm(facts.name, shape, facts.dtype, options.get("size") is not None, divided)
    scale = options.get("scale", "none")
    affines = _fit_last_axis(columns, facts.name, train, scale) if scale != "none" else ()
    return SequenceForm(facts.name, shape, facts.dtype, options.get("length"), affines)


def _fit_last_axis(columns: RawColumns, name: str, train: Array, scale: str | Sequence[str]) -> tuple[Affine, ...]:
    """The scales of a sequence's last axis, from the last step of each training row: in windows, rows come so once.

    `scale` is one for all places, or one for each.
    """
    pieces = (train[start : start + ROWS_AT_ONCE] for start in range(0, len(train), ROWS_AT_ONCE))
    steps = np.concatenate([columns.arrays(name, piece)[:, -1] for piece in pieces])
    scales = [scale] * steps.shape[1] if isinstance(scale, str) else scale
    return tuple(fit_affine(_present(steps[:, place]), each) for place, each in enumerate(scales))


def _fit_number(facts: ColumnFacts, values: Array) -> NumberScaling:
    """A boolean is a number that keeps its scale."""
    options, present = facts.options, _present(values)
    marked = is_marked(options, len(present) < len(values))
    return NumberScaling(
        facts.name,
        _fill(options.get("missing"), present),
        fit_affine(present, options.get("scale", "none")),
        bool(marked),
    )


def _fill(missing: object, present: Array) -> float:
    """What a missing value becomes. Where rows are left out for it, a model that is served still gets some."""
    if isinstance(missing, bool | int | float):
        return float(missing)
    if not len(present):
        return 0.0
    match missing:
        case "mean":
            return float(present.mean(dtype="float64"))
        case "most_frequent":
            values, counts = np.unique(present, return_counts=True)
            return float(values[counts.argmax()])
    return _median(present)


def _median(values: Array) -> float:
    """As of the numbers in float64, without a copy in that: there may be many."""
    middle = [(len(values) - 1) // 2, len(values) // 2]
    return float(np.partition(values, middle)[middle].astype("float64").mean())


def _fit_rest(facts: ColumnFacts, columns: RawColumns, train: Array) -> Rest:
    match facts.kind:
        case "text":
            return _fit_words(facts, columns, train)
        case "datetime":
            return _fit_date(facts, columns.numbers(facts.name, train))
        case "vector":
            values = columns.arrays(facts.name, train)
            scale = facts.options.get("scale", "none")
            places = range(facts.shape[0] or 0)
            return VectorScaling(
                facts.name, tuple(fit_affine(_present(values[:, i]), scale) for i in places), facts.dtype
            )
    return _fit_category(facts, columns, train)


def _fit_category(facts: ColumnFacts, columns: RawColumns, train: Array) -> CategoryTable | HashedCategory:
    options = facts.options
    hashed = options.get("encode") == "hash"
    counts = {} if hashed and options.get("missing") != MOST_FREQUENT else columns.counts(facts.name, train)
    filled = with_most_frequent(options, counts)
    if hashed:
        return HashedCategory(facts.name, options["bins"], others(filled))
    known, has_missing = known_values(options, counts)
    return CategoryTable(facts.name, known, has_missing, options.get("encode") == "index", others(filled))


def _fit_words(facts: ColumnFacts, columns: RawColumns, train: Array) -> WordTable:
    options = facts.options
    size, mode = options["max_tokens"], options["output_mode"]
    counts = count_words(_texts(columns, facts.name, train), options)
    in_turn = mode == "int"
    words = vocabulary(counts, size - (2 if in_turn else 1))  # Keras counts what it keeps for padding and the unknown
    weights: tuple[float, ...] = ()
    if mode == "tf_idf":
        found = [float(np.log(1 + counts.texts / (1 + counts.documents[word]))) for word in words]
        weights = (float(np.mean(found)) if found else 0.0, *found)
    length = options["output_sequence_length"] if in_turn else None
    given = (options["ngrams"] or 1, options["split"], options["standardize"])
    return WordTable(facts.name, words, size, mode, length, weights, *given)


def _texts(columns: RawColumns, name: str, rows: Array) -> Iterator[str]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield from columns.texts(name, rows[start : start + ROWS_AT_ONCE])


def _fit_date(facts: ColumnFacts, seconds: Array) -> DateParts:
    options, present = facts.options, _present(seconds)
    marked = is_marked(options, len(present) < len(seconds))
    missing = options.get("missing")
    fill = _fill("median" if missing == DROP else missing, present)
    parts = []
    for name in options["parts"]:
        cyclic = options["cyclic"] and name in PERIODS
        found = Affine() if cyclic else fit_affine(part_of(name, present), "standard")
        parts.append(DatePart(name, found, PERIODS[name] if cyclic else None))
    return DateParts(facts.name, fill, tuple(parts), bool(marked))


def _present(values: Array) -> Array:
    """Those that are there; the same array if all are, as it may be a large one."""
    missing = np.isnan(values) if values.dtype.kind == "f" else np.zeros(0, bool)
    return values[~missing] if missing.any() else values
