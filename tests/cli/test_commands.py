"""The commands from outside: what they print, where, and how they end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warm import Warm

IRIS = "spec: 1\nname: iris\ndata: {dataset: iris}\nmodel: [Output]\ntraining: {epochs: 1}\n"


def specc(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "specc", *arguments], capture_output=True, text=True, check=False)


def ends(done: subprocess.CompletedProcess[str], code: int) -> None:
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.fixture
def spec(project: Path) -> Path:
    (project / "spec.yaml").write_text(IRIS)
    return project


def test_version_and_help(project: Path) -> None:
    assert specc("--version").stdout.startswith("specc, version 0.")
    commands = "init validate show expand fmt diff train launch lr-find verify report schema doctor completion"
    for command in commands.split():
        done = specc(command, "--help")
        ends(done, 0)
        assert "Example" in done.stdout, command


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate"],
        ["nonsense"],
        ["validate", "spec.yaml", "--format", "nonsense"],
        ["validate", "spec.yaml", "--set", "epochs"],
        ["validate", "spec.yaml", "--root", "nowhere"],
        ["init", "iris", "-o", "spec.yaml"],
        ["init", "iris", "-o", "nowhere/spec.yaml"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], spec: Path) -> None:
    done = specc(*arguments)
    ends(done, 2)
    assert done.stderr


def test_faults_go_to_standard_error_and_end_with_1(project: Path) -> None:
    (project / "spec.yaml").write_text(IRIS.replace("Output", "Outputt"))
    for command in ("validate", "show", "expand", "train"):
        done = specc(command, "spec.yaml")
        ends(done, 1)
        assert "did you mean `Output`?" in done.stderr
        assert done.stdout == ""


BAD_FILES = {
    "a missing file": None,
    "an empty file": b"",
    "binary junk": bytes(range(256)) * 40,
    "a line of 50 MB": b"a" * 50_000_000,
    "only a version": b"spec: 1\n",
    "an unknown data set": b"spec: 1\ndata: {dataset: irsi}\nmodel: [Output]\n",
    "a missing target column": b"spec: 1\ndata: {csv: t.csv, target: z}\nmodel: [Output]\n",
    "a list": b"- spec: 1\n",
    "a number": b"17\n",
}


@pytest.mark.parametrize("command", ["validate", "train"])
@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_bad_files_give_one_located_finding(content: bytes | None, command: str, project: Path) -> None:
    (project / "t.csv").write_text("x,y\n1,2\n3,4\n")
    if content is not None:
        (project / "bad.yaml").write_bytes(content)
    one_located_finding(specc(command, "bad.yaml"))


@pytest.mark.parametrize("command", ["validate", "train"])
def test_a_directory_gives_one_located_finding(command: str, project: Path) -> None:
    (project / "bad.yaml").mkdir()
    one_located_finding(specc(command, "bad.yaml"))


def test_a_loop_of_links_is_one_finding(project: Path) -> None:
    (project / "bad.yaml").symlink_to("bad.yaml")
    one_located_finding(specc("validate", "bad.yaml"))


def one_located_finding(done: subprocess.CompletedProcess[str]) -> None:
    ends(done, 1)
    assert done.stderr.count("error[") == 1, done.stderr
    assert " --> bad.yaml:" in done.stderr


def test_show(spec: Path) -> None:
    done = specc("show", "spec.yaml")
    ends(done, 0)
    assert "parameters: 15 (15 trainable, 0 not)" in done.stdout
    assert json.loads(specc("show", "spec.yaml", "--json").stdout)["parameters"] == 15


def test_expand_applies_overrides(spec: Path) -> None:
    done = specc("expand", "spec.yaml", "--set", "training.epochs=7", "--set", "runtime.seed=3")
    ends(done, 0)
    assert "  epochs: 7\n" in done.stdout
    assert "  seed: 3\n" in done.stdout


@pytest.mark.parametrize("name", ["spec", "lock", "metrics", "run", "folds", "report", "diff"])
def test_schema(name: str, project: Path) -> None:
    done = specc("schema", name)
    ends(done, 0)
    assert json.loads(done.stdout)["$schema"].endswith("2020-12/schema")


def test_init_writes_a_sound_spec(project: Path) -> None:
    (project / "t.csv").write_text("size,colour,kind\n" + "".join(f"{i},c{i % 3},k{i % 2}\n" for i in range(50)))
    for source in ("t.csv", "digits", "moons"):
        done = specc("init", source, "-o", f"{source}.yaml")
        ends(done, 0)
        ends(specc("validate", f"{source}.yaml"), 0)
    assert specc("init", "nothing.csv").returncode == 1
    assert specc("init", "digitss").returncode == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, project: Path) -> None:
    done = specc("completion", shell)
    ends(done, 0)
    assert "_SPECC_COMPLETE" in done.stdout


def test_report_of_what_is_no_run(project: Path) -> None:
    done = specc("report", ".")
    ends(done, 1)
    assert "not-a-run" in done.stderr


@pytest.mark.train
def test_doctor(project: Path, warm: Warm) -> None:
    done = specc("doctor")
    ends(done, 0)
    assert "tensorflow" in done.stdout
    assert json.loads(warm.specc("doctor", "--json").stdout)


@pytest.mark.train
def test_report_is_made_again_without_tensorflow(spec: Path) -> None:
    done = specc("train", "spec.yaml", "--json", "--quiet")
    ends(done, 0)
    assert done.stderr == ""
    run = Path(json.loads(done.stdout)["run"])
    first = (run / "report.html").read_text()
    (run / "report.html").unlink()
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        f"from specc.cli import main; sys.argv = ['specc', 'report', {str(run)!r}]; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    ends(done, 0)
    assert (run / "report.html").read_text() == first


def test_progress_for_programs_holds_findings_too(project: Path) -> None:
    import jsonschema

    from specc.catalog import load_schema

    (project / "spec.yaml").write_text(IRIS.replace("epochs: 1", "epochs: one"))
    done = specc("train", "spec.yaml", "--progress", "json")
    ends(done, 1)
    assert done.stdout == ""
    found = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(each["event"], each["code"], each["path"], each["line"]) for each in found] == [
        ("error", "wrong-type", "spec.yaml", 5)
    ]
    jsonschema.validate(found[0], load_schema("progress-v1"))
