"""Broken files of each source: one error each, which names the file."""

import io
import pickle
from collections.abc import Callable
from itertools import count
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from specc.codes import CODES
from specc.data import describe
from specc.data.loading import encode_targets, load
from specc.data.reading import ReadingError
from specc.diagnostics import Finding
from tests.data.sections import section
from tests.data.sources.files import (
    png_of_size,
    write_arrays,
    write_image,
    write_pets,
    write_records,
    write_table,
    write_texts,
)

Make = Callable[[Path], object]
PETS = "{images: pets}"
NPZ = "{numpy: a.npz, target: y}"
H5 = "{hdf5: a.h5, target: y}"
RECORDS = "{tfrecord: {path: a.tfrecord, features: {x: float32, y: int64}}, target: y}"


def pets(change: Make) -> Make:
    def make(folder: Path) -> None:
        write_pets(folder / "pets")
        change(folder / "pets")

    return make


def arrays(**columns: object) -> Make:
    return lambda folder: write_arrays(folder / "a.npz", **columns)  # type: ignore[arg-type]


def hdf5(change: Callable[[h5py.File], object]) -> Make:
    def make(folder: Path) -> None:
        with h5py.File(folder / "a.h5", "w") as file:
            file["y"] = np.arange(6)
            change(file)

    return make


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((6,), "i8")
    layout[:] = h5py.VirtualSource("b.h5", "x", (6,))
    file.create_virtual_dataset("x", layout)


def table(**columns: object) -> Make:
    return lambda folder: write_table(folder / "a.parquet", **columns)


def two_tables(folder: Path) -> None:
    write_table(folder / "a.parquet", x=[1, 2], y=[1, 2])
    write_table(folder / "b.parquet", x=[1, 2], z=[1, 2])


def cut(name: str, make: Make, share: float = 0.6) -> Make:
    """What `make` writes, with the file cut off."""

    def made(folder: Path) -> None:
        make(folder)
        path = folder / name
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    return made


def npy(header: str) -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def single(content: bytes) -> Make:
    def make(folder: Path) -> None:
        (folder / "a.npy").write_bytes(content)

    return make


ONE = "{numpy: {path: {y: a.npy}}, target: y}"


def objects() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array([pickle, None]).astype(str).astype(object), allow_pickle=True)
    return stream.getvalue()


def two_masks(folder: Path) -> None:
    write_image(folder / "photos" / "a.png")
    write_image(folder / "photos" / "b.png")
    write_image(folder / "masks" / "a.png", colour=7, mode="L")


def deep_masks(folder: Path) -> None:
    two_masks(folder)
    Image.fromarray(np.full((4, 6), 300, "uint16")).save(folder / "masks" / "b.png")


def masks(folder: Path) -> None:
    two_masks(folder)
    write_image(folder / "masks" / "b.png", colour=1, mode="L")


def other_rows(folder: Path) -> None:
    write_arrays(folder / "a.npz", x=np.zeros((4, 2)), y=np.arange(4))
    write_arrays(folder / "b.npz", x=np.zeros((4, 3)), y=np.arange(4))


def unequal_records(folder: Path) -> None:
    write_records(folder / "a.tfrecord", [{"x": [1.0], "y": [0]}, {"x": [1.0, 2.0], "y": [1]}])


def linked(folder: Path) -> None:
    write_pets(folder / "pets")
    write_image(folder.parent / "secret.png")
    (folder / "pets" / "cat" / "9.png").symlink_to(folder.parent / "secret.png")


def circle(folder: Path) -> None:
    write_pets(folder / "pets")
    (folder / "pets" / "cat" / "again").symlink_to(folder / "pets" / "cat")


