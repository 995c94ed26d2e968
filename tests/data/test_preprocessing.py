from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.data.layout import CategoryTable, NumberScaling, PreparedInput, Preprocessing
from specc.data.loading import Columns
from specc.data.preprocessing import feed, fit
from specc.data.splitting import Split, split
from tests.data.sections import PENGUINS, PENGUINS_HEADER, loaded, section, write_csv, write_penguins


def fitted(text: str, folder: Path = Path()) -> tuple[Columns, Split, Preprocessing]:
    columns = loaded(text, folder)
    parts, _ = split(columns, section(text))
    assert parts is not None
    return columns, parts, fit(columns, parts.train)


def test_penguins(project: Path) -> None:
    write_penguins(project)
    columns, parts, preprocessing = fitted(PENGUINS, project)
    (prepared,) = preprocessing.inputs
    length, mass = prepared.numbers
    values = columns.values["length"][parts.train].astype("float64")
    found = (length.column, length.median, length.mean, length.std, length.has_missing)
    fitted_by_hand = (np.nanmedian(values), np.nanmean(values), np.nanstd(values))
    assert found == ("length", *(pytest.approx(value, rel=1e-6) for value in fitted_by_hand), True)
    assert not mass.has_missing
    assert prepared.categories == (
        CategoryTable("sex", ("female", "male"), has_missing=True),
        CategoryTable("island", ("Biscoe", "Dream"), has_missing=False),
    )
    assert prepared.columns == (
        ("length", "value"),
        ("mass", "value"),
        ("length", "missing"),
        ("sex", "missing"),
        ("sex", "= female"),
        ("sex", "= male"),
        ("island", "= Biscoe"),
        ("island", "= Dream"),
    )
    assert prepared.shape == columns.facts.inputs["input"].shape


def test_rows_that_do_not_train_change_nothing(project: Path) -> None:
    """The leak test: other values in the validation and test rows leave every fitted number and the shapes alone."""
    rows = write_penguins(project)
    columns, parts, before = fitted(PENGUINS, project)
    for row in (*parts.validation, *parts.test):
        rows[row][1:] = ["1e30", "", "unheard of", ""]
    write_csv(project / "penguins.csv", PENGUINS_HEADER, rows)
    changed, again, after = fitted(PENGUINS, project)
    np.testing.assert_array_equal(parts.train, again.train)
    assert before == after
    assert changed.facts.inputs == columns.facts.inputs


TABLE = "table: [{x: 1, y: 5.5}, {x: 2, y: 1}, {x: 3, y: 2}, {x: 6, y: 3}]"


@pytest.mark.parametrize(
    ("text", "mean", "std"),
    [
        (TABLE, 0.0, 1.0),
        (f"{TABLE}\ncolumns: {{x: {{number: standard}}}}", 3.0, 3.5**0.5),
        ("csv: a.csv", 3.0, 3.5**0.5),
        ("csv: a.csv\ncolumns: {x: {number: none}}", 0.0, 1.0),
        ("csv: a.csv\ncolumns: {x: number}", 3.0, 3.5**0.5),
        ("csv: constant.csv", 0.1, 1.0),
    ],
)  # fmt: skip
def test_scaling(project: Path, text: str, mean: float, std: float) -> None:
    (project / "a.csv").write_text("x,y\n1,5.5\n2,1\n3,2\n6,3\n")
    (project / "constant.csv").write_text("x,y\n0.1,5.5\n0.1,1\n0.1,2\n0.1,3\n")
    _, _, preprocessing = fitted(f"{text}\ntarget: y\nsplit: {{validation: 0, test: 0}}", project)
    (number,) = preprocessing.inputs[0].numbers
    assert [number.mean, number.std] == pytest.approx([mean, std])


def test_sets() -> None:
    scaled = [number.std != 1.0 for number in fitted("dataset: wine")[2].inputs[0].numbers]
    assert scaled == [True] * 13
    assert [number.std for number in fitted("dataset: moons")[2].inputs[0].numbers] == [1.0, 1.0]
    (digits,) = fitted("dataset: digits")[2].inputs
    assert (digits.passed, digits.shape, digits.dtype) == ("image", (8, 8, 1), "float32")


def test_feed(project: Path) -> None:
    write_penguins(project)
    columns, parts, preprocessing = fitted(PENGUINS, project)
    raw = feed(columns, parts.test, preprocessing)
    assert {name: (array.shape, array.dtype) for name, array in raw.items()} == {
        "length": ((18, 1), np.dtype("float32")),
        "mass": ((18, 1), np.dtype("float32")),
        "sex": ((18, 1), np.dtype(object)),
        "island": ((18, 1), np.dtype(object)),
    }


def reference(prepared: PreparedInput, raw: dict[str, Any]) -> Any:
    """What the layout says, in NumPy, a column at a time."""
    columns: list[Any] = []
    for number in prepared.numbers:
        values = raw[number.column][:, 0]
        columns.append((np.where(np.isnan(values), number.median, values) - number.mean) / number.std)
    columns += [np.isnan(raw[number.column][:, 0]) for number in prepared.numbers if number.has_missing]
    for table in prepared.categories:
        text = raw[table.column][:, 0]
        columns += [text == value for value in [""] * table.has_missing + list(table.vocabulary)]
    return np.stack([np.asarray(column, "float32") for column in columns], 1)


@pytest.fixture
def model_of() -> Callable[[Preprocessing], Any]:
    from specc.keras_target.preprocessing import preprocessing_model

    return preprocessing_model


