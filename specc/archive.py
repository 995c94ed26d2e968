"""Zip archives from elsewhere, such as `.keras` files: what is in them, and the bytes of one member.

Nothing is unpacked to a path that the archive names, and no more is read than the caller allows. An archive that cannot
be read in this way is a finding. What the members mean is their reader's business.
"""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from specc.diagnostics import Finding, Span, error

DIRECTORY_BYTES = 8 * 2**20
"""The longest list of members that is read. One of a thousand members has about 0.1 MB."""
MEMBERS = 10_000
EXPANSION = 200
"""How many times its packed size a member may unpack to; weights, which are random numbers, hardly pack at all."""
SMALL = 16 * 2**20
"""Bytes up to which a member may unpack to any multiple."""

_END = b"PK\x05\x06"
_END_LENGTH, _LONGEST_COMMENT = 22, 65_535
_END_64 = b"PK\x06\x06"
_LOCATOR_LENGTH, _END_64_LENGTH = 20, 56
_CHUNK = 2**20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
"""What `zipfile` raises over archives that are not sound; NotImplementedError is a RuntimeError."""


class Member(NamedTuple):
    """A file in an archive; sizes in bytes, as the archive declares them. `packed` is what it takes in there."""

    name: str
    size: int
    packed: int


def members(path: Path, place: Span | None = None) -> tuple[Mapping[str, Member], list[Finding]]:
    """The files of the archive at `path` by name, folders left out; none with a finding if it cannot be trusted.

    `place` is where findings point, the file's beginning by default. Findings: not-an-archive, unsafe-archive,
    archive-limit.
    """
    place = place or _beginning(path)
    try:
        with path.open("rb") as file:
            too_long = _directory_length(file)
            if too_long > DIRECTORY_BYTES:
                return {}, [_limit(path, place, f"its list of members has {too_long:,} bytes", DIRECTORY_BYTES)]
            with zipfile.ZipFile(file) as archive:
                found = archive.infolist()
    except _DAMAGE as fault:
        return {}, [_not_an_archive(path, place, fault)]
    if len(found) > MEMBERS:
        return {}, [_limit(path, place, f"it has {len(found):,} members", MEMBERS)]
    danger = next(_dangers(found), None)
    if danger:
        help_ = "nothing of it was read; get the file from a source that you trust"
        return {}, [error("unsafe-archive", f"`{path.name}` {danger}", place, help=help_)]
    return {i.filename: Member(i.filename, i.file_size, i.compress_size) for i in found if not i.is_dir()}, []


def read_member(path: Path, name: str, limit: int, place: Span | None = None) -> tuple[bytes | None, list[Finding]]:
    """The bytes of the member `name`, at most `limit`; None with a finding if there are more, or if it is damaged.

    The caller has seen `name` in `members`; raises KeyError otherwise.
    """
    target = BytesIO()
    findings = copy_member(path, name, limit, target, place)
    return (None, findings) if findings else (target.getvalue(), [])


def copy_member(path: Path, name: str, limit: int, target: BinaryIO, place: Span | None = None) -> list[Finding]:
    """Write the member `name` to `target` piece by piece, at most `limit` bytes; else as `read_member`.

    After a finding, `target` holds a part.
    """
    place = place or _beginning(path)
    read = 0
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as fault:
        return [_not_an_archive(path, place, fault)]
    with archive:
        info = archive.getinfo(name)
        allowed = min(limit, max(SMALL, EXPANSION * info.compress_size))
        if info.file_size > allowed:
            return [_limit(path, place, f"`{name}` unpacks to {info.file_size:,} bytes", allowed)]
        try:
            with archive.open(info) as member:
                while piece := member.read(_CHUNK):
                    read += len(piece)
                    if read > allowed:  # what is declared need not be true
                        return [_limit(path, place, f"`{name}` unpacks to more than it says", allowed)]
                    target.write(piece)
        except _DAMAGE as fault:
            return [_not_an_archive(path, place, fault)]
    return []


def _dangers(found: list[zipfile.ZipInfo]) -> Iterator[str]:
    """What makes members unfit to be read, in the order of the archive."""
    seen = set()
    for info in found:
        name = info.filename
        parts = name.rstrip("/").split("/")
        if (
            name != info.orig_filename
            or "\\" in name
            or any(part in {"", ".", ".."} for part in parts)
            or ":" in parts[0]
        ):
            yield f"has a member that leads out of it, `{info.orig_filename}`"
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield f"has a member that is a link, `{name}`"
        elif name in seen:
            yield f"has two members called `{name}`"
        elif info.flag_bits & 1:
            yield f"has a member that is encrypted, `{name}`"
        elif info.compress_type not in _METHODS:
            yield f"has a member that is packed by neither storing nor deflating, `{name}`"
        seen.add(name)


def _directory_length(file: BinaryIO) -> int:
    """How many bytes the list of members has, which `zipfile` reads whole; 0 where no end of an archive is found."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - _END_LENGTH - _LONGEST_COMMENT - _LOCATOR_LENGTH - _END_64_LENGTH))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_LENGTH:
        return 0
    size: int = struct.unpack_from("<L", tail, end + 12)[0]
    record = end - _LOCATOR_LENGTH - _END_64_LENGTH  # where `zipfile` looks for it
    if record >= 0 and tail[record : record + 4] == _END_64:
        size = max(0 if size == 2**32 - 1 else size, struct.unpack_from("<Q", tail, record + 40)[0])
    return size


def _limit(path: Path, place: Span, what: str, allowed: int) -> Finding:
    return error("archive-limit", f"`{path.name}` is larger than specc reads: {what}, {allowed:,} are allowed", place)


def _not_an_archive(path: Path, place: Span, fault: Exception) -> Finding:
    words = (str(fault).splitlines() or [""])[0] or type(fault).__name__
    words = words[:1].lower() + words[1:].rstrip(".")
    return error("not-an-archive", f"`{path.name}` cannot be read as a zip archive: {words}", place)


def _beginning(path: Path) -> Span:
    return Span(str(path), 1, 1, 1, 1)
