"""Broken tables of text: a check and a training find the same one error, and neither hangs nor gives up."""

import gzip
import os
from pathlib import Path

import pytest

from specc.data import describe
from specc.data.loading import load
from tests.data.sections import section

ROWS = b"x,y\n1,p\n2,q\n3,p\n4,q\n"
JSON = b'{"x": 1, "y": "p"}\n{"x": 2, "y": "q"}\n'


@pytest.mark.parametrize(
    ("name", "content", "text", "code", "line"),
    [
        ("a.csv", b"", "{csv: a.csv, target: y}", "empty-data", 1),
        ("a.csv", b"x,y\n", "{csv: a.csv, target: y}", "empty-data", 1),
        ("a.csv", b"x,x\n1,2\n", "{csv: a.csv, target: x}", "duplicate-column", 1),
        ("a.csv", b"x,\n1,2\n", "{csv: a.csv, target: x}", "unnamed-column", 1),
        ("a.csv", ROWS + b"5\n", "{csv: a.csv, target: y}", "ragged-row", 6),
        ("a.csv", ROWS + b'5,"p\n', "{csv: a.csv, target: y}", "invalid-csv", 6),
        ("a.csv", ROWS + b"5,\xff\n", "{csv: a.csv, target: y}", "not-utf8", 6),
        ("a.csv", ROWS + b"5,\0\n", "{csv: a.csv, target: y}", "not-utf8", 6),
        ("a.csv", ROWS + b"5," + b"p" * 1_100_000 + b"\n", "{csv: a.csv, target: y}", "long-line", 6),
        ("a.csv.gz", gzip.compress(ROWS, mtime=0)[:-9], "{csv: a.csv.gz, target: y}", "unreadable-file", 0),
        ("a.csv", ROWS, "{csv: {path: a.csv, encoding: punycode}, target: y}", "invalid-value", 0),
        ("a.csv", ROWS, "{csv: {path: a.csv, encoding: utf-99}, target: y}", "invalid-value", 0),
        ("a.csv", ROWS, '{csv: a.csv, target: y, columns: {x: {datetime: "%Y%Y"}}}', "not-a-date", 0),
        ("a.csv", ROWS + b",p\nno,q\n", "{csv: a.csv, target: y, columns: {x: number}}", "not-a-number", 7),
        ("a.jsonl", b"", "{jsonl: a.jsonl, target: y}", "empty-data", 0),
        ("a.jsonl", b"{}\n{}\n", "{jsonl: a.jsonl, target: y}", "empty-data", 0),
        ("a.jsonl", JSON + b'{"x": 3\n', "{jsonl: a.jsonl, target: y}", "invalid-json", 3),
        ("a.jsonl", JSON + b'{"x": 3, "x": 4}\n', "{jsonl: a.jsonl, target: y}", "invalid-json", 3),
        ("a.jsonl", JSON + b'{"x": NaN}\n', "{jsonl: a.jsonl, target: y}", "invalid-json", 3),
        ("a.jsonl", JSON + b'{"x": {"y": 1}}\n', "{jsonl: a.jsonl, target: y}", "invalid-json", 3),
        ("a.jsonl", JSON + b'{"x": 1, "y": "\\ud800"}\n', "{jsonl: a.jsonl, target: y}", "invalid-json", 3),
        ("a.jsonl", JSON + b"[1, 2]\n", "{jsonl: a.jsonl, target: y}", "invalid-json", 3),
        ("a.jsonl", JSON + b'{"x": "\xff"}\n', "{jsonl: a.jsonl, target: y}", "not-utf8", 3),
        ("a.jsonl", JSON + b'{"x": "' + b"x" * 1_100_000 + b'"}\n', "{jsonl: a.jsonl, target: y}", "long-line", 3),
    ],
)
def test_one_error(project: Path, name: str, content: bytes, text: str, code: str, line: int) -> None:  # noqa: PLR0917
    (project / name).write_bytes(content)
    _, checked = describe(section(text), project, project, limit=None)
    columns, loaded = load(section(text), project, project)
    assert columns is None
    for findings in (checked, loaded):
        errors = [finding for finding in findings if finding.level == "error"]
        assert [finding.code for finding in errors] == [code]
        assert not line or errors[0].span.line == line


def test_lines_may_end_in_any_way(project: Path) -> None:
    (project / "a.jsonl").write_bytes(JSON.replace(b"\n", b"\r") * 4)
    columns, findings = load(section("{jsonl: a.jsonl, target: y}"), project, project)
    assert columns, findings
    assert len(columns) == 8


@pytest.mark.parametrize("text", ["{texts: pets, target: label}", "{images: pets}"])
def test_a_pipe_among_the_files_is_no_file(project: Path, text: str) -> None:
    for kind in ("cat", "dog"):
        (project / "pets" / kind).mkdir(parents=True)
        (project / "pets" / kind / "1.txt").write_text("purr")
    os.mkfifo(project / "pets" / "dog" / "2.txt")
    _, findings = describe(section(text), project, project)
    assert "not-a-file" in [finding.code for finding in findings]
