"""Columns in batches answer alike, whether these are in memory or in a file."""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from specc.data.reading.spilling import Spilled
from specc.data.stored import Stored

NUMBERS = [[1.0, None, 3.0], [], [4.0], [5.0, 6.0]]
TEXTS = [["a", "b", None], [], ["b"], ["c", "a"]]
LISTS = [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [], [[7.0]], [[8.0], None]]
"""Of the same length in some batches, and of different ones in all of them."""


@pytest.fixture(params=[0, 40, 10**9], ids=["file", "file later", "memory"])
def columns(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Stored]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spilled = Spilled(["number", "text", "list"], request.param)
    for numbers, texts, lists in zip(NUMBERS, TEXTS, LISTS, strict=True):
        spilled.add(
            {
                "list": pa.array(lists, pa.list_(pa.float32())),
                "number": pa.array(numbers, pa.float32()),
                "text": pa.array(texts, pa.string()),
            }
        )
    assert len(list(tmp_path.iterdir())) == (request.param < 100)
    return spilled.columns()


@pytest.mark.parametrize("rows", [None, [], [1], [0, 3, 5], [5, 0, 3, 3, 2]])
def test_values(columns: dict[str, Stored], rows: list[int] | None) -> None:
    wanted = range(6) if rows is None else rows
    some = None if rows is None else np.array(rows, "int64")
    assert len(columns["number"]) == 6
    np.testing.assert_array_equal(columns["number"].numbers(some), [[1, np.nan, 3, 4, 5, 6][row] for row in wanted])
    assert columns["number"].numbers(some).dtype == "float32"
    texts = [["a", "b", "", "b", "c", "a"][row] for row in wanted]
    assert columns["text"].texts(some).tolist() == texts
    assert columns["text"].codes({"b": 7, "a": 3}, some).tolist() == [{"a": 3, "b": 7}.get(text, -1) for text in texts]
    assert columns["text"].counts(some) == {text: texts.count(text) for text in texts}
    lists = [[[1, 2], [3, 4], [5, 6], [7], [8], []][row] for row in wanted]
    assert [each.tolist() for each in columns["list"].arrays(some)] == lists


def test_lists_of_one_length_are_a_matrix(columns: dict[str, Stored]) -> None:
    assert columns["list"].arrays(np.array([2, 0])).tolist() == [[5, 6], [1, 2]]
    assert columns["list"].arrays(np.array([4, 3])).shape == (2, 1)


def test_the_file_goes_with_the_last_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spilled = Spilled(["a", "b"], 0)
    spilled.add({"a": pa.array([1.0]), "b": pa.array([2.0])})
    columns = spilled.columns()
    last = columns["b"]
    del columns, spilled
    assert last.numbers().tolist() == [2]
    assert len(list(tmp_path.iterdir())) == 1
    del last
    assert not list(tmp_path.iterdir())


def test_a_column_holds_no_memory_of_others() -> None:
    """Each keeps the batch that was read last, and there may be many columns."""
    rows, names = 1000, [f"c{number}" for number in range(50)]
    spilled = Spilled(names, 0)
    spilled.add({name: pa.array(np.ones(rows, "float32")) for name in names})
    backends = {"mimalloc": pa.mimalloc_memory_pool, "jemalloc": pa.jemalloc_memory_pool}
    pools = [
        pa.default_memory_pool(),
        *(backends[name]() for name in pa.supported_memory_backends() if name in backends),
    ]
    before = sum(pool.bytes_allocated() for pool in pools)
    columns = spilled.columns()
    for name in names:
        assert columns[name].numbers(np.arange(10)).tolist() == [1] * 10
    assert sum(pool.bytes_allocated() for pool in pools) - before < 3 * rows * len(names) * 4
