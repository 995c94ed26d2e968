"""Small data files for the tests, made in place."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import tensorflow as tf
from PIL import Image

from specc.data.stored import Array


def write_image(path: Path, size: tuple[int, int] = (4, 6), colour: object = (200, 30, 90), mode: str = "RGB") -> bytes:
    """An image of one colour, `size` is height and width; its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, (size[1], size[0]), colour).save(path)  # type: ignore[arg-type]
    return path.read_bytes()


def write_pets(folder: Path, counts: Mapping[str, int] | None = None, ending: str = "png") -> None:
    """A folder for each class with so many images, the first of colour 0, the next of colour 1."""
    for label, count in (counts or {"cat": 3, "dog": 2}).items():
        for index in range(count):
            write_image(folder / label / f"{index}.{ending}", colour=(index, index, index))


def write_texts(folder: Path, texts: Mapping[str, Sequence[str]]) -> None:
    """A folder for each class with files of these texts."""
    for label, each in texts.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for index, text in enumerate(each):
            (folder / label / f"{index}.txt").write_text(text, encoding="utf-8")


def write_records(path: Path, examples: Sequence[Mapping[str, list[int] | list[float] | list[str]]]) -> None:
    """A TFRecord file of examples: floats, ints or strings by feature."""
    with tf.io.TFRecordWriter(str(path)) as writer:
        for example in examples:
            features = {name: _feature(values) for name, values in example.items()}
            writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())


def _feature(values: list[int] | list[float] | list[str]) -> tf.train.Feature:
    first = values[0]
    if isinstance(first, str):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[str(each).encode() for each in values]))
    if isinstance(first, int):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def write_arrays(path: Path, **arrays: Array) -> None:
    """An `.npz`, or an HDF5 file, of these arrays; `a__b` is the array `b` in the group `a`."""
    if path.suffix == ".npz":
        np.savez(path, **arrays)  # type: ignore[arg-type]
        return
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name.replace("__", "/")] = array


def write_table(path: Path, **columns: object) -> None:
    """A Parquet or Feather file of these columns."""
    write_arrow(path, pa.table(columns))


def write_arrow(path: Path, table: pa.Table) -> None:
    """A Parquet or Feather file of this table."""
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=3)
    else:
        pa.feather.write_feather(table, path)


def png_of_size(width: int, height: int) -> bytes:
    """The header of a PNG file that says it has this size, and no pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
