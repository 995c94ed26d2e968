"""The report's files in a run directory."""

from collections.abc import Collection
from pathlib import Path

from specc import runs
from specc.diagnostics import Finding, has_errors
from specc.reporting.build import build_report
from specc.reporting.folds_page import folds_html, folds_markdown
from specc.reporting.html_page import as_html
from specc.reporting.json_form import as_json
from specc.reporting.markdown_text import as_markdown
from specc.runs import folder

FORMATS = ("html", "json", "md")


def write_report(run_folder: Path, formats: Collection[str] = FORMATS) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """Write the reports named by `formats` (`html`, `json`, `md`) from what `run_folder` holds.

    Returns the paths written, none if the folder is no run, and what is wrong with the run's files. Of a folder that
    holds the runs of folds, the report is the page about all of them; for programs that has `folds.json` already.
    Raises OSError if a file cannot be written.
    """
    folds, findings = runs.read_folds(run_folder)
    if folds is not None:
        return _write_folds(run_folder, folds, formats), findings
    run, findings = runs.read(run_folder)
    if any(finding.code == "not-a-run" for finding in findings) and has_errors(findings):
        return (), findings
    report = build_report(run, findings)
    written = []
    for name in formats:
        match name:
            case "html":
                path = run_folder / folder.REPORT_HTML
                runs.write_text(path, as_html(report))
            case "json":
                path = run_folder / folder.REPORT_JSON
                runs.write_json(path, as_json(report))
            case "md":
                path = run_folder / folder.REPORT_MARKDOWN
                runs.write_text(path, as_markdown(report))
            case _:
                raise ValueError(f"a report's format is one of {', '.join(FORMATS)}, got {name!r}")
        written.append(path)
    return tuple(written), findings


def _write_folds(run_folder: Path, folds: runs.Folds, formats: Collection[str]) -> tuple[Path, ...]:
    written = []
    for name, file, form in (
        ("html", folder.REPORT_HTML, folds_html),
        ("md", folder.REPORT_MARKDOWN, folds_markdown),
    ):
        if name in formats:
            runs.write_text(run_folder / file, form(folds))
            written.append(run_folder / file)
    return tuple(written)
