"""What a worker writes about itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from specc.training.heartbeat import Beat, read

SCRIPT = """
import sys, time
from specc.training import heartbeat
heartbeat.EVERY_S = 0.01
heartbeat.start()
heartbeat.start()
for step in range(5):
    heartbeat.beat(step)
if sys.argv[1:]:
    heartbeat.rest()
time.sleep(0.5)
"""


def run(folder: Path | None, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SPECC_HEARTBEAT"}
    if folder:
        environment["SPECC_HEARTBEAT"] = str(folder)
    subprocess.run([sys.executable, "-c", SCRIPT, *arguments], env=environment, check=True)


@pytest.mark.parametrize(("arguments", "moves", "step"), [((), 5, 4), (("rests",), 6, None)])
def test_beats(arguments: tuple[str, ...], moves: int, step: int | None, tmp_path: Path) -> None:
    run(tmp_path, *arguments)
    found = read(tmp_path)
    assert found is not None
    assert found.beats > 3
    assert (found.moves, found.step) == (moves, step)


def test_nobody_asks(tmp_path: Path) -> None:
    run(None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "beat"), [("7 3 12\n", Beat(7, 3, 12)), ("7 3 -1\n", Beat(7, 3, None)), ("", None), ("7 3", None)]
)
def test_read(text: str, beat: Beat | None, tmp_path: Path) -> None:
    (tmp_path / "beat").write_text(text)
    assert read(tmp_path) == beat


def test_nothing_yet(tmp_path: Path) -> None:
    assert read(tmp_path) is None
