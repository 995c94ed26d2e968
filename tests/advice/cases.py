"""Short specs for the rules: `findings` gives each finding's code with the text that it marks."""

from pathlib import Path

from specc.check import check

SETS = {
    "binary": "{dataset: breast_cancer}",
    "classes": "{dataset: iris}",
    "images": "{dataset: digits}",
    "number": "{dataset: diabetes}",
    "texts": "{dataset: imdb}",
}


def spec(model: str, training: str = "", data: str = "classes", runtime: str = "") -> str:
    """A spec of four lines; `data` is a key of `SETS` or the section itself."""
    return f"spec: 1\ndata: {SETS.get(data, data)}\nmodel: {model}\ntraining: {{{training}}}\nruntime: {{{runtime}}}\n"


def findings(project: Path, text: str) -> list[str]:
    """`code: marked text` of every finding, in the order of the text."""
    path = project / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    return [
        f"{finding.code}: {lines[finding.span.line - 1][finding.span.column - 1 : finding.span.end_column - 1]}"
        for finding in check(path).findings
    ]
