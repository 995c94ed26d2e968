"""Atomic writing: whole files or the old ones, and values that come back as they were."""

import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from specc import runs


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda path: runs.write_bytes(path, b"\x00\xff"), b"\x00\xff"),
        (lambda path: runs.write_text(path, "é\r\n"), "é\r\n".encode()),
        (lambda path: runs.write_text(path, "\ud800"), b"\\ud800"),
        (lambda path: runs.write_json(path, {"b": 1, "a": [math.nan, math.inf, 0.1]}), None),
        (lambda path: runs.write_csv(path, ["a", "b"], [[1, None], ['x,"y', 0.1]]), b'a,b\n1,\n"x,""y",0.1\n'),
    ],
)
def test_replaces_the_file(tmp_path: Path, write: Callable[[Path], None], expected: bytes | None) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    write(path)
    if expected is None:
        assert json.loads(path.read_text()) == {"b": 1, "a": [None, None, 0.1]}
    else:
        assert path.read_bytes() == expected
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        runs.write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "value", ["1e-3", "0o17", "on", "no", "12:30", "010", "1_000", "2026-03-14", "~", "", "é\n", "=", 1e-5]
)
def test_yaml_gives_back_the_same_value(tmp_path: Path, value: object) -> None:
    path = tmp_path / "lock.yaml"
    runs.write_yaml(path, {"value": value})
    text = path.read_text("utf-8")
    assert yaml.safe_load(text) == {"value": value}
    if isinstance(value, str) and value[:1].isdigit():
        assert "'" in text, "a YAML 1.2 reader would take it for a number"


def test_yaml_has_no_anchors(tmp_path: Path) -> None:
    shared = {"a": 1}
    runs.write_yaml(tmp_path / "lock.yaml", {"x": shared, "y": shared})
    assert "&" not in (tmp_path / "lock.yaml").read_text()
