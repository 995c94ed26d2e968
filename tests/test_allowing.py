"""What an author allows is not heard, and what allows nothing is."""

from functools import partial
from pathlib import Path

import pytest

from specc.allowing import silence
from specc.check import check
from specc.codes import CODES
from specc.data import describe
from specc.diagnostics import Span, error, warning
from specc.language.read import read_text
from specc.language.source import Source

UNUSED = """\
spec: 1
data: {dataset: iris}
model:
  - Dense: {units: 8, activation: relu}
    name: a
  - Dense: {units: 8, activation: relu}
    name: b
    inputs: a
  - Output:
    inputs: a
"""


def said(text: str, name: str = "spec.yaml") -> list[str]:
    Path(name).write_text(text, encoding="utf-8")
    return [f"{f.span.line}:{f.span.column} {f.level} {f.code}" for f in check(Path(name)).findings]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ["7:11 warning unused-layer"]),
        ("name: b", "name: b  # specc: allow unused-layer", []),
        ("name: b", "name: b  #specc:allow unused-layer # since it probes", []),
        ("name: b", "name: b  # a probe # specc: allow: unused-layer", []),
        ("    name: b", "    # specc: allow unused-layer\n    name: b", []),
        ("    name: b", "# specc: allow unused-layer\n\n    # since it probes\n    name: b", []),
        ("spec: 1", "spec: 1\nallow: [unused-layer]", []),
        (
            "name: b",
            "name: b  # specc: allow unused-layer, unused-input",
            ["7:43 warning unused-allow"],
        ),
        ("name: b", "name: b  # specc: allow unused-layr", ["7:11 warning unused-layer", "7:29 warning unknown-code"]),
        ("name: b", "name: b  # specc: allow", ["7:11 warning unused-layer", "7:14 warning unused-allow"]),
        ("name: b", "name: b  # specc: allowed", ["7:11 warning unused-layer"]),
        ("name: b", "name: b  # specc allow unused-layer", ["7:11 warning unused-layer"]),
        (
            "name: a\n",
            "name: a # specc: allow unused-layer\n",
            ["5:28 warning unused-allow", "7:11 warning unused-layer"],
        ),
        ("spec: 1", 'spec: 1\ndescription: "# specc: allow unused-layer"', ["8:11 warning unused-layer"]),
        ("spec: 1", "spec: 1\ndescription: |\n  # specc: allow no-such", ["9:11 warning unused-layer"]),
        ("spec: 1", "spec: 1\nallow: [unused-layer, unused-input]", ["2:23 warning unused-allow"]),
        ("spec: 1", "spec: 1\nallow: [unused-layer, unused-input, unused-allow]", []),
        ("spec: 1", "spec: 1\nallow: [unused-layer, of-the-future, unknown-code]", []),
        ("name: b", "name: b # specc: allow unused-layer, unused-input, unused-allow", []),
    ],
)
def test_allow(old: str, new: str, expected: list[str], project: Path) -> None:
    assert said(UNUSED.replace(old, new, 1)) == expected


def test_json_has_no_comments(project: Path) -> None:
    text = '{"spec": 1, "data": {"dataset": "iris"}, "model": ["Output"], "description": "# specc: allow x"}'
    assert said(text, "spec.json") == []


def test_errors_cannot_be_silenced(project: Path) -> None:
    expected = ["3:1 error unknown-key", "3:26 warning unused-allow"]
    text = "spec: 1\ndata: {dataset: iris}\nmodl: 1 # specc: allow:  unknown-key, unused-layer\nmodel: [Output]\n"
    assert said(text) == expected
    (_, complaint) = check(Path("spec.yaml")).findings
    assert (complaint.message, complaint.notes) == (
        "`unknown-key` cannot be silenced",
        ("only warnings can be allowed, this is an error",),
    )


def test_an_unknown_code_is_helped() -> None:
    text = "allow: [unused-layr, quite-another]"
    document, _ = read_text(text, "s.yaml")
    helps = [finding.help for finding in silence([], document, Source("s.yaml", text))]
    assert helps == ["did you mean `unused-layer`?", "`specc explain` lists the codes"]


def test_what_was_not_read_is_silent_about_its_comments() -> None:
    text = "a: [ # specc: allow unused-layer"
    fault = error("invalid-syntax", "…", Span("s.yaml", 1, 1, 1, 2))
    assert silence([fault], None, Source("s.yaml", text)) == [fault]


def test_rows_that_were_not_read_may_need_it(project: Path) -> None:
    Path("rows.csv").write_text("x,y\n" + "1,2\n3,5\n" * 50, encoding="utf-8")
    text = "spec: 1\nallow: [empty-column]\ndata: {csv: rows.csv, target: y}\nmodel: [Output]\n"
    assert said(text) == ["2:9 warning unused-allow"]
    assert check(Path("spec.yaml"), look=partial(describe, limit=100)).findings == ()


def test_the_list_is_for_every_file_and_a_comment_for_its_own() -> None:
    in_data = warning("header-is-data", "…", Span("a.csv", 1, 1, 1, 2))
    for text, expected in (
        ("allow: [header-is-data]", []),
        ("a: 1 # specc: allow header-is-data", ["header-is-data", "unused-allow"]),
    ):
        document, _ = read_text(text, "s.yaml")
        assert [finding.code for finding in silence([in_data], document, Source("s.yaml", text))] == expected


def test_every_code_can_be_written() -> None:
    text = "".join(f"a{i}: 1 # specc: allow {code}\n" for i, code in enumerate(CODES))
    document, _ = read_text(text, "s.yaml")
    warnings = [warning(code, "…", Span("s.yaml", i, 1, i, 2)) for i, code in enumerate(CODES, 1)]
    assert silence(warnings, document, Source("s.yaml", text)) == []
