"""Every code has a page of one form; its faulty example gives that code, its mended one nothing.

That the examples do so is shown by `tests/docs/test_pages.py`, which executes all fences.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from specc.check import check
from specc.codes import CODES
from specc.diagnostics import Level
from specc.explanation import address, page
from tests.docs.pages import Fence, fences
from tests.language.test_codes import LEVELS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "codes"
TITLES = {"error": "Error", "warning": "Warning", "error, warning": "Error or warning"}
SCHEMA_FIRST = {"empty-model", "not-a-cell"}
"""The published schema of specs reports such faults by codes of its own; these stand behind it."""
MACHINE = {
    "cannot-store-samples",
    "cannot-write-run",
    "checkpoint-failed",
    "damaged-checkpoint",
    "dataset-unavailable",
    "weights-not-finite",
    "devices-fixed",
    "keras-refuses",
    "missing-library",
    "resume-not-exact",
    "tracking-failed",
    "training-failed",
    "worker-ended",
}
"""Depend on the machine, the network, or on a fault of specc."""
BINARY = {"mask-class", "unsafe-data", "wrong-feature"}
"""Are found in training alone, in files that are no text; `tests/data/sources/test_faults.py` has each."""
LONG = {"too-many-faults"}
"""Takes a spec of hundreds of lines."""
TOGETHER = {"undetermined-inputs": ["missing-key"]}
"""Codes that no spec gives alone, with those that come along."""


def specs(code: str) -> tuple[list[Fence], list[Fence]]:
    """The specs of a page that are faulty, and those that are not."""
    found = [fence for fence in fences(page(code)) if fence.is_spec]
    return [fence for fence in found if fence.codes], [fence for fence in found if not fence.codes]


def test_there_is_a_page_for_every_code_and_none_besides() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_page_begins_with_the_code_its_level_and_its_line(code: str) -> None:
    assert page(code).startswith(f"# {code}\n\n**{TITLES[LEVELS[code]]}**: {CODES[code]}.\n\n")


@pytest.mark.parametrize("code", sorted(CODES.keys() - SCHEMA_FIRST - MACHINE - LONG - BINARY))
def test_a_page_shows_the_fault(code: str) -> None:
    faulty, sound = specs(code)
    consoles = [fence.text for fence in fences(page(code)) if fence.language == "console"]
    if consoles:
        assert f"[{code}]" in consoles[0]
    else:
        assert [fence.codes for fence in faulty] == [sorted([code, *TOGETHER.get(code, [])])]
        assert len(sound) == 1
        assert page(code).index("\nWrong:\n") < page(code).index("\nMended:\n")


@pytest.mark.parametrize("code", [code for code, level in LEVELS.items() if level == "warning" and specs(code)[0]])
def test_a_page_of_a_warning_says_how_to_silence_it(code: str, project: Path) -> None:
    text = page(code)
    for fence in fences(text):
        if "title" in fence.options:
            Path(fence.options["title"]).write_text(fence.text, encoding="utf-8")
    spec = Path("spec.yaml")
    faulty = specs(code)[0][0].text
    spec.write_text(faulty, encoding="utf-8")
    (finding,) = check(spec).findings
    assert finding.level is Level.WARNING
    lines = faulty.splitlines()
    ways = {f"`allow: [{code}]`": [*lines, f"allow: [{code}]"]}
    if finding.span.path == str(spec):
        comment = f"# specc: allow {code}"
        at = finding.span.line - 1
        if "# specc:" in lines[at]:
            lines[at] = lines[at].split("  #")[0]  # the fault is a comment itself: without it there is no finding
        ways[f"`{comment}`"] = [*lines[:at], f"{lines[at]}  {comment}", *lines[at + 1 :]]
    for written, silenced in ways.items():
        assert written in " ".join(text.split())
        spec.write_text("\n".join(silenced), encoding="utf-8")
        assert [each.code for each in check(spec).findings] == []


def explain(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specc", "explain", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_explain_prints_the_page() -> None:
    done = explain("unused-layer")
    assert (done.returncode, done.stdout, done.stderr) == (0, page("unused-layer"), "")


def test_explain_lists_the_codes() -> None:
    done = explain()
    assert (done.returncode, done.stderr) == (0, "")
    assert {tuple(re.split("  +", line, maxsplit=1)) for line in done.stdout.splitlines()} == set(CODES.items())


@pytest.mark.parametrize(
    ("code", "hint"),
    [("unused-layr", "did you mean `unused-layer`?"), ("qqqqqq", "`specc explain` lists"), ("../../README", "lists")],
)
def test_explain_knows_codes_only(code: str, hint: str) -> None:
    done = explain(code)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"there is no code `{code}`; ")
    assert hint in done.stderr


def test_a_page_that_is_missing_is_said() -> None:
    with pytest.raises(FileNotFoundError, match="no page explains no-such-code"):
        page("no-such-code")


def test_addresses_end_in_pages() -> None:
    assert all((FOLDER / address(code).rpartition("/")[2]).is_file() for code in CODES)
