"""`specc fmt` from outside: what it writes, prints and leaves alone, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOSE = b"spec:  1\r\ndata: { dataset: iris }  # flowers\r\nmodel: [Output]"
TIDY = b"spec: 1\ndata: {dataset: iris}  # flowers\nmodel: [Output]\n"
DIFF = b"""\
--- spec.yaml
+++ spec.yaml
@@ -1,3 +1,3 @@
-spec:  1\r
-data: { dataset: iris }  # flowers\r
-model: [Output]
\\ No newline at end of file
+spec: 1
+data: {dataset: iris}  # flowers
+model: [Output]
"""


def fmt(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "specc", "fmt", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)
    assert b"Traceback" not in done.stderr
    return done


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("options", "content", "after", "code", "printed"),
    [
        ((), LOOSE, TIDY, 0, b"formatted spec.yaml\n"),
        ((), TIDY, TIDY, 0, b"1 spec is formatted already\n"),
        (("--check",), LOOSE, LOOSE, 1, b"would change spec.yaml\n"),
        (("--check",), TIDY, TIDY, 0, b"1 spec is formatted already\n"),
        (("--diff",), LOOSE, LOOSE, 1, DIFF),
        (("--diff",), TIDY, TIDY, 0, b""),
        (("--check", "--diff"), LOOSE, LOOSE, 1, DIFF),
    ],
)
def test_a_file(
    project: Path, options: tuple[str, ...], content: bytes, *, after: bytes, code: int, printed: bytes
) -> None:
    spec = write(project / "spec.yaml", content)
    spec.chmod(0o640)
    done = fmt("spec.yaml", *options)
    assert (done.returncode, done.stdout) == (code, printed)
    assert (spec.read_bytes(), spec.stat().st_mode & 0o777) == (after, 0o640)
    assert sorted(path.name for path in project.iterdir()) == ["spec.yaml", "specc.toml"]


def test_directories_patterns_and_json(project: Path) -> None:
    write(project / "specs" / "a.yaml", LOOSE)
    write(project / "specs" / "b.json", b'{"spec":1}')
    write(project / "specs" / "c.yml", TIDY)
    write(project / "specs" / ".hidden.yaml", LOOSE)
    assert fmt("specs", "--check").stdout == b"would change specs/a.yaml\nwould change specs/b.json\n"
    assert fmt("specs/*.json").stdout == b"formatted specs/b.json\n"
    assert (project / "specs" / "b.json").read_bytes() == b'{\n  "spec": 1\n}\n'


def test_what_is_formatted_is_not_written(project: Path) -> None:
    spec = write(project / "spec.yaml", TIDY)
    os.utime(spec, (1, 1))
    fmt("spec.yaml")
    assert spec.stat().st_mtime == 1


def test_a_faulty_file_stays_and_the_others_do_not_wait(project: Path) -> None:
    bad = write(project / "bad.yaml", b"a:   [1")
    write(project / "good.yaml", LOOSE)
    done = fmt("bad.yaml", "good.yaml", "nothing.yaml")
    assert (done.returncode, done.stdout) == (1, b"formatted good.yaml\n")
    assert b"error[invalid-syntax]" in done.stderr
    assert b"error[no-such-file]" in done.stderr
    assert bad.read_bytes() == b"a:   [1"


def test_a_link_stays_a_link(project: Path) -> None:
    write(project / "real.yaml", LOOSE)
    (project / "spec.yaml").symlink_to("real.yaml")
    assert fmt("spec.yaml").returncode == 0
    assert (project / "spec.yaml").is_symlink()
    assert (project / "real.yaml").read_bytes() == TIDY


@pytest.mark.parametrize("target", ["../outside.yaml", "spec.yaml"])
def test_a_link_out_of_the_project_or_in_a_loop_is_a_finding(project: Path, target: str) -> None:
    outside = write(project.parent / "outside.yaml", LOOSE)
    (project / "spec.yaml").symlink_to(target)
    done = fmt("spec.yaml")
    assert (done.returncode, done.stdout, done.stderr.count(b"error[")) == (1, b"", 1)
    assert (b"path-outside-project" in done.stderr) is (target != "spec.yaml")
    assert outside.read_bytes() == LOOSE


def test_a_pipe_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "spec.yaml")
    done = fmt("spec.yaml")
    assert (done.returncode, b"error[not-a-file]" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "stdin", "stdout", "code"),
    [
        ([], LOOSE, TIDY, 0),
        ([], b"a: [", b"a: [", 1),
        (["--stdin-filename", "a.json"], b'{"a":1}', b'{\n  "a": 1\n}\n', 0),
    ],
)
def test_standard_input(arguments: list[str], stdin: bytes, stdout: bytes, code: int) -> None:
    done = fmt("--stdin", *arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (code, stdout)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name specs, or give `--stdin`"),
        (["spec.yaml", "--stdin"], "not both"),
        (["spec.yaml", "--stdin-filename", "a.json"], "`--stdin-filename` needs `--stdin`"),
        (["--stdin", "--check"], "give it without `--check` and `--diff`"),
    ],
)
def test_wrong_usage(project: Path, arguments: list[str], message: str) -> None:
    write(project / "spec.yaml", LOOSE)
    done = fmt(*arguments)
    assert (done.returncode, message in done.stderr.decode()) == (2, True)
    assert (project / "spec.yaml").read_bytes() == LOOSE
