"""Arrays made by pieces: the same in memory, in files and from the cache; nothing half-written on a full disk."""

import io
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from specc.engine.array_files import Array, FileArray
from specc.training import counting, storing
from specc.training.cache import Place
from specc.training.storing import Arrays, Keeping, Making, StoreFailedError, kept, make

pytestmark = pytest.mark.train

ROWS = {"train": 50, "test": 7}
SMALL, NONE = Keeping(cache=False), Keeping(cache=False, most_resident=0)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPECC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(storing, "ROWS_AT_ONCE", 8)
    return tmp_path / "cache"


class Source:
    """Makes rows, and remembers how many at a time."""

    def __init__(self) -> None:
        self.pieces: list[int] = []

    def __call__(self, split: str, start: int, stop: int) -> dict[Place, Array]:
        self.pieces.append(stop - start)
        rows = np.arange(start, stop) + {"train": 0, "test": 1000}[split]
        return {
            ("inputs", "x"): np.repeat(rows.astype("float32"), 3).reshape(-1, 3),
            ("targets", "y"): rows.astype("int32"),
        }


def making(source: Source | None = None, began: float = 0.0) -> Making:
    weights: dict[Place, Array] = {("train", "weights"): np.linspace(0, 1, 50, dtype="float32")}
    return Making(ROWS, source or Source(), weights, began)


def check(arrays: Arrays) -> None:
    """All that `Source` makes is there."""
    assert set(arrays) == {
        *((split, *place) for split in ROWS for place in (("inputs", "x"), ("targets", "y"))),
        ("train", "weights"),
    }
    for split, rows in ROWS.items():
        for place, array in Source()(split, 0, rows).items():
            found = arrays[(split, *place)]
            assert found.dtype == array.dtype
            np.testing.assert_array_equal(np.asarray(found), array)


def contents(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def test_in_memory(home: Path) -> None:
    source = Source()
    arrays = make(making(source), "key", SMALL, None)
    check(arrays)
    assert all(isinstance(array, np.ndarray) for array in arrays.values())
    assert source.pieces == [1, *[8] * 6, 2, 7]
    assert contents(home) == []


def test_in_files(home: Path) -> None:
    arrays = make(making(), "key", NONE, None)
    assert all(isinstance(array, FileArray) for array in arrays.values())
    assert contents(home) == []  # gone already, and still to be read
    check(arrays)


def test_pieces_are_bounded_by_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "BYTES_AT_ONCE", 5 * 16)  # rows of 16 bytes
    source = Source()
    check(make(making(source), "key", NONE, None))
    assert max(source.pieces) == 5


@pytest.mark.parametrize("most", [0, 10**9])
def test_kept_from_run_to_run(most: int, home: Path) -> None:
    keeping = Keeping(most_resident=most, worth_s=0)
    assert kept("key", keeping) is None
    check(make(making(), "key", keeping, None))
    assert contents(home) == ["key"]
    arrays = kept("key", keeping)
    assert arrays
    assert all(isinstance(array, FileArray) == (most == 0) for array in arrays.values())
    check(arrays)
    assert kept("key", Keeping(cache=False, most_resident=most)) is None
    assert kept("other", keeping) is None


def test_what_took_a_moment_is_not_kept(home: Path) -> None:
    check(make(making(began=1e12), "key", Keeping(), None))
    assert contents(home) == []


def test_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SPECC_CACHE", str(tmp_path / "file"))
    check(make(making(), "key", Keeping(worth_s=0), None))
    with pytest.raises(StoreFailedError, match=r"the prepared samples take 0 MiB and cannot be written to `.*file`"):
        make(making(), "key", NONE, None)


@contextmanager
def files_of_900_bytes() -> Iterator[None]:
    """As on a full disk, writing ends in the middle of a file. No fixture: the runner may write its log within one."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    usual = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (900, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, usual)


@pytest.mark.parametrize("cached", [True, False])
def test_a_full_disk_leaves_nothing_half_written(cached: bool, home: Path) -> None:
    rows = making()._replace(rows={"train": 500})
    with files_of_900_bytes(), pytest.raises(StoreFailedError, match="File too large"):
        make(rows, "key", Keeping(cache=cached, most_resident=0), None)
    assert contents(home) == []
    with files_of_900_bytes():
        make(rows, "key", Keeping(cache=cached, worth_s=0), None)
    assert contents(home) == []


def test_too_little_room_is_told_before_work_is_done(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("", (), {"free": 1000}))
    source = Source()
    with pytest.raises(StoreFailedError, match="only 0 MiB are free"):
        make(making(source), "key", NONE, None)
    assert source.pieces == [1]
    assert contents(home) == []


def test_a_fault_in_the_data_leaves_nothing_either(home: Path) -> None:
    def piece(split: str, start: int, stop: int) -> dict[Place, Array]:
        if start == 16:
            raise RuntimeError("a bad row")
        return Source()(split, start, stop)

    with pytest.raises(RuntimeError, match="a bad row"):
        make(making()._replace(piece=piece), "key", Keeping(most_resident=0), None)
    assert contents(home) == []


def test_long_work_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(stream: io.StringIO) -> str:
        make(making(), "key", SMALL, stream)
        return stream.getvalue()

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert shown(io.StringIO()) == shown(Terminal()) == ""
    monkeypatch.setattr(counting, "LINE_EVERY_S", 0.0)
    lines = shown(io.StringIO()).splitlines()
    assert (lines[0], lines[-1]) == ("preparing  8/57", "preparing  57/57")
    assert "preparing" in shown(Terminal())
