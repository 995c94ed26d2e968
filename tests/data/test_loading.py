import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from specc.data import library_sets
from specc.data.facts import ColumnFacts, DataFacts
from specc.data.library_sets import keras_set, padded
from specc.data.loading import Array, Columns, encode_targets, fingerprint, load
from specc.data.reading.scan import ReadingError
from specc.data.sets import SETS, find_set
from specc.data.splitting import Split
from specc.data.stored import MadeColumn
from tests.data.sections import PENGUINS, described, loaded, raw, section, write_penguins
from tests.data.sources.files import write_pets, write_texts

KERAS = ["mnist", "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters", "california_housing"]
LOCAL = [name for name in SETS if name not in KERAS]


@pytest.mark.parametrize("name", LOCAL)
def test_facts_are_those_of_the_arrays(name: str) -> None:
    facts, columns = described(f"dataset: {name}"), loaded(f"dataset: {name}")
    assert facts == columns.facts
    assert len(columns) == facts.samples
    for column in facts.columns.values():
        values = raw(columns, column.name)
        assert values.shape == (facts.samples, *column.shape)
        assert values.dtype == (object if column.dtype == "string" else column.dtype)
    for target in facts.targets:
        encoded = encode_targets(columns)[target.name]
        assert encoded.shape == (facts.samples, *target.shape)
        if target.kind == "classes":
            assert sorted(set(encoded[:, 0])) == list(range(target.classes or 0))


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_tables_are_scikit_learns(name: str) -> None:
    bunch = getattr(datasets, f"load_{name}")()
    columns = loaded(f"dataset: {name}")
    names = [re.sub(r"[^a-z0-9]+", "_", re.sub(r"\(.*\)", "", str(feature)).strip()) for feature in bunch.feature_names]
    assert list(columns.facts.features) == names
    (target,) = columns.facts.targets
    assert list(target.names or ()) == list(getattr(bunch, "target_names", []))
    np.testing.assert_array_equal(np.stack([raw(columns, n) for n in names], 1), bunch.data.astype("float32"))
    np.testing.assert_array_equal(encode_targets(columns)[target.name][:, 0], bunch.target)


def test_digits_are_scikit_learns() -> None:
    columns, bunch = loaded("dataset: digits"), datasets.load_digits()
    np.testing.assert_array_equal(raw(columns, "image")[..., 0], bunch.images)
    np.testing.assert_array_equal(encode_targets(columns)["digit"][:, 0], bunch.target)


def close(x: Any, y: Any, radius: Any) -> Any:
    """Which points lie on a circle of that radius around the origin."""
    return np.isclose(np.hypot(x, y), radius, atol=1e-5)


def upper(values: Any) -> Any:
    return (values["moon"] == "1").astype("float32")


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("dataset: {xor: {samples: 4, noise: 0}}", lambda v: (v["a"] != v["b"]) == (v["xor"] == "1")),
        ("dataset: {circles: {noise: 0}}", lambda v: close(v["x"], v["y"], np.where(v["circle"] == "0", 1, 0.5))),
        ("dataset: {spirals: {classes: 3}}", lambda v: np.hypot(v["x"], v["y"]) < 1.5),
        ("dataset: {moons: {noise: 0}}", lambda v: close(v["x"] - upper(v), v["y"] - upper(v) / 2, 1)),
        ("dataset: {blobs: {spread: 0, features: 3}}", lambda v: close(v["x1"], v["x2"], 4) & (v["x3"] == 0)),
        ("dataset: {eight_gaussians: {std: 0}}", lambda v: close(v["x"], v["y"], 2)),
        ("dataset: {blobs: {spread: 0, features: 1}}", lambda v: v["x1"] == 4 * v["blob"].astype(int) - 4),
        ("dataset: {sines: {noise: 0}}", lambda v: np.abs(v["next"] - v["wave"][:, -1, 0]) <= 2 * np.pi * 6 / 32),
    ],
)
def test_formulas(text: str, check: Any) -> None:
    columns = loaded(text)
    assert np.all(check({name: raw(columns, name) for name in columns.stored}))
    assert fingerprint(columns) == fingerprint(loaded(text))


