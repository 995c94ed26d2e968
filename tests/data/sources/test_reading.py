"""Good files of each source: a check says what they hold, and loading gives it."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from specc.data import describe
from specc.data.facts import DataFacts
from specc.data.loading import Columns, load
from tests.data.sections import described, loaded, section
from tests.data.sources.files import (
    write_arrays,
    write_arrow,
    write_image,
    write_pets,
    write_records,
    write_table,
    write_texts,
)

Shapes = Mapping[str, tuple[str, tuple[int, ...], str]]


def shapes(facts: DataFacts) -> dict[str, tuple[str, tuple[int | None, ...], str]]:
    return {name: (column.kind, column.shape, column.dtype) for name, column in facts.columns.items()}


def agreed(text: str, folder: Path) -> Columns:
    """The columns, after it is seen that a check knows the same of them."""
    checked, columns = described(text, folder), loaded(text, folder)
    assert shapes(checked) == shapes(columns.facts)
    assert checked.targets == columns.facts.targets
    assert checked.inputs == columns.facts.inputs
    assert (checked.samples, checked.given_validation, checked.given_test) == (
        len(columns),
        columns.facts.given_validation,
        columns.facts.given_test,
    )
    return columns


def unknown(text: str, folder: Path) -> Columns:
    """The columns of a source of which a check knows nothing."""
    assert describe(section(text), folder, folder) == (None, [])
    return loaded(text, folder)


NO_SPLIT = "split: {validation: 0, test: 0}"


def test_images(project: Path) -> None:
    write_pets(project / "pets")
    (project / "pets" / ".DS_Store").write_text("hidden")
    columns = agreed(f"{{images: pets, {NO_SPLIT}}}", project)
    assert shapes(columns.facts) == {"image": ("image", (4, 6, 3), "uint8"), "label": ("category", (), "string")}
    assert columns.facts.targets[0].names == ("cat", "dog")
    assert columns.texts("label").tolist() == ["cat", "cat", "cat", "dog", "dog"]
    assert columns.arrays("image")[:, 0, 0, 0].tolist() == [0, 1, 2, 0, 1]
    assert columns.arrays("image", np.array([4, 1]))[:, 3, 5, 2].tolist() == [1, 1]


def test_images_of_several_forms_and_sizes(project: Path) -> None:
    for index, ending in enumerate(("jpg", "png", "gif", "bmp", "webp")):
        write_image(project / "pets" / "cat" / f"{index}.{ending}", (3 + index, 9))
        write_image(project / "pets" / "dog" / f"{index}.{ending}", (3 + index, 9), 70, "L")
    columns = agreed(f"{{images: {{path: pets, size: [8, 5]}}, {NO_SPLIT}}}", project)
    images = columns.arrays("image").astype(int)
    assert images.shape == (10, 8, 5, 3)
    assert np.abs(images[:5] - np.array([200, 30, 90])).max() <= 6, "JPEG and WebP lose a little"
    assert np.abs(images[5:] - 70).max() <= 3


def test_images_as_keras_resizes_them(project: Path) -> None:
    import keras

    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (20, 30, 3), "uint8")
    (project / "pets" / "cat").mkdir(parents=True)
    Image.fromarray(pixels).save(project / "pets" / "cat" / "a.png")
    Image.fromarray(pixels).save(project / "pets" / "cat" / "b.webp", lossless=True)
    write_image(project / "pets" / "dog" / "a.png")
    columns = loaded(f"{{images: {{path: pets, size: [7, 11]}}, {NO_SPLIT}}}", project)
    expected = np.round(keras.ops.convert_to_numpy(keras.layers.Resizing(7, 11)(pixels[None])))
    assert np.array_equal(columns.arrays("image")[0], expected[0])
    assert np.array_equal(columns.arrays("image")[1], expected[0]), "what Pillow decodes is resized alike"


@pytest.mark.parametrize(("channels", "value"), [(1, [76]), (3, [255, 0, 0]), (4, [255, 0, 0, 255])])
def test_channels(project: Path, channels: int, value: list[int]) -> None:
    write_image(project / "pets" / "cat" / "a.png", colour=(255, 0, 0))
    write_image(project / "pets" / "dog" / "a.png", colour=(255, 0, 0))
    columns = agreed(f"{{images: {{path: pets, channels: {channels}}}, {NO_SPLIT}}}", project)
    assert columns.arrays("image")[0, 0, 0].tolist() == value


def test_parts_with_folders_of_their_own(project: Path) -> None:
    for part, counts in {"a": {"cat": 3, "dog": 2}, "b": {"dog": 2}, "c": {"cat": 1}}.items():
        write_pets(project / part, counts)
    columns = agreed("{images: {path: a, validation: b, test: c}}", project)
    assert (columns.facts.given_validation, columns.facts.given_test) == (2, 1)
    assert columns.texts("label").tolist() == ["cat", "cat", "cat", "dog", "dog", "dog", "dog", "cat"]
    assert (columns.split.validation.tolist(), columns.split.test.tolist()) == ([5, 6], [7])


@pytest.mark.parametrize(("classes", "kind", "shape"), [("", "number", (4, 6, 1)), (", classes: 3", "classes", (4, 6))])
def test_masks(project: Path, classes: str, kind: str, shape: tuple[int, ...]) -> None:
    for index in range(5):
        write_image(project / "photos" / "sub" / f"{index}.jpg")
        write_image(project / "masks" / "sub" / f"{index}.png", colour=index % 3, mode="L")
    columns = agreed(f"{{images: {{path: photos, masks: masks{classes}}}, {NO_SPLIT}}}", project)
    (target,) = columns.facts.targets
    assert (target.name, target.kind, target.shape, target.classes) == ("mask", kind, shape, 3 if classes else None)
    assert list(columns.facts.inputs["input"].columns) == ["image"]
    values = columns.arrays("mask")[:, 0, 0].ravel()
    expected = np.arange(5) % 3 / (1 if classes else 255)
    assert np.allclose(values, expected)
    assert values.dtype == ("int32" if classes else "float32")


def test_texts(project: Path) -> None:
    write_texts(project / "reviews", {"good": ["nice", "grün"], "bad": ["no\nno"]})
    columns = agreed(f"{{texts: reviews, {NO_SPLIT}}}", project)
    assert columns.texts("text").tolist() == ["no\nno", "nice", "grün"]
    assert columns.texts("label").tolist() == ["bad", "good", "good"]


def test_lines_by_class(project: Path) -> None:
    (project / "good.txt").write_text("yes\n\n fine \r\n")
    (project / "bad.txt").write_bytes("nö\n".encode("latin-1"))
    columns = agreed(f"{{lines: {{path: {{pro: good.txt, con: bad.txt}}, encoding: latin-1}}, {NO_SPLIT}}}", project)
    assert columns.texts("text").tolist() == ["yes", " fine ", "nö"]
    assert columns.texts("text", np.array([2, 0])).tolist() == ["nö", "yes"]
    assert columns.texts("label").tolist() == ["pro", "pro", "con"]


def test_running_text(project: Path) -> None:
    (project / "a.txt").write_bytes(b"abcabcabca\r\ncabcabcabcxyz")
    columns = agreed("{text: {path: a.txt, length: 3}, split: {validation: 0.2, test: 0.2}}", project)
    (target,) = columns.facts.targets
    assert target.names == ("[UNK]", "\n", "a", "b", "c"), "of the training part alone"
    assert (target.shape, columns.facts.inputs["input"].shape) == ((3,), (3,))
    texts, later = columns.arrays("text"), columns.arrays("next")
    assert texts.dtype == "int32"
    assert np.array_equal(texts[0], [2, 3, 4])
    assert np.array_equal(texts[:, 1:], later[:, :-1])
    assert (columns.facts.given_validation, columns.facts.given_test) == (1, 1)
    assert later[-1].tolist() == [4, 0, 0], "x and y stand in the test part alone"


def test_running_text_of_words(project: Path) -> None:
    (project / "a.txt").write_text("to be or not to be that is to be " * 5)
    columns = agreed("{text: {path: a.txt, unit: word, length: 4, stride: 1, vocabulary: 2}}", project)
    assert columns.facts.targets[0].names == ("[UNK]", "be", "to")
    assert columns.arrays("text")[0].tolist() == [2, 1, 0, 0]
    assert columns.split.train.tolist() == list(range(columns.split.train[-1] + 1))


def test_numpy(project: Path) -> None:
    x = np.arange(24, dtype="f8").reshape(8, 3)
    write_arrays(
        project / "a.npz",
        x=np.asfortranarray(x),
        image=np.zeros((8, 5, 4), "u1"),
        words=np.ones((8, 6), "i8"),
        y=np.array(list("pqpqpqpq")),
        z=np.array([0.1, np.nan, 2.0, 1e20, 3, 4, 5, 6], "f4"),
        ok=np.array([True, False] * 4),
    )
    text = f"{{numpy: a.npz, target: y, drop: [image, words], {NO_SPLIT}}}"
    columns = agreed(text, project)
    assert shapes(columns.facts) == {
        "x": ("vector", (3,), "float32"),
        "image": ("image", (5, 4, 1), "uint8"),
        "words": ("sequence", (6,), "int32"),
        "y": ("category", (), "string"),
        "z": ("number", (), "float32"),
        "ok": ("boolean", (), "float32"),
    }
    assert np.array_equal(columns.arrays("x", np.array([7, 2])), x[[7, 2]])
    assert np.array_equal(columns.numbers("z"), np.array([0.1, np.nan, 2.0, 1e20, 3, 4, 5, 6], "f4"), equal_nan=True)
    assert columns.texts("y").tolist() == list("pqpqpqpq")


def test_numpy_by_column_and_part(project: Path) -> None:
    for part, rows in (("train", 6), ("test", 3)):
        np.save(project / f"x-{part}.npy", np.full((rows, 2), rows, "f4"))
        np.save(project / f"y-{part}.npy", np.arange(rows) % 2)
    write = "{x: x-train.npy, y: y-train.npy}"
    columns = agreed(f"{{numpy: {{path: {write}, test: {{x: x-test.npy, y: y-test.npy}}}}, target: y}}", project)
    assert (len(columns), columns.facts.given_test) == (9, 3)
    assert columns.arrays("x", np.array([5, 6, 0]))[:, 0].tolist() == [6, 3, 6]


def test_a_packed_archive(project: Path) -> None:
    np.savez_compressed(project / "a.npz", x=np.eye(6, dtype="f4"), y=np.arange(6) % 2)
    columns = agreed("{numpy: a.npz, target: y}", project)
    assert np.array_equal(columns.arrays("x"), np.eye(6))


def test_rows_without_a_value_are_left_out_of_arrays_too(project: Path) -> None:
    write_arrays(
        project / "a.npz", x=np.arange(12.0).reshape(6, 2), z=np.array([1, np.nan, 3, 4, 5, 6]), y=np.arange(6) % 2
    )
    columns = agreed("{numpy: a.npz, target: y, columns: {z: {number: {missing: drop}}}}", project)
    assert columns.arrays("x")[:, 0].tolist() == [0, 4, 6, 8, 10]


@pytest.mark.parametrize("rule", ["columns: {x: {number: {missing: drop}}}", "on_bad_row: skip, columns: {y: number}"])
def test_a_key_that_is_not_there_is_a_missing_value(project: Path, rule: str) -> None:
    rows = [{"x": row, "y": row} for row in range(6)] + [{"x": None, "y": None}, {"z": 1}]
    (project / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    columns = agreed(f"{{jsonl: a.jsonl, target: y, {rule}, drop: [z]}}", project)
    assert len(columns) == 6
    assert [row.line for row in columns.left_out] == [7, 8]


def test_rows_have_the_numbers_of_the_source(project: Path) -> None:
    """Those that are left out count, in all files, whichever way a piece of them is read."""
    (project / "a.csv").write_text(
        "x,y\n" + "".join(f"{'no' if row in {0, 3, 4} else row},{row}\n" for row in range(8))
    )
    (project / "b.csv").write_text('x,y\n"8",8\n,9\n10,10,10\n11,11\nno,12\n13,13\n')
    skip = "target: y, columns: {x: number}, on_bad_row: skip, " + NO_SPLIT
    columns = agreed(f"{{csv: [a.csv, b.csv], {skip}}}", project)
    rows = np.arange(len(columns))
    assert len(columns) == 9
    assert columns.in_source(rows).tolist() == columns.numbers("y", rows).tolist() == [1, 2, 5, 6, 7, 8, 9, 11, 13]
    lines = [json.dumps({"x": "no" if row % 3 else row, "y": row}) + "\n" * (row % 2 + 1) for row in range(8)]
    (project / "a.jsonl").write_text("".join(lines))
    columns = agreed(f"{{jsonl: a.jsonl, {skip}}}", project)
    assert columns.in_source(np.arange(3)).tolist() == [0, 3, 6]
    write_table(project / "a.parquet", x=["1", "no", "2", "no", "3"], y=[0, 1, 2, 3, 4])
    columns = unknown(f"{{parquet: a.parquet, {skip}}}", project)
    assert columns.in_source(np.arange(3)).tolist() == [0, 2, 4]
    assert columns.in_source(np.array([2])).tolist() == [4]
    write_table(project / "b.parquet", x=pa.array([], pa.string()), y=pa.array([], pa.int64()))
    write_table(project / "c.parquet", x=["7", "no", "8"], y=[5, 6, 7])
    columns = unknown(f"{{parquet: [a.parquet, b.parquet, c.parquet], {skip}}}", project)
    assert columns.in_source(np.arange(5)).tolist() == columns.numbers("y", np.arange(5)).tolist() == [0, 2, 4, 5, 7]


def test_whole_numbers_of_a_list_stay_what_they_are(project: Path) -> None:
    (project / "a.csv").write_text("x,y\n" + f"16777217 {2**31 - 1},1\n16777216 3,2\n" * 3)
    columns = agreed("{csv: a.csv, target: y, columns: {x: {sequence: {length: 2, dtype: int32}}}}", project)
    assert columns.arrays("x", np.array([0, 1])).tolist() == [[16777217, 2**31 - 1], [16777216, 3]]


def test_hdf5(project: Path) -> None:
    write_arrays(
        project / "a.h5", g__x=np.arange(12, dtype="f4").reshape(6, 2), g__y=np.arange(6) % 3, other=np.zeros(2)
    )
    columns = unknown("{hdf5: {path: a.h5, group: g}, target: y, columns: {y: category}}", project)
    assert columns.arrays("x", np.array([5, 0, 5])).tolist() == [[10, 11], [0, 1], [10, 11]]
    assert columns.facts.targets[0].names == ("0", "1", "2")


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_arrow(project: Path, ending: str) -> None:
    write_table(
        project / f"a.{ending}",
        x=[0.1, None, 2.0, float("nan"), 1e-7, 5.0] * 2,
        n=pa.array([1, None, 3, 4, 5, 6] * 2, pa.int32()),
        c=pa.array(["u", " v ", None] * 4).dictionary_encode(),
        ok=[True, False, None] * 4,
        day=pa.array([1, 2, None] * 4, pa.date32()),
        at=pa.array([0, 86_400_000] * 6, pa.timestamp("ms")),
        v=[[1.0, 2.0]] * 12,
        y=["p", "q"] * 6,
    )
    columns = unknown(f"{{{ending}: a.{ending}, target: y, columns: {{v: {{vector: 2}}}}, {NO_SPLIT}}}", project)
    kinds = {name: column.kind for name, column in columns.facts.columns.items()}
    assert kinds == {
        "x": "number",
        "n": "number",
        "c": "category",
        "ok": "boolean",
        "day": "datetime",
        "at": "datetime",
        "v": "vector",
        "y": "category",
    }
    assert np.array_equal(columns.numbers("x")[:5], np.array([0.1, np.nan, 2, np.nan, 1e-7], "f4"), equal_nan=True)
    assert columns.texts("c")[:3].tolist() == ["u", "v", ""]
    assert columns.numbers("at")[:2].tolist() == [0, 86_400]
    assert columns.arrays("v")[0].tolist() == [1, 2]


@pytest.mark.parametrize("ending", ["parquet", "feather"])
@pytest.mark.parametrize(
    ("index", "more", "expected"),
    [
        (["__index_level_0__"], "", ["x", "y"]),
        (["id", "x"], "", ["y"]),
        (["x"], ", drop: [x]", ["id", "x", "y"]),
        (["id"], ", inputs: {id: [id], x: [x]}", ["id", "x", "y"]),
        (["id"], ", columns: {id: category}", ["id", "x", "y"]),
        ([{"kind": "range", "name": None, "start": 0, "stop": 6, "step": 1}], "", ["id", "x", "y"]),
        (None, "", ["id", "x", "y"]),
    ],
)
def test_the_index_of_pandas_is_no_column(
    project: Path, ending: str, index: list[object] | None, more: str, expected: list[str]
) -> None:
    first = "__index_level_0__" if index == ["__index_level_0__"] else "id"
    told = b"no json" if index is None else json.dumps({"index_columns": index}).encode()
    columns = pa.table({first: [3, 1, 4, 0, 5, 2], "x": [1.5, 2, 3, 4, 5, 6], "y": ["p", "q"] * 3})
    write_arrow(project / f"a.{ending}", columns.replace_schema_metadata({b"pandas": told}))
    text = f"{{{ending}: a.{ending}, target: y{more}, {NO_SPLIT}}}"
    if expected == ["y"]:
        found, findings = load(section(text), project, project)
        assert (found, [finding.code for finding in findings]) == (None, ["no-inputs"])
        return
    assert sorted(unknown(text, project).facts.columns) == expected


def test_a_pattern_of_parquet_files(project: Path) -> None:
    (project / "parts").mkdir()
    for name in ("b", "a"):
        write_table(project / "parts" / f"{name}.parquet", x=[1, 2], y=[name, name])
    columns = unknown(f"{{parquet: parts/*.parquet, target: y, {NO_SPLIT}}}", project)
    assert columns.texts("y").tolist() == ["a", "a", "b", "b"]


def test_tfrecord(project: Path) -> None:
    examples: list[dict[str, list[int] | list[float] | list[str]]] = [
        {"x": [row + 0.5, 1.0], "n": [row], "y": ["pq"[row % 2]]} for row in range(6)
    ]
    write_records(project / "a.tfrecord", examples)
    features = "{x: {dtype: float32, shape: [2]}, n: int64, y: string}"
    columns = unknown(f"{{tfrecord: {{path: a.tfrecord, features: {features}}}, target: y}}", project)
    assert columns.arrays("x")[3].tolist() == [3.5, 1.0]
    assert columns.numbers("n").tolist() == [0, 1, 2, 3, 4, 5]
    assert columns.facts.targets[0].names == ("p", "q")
