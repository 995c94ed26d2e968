"""NumPy's files -> `Scan`: arrays are mapped, not read, where they are not packed. Nothing is unpickled."""

import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from specc.data.reading.arrays import Part, check_numbers, scan_arrays
from specc.data.reading.scan import ReadingError, Scan
from specc.data.section import PARTS, DataSpec
from specc.data.sources.faults import file_fault, in_words, unreadable
from specc.data.sources.numpy_files import Stored, arrays_of, described, too_short
from specc.data.stored import Array
from specc.diagnostics import Finding

_LOCAL = struct.Struct("<4s22xHH")
"""The beginning of a member in a zip archive: its signature, and the lengths of its name and extra field."""


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """The arrays as columns."""
    arrays, given, findings = arrays_of(data, root, folder)
    if arrays is None:
        return None, findings
    typed, names, findings = described(arrays)
    if findings:
        return None, findings
    present = [part for part in PARTS if part == "path" or getattr(given, part)]
    parts = [
        _part(part, {name: stored[index] for name, stored in arrays.items()}) for index, part in enumerate(present)
    ]
    for part in parts:
        for name in typed:
            check_numbers(name, part.path, part.arrays[name])
    return scan_arrays(data, parts, typed, names)


def _part(part: str, arrays: Mapping[str, Stored]) -> Part:
    first = next(iter(arrays.values()))
    return Part(part, first.path, {name: _array(stored) for name, stored in arrays.items()}, first.shape[0])


def _array(stored: Stored) -> Array:
    """The array, mapped from its file; only what is packed is read into memory."""
    try:
        offset = stored.offset + (_offset_in_archive(stored) if stored.member else 0)
        if offset >= stored.offset:
            dtype: Any = np.dtype(stored.dtype)
            if offset + math.prod(stored.shape) * dtype.itemsize > stored.path.stat().st_size:
                raise ReadingError(too_short(stored))
            mapped: Array = np.memmap(stored.path, dtype, "r", offset, stored.shape, "F" if stored.fortran else "C")
            return mapped
        with np.load(stored.path, allow_pickle=False) as archive:
            found: Array = archive[stored.member.removesuffix(".npy")]
            return found
    except OSError as fault:
        raise ReadingError(unreadable(stored.path, fault)) from fault
    except (ValueError, TypeError, SystemError, EOFError, zipfile.BadZipFile, zlib.error, MemoryError) as fault:
        words = f"cannot be read in `{stored.name}`: {in_words(fault)}"
        raise ReadingError(file_fault("damaged-file", stored.path, words)) from fault


def _offset_in_archive(stored: Stored) -> int:
    """Where a member's bytes begin in the archive; far below 0 if it is packed."""
    with zipfile.ZipFile(stored.path) as archive:
        info = archive.getinfo(stored.member)
    if info.compress_type != zipfile.ZIP_STORED:
        return -stored.offset - 1
    with stored.path.open("rb") as file:
        file.seek(info.header_offset)
        signature, name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    if signature != b"PK\x03\x04":
        raise zipfile.BadZipFile("a member does not begin as one")
    return int(info.header_offset + _LOCAL.size + name + extra)
