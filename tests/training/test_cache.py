"""The cache of prepared samples: whole entries or none, whoever writes at the same time, within its bound."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.engine.array_files import StorageError
from specc.training import cache
from specc.training.cache import Draft, cache_folder, find, keep, key_of, opened

pytestmark = pytest.mark.train

KEY = "0" * 64
PLACE = ("train", "inputs", "ünïcode / x")


def draft_of(root: Path, value: float = 1.0) -> Draft:
    draft = Draft(root)
    draft.array(PLACE, np.dtype("float32"), (5, 2)).append(np.full((5, 2), value, "float32"))
    draft.array(("train", "weights"), np.dtype("int64"), (3,)).append(np.arange(3))
    draft.finish()
    return draft


def value_of(root: Path, key: str = KEY) -> float | None:
    entry = find(root, key)
    return None if entry is None else float(entry[PLACE][np.array([4])][0, 0])


def test_an_entry_comes_back(tmp_path: Path) -> None:
    root = tmp_path / "new" / "cache"
    assert find(root, KEY) is None
    folder = keep(root, draft_of(root), KEY)
    assert folder == root / KEY
    entry = find(root, KEY)
    assert entry
    assert list(entry) == [PLACE, ("train", "weights")]
    np.testing.assert_array_equal(entry["train", "weights"], [0, 1, 2])
    assert [each.name for each in root.iterdir()] == [KEY]


def relisted(folder: Path, **changed: Any) -> None:
    """Other values in the listing; None leaves one out."""
    listing = folder / "entry.json"
    content = json.loads(listing.read_text()) | changed
    listing.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))


def listed(folder: Path) -> Any:
    return json.loads((folder / "entry.json").read_text())["arrays"]


def changed(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a byte": lambda folder: changed(folder / "0.npy", lambda content: content[:-1] + b"\x01"),
    "shorter": lambda folder: changed(folder / "0.npy", lambda content: content[:-4]),
    "a file gone": lambda folder: (folder / "0.npy").unlink(),
    "no listing": lambda folder: (folder / "entry.json").unlink(),
    "half a listing": lambda folder: changed(folder / "entry.json", lambda content: content[:40]),
    "a listing that is nested": lambda folder: (folder / "entry.json").write_text("[" * 100_000),
    "another format": lambda folder: relisted(folder, format=0),
    "another place": lambda folder: changed(folder / "entry.json", lambda content: content.replace(b"train", b"zzz")),
    "no arrays": lambda folder: relisted(folder, arrays=[]),
    "one array less": lambda folder: relisted(folder, arrays=listed(folder)[:1]),
    "arrays that are none": lambda folder: relisted(folder, arrays=7),
    "no checksum": lambda folder: relisted(folder, sha256=None),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_passed_over_and_made_anew(damage: str, tmp_path: Path) -> None:
    DAMAGES[damage](keep(tmp_path, draft_of(tmp_path), KEY))
    assert find(tmp_path, KEY) is None
    assert list(tmp_path.iterdir()) == []
    keep(tmp_path, draft_of(tmp_path, 2.0), KEY)
    assert value_of(tmp_path) == 2.0


def test_of_two_at_once_the_first_is_kept(tmp_path: Path) -> None:
    one, two = draft_of(tmp_path, 1.0), draft_of(tmp_path, 2.0)
    assert keep(tmp_path, one, KEY) == tmp_path / KEY
    assert keep(tmp_path, two, KEY) == two.folder
    late = opened(two.folder)[PLACE]
    two.discard()
    assert value_of(tmp_path) == 1.0
    assert np.asarray(late).max() == 2.0
    assert [each.name for each in tmp_path.iterdir()] == [KEY]


def test_an_unfinished_draft_is_no_entry(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    draft.array(PLACE, np.dtype("float32"), (5, 2))
    assert find(tmp_path, draft.folder.name) is None
    draft.discard()
    assert list(tmp_path.iterdir()) == []


def test_the_longest_unused_entry_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for age, key in enumerate("abcd"):
        keep(tmp_path, draft_of(tmp_path), key)
        os.utime(tmp_path / key / "entry.json", (age, age))
    assert value_of(tmp_path, "a")  # which makes it the last one used
    size = sum(file.stat().st_size for file in (tmp_path / "a").iterdir())
    monkeypatch.setattr(cache, "MOST_BYTES", 3 * size)
    keep(tmp_path, draft_of(tmp_path), "e")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "d", "e"]


def test_what_was_left_behind_is_removed(tmp_path: Path) -> None:
    old, new = Draft(tmp_path), Draft(tmp_path)
    long_ago = time.time() - cache.STALE_S - 60
    os.utime(old.folder, (long_ago, long_ago))
    keep(tmp_path, draft_of(tmp_path), KEY)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([new.folder.name, KEY])


def test_no_room(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    draft.room_for(1)
    with pytest.raises(StorageError, match="MiB are free"):
        draft.room_for(2**60)
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="directory"):
        Draft(tmp_path / "file")


def test_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPECC_CACHE", "/a")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    assert cache_folder() == Path("/a")
    monkeypatch.setenv("SPECC_CACHE", "")
    assert cache_folder() == Path("/b/specc")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "specc"


def test_keys() -> None:
    facts: list[dict[str, Any]] = [{}, {"a": 1}, {"a": "1"}, {"a": [1]}, {"a": 2}, {"b": 1}, {"a": 1, "b": None}]
    assert len({key_of(each) for each in facts}) == len(facts)
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
