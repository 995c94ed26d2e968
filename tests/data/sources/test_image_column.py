"""A table's column of paths as a column of images."""

from pathlib import Path

import numpy as np
import pytest

from specc.data.facts import IMAGE, ColumnFacts
from specc.data.reading.images import image_column
from specc.data.sources.images import image_column_facts
from specc.data.stored import Stored
from specc.diagnostics import Finding, Span
from tests.data.sections import section
from tests.data.sources.files import write_image

OPTIONS = {"folder": None, "size": None, "channels": 3}


def place(row: int, _column: str) -> Span:
    return Span("table/a.csv", row + 2, 1, row + 2, 2)


def column(project: Path, paths: list[str], **options: object) -> tuple[Stored | None, list[Finding]]:
    data = section("{csv: table/a.csv, target: y}")
    facts = ColumnFacts("photo", IMAGE, options=OPTIONS | options)
    facts, findings = image_column_facts(data, facts, (paths[0], place(0, "photo")), project, project)
    if findings:
        return None, findings
    return image_column(data, facts, np.array(paths, object), place, project, project)


@pytest.fixture
def photos(project: Path) -> Path:
    for index in range(3):
        write_image(project / "table" / "sub" / f"{index}.png", colour=(index, 0, 0))
    write_image(project / "elsewhere" / "0.jpg", (8, 9))
    (project / "table" / "text.png").write_text("hello")
    (project / "secret.png").symlink_to(project.parent / "secret.png")
    write_image(project.parent / "secret.png")
    return project


def test_images(photos: Path) -> None:
    stored, findings = column(photos, ["sub/2.png", "sub/0.png", "sub/2.png"])
    assert not findings
    assert stored is not None
    assert stored.arrays()[:, 0, 0, 0].tolist() == [2, 0, 2]
    assert stored.arrays(np.array([1])).shape == (1, 4, 6, 3)


def test_a_folder_and_a_size(photos: Path) -> None:
    stored, findings = column(photos, ["0.jpg"], folder="elsewhere", size=(5, 5), channels=1)
    assert not findings
    assert stored is not None
    assert stored.arrays().shape == (1, 5, 5, 1)


@pytest.mark.parametrize(
    ("paths", "code", "line"),
    [
        (["sub/0.png", "sub/9.png"], "no-such-file", 3),
        (["sub/9.png"], "no-such-file", 2),
        (["sub/0.png", ""], "not-a-file", 3),
        (["sub/0.png", "../secret.png"], "path-outside-project", 3),
        (["sub/0.png", "/etc/passwd"], "path-outside-project", 3),
        (["text.png"], "not-an-image", 1),
    ],
)
def test_fault(photos: Path, paths: list[str], code: str, line: int) -> None:
    stored, findings = column(photos, paths)
    assert stored is None
    assert [(finding.code, finding.span.line) for finding in findings] == [(code, line)]
