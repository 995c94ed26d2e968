"""Findings as JUnit XML, for CI systems that show tests: a file is a suite, a finding one of its cases.

Errors fail. Warnings pass, as they do in the exit code, and stand in the output of their case.
"""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from specc.diagnostics import Finding, Level
from specc.language.source import Source
from specc.rendering.escape import escape
from specc.rendering.foreign import file_path, is_file, prose


def render_junit(findings: Sequence[Finding], sources: Iterable[Source]) -> str:
    """The suites of all checked files, those without findings included. ASCII only."""
    by_path: dict[str, list[Finding]] = {source.path: [] for source in sources if is_file(source.path)}
    for finding in findings:
        by_path.setdefault(finding.span.path, []).append(finding)
    suites = ET.Element("testsuites", name="specc")
    for path, found in by_path.items():
        _suite(suites, escape(file_path(path)), found)
    _count(suites, findings, sum(max(len(found), 1) for found in by_path.values()))
    ET.indent(suites)
    written: bytes = ET.tostring(suites, encoding="us-ascii", xml_declaration=True)
    return written.decode("ascii") + "\n"


def _suite(suites: ET.Element, path: str, findings: Sequence[Finding]) -> None:
    suite = ET.SubElement(suites, "testsuite", name=path)
    _count(suite, findings, max(len(findings), 1))
    if not findings:
        ET.SubElement(suite, "testcase", name="no findings", classname=path)
    for finding in findings:
        place = f"{finding.span.line}:{finding.span.column}"
        case = ET.SubElement(suite, "testcase", name=f"{finding.code} at {place}", classname=path)
        if finding.level is Level.ERROR:
            failure = ET.SubElement(case, "failure", type=finding.code, message=escape(finding.message))
            failure.text = f"{path}:{place}: {prose(finding)}"
        else:
            ET.SubElement(case, "system-out").text = f"{path}:{place}: warning: {prose(finding)}"


def _count(element: ET.Element, findings: Sequence[Finding], tests: int) -> None:
    failures = sum(finding.level is Level.ERROR for finding in findings)
    element.attrib |= {"tests": str(tests), "failures": str(failures), "errors": "0"}
