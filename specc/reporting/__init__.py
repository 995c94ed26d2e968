"""A run directory becomes `report.html`, `report.json` and `report.md`.

`build_report` gathers, `as_html`, `as_json` and `as_markdown` say it, `write_report` does all of it on disk. Reads the
run directory only; imports neither Keras nor TensorFlow. Needs Jinja and Matplotlib: importing this without them is an
ImportError.
"""

from specc.reporting.build import build_report
from specc.reporting.html_page import as_html
from specc.reporting.json_form import as_json
from specc.reporting.markdown_text import as_markdown
from specc.reporting.rate_page import write_rate_search
from specc.reporting.report import Report
from specc.reporting.write import FORMATS, write_report

__all__ = [
    "FORMATS",
    "Report",
    "as_html",
    "as_json",
    "as_markdown",
    "build_report",
    "write_rate_search",
    "write_report",
]
