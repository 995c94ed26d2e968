from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from specc.check import check
from specc.composition import compose
from specc.data.sets import SETS
from specc.diagnostics import has_errors
from specc.language.overrides import Overrides
from specc.language.read import read
from specc.language.tree import plain
from specc.starter import quoted, starter_spec

PEOPLE = "id,age,town,code,survived,alive,note,empty,same\n" + "".join(
    f"{row + 1},{20 + row % 40},{('here', 'there', '')[row % 3]},{row % 7 / 2},{row % 2},{('no', 'yes')[row % 2]},"
    f"n{row},,1\n"
    for row in range(120)
)


def written(folder: Path, source: str, target: str | None = None) -> tuple[str, Any]:
    """The starter's text, and what the front end reads it as; it must be valid."""
    text, findings = starter_spec(source, target, folder)
    assert not has_errors(findings), findings
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    checked = check(path)
    assert checked.findings == (), (text, checked.findings)
    document, _, _ = read(path, str(path))
    assert document is not None
    return text, plain(compose(document, Overrides(), Path("spec.yaml"), Path()).tree)


def codes(source: str, target: str | None = None, folder: Path = Path()) -> list[str]:
    text, findings = starter_spec(source, target, folder)
    assert text == ""
    return [finding.code for finding in findings]


def test_a_csv_file(project: Path) -> None:
    (project / "people.csv").write_text(PEOPLE, encoding="utf-8")
    text, spec = written(project, str(project / "people.csv"))
    assert spec["name"] == "people"
    assert spec["data"]["csv"] == "people.csv"
    assert spec["data"]["target"] == "survived"
    assert spec["data"]["drop"] == ["id", "alive", "note", "empty", "same"]
    assert "  target: survived   # 2 classes: '0', '1'; guessed, so check it\n" in text
    assert "  #   town  category, 2 values, 40 missing\n" in text
    assert "    - alive   # repeats the target under other names: it gives the answer away\n" in text
    assert "    - id   # only numbers the rows\n" in text


def test_a_target_that_is_named(project: Path) -> None:
    (project / "people.csv").write_text(PEOPLE, encoding="utf-8")
    text, spec = written(project, "people.csv", "age")
    assert spec["data"]["target"] == "age"
    assert "guessed" not in text.split("\n\n")[1].splitlines()[2]


def test_a_file_in_another_folder(project: Path) -> None:
    (project / "data").mkdir()
    (project / "specs").mkdir()
    (project / "data" / "people.csv").write_text(PEOPLE, encoding="utf-8")
    _, spec = written(project / "specs", "data/people.csv")
    assert spec["data"]["csv"] == "../data/people.csv"


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("a,b,c", "c"),
        ("class,target,x", "target"),
        ("Species,b,c", "Species"),
        ("y,b,c", "y"),
        ("class,b,survived", "survived"),
    ],
)
def test_the_guessed_target(header: str, target: str, project: Path) -> None:
    rows = "".join(f"{row * 7 % 11},{row * 5 % 13}.5,{row % 3}\n" for row in range(60))
    (project / "t.csv").write_text(f"{header}\n{rows}", encoding="utf-8")
    text, _ = starter_spec("t.csv", None, project)
    assert yaml.safe_load(text)["data"]["target"] == target


@pytest.mark.parametrize(
    "name", ["no", "1e-3", "010", "a: b", "# x", "$price", "Größe", "two words", "a'b\"c", "null", "- x", "*a", "12:30"]
)
def test_odd_column_names(name: str, project: Path) -> None:
    cell = '"' + name.replace('"', '""') + '"'
    rows = "".join(f"same,{row * 7 % 11},1,{row % 3},{row % 5}.5\n" for row in range(60))
    (project / "odd.csv").write_text(f"{cell},a,b,c,y\n{rows}", encoding="utf-8")
    _, spec = written(project, "odd.csv", "y")
    assert spec["data"]["drop"][0] == name


@given(st.text(min_size=1))
def test_quoted_text_reads_as_itself(text: str) -> None:
    scalar = quoted(text)
    assert "\n" not in scalar
    assert yaml.safe_load(f"a: {scalar}")["a"].replace("$$", "$") == text.replace("$$", "$")


@pytest.mark.parametrize("name", SETS)
def test_a_built_in_set(name: str, project: Path) -> None:
    _, spec = written(project, name)
    assert spec["data"]["dataset"] == name
    assert spec["model"][-1] == "Output"


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("iris", ["Dense", "Dense", "Dropout", "Output"]),
        ("digits", ["Rescaling", "Conv2D", "MaxPooling2D", "Conv2D", "GlobalAveragePooling2D", "Dropout", "Output"]),
        ("imdb", ["Embedding", "GlobalAveragePooling1D", "Dropout", "Output"]),
        ("sines", ["LSTM", "Output"]),
    ],
)
def test_the_network_suits_the_data(name: str, layers: list[str], project: Path) -> None:
    text, findings = starter_spec(name, None, project)
    assert findings == ()
    assert [entry if isinstance(entry, str) else next(iter(entry)) for entry in yaml.safe_load(text)["model"]] == layers


def test_another_target_of_a_set(project: Path) -> None:
    _, spec = written(project, "sines", "band")
    assert spec["data"]["target"] == "band"


def test_a_series_over_time_is_told_how_to_be_read(project: Path) -> None:
    days = "".join(f"1981-01-{day:02},{day % 7 / 2}\n" for day in range(1, 32))
    (project / "days.csv").write_text(f"Date,Temp\n{days}", encoding="utf-8")
    _, (finding,) = starter_spec("days.csv", None, project)
    assert finding.code == "no-inputs"
    assert "`windows: {past: …}`" in finding.help


def test_faults(project: Path) -> None:
    (project / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (project / "empty.csv").touch()
    assert codes("missing.csv") == ["no-such-file"]
    assert codes("empty.csv") == ["empty-data"]
    assert codes(str(project)) == ["not-a-file"]
    assert codes("digitts") == ["unknown-dataset"]
    assert codes("iris", "flower") == ["missing-column"]
    assert codes("people.csv", "surived") == ["missing-column"]


@pytest.mark.train
@pytest.mark.parametrize("source", ["iris", "people.csv"])
def test_it_trains(source: str, project: Path) -> None:
    from specc.cli import specc

    (project / "people.csv").write_text(PEOPLE, encoding="utf-8")
    text, _ = starter_spec(source, None, project)
    (project / "spec.yaml").write_text(text, encoding="utf-8")
    specc(["train", "spec.yaml", "--set", "training.epochs=2"], standalone_mode=False)
    assert list((project / "runs").glob("*/*/report.html"))
