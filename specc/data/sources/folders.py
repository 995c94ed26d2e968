"""Folders of samples -> the files in them, in the order of the rows: `listed`.

Each folder in a source's folder is a class, and every file below it a sample; without such folders the samples have no
classes. What begins with a dot is left out. Names are taken, no file is opened.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from specc.data.facts import CLASSES, TargetFacts
from specc.data.kinds import in_order
from specc.data.section import PARTS, DataSpec
from specc.data.sources.faults import as_left_out, file_fault, sorted_out, unreadable
from specc.data.sources.locating import located_folders
from specc.data.sources.row_rules import LeftOut
from specc.data.split_rules import Given
from specc.diagnostics import Finding, Span, error, has_errors

LABEL = "label"
DEPTH = 32
"""Folders inside each other; links between folders may go in circles."""


class Listed(NamedTuple):
    """The samples of a source. `labels` are their classes, or empty; `folders` are those that each was found below.

    `names` are the classes in order. Where `complete` is False, there are more samples than these. `left_out` are files
    that are none.
    """

    paths: list[Path]
    labels: list[str]
    folders: list[Path]
    names: tuple[str, ...]
    given: Given
    complete: bool
    left_out: tuple[LeftOut, ...] = ()

    @property
    def target(self) -> TargetFacts:
        """The target `label`."""
        return TargetFacts(LABEL, CLASSES, len(self.names), self.names)

    def place(self, row: int, _column: str = "") -> Span:
        """Where a sample is: the beginning of its file."""
        return Span(str(self.paths[row]), 1, 1, 1, 1)

    def without(self, rows: Collection[int]) -> "Listed":
        """The same without some of the samples."""
        out = set(rows)
        kept = [row for row in range(len(self.paths)) if row not in out]
        first_test = len(self.paths) - self.given.test
        first_validation = first_test - self.given.validation
        validation = sum(first_validation <= row < first_test for row in out)
        return self._replace(
            paths=[self.paths[row] for row in kept],
            labels=[self.labels[row] for row in kept] if self.labels else [],
            folders=[self.folders[row] for row in kept],
            given=Given(self.given.validation - validation, self.given.test - sum(row >= first_test for row in out)),
        )


class Wanted(NamedTuple):
    """What samples are: files whose names end in one of `endings`, images or else texts.

    With `classes=False` folders are no classes.
    """

    endings: Collection[str]
    images: bool
    classes: bool = True

    @property
    def what(self) -> str:
        """One of them in words."""
        return "an image" if self.images else "a text"


class _Entry(NamedTuple):
    path: Path
    is_folder: bool


def listed(
    data: DataSpec, root: Path, folder: Path, wanted: Wanted, limit: int | None
) -> tuple[Listed | None, list[Finding]]:
    """The samples, class by class, sorted by name; of many about the first `limit`, some of each class.

    Files that are not wanted are findings, or left out with `on_bad_row: skip`. A class without samples is an error.
    """
    rows: list[tuple[Path, str, Path]] = []
    faults: list[Finding] = []
    names: dict[str, None] = {}
    counts = dict.fromkeys(PARTS, 0)
    complete = True
    for part in PARTS:
        folders, findings = located_folders(data, part, root, folder, f"a folder with {wanted.what} per sample")
        if findings:
            return None, findings
        for top, _ in folders:
            groups, findings = _groups(top, root, classes=wanted.classes)
            if findings:
                return None, findings
            names |= dict.fromkeys(label for label, _ in groups if label)
            for label, place in groups:
                # The bound is for each class, so that all of them are seen.
                bound = None if limit is None else max(limit // max(len(groups), 1), 1)
                paths, strange, whole, findings = _samples(place, root, wanted.endings, bound)
                if findings or (not paths and not strange):
                    return None, findings or [_empty(place, label, wanted.what)]
                complete = complete and whole
                counts[part] += len(paths)
                rows += [(path, label, top) for path in paths]
                faults += [
                    file_fault("not-an-image" if wanted.images else "not-a-text", path, _strange(wanted))
                    for path in strange
                ]
    findings = sorted_out(data, faults)
    if has_errors(findings):
        return None, findings
    if not rows:
        return None, [*findings, error("empty-data", "there are no samples", data.source.span_of("path"))]
    labels = [label for _, label, _ in rows] if names else []
    given = Given(counts["validation"], counts["test"])
    tops = [top for _, _, top in rows]
    paths, left_out = [path for path, _, _ in rows], as_left_out(faults)
    return Listed(paths, labels, tops, in_order(names), given, complete, left_out), findings


def _strange(wanted: Wanted) -> str:
    return f"is not {wanted.what}: its name ends in none of {', '.join(sorted(wanted.endings))}"


def _empty(place: Path, label: str, what: str) -> Finding:
    whose = f"the class `{label}` has" if label else f"`{place.name}` has"
    return error(
        "empty-class" if label else "empty-data", f"{whose} no sample: not {what} in it", Span(str(place), 1, 1, 1, 1)
    )


def _groups(top: Path, root: Path, *, classes: bool) -> tuple[list[tuple[str, Path]], list[Finding]]:
    """The classes of a folder with the folder of each; one without a name if there are none."""
    try:
        entries = list(_entries(top, root))
    except OSError as fault:
        return [], [unreadable(top, fault)]
    except _OutsideError as outside:
        return [], [outside.finding]
    folders = [entry.path for entry in entries if entry.is_folder]
    if not folders or not classes:
        return [("", top)], []
    return [(path.name, path) for path in folders], []


def _samples(
    place: Path, root: Path, endings: Collection[str], bound: int | None
) -> tuple[list[Path], list[Path], bool, list[Finding]]:
    """The samples below a folder, the files that are none, whether that is all, and what cannot be listed."""
    samples: list[Path] = []
    strange: list[Path] = []
    try:
        for path in _files(place, root, 0):
            if len(samples) == bound:
                return samples, strange, False, []
            (samples if path.suffix.lower() in endings else strange).append(path)
    except OSError as fault:
        return [], [], True, [unreadable(place, fault)]
    except _OutsideError as outside:
        return [], [], True, [outside.finding]
    return samples, strange, True, []


class _OutsideError(Exception):
    """A link leads out of the project, or folders never end."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def _files(place: Path, root: Path, depth: int) -> Iterator[Path]:
    if depth > DEPTH:
        raise _OutsideError(
            file_fault("unreadable-file", place, f"lies {DEPTH} folders deep; a link may go in a circle")
        )
    for entry in _entries(place, root):
        if entry.is_folder:
            yield from _files(entry.path, root, depth + 1)
        elif not entry.path.is_file():
            raise _OutsideError(file_fault("not-a-file", entry.path, "is no regular file"))
        else:
            yield entry.path


def _entries(place: Path, root: Path) -> Iterator[_Entry]:
    """What is in a folder, sorted by name."""
    top = None
    with os.scandir(place) as found:
        for entry in sorted(found, key=lambda each: each.name):
            if entry.name.startswith("."):
                continue
            path = place / entry.name
            if entry.is_symlink():
                top = top or root.resolve()
                if not path.resolve().is_relative_to(top):
                    raise _OutsideError(file_fault("path-outside-project", path, "leads out of the project"))
            yield _Entry(path, entry.is_dir())
