"""Run directories: names that never collide, and the newest one found."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from specc import runs

NOON = datetime(2026, 3, 14, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content_hash", "now", "expected"),
    [
        ("0123456789abcdef", NOON, "20260314-120000-01234567"),
        ("sha256:0123456789", NOON, "20260314-120000-01234567"),
        ("deadbeef", NOON.astimezone(timezone(timedelta(hours=5))), "20260314-120000-deadbeef"),
    ],
)
def test_name_is_time_and_hash(tmp_path: Path, content_hash: str, now: datetime, expected: str) -> None:
    folder = runs.create(tmp_path / "runs", "digits", content_hash, now)
    assert folder.path == tmp_path / "runs" / "digits" / expected
    assert folder.id == expected
    assert folder.path.is_dir()


@pytest.mark.parametrize(
    ("name", "content_hash", "now"),
    [
        ("../out", "deadbeef", NOON),
        ("a/b", "deadbeef", NOON),
        ("", "deadbeef", NOON),
        ("good", "xyz", NOON),
        ("good", "dead", NOON),
        ("good", "deadbeef", NOON.replace(tzinfo=None)),
    ],
)
def test_what_is_unfit_for_a_path_raises(tmp_path: Path, name: str, content_hash: str, now: datetime) -> None:
    with pytest.raises(ValueError, match="a run's"):
        runs.create(tmp_path, name, content_hash, now)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_never_used_again(tmp_path: Path) -> None:
    ids = [runs.create(tmp_path, "digits", "deadbeef", NOON).id for _ in range(3)]
    assert ids == ["20260314-120000-deadbeef", "20260314-120000-deadbeef-2", "20260314-120000-deadbeef-3"]


def test_a_search_has_a_folder_of_its_own_that_is_no_run(tmp_path: Path) -> None:
    paths = [runs.create_search(tmp_path, "digits", NOON) for _ in range(2)]
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "digits/lr-find-20260314-120000",
        "digits/lr-find-20260314-120000-2",
    ]
    (paths[0] / "run.json").touch()
    assert runs.newest_first(tmp_path) == []
    with pytest.raises(ValueError, match="a search's name"):
        runs.create_search(tmp_path, "../out", NOON)


def test_latest_is_the_newest_that_has_begun(tmp_path: Path) -> None:
    for hours, name in ((0, "a"), (2, "b"), (1, "a")):
        folder = runs.create(tmp_path, name, "deadbeef", NOON + timedelta(hours=hours))
        runs.write_json(folder.run, {"run": 1})
    runs.create(tmp_path, "a", "deadbeef", NOON + timedelta(hours=9))  # nothing written yet
    (tmp_path / "a" / "notes").mkdir()

    def check(name: str | None, expected: str | None) -> None:
        found = runs.latest(tmp_path, name)
        assert (found.id if found else None) == expected

    check(None, "20260314-140000-deadbeef")
    check("a", "20260314-130000-deadbeef")
    check("c", None)
    assert runs.latest(tmp_path / "nowhere") is None
