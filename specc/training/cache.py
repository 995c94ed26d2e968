"""Prepared samples that outlast a run: folders of arrays, each under a key, in the user's cache.

An entry is a folder with an `.npy` file for each array and `entry.json`, which names them, with checksums. It is
written aside and renamed when it is whole, so that processes at once never see a part of it, nor of each other's.
Whatever of an entry is damaged makes it as if it were not there. Does not know what the arrays are for.
"""

import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from specc.engine.array_files import FileArray, FileWriter, StorageError, writing

Place: TypeAlias = tuple[str, ...]
"""What an array is, such as ("train", "inputs", "image")."""

MOST_BYTES = 20 * 2**30
"""How large all entries together may get; what was not used for longest is dropped first."""

STALE_S = 2 * 24 * 3600.0
"""After this time what a process has begun and not finished is taken for left behind."""

FORMAT = 2
FAULTS = (OSError, ValueError, LookupError, TypeError, RecursionError)
"""What reading a damaged entry raises."""
_LISTING, _ASIDE = "entry.json", ".part-"


def cache_folder() -> Path:
    """`SPECC_CACHE`, or else `specc` in the folder for caches (`XDG_CACHE_HOME`, or `~/.cache`)."""
    own = os.environ.get("SPECC_CACHE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "specc"


def key_of(facts: Mapping[str, Any]) -> str:
    """The key that stands for these facts, plain JSON values: the same for equal ones alone."""
    text = json.dumps({"format": FORMAT, **facts}, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class Draft:
    """An entry while it is written. Raises StorageError, and is then to be discarded."""

    def __init__(self, root: Path) -> None:
        self.folder = root / f"{_ASIDE}{secrets.token_hex(8)}"
        self._arrays: list[tuple[Place, FileWriter]] = []
        with writing():
            self.folder.mkdir(parents=True)

    def array(self, place: Place, dtype: np.dtype[Any], shape: tuple[int, ...]) -> FileWriter:
        """A new array, to be filled by `append`."""
        writer = FileWriter(self.folder / f"{len(self._arrays)}.npy", dtype, shape)
        self._arrays.append((place, writer))
        return writer

    def room_for(self, size: int) -> None:
        """Raises StorageError if the disk has no room for so many bytes: now, not after hours of writing."""
        with writing():
            free = shutil.disk_usage(self.folder).free
        if free < size:
            raise StorageError(f"only {free / 2**20:,.0f} MiB are free")

    def finish(self) -> None:
        """Close the arrays and list them: from here on the folder is an entry."""
        for _, writer in self._arrays:
            writer.close()
        arrays = [{"place": list(place), "crc32": writer.checksum} for place, writer in self._arrays]
        listing = json.dumps({"format": FORMAT, "arrays": arrays, "sha256": _digest(arrays)})
        with writing(), (self.folder / _LISTING).open("x", encoding="utf-8") as file:
            file.write(listing)
            file.flush()
            os.fsync(file.fileno())

    def discard(self) -> None:
        """Leave nothing behind. An open file stays readable for who has it open, where the system allows that."""
        for _, writer in self._arrays:
            writer.abandon()
        shutil.rmtree(self.folder, ignore_errors=True)


def opened(folder: Path) -> dict[Place, FileArray]:
    """The arrays of the entry in `folder`. Raises one of `FAULTS` if it is none."""
    return {place: array for place, array, _ in _listed(folder)}


def find(root: Path, key: str) -> dict[Place, FileArray] | None:
    """The arrays of the entry for `key`, every byte of which has been looked at. A damaged one is removed."""
    folder = root / key
    if not folder.is_dir():
        return None
    try:
        listed = _listed(folder)
        whole = all(array.checksum() == checksum for _, array, checksum in listed)
    except FAULTS:
        listed, whole = [], False
    if not whole:
        remove(folder)
        return None
    with suppress(OSError):  # a cache that can only be read
        os.utime(folder / _LISTING)
    return {place: array for place, array, _ in listed}


def _listed(folder: Path) -> list[tuple[Place, FileArray, int]]:
    """What is listed, with the checksums that it should have."""
    listing = json.loads((folder / _LISTING).read_text(encoding="utf-8"))
    if listing["format"] != FORMAT:
        raise ValueError(f"{folder.name}: another format")
    if listing["sha256"] != _digest(listing["arrays"]):
        raise ValueError(f"{folder.name}: the listing is not as it was written")
    return [
        (tuple(each["place"]), FileArray(folder / f"{number}.npy"), int(each["crc32"]))
        for number, each in enumerate(listing["arrays"])
    ]


def _digest(arrays: Any) -> str:  # noqa: ANN401  what JSON gives
    """By which it is seen that the listing of `arrays` was changed."""
    return hashlib.sha256(json.dumps(arrays).encode()).hexdigest()


def keep(root: Path, draft: Draft, key: str) -> Path:
    """Make the finished draft the entry for `key`, and drop old entries; the folder where it now lies.

    Another process may have been quicker: its entry then stays, and the draft where it is.
    """
    folder = root / key
    try:
        draft.folder.rename(folder)
    except OSError:
        return draft.folder
    with suppress(OSError):  # what is too much now is dropped another time
        _drop_old(root, folder)
    return folder


def remove(folder: Path) -> None:
    """Take an entry away at once, so that nobody finds a part of it."""
    aside = folder.with_name(f"{_ASIDE}{secrets.token_hex(8)}")
    with suppress(OSError):
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _drop_old(root: Path, newest: Path) -> None:
    """Drop what was used longest ago until `MOST_BYTES` are kept at most, and what is left behind; not the newest."""
    entries: list[tuple[float, int, Path]] = []
    for folder in root.iterdir():
        with suppress(OSError):  # another process drops it too
            if folder.name.startswith(_ASIDE):
                if time.time() - folder.stat().st_mtime > STALE_S:
                    shutil.rmtree(folder, ignore_errors=True)
            elif folder != newest and (folder / _LISTING).is_file():
                entries.append(((folder / _LISTING).stat().st_mtime, _size(folder), folder))
    total = _size(newest) + sum(size for _, size, _ in entries)
    for _, size, folder in sorted(entries):
        if total <= MOST_BYTES:
            break
        remove(folder)
        total -= size


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())
