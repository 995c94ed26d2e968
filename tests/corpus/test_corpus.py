"""Faulty specs, each beside what the checker says about it: `make bless` writes the texts, and their diff is read."""

from pathlib import Path

import pytest

from specc.check import check
from specc.diagnostics import Level
from specc.rendering import render
from tests.conftest import Golden

CORPUS = Path(__file__).parent
SPECS = sorted(path.relative_to(CORPUS) for path in CORPUS.rglob("*") if path.suffix in {".yaml", ".json"})
TEXTS = sorted(path.relative_to(CORPUS) for path in CORPUS.rglob("*.txt"))


def golden_of(spec: Path) -> Path:
    """The text beside the spec; that of a JSON file says so, for its YAML twin has one too."""
    return CORPUS / (spec.with_suffix(".txt") if spec.suffix == ".yaml" else spec.with_suffix(".json.txt"))


@pytest.mark.parametrize("spec", SPECS, ids=Path.as_posix)
def test_faults(spec: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)
    checked = check(spec, root=CORPUS / spec.parent)
    assert checked.findings
    assert (checked.plan is None) == any(finding.level is Level.ERROR for finding in checked.findings)
    text = render(checked.findings, checked.sources).replace(str(CORPUS), "<corpus>")
    golden(golden_of(spec), text)


def test_every_text_has_its_spec() -> None:
    assert {CORPUS / text for text in TEXTS} == {golden_of(spec) for spec in SPECS}


def test_there_are_enough() -> None:
    assert len(SPECS) >= 150
