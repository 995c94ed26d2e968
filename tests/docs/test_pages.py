"""Every page is executed: its specs are checked, its commands are run, its list of commands is current."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from specc.cli import specc
from tests.conftest import Golden
from tests.docs.cli_page import cli_page
from tests.docs.execute import ROOT, Difference, check_specs, corrected, run_commands
from tests.docs.pages import fences, needs_tensorflow

PAGES = [ROOT / "README.md", ROOT / "specs" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = [*PAGES, *(ROOT / name for name in ("ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md"))]
LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#]*)(?:#(?P<anchor>[^)]*))?\)")
CODE = re.compile(r"`([^`]+)`")
PATH = re.compile(r"`((?:specc|tests|docs|specs|schemas|benchmarks)/[\w./-]+)`")


def each(pages: Iterable[Path], language: str, *, may_train: bool) -> list[Any]:
    """The pages with a block of `language`; those that start TensorFlow carry the marker `train`."""
    chosen = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        if any(fence.language == language for fence in fences(text)):
            marks = [pytest.mark.train] if may_train and needs_tensorflow(text) else []
            chosen.append(pytest.param(page, marks=marks, id=page.relative_to(ROOT).as_posix()))
    return chosen


def report(page: Path, differences: list[Difference]) -> str:
    return "\n".join(f"{page.relative_to(ROOT)}:{each.line}: {each.message}" for each in differences)


@pytest.mark.parametrize("page", each(PAGES, "yaml", may_train=False))
def test_specs(page: Path, tmp_path: Path) -> None:
    differences = check_specs(page.read_text(encoding="utf-8"), tmp_path)
    assert not differences, report(page, differences)


@pytest.mark.parametrize("page", each(PAGES, "console", may_train=True))
def test_commands(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text = page.read_text(encoding="utf-8")
    warm = needs_tensorflow(text) and page.name != "README.md"  # what a newcomer does first is done for real
    programs = request.getfixturevalue("warm").programs if warm else None
    differences = run_commands(text, tmp_path / "first", programs)
    if differences and request.config.getoption("--bless"):
        page.write_text(corrected(text, differences), encoding="utf-8")
        differences = run_commands(page.read_text(encoding="utf-8"), tmp_path / "second", programs)
    assert not differences, report(page, differences)


def test_the_page_of_commands_is_current(golden: Golden) -> None:
    golden(ROOT / "docs" / "cli.md", cli_page(specc))


def test_the_readme_opens_with_the_two_commands() -> None:
    first = next(fences((ROOT / "README.md").read_text(encoding="utf-8")))
    commands = [line.removeprefix("$ ").partition("#")[0].strip() for line in first.text.splitlines()]
    assert commands == ["make demo", "make test"]


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked to, as GitHub forms them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        target = page.parent / link["path"] if link["path"] else page
        assert target.exists(), link[0]
        assert link["anchor"] is None or link["anchor"] in anchors(target), link[0]


def test_architecture_names_files_that_exist_and_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [path for path in PATH.findall(text) if not (ROOT / path).exists() and "NAME" not in path] == []
    rooms = text.partition("## Rooms")[2].partition("## Invariants")[0]
    named = {
        name.strip("/")
        for row in rooms.splitlines()
        if row.startswith("| `")
        for name in CODE.findall(row.split("|")[1])
    }
    there = {
        path.stem for path in (ROOT / "specc").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert there - {"__init__", "__main__"} == named
