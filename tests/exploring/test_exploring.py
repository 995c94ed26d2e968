"""`specc data`: what it says of columns, what it warns of, and what it is silent about."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from click.testing import CliRunner

from specc.check import check
from specc.cli import specc as group
from specc.exploring import Explored, Profile, explore
from specc.exploring.html_page import as_html
from specc.exploring.leaks import giveaway
from specc.exploring.shifts import category_shift, number_shift
from specc.language.overrides import Overrides
from tests.data.sources.files import write_image

ROWS = 120
Rows: TypeAlias = dict[str, list[object]]
EQUAL = "", ["equal-columns"]
GERMAN = {"red": "rot", "green": "grün", "": ""}


def table(columns: Rows) -> str:
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    return "\n".join(lines) + "\n"


def sound() -> Rows:
    """A number, a category with a hole, and a target of two classes that follows from them with errors."""
    dice = random.Random(5)  # noqa: S311  made-up measurements
    size: list[object] = [round(dice.gauss(10, 3), 3) for _ in range(ROWS)]
    colour: list[object] = [dice.choice(("red", "green", "")) for _ in range(ROWS)]
    kind: list[object] = ["pear" if (float(str(s)) > 10) != (dice.random() < 0.2) else "plum" for s in size]
    return {"size": size, "colour": colour, "kind": kind}


def look(columns: Rows, more: str = "", after: str = "") -> Explored:
    Path("rows.csv").write_text(table(columns))
    Path("spec.yaml").write_text(f"spec: 1\ndata: {{csv: rows.csv, target: kind{more}}}\n{after}")
    return explore(Path("spec.yaml"), Overrides())


def profile_of(found: Explored) -> Profile:
    assert found.profile is not None, found.findings
    return found.profile


def codes(found: Explored) -> list[str]:
    return [finding.code for finding in found.findings]


def test_a_profile_says_what_each_column_holds_in_each_split(project: Path) -> None:
    columns = sound()
    profile = profile_of(look(columns))
    assert dict(profile.rows) == {"train": 84, "validation": 18, "test": 18}
    assert [(column.name, column.kind, column.role) for column in profile.columns] == [
        ("kind", "classes", "target"),
        ("size", "number", "input"),
        ("colour", "category", "input"),
    ]
    by_name = {column.name: column.parts for column in profile.columns}
    sizes = np.array(columns["size"], "float32")
    spreads = [part.spread for part in by_name["size"].values() if part.spread]
    assert min(spread.least for spread in spreads) == pytest.approx(sizes.min())
    assert max(spread.greatest for spread in spreads) == pytest.approx(sizes.max())
    assert [sum(spread.histogram) for spread in spreads] == [84, 18, 18]
    assert len({(spread.low, spread.high) for spread in spreads}) == 1
    assert sum(part.missing for part in by_name["colour"].values()) == columns["colour"].count("")
    assert dict(by_name["colour"]["train"].common).keys() == {"red", "green"}


@pytest.mark.parametrize(
    ("change", "more", "expected"),
    [
        (lambda _: {}, "", []),
        (lambda _: {"year": [2020] * ROWS}, "", ["constant-column"]),
        (lambda _: {"land": ["pt"] * ROWS}, "", ["constant-column"]),
        (lambda _: {"land": ["pt"] * ROWS}, ", drop: [land]", []),
        (lambda _: {"land": ["pt", *[""] * (ROWS - 1)]}, "", []),
        (lambda columns: {"mass": columns["size"]}, "", ["equal-columns"]),
        (lambda columns: {"farbe": [GERMAN[str(c)] for c in columns["colour"]]}, *EQUAL),
        (lambda columns: {"code": [("red", "green", "").index(str(c)) for c in columns["colour"]]}, *EQUAL),
        (lambda columns: {"warm": [c == "red" for c in columns["colour"]]}, "", []),
        (lambda _: {"a": [row % 6 for row in range(ROWS)], "b": [9 - row % 6 for row in range(ROWS)]}, "", []),
        (lambda _: {"name": [f"n{row}" for row in range(ROWS)], "id": [*range(ROWS)]}, "", []),
        (lambda _: {"name": [f"n{row}" for row in range(ROWS)]}, "", []),
        (lambda columns: {"answer": [str(kind)[:2] for kind in columns["kind"]]}, "", ["target-leak"]),
        (lambda columns: {"answer": [3.5 if kind == "pear" else -1 for kind in columns["kind"]]}, "", ["target-leak"]),
        (
            lambda columns: {
                "answer": [str(kind)[:2] if row % 5 else "no" for row, kind in enumerate(columns["kind"])]
            },
            "",
            [],
        ),
    ],
)
def test_warnings_of_columns(change: Callable[[Rows], Rows], more: str, expected: list[str], project: Path) -> None:
    columns = sound()
    found = look({**change(columns), **columns}, more)
    assert [code for code in codes(found) if code != "many-categories"] == expected
    assert all(finding.level == "warning" for finding in found.findings)


def test_a_number_that_is_the_target_in_other_units_gives_it_away(project: Path) -> None:
    columns = sound()
    columns["kind"] = [2.54 * float(str(size)) + 1 for size in columns["size"]]
    assert codes(look(columns)) == ["target-leak"]
    columns["kind"] = [float(str(size)) ** 2 + (row % 7) * 9 for row, size in enumerate(columns["size"])]
    assert codes(look(columns)) == []


@pytest.mark.parametrize("values", [[1e16, 1e16 + 2], [3e38, 3e38], [-3e38, 3e38], [0.0, 5e-324]])
def test_numbers_that_are_large_close_or_small_have_a_histogram(values: list[float], project: Path) -> None:
    lines = "".join(f"{values[row % 2]!r},{'pq'[row % 2]}\n" for row in range(20))
    (project / "a.csv").write_text(f"x,y\n{lines}")
    (project / "spec.yaml").write_text("spec: 1\ndata: {csv: a.csv, target: y, split: {test: 0}}\nmodel: [Output]\n")
    profile = explore(project / "spec.yaml", Overrides()).profile
    assert profile is not None
    (column,) = (each for each in profile.columns if each.name == "x")
    spread = column.parts["train"].spread
    assert spread is not None
    assert sum(spread.histogram) == 17


def test_rows_in_two_splits_are_counted_and_named(project: Path) -> None:
    columns = sound()
    twice: Rows = {name: [*values, *values[:30]] for name, values in columns.items()}
    (finding,) = look(twice).findings
    assert finding.code == "row-in-two-splits"
    number, other = (int(word) for word in finding.notes[0].split("row ")[1].split(",")[0].split(" is "))
    assert abs(number - other) == ROWS


def test_sorted_rows_that_are_divided_as_they_stand_are_a_shift(project: Path) -> None:
    columns = sound()
    order = sorted(range(ROWS), key=lambda row: float(str(columns["size"][row])))
    shifted: Rows = {name: [values[row] for row in order] for name, values in columns.items()}
    shifted["part"] = [*["train"] * 84, *["validation"] * 18, *["test"] * 18]
    found = look(shifted, ", drop: [part], split: {by: part}")
    assert "split-shift" in codes(found)
    assert "`size`" in found.findings[-1].message + found.findings[0].message


def test_a_rare_class_is_worth_a_word(project: Path) -> None:
    columns = sound()
    columns["kind"] = [*["pear"] * (ROWS - 3), *["plum"] * 3]
    assert codes(look(columns)) == ["class-imbalance"]


def test_values_are_told_as_the_model_sees_them(project: Path) -> None:
    columns = sound()
    columns["kind"] = [*columns["kind"][:60], *(f"{kind}." for kind in columns["kind"][60:])]
    columns["part"] = [*["train"] * 60, *["test"] * 60]
    replacing = "columns: {kind: {category: {replace: {pear.: pear, plum.: plum}}}}"
    found = look(columns, f", drop: [part], split: {{by: part}}, {replacing}")
    assert codes(found) == []
    kind = profile_of(found).columns[0]
    assert [{name for name, _ in part.common} for part in kind.parts.values()] == [{"pear", "plum"}] * 2


def test_targets_of_many_classes_each(project: Path) -> None:
    Path("text.txt").write_text("to be or not to be " * 40)
    Path("spec.yaml").write_text("spec: 1\ndata: {text: {path: text.txt, length: 8}}\n")
    text = profile_of(explore(Path("spec.yaml"), Overrides()))
    assert [(column.name, column.kind) for column in text.columns] == [("next", "classes"), ("text", "sequence")]
    for index in range(6):
        write_image(project / "images" / f"{index}.png", (4, 4), index)
        write_image(project / "masks" / f"{index}.png", (4, 4), index % 2)
    Path("spec.yaml").write_text("spec: 1\ndata: {images: {path: images, masks: masks, classes: 2}}\n")
    masks = profile_of(explore(Path("spec.yaml"), Overrides()))
    assert [(column.name, column.shape) for column in masks.columns] == [("mask", (4, 4)), ("image", (4, 4, 3))]


def test_warnings_are_silenced_where_the_spec_allows_them(project: Path) -> None:
    columns: Rows = {"year": [2020] * ROWS, **sound()}
    assert codes(look(columns, after="allow: [constant-column]\n")) == []
    Path("spec.yaml").write_text(Path("spec.yaml").read_text() + "model: [Output]\n")
    assert check(Path("spec.yaml")).findings == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("spec: 1\nmodel: [Output]\n", "missing-key"),
        ("spec: 1\ndata: {csv: none.csv, target: kind}\n", "no-such-file"),
        ("spec: 1\ndata: {csv: rows.csv, target: knd}\n", "missing-column"),
        ("spec: 1\ndata: {csv: rows.csv, targt: kind}\n", "unknown-key"),
        ("spec: 1\ndata: [\n", "invalid-syntax"),
    ],
)
def test_faults_of_the_data_section_are_findings(text: str, code: str, project: Path) -> None:
    Path("rows.csv").write_text(table(sound()))
    Path("spec.yaml").write_text(text)
    found = explore(Path("spec.yaml"), Overrides())
    assert found.profile is None
    assert code in codes(found)


def test_a_faulty_model_keeps_nobody_from_looking_at_the_data(project: Path) -> None:
    found = look(sound(), after="model: [{Dens: 3}, Output]\n")
    assert (codes(found), found.profile is not None) == ([], True)


def test_the_page_escapes_and_shows_images(project: Path) -> None:
    columns = sound()
    columns["<b>colour"] = [f"<script>{value}" for value in columns.pop("colour")]
    found = look({"answer": columns["kind"], **columns})
    page = as_html(profile_of(found), found.findings, found.images)
    assert "<script" not in page
    assert "&lt;b&gt;colour" in page
    assert "<svg" in page
    assert "target-leak" in page
    Path("spec.yaml").write_text("spec: 1\ndata: {dataset: digits}\n")
    digits = explore(Path("spec.yaml"), Overrides())
    page = as_html(profile_of(digits), digits.findings, digits.images)
    assert page.count('src="data:image/png;base64,') == 36


def test_the_command_prints_a_table_writes_a_page_and_speaks_json(project: Path) -> None:
    look({"year": [2020] * ROWS, **sound()})
    done = CliRunner().invoke(group, ["data", "spec.yaml", "-o", "page.html"])
    assert done.exit_code == 0, done.output
    assert "most frequent" in done.output
    assert "wrote page.html" in done.output
    assert "[constant-column]" in done.output
    assert Path("page.html").read_text().rstrip().endswith("</html>")
    content = json.loads(CliRunner().invoke(group, ["data", "spec.yaml", "--json"]).stdout)
    assert [column["name"] for column in content["columns"]] == ["kind", "year", "size", "colour"]
    assert content["findings"][0]["code"] == "constant-column"


@pytest.mark.parametrize(
    ("column", "target", "expected"),
    [
        (["a", "b"] * 50, ["x", "y"] * 50, 1.0),
        ([f"n{row}" for row in range(100)], ["x", "y"] * 50, 0.0),
        (["a", "b"] * 10, ["x", "y"] * 10, 0.0),
        ([0.0, 5.0, float("nan")] * 40, ["x", "y", "z"] * 40, 1.0),
        ([0.0, 1.0, 2.0, 3.0] * 30, [1.0, 3.0, 5.0, 7.0] * 30, 1.0),
        (["a", "b"] * 50, [1.5, 2.5] * 50, 1.0),
        ([float("nan")] * 100, ["x", "y"] * 50, 0.0),
        ([1.0, 2.0] * 50, ["x"] * 100, 0.0),
    ],
)
def test_a_giveaway_is_measured_on_rows_that_were_not_learnt_from(
    column: list[object], target: list[object], expected: float
) -> None:
    def array(values: list[object]) -> np.ndarray:
        return np.array(values, object if isinstance(values[0], str) else "float32")

    assert giveaway(array(column), array(target)) == pytest.approx(expected, abs=0.15)


def test_shifts_are_large_and_no_chance() -> None:
    dice = np.random.default_rng(1)
    one, same, other = dice.normal(0, 1, 2000), dice.normal(0, 1, 500), dice.normal(1, 1, 500)
    assert number_shift(one, same) is None
    assert number_shift(one, other) == pytest.approx(0.38, abs=0.05)
    assert number_shift(one[:5], other[:5]) is None
    assert number_shift(one, other[:0]) is None
    assert category_shift({"a": 500, "b": 500}, {"a": 90, "b": 110}) is None
    assert category_shift({"a": 500, "b": 500}, {"a": 30, "b": 170}) == pytest.approx(0.35)
    assert category_shift({"a": 2, "b": 2}, {"a": 2}) is None
    assert category_shift({"a": 2}, {}) is None
