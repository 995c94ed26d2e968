"""`specc validate --fix` from outside: what it writes, prints and leaves alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RIGHT = b"spec: 1\r\ndata: {dataset: iris}  # flowers\r\nmodel: [Output]\r\n"
SLIP = RIGHT.replace(b"Output", b"output")
BOTH = SLIP.replace(b"iris", b"roses")
SAID = "spec.yaml:3:9: fixed[unknown-layer]: replace `output` by `Output`\n"
DIFF = b"""\
--- spec.yaml
+++ spec.yaml
@@ -1,3 +1,3 @@
 spec: 1\r
 data: {dataset: iris}  # flowers\r
-model: [output]\r
+model: [Output]\r
"""


def validate(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "specc", "validate", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("before", "after", "code", "said"),
    [
        (RIGHT, RIGHT, 0, "1 spec checked, no errors\n"),
        (SLIP, RIGHT, 0, SAID + "1 spec checked, no errors\n"),
        (b"\xef\xbb\xbf" + SLIP, b"\xef\xbb\xbf" + RIGHT, 0, SAID + "1 spec checked, no errors\n"),
    ],
)
def test_files(project: Path, before: bytes, after: bytes, code: int, said: str) -> None:
    spec = project / "spec.yaml"
    spec.write_bytes(before)
    spec.chmod(0o640)
    done = validate("spec.yaml", "--fix")
    assert (done.returncode, done.stdout, done.stderr.decode()) == (code, b"", said)
    assert (spec.read_bytes(), spec.stat().st_mode & 0o777) == (after, 0o640)
    assert sorted(path.name for path in project.iterdir()) == ["spec.yaml", "specc.toml"]


def test_what_is_left_is_told(project: Path) -> None:
    (project / "spec.yaml").write_bytes(BOTH)
    done = validate("spec.yaml", "--fix", "--format", "concise")
    assert done.returncode == 1
    assert done.stdout.startswith(b"spec.yaml:2:17: error[unknown-dataset]: ")
    assert done.stderr.decode() == SAID
    assert (project / "spec.yaml").read_bytes() == BOTH.replace(b"output", b"Output")


def test_a_file_without_fixes_is_not_written(project: Path) -> None:
    spec = project / "spec.yaml"
    spec.write_bytes(RIGHT)
    os.utime(spec, (1, 1))
    validate("spec.yaml", "--fix")
    assert spec.stat().st_mtime == 1


def test_a_link_stays_a_link(project: Path) -> None:
    (project / "real.yaml").write_bytes(SLIP)
    (project / "spec.yaml").symlink_to("real.yaml")
    validate("spec.yaml", "--fix")
    assert (project / "spec.yaml").is_symlink()
    assert (project / "real.yaml").read_bytes() == RIGHT


@pytest.mark.parametrize(
    ("content", "code", "diff"),
    [
        (RIGHT, 0, b""),
        (SLIP, 1, DIFF),
        (SLIP.removesuffix(b"\r\n"), 1, DIFF.replace(b"]\r\n", b"]\n\\ No newline at end of file\n")),
    ],
)
def test_diff_writes_nothing(project: Path, content: bytes, code: int, diff: bytes) -> None:
    (project / "spec.yaml").write_bytes(content)
    done = validate("spec.yaml", "--fix", "--diff")
    assert (done.returncode, done.stdout) == (code, diff)
    assert (project / "spec.yaml").read_bytes() == content


@pytest.mark.parametrize(("stdin", "stdout", "code"), [(RIGHT, RIGHT, 0), (SLIP, RIGHT, 0), (b"\xff", b"\xff", 1)])
def test_standard_input(stdin: bytes, stdout: bytes, code: int) -> None:
    done = validate("--stdin", "--stdin-filename", "spec.yaml", "--fix", stdin=stdin)
    assert (done.returncode, done.stdout) == (code, stdout)
    assert done.stderr.decode().startswith(SAID) is (stdin == SLIP)


def test_a_missing_file_is_told(project: Path) -> None:
    done = validate("nothing.yaml", "--fix")
    assert (done.returncode, b"error[no-such-file]" in done.stderr) == (1, True)
    assert not (project / "nothing.yaml").exists()


@pytest.mark.parametrize("content", [SLIP, BOTH])
def test_without_fix_it_is_said_what_could_be(project: Path, content: bytes) -> None:
    (project / "spec.yaml").write_bytes(content)
    last = validate("spec.yaml").stderr.decode().splitlines()[-1]
    assert last == ("`--fix` mends it" if content == SLIP else "`--fix` mends 1 of them")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["spec.yaml", "--diff"], "`--diff` needs `--fix`"),
        (["--stdin", "--fix", "--diff"], "give it without `--diff`"),
        (["spec.yaml", "--fix", "--set", "training.epochs=3"], "give no `--set` and no `--var`"),
        (["spec.yaml", "--fix", "--var", "a=3"], "give no `--set` and no `--var`"),
        (["spec.yaml", "--fix", "--baseline", "known.json"], "`--fix` takes no `--baseline`"),
        (["spec.yaml", "--fix", "--diff", "--format", "json"], "give no `--format`"),
        (["--stdin", "--fix", "--format", "json"], "give no `--format`"),
    ],
)
def test_wrong_usage(project: Path, arguments: list[str], message: str) -> None:
    (project / "spec.yaml").write_bytes(SLIP)
    done = validate(*arguments)
    assert (done.returncode, message in done.stderr.decode()) == (2, True)
    assert (project / "spec.yaml").read_bytes() == SLIP