def test_generated_sets_differ_by_seed() -> None:
    assert fingerprint(loaded("dataset: {moons: {seed: 1}}")) != fingerprint(loaded("dataset: {moons: {seed: 2}}"))


def test_csv_columns(project: Path) -> None:
    (project / "a.csv").write_text("x,c,k,y\n1,a,1,1.0\n,b,2.0,0\n-2.5e1,,01,0\n")
    columns = loaded("{csv: a.csv, target: y, columns: {k: category}}", project)
    np.testing.assert_array_equal(raw(columns, "x"), np.array([1, np.nan, -25], "float32"))
    assert list(raw(columns, "c")) == ["a", "b", ""]
    assert list(raw(columns, "k")) == ["1", "2", "1"]
    assert list(raw(columns, "y")) == ["1", "0", "0"]
    np.testing.assert_array_equal(encode_targets(columns)["y"], [[1], [0], [0]])


def test_several_targets() -> None:
    columns = loaded("{dataset: iris, target: [species, petal_width]}")
    encoded = encode_targets(columns)
    assert {name: (array.shape, str(array.dtype)) for name, array in encoded.items()} == {
        "species": ((150, 1), "int32"),
        "petal_width": ((150, 1), "float32"),
    }
    assert columns.facts.features == ("sepal_length", "sepal_width", "petal_length")


def test_a_class_target_as_a_number() -> None:
    columns = loaded("{dataset: digits, columns: {digit: number}}")
    np.testing.assert_array_equal(encode_targets(columns)["digit"][:, 0], datasets.load_digits().target)


def test_a_number_of_a_set_as_a_category() -> None:
    columns = loaded("{dataset: wine, columns: {proline: category}}")
    assert columns.facts.inputs["input"].shape == (None,)
    assert raw(columns, "proline")[0] == "1065"


def test_fingerprint(project: Path) -> None:
    write_penguins(project)
    first = fingerprint(loaded(PENGUINS, project))
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", first)
    assert first == fingerprint(loaded(PENGUINS, project, seed=9)), "the data does not depend on the split"
    path = project / "penguins.csv"
    path.write_text(path.read_text().replace("Dream", "Drean", 1))
    assert first != fingerprint(loaded(PENGUINS, project))


