"""`explore`: the spec's file in, a profile of its data and warnings out."""

from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from specc.allowing import silence
from specc.data import DataSpec
from specc.data.loading import load
from specc.data.reading import ReadingError
from specc.diagnostics import Finding, has_errors, in_order
from specc.exploring.judging import judge
from specc.exploring.opening import open_spec
from specc.exploring.profile import Profile, describe_columns, sample_images
from specc.language.overrides import Overrides
from specc.language.source import Source
from specc.training.quiet import quiet_tensorflow

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class Explored(NamedTuple):
    """The profile, None if the findings forbid it; the findings in order and the texts that they point into.

    `images` are a few images of each split by column: column -> split -> (n, h, w, c).
    """

    profile: Profile | None
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...]
    images: dict[str, dict[str, Array]]


def explore(path: Path, overrides: Overrides, root: Path | None = None) -> Explored:
    """Look at all rows of the data of the spec in the file `path`. `root` is by default the project around it."""
    opened = open_spec(path, overrides, root)
    findings = list(opened.findings)
    if opened.data is None:
        return Explored(None, in_order(findings), opened.sources, {})
    if _decodes(opened.data):
        quiet_tensorflow()
    columns, more = load(opened.data, opened.root, opened.folder, opened.seed)
    findings += more
    if columns is None or has_errors(findings):
        return Explored(None, in_order(findings), opened.sources, {})
    parts = columns.split
    rows = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    rows = {name: part for name, part in rows.items() if len(part)}
    try:
        profile = describe_columns(opened.name, opened.data, columns, rows)
        findings += judge(opened.data, columns, rows, profile)
        images = sample_images(columns, rows)
    except ReadingError as fault:
        return Explored(None, in_order([*findings, *fault.findings]), opened.sources, {})
    kept = silence(findings, opened.document, opened.sources[0], opened.sources[1:], complete=False)
    return Explored(profile, in_order(kept), opened.sources, images)


def _decodes(data: DataSpec) -> bool:
    """Whether TensorFlow is needed to read the data."""
    kinds = {data.source.kind, *(column.type for column in data.columns.values())}
    return bool(kinds & {"images", "image", "tfrecord"})
