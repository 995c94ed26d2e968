"""A run directory becomes `report.html`, `report.json` and `report.md`.

`build_report` gathers, `as_html`, `as_json` and `as_markdown` say it, `write_report` does all of it on disk. Reads the
run directory only; imports neither Keras nor TensorFlow. Needs Jinja and Matplotlib: importing this without them is an
ImportError.
"""

from specc.report.build import build_report
from specc.report.html_page import as_html
from specc.report.json_form import as_json
from specc.report.markdown_text import as_markdown
from specc.report.report import Report
from specc.report.write import FORMATS, write_report

__all__ = ["FORMATS", "Report", "as_html", "as_json", "as_markdown", "build_report", "write_report"]