def text_file(name: str, content: bytes) -> Make:
    def make(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    return make


def reviews(change: Make) -> Make:
    def make(folder: Path) -> None:
        write_texts(folder / "reviews", {"good": ["a", "b"], "bad": ["c", "d"]})
        change(folder / "reviews")

    return make


SERIES = "day,temp,y\n" + "".join(f"{row},{row * 1.5},{row % 7 + 0.5}\n" for row in range(30))


@pytest.mark.parametrize(
    ("make", "text", "code", "where", "part"),
    [
        (pets(lambda p: (p / "cat" / "0.png").write_text("hello")), PETS, "not-an-image", "0.png:1", "does not begin"),
        (pets(lambda p: (p / "dog" / "1.png").write_bytes(b"")), PETS, "not-an-image", "1.png:1", "is empty"),
        (
            pets(lambda p: (p / "dog" / "notes.txt").write_text("x")),
            PETS,
            "not-an-image",
            "notes.txt:1",
            "ends in none",
        ),
        (
            pets(lambda p: (p / "dog" / "1.png").write_bytes(write_image(p / "dog" / "1.png")[:45])),
            PETS,
            "damaged-image",
            "1.png:1",
            "decoded",
        ),
        (
            cut("pets/cat/1.jpg", lambda f: write_pets(f / "pets", ending="jpg"), 0.97),
            PETS,
            "damaged-image",
            "1.jpg:1",
            "",
        ),
        (
            pets(lambda p: (p / "dog" / "1.png").write_bytes(png_of_size(0, 4))),
            PETS,
            "damaged-image",
            "1.png:1",
            "header",
        ),
        (pets(lambda p: write_image(p / "dog" / "1.png", (5, 6))), PETS, "image-size", "1.png:1", "5 high and 6 wide"),
        (pets(lambda p: (p / "emu").mkdir()), PETS, "empty-class", "emu:1", "`emu`"),
        (lambda f: (f / "pets").mkdir(), PETS, "empty-data", "pets:1", "no sample"),
        (text_file("pets", b"x"), PETS, "not-a-folder", "spec.yaml:1", "is a file"),
        (bool, PETS, "no-such-file", "spec.yaml:1", "`pets`"),
        (linked, PETS, "path-outside-project", "9.png:1", "leads out"),
        (circle, PETS, "unreadable-file", "again:1", "circle"),
        (two_masks, "{images: {path: photos, masks: masks}}", "missing-mask", "b.png:1", "no mask"),
        (masks, "{images: {path: photos, masks: masks, classes: 3}}", "mask-class", "a.png:1", "class 7"),
        (deep_masks, "{images: {path: photos, masks: masks, classes: 600}}", "mask-class", "b.png:1", "class 300"),
        (
            text_file("a.csv", b"p,y\na.png,1\n,2\na.png,3\n"),
            "{csv: a.csv, target: y, columns: {p: image}}",
            "not-a-file",
            "a.csv:3",
            "no value",
        ),
        (
            arrays(x=np.array([[1, 2], [3, 2**31], [5, 6]]), y=np.arange(3)),
            NPZ,
            "not-a-number",
            "a.npz:1",
            "row 2 of `x` that is not below",
        ),
        (
            hdf5(lambda file: file.create_dataset("x", data=np.array([[1, 2**32]] * 6, "u8"))),
            H5,
            "not-a-number",
            "a.h5:1",
            "row 1 of `x`",
        ),
        (reviews(lambda r: (r / "bad" / "x.pdf").touch()), "{texts: reviews}", "not-a-text", "x.pdf:1", "ends in none"),
        (
            reviews(lambda r: (r / "bad" / "1.txt").write_bytes(b"a\nb\xe9")),
            "{texts: reviews}",
            "not-utf8",
            "1.txt:2",
            "0xe9",
        ),
        (
            reviews(lambda r: (r / "bad" / "1.txt").write_bytes(b"a\0b")),
            "{texts: reviews}",
            "not-utf8",
            "1.txt:1",
            "a NUL",
        ),
        (
            reviews(lambda r: (r / "bad" / "1.txt").write_bytes(b"\xe9")),
            "{texts: {path: reviews, encoding: ascii}}",
            "wrong-encoding",
            "1.txt:1",
            "not ascii",
        ),
        (reviews(bool), "{texts: {path: reviews, encoding: utf-9}}", "invalid-value", "spec.yaml:1", "`utf-9`"),
        (reviews(bool), "{texts: {path: reviews, encoding: rot13}}", "invalid-value", "spec.yaml:1", "`rot13`"),
        (text_file("a.txt", b"ok\nb\xff\n"), "{lines: a.txt, target: text}", "not-utf8", "a.txt:2", "0xff"),
        (text_file("a.txt", b"\n \n"), "{lines: a.txt, target: text}", "empty-data", "a.txt:1", "no line"),
        (text_file("a.txt", b" "), "{lines: {path: {p: a.txt}}}", "empty-class", "a.txt:1", "class `p`"),
        (text_file("a.txt", b"x" * 1_000_010), "{lines: a.txt, target: text}", "long-line", "a.txt:1", "1,000,000"),
        (
            text_file("a.txt", b"a"),
            "{lines: {path: a.txt, encoding: utf-16}}",
            "invalid-value",
            "spec.yaml:1",
            "utf-16",
        ),
        (text_file("a.txt", b"abc" * 9), "{text: a.txt}", "empty-data", "a.txt:1", "27 characters"),
        (text_file("a.txt", b"abc\x80" * 99), "{text: a.txt}", "not-utf8", "a.txt:1", "0x80"),
        (text_file("a.txt", b"abc" * 9), "{text: {path: a.txt, length: 20}}", "split-too-large", "spec.yaml:1", "21"),
        (
            text_file("a.txt", b"abc" * 99),
            "{text: a.txt, split: {stratify: true}}",
            "conflicting-keys",
            "spec.yaml:1",
            "`stratify`",
        ),
        (text_file("a.npz", b"hello"), NPZ, "damaged-file", "a.npz:1", "does not begin"),
        (cut("a.npz", arrays(x=np.zeros((9, 9)), y=np.arange(9))), NPZ, "not-an-archive", "a.npz:1", "zip"),
        (arrays(x=np.zeros((5, 2)), y=np.arange(4)), NPZ, "rows-disagree", "a.npz:1", "4 rows in `y` and 5 in `x`"),
        (arrays(x=np.zeros((5, 2), "c8"), y=np.arange(5)), NPZ, "unsupported-type", "a.npz:1", "complex"),
        (arrays(x=np.array(3.0), y=np.arange(5)), NPZ, "rows-disagree", "a.npz:1", "single value"),
        (arrays(x=np.full((4, 2), np.inf), y=np.arange(4)), NPZ, "not-a-number", "a.npz:1", "row 1 of `x`"),
        (arrays(y=np.zeros(0)), NPZ, "empty-data", "spec.yaml:1", "no rows"),
        (single(objects()), ONE, "unsupported-type", "a.npy:1", "pickle"),
        (
            single(npy("{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }")),
            ONE,
            "damaged-file",
            "a.npy:1",
            "fewer",
        ),
        (single(npy("__import__('os').system('true')")), ONE, "damaged-file", "a.npy:1", "header"),
        (single(npy("{'descr': '<i8'}")), ONE, "damaged-file", "a.npy:1", "header"),
        (single(b"\x93NUMPY\x01\x00\xff\xff{"), ONE, "damaged-file", "a.npy:1", "header"),
        (
            single(npy("{'descr': [('a', '<i8')], 'fortran_order': False, 'shape': (3,), }")),
            ONE,
            "unsupported-type",
            "a.npy:1",
            "records",
        ),
        (other_rows, "{numpy: {path: a.npz, test: b.npz}, target: y}", "different-columns", "b.npz:1", "(3,)"),
        (text_file("a.h5", b"hello"), H5, "damaged-file", "a.h5:1", "is no HDF5 file"),
        (
            cut("a.h5", lambda f: write_arrays(f / "a.h5", x=np.zeros((99, 9)), y=np.arange(99))),
            H5,
            "damaged-file",
            "a.h5:1",
            "",
        ),
        (hdf5(lambda file: file.update({"x": np.zeros(5)})), H5, "rows-disagree", "a.h5:1", "rows in"),
        (hdf5(lambda file: file.update({"x": h5py.ExternalLink("b.h5", "x")})), H5, "unsafe-data", "a.h5:1", "link"),
        (hdf5(lambda file: file.update({"x": h5py.SoftLink("/y")})), H5, "unsafe-data", "a.h5:1", "link"),
        (hdf5(virtual), H5, "unsafe-data", "a.h5:1", "elsewhere"),
        (hdf5(bool), "{hdf5: {path: a.h5, group: g}, target: y}", "damaged-file", "a.h5:1", "no group `g`"),
        (hdf5(lambda file: file.update({"x": np.zeros((6, 2), "c8")})), H5, "unsupported-type", "a.h5:1", "complex"),
        (
            text_file("a.parquet", b"hello"),
            "{parquet: a.parquet, target: y}",
            "damaged-file",
            "a.parquet:1",
            "does not begin",
        ),
        (
            cut("a.parquet", table(y=[1, 2])),
            "{parquet: a.parquet, target: y}",
            "damaged-file",
            "a.parquet:1",
            "cut off",
        ),
        (text_file("a.parquet", b"PAR1" * 9), "{parquet: a.parquet, target: y}", "damaged-file", "a.parquet:1", "read"),
        (
            table(x=pa.array([b"1", b"2"]), y=[1, 2]),
            "{parquet: a.parquet, target: y}",
            "unsupported-type",
            "a.parquet:1",
            "`binary` in `x`",
        ),
        (two_tables, "{parquet: '*.parquet', target: y}", "different-columns", "b.parquet:1", "`z`"),
        (table(x=[[1.0, None]] * 2, y=[1, 2]), "{parquet: a.parquet, target: y}", "not-a-number", "a.parquet:1", "gap"),
        (table(y=pa.array([], pa.int32())), "{parquet: a.parquet, target: y}", "empty-data", "spec.yaml:1", ""),
        (text_file("a.feather", b"ARROW1"), "{feather: a.feather, target: y}", "damaged-file", "a.feather:1", ""),
        (text_file("a.tfrecord", b"hello, this is no record"), RECORDS, "damaged-file", "a.tfrecord:1", "TFRecord"),
        (text_file("a.tfrecord", b""), RECORDS, "empty-data", "a.tfrecord:1", "empty"),
        (unequal_records, RECORDS, "wrong-feature", "a.tfrecord:1", "number 2 has no `x`"),
        (
            text_file("a.csv", SERIES.replace("9,13.5", "9,").encode()),
            "{csv: a.csv, target: y, windows: 3}",
            "missing-in-window",
            "a.csv:11",
            "row 10",
        ),
        (
            text_file("a.csv", SERIES.encode()),
            "{csv: a.csv, target: y, windows: 40}",
            "split-too-large",
            "spec.yaml:1",
            "41",
        ),
        (
            text_file("a.csv", SERIES.encode()),
            "{csv: a.csv, target: y, windows: {past: 2, by: shop}}",
            "missing-column",
            "spec.yaml:1",
            "`shop`",
        ),
        (
            text_file("a.csv", SERIES.encode()),
            "{csv: a.csv, target: y, windows: 2, split: {folds: 3}}",
            "conflicting-keys",
            "spec.yaml:1",
            "`folds`",
        ),
    ],
    ids=count(),
)
def test_fault(  # noqa: PLR0917  a row of the table above
    project: Path, make: Make, text: str, code: str, where: str, part: str
) -> None:
    make(project)
    findings = loading(text, project)
    errors = [finding for finding in findings if finding.level == "error"]
    assert [finding.code for finding in errors] == [code], findings
    assert f"{Path(errors[0].span.path).name}:{errors[0].span.line}" == where
    assert part in errors[0].message
    assert all(finding.code in CODES for finding in findings)
    checked = [finding.code for finding in describe(section(text), project, project)[1] if finding.level == "error"]
    assert checked in ([], [code]), "a check finds the same, or cannot see it"


def loading(text: str, folder: Path) -> list[Finding]:
    """What is found while all columns are loaded and read."""
    try:
        columns, findings = load(section(text), folder, folder)
        if columns is not None:
            encode_targets(columns)
            for name, column in columns.facts.columns.items():
                if column.kind == "image":
                    columns.arrays(name)
    except ReadingError as fault:
        return fault.findings
    return findings


def test_bad_files_are_left_out_and_listed(project: Path) -> None:
    write_pets(project / "pets", {"cat": 6, "dog": 6})
    (project / "pets" / "cat" / "1.png").write_text("hello")
    cut = project / "pets" / "dog" / "2.png"
    cut.write_bytes(cut.read_bytes()[:45])
    (project / "pets" / "dog" / "notes.txt").touch()
    columns, findings = load(section("{images: pets, on_bad_row: skip}"), project, project)
    assert columns is not None
    assert columns.arrays("image")[:, 0, 0, 0].tolist() == [0, 2, 3, 4, 5, 0, 1, 3, 4, 5]
    assert columns.texts("label").tolist() == ["cat"] * 5 + ["dog"] * 5
    said = [note for finding in findings for note in finding.notes]
    assert [finding.code for finding in findings] == ["rows-left-out"] * 2
    assert {note.split(":")[0] for note in said} == {"1.png", "2.png", "notes.txt"}
    assert sorted((Path(row.path).name, row.line) for row in columns.left_out) == [
        ("1.png", 1),
        ("2.png", 1),
        ("notes.txt", 1),
    ]


def test_bad_texts_are_left_out_and_listed(project: Path) -> None:
    write_texts(project / "reviews", {"good": ["a", "b"], "bad": ["c", "d"]})
    (project / "reviews" / "good" / "0.txt").write_bytes(b"\xff")
    columns, findings = load(
        section("{texts: reviews, on_bad_row: skip, split: {validation: 0, test: 0}}"), project, project
    )
    assert columns is not None
    assert columns.texts("text").tolist() == ["c", "d", "b"]
    assert [finding.notes for finding in findings] == [
        ("0.txt:1: line 1 of `0.txt` has the byte 0xff, which is not UTF-8",)
    ]
