"""Reports of whole run directories: what they say, and that the three forms say it safely."""

import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from specc import runs
from specc.reporting import as_html, as_json, as_markdown, build_report, write_report

from . import fake_runs

SCHEMAS = Path(__file__).parents[2] / "schemas"
EVIL = '<script>alert("1")</script>\u202etxt.exe\x1b[31m\n\u05e9\u05dc\u05d5\u05dd \'"`|&'
VOID = {"meta", "link", "br", "path", "rect", "use", "img"}


class Page(HTMLParser):
    """Collects what a test asks of a page, and that its elements close in the order they open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def schema(name: str) -> Draft202012Validator:
    content = json.loads((SCHEMAS / f"{name}-v1.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)


def page(path: Path) -> Page:
    _, findings = write_report(path, ["html"])
    assert findings == ()
    return Page((path / "report.html").read_text("utf-8"))


@pytest.mark.parametrize("kind", fake_runs.ALL)
def test_every_kind_of_run(tmp_path: Path, kind: str) -> None:
    path = fake_runs.ALL[kind](tmp_path)
    paths, findings = write_report(path)
    assert findings == ()
    assert [each.name for each in paths] == ["report.html", "report.json", "report.md"]
    text = paths[0].read_text("utf-8")
    assert len(text) < 500_000
    shown = Page(text)
    assert shown.open == []
    assert len(shown.ids) == len(set(shown.ids))
    assert shown.tags.count("h1") == 1
    described = [value for name, value in shown.attributes if name == "aria-describedby"]
    assert shown.tags.count("table") == shown.tags.count("caption") + len(described)
    assert set(described) <= set(shown.ids)
    # Self-contained: nothing is fetched, nothing runs.
    assert not {"script", "iframe", "object", "embed", "base", "form", "img"} & set(shown.tags)
    for name, value in shown.attributes:
        assert not name.startswith("on")
        if name in ("href", "src", "xlink:href"):
            assert value.startswith("#") or value == "data:,"
    assert not re.search(r"url\((?!#)|@import", text)
    assert "default-src 'none'" in text
    assert "#a1000" not in text, "a colour that stands for a variable was left over"
    errors = list(schema("report").iter_errors(json.loads(paths[1].read_text("utf-8"))))
    assert errors == []


@pytest.mark.parametrize("kind", fake_runs.ALL)
@pytest.mark.parametrize("name", ["run.json", "lock.yaml", "metrics.json"])
def test_run_files_keep_to_their_schemas(tmp_path: Path, kind: str, name: str) -> None:
    import yaml

    path = fake_runs.ALL[kind](tmp_path) / name
    if path.exists():
        errors = list(schema(name.split(".", maxsplit=1)[0]).iter_errors(yaml.safe_load(path.read_text("utf-8"))))
        assert errors == []


def say(expected: list[str], path: Path) -> None:
    words = " ".join(page(path).words.split())
    for phrase in expected:
        assert phrase in words


def test_a_classifier_says_what_matters(tmp_path: Path) -> None:
    expected = [
        "94.8%",
        "Measured on the test split (270 samples), which was used once, after training had ended",
        "95% interval 91.5% to 96.9%",
        "always saying “0” gives 13.0%",
        "24 of 30",
        "ended by early stopping",
        "From epoch 15 on the model overfits",
        "256 of 270",
        "9,962",
        "specc train specs/digits-cnn.yaml --set training.epochs=30",
        "# with specc 0.1.0 from its repository",
        "pip install keras==3.15.1 tensorflow==2.21.0 numpy==2.2.1",
        "runtime.deterministic is off",
        "target, one of 10 classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
    ]
    say(expected, fake_runs.digits(tmp_path))


@pytest.mark.parametrize("name", ["report.html", "history.csv", "spec.yaml"])
def test_nothing_is_read_or_written_through_a_link(tmp_path: Path, name: str) -> None:
    path = fake_runs.digits(tmp_path)
    other = tmp_path / "other"
    other.write_text("precious")
    (path / name).unlink(missing_ok=True)
    (path / name).symlink_to(other)
    before = sorted(path.iterdir())
    written, findings = write_report(path)
    assert (written, [each.code for each in findings if each.level == "error"]) == ((), ["not-a-run"])
    assert (other.read_text(), sorted(path.iterdir())) == ("precious", before)


def test_a_regression_says_what_matters(tmp_path: Path) -> None:
    say(
        ["43.05", "progression, a number", "R² 0.8781", "There is no validation split", "Largest errors"],
        fake_runs.diabetes(tmp_path),
    )


def test_an_interrupted_run_says_so(tmp_path: Path) -> None:
    expected = ["The run was interrupted", "ended before anything was measured", "interrupted by the user in epoch 7"]
    say(expected, fake_runs.interrupted(tmp_path))


def test_a_run_that_started_from_weights_says_from_which(tmp_path: Path) -> None:
    expected = ["2 of 4 layers started from", "2 were frozen", "(32, 10) here, (32, 2) in the file", "not in the file"]
    say(expected, fake_runs.fine_tuned(tmp_path))


def test_a_watched_run_says_how_it_was_computed_and_what_its_gradients_did(tmp_path: Path) -> None:
    expected = [
        "yes: 3.1 times as fast as without",
        "20, then the host sees progress",
        "on the device, all of them",
        "2 times: in epoch 3 after step 12 (2026-03-14 09:31:02 UTC); in epoch 17 after step 0",
        "not timed: the batch's size is <unknown> | to XLA",
        "No gradient ever reached norm/gamma, norm/beta: nothing of it was learned.",
        "norm/gamma000never had a gradient",
    ]
    say(expected, fake_runs.watched(tmp_path))


def test_a_verified_run_says_what_came_of_it(tmp_path: Path) -> None:
    path = fake_runs.verified(tmp_path)
    when = "Trained again on 2026-03-15 10:00:00 UTC,"
    differs = f"{when} not everything came out the same: history.csv: `loss` in 3 of 24 epochs; model.keras: <digit>/"
    say(["not so when it was verified", differs], path)
    assert "Trained again on 2026" in (write_report(path, ["md"])[0][0]).read_text("utf-8")
    facts = json.loads((path / "run.json").read_text())
    note = {"time": "2026-03-15T10:00:00+00:00", "equal": True, "differences": []}
    runs.write_json(path / "run.json", facts | {"verified": note})
    say([f"{when} everything came out the same, bit for bit."], path)


def test_of_many_layers_some_have_figures(tmp_path: Path) -> None:
    path = fake_runs.deep(tmp_path)
    say(["Of 40 layers 16 are drawn.", "12 further layers", "<dense> 0: gradient norm"], path)
    assert page(path).attributes.count(("class", "grid layer")) == 16


@pytest.mark.parametrize(
    "rows",
    [
        [[1, "a/kernel", "nan", "inf"]],
        [[1, "a/kernel", 0, 0], [2, "b", 1e-300, 1e300]],
        [[2, "a/kernel", "", ""], [1, "b", 1.0, ""]],
        [[999_999_999, "a", 1.0, 1.0], [1, "a", 2.0, 1e-40]],
    ],
)
def test_odd_gradients_are_drawn(tmp_path: Path, rows: list[list[Any]]) -> None:
    path = fake_runs.digits(tmp_path)
    runs.write_csv(path / "gradients.csv", runs.GRADIENTS_HEADER, rows)
    paths, findings = write_report(path)
    assert findings == ()
    assert list(schema("report").iter_errors(json.loads(paths[1].read_text("utf-8")))) == []


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ({"validation": {"loss": 1.0}}, "which also steered training. The test split was not used."),
        ({"train": {"loss": 1.0}}, "this says nothing about new data"),
        ({"test": {"loss": float("nan")}}, "which was used once"),
    ],
)
def test_the_statement_names_the_split(tmp_path: Path, metrics: dict[str, Any], expected: str) -> None:
    say([expected], fake_runs.digits(tmp_path, metrics=metrics))


def test_warnings_of_a_bad_model(tmp_path: Path) -> None:
    rows = [["a", "b"] if number % 3 else ["b", "b"] for number in range(12)]
    path = fake_runs.digits(
        tmp_path,
        targets={"digit": {"kind": "classes", "classes": ["a", "b"], "column": "y"}},
        rows=(["y target", "y prediction"], rows),
        columns={"loss": [1.0, float("nan")]},
    )
    expected = [
        "The training loss was not finite in epoch 2: training diverged.",
        "The test split has only 12 values of y",
        "y: no better than always predicting a",
    ]
    say(expected, path)


@pytest.mark.parametrize(("prediction", "far"), [(0.0, True), (104.0, False)])
def test_predictions_that_never_came_near_are_told_from_useless_ones(
    tmp_path: Path, prediction: float, far: bool
) -> None:
    rows = [[100.0 + number, prediction] for number in range(12)]
    path = fake_runs.diabetes(tmp_path, rows=(["progression target", "progression prediction"], rows))
    text = as_markdown(build_report(runs.read(path)[0]))
    assert "progression: no better than always predicting the mean." in text
    assert ("all predictions lie far off on one side" in text) == far


def test_what_stands_between_backticks_is_code(tmp_path: Path) -> None:
    path = fake_runs.digits(tmp_path, warnings=["`<b> old` is constant; write `drop: [old]`, or `"])
    write_report(path, ["html"])
    expected = "<code>&lt;b&gt; old</code> is constant; write <code>drop: [old]</code>, or `</li>"
    assert expected in (path / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("classes", "wide"),
    [
        (["cat", "dog", "bird"], False),
        (fake_runs.DIGITS, False),
        ([f"a garment {number}" for number in range(10)], True),
    ],
)
def test_a_wide_matrix_has_the_width_of_the_page(tmp_path: Path, classes: list[str], *, wide: bool) -> None:
    target = {"kind": "classes", "classes": classes, "column": "target"}
    path = fake_runs.digits(tmp_path, targets={"digit": target}, rows=fake_runs.class_rows("target", classes, 60))
    assert (("class", "whole") in page(path).attributes) == wide


def test_of_many_classes_some_are_named(tmp_path: Path) -> None:
    say(["label, one of 40 classes: class 00, class 01,", "class 09, … Fingerprint"], fake_runs.many_classes(tmp_path))


def test_findings_become_warnings(tmp_path: Path) -> None:
    path = fake_runs.digits(tmp_path)
    (path / "metrics.json").write_text("{")
    paths, findings = write_report(path, ["md"])
    assert [finding.code for finding in findings] == ["run-file-broken"]
    assert "invalid JSON" in paths[0].read_text("utf-8")


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir])
def test_no_run_no_report(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "nothing"
    make(path)
    paths, findings = write_report(path)
    assert paths == ()
    assert [finding.code for finding in findings] == ["not-a-run"]


def evil(runs_folder: Path) -> Path:
    """A run in which everything that a user can write is hostile."""
    classes = [EVIL, "</td></table>", "{{ 7 * 7 }}"]
    header, cells = fake_runs.class_rows("target", classes, 60)
    layers = fake_runs.cnn()
    for entry in layers:
        entry["type"] = EVIL if entry["type"] != "InputLayer" else "InputLayer"
        entry["weights"] = [{"name": EVIL, "shape": EVIL, "parameters": 1}]
    return fake_runs.digits(
        runs_folder,
        targets={EVIL: {"kind": "classes", "classes": classes, "column": "target"}},
        rows=(header, cells),
        layers=layers,
        columns={"loss": [1.0, 0.5], EVIL: [1.0, 2.0], f"val_{EVIL}": [1.0, 2.0], "$\\frac{x}$": [1.0, 2.0]},
        metrics={"test": {EVIL: 0.5}},
        description=EVIL,
        warnings=[EVIL],
        command=["specc", "train", EVIL],
        environment={EVIL: EVIL, "specc": EVIL},
        data={"source": EVIL, "samples": 60, "split": {"train": 1, "test": 60}, "inputs": {EVIL: {EVIL: EVIL}}},
        spec=f"# {EVIL}\nname: '{EVIL}'\n</pre>{EVIL}",
    )


def test_hostile_words_stay_words_in_html(tmp_path: Path) -> None:
    shown = page(evil(tmp_path))
    text = (runs.latest(tmp_path) or runs.RunFolder(tmp_path)).path.joinpath("report.html").read_text("utf-8")
    assert shown.open == []
    assert "script" not in shown.tags
    assert not any(name.startswith("on") for name, _ in shown.attributes)
    assert '<script>alert("1")</script>' in shown.words, "the words are still to be read"
    assert "{{ 7 * 7 }}" in shown.words
    assert "49" not in [word.strip() for word in re.findall(r"<td[^>]*>([^<]*)", text)]
    assert not set("\x1b\u202e") & set(html.unescape(text))
    assert r"\u202etxt.exe\x1b[31m" in shown.words
    assert "\u05e9\u05dc\u05d5\u05dd" in shown.words


def test_hostile_words_stay_words_in_markdown(tmp_path: Path) -> None:
    path = evil(tmp_path)
    run, _ = runs.read(path)
    text = as_markdown(build_report(run))
    outside = re.sub(r"(?ms)^(`{3,})\w+\n.*?^\1$", "", text)
    assert "```" in text
    assert not re.search(r"(?<!\\)<script", outside)
    assert not set("\x1b\u202e") & set(text)
    for table in re.findall(r"(?m)(?:^\|.*\n)+", outside):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


@pytest.mark.parametrize("kind", ["pets"])
def test_the_same_run_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    path = fake_runs.ALL[kind](tmp_path)
    run, _ = runs.read(path)
    assert as_html(build_report(run)) == as_html(build_report(run))
    code = (
        "import sys, hashlib; from pathlib import Path; from specc import runs; from specc.reporting import *;"
        "report = build_report(runs.read(Path(sys.argv[1]))[0]);"
        "print(hashlib.sha256(as_html(report).encode()).hexdigest());"
        "heavy = {'tensorflow', 'keras', 'sklearn'} & set(sys.modules); assert not heavy, heavy"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(path)]
    digests = {subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)}
    assert len(digests) == 1


def test_reading_a_run_needs_no_numpy() -> None:
    code = "import sys, specc.runs; assert not {'numpy', 'matplotlib', 'jinja2', 'jsonschema'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_json_has_no_drawing_points(tmp_path: Path) -> None:
    run, _ = runs.read(fake_runs.diabetes(tmp_path))
    (result,) = as_json(build_report(run))["results"]
    assert not {"points", "residuals"} & result.keys()


def test_deep_facts_are_cut(tmp_path: Path) -> None:
    deep: Any = "bottom"
    for _ in range(300):
        deep = {"a": deep}
    say(["a a a a a …"], fake_runs.digits(tmp_path, environment={"specc": "0.1.0", "cpu": deep}))


@pytest.mark.parametrize(
    "losses",
    [
        [1e300, -1e300],
        [float("nan")] * 3,
        [1.0, float("inf"), 2.0],
        [1e-12, 1e6, 1.0],
        [0.0, 0.0, 0.0],
        [5.0] * 3,
        list(map(float, range(3000))),
    ],
)
def test_curves_of_odd_numbers(tmp_path: Path, losses: list[float]) -> None:
    shown = page(fake_runs.digits(tmp_path, columns={"loss": losses, "val_loss": losses}))
    assert shown.open == []
