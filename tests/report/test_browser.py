"""The report in a real browser: it draws, in light, dark and narrow, and needs no network."""

import shutil
import subprocess
from pathlib import Path

import pytest

from specc.reporting import write_report

from . import fake_runs

pytestmark = pytest.mark.browser

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
)


def chromium(folder: Path, *arguments: str) -> str:
    """What Chromium prints, with a profile of its own below `folder`."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "these tests open the report in Chromium, which is missing: apt-get install chromium"
    command = [program, *QUIET, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


@pytest.mark.parametrize(("kind", "headline"), [("digits", "94.8%"), ("diabetes", "43.05")])
def test_the_page_shows_its_headline(tmp_path: Path, kind: str, headline: str) -> None:
    path = fake_runs.ALL[kind](tmp_path / "runs")
    write_report(path, ["html"])
    dom = chromium(tmp_path, "--dump-dom", (path / "report.html").as_uri())
    assert headline in dom
    assert "</footer>" in dom


@pytest.mark.parametrize(
    ("size", "options"),
    [("1280,1600", ()), ("1280,1600", ("--blink-settings=preferredColorScheme=0",)), ("390,1600", ())],
)
def test_the_page_is_drawn(tmp_path: Path, size: str, options: tuple[str, ...]) -> None:
    path = fake_runs.digits(tmp_path / "runs")
    write_report(path, ["html"])
    picture = tmp_path / "page.png"
    chromium(tmp_path, f"--screenshot={picture}", f"--window-size={size}", *options, (path / "report.html").as_uri())
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 40_000, "an empty page compresses to a few kilobytes"
