"""Arrays in files: the rows that NumPy would give, in bounded memory; what is damaged is told."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.engine import array_files
from specc.engine.array_files import FileArray, FileWriter, StorageError, take

pytestmark = pytest.mark.train  # the room's imports are heavy

INDICES: dict[str, list[int]] = {
    "in order": list(range(40)),
    "backwards": list(range(39, -1, -1)),
    "by chance": [7, 0, 39, 13, 2],
    "repeated": [3, 3, 38, 3, 0, 0, 38],
    "one": [17],
    "none": [],
}
ARRAYS: dict[str, Any] = {
    "vectors": np.arange(40 * 3, dtype="float32").reshape(40, 3),
    "images of bytes": (np.arange(40 * 5 * 4 * 3) % 256).astype("uint8").reshape(40, 5, 4, 3),
    "numbers": np.arange(40, dtype="int64"),
    "rows of nothing": np.empty((40, 0), "float32"),
}


def written(path: Path, array: Any, pieces: int = 7) -> FileWriter:
    writer = FileWriter(path, array.dtype, array.shape)
    for start in range(0, len(array), pieces):
        writer.append(array[start : start + pieces])
    writer.close()
    return writer


@pytest.mark.parametrize("region", [1, 64, 2**26])
@pytest.mark.parametrize("kind", ARRAYS)
def test_rows(kind: str, region: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "REGION", region)
    array = ARRAYS[kind]
    writer = written(tmp_path / "a.npy", array)
    found = FileArray(tmp_path / "a.npy")
    assert (len(found), found.shape, found.dtype, found.nbytes) == (40, array.shape, array.dtype, array.nbytes)
    assert found.checksum() == writer.checksum
    np.testing.assert_array_equal(np.asarray(found), array)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), array)
    for rows in INDICES.values():
        some = np.array(rows, "int64")
        assert found[some].dtype == array.dtype
        np.testing.assert_array_equal(take(found, some), array[some])
        np.testing.assert_array_equal(take(array, some), array[some])


@pytest.mark.parametrize("rows", [[-1], [40], [0, 99]])
def test_rows_that_are_not_there(rows: list[int], tmp_path: Path) -> None:
    written(tmp_path / "a.npy", ARRAYS["vectors"])
    with pytest.raises(IndexError):
        FileArray(tmp_path / "a.npy")[np.array(rows)]


def test_an_open_file_may_be_deleted(tmp_path: Path) -> None:
    written(tmp_path / "a.npy", ARRAYS["vectors"])
    found = FileArray(tmp_path / "a.npy")
    (tmp_path / "a.npy").unlink()
    np.testing.assert_array_equal(found[np.array([1])], ARRAYS["vectors"][[1]])


@pytest.mark.parametrize("damage", ["shorter", "longer", "no array", "empty", "pickle", "fortran"])
def test_what_is_no_whole_array(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    written(path, ARRAYS["vectors"])
    content = path.read_bytes()
    match damage:
        case "pickle":
            np.save(path, np.array([{}], object), allow_pickle=True)
        case "fortran":
            np.save(path, np.asfortranarray(ARRAYS["vectors"]))
        case _:
            changed = {"shorter": content[:-1], "longer": content + b"0", "no array": b"x" * 300, "empty": b""}
            path.write_bytes(changed[damage])
    with pytest.raises(ValueError, match=r"."):
        FileArray(path)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="directory"):
        FileWriter(tmp_path / "file" / "a.npy", np.dtype("float32"), (1, 2))
    writer = FileWriter(tmp_path / "a.npy", np.dtype("float32"), (2, 2))
    with pytest.raises(ValueError, match="are due"):
        writer.append(np.zeros((1, 3), "float32"))
    writer.close()


@pytest.mark.parametrize(("available", "expected"), [(None, 2**28), (2**40, 2**28), (2**20, 2**18)])
def test_what_is_kept_in_memory(available: int | None, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "free_memory", lambda: available)
    assert array_files.most_resident() == expected
