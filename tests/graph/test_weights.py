"""`model.weights` without Keras: what a spec may say, where its file must lie, and what the plan keeps."""

from pathlib import Path

import pytest

from specc.check import check
from specc.plan.document import as_document
from specc.plan.expand import expand

SPEC = """\
spec: 1
data: {dataset: iris}
model:
  weights: %s
  layers: [Output]
"""

FAULTS = {
    "no such file": ("none.keras", "no-such-file", 12),
    "a folder": ("folder.keras", "not-a-file", 12),
    "outside": ("../outside.keras", "path-outside-project", 12),
    "a link outside": ("link.keras", "path-outside-project", 12),
    "an absolute path": ("/etc/passwd.keras", "path-outside-project", 12),
    "another ending": ("weights.npz", "invalid-value", 12),
    "a number": ("3", "wrong-type", 12),
    "no path": ("{missing: error}", "missing-key", 3),
    "a strange word": ("{path: old.keras, missing: never}", "unknown-choice", 39),
    "a strange key": ("{path: old.keras, frozen: true}", "unknown-key", 30),
    "no boolean": ("{path: old.keras, freeze: 1}", "wrong-type", 38),
    "in a mapping": ("{path: none.keras}", "no-such-file", 19),
}


@pytest.fixture(autouse=True)
def _files(project: Path) -> None:
    (project / "old.keras").write_bytes(b"")
    (project / "folder.keras").mkdir()
    (project.parent / "outside.keras").write_bytes(b"")
    (project / "link.keras").symlink_to(project.parent / "outside.keras")


def write(weights: str) -> Path:
    path = Path("spec.yaml")
    path.write_text(SPEC % weights)
    return path


@pytest.mark.parametrize(("weights", "code", "column"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_one_finding_at_its_place(weights: str, code: str, column: int) -> None:
    findings = check(write(weights)).findings
    assert [(finding.code, finding.span.line, finding.span.column) for finding in findings] == [(code, 4, column)]


SAID = {
    "a path": ("old.keras", ("old.keras", "warning", False)),
    "a mapping": ("{path: old.keras}", ("old.keras", "warning", False)),
    "everything": ("{path: ./old.keras, missing: error, freeze: true}", ("./old.keras", "error", True)),
    "with variables": ('$("old" + ".keras")', ("old.keras", "warning", False)),
}


@pytest.mark.parametrize(("weights", "said"), SAID.values(), ids=SAID.keys())
def test_the_plan_keeps_what_is_said(weights: str, said: tuple[str, str, bool]) -> None:
    checked = check(write(weights))
    assert checked.findings == ()
    assert checked.plan
    kept = checked.plan.graph.weights
    assert kept
    assert (kept.path, kept.missing, kept.freeze) == said


def test_expanding_keeps_it() -> None:
    plan = check(write("old.keras")).plan
    assert plan
    text = expand(plan)
    assert "weights: {path: old.keras, missing: warning, freeze: false}" in text
    Path("spec.yaml").write_text(text)
    again = check(Path("spec.yaml"))
    assert again.findings == ()
    assert again.plan
    assert as_document(again.plan) == as_document(plan)


def test_a_file_that_an_extended_spec_names_lies_beside_that() -> None:
    Path("sub").mkdir()
    Path("old.keras").rename("sub/old.keras")
    Path("sub/base.yaml").write_text(SPEC % "old.keras")
    Path("spec.yaml").write_text("extends: sub/base.yaml\nspec: 1\n")
    assert check(Path("spec.yaml")).findings == ()
