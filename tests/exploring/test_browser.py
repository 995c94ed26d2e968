"""The page of `specc data` in a real browser: it draws, and needs no network."""

from pathlib import Path

import pytest

from specc.exploring import explore
from specc.exploring.html_page import as_html
from specc.language.overrides import Overrides
from tests.report.test_browser import chromium

pytestmark = pytest.mark.browser


def test_the_page_is_drawn(project: Path) -> None:
    Path("spec.yaml").write_text("spec: 1\ndata: {dataset: digits}\n")
    found = explore(Path("spec.yaml"), Overrides())
    assert found.profile is not None
    page = project / "page.html"
    page.write_text(as_html(found.profile, found.findings, found.images))
    dom = chromium(project, "--dump-dom", page.as_uri())
    assert "Classes and categories" in dom
    assert dom.count("<rect") > 30
    picture = project / "page.png"
    chromium(project, f"--screenshot={picture}", "--window-size=1280,1600", page.as_uri())
    assert picture.stat().st_size > 20_000
