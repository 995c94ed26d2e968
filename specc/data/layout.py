"""How raw columns become the model's inputs: what is fitted of each, and the order of the prepared columns.

An input that takes an image, a sequence, or a text as the numbers of its words, takes nothing else. Any other input is
a vector: first every number and boolean; then for each column with missing values 1 where it is missing; then the rest,
which is categories, texts, moments and vectors. Within each part columns stand in the order of the input. Plain Python;
`specc.data.preprocessing` fits it, `specc.keras_target.preprocessing` makes layers of it.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from specc.data.facts import CATEGORY, DATETIME, ColumnFacts
from specc.data.kinds import in_order
from specc.data.options import DROP, MOST_FREQUENT

PERIODS: Mapping[str, int] = {
    "month": 12,
    "day": 31,
    "weekday": 7,
    "yearday": 366,
    "hour": 24,
    "minute": 60,
    "second": 60,
}
"""After how many steps a part of a moment begins again; `year` and `time` never do."""


class Affine(NamedTuple):
    """A value becomes (value - shift) / scale, and with `log` its logarithm does, `sign(value) * log(1 + |value|)`."""

    shift: float = 0.0
    scale: float = 1.0
    log: bool = False


class NumberScaling(NamedTuple):
    """A number, or a boolean as 0 and 1: a missing value becomes `fill`, and then each is brought to its scale.

    `marked` adds a column that is 1 where the value is missing.
    """

    column: str
    fill: float
    affine: Affine = Affine()
    marked: bool = False


class CategoryTable(NamedTuple):
    """A category becomes one place per value of `vocabulary`, 1 in that of its value and 0 elsewhere.

    With `has_missing` a first place stands for a missing value. What is not known is 0 in all places. With `indexed` it
    is a single place instead: the number of the place, counted from 1, and 0 for what is not known. `others` are texts
    that stand for others, "" among them if a missing value does.
    """

    column: str
    vocabulary: tuple[str, ...]
    has_missing: bool
    indexed: bool = False
    others: tuple[tuple[str, str], ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """The value of each place; "" is a missing one."""
        return (*[""] * self.has_missing, *self.vocabulary)


class HashedCategory(NamedTuple):
    """A category becomes one of `bins` places by a hash of its text, whether it is known or not."""

    column: str
    bins: int
    others: tuple[tuple[str, str], ...] = ()


class WordTable(NamedTuple):
    """A text becomes the numbers of its words, or counts of them.

    With `length` it is so many numbers in the order of the words, 0 behind the end and 1 for words that are not known;
    without it is `size` places, the first for words that are not known, then those of `vocabulary`. What such a place
    holds is `mode`: `multi_hot`, `count`, or `tf_idf`, which is the count times the word's `weights`. `ngrams`, `split`
    and `standardize` are as in Keras' `TextVectorization`.
    """

    column: str
    vocabulary: tuple[str, ...]
    size: int
    mode: str
    length: int | None = None
    weights: tuple[float, ...] = ()
    ngrams: int = 1
    split: str = "whitespace"
    standardize: str = "lower_and_strip_punctuation"


class DatePart(NamedTuple):
    """A part of a moment, on its scale; with `period` as sine and cosine of `2 pi part / period` instead."""

    name: str
    affine: Affine = Affine()
    period: int | None = None


class DateParts(NamedTuple):
    """A moment, in seconds since 1970-01-01T00:00Z, becomes its parts; a missing one is `fill`."""

    column: str
    fill: float
    parts: tuple[DatePart, ...]
    marked: bool = False


class VectorScaling(NamedTuple):
    """A vector, place by place brought to the scales."""

    column: str
    affines: tuple[Affine, ...]
    dtype: str = "float32"


class ImageForm(NamedTuple):
    """An image (h, w, c), resized to `shape` and divided by 255 where that is said; `dtype` is the raw image's.

    Resizing is Keras' `Resizing`, bilinear; of whole numbers it makes whole numbers.
    """

    column: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    resized: bool = False
    divided: bool = False


class SequenceForm(NamedTuple):
    """A sequence as it is or, with `length`, cut or padded with 0 at the end.

    `affines` bring the last axis to scales, place by place.
    """

    column: str
    shape: tuple[int, ...]
    dtype: str
    length: int | None = None
    affines: tuple[Affine, ...] = ()


Rest: TypeAlias = CategoryTable | HashedCategory | WordTable | DateParts | VectorScaling
Whole: TypeAlias = ImageForm | SequenceForm | WordTable


class PreparedInput(NamedTuple):
    """One model input: a vector of `numbers` and `rest`, or `whole`, which stands alone.

    `order` are its columns as the spec or the source has them.
    """

    name: str
    numbers: tuple[NumberScaling, ...] = ()
    rest: tuple[Rest, ...] = ()
    whole: Whole | None = None
    order: tuple[str, ...] = ()
    dtype: str = "float32"

    @property
    def marked(self) -> tuple[str, ...]:
        """The columns with a place that says where a value is missing, in the input's order."""
        found = [number.column for number in self.numbers if number.marked]
        found += [part.column for part in self.rest if isinstance(part, DateParts) and part.marked]
        return tuple(sorted(found, key=self.order.index)) if self.order else tuple(found)

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """What each place of the vector is, as ("age", "value"), ("age", "missing") or ("sex", "= female")."""
        values = [(number.column, "value") for number in self.numbers]
        gaps = [(column, "missing") for column in self.marked]
        return (*values, *gaps, *((part.column, meaning) for part in self.rest for meaning in _meanings(part)))

    @property
    def shape(self) -> tuple[int, ...]:
        """The prepared tensor's shape without the batch axis."""
        if isinstance(self.whole, WordTable):
            return (self.whole.length or 0,)
        return self.whole.shape if self.whole is not None else (len(self.columns),)

    @property
    def stored_dtype(self) -> str:
        """The smallest dtype that holds what is prepared: images of whole numbers need a byte a value."""
        bytes_do = isinstance(self.whole, ImageForm) and self.whole.dtype == "uint8" and not self.whole.divided
        return "uint8" if bytes_do else self.dtype

    @property
    def takes(self) -> tuple[str, ...]:
        """The raw columns, each once."""
        parts = (*self.numbers, *self.rest, *([self.whole] if self.whole is not None else []))
        return tuple(dict.fromkeys(part.column for part in parts))

    @property
    def is_passed(self) -> bool:
        """Whether it is a column as it is."""
        match self.whole:
            case ImageForm(dtype=dtype, resized=resized, divided=divided):
                return dtype == "float32" and not (resized or divided)
            case SequenceForm(length=length, affines=affines):
                return length is None and not affines
        return False