STRANGE = Preprocessing(
    (
        PreparedInput(
            "left",
            (NumberScaling("a/b (cm)", 2.0, 1.0, 4.0, True), NumberScaling("1", 0.5, 0.0, 1.0, False)),
            (CategoryTable("a b (cm)", ("[UNK]", "[UNK]]", "é", "x y"), False), CategoryTable("_", ("q",), True)),
        ),
        PreparedInput("right", (), (CategoryTable("_", ("q",), True),)),
        PreparedInput("plain", (NumberScaling("1", 0.5, 0.0, 1.0, False),)),
        PreparedInput("large", (NumberScaling("l", 0.0, 1e25, 1e25, False), NumberScaling("s", 0.0, 0.0, 1e-30, True))),
        PreparedInput("image", passed="picture", passed_shape=(2, 2, 1)),
        PreparedInput("words", passed="text", passed_shape=(3,), dtype="int32"),
    )
)
RAW = {
    "a/b (cm)": np.array([[1], [np.nan], [9]], "float32"),
    "1": np.array([[np.nan], [5], [6]], "float32"),
    "a b (cm)": np.array([["é"], ["[UNK]"], ["never seen"]], object),
    "_": np.array([[""], ["q"], ["r"]], object),
    "l": np.array([[0], [1e25], [3e25]], "float32"),
    "s": np.array([[0], [1e-30], [np.nan]], "float32"),
    "picture": np.arange(12, dtype="float32").reshape(3, 2, 2, 1),
    "text": np.arange(9, dtype="int32").reshape(3, 3),
}


@pytest.mark.train
@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "float64"])
def test_model_agrees_with_numpy(model_of: Callable[[Preprocessing], Any], tmp_path: Path, policy: str) -> None:
    import keras

    from specc.keras_target.preprocessing import prepare, raw_names

    assert list(raw_names(STRANGE).values()) == [
        "picture",
        "text",
        "a_b_cm",
        "column_1",
        "l",
        "s",
        "a_b_cm_2",
        "column",
    ]
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = model_of(STRANGE)
    finally:
        keras.config.set_dtype_policy(before)
    model.save(tmp_path / "preprocessing.keras")
    again = keras.saving.load_model(tmp_path / "preprocessing.keras", safe_mode=True)
    for each in (model, again):
        found = prepare(each, STRANGE, RAW)
        for prepared in STRANGE.inputs:
            expected = RAW[prepared.passed] if prepared.passed else reference(prepared, RAW)
            assert found[prepared.name].dtype == expected.dtype
            assert found[prepared.name].shape[1:] == prepared.shape
            np.testing.assert_allclose(found[prepared.name], expected, rtol=1e-6)
    assert found["plain"].tolist() == [[0.5], [5], [6]]


@pytest.mark.train
def test_model_of_penguins_with_values_never_seen(model_of: Callable[[Preprocessing], Any], project: Path) -> None:
    from specc.keras_target.preprocessing import prepare

    write_penguins(project)
    columns, parts, preprocessing = fitted(PENGUINS, project)
    rows = np.concatenate([parts.test, parts.train])
    raw = feed(columns, rows, preprocessing)
    raw["island"][0, 0], raw["sex"][1, 0], raw["mass"][2, 0], raw["island"][3, 0] = "Torgersen", "", np.nan, ""
    prepared = prepare(model_of(preprocessing), preprocessing, raw)["input"]
    np.testing.assert_allclose(prepared, reference(preprocessing.inputs[0], raw), rtol=1e-5, atol=1e-6)
    assert prepared[0, -2:].tolist() == prepared[3, -2:].tolist() == [0, 0]
    train = prepared[len(parts.test) :, 1]
    assert abs(train.mean()) < 1e-5
    assert abs(train.std() - 1) < 1e-5


@pytest.mark.train
def test_many_rows_in_pieces(model_of: Callable[[Preprocessing], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from specc.keras_target import preprocessing as target

    columns, parts, preprocessing = fitted("dataset: moons")
    raw = feed(columns, parts.train, preprocessing)
    whole = target.prepare(model_of(preprocessing), preprocessing, raw)
    monkeypatch.setattr(target, "ROWS_AT_ONCE", 64)
    np.testing.assert_array_equal(whole["input"], target.prepare(model_of(preprocessing), preprocessing, raw)["input"])
    none = target.prepare(model_of(preprocessing), preprocessing, feed(columns, parts.train[:0], preprocessing))
    assert none["input"].shape == (0, 2)


@pytest.mark.train
def test_no_model_for_an_image(model_of: Callable[[Preprocessing], Any]) -> None:
    from specc.keras_target.preprocessing import prepare

    columns, parts, preprocessing = fitted("dataset: digits")
    assert model_of(preprocessing) is None
    prepared = prepare(None, preprocessing, feed(columns, parts.test, preprocessing))
    np.testing.assert_array_equal(prepared["input"], columns.values["image"][parts.test])


def test_a_column_without_any_training_value(project: Path) -> None:
    (project / "a.csv").write_text("x,e,y\n1,,5.5\n2,,1\n3,,2\n6,,3\n")
    columns, parts, preprocessing = fitted("{csv: a.csv, target: y}", project)
    assert preprocessing.inputs[0].numbers[1] == NumberScaling("e", 0.0, 0.0, 1.0, has_missing=True)
    assert preprocessing.inputs[0].shape == columns.facts.inputs["input"].shape
    assert len(parts.train) == 2
