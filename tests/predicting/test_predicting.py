"""`specc predict` and `specc evaluate`: the figures of training, elsewhere, and faults of files by row and column."""

import csv
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

import specc
from specc.cli import specc as group

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
name: {name}
data: {data}
model: [{first}{{Dense: {{units: 6, activation: relu}}}}, {{Dropout: 0.2}}, Output]
training: {{epochs: 2, batch_size: 8, optimizer: {{Adam: 0.02}}}}
runtime: {{seed: 3}}
report: false
"""
CLASSES = "{csv: {path: rows.csv, separator: ;, missing: ['-']}, target: kind, drop: [id]}"
NUMBER = "{csv: {path: rows.csv, separator: ;, missing: ['-']}, target: size, drop: [id], columns: {old: category}}"


def write_rows(folder: Path) -> None:
    """120 rows of a number with holes, a category with holes, whole numbers, and three classes."""
    dice = random.Random(2)  # noqa: S311  made-up measurements
    lines = ["id;size;the colour;old;kind"]
    for row in range(120):
        kind = dice.choice(("apple", "pear", "plum"))
        colour = "-" if row % 13 == 0 else dice.choice(("red", "green")) + kind[0]
        size = dice.gauss(5, 1) + len(kind)
        lines.append(f"r{row};{size:.3f};{colour};{dice.randint(1, 4) if row % 11 else '-'};{kind}")
    (folder / "rows.csv").write_text("\n".join(lines) + "\n")


def trained(data: str, name: str, first: str = "") -> Path:
    """A run, moved to another place, without the data beside it."""
    Path("spec.yaml").write_text(SPEC.format(name=name, data=data, first=first))
    outcome = specc.train("spec.yaml")
    assert outcome.run
    moved = Path.cwd().parent / "elsewhere" / name
    shutil.move(outcome.run.path, moved)
    return moved


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with rows, and runs on them that lie elsewhere."""
    root = tmp_path_factory.mktemp("work") / "project"
    root.mkdir()
    (root / "specc.toml").touch()
    write_rows(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        for name, data in (("classes", CLASSES), ("number", NUMBER)):
            trained(data, name)
    return root


@pytest.fixture
def here(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return work


def run(work: Path, name: str) -> Path:
    return work.parent / "elsewhere" / name


def rows_of_test(work: Path, name: str) -> tuple[list[dict[str, str]], list[str]]:
    """The predictions of training, and the lines of the file that they are of, the header first."""
    with (run(work, name) / "predictions.csv").open(newline="") as file:
        predictions = list(csv.DictReader(file))
    lines = (work / "rows.csv").read_text().splitlines()
    return predictions, [lines[0], *(lines[int(row["index"]) + 1] for row in predictions)]


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


@pytest.mark.parametrize("name", ["classes", "number"])
def test_a_moved_run_evaluates_as_training_did(name: str, here: Path) -> None:
    _, lines = rows_of_test(here, name)
    Path("test.csv").write_text("\n".join(lines) + "\n")
    found = specc.evaluate(run(here, name), "test.csv")
    expected = json.loads((run(here, name) / "metrics.json").read_text())["test"]
    assert dict(found.metrics) == pytest.approx(expected, abs=1e-6)
    assert found.samples == len(lines) - 1


@pytest.mark.parametrize("name", ["classes", "number"])
def test_a_moved_run_predicts_as_training_did(name: str, here: Path) -> None:
    expected, lines = rows_of_test(here, name)
    Path("test.csv").write_text("\n".join(lines) + "\n")
    found = specc.predict(run(here, name), "test.csv")
    rows = [dict(zip(found.header, row, strict=True)) for piece in found.pieces for row in piece]
    assert [row["index"] for row in rows] == list(range(len(lines) - 1))
    for row, before in zip(rows, expected, strict=True):
        kept = {title: value for title, value in row.items() if title != "index"}
        assert list(kept) == [title for title in before if title != "index" and not title.endswith(" target")]
        for title, value in kept.items():
            told = before[title]
            assert value == (pytest.approx(float(told), abs=2e-6) if isinstance(value, float) else told)


VECTORS = """\
spec: 1
name: vectors
data: {csv: {path: rows.csv, separator: ;, missing: ['-']}, target: kind, drop: [id]}
model: [Output]
training:
  epochs: 6
  optimizer: {SGD: 1.0e-20}
  loss: CategoricalCrossentropy
  metrics: [accuracy, F1Score]
  callbacks: [EarlyStopping: {monitor: val_f1_score_0, mode: max, patience: 1}]
allow: [loss-expects-probabilities]
"""


def test_each_number_of_a_metric_is_evaluated_and_monitored_and_logits_are_no_probabilities(
    here: Path, project: Path
) -> None:
    lines = (here / "rows.csv").read_text()
    Path("rows.csv").write_text(lines)
    Path("spec.yaml").write_text(VECTORS)
    outcome = specc.train("spec.yaml")
    assert outcome.run
    path = outcome.run.path
    assert len((path / "history.csv").read_text().splitlines()) == 3, "two epochs and the header"

    expected = json.loads((path / "metrics.json").read_text())["test"]
    with (path / "predictions.csv").open(newline="") as file:
        predictions = list(csv.DictReader(file))
    rows = lines.splitlines()
    Path("test.csv").write_text("\n".join([rows[0], *(rows[int(row["index"]) + 1] for row in predictions)]) + "\n")
    found = specc.evaluate(path, "test.csv").metrics
    assert set(found) == {"loss", "accuracy", "f1_score_0", "f1_score_1", "f1_score_2"}
    assert dict(found) == pytest.approx(expected, abs=1e-6)

    told = list(csv.DictReader(invoke("predict", path, "test.csv").stdout.splitlines()))
    titles = [f"kind p({name})" for name in ("apple", "pear", "plum")]
    assert {row[title] for row in (*predictions, *told) for title in titles} == {""}
    assert [row["kind prediction"] for row in told] == [row["kind prediction"] for row in predictions]
    assert invoke("predict", path, "test.csv", "-o", "out.parquet").exit_code == 0
    report = json.loads((path / "report.json").read_text())
    assert {wrong["probability"] for wrong in report["results"][0]["worst"]} == {None}


def test_the_order_and_number_of_columns_do_not_matter(here: Path) -> None:
    lines = [line.split(";") for line in (here / "rows.csv").read_text().splitlines()]
    Path("all.csv").write_text("\n".join(";".join(row) for row in lines) + "\n")
    Path("turned.csv").write_text("\n".join(";".join(["x", *row[3:0:-1]]) for row in lines) + "\n")
    one, other = (invoke("predict", run(here, "classes"), file) for file in ("all.csv", "turned.csv"))
    assert one.exit_code == other.exit_code == 0, one.output + other.output
    assert one.stdout == other.stdout
    assert len(one.stdout.splitlines()) == 121


def test_other_kinds_of_tables_are_read_by_their_suffix(here: Path) -> None:
    lines = [line.split(";") for line in (here / "rows.csv").read_text().splitlines()]
    header, rows = lines[0], lines[1:]

    def value(name: str, cell: str) -> object:
        return None if cell == "-" else float(cell) if name in {"size", "old"} else cell

    values = [{name: value(name, cell) for name, cell in zip(header, row, strict=True)} for row in rows]
    Path("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in values))
    expected = invoke("predict", run(here, "classes"), here / "rows.csv").stdout
    done = invoke("predict", run(here, "classes"), "rows.jsonl")
    assert (done.exit_code, done.stdout) == (0, expected), done.output


def test_what_training_has_not_seen_has_its_place(here: Path) -> None:
    Path("new.csv").write_text("size;the colour;old\n-;ultraviolet;-\n1e9;-;3\n")
    done = invoke("predict", run(here, "classes"), "new.csv")
    assert done.exit_code == 0, done.output
    table = list(csv.DictReader(done.stdout.splitlines()))
    assert [float(row["kind p(apple)"]) >= 0 for row in table] == [True, True]


def test_the_file_s_columns_are_kept_on_request(here: Path) -> None:
    done = invoke("predict", run(here, "number"), here / "rows.csv", "--keep", "-o", "out.csv")
    assert done.exit_code == 0, done.output
    assert "120 rows" in done.stdout
    with Path("out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["index", "id", "size", "the colour", "old", "kind", "size prediction"]
    assert [row["id"] for row in rows] == [f"r{row}" for row in range(120)]


def test_parquet_is_written(here: Path) -> None:
    from pyarrow import parquet

    done = invoke("predict", run(here, "classes"), here / "rows.csv", "-o", "out.parquet")
    assert done.exit_code == 0, done.output
    table = parquet.read_table("out.parquet")
    printed = list(csv.DictReader(invoke("predict", run(here, "classes"), here / "rows.csv").stdout.splitlines()))
    assert table.column_names == list(printed[0])
    np.testing.assert_allclose(
        table.column("kind p(pear)").to_numpy(), [float(row["kind p(pear)"]) for row in printed], atol=1e-6
    )
    assert [path.name for path in Path().iterdir()] == ["out.parquet"]


GOOD = "size;the colour;old;kind\n5.1;redp;3;pear\n4.0;greena;-;apple\n"


@pytest.mark.parametrize(
    ("command", "text", "code", "place", "words"),
    [
        ("predict", GOOD.replace("the colour", "the color"), "missing-column", (1, 1), "did you mean `the color`?"),
        ("predict", GOOD.replace("4.0", "much"), "not-a-number", (3, 1), "`size`"),
        ("predict", GOOD + "1;2\n", "ragged-row", (4, 1), "2 values"),
        ("predict", "", "empty-data", (1, 1), ""),
        ("predict", "size;the colour;old\n", "empty-data", (1, 1), ""),
        ("evaluate", GOOD.replace("kind", "sort"), "missing-column", (1, 1), "`kind`"),
        ("evaluate", GOOD.replace("apple", "aple"), "unknown-class", (3, 14), "did you mean `apple`?"),
        ("evaluate", GOOD.replace("apple", "-"), "missing-target-value", (3, 14), "row 2"),
    ],
)
def test_a_faulty_file_is_told_by_row_and_column(  # noqa: PLR0917  a table of cases
    command: str, text: str, code: str, place: tuple[int, int], words: str, here: Path
) -> None:
    Path("new.csv").write_text(text)
    ask = specc.predict if command == "predict" else specc.evaluate
    with pytest.raises(specc.SpecError) as caught:
        ask(run(here, "classes"), "new.csv")
    (finding,) = caught.value.findings
    assert (finding.code, Path(finding.span.path).name) == (code, "new.csv")
    assert (finding.span.line, finding.span.column) == place
    assert words in f"{finding.message} {finding.help}"


def test_several_missing_columns_list_once_what_there_is(here: Path) -> None:
    Path("new.csv").write_text("a;b\n1;2\n")
    with pytest.raises(specc.SpecError) as caught:
        specc.predict(run(here, "classes"), "new.csv")
    first, *others = caught.value.findings
    assert first.notes == ("the columns are `a`, `b`",)
    assert others
    assert {(finding.code, finding.notes) for finding in others} == {("missing-column", ())}


def test_a_file_that_is_not_there_is_a_finding(here: Path) -> None:
    done = invoke("predict", run(here, "classes"), "none.csv", "-o", "out.csv")
    assert done.exit_code == 1
    assert "[no-such-file]" in done.output
    assert "relative to" not in done.output  # no spec names it
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (shutil.rmtree, "not-a-run"),
        (lambda folder: (folder / "model.keras").unlink(), "run-file-missing"),
        (lambda folder: (folder / "checkpoints" / "link").symlink_to("run.json"), "not-a-run"),
        (lambda folder: (folder / "model.keras").write_bytes(b"PK"), "not-a-model"),
        (lambda folder: (folder / "lock.yaml").write_text("lock: 1\n"), "run-file-broken"),
        (lambda folder: (folder / "lock.yaml").write_text("lock: ["), "run-file-broken"),
        (lambda folder: (folder / "run.json").write_text('{"run": 1}'), "run-file-broken"),
    ],
)
def test_a_damaged_run_is_a_finding(spoil: Callable[[Path], object], code: str, here: Path) -> None:
    copy = Path("copy")
    shutil.copytree(run(here, "classes"), copy)
    spoil(copy)
    done = invoke("evaluate", copy, here / "rows.csv")
    assert done.exit_code == 1, done.output
    assert f"[{code}]" in done.output


DAMAGES: dict[str, tuple[tuple[str, ...], object, str]] = {
    # where in run.json, what stands there then (None: nothing), and what is told
    "no kind": (("data", "columns", "size", "kind"), "", "is ``, which is no kind of column"),
    "an unknown kind": (("data", "columns", "size", "kind"), "numbre", "is `numbre`, which is no kind of column"),
    "a kind of texts": (("data", "columns", "size", "kind"), "category", "and the saved model takes another"),
    "a kind of numbers": (("data", "columns", "the colour", "kind"), "number", "and the saved model takes another"),
    "a column less": (("data", "columns", "size"), None, "and the saved model takes `old`, `size`, `the_colour`"),
    "another input": (("data", "columns", "size", "input"), "old", "feed the inputs `old`, `old`, `the_colour`"),
    "no targets": (("targets",), {}, "are none, and the saved model gives"),
    "another model": (("model", "name"), "other", "is `other`, and the saved model is `classes_serving`"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_run_that_says_of_its_model_what_it_is_not(damage: str, here: Path) -> None:
    copy = Path("copy")
    shutil.copytree(run(here, "classes"), copy)
    (*before, last), value, words = DAMAGES[damage]
    content = json.loads((copy / "run.json").read_text())
    inner = content
    for key in before:
        inner = inner[key]
    inner[last] = value
    if value is None:
        del inner[last]
    (copy / "run.json").write_text(json.dumps(content, indent=2))
    with pytest.raises(specc.SpecError) as caught:
        specc.predict(copy, here / "rows.csv")
    (finding,) = caught.value.findings
    assert (finding.code, Path(finding.span.path).name) == ("run-file-broken", "run.json")
    assert finding.span.line > 1
    assert words in finding.message


def test_an_output_of_another_kind_is_wrong_usage(here: Path) -> None:
    assert invoke("predict", run(here, "classes"), here / "rows.csv", "-o", "out.xlsx").exit_code == 2
    assert invoke("predict", run(here, "classes"), here / "rows.csv", "-o", here / "rows.csv").exit_code == 2
    assert invoke("predict", run(here, "classes"), here / "rows.csv", "-o", "no/out.csv").exit_code == 2


def test_evaluate_speaks_json(here: Path) -> None:
    done = invoke("evaluate", run(here, "number"), here / "rows.csv", "--json")
    assert json.loads(done.stdout)["rows"] == 120
    assert set(json.loads(done.stdout)["metrics"]) == {"loss", "mean_absolute_error", "root_mean_squared_error"}
    assert "mean_absolute_error" in invoke("evaluate", run(here, "number"), here / "rows.csv").stdout


def write_images(folder: Path, sizes: tuple[int, int] = (6, 6), count: int = 12) -> None:
    for label, shade in (("dark", 30), ("light", 200)):
        (folder / label).mkdir(parents=True)
        for index in range(count):
            Image.new("RGB", sizes, (shade + index, shade, shade)).save(folder / label / f"{index}.png")


def test_runs_on_images_take_folders_and_single_images(project: Path) -> None:
    write_images(project / "pictures")
    moved = trained("{images: pictures}", "images", "Flatten, ").rename("moved")
    assert dict(specc.evaluate(moved, "pictures").metrics).keys() == {"loss", "accuracy"}
    both = invoke("predict", moved, "pictures/light")
    one = invoke("predict", moved, "pictures/light/0.png")
    assert (both.exit_code, one.exit_code) == (0, 0), both.output + one.output
    assert one.stdout.splitlines() == both.stdout.splitlines()[:2]
    Image.new("RGB", (7, 6)).save("wide.png")
    assert "[input-mismatch]" in invoke("predict", moved, "wide.png").output
    Path("pictures/light/3.png").write_bytes(Path("pictures/light/3.png").read_bytes()[:40])
    done = invoke("predict", moved, "pictures/light", "-o", "out.csv")
    assert (done.exit_code, "[damaged-image]" in done.output) == (1, True)
    with pytest.raises(specc.SpecError, match="damaged-image"):
        specc.evaluate(moved, "pictures")
    assert not list(Path().glob("*.csv"))


@pytest.mark.parametrize(
    "columns",
    [
        "{answer: {category: {encode: index}}, words: {text: {output_mode: multi_hot, max_tokens: 20}}}",
        "{answer: {category: {encode: hash, bins: 4}}, words: category, day: {datetime: {cyclic: true}}}",
        "{answer: boolean, day: datetime, words: {text: {output_mode: tf_idf, max_tokens: 20}}}",
    ],
)
def test_columns_of_all_kinds_are_read_as_they_were_in_training(columns: str, project: Path) -> None:
    dice = random.Random(4)  # noqa: S311  made-up values
    lines = ["answer,words,day,size,kind"]
    for row in range(60):
        words = " ".join(dice.choices(("fish", "bone", "milk", "Mouse!"), k=3))
        day = f"2024-{row % 12 + 1:02}-{row % 28 + 1:02}"
        lines.append(f"{('yes', 'no', '')[row % 3]},{words},{day},{dice.random():.3f},{('cat', 'dog')[row % 2]}")
    Path("rows.csv").write_text("\n".join(lines) + "\n")
    moved = trained(f"{{csv: rows.csv, target: kind, columns: {columns}}}", f"kinds{len(columns)}").rename("moved")
    with (moved / "predictions.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    Path("test.csv").write_text("\n".join([lines[0], *(lines[int(row["index"]) + 1] for row in expected)]) + "\n")
    found = specc.evaluate(moved, "test.csv").metrics
    assert dict(found) == pytest.approx(json.loads((moved / "metrics.json").read_text())["test"], abs=1e-6)
    told = csv.DictReader(invoke("predict", moved, "test.csv").stdout.splitlines())
    for after, before in zip(told, expected, strict=True):
        assert float(after["kind p(cat)"]) == pytest.approx(float(before["kind p(cat)"]), abs=2e-6)


def test_runs_on_windows_predict_each_window_of_a_file(project: Path) -> None:
    dice = random.Random(6)  # noqa: S311  made-up values
    Path("rows.csv").write_text("day,heat\n" + "".join(f"d{row},{dice.gauss(20, 3):.2f}\n" for row in range(60)))
    moved = trained("{csv: rows.csv, target: heat, windows: {past: 4}}", "windows", "Flatten, ").rename("moved")
    with (moved / "predictions.csv").open(newline="") as file:
        saved = list(csv.DictReader(file))
    expected = [float(row["heat prediction"]) for row in saved]
    told = list(csv.DictReader(invoke("predict", moved, "rows.csv").stdout.splitlines()))
    assert [int(row["index"]) for row in told] == list(range(3, 60))
    before = told[-len(expected) - 1 : -1]  # what the last one predicts is not known yet
    assert [float(row["heat prediction"]) for row in before] == pytest.approx(expected, abs=1e-6)
    assert [row["index"] for row in before] == [row["index"] for row in saved]


def test_rows_have_the_same_numbers_where_some_are_left_out(project: Path) -> None:
    rows = [f"{'oops' if row % 7 == 3 else row},{row + 0.5}" for row in range(60)]
    Path("rows.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    data = "{csv: rows.csv, target: 'y', columns: {x: number}, on_bad_row: skip}"
    moved = trained(data, "skipping").rename("moved")
    with (moved / "predictions.csv").open(newline="") as file:
        saved = list(csv.DictReader(file))
    assert all(float(row["y target"]) == int(row["index"]) + 0.5 for row in saved)
    told = {row["index"]: row for row in csv.DictReader(invoke("predict", moved, "rows.csv").stdout.splitlines())}
    for row in saved:
        assert float(told[row["index"]]["y prediction"]) == pytest.approx(float(row["y prediction"]), abs=1e-6)
