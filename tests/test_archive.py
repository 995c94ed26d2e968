"""Archives from elsewhere: members are listed and read within bounds, and what is hostile is one finding."""

import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from specc.archive import EXPANSION, SMALL, members, read_member


def write(path: Path, *files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as archive:
        warnings.simplefilter("ignore")  # two members of one name
        for name, content in files:
            archive.writestr(name, content)
    return path


def test_members_are_listed_and_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", ("config.json", b"{}"), ("assets/", b""), ("assets/words.txt", b"a\nb\n"))
    found, findings = members(path)
    assert findings == []
    assert {name: member.size for name, member in found.items()} == {"config.json": 2, "assets/words.txt": 4}
    assert read_member(path, "assets/words.txt", 4) == (b"a\nb\n", [])


def named(name: str) -> Callable[[Path], None]:
    return lambda path: void(write(path, (name, b"x")))


def void(_: object) -> None:
    """Nothing."""


def link(path: Path) -> None:
    info = zipfile.ZipInfo("model.weights.h5")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")


def encrypted(path: Path) -> None:
    content = bytearray(write(path, ("a", b"x")).read_bytes())
    start = content.rindex(b"PK\x01\x02")
    content[start + 8] |= 1
    path.write_bytes(content)


def long_list(path: Path) -> None:
    content = bytearray(write(path, ("a", b"x")).read_bytes())
    struct.pack_into("<L", content, content.rindex(b"PK\x05\x06") + 12, 2**30)
    path.write_bytes(content)


def many(path: Path) -> None:
    write(path, *((f"{number}", b"") for number in range(10_001)), method=zipfile.ZIP_STORED)


def cut(path: Path) -> None:
    path.write_bytes(write(path, ("a", b"x" * 1000)).read_bytes()[:-30])


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a name that leads upwards": (named("../../etc/cron.d/x"), "unsafe-archive"),
    "a name that leads upwards later": (named("assets/../../x"), "unsafe-archive"),
    "an absolute name": (named("/etc/passwd"), "unsafe-archive"),
    "a drive": (named("C:/x"), "unsafe-archive"),
    "a backslash": (named("..\\x"), "unsafe-archive"),
    "an empty part": (named("a//b"), "unsafe-archive"),
    "a link": (link, "unsafe-archive"),
    "two of one name": (lambda path: void(write(path, ("a", b"x"), ("a", b"y"))), "unsafe-archive"),
    "encryption": (encrypted, "unsafe-archive"),
    "another method": (lambda path: void(write(path, ("a", b"x"), method=zipfile.ZIP_LZMA)), "unsafe-archive"),
    "a long list of members": (long_list, "archive-limit"),
    "many members": (many, "archive-limit"),
    "no archive": (lambda path: void(path.write_bytes(b"text")), "not-an-archive"),
    "nothing": (lambda path: void(path.write_bytes(b"")), "not-an-archive"),
    "half an archive": (cut, "not-an-archive"),
}


@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_archive_is_one_finding(make: Callable[[Path], None], code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    make(path)
    found, findings = members(path)
    assert found == {}
    assert [finding.code for finding in findings] == [code]
    assert [each.name for each in tmp_path.iterdir()] == ["a.keras"]


def test_what_a_member_unpacks_to_is_bounded(tmp_path: Path) -> None:
    zeros = write(tmp_path / "a.zip", ("zeros", bytes(SMALL + 1)), ("small", bytes(1000)))
    assert members(zeros)[0]["zeros"].packed * EXPANSION < SMALL
    for name, limit, codes in (("zeros", 2**40, ["archive-limit"]), ("small", 999, ["archive-limit"])):
        content, findings = read_member(zeros, name, limit)
        assert (content, [finding.code for finding in findings]) == (None, codes)
    assert read_member(zeros, "small", 1000) == (bytes(1000), [])


@pytest.mark.parametrize("declared", [1, 999])
def test_a_size_that_is_not_true_is_found(declared: int, tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", ("zeros", bytes(1000)))
    content = bytearray(path.read_bytes())
    struct.pack_into("<L", content, content.rindex(b"PK\x01\x02") + 24, declared)
    path.write_bytes(content)
    found, findings = read_member(path, "zeros", 10_000)
    assert found is None
    assert [finding.code for finding in findings] == ["not-an-archive"]


def test_an_archive_in_an_archive_stays_closed(tmp_path: Path) -> None:
    inner = write(tmp_path / "inner.zip", ("zeros", bytes(SMALL))).read_bytes()
    path = write(tmp_path / "outer.zip", *((f"{number}.zip", inner) for number in range(9)))
    found, findings = members(path)
    assert findings == []
    assert {member.size for member in found.values()} == {len(inner)}