def test_images_and_texts_count_by_their_files(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pets(project / "pets")
    write_texts(project / "reviews", {"good": ["a", "b"], "bad": ["c", "d"]})
    Path("pets.csv").write_text("file,y\npets/cat/0.png,1\npets/dog/1.png,2\npets/cat/2.png,4\n")
    whole = "split: {validation: 0, test: 0}"
    sources = {
        f"{{images: pets, {whole}}}": project / "pets" / "dog" / "1.png",
        f"{{csv: pets.csv, target: y, columns: {{file: image}}, {whole}}}": project / "pets" / "cat" / "2.png",
        f"{{texts: reviews, {whole}}}": project / "reviews" / "bad" / "0.txt",
    }
    found = {source: loaded(source, project) for source in sources}
    with monkeypatch.context() as patched:
        for name in ("images.decoded", "text_folders.text_of"):
            patched.setattr(f"specc.data.reading.{name}", None)  # what decodes is not called
        first = {source: fingerprint(columns) for source, columns in found.items()}
    for source, path in sources.items():
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        assert fingerprint(loaded(source, project)) != first[source], source
        path.unlink()
        with pytest.raises(ReadingError, match="cannot be read"):
            fingerprint(found[source])
        path.write_bytes(content)
        assert fingerprint(loaded(source, project)) == first[source], source


def test_a_fingerprint_looks_at_few_large_arrays_at_once() -> None:
    asked: list[int] = []

    def make(rows: Array) -> Array:
        asked.append(len(rows))
        return np.zeros((len(rows), 1024, 1024), "uint8")

    facts = ColumnFacts("x", "image", (1024, 1024), "uint8")
    columns = Columns(
        DataFacts("x", 10, {"x": facts}, ()),
        {"x": MadeColumn(10, make)},
        Split(np.arange(10), np.arange(0), np.arange(0)),
    )
    fingerprint(columns)
    assert asked == [4, 4, 2]


def test_load_reports_what_describe_reports(project: Path) -> None:
    columns, findings = load(section("{csv: no.csv, target: y}"), project, project)
    assert columns is None
    assert [finding.code for finding in findings] == ["no-such-file"]


@pytest.mark.train
@pytest.mark.parametrize("name", KERAS)
def test_without_a_network(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    monkeypatch.setattr(keras.src.utils.file_utils.config, "keras_home", lambda: str(tmp_path))
    columns, findings = load(section(f"dataset: {name}"), tmp_path, tmp_path)
    assert columns is None
    (finding,) = findings
    assert finding.code == "dataset-unavailable"
    assert finding.message.startswith(f"`{name}` has to be downloaded and cannot be reached: ")
    assert finding.span[1:3] == (1, 10)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()], "no partial files"


@pytest.mark.train
@pytest.mark.parametrize("name", KERAS)
def test_keras_arrays_become_columns(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras' arrays in the forms in which it gives them, few and made up."""
    known, _ = find_set(section(f"dataset: {name}").source)
    assert known is not None
    x: dict[str, Any] = {
        "mnist": np.ones((3, 28, 28), "uint8"),
        "fashion_mnist": np.ones((3, 28, 28), "uint8"),
        "cifar10": np.ones((3, 32, 32, 3), "uint8"),
        "cifar100": np.ones((3, 32, 32, 3), "uint8"),
        "imdb": np.array([[1, 2], [3], [1] * 300], object),
        "reuters": np.array([[1, 2], [3], [1] * 300], object),
        "california_housing": np.ones((3, 8), "float32"),
    }
    y = np.array([[0], [1], [0]]) if "cifar" in name else np.array([0, 1, 0])
    module = SimpleNamespace(load_data=lambda **_: ((x[name], y), (x[name][:2], y[:2])))
    monkeypatch.setattr(f"keras.datasets.{name}", module)
    arrays = keras_set(known)
    assert list(arrays) == list(known.columns)
    for column in known.columns.values():
        assert arrays[column.name].shape == (5, *column.shape)
    (target,) = known.targets
    np.testing.assert_array_equal(arrays[target], [0, 1, 0, 0, 1])


def test_padded() -> None:
    words = padded([[5, 6], [1, 2, 3, 4]], 3)
    assert words.dtype == np.int32
    assert words.tolist() == [[5, 6, 0], [1, 2, 3]]


def test_faults_of_our_own_are_not_hidden() -> None:
    def broken() -> None:
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError, match="ours"):
        library_sets._download(SimpleNamespace(load_data=broken), {})


def test_long_identifiers_are_told_apart(tmp_path: Path) -> None:
    ids = [f"1234567890123456789{index % 4}" for index in range(40)]
    lines = [f"{name},{index / 4},{'pq'[index % 2]}" for index, name in enumerate(ids)]
    (tmp_path / "a.csv").write_text("\n".join(["id,x,y", *lines]), encoding="utf-8")
    columns = loaded("{csv: a.csv, target: y, split: {group: id, validation: 0.25, test: 0.25}}", tmp_path)
    parts = (columns.split.train, columns.split.validation, columns.split.test)
    groups = [{ids[row] for row in rows} for rows in parts]
    assert [len(group) for group in groups] == [2, 1, 1]
    assert len(set.union(*groups)) == 4


def test_times_are_read_as_they_are_written(tmp_path: Path) -> None:
    lines = [f"0{month}022024,{month}.5,{'pq'[month % 2]}" for month in range(9, 0, -1)]
    (tmp_path / "a.csv").write_text("\n".join(["t,x,y", *lines, "10022024,1.5,p"]), encoding="utf-8")
    text = "{csv: a.csv, target: y, columns: {t: {datetime: '%d%m%Y'}}, split: {time: t, validation: 0, test: 2}}"
    assert sorted(loaded(text, tmp_path).split.test) == [0, 9]
