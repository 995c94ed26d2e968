"""What is fitted on the training rows, and that the model that is made of it prepares what the layout says."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.data.layout import (
    Affine,
    CategoryTable,
    DateParts,
    HashedCategory,
    NumberScaling,
    PreparedInput,
    Preprocessing,
    VectorScaling,
    WordTable,
)
from specc.data.moments import part_of
from specc.data.preprocessing import RawColumns, feed, fit, fit_affine, fit_targets
from specc.data.words import words_of
from tests.data.raw_columns import RawTable, raw_table

Kinds = Mapping[str, tuple[str, Mapping[str, Any]]]


def fitted(kind: str, arguments: Mapping[str, Any], values: Sequence[Any], train: Sequence[int] | None = None) -> Any:
    """What is fitted on a single column."""
    table = raw_table({"x": (kind, arguments)}, {"x": values})
    (prepared,) = fit(table, np.array(range(len(values)) if train is None else train)).inputs
    return prepared.whole or (*prepared.numbers, *prepared.rest)[0]


@pytest.mark.parametrize(
    ("scale", "values", "expected"),
    [
        ("none", [1, 2, 3, 6], Affine()),
        ("standard", [1, 2, 3, 6], Affine(3.0, 3.5**0.5)),
        ("minmax", [1, 2, 3, 6], Affine(1.0, 5.0)),
        ("robust", [1, 2, 3, 6], Affine(2.5, 2.0)),
        ("robust", [0, 0, 0, 0, 0, 0, 0, 8], Affine(0.0, 7**0.5)),
        ("log", [0, math.e - 1, 1 - math.e], Affine(0.0, (2 / 3) ** 0.5, log=True)),
        ("standard", [0.1, 0.1, 0.1], Affine(0.1, 1.0)),
        ("minmax", [5, 5], Affine(5.0, 1.0)),
        ("robust", [5, 5], Affine(5.0, 1.0)),
        ("log", [], Affine()),
    ],
)
def test_scales(scale: str, values: list[float], expected: Affine) -> None:
    found = fit_affine(np.array(values, "float32"), scale)
    assert found[:2] == pytest.approx(expected[:2], rel=1e-6, abs=1e-6)
    assert found.log == expected.log


@pytest.mark.parametrize(
    ("kind", "arguments", "values", "fill", "marked"),
    [
        ("number", {}, ["1", None, "2", "9"], 2.0, True),
        ("number", {"missing": "mean"}, ["1", None, "2", "9"], 4.0, True),
        ("number", {"missing": "most_frequent"}, ["3", "1", None, "3", "1"], 1.0, True),
        ("number", {"missing": -1}, ["1", None], -1.0, True),
        ("number", {"missing": "drop"}, ["1", "2", "9"], 2.0, False),
        ("number", {"indicator": False}, ["1", None], 1.0, False),
        ("number", {}, ["1", "2"], 1.5, False),
        ("number", {}, [None, None], 0.0, True),
        ("boolean", {}, ["yes", None, "No"], 0.0, True),
        ("boolean", {"missing": True}, ["yes", None, "No"], 1.0, True),
        ("boolean", {"missing": True, "indicator": False}, ["yes", None, "No"], 1.0, False),
        ("boolean", {}, ["TRUE", "false"], 0.0, False),
        ("datetime", {}, ["1970-01-02", None, "1970-01-04", "1970-01-05"], 3 * 86400.0, True),
        ("datetime", {"missing": "drop"}, ["1970-01-02", "1970-01-04"], 2 * 86400.0, False),
        ("datetime", {"format": "%d.%m.%Y", "indicator": False}, ["02.01.1970", None], 86400.0, False),
    ],
)
def test_missing_values(
    kind: str, arguments: dict[str, Any], values: list[str | None], fill: float, marked: bool
) -> None:
    found = fitted(kind, arguments, values)
    assert (found.fill, found.marked) == (pytest.approx(fill), marked)


@pytest.mark.parametrize(
    ("arguments", "values", "expected"),
    [
        ({}, ["b", "a", "b"], CategoryTable("x", ("a", "b"), has_missing=False)),
        ({}, ["10", "9", None], CategoryTable("x", ("9", "10"), has_missing=True)),
        ("index", ["b", None], CategoryTable("x", ("b",), has_missing=True, indexed=True)),
        ({"most": 2}, ["c", "b", "a", "c", "b", "a", "d"], CategoryTable("x", ("a", "b"), has_missing=False)),
        ({"most": 1}, [None, None, "a", "b", "b"], CategoryTable("x", ("b",), has_missing=True)),
        ({"missing": "a"}, ["b", None], CategoryTable("x", ("a", "b"), has_missing=False, others=(("", "a"),))),
        ({"missing": "drop"}, ["b", "a"], CategoryTable("x", ("a", "b"), has_missing=False)),
        (
            {"replace": {"A": "a", "b": "z"}, "missing": "A"},
            ["A", "a", "b", None],
            CategoryTable("x", ("A", "a", "z"), has_missing=False, others=(("A", "a"), ("b", "z"), ("", "A"))),
        ),
        (
            {"missing": "most_frequent"},
            ["b", None, "a", "b", None, None],
            CategoryTable("x", ("a", "b"), has_missing=False, others=(("", "b"),)),
        ),
        (
            {"missing": "most_frequent", "replace": {"b": "a"}},
            ["b", None, "a", "c", "c", "c"],
            CategoryTable("x", ("a", "c"), has_missing=False, others=(("b", "a"), ("", "c"))),
        ),
        ({"missing": "most_frequent"}, ["b", "a", None], CategoryTable("x", ("a", "b"), False, others=(("", "a"),))),
        ({"missing": "most_frequent"}, [None], CategoryTable("x", (), has_missing=False)),
        (
            {"replace": {"01": "2.0"}, "missing": "+0"},
            ["1", None],
            CategoryTable("x", ("0", "2"), has_missing=False, others=(("1", "2"), ("", "0"))),
        ),
        ({"encode": "hash", "bins": 5}, ["b"], HashedCategory("x", 5)),
        ({"encode": "hash", "missing": "most_frequent"}, ["b", None], HashedCategory("x", 32, (("", "b"),))),
        ({"encode": "hash", "missing": "q"}, ["b"], HashedCategory("x", 32, (("", "q"),))),
    ],
)
def test_categories(arguments: Any, values: list[str | None], expected: object) -> None:
    written = {"encode": arguments} if isinstance(arguments, str) else arguments
    assert fitted("category", written, values) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ("a", "b", "c", "don")),
        ({"max_tokens": 4}, ("a", "b")),
        ({"max_tokens": 4, "output_mode": "count"}, ("a", "b", "c")),
        ({"ngrams": 2, "max_tokens": 6}, ("a", "a b", "b", "a don")),
        ({"standardize": "none"}, ("A", "A.", "a", "b", "b,", "c", "don")),
        ({"standardize": "lower"}, ("a", "a.", "b", "b,", "c", "don")),
        ({"split": "character", "max_tokens": 5}, (" ", "a", "b")),
    ],
)
def test_words(arguments: dict[str, Any], expected: tuple[str, ...]) -> None:
    found = fitted("text", arguments, ["A b, c", "a b", None, "A. don", "[UNK] heard of"], train=[0, 1, 2, 3])
    assert found.vocabulary == expected


def test_weights_of_words() -> None:
    found = fitted("text", {"output_mode": "tf_idf", "max_tokens": 3}, ["a a", "a b", "c"])
    weights = [math.log(1 + 3 / 3), math.log(1 + 3 / 2)]
    assert found.vocabulary == ("a", "b")
    assert found.weights == pytest.approx([sum(weights) / 2, *weights])


def test_scales_of_targets() -> None:
    values = {"x": ["1", "2"], "y": ["1", "3"]}
    check: dict[str, dict[str, Affine]] = {
        "none": {},
        "standard": {"y": Affine(2.0, 1.0)},
        "minmax": {"y": Affine(1.0, 2.0)},
    }
    for scale, expected in check.items():
        table = raw_table({"x": ("number", {}), "y": ("number", {"scale": scale})}, values, target="y")
        assert fit_targets(table, np.arange(2)) == expected
    assert not fit_targets(raw_table({"x": ("number", {}), "y": ("number", {})}, values, target="y"), np.arange(2))


KINDS: Kinds = {
    "age": ("number", {}),
    "pay": ("number", {"scale": "log", "missing": "mean"}),
    "low": ("number", {"scale": "minmax", "missing": 0, "indicator": False}),
    "far": ("number", {"scale": "robust", "missing": "most_frequent"}),
    "plain": ("number", {"scale": "none"}),
    "member": ("boolean", {}),
    "sex": ("category", {"replace": {"F": "f"}}),
    "town": ("category", {"encode": "hash", "bins": 7, "missing": "Rome", "replace": {"Roma": "Rome"}}),
    "car": ("category", {"encode": "index", "most": 2}),
    "seen": ("datetime", {"parts": ["year", "month", "day", "weekday", "yearday", "hour", "minute", "second", "time"]}),
    "born": ("datetime", {"parts": ["month", "year"], "cyclic": True}),
    "note": ("text", {"output_mode": "tf_idf", "max_tokens": 12, "ngrams": 2}),
    "bag": ("text", {"output_mode": "count", "max_tokens": 6, "split": "character", "standardize": "none"}),
    "taste": ("vector", {"scale": "standard"}),
    "words": ("text", {"output_sequence_length": 4}),
    "photo": ("image", {"size": [3, 2], "scale": "minmax"}),
    "steps": ("sequence", {"length": 3}),
}
SHAPES: Mapping[str, tuple[tuple[int | None, ...], str]] = {
    "taste": ((2,), "int32"),
    "photo": ((None, None, 3), "uint8"),
    "steps": ((None,), "int32"),
}
INPUTS = {
    "input": tuple(name for name in KINDS if name not in {"words", "photo", "steps"}),
    "words": ("words",),
    "photo": ("photo",),
    "steps": ("steps",),
    "index": ("car",),
}
ROWS = 60


def made(seed: int = 0, rows: int = ROWS, strange: Sequence[int] = ()) -> RawTable:
    """A table with each kind of column and gaps; the rows called `strange` have quite other values."""
    dice = np.random.Generator(np.random.PCG64(seed))

    def maybe(text: str, other: str) -> list[str | None]:
        found = [None if dice.random() < 0.2 else eval_of(text) for _ in range(rows)]
        return [other if row in strange else value for row, value in enumerate(found)]

    def eval_of(what: str) -> str:
        match what:
            case "number":
                return f"{dice.normal(30, 12):.3f}"
            case "boolean":
                return str(dice.choice(["yes", "no"]))
            case "moment":
                second = dice.integers(0, 86_400)
                day = np.datetime64("1890-01-01") + int(dice.integers(0, 80_000))
                return f"{day}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
            case "text":
                return " ".join(dice.choice(["One", "two,", "three!", "FOUR", "É"], 5))
        return str(dice.choice(["f", "F", "m", "Roma", "Rome", "Lima"]))

    numbers = {name: maybe("number", "-1e30") for name in ("age", "pay", "low", "far", "plain")}
    categories = {name: maybe("category", "unheard of") for name in ("sex", "town", "car")}
    return raw_table(
        KINDS,
        numbers
        | categories
        | {
            "member": maybe("boolean", "yes"),
            "seen": maybe("moment", "0001-01-01"),
            "born": maybe("moment", "9999-12-31T23:59:59.999999"),
            "note": maybe("text", "zzz zzz zzz"),
            "bag": maybe("text", "\n\n\n"),
            "words": maybe("text", "zzz zzz zzz"),
            "taste": [dice.integers(0, 9, 2).astype("int32") + 99 * (row in strange) for row in range(rows)],
            "photo": [dice.integers(0, 256, (4 + row % 2, 6, 3)).astype("uint8") for row in range(rows)],
            "steps": [np.arange(1, 2 + row % 5, dtype="int32") for row in range(rows)],
        },
        INPUTS,
        SHAPES,
    )


TRAIN = np.arange(0, ROWS, 2)


def test_rows_that_do_not_train_change_nothing() -> None:
    """The leak test: quite other values in all other rows leave every fitted number and all shapes alone."""
    assert fit(made(), TRAIN) == fit(made(strange=range(1, ROWS, 2)), TRAIN)
    assert fit(made(), TRAIN) != fit(made(strange=range(0, ROWS, 2)), TRAIN)


def test_feed() -> None:
    table = made()
    raw = feed(table, TRAIN, fit(table, TRAIN))
    assert {(array.shape, str(array.dtype)) for array in raw.values()} == {
        ((30, 1), "float32"),
        ((30, 1), "float64"),
        ((30, 1), "object"),
        ((30, 2), "int32"),
        ((30,), "object"),
    }
    assert list(raw) == list(KINDS)


def test_order_of_columns() -> None:
    table = made()
    (first, *_) = fit(table, TRAIN).inputs
    numbers = ("age", "pay", "low", "far", "plain", "member")
    gaps = ("age", "pay", "far", "plain", "member", "seen", "born")
    head = [*((name, "value") for name in numbers), *((name, "missing") for name in gaps)]
    assert list(first.columns[: len(head)]) == head
    assert [meaning for meaning in first.columns if meaning[0] == "sex"] == [
        ("sex", "missing"),
        *first_places(table, "sex"),
    ]
    assert first.columns[-2:] == (("taste", "[0]"), ("taste", "[1]"))
    rest = list(dict.fromkeys(column for column, _ in first.columns[len(head) :]))
    assert rest == ["sex", "town", "car", "seen", "born", "note", "bag", "taste"]


def first_places(table: RawTable, name: str) -> list[tuple[str, str]]:
    found = sorted({"f" if text == "F" else text for text in table.texts(name, TRAIN)} - {""})
    return [(name, f"= {value}") for value in found]


def reference(prepared: PreparedInput, raw: Mapping[str, Any]) -> Any:
    """What the layout says, in NumPy and plain Python, a column at a time."""
    columns: list[Any] = []
    for number in prepared.numbers:
        values = raw[number.column][:, 0].astype("float64")
        columns.append(on_scale(number.affine, np.where(np.isnan(values), number.fill, values)))
    columns += [np.isnan(raw[column][:, 0]) for column in prepared.marked]
    for part in prepared.rest:
        columns += places(part, raw[part.column])
    return np.stack([np.asarray(column, prepared.dtype) for column in columns], 1)


def on_scale(affine: Affine, values: Any) -> Any:
    values = np.sign(values) * np.log1p(abs(values)) if affine.log else values
    return (values - affine.shift) / affine.scale


def places(part: object, raw: Any) -> list[Any]:
    match part:
        case CategoryTable():
            texts = np.array([dict(part.others).get(text, text) for text in raw[:, 0]], object)
            hot: list[Any] = [texts == value for value in part.places]
            return [sum(index * place for index, place in enumerate(hot, 1))] if part.indexed else hot
        case HashedCategory():
            import keras

            layer = keras.layers.Hashing(part.bins)
            hashed = [dict(part.others).get(text, text) for text in raw[:, 0]]
            bins = np.array([int(layer(keras.ops.convert_to_tensor([text]))[0]) for text in hashed])
            return [bins == index for index in range(part.bins)]
        case WordTable():
            words = [list(words_of(text, part._asdict())) for text in raw[:, 0]]
            known = [np.array([each.count(word) for each in words]) for word in part.vocabulary]
            counts = [np.array([len(each) for each in words]) - sum(known, start=np.zeros(len(words))), *known]
            weights = part.weights or (1.0,) * len(counts)
            weighed = [place * weight for place, weight in zip(counts, weights, strict=True)]
            return [*weighed, *[np.zeros(len(words))] * (part.size - len(weighed))]
        case DateParts():
            seconds = np.where(np.isnan(raw[:, 0]), part.fill, raw[:, 0])
            return [column for each in part.parts for column in date_places(each, part_of(each.name, seconds))]
        case VectorScaling():
            return [on_scale(affine, raw[:, index]) for index, affine in enumerate(part.affines)]
    raise AssertionError(part)


def date_places(part: Any, values: Any) -> list[Any]:
    if part.period is None:
        return [on_scale(part.affine, values)]
    return [np.sin(2 * np.pi * values / part.period), np.cos(2 * np.pi * values / part.period)]


@pytest.fixture
def model_of() -> Callable[[Preprocessing], Any]:
    from specc.keras_target.preprocessing import preprocessing_model

    return preprocessing_model


@pytest.mark.train
@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "float64"])
def test_model_agrees_with_the_layout(model_of: Callable[[Preprocessing], Any], tmp_path: Path, policy: str) -> None:
    """Before and after saving, for rows that trained, others, and values that training never had."""
    import keras

    from specc.keras_target.preprocessing import prepare

    preprocessing = fit(made(), TRAIN)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = model_of(preprocessing)
    finally:
        keras.config.set_dtype_policy(before)
    model.save(tmp_path / "preprocessing.keras")
    again = keras.saving.load_model(tmp_path / "preprocessing.keras", safe_mode=True)
    columns: RawColumns = made(seed=1, strange=(3, 4))
    raw = feed(columns, np.arange(ROWS), preprocessing)
    found = prepare(model, preprocessing, raw)
    for name, values in prepare(again, preprocessing, raw).items():
        np.testing.assert_array_equal(values, found[name])
    vector, words, photo, steps, index = preprocessing.inputs
    for prepared in preprocessing.inputs:
        assert found[prepared.name].shape[1:] == prepared.shape
        assert found[prepared.name].dtype == prepared.dtype
    np.testing.assert_allclose(found["input"], reference(vector, raw), rtol=2e-5, atol=2e-5)
    np.testing.assert_array_equal(found["index"], reference(index, raw))
    assert isinstance(words.whole, WordTable)
    numbers = {word: number for number, word in enumerate(words.whole.vocabulary, 2)}
    for row, text in enumerate(raw["words"][:, 0]):
        expected = [numbers.get(word, 1) for word in words_of(text, words.whole._asdict())]
        assert found["words"][row].tolist() == [*expected, 0, 0, 0, 0][:4]
    for row, image in enumerate(raw["photo"]):
        resized = keras.ops.image.resize(image, (3, 2)).numpy().astype("float32") / 255
        np.testing.assert_allclose(found["photo"][row], resized, rtol=1e-5)
    assert [list(row) for row in found["steps"][:4]] == [[1, 0, 0], [1, 2, 0], [1, 2, 3], [1, 2, 3]]
    assert steps.shape == photo.shape[:1] == (3,)


@pytest.mark.train
def test_training_rows_are_standardised(model_of: Callable[[Preprocessing], Any]) -> None:
    from specc.keras_target.preprocessing import prepare

    table = raw_table(
        {"x": ("number", {"indicator": False}), "d": ("datetime", {"parts": ["year", "time"]})},
        {"x": ["3", "5", "9"], "d": ["2001-01-01", "2004-05-06T07:08:09", "2020-12-31"]},
    )
    preprocessing = fit(table, np.arange(3))
    found = prepare(model_of(preprocessing), preprocessing, feed(table, np.arange(3), preprocessing))["input"]
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(found.std(0), 1, rtol=1e-6)


STRANGE = Preprocessing(
    (
        PreparedInput("image", whole=None, numbers=(NumberScaling("a/b (cm)", 2.0), NumberScaling("1", 0.5))),
        PreparedInput("left", (), (CategoryTable("a b (cm)", ("[UNK]", "[UNK]]", "é", "x y", "p\nq"), False),)),
        PreparedInput("right", (), (CategoryTable("_", ("q",), True), CategoryTable("preprocessing", (), True))),
        PreparedInput(
            "large", (NumberScaling("l", 0.0, Affine(1e25, 1e25)), NumberScaling("s", 0.0, Affine(0.0, 1e-30), True))
        ),
        PreparedInput("nothing", (), (WordTable("no words", (), 4, "count"), CategoryTable("c", (), False))),
    )
)
RAW = {
    "a/b (cm)": np.array([[1], [np.nan], [9]], "float32"),
    "1": np.array([[np.nan], [5], [6]], "float32"),
    "a b (cm)": np.array([["é"], ["p\nq"], ["never seen"]], object),
    "_": np.array([[""], ["q"], ["r"]], object),
    "preprocessing": np.array([[""], ["q"], ["r"]], object),
    "l": np.array([[0], [1e25], [3e25]], "float32"),
    "s": np.array([[0], [1e-30], [np.nan]], "float32"),
    "no words": np.array([[""], ["q"], ["r"]], object),
    "c": np.array([["[UNK]"], [""], ["r"]], object),
}


@pytest.mark.train
def test_strange_names_and_values(model_of: Callable[[Preprocessing], Any], tmp_path: Path) -> None:
    import keras

    from specc.keras_target.preprocessing import prepare, raw_names

    names = ["a_b_cm", "column_1", "a_b_cm_2", "column", "preprocessing_2", "l", "s", "no_words", "c"]
    assert list(raw_names(STRANGE).values()) == names
    model_of(STRANGE).save(tmp_path / "preprocessing.keras")
    again = keras.saving.load_model(tmp_path / "preprocessing.keras", safe_mode=True)
    found = prepare(again, STRANGE, RAW)
    for prepared in STRANGE.inputs:
        np.testing.assert_allclose(found[prepared.name], reference(prepared, RAW), rtol=1e-6, atol=1e-6)


@pytest.mark.train
def test_many_rows_in_pieces(model_of: Callable[[Preprocessing], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from specc.keras_target import preprocessing as target

    table = made()
    preprocessing = fit(table, TRAIN)
    model, raw = model_of(preprocessing), feed(table, np.arange(ROWS), preprocessing)
    whole = target.prepare(model, preprocessing, raw)
    monkeypatch.setattr(target, "ROWS_AT_ONCE", 7)
    in_pieces = target.prepare(model, preprocessing, raw)
    monkeypatch.setattr(target, "BYTES_AT_ONCE", 1)
    singly = target.prepare(model, preprocessing, raw)
    none = target.prepare(model, preprocessing, feed(table, TRAIN[:0], preprocessing))
    for name, values in whole.items():
        np.testing.assert_allclose(values, in_pieces[name], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(values, singly[name], rtol=1e-4, atol=1e-6)
        assert none[name].shape == (0, *values.shape[1:])


@pytest.mark.train
def test_no_model_for_what_is_passed(model_of: Callable[[Preprocessing], Any]) -> None:
    from specc.keras_target.preprocessing import prepare

    table = raw_table(
        {"image": ("image", {}), "wave": ("sequence", {})},
        {"image": np.zeros((2, 4, 4, 1), "float32"), "wave": np.zeros((2, 5, 1), "float32")},
        {"a": ("image",), "b": ("wave",)},
        {"image": ((4, 4, 1), "float32"), "wave": ((5, 1), "float32")},
    )
    preprocessing = fit(table, np.arange(2))
    assert model_of(preprocessing) is None
    assert preprocessing.inputs[0].shape == (4, 4, 1)
    prepared = prepare(None, preprocessing, feed(table, np.arange(2), preprocessing))
    assert {name: values.shape for name, values in prepared.items()} == {"a": (2, 4, 4, 1), "b": (2, 5, 1)}
