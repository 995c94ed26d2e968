"""What findings look like in the formats of other tools."""

import json
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from specc.diagnostics import Edit, Finding, Fix, Label, Level, Span, Use, error, warning
from specc.language.source import Source
from specc.rendering import Format, render
from specc.rendering.foreign import fingerprints
from tests.rendering.sarif_schema import SARIF

SOURCES = (
    Source("specs/a b.yaml", "spec: 1\nname: 日本 # x\nmodel:\n  - Dense\n"),
    Source("--set", "a=b"),
    Source("specs/clean.yaml", "spec: 1\n"),
)


VALIDATOR = Draft202012Validator(SARIF)


def xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  our own output


def span(line: int, column: int, end_line: int, end_column: int, path: str = "specs/a b.yaml") -> Span:
    return Span(path, line, column, end_line, end_column)


SHAPE = error(
    "shape-mismatch",
    "100% wrong: a, b\nand c",
    span(2, 9, 2, 12),
    labels=(Label(span(1, 1, 1, 5), "the other"), Label(span(1, 7, 1, 8), "")),
    notes=("context",),
    help="mend it",
)
LONG = warning("unused-layer", "not used", span(3, 1, 4, 10))
OPTION = error("invalid-path", "leads nowhere", span(1, 1, 1, 2, "--set"))
FINDINGS = (SHAPE, LONG, OPTION)


def test_github() -> None:
    assert render(FINDINGS, SOURCES, Format.GITHUB) == (
        "::error file=specs/a b.yaml,line=2,endLine=2,col=9,endColumn=12,title=specc%3A shape-mismatch"
        "::100%25 wrong: a, b\\x0aand c%0Aspecs/a b.yaml:1:1: the other%0Anote: context%0Ahelp: mend it\n"
        "::warning file=specs/a b.yaml,line=3,endLine=4,title=specc%3A unused-layer::not used\n"
        "::error title=specc%3A invalid-path::leads nowhere\n"
    )


def test_github_cannot_be_given_other_commands() -> None:
    evil = error("invalid-key", "x\n::set-env name=A::b\r", span(1, 1, 1, 2, "a,b:c%\n::error::x.yaml"))
    (line,) = render([evil], [], Format.GITHUB).splitlines()
    assert line == (
        "::error file=a%2Cb%3Ac%25\\x0a%3A%3Aerror%3A%3Ax.yaml,line=1,endLine=1,col=1,endColumn=2,"
        "title=specc%3A invalid-key::x\\x0a::set-env name=A::b\\x0d"
    )


def test_gitlab() -> None:
    report = json.loads(render(FINDINGS, SOURCES, Format.GITLAB))
    assert [list(entry) for entry in report] == [
        ["description", "check_name", "fingerprint", "severity", "location"]
    ] * 3
    assert [entry["severity"] for entry in report] == ["major", "minor", "major"]
    assert report[1]["location"] == {"path": "specs/a b.yaml", "lines": {"begin": 3, "end": 4}}
    assert len({entry["fingerprint"] for entry in report}) == 3


def test_gitlab_tells_the_way_to_the_spec() -> None:
    used = Use("in the block `stem`, used", span(3, 1, 3, 6))
    (entry,) = json.loads(render([SHAPE._replace(span=SHAPE.span._replace(via=(used,)))], SOURCES, Format.GITLAB))
    assert entry["description"].endswith("and c, in the block `stem`, used at specs/a b.yaml:3:1")


def moved(finding: Finding, lines: int) -> Finding:
    place = finding.span
    return finding._replace(span=place._replace(line=place.line + lines, end_line=place.end_line + lines))


def test_fingerprints_outlive_other_changes_and_differ() -> None:
    same = [SHAPE, moved(SHAPE, 3), LONG]
    names = fingerprints(same)
    assert len(set(names)) == 3
    assert fingerprints([moved(finding, 7) for finding in same]) == names
    assert fingerprints([LONG, SHAPE]) == [names[2], names[0]]


def test_fingerprints_do_not_depend_on_how_the_path_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written = ["a/b.yaml", "./a/b.yaml", str(tmp_path / "a" / "b.yaml")]
    assert len({fingerprints([LONG._replace(span=span(1, 1, 1, 2, path))])[0] for path in written}) == 1


def test_sarif() -> None:
    log = json.loads(render(FINDINGS, SOURCES, Format.SARIF))
    VALIDATOR.validate(log)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["invalid-path", "shape-mismatch", "unused-layer"]
    first, second, third = run["results"]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "specs/a%20b.yaml"},
                "region": {"startLine": 2, "startColumn": 9, "endLine": 2, "endColumn": 12},
            }
        }
    ]
    assert [place.get("message") for place in first["relatedLocations"]] == [{"text": "the other"}, None]
    assert (second["level"], second["ruleIndex"]) == ("warning", 2)
    assert third["locations"] == [{"logicalLocations": [{"name": "--set"}]}]


