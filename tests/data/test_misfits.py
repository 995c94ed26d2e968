"""Values that are not of their column's kind: told at their place by a check and by a training, or left out by both."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from specc.data import describe
from specc.data.loading import Columns, load
from specc.data.misfits import misfit
from specc.data.reading import csv_file
from specc.data.survey import MOST_VALUES
from specc.diagnostics import Finding
from tests.data.sections import loaded, section

END = "target: y, split: {validation: 0, test: 0}"


@pytest.mark.parametrize(
    ("text", "kind", "options", "why"),
    [
        ("1e3", "number", {}, None),
        ("many", "number", {}, "no number"),
        ("Yes", "boolean", {}, None),
        ("0", "boolean", {}, "neither true nor false"),
        ("2024-02-29", "datetime", {}, None),
        ("29.02.2024", "datetime", {}, "no date"),
        ("29.02.2024", "datetime", {"format": "%d.%m.%Y"}, None),
        ("1 2 3", "vector", {"length": 3}, None),
        ("[1, 2.5]", "vector", {}, None),
        ("1 2", "vector", {"length": 3}, "a list of 2 instead of 3 numbers"),
        ("1 2", "sequence", {"length": 3}, None),
        ("1;2", "sequence", {"separator": ";"}, None),
        ("1;2", "sequence", {}, "no list of numbers"),
        ("1 x 3", "vector", {}, "no list of numbers"),
        ("[]", "sequence", {}, "no list of numbers"),
        ("1 inf", "vector", {}, "no list of numbers"),
        ("1 2", "sequence", {"dtype": "int32"}, None),
        ("1 2.5", "sequence", {"dtype": "int32"}, "no list of whole numbers below 2**31"),
        ("1 1e30", "sequence", {"dtype": "int32"}, "no list of whole numbers below 2**31"),
        ("anything", "category", {}, None),
    ],
)
def test_misfits(text: str, kind: str, options: dict[str, object], why: str | None) -> None:
    assert misfit(text, kind, options) == why


@pytest.mark.parametrize(
    ("said", "values", "code", "row"),
    [
        ("number", ["1", "2", "many", "x"], "not-a-number", 2),
        ("boolean", ["yes", "no", "", "maybe"], "not-a-boolean", 3),
        ("boolean", ["0", "1", "1", "0"], "not-a-boolean", 0),
        ("datetime", ["2024-02-29", "soon", "soon", ""], "not-a-date", 1),
        ("vector", ["1 2", "3 4", "5", "6 7"], "not-a-list", 2),
        ("vector", ["1 x", "3 4", "5 6", "6 7"], "not-a-list", 0),
        ("vector", ["1 2", "3 4", "", "6 7"], "not-a-list", 2),
        ("{vector: 2}", ["1", "3 4", "5 6", "6 7"], "not-a-list", 0),
        ("{sequence: 2}", ["1", "3 4 5", "x", "6 7"], "not-a-list", 2),
        ("{sequence: 2}", ["1", "3 4 5", "6 7", ""], "not-a-list", 3),
        ("vector", ["1 2", "3 4", "[5, 6]", "6 7"], None, 0),
        ("{sequence: 2}", ["1", "3 4 5", "6 7", "8"], None, 0),
    ],
)
@pytest.mark.parametrize("source", ["csv", "jsonl", "table"])
def test_places(  # noqa: PLR0917  a table of cases
    said: str, values: list[str], code: str | None, row: int, source: str, tmp_path: Path
) -> None:
    rows = [{"x": value or None, "y": "pq"[index % 2]} for index, value in enumerate(values)]
    (tmp_path / "a.csv").write_text(
        "y;x\n" + "".join(f"{each['y']};{each['x'] or ''}\n" for each in rows), encoding="utf-8"
    )
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    file = {"csv": "csv: {path: a.csv, separator: ;}", "jsonl": "jsonl: a.jsonl", "table": f"table: {json.dumps(rows)}"}
    text = f"{{{file[source]}, {END}, columns: {{x: {said}}}, inputs: {{i: x}}"
    _, light = describe(section(text + "}"), tmp_path, tmp_path)
    columns, heavy = load(section(text + "}"), tmp_path, tmp_path)
    assert [(each.code, each.message, each.span.line) for each in light] == [
        (each.code, each.message, each.span.line) for each in heavy
    ]
    assert [each.code for each in light] == ([code] if code else [])
    if not code:
        assert columns is not None
        columns.arrays("x")
        return
    if source != "table":
        place = heavy[0].span
        assert (place.path.rsplit("/", 1)[-1], place.line) == (f"a.{source}", row + (2 if source == "csv" else 1))
    skipping = text + ", on_bad_row: skip}"
    if said != "vector":  # without a length no row can be too short
        assert {each.code for each in describe(section(skipping), tmp_path, tmp_path)[1]} <= {
            "rows-left-out",
            "empty-data",
            "constant-target",
        }


def loaded_late(folder: Path, row: str, last: Sequence[str], kind: str) -> tuple[Columns | None, list[Finding]]:
    """What loading gives of rows that all differ, more of them than a survey shows, and of `last` behind them."""
    rows = [row.format(index) + f",{index % 2}" for index in range(MOST_VALUES + 10)]
    (folder / "a.csv").write_text("\n".join(["x,y", *rows, *last]) + "\n", encoding="utf-8")
    return load(section(f"{{csv: a.csv, {END}, columns: {{x: {kind}}}, inputs: {{i: x}}}}"), folder, folder)


def test_a_value_that_no_survey_has_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "PIECE", 1 << 16)
    columns, findings = loaded_late(tmp_path, "{}", ["1 2,1", "3,0"], "vector")
    assert columns is None
    assert [(each.code, each.span.line) for each in findings] == [("not-a-list", MOST_VALUES + 12)]


def test_whole_numbers_that_no_survey_has_shown(tmp_path: Path) -> None:
    columns, findings = loaded_late(tmp_path, "{} 2", ["1.5 2,1"], "{sequence: {length: 2, dtype: int32}}")
    assert columns is None
    assert [(each.code, each.span.line) for each in findings] == [("not-a-list", MOST_VALUES + 12)]


def test_what_is_no_number_is_shown_however_late_it_comes(tmp_path: Path) -> None:
    (finding,) = loaded_late(tmp_path, "{}", ["oops,1"], "number")[1]
    assert finding.message == "`x` is declared as a number and holds `oops`"


def test_a_vector_is_as_long_as_its_first_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1 2 3,p\n4 5 6,q\n", encoding="utf-8")
    columns = loaded(f"{{csv: a.csv, {END}, columns: {{x: vector}}}}", tmp_path)
    assert columns.facts.inputs["input"].shape == (3,)
    np.testing.assert_array_equal(columns.arrays("x"), [[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize(
    ("texts", "options", "first"),
    [
        (["many"], "", "many"),
        (["inf"], "", "inf"),
        (["1,5", "x"], "", "1,5"),
        (["many"], ", columns: {x: category}", None),
        (["many"], ", drop: x", None),
        ([], "", None),
        (["a", "b", "c", "d"] * 5, "", None),
    ],
)
def test_nearly_numbers(texts: list[str], options: str, first: str | None, tmp_path: Path) -> None:
    values = [f"{index}.5" for index in range(40)] + texts
    lines = ["y;z;x", *(f"{'pq'[index % 2]};{index % 3};{value}" for index, value in enumerate(values))]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    data = section(f"{{csv: {{path: a.csv, separator: ;}}, {END}{options}}}")
    for _, findings in (describe(data, tmp_path, tmp_path), load(data, tmp_path, tmp_path)):
        found = [each for each in findings if each.code == "nearly-number"]
        assert len(found) == (first is not None)
        if first is not None:
            assert f"`{first}`" in found[0].message
            assert (found[0].span.line, found[0].span.column) == (42, 1 + len("p;1;"))


def test_a_code_that_is_mostly_0_is_no_number(tmp_path: Path) -> None:
    values = ["0"] * 90 + ["A", "B", "C"]
    (tmp_path / "a.csv").write_text(
        "x,y\n" + "\n".join(f"{value},{'pq'[index % 2]}" for index, value in enumerate(values)), encoding="utf-8"
    )
    assert describe(section(f"{{csv: a.csv, {END}}}"), tmp_path, tmp_path)[1] == []
