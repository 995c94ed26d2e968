"""`specc predict` and `specc evaluate` over samples of all kinds: windows, text, images; and rows that are left out."""

import csv
import json
import math
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

import specc
from specc.cli import specc as group

pytestmark = pytest.mark.train

SPEC = """\
spec: 1
name: run
data: {data}
model: {model}
training: {{epochs: 1, batch_size: 8}}
runtime: {{seed: 3}}
report: false
"""
PLAIN = "[{Dense: 4}, Output]"


def train(data: str, model: str = PLAIN) -> Path:
    """A run directory."""
    Path("spec.yaml").write_text(SPEC.format(data=data, model=model))
    outcome = specc.train("spec.yaml")
    assert outcome.run
    return outcome.run.path.resolve()


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


def told(run: Path, file: str, *options: str) -> list[dict[str, str]]:
    """The table that `specc predict` prints."""
    done = invoke("predict", run, file, *options)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(done.stdout.splitlines()))


def indices(run: Path, file: str) -> list[int]:
    return [int(row["index"]) for row in told(run, file)]


def of_test(run: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads((run / "metrics.json").read_text())["test"]
    return found


def write_rows(name: str, lines: list[str]) -> list[str]:
    Path(name).write_text("\n".join(lines) + "\n")
    return lines


def table(rows: int = 80) -> list[str]:
    """Rows of a date, a boolean, a vector, a number and two targets."""
    dice = random.Random(2)  # noqa: S311  made-up measurements
    lines = ["day,sunny,wind,heat,yield,kind"]
    for row in range(rows):
        wind = " ".join(f"{dice.random():.2f}" for _ in range(3))
        day = f"2024-{row % 12 + 1:02}-{row % 28 + 1:02}"
        lines.append(
            f"{day},{dice.choice(('yes', 'no'))},{wind},{dice.gauss(20, 5):.2f},{dice.random():.3f},{'abc'[row % 3]}"
        )
    return lines


def test_losses_of_several_outputs_are_those_of_training(project: Path) -> None:
    lines = write_rows("rows.csv", table())
    layers = "[{Dense: 4, inputs: input, name: h}, {Output: , name: a, inputs: h}, {Output: , name: b, inputs: h}]"
    data = "{csv: rows.csv, target: [yield, kind], drop: wind}"
    run = train(data, f"{{layers: {layers}, outputs: {{yield: a, kind: b}}}}")
    with (run / "predictions.csv").open(newline="") as file:
        rows = [int(row["index"]) for row in csv.DictReader(file)]
    assert len(rows) > 8
    write_rows("test.csv", [lines[0], *(lines[row + 1] for row in rows)])
    assert dict(specc.evaluate(run, "test.csv").metrics) == pytest.approx(of_test(run), abs=1e-6)


WIND = "columns: {wind: {vector: 3}}"


@pytest.fixture(scope="module")
def weather(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs that refuse faulty rows, and that skip them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("weather"))
        Path("specc.toml").touch()
        write_rows("rows.csv", table())
        common = f"csv: rows.csv, target: yield, {WIND}"
        return {
            "refuse": train(f"{{{common}, inputs: {{a: [day, sunny, heat], b: wind}}}}", TWO),
            "skip": train(f"{{{common}, on_bad_row: skip, inputs: {{a: [day, sunny, heat], b: wind}}}}", TWO),
        }


TWO = "{layers: [{Concatenate: , inputs: [a, b], name: c}, {Output: , name: out, inputs: c}], outputs: {yield: out}}"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("someday,yes,1 2 3,4", "not-a-date"),
        ("01.05.2024,yes,1 2 3,4", "not-a-date"),
        ("2024-05-01,maybe,1 2 3,4", "not-a-boolean"),
        ("2024-05-01,1,1 2 3,4", "not-a-boolean"),
        ("2024-05-01,yes,1 2,4", "not-a-list"),
        ("2024-05-01,yes,1 2 3 4,4", "not-a-list"),
        ("2024-05-01,yes,1 x 3,4", "not-a-list"),
        ("2024-05-01,yes,,4", "not-a-list"),
        ("2024-05-01,yes,1 2 3,much", "not-a-number"),
    ],
)
def test_what_cannot_be_read_is_told_or_left_out(
    row: str, code: str, weather: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = "2024-05-01,yes,1 2 3,4"
    write_rows("new.csv", ["day,sunny,wind,heat", good, row, good])
    with pytest.raises(specc.SpecError) as caught:
        specc.predict(weather["refuse"], "new.csv")
    (finding,) = caught.value.findings
    assert (finding.code, finding.span.line) == (code, 3)
    assert indices(weather["skip"], "new.csv") == [0, 2]


def test_missing_values_are_no_faults(
    weather: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows("new.csv", ["day,sunny,wind,heat", ",,1 2 3,"])
    assert indices(weather["refuse"], "new.csv") == [0]


def test_figures_stand_beside_the_warning_of_rows_left_out(
    weather: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = table(10)
    write_rows("new.csv", [*lines[:3], "1,2", "", *lines[3:]])
    done = invoke("evaluate", weather["skip"], "new.csv", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["rows"] == 10
    assert "rows-left-out" in done.stderr
    assert indices(weather["skip"], "new.csv") == [0, 1, *range(3, 11)]


def series(rows: int) -> list[str]:
    dice = random.Random(6)  # noqa: S311  made-up values
    return ["day,heat,rain", *(f"{row},{math.sin(row):.3f},{dice.random():.3f}" for row in range(rows))]


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        ("{csv: rows.csv, target: heat, drop: day, windows: {past: 5, horizon: 2}}", ("day", "heat", "rain")),
        ("{csv: rows.csv, target: heat, drop: day, windows: {past: 5, stride: 3}}", ("heat", "rain")),
        ("{csv: rows.csv, target: heat, inputs: {input: rain}, windows: 5}", ("rain",)),
    ],
)
def test_windows_forecast_behind_the_last_row(data: str, columns: tuple[str, ...], project: Path) -> None:
    lines = [line.split(",") for line in write_rows("rows.csv", series(60))]
    run = train(data, "[Flatten, Output]")
    some = [",".join(cell for cell, name in zip(line, lines[0], strict=True) if name in columns) for line in lines]
    write_rows("all.csv", some)
    write_rows("last.csv", [some[0], *some[-5:]])
    write_rows("short.csv", [some[0], *some[-4:]])
    all_, (last,) = told(run, "all.csv"), told(run, "last.csv")
    assert [int(row["index"]) for row in all_] == list(range(4, 60))
    assert last["index"] == "4"
    assert float(last["heat prediction"]) == pytest.approx(float(all_[-1]["heat prediction"]), abs=1e-6)
    assert "[empty-data]" in invoke("predict", run, "short.csv").output
    assert specc.evaluate(run, "rows.csv").samples > 0


def test_windows_of_several_series_and_their_faults(project: Path) -> None:
    lines = series(60)
    write_rows("rows.csv", [lines[0] + ",place", *(f"{line},{'ab'[row % 2]}" for row, line in enumerate(lines[1:]))])
    run = train("{csv: rows.csv, target: heat, drop: day, windows: {past: 4, by: place}}", "[Flatten, Output]")
    rows = told(run, "rows.csv", "--keep")
    assert [int(row["index"]) for row in rows] == list(range(6, 60))
    assert [row["place"] for row in rows[:2]] == ["a", "b"]
    good = ["heat,rain,place", *["1,2,a"] * 5]
    for spoilt, code in (
        ([line.rpartition(",")[0] for line in good], "missing-column"),
        ([*good, ",2,a"], "missing-in-window"),
        ([*good, "hot,2,a"], "not-a-number"),
        ([line + ",1" if index else line + ",more" for index, line in enumerate(good)], "input-mismatch"),
        ([line.partition(",")[2] for line in good], "missing-column"),
    ):
        write_rows("new.csv", spoilt)
        assert f"[{code}]" in invoke("predict", run, "new.csv").output, code


def test_running_text_is_continued_and_evaluated(project: Path) -> None:
    text = "a rose is a rose is a rose. " * 40
    Path("rows.txt").write_text(text)
    data = "{text: {path: rows.txt, length: 10}, split: {validation: 0.2, test: 0.25}}"
    run = train(data, "[{Embedding: {input_dim: 20, output_dim: 4}}, Output]")
    Path("test.txt").write_text(text[-round(0.25 * len(text)) :])
    assert dict(specc.evaluate(run, "test.txt").metrics) == pytest.approx(of_test(run), abs=1e-6)
    Path("new.txt").write_text("a rose is, a ros")
    rows = told(run, "new.txt", "--keep")
    assert [(row["index"], row["text"]) for row in rows] == [("0", "a rose is,"), ("6", " is, a ros")]
    assert {len(row["next prediction"].replace("[UNK]", "?")) for row in rows} == {10}
    Path("new.txt").write_text("a rose")
    assert "[empty-data]" in invoke("predict", run, "new.txt").output


def write_image(path: Path, shade: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (6, 6), shade).save(path)


def test_images_that_a_table_names(project: Path) -> None:
    lines = ["file,kind"]
    for index in range(30):
        write_image(Path(f"pictures/{index}.png"), 8 * index)
        lines.append(f"pictures/{index}.png,{'ab'[index % 2]}")
    write_rows("rows.csv", lines)
    run = train("{csv: rows.csv, target: kind, columns: {file: image}}", "[Flatten, Output]")
    assert specc.evaluate(run, "rows.csv").samples == 30
    assert [row["file"] for row in told(run, "rows.csv", "--keep")[:2]] == ["pictures/0.png", "pictures/1.png"]
    write_rows("new.csv", ["file", "pictures/0.png", "pictures/none.png"])
    assert "new.csv:3" in invoke("predict", run, "new.csv").output


def test_the_files_of_a_folder_are_named(project: Path) -> None:
    for index in range(20):
        write_image(Path(f"pictures/{'ab'[index % 2]}/{index:02}.png"), 8 * index)
    run = train("{images: pictures}", "[Flatten, Output]")
    assert [row["file"] for row in told(run, "pictures")[:2]] == ["a/00.png", "a/02.png"]
    assert [row["file"] for row in told(run, "pictures/b/01.png")] == ["01.png"]


def test_masks_lie_beside_the_images(project: Path) -> None:
    for index in range(20):
        write_image(Path(f"data/images/{index:02}.png"), 8 * index)
        write_image(Path(f"data/masks/{index:02}.png"), index % 2)
    data = "{images: {path: data/images, masks: data/masks, classes: 2}}"
    run = train(data, "[{Conv2D: {filters: 4, kernel_size: 1}}, Output]")
    assert specc.evaluate(run, "data/images").samples == 20
    assert "[unsupported-type]" in invoke("predict", run, "data/images").output
    Path("data/masks").rename("data/elsewhere")
    assert "masks" in invoke("evaluate", run, "data/images").output


def test_a_file_without_header_may_lack_the_targets(project: Path) -> None:
    lines = table()[1:]
    write_rows("rows.csv", lines)
    run = train(
        "{csv: {path: rows.csv, names: [day, sunny, wind, heat, yield, kind]}, target: kind, drop: [wind, yield]}"
    )
    write_rows("new.csv", [line.rpartition(",")[0] for line in lines])
    assert told(run, "new.csv") == told(run, "rows.csv")
    assert "[ragged-row]" in invoke("evaluate", run, "new.csv").output
    write_rows("new.csv", ["2024-01-01,yes,1 2 3"])
    assert "[ragged-row]" in invoke("predict", run, "new.csv").output


def test_of_folds_one_is_to_be_named(project: Path) -> None:
    write_rows("rows.csv", table())
    Path("spec.yaml").write_text(
        SPEC.format(data="{csv: rows.csv, target: yield, drop: wind, split: {folds: 2}}", model=PLAIN)
    )
    assert invoke("train", "spec.yaml", "--quiet").exit_code == 0
    (folds,) = (path.parent for path in Path().rglob("folds.json"))
    done = invoke("predict", folds, "rows.csv")
    assert done.exit_code == 1
    assert "fold-1" in done.output


def test_rows_of_json_lines_count_as_the_file_has_them(project: Path) -> None:
    rows = [{"heat": row / 7, "kind": "ab"[row % 2]} for row in range(40)]
    write_rows("rows.jsonl", [json.dumps(row) for row in rows])
    run = train("{jsonl: rows.jsonl, target: kind, on_bad_row: skip}")
    write_rows("new.jsonl", ['{"heat": 1}', "", '{"heat": "much"}', '{"heat": 2}'])
    assert indices(run, "new.jsonl") == [0, 2]
