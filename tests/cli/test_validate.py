"""`specc validate` from outside: what it checks, what it prints where, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from specc.cli.validate import FORMATS
from specc.rendering import Format

GOOD = "spec: 1\ndata: {dataset: iris}\nmodel: [Output]\n"
WARNED = GOOD + "allow: [unused-layer]\n"
WRONG = GOOD.replace("Output", "Outputt")


def validate(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specc", "validate", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def specs(project: Path) -> Path:
    """Good, warned and wrong specs in a tree with what a directory also holds."""
    for name, text in {
        "good.yaml": GOOD,
        "specs/b.yml": WRONG,
        "specs/a.json": json.dumps({"spec": 1, "data": {"dataset": "iris"}, "model": ["Output"]}),
        "specs/deep/c.yaml": WARNED,
        "specs/[x].yaml": WRONG,
        "specs/.hidden/d.yaml": WRONG,
        "specs/.e.yaml": WRONG,
        "specs/notes.txt": WRONG,
        "specs/runs/net/1/run.json": "{}",
        "specs/runs/net/1/spec.yaml": WRONG,
        "empty/notes.txt": "",
    }.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return project


def checked(*arguments: str) -> list[str]:
    """The files that are checked, in order: JUnit lists them, those without findings included."""
    return [str(suite.get("name")) for suite in ET.fromstring(validate("--format", "junit", *arguments).stdout)]  # noqa: S314


IN_SPECS = ["specs/[x].yaml", "specs/a.json", "specs/b.yml", "specs/deep/c.yaml"]


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["good.yaml"], ["good.yaml"]),
        (["specs"], IN_SPECS),
        (["specs/"], IN_SPECS),
        (["."], ["good.yaml", *IN_SPECS]),
        (["specs/b.yml", "good.yaml", "specs", "good.yaml"], ["specs/b.yml", "good.yaml", *IN_SPECS[:2], IN_SPECS[3]]),
        (["specs/*.y*ml"], ["specs/[x].yaml", "specs/b.yml"]),
        (["specs/[x].yaml"], ["specs/[x].yaml"]),
        (["**/c.yaml"], ["specs/deep/c.yaml"]),
        (["spec?"], IN_SPECS),
        (["nothing-*.yaml"], ["nothing-*.yaml"]),
        (["empty"], ["empty"]),
    ],
)
def test_what_is_checked(arguments: list[str], files: list[str], specs: Path) -> None:
    assert checked(*arguments) == files


def test_absolute_patterns(specs: Path) -> None:
    assert checked(f"{specs}/specs/*.json") == ["specs/a.json"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.yaml"], 0),
        (["specs/deep"], 0),
        (["specs"], 1),
        (["missing.yaml"], 1),
        (["empty"], 1),
        ([], 2),
        (["good.yaml", "--stdin"], 2),
        (["good.yaml", "--stdin-filename", "x.yaml"], 2),
        (["good.yaml", "--write-baseline"], 2),
        (["good.yaml", "--baseline", "missing.json"], 2),
        (["good.yaml", "--baseline", "specs"], 2),
        (["good.yaml", "--baseline", "good.yaml"], 2),
        (["good.yaml", "--baseline", "missing/b.json", "--write-baseline"], 2),
        (["good.yaml", "--format", "xml"], 2),
    ],
)
def test_exit_codes(arguments: list[str], code: int, specs: Path) -> None:
    done = validate(*arguments)
    assert done.returncode == code
    assert (done.stderr == "") == (arguments == ["good.yaml"])


def test_text(specs: Path) -> None:
    done = validate("good.yaml", "specs/deep")
    assert done.stdout == "2 specs checked, no errors\n"
    assert done.stderr.endswith("\n\n1 warning in 1 file\n")
    done = validate("specs")
    assert done.stdout == ""
    assert done.stderr.endswith("\n\n2 errors, 1 warning in 3 files\n`--fix` mends 2 of them\n")


def test_the_formats_are_those_of_the_renderer() -> None:
    assert list(FORMATS) == [str(style) for style in Format]


@pytest.mark.parametrize("form", FORMATS[1:])
def test_formats_for_programs_have_standard_output_for_themselves(form: str, specs: Path) -> None:
    first, second = validate("specs", "--format", form), validate("specs", "--format", form)
    assert (first.returncode, first.stderr) == (1, "")
    assert first.stdout == second.stdout
    assert first.stdout.count("unknown-layer") >= 2


def test_standard_input(project: Path) -> None:
    (project / "data").mkdir()
    (project / "data" / "rows.csv").write_text("x,y\n" + "1,2\n3,5\n" * 20, encoding="utf-8")
    text = "spec: 1\ndata: {csv: data/rows.csv, target: y}\nmodel: [Outputt]\n"
    for arguments, path in (([], "<stdin>"), (["--stdin-filename", "new.yaml"], "new.yaml")):
        done = validate("--stdin", "--format", "concise", *arguments, stdin=text)
        assert done.returncode == 1
        assert done.stdout == f"{path}:3:9: error[unknown-layer]: there is no layer `Outputt`\n"
    assert not (project / "new.yaml").exists()


def test_standard_input_is_where_its_name_says(project: Path) -> None:
    (project / "data").mkdir()
    (project / "data" / "rows.csv").write_text("x,y\n" + "1,2\n3,5\n" * 20, encoding="utf-8")
    text = "spec: 1\ndata: {csv: rows.csv, target: y}\nmodel: [Output]\n"
    assert validate("--stdin", "--stdin-filename", "data/new.yaml", stdin=text).returncode == 0
    assert validate("--stdin", stdin=text).returncode == 1
    as_json = json.dumps({"spec": 1, "data": {"dataset": "iris"}, "model": ["Output"]})
    assert validate("--stdin", "--stdin-filename", "new.json", stdin=as_json).returncode == 0
    assert validate("--stdin", "--stdin-filename", "new.json", stdin=GOOD).returncode == 1
    assert "empty-spec" in validate("--stdin").stderr


def test_baseline(specs: Path) -> None:
    done = validate("specs", "--baseline", "known.json", "--write-baseline")
    assert (done.returncode, done.stderr) == (0, "known.json now accepts 3 findings\n")
    done = validate("specs", "--baseline", "known.json")
    assert (done.returncode, done.stderr) == (0, "")
    (specs / "specs" / "b.yml").write_text("# moved\n" + WRONG + "traning: {}\n", encoding="utf-8")
    done = validate("specs", "--baseline", "known.json", "--format", "concise")
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert done.stdout.startswith("specs/b.yml:5:1: error[unknown-key]")
    (specs / "specs" / "b.yml").write_text(GOOD, encoding="utf-8")
    done = validate("specs", "--baseline", "known.json", "--format", "concise")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "1 of known.json not found any more; `--write-baseline` shortens it\n"
