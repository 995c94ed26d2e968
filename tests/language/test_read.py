"""Files: each bad one is one finding with a place, and none takes long or raises."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.language import limits
from specc.language.read import read, read_text
from specc.language.tree import plain
from tests.language.shown import shown

GOOD = [
    ("s.yaml", b"spec: 1", {"spec": 1}),
    ("s.yml", b"\xef\xbb\xbfspec: 1\r\nname: a\r\n", {"spec": 1, "name": "a"}),
    ("s.json", b'\xef\xbb\xbf{"spec": 1}', {"spec": 1}),
    ("S.JSON", b'{"spec": 1}', {"spec": 1}),
    ("s", "spec: 1\nname: ä".encode(), {"spec": 1, "name": "ä"}),
]


@pytest.mark.parametrize(("name", "data", "expected"), GOOD)
def test_good_files(tmp_path: Path, name: str, data: bytes, expected: object) -> None:
    (tmp_path / name).write_bytes(data)
    tree, source, findings = read(tmp_path / name, name)
    assert not findings
    assert tree is not None
    assert plain(tree) == expected
    assert source.path == name


BAD = [
    (b"", "1:1-1 empty-spec: the spec is empty (a spec begins with `spec: 1`)"),
    (b"\n\n", "1:1-1 empty-spec: the spec is empty (a spec begins with `spec: 1`)"),
    (
        b"spec: 1\nname: \xe4\xff",
        "2:7-8 not-utf8: the byte 0xe4 is not UTF-8 (a spec is text, saved as UTF-8)",
    ),
    (
        "日本: ".encode() + b"\xff",
        "1:5-6 not-utf8: the byte 0xff is not UTF-8 (a spec is text, saved as UTF-8)",
    ),
    ("spec: 1".encode("utf-16"), "1:1-1 not-utf8: `s.yaml` is UTF-16 (save it as UTF-8)"),
    (
        b"\x89PNG\r\n\x1a\n\x00\x00",
        "1:1-2 not-utf8: the byte 0x89 is not UTF-8 (a spec is text, saved as UTF-8)",
    ),
    (
        b"PK\x03\x04",
        "1:3-4 invalid-character: the character U+0003 cannot stand in a text (remove it)",
    ),
    (
        b"a" * (limits.FILE_BYTES + 1),
        "1:1-1 file-too-large: `s.yaml` is larger than 8 MiB (the data of a spec belongs into files that it names)",
    ),
]


@pytest.mark.parametrize(("data", "expected"), BAD, ids=range(len(BAD)))
def test_bad_files(tmp_path: Path, data: bytes, expected: str) -> None:
    (tmp_path / "s.yaml").write_bytes(data)
    tree, _, findings = read(tmp_path / "s.yaml", "s.yaml")
    assert tree is None
    assert shown(findings) == [expected]


def test_a_line_of_fifty_megabytes(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(b"a: " + b"[" * 50_000_000)
    tree, source, findings = read(tmp_path / "s.yaml")
    assert tree is None
    assert not source.text
    assert [finding.code for finding in findings] == ["file-too-large"]


@pytest.mark.parametrize(
    "text", ["a" * 8_000_000, "a: " * 2_000_000, "[" * 8_000_000, "'" * 8_000_000, "{" * 8_000_000]
)
def test_long_lines_within_the_bound(text: str) -> None:
    tree, findings = read_text(text, "s.yaml")
    assert tree is not None or len(findings) == 1


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "iris.yaml").touch()
    cases = [
        (tmp_path / "irsi.yaml", "no-such-file: there is no file `x` (did you mean `iris.yaml`?)"),
        (tmp_path / "none" / "x.yaml", "no-such-file: there is no file `x`"),
        (tmp_path, "not-a-file: `x` is a folder, not a spec (name a file in it, such as `iris.yaml`)"),
        (tmp_path / "bare", "not-a-file: `x` is a folder, not a spec (it holds no `.yaml`, `.yml` or `.json` file)"),
        (tmp_path / "iris.yaml" / "x", "unreadable-file: cannot read `x`: not a directory"),
        (tmp_path / ("n" * 300), "unreadable-file: cannot read `x`: file name too long"),
        (tmp_path / "a\0b", "unreadable-file: cannot read `x`: embedded null byte"),
        (Path(os.devnull), "not-a-file: `x` is no regular file (`specc validate --stdin` reads from a pipe)"),
        (tmp_path / "pipe", "not-a-file: `x` is no regular file (`specc validate --stdin` reads from a pipe)"),
    ]
    (tmp_path / "bare").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for path, expected in cases:
        tree, _, findings = read(path, "x")
        assert tree is None
        assert shown(findings) == [f"1:1-1 {expected}"]
    pattern = tmp_path / "*.yml"
    assert shown(read(pattern)[2]) == [f"1:1-1 no-such-file: no file matches `{pattern}`"]


@given(st.binary(), st.sampled_from(["s.yaml", "s.json"]))
def test_any_bytes_are_read_or_found_at_fault(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    tree, _, findings = read(path)
    assert tree is not None or findings
