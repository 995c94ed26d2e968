"""Names and patterns -> files inside the project, in one order everywhere."""

from pathlib import Path

import pytest

from specc.data.sources.locating import located, located_folders
from tests.data.sections import section

FILES = ("a.csv", "parts/2.csv", "parts/10.csv", "parts/.x.csv", "parts/deep/3.csv", "parts/.hidden/4.csv", "[b].csv")


@pytest.fixture
def tree(project: Path) -> Path:
    for name in FILES:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    (project / "parts" / "folder.csv").mkdir()
    (project.parent / "outside.csv").touch()
    (project / "links").mkdir()
    (project / "links" / "out.csv").symlink_to(project.parent / "outside.csv")
    return project


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a.csv", ["a.csv"]),
        ("[a.csv, parts/2.csv]", ["a.csv", "parts/2.csv"]),
        ("parts/*.csv", ["parts/10.csv", "parts/2.csv"]),
        ("parts/?.csv", ["parts/2.csv"]),
        ("'parts/[0-5].csv'", ["parts/2.csv"]),
        ("parts/**/*.csv", ["parts/10.csv", "parts/2.csv", "parts/deep/3.csv"]),
        ("'*.csv'", ["[b].csv", "a.csv"]),
        ("'[b].csv'", ["[b].csv"]),
        ("[parts/1*.csv, a.csv]", ["parts/10.csv", "a.csv"]),
    ],
)
def test_found(tree: Path, written: str, expected: list[str]) -> None:
    files, findings = located(section(f"{{csv: {{path: {written}}}}}"), "path", tree, Path(), "a CSV file")
    assert [path.as_posix() for path, _ in files] == expected
    assert not findings


@pytest.mark.parametrize(
    ("written", "code", "part"),
    [
        ("parts/*.tsv", "no-such-file", "no file matches `parts/*.tsv`"),
        ("nowhere/*.csv", "no-such-file", "there is no file `nowhere`"),
        ("parts/**x.csv", "no-such-file", "no pattern"),
        ("links/*.csv", "path-outside-project", "`out.csv`"),
        ("../*.csv", "path-outside-project", "outside"),
        ("'*/../../*.csv'", "path-outside-project", "leads out"),
        ("/etc/*.conf", "path-outside-project", "outside"),
        ("parts", "not-a-file", "is a folder"),
    ],
)
def test_not_found(tree: Path, written: str, code: str, part: str) -> None:
    files, findings = located(section(f"{{csv: {{path: {written}}}}}"), "path", tree, Path(), "a CSV file")
    assert not files
    assert [(finding.code, finding.span.line) for finding in findings] == [(code, 1)]
    assert part in findings[0].message


def test_a_folder_is_needed(tree: Path) -> None:
    folders, findings = located_folders(section("{images: a.csv}"), "path", tree, Path(), "a folder of images")
    assert (folders, [finding.code for finding in findings]) == ([], ["not-a-folder"])