def test_sarif_fixes() -> None:
    place = span(2, 9, 2, 12)
    fixed = SHAPE._replace(fix=Fix("replace `a` by `b`", (Edit(place, "a", "b\n"),)))
    log = json.loads(render([fixed], SOURCES, Format.SARIF))
    VALIDATOR.validate(log)
    region = {"startLine": 2, "startColumn": 9, "endLine": 2, "endColumn": 12}
    change = {
        "artifactLocation": {"uri": "specs/a%20b.yaml"},
        "replacements": [{"deletedRegion": region, "insertedContent": {"text": "b\n"}}],
    }
    assert log["runs"][0]["results"][0]["fixes"] == [
        {"description": {"text": "replace `a` by `b`"}, "artifactChanges": [change]}
    ]


def test_rdjson_suggestions() -> None:
    place = span(2, 9, 2, 12)
    fixed = SHAPE._replace(fix=Fix("replace `a` by `b`", (Edit(place, "a", "b"),)))
    one, none = json.loads(render([fixed, LONG], SOURCES, Format.RDJSON))["diagnostics"]
    assert one["suggestions"] == [{"range": one["location"]["range"], "text": "b"}]
    assert "suggestions" not in none


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/elsewhere/ü.yaml", "file:///elsewhere/%C3%BC.yaml"),
        ("a#b?.yaml", "a%23b%3F.yaml"),
        ("./c.yaml", "c.yaml"),
        ("\ud800", "%ED%A0%80"),
    ],
)
def test_sarif_addresses(path: str, uri: str) -> None:
    log = json.loads(render([LONG._replace(span=span(1, 1, 1, 2, path))], [], Format.SARIF))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri


def test_junit() -> None:
    suites = xml(render(FINDINGS, SOURCES, Format.JUNIT))
    assert suites.attrib == {"name": "specc", "tests": "4", "failures": "2", "errors": "0"}
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in suites] == [
        ("specs/a b.yaml", "2", "1"),
        ("specs/clean.yaml", "1", "0"),
        ("--set", "1", "1"),
    ]
    failed, warned = suites[0]
    assert failed.attrib == {"name": "shape-mismatch at 2:9", "classname": "specs/a b.yaml"}
    assert [(part.tag, part.get("type")) for part in (*failed, *warned)] == [
        ("failure", "shape-mismatch"),
        ("system-out", None),
    ]
    assert str(failed[0].text).startswith("specs/a b.yaml:2:9: 100% wrong: a, b\\x0aand c\n")
    assert [case.get("name") for case in suites[1]] == ["no findings"]


def test_rdjson_counts_bytes() -> None:
    report = json.loads(render(FINDINGS, SOURCES, Format.RDJSON))
    first, second, third = report["diagnostics"]
    assert first["location"]["range"] == {"start": {"line": 2, "column": 13}, "end": {"line": 2, "column": 16}}
    assert second["location"]["range"]["end"] == {"line": 4, "column": 10}
    assert third["location"]["path"] == "--set"
    assert [each["severity"] for each in report["diagnostics"]] == ["ERROR", "WARNING", "ERROR"]
    assert first["code"]["value"] == "shape-mismatch"


def test_json_lines() -> None:
    lines = render(FINDINGS, SOURCES, Format.JSONL).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(render(FINDINGS, SOURCES, Format.JSON))


@pytest.mark.parametrize("style", [style for style in Format if style is not Format.TEXT])
def test_nothing_found_is_a_whole_document(style: Format) -> None:
    text = render([], SOURCES, style)
    if style in {Format.CONCISE, Format.JSONL, Format.GITHUB}:
        assert text == ""
    elif style is Format.JUNIT:
        assert xml(text).get("failures") == "0"
    else:
        assert json.loads(text) is not None
    assert style is not Format.SARIF or json.loads(text)["runs"][0]["results"] == []


ANY_TEXT = st.text(st.characters(), max_size=20)
ANY_SPAN = st.builds(
    lambda path, line, column: Span(f"p{path}", line, column, line, column),
    ANY_TEXT,
    st.integers(1, 9),
    st.integers(1, 99),
)
ANY_FINDING = st.builds(
    Finding,
    level=st.sampled_from(list(Level)),
    code=st.sampled_from(["unused-layer", "shape-mismatch", "of-a-plugin"]),
    message=ANY_TEXT.filter(bool),
    span=ANY_SPAN,
    caption=ANY_TEXT,
    labels=st.tuples(st.builds(Label, ANY_SPAN, ANY_TEXT)),
    notes=st.tuples(ANY_TEXT),
    help=ANY_TEXT,
    fix=st.builds(Fix, ANY_TEXT.filter(bool), st.tuples(st.builds(Edit, ANY_SPAN, ANY_TEXT, ANY_TEXT))) | st.none(),
)


@given(st.lists(ANY_FINDING, max_size=4))
def test_any_text_can_be_rendered(findings: list[Finding]) -> None:
    sources = [Source(finding.span.path, finding.message) for finding in findings]
    for style in Format:
        text = render(findings, sources, style)
        text.encode()
        if style in {Format.CONCISE, Format.GITHUB, Format.JSONL}:
            assert text.count("\n") == len(text.splitlines()) == len(findings)
        elif style is Format.JUNIT:
            xml(text)
        elif style is not Format.TEXT:
            document = json.loads(text)
            if style is Format.SARIF:
                VALIDATOR.validate(document)
                for result in document["runs"][0]["results"]:
                    unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