class Preprocessing(NamedTuple):
    """All model inputs, prepared from the raw columns."""

    inputs: tuple[PreparedInput, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The raw columns, each once, in the order of the inputs."""
        return tuple(dict.fromkeys(column for prepared in self.inputs for column in prepared.takes))


def encoded(facts: ColumnFacts) -> tuple[tuple[int | None, ...], str] | None:
    """Shape and dtype of a column that is an input of its own; None if it is part of a vector."""
    options = facts.options
    match facts.kind:
        case "image":
            size = options.get("size")
            return ((*size, *facts.shape[-1:]) if size else facts.shape, "float32")
        case "sequence":
            length = options.get("length")
            return ((length, *facts.shape[1:]) if length else facts.shape, facts.dtype)
        case "text" if options.get("output_mode", "int") == "int":
            return ((options["output_sequence_length"],), "int32")
    return None


def width(facts: ColumnFacts, values: Collection[str] | None, has_missing: bool | None) -> int | None:
    """How many places a column takes in a vector; None if that is not known.

    `values` are the different texts of its training rows, missing ones aside, as they are in the source; `has_missing`
    says whether one of them is missing. None is what is not known.
    """
    options = facts.options
    match facts.kind:
        case "category":
            return _category_width(options, values, has_missing)
        case "text":
            return int(options["max_tokens"])
        case "vector":
            return facts.shape[0]
    parts = 1
    if facts.kind == DATETIME:
        parts = sum(2 if options["cyclic"] and part in PERIODS else 1 for part in options["parts"])
    gap = is_marked(options, has_missing)
    return None if gap is None else parts + gap


def vector_dtype(columns: Iterable[ColumnFacts]) -> str:
    """The dtype of an input that is a vector of these columns: whole numbers if all are numbers of categories."""
    kinds = {(facts.kind, facts.options.get("encode")) for facts in columns}
    return "int32" if kinds == {(CATEGORY, "index")} else "float32"


def is_marked(options: Mapping[str, Any], has_missing: bool | None) -> bool | None:
    """Whether the model is told where a column has no value; None if that is not known."""
    if not options.get("indicator", True) or options.get("missing") == DROP:
        return False
    return has_missing


def replaced(text: str, options: Mapping[str, Any]) -> str:
    """A category's text after `missing` and `replace`; "" is a missing value."""
    text = str(options.get("replace", {}).get(text, text))
    return str(options["missing"]) if not text and _stands_in(options) else text


def others(options: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The texts of a category that stand for others, each with what it stands for."""
    texts = [*options.get("replace", {}), *([""] if _stands_in(options) else [])]
    return tuple((text, replaced(text, options)) for text in dict.fromkeys(texts))


def known_values(options: Mapping[str, Any], counts: Mapping[str, int]) -> tuple[tuple[str, ...], bool]:
    """The values of a category that are known, in order, and whether a missing one is known too.

    It is not where it becomes another. `counts` are the texts of its training rows, "" for a missing one, with how
    often each occurs. Of values that occur equally often `most` keeps the first in order.
    """
    by_value = _by_value(options, counts)
    has_missing = bool(by_value.pop("", 0))
    values = in_order(by_value)
    most = options.get("most")
    if most is not None and len(values) > most:
        kept = set(sorted(values, key=lambda value: -by_value[value])[:most])
        values = tuple(value for value in values if value in kept)
    return values, has_missing and options.get("missing") not in {DROP, MOST_FREQUENT}


def with_most_frequent(options: Mapping[str, Any], counts: Mapping[str, int]) -> Mapping[str, Any]:
    """The arguments of a category with the value itself where `missing` says the most frequent one.

    Of several that are equally frequent it is the first in order; without any value nothing takes the place.
    """
    if options.get("missing") != MOST_FREQUENT:
        return options
    by_value = _by_value(options, counts)
    by_value.pop("", None)
    frequent = max(in_order(by_value), key=lambda value: by_value[value], default=None)
    return {**options, "missing": frequent}


def _by_value(options: Mapping[str, Any], counts: Mapping[str, int]) -> dict[str, int]:
    by_value: dict[str, int] = {}
    for text, count in counts.items():
        value = replaced(text, options)
        by_value[value] = by_value.get(value, 0) + count
    return by_value


def _category_width(options: Mapping[str, Any], values: Collection[str] | None, has_missing: bool | None) -> int | None:
    match options.get("encode", "one_hot"):
        case "index":
            return 1
        case "hash":
            return int(options["bins"])
    if values is None or has_missing is None:
        return None
    known, gap = known_values(options, dict.fromkeys(values, 1) | ({"": 1} if has_missing else {}))
    return len(known) + gap


def _stands_in(options: Mapping[str, Any]) -> bool:
    """Whether a text stands in the place of missing values."""
    return options.get("missing") not in {None, DROP, MOST_FREQUENT}


def _meanings(part: Rest) -> list[str]:
    match part:
        case CategoryTable(indexed=True):
            return ["number"]
        case CategoryTable():
            return [f"= {value}" if value else "missing" for value in part.places]
        case HashedCategory(bins=bins):
            return [f"hash {index}" for index in range(bins)]
        case WordTable(vocabulary=vocabulary, size=size):
            words = ["other words", *(f"has {word}" for word in vocabulary)]
            return [*words, *["nothing"] * (size - len(words))]
        case VectorScaling(affines=affines):
            return [f"[{index}]" for index in range(len(affines))]
        case DateParts(parts=parts):
            return [name for each in parts for name in _part_meanings(each)]


def _part_meanings(part: DatePart) -> list[str]:
    return [part.name] if part.period is None else [f"sine of {part.name}", f"cosine of {part.name}"]
