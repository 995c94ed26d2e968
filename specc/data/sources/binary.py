"""Files that only a library can read -> nothing but whether they begin, and end, as such files do.

A check knows nothing of Parquet, Feather, HDF5 and TFRecord files; training reads them (`specc.data.reading`).
"""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specc.data.section import PARTS, DataSpec
from specc.data.sources.faults import file_fault, unreadable
from specc.data.sources.locating import Located, located
from specc.data.text_table import Table
from specc.diagnostics import Finding


class Form(NamedTuple):
    """What such files are called, and the bytes that they begin and end with."""

    name: str
    begins: bytes
    ends: bytes = b""


FORMS: Mapping[str, Form] = {
    "parquet": Form("Parquet", b"PAR1", b"PAR1"),
    "feather": Form("Feather", b"ARROW1", b"ARROW1"),
    "hdf5": Form("HDF5", b"\x89HDF\r\n\x1a\n"),
    "tfrecord": Form("TFRecord", b""),
}
_RECORD_FRAME = 16
"""Bytes of a TFRecord's length, its sum, and the sum of its content."""


def read(data: DataSpec, root: Path, folder: Path, _limit: int | None) -> tuple[Table | None, list[Finding]]:
    """Nothing, and a finding for what is no such file at all."""
    _, findings = files_of(data, root, folder)
    return None, findings


def files_of(data: DataSpec, root: Path, folder: Path) -> tuple[Mapping[str, list[Located]], list[Finding]]:
    """The files of each part that is named; each begins and ends as it should, or there is a finding."""
    form = FORMS[data.source.kind]
    parts: dict[str, list[Located]] = {}
    findings: list[Finding] = []
    for part in PARTS:
        files, more = located(data, part, root, folder, f"{'an' if form.name[0] == 'H' else 'a'} {form.name} file")
        findings += more + [fault for path, _ in files if (fault := _fault(path, form))]
        if files:
            parts[part] = files
    return parts, findings


def _fault(path: Path, form: Form) -> Finding | None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(max(len(form.begins), _RECORD_FRAME))
            file.seek(-min(len(form.ends), size), 2)
            end = file.read()
    except OSError as fault:
        return unreadable(path, fault)
    if not size:
        return file_fault("empty-data", path, "is empty")
    if not start.startswith(form.begins):
        return file_fault("damaged-file", path, f"is no {form.name} file: it does not begin as one")
    if form.ends and end != form.ends:
        return file_fault("damaged-file", path, f"is cut off: it does not end as {form.name} files do")
    if not form.begins and (len(start) < _RECORD_FRAME or struct.unpack_from("<Q", start)[0] + _RECORD_FRAME > size):
        return file_fault(
            "damaged-file", path, f"is no {form.name} file, or cut off: its first record is longer than it"
        )
    return None
