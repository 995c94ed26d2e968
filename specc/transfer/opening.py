"""A `.keras` or HDF5 file -> its tree, its hash, and where its arrays can be read from.

An archive's weights are first copied into a temporary file, with a bound on their size, since HDF5 is not read front to
back. What is wrong with a file is a finding at the place that names it.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from specc import archive
from specc.diagnostics import Finding, Span, error
from specc.language.source import start_of
from specc.transfer.hdf5 import Refusal, tree_of
from specc.transfer.naming import CONFIG_BYTES, with_names
from specc.transfer.stored import Stored

ARCHIVE = ".keras"
CONFIG, WEIGHTS = "config.json", "model.weights.h5"
"""The members of a `.keras` file that are read."""

WEIGHTS_BYTES = 2**40


class WeightsContent(NamedTuple):
    """What a file holds. `hdf5` is the file with the arrays, which is there as long as `open_weights` is not left.

    `root` is its tree; `legacy` says that the tensors of a layer go by their order.
    """

    path: Path
    sha256: str
    hdf5: Path
    root: Stored
    legacy: bool


@contextmanager
def open_weights(path: Path, place: Span | None = None) -> Iterator[tuple[WeightsContent | None, list[Finding]]]:
    """The content of the file at `path`; None with one finding, at `place`, if it cannot be used.

    Findings: no-such-file, not-a-file, not-weights, unsafe-weights, weights-limit, and those of `specc.archive`.
    """
    place = place or start_of(str(path))
    if not path.is_file():
        there = path.exists()
        words = f"`{path}` is no regular file" if there else f"there is no file `{path}`"
        yield None, [error("not-a-file" if there else "no-such-file", words, place)]
        return
    with tempfile.TemporaryDirectory(prefix="specc-") as folder:
        unpacked, config, findings = _unpacked(path, Path(folder), place)
        if findings:
            yield None, findings
            return
        try:
            root, legacy = tree_of(str(unpacked))
        except Refusal as refused:
            help_ = "a file that Keras has written has none of this" if refused.code == "unsafe-weights" else ""
            yield None, [error(refused.code, f"`{path.name}` {refused.words}", place, help=help_)]
            return
        yield WeightsContent(path, _sha256(path), unpacked, with_names(root, config) if config else root, legacy), []


def _unpacked(path: Path, folder: Path, place: Span) -> tuple[Path, bytes | None, list[Finding]]:
    """The HDF5 file, in `folder` if it had to be taken out of an archive, and the configuration beside it."""
    if path.suffix != ARCHIVE:
        return path, None, []
    members, findings = archive.members(path, place)
    if findings:
        return path, None, findings
    if WEIGHTS not in members:
        return path, None, [error("not-weights", f"`{path.name}` has no member `{WEIGHTS}`", place)]
    config = None
    if CONFIG in members:
        config, findings = archive.read_member(path, CONFIG, CONFIG_BYTES, place)
    target = folder / WEIGHTS
    if not findings:
        with target.open("wb") as file:
            findings = archive.copy_member(path, WEIGHTS, WEIGHTS_BYTES, file, place)
    return target, config, findings


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
