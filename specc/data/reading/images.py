"""Image files -> arrays of their pixels, decoded as rows are asked for: `scan`, `image_column`.

TensorFlow decodes, which for small images is five times as fast as Pillow. What it does not take goes to Pillow, which
knows more forms, and if it does not either says what is wrong. How a camera was held is not looked at, as by Keras'
`image_dataset_from_directory`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from specc.data.facts import ColumnFacts
from specc.data.reading.scan import Loaded, ReadingError, Scan, reading_files
from specc.data.section import DataSpec
from specc.data.sources.faults import MOST, as_left_out, file_fault, in_words, sorted_out, unreadable
from specc.data.sources.folders import LABEL
from specc.data.sources.images import (
    MASK,
    Pictures,
    folder_of_paths,
    header,
    other_size,
    pictures_of,
    size_of,
    table_of,
)
from specc.data.stored import Array, ArrowColumn, MadeColumn, Stored, digest_of_files
from specc.diagnostics import Finding, Span
from specc.files import locate

AT_ONCE = 1024
"""So many images are looked at together where each has to be seen to be whole."""
BATCH = 64
MOST_CLASS = 255
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_DEEP = ("I;16", "I;16B", "I;16L", "I")
"""The modes of more than 8 bits that Pillow opens files in."""


class Decoding(NamedTuple):
    """How images become arrays (n, height, width, channels) of uint8. `nearest` keeps values as they are (masks).

    Without `resized`, what has another size than `size` is a finding; `like` is an image that has it.
    """

    size: tuple[int, int]
    channels: int
    resized: bool
    like: Path
    nearest: bool = False


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """The images of a folder. Damaged ones are found as they are decoded; to skip them all are tried first."""
    pictures, findings = pictures_of(data, root, folder, None)
    if pictures is None:
        return None, findings
    how = Decoding(pictures.size, pictures.channels, pictures.resized, pictures.found.paths[0])
    of_masks = (
        how._replace(channels=1, nearest=pictures.mask_classes is not None, like=pictures.masks[0])
        if (pictures.masks)
        else None
    )
    left_out = pictures.found.left_out
    if data.skip_bad_rows:
        bad = _damaged(pictures.found.paths, how)
        if of_masks is not None:
            bad |= _damaged(pictures.masks, of_masks)
        faults = [bad[row] for row in sorted(bad)]
        findings += sorted_out(data, faults)
        left_out += as_left_out(faults)
        kept = [row for row in range(len(pictures.found.paths)) if row not in bad]
        masks = [pictures.masks[row] for row in kept] if pictures.masks else []
        pictures = pictures._replace(found=pictures.found.without(bad), masks=masks)
    table = table_of(pictures)
    stored = _stored(pictures, how, of_masks)

    def load(wanted: Mapping[str, ColumnFacts]) -> Loaded:
        return {name: stored[name] for name in wanted}, []

    return Scan(table, load, left_out), findings


def image_column(  # noqa: PLR0913, PLR0917  what a reader of tables has at hand
    data: DataSpec, facts: ColumnFacts, texts: Array, place: Callable[[int, str], Span], root: Path, folder: Path
) -> tuple[Stored | None, list[Finding]]:
    """The images whose paths are `texts`, (n,) of strings; `facts` as `image_column_facts` gives them.

    A path that is missing or leads nowhere is a finding at the value's place. Paths begin in the column's `folder`.
    """
    top, findings = folder_of_paths(data, facts, root, folder)
    if top is None:
        return None, findings
    paths: list[Path] = []
    inside: dict[Path, bool] = {}
    real_root = root.resolve()
    for row, text in enumerate(texts):
        path = top / str(text)
        parent = path.parent
        if parent not in inside:
            inside[parent] = not Path(str(text)).is_absolute() and parent.resolve().is_relative_to(real_root)
        if not text or not inside[parent] or path.is_symlink() or not path.is_file():
            found, faults = locate(str(text), place(row, facts.name).place, root, top, "an image")
            findings += faults
            path = found or path
        paths.append(path)
        if len(findings) >= MOST:
            break
    height, width, channels = facts.shape
    if findings or height is None or width is None:
        return None, findings
    how = Decoding((height, width), channels or 3, size_of(facts.options.get("size")) is not None, paths[0])
    return _files(paths, how, lambda some: decoded(some, how)), findings


def decoded(paths: Sequence[Path], how: Decoding) -> Array:
    """The images (n, height, width, channels), uint8. Raises ReadingError for the first that cannot be read."""
    images, missing = _by_tensorflow(paths, how)
    for row in missing:
        image, fault = _by_pillow(paths[row], how)
        if image is None:
            raise ReadingError(*([fault] if fault else []))
        images[row] = image
    return images


def _stored(pictures: Pictures, how: Decoding, of_masks: Decoding | None) -> dict[str, Stored]:
    found = pictures.found
    stored: dict[str, Stored] = {"image": _files(found.paths, how, lambda paths: decoded(paths, how))}
    if of_masks is not None:
        classes = pictures.mask_classes
        stored[MASK] = _files(
            pictures.masks,
            of_masks,
            lambda paths: _masks(paths, of_masks, classes) if classes else decoded(paths, of_masks) / np.float32(255),
        )
    elif found.labels:
        stored[LABEL] = ArrowColumn(pa.chunked_array([pa.array(found.labels).dictionary_encode()]))
    return stored


def _files(paths: Sequence[Path], how: Decoding, make: Callable[[Sequence[Path]], Array]) -> MadeColumn:
    def digest() -> bytes:
        with reading_files():
            return digest_of_files(paths, (how.size, how.channels, how.resized, how.nearest))

    return MadeColumn(len(paths), lambda rows: make([paths[row] for row in rows]), digest)


def _masks(paths: Sequence[Path], how: Decoding, classes: int) -> Array:
    """The class of each pixel, (n, height, width)."""
    values = decoded(paths, how)[..., 0]
    wrong = np.flatnonzero((values >= classes).any(axis=(1, 2)))
    if len(wrong):
        path, value = paths[int(wrong[0])], int(values[wrong[0]].max())
        words = f"has a pixel of class {value}, and `classes: {classes}` are counted from 0"
        raise ReadingError(file_fault("mask-class", path, words))
    return values.astype("int32")


def _damaged(paths: Sequence[Path], how: Decoding) -> dict[int, Finding]:
    """The images that cannot be decoded, by their row."""
    bad: dict[int, Finding] = {}
    for start in range(0, len(paths), AT_ONCE):
        piece = paths[start : start + AT_ONCE]
        for row in _by_tensorflow(piece, how)[1]:
            _, fault = _by_pillow(piece[row], how)
            bad |= {start + row: fault} if fault else {}
    return bad


def _by_tensorflow(paths: Sequence[Path], how: Decoding) -> tuple[Array, list[int]]:
    """The images that TensorFlow can decode in their places, and the rows of the others."""
    import tensorflow as tf

    images = np.zeros((len(paths), *how.size, how.channels), "uint8")
    if how.nearest or not len(paths):  # what a palette's numbers stand for is no class; Pillow gives the numbers
        return images, list(range(len(paths)))

    def decode(row: Any, path: Any) -> tuple[Any, Any]:  # noqa: ANN401  tensors
        content = tf.io.read_file(path)
        image = tf.io.decode_image(content, how.channels, expand_animations=False)
        if how.resized:
            image = tf.cast(tf.round(tf.image.resize(image, how.size)), tf.uint8)
        return row, tf.ensure_shape(image, (*how.size, how.channels))

    rows = np.arange(len(paths))
    pipeline = tf.data.Dataset.from_tensor_slices((rows, [str(path) for path in paths]))
    pipeline = pipeline.map(decode, num_parallel_calls=tf.data.AUTOTUNE).ignore_errors(log_warning=False)
    read = np.zeros(len(paths), bool)
    for some, pixels in pipeline.batch(BATCH).prefetch(2).as_numpy_iterator():
        images[some] = pixels
        read[some] = True
    return images, np.flatnonzero(~read).tolist()


def _shallow(image: Any) -> Any:  # noqa: ANN401  Pillow's images
    """An image of 16 bits as one of 8; Pillow would clip it."""
    from PIL import Image

    if not image.mode.startswith("I;16"):
        return image
    return Image.fromarray((np.asarray(image) >> 8).astype("uint8"))


def _by_pillow(path: Path, how: Decoding) -> tuple[Array | None, Finding | None]:
    """One image, or what is wrong with it."""
    from PIL import Image

    size, fault = header(path)
    if size is None:
        return None, fault
    try:
        with Image.open(path) as opened:
            kept = how.nearest and opened.mode in {"P", "L", "1", *_DEEP}
            image = opened if kept else _shallow(opened).convert(_MODES[how.channels])
            numbers = np.asarray(image).reshape(image.height, image.width, -1)
            if numbers.max() > MOST_CLASS:
                words = f"has a pixel of class {numbers.max()}, and a mask has classes up to {MOST_CLASS}"
                return None, file_fault("mask-class", path, words)
            pixels = numbers.astype("uint8")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as trouble:
        if isinstance(trouble, OSError) and trouble.errno is not None:
            return None, unreadable(path, trouble)
        return None, file_fault("damaged-image", path, f"cannot be decoded: {in_words(trouble)}")
    if pixels.shape[:2] == how.size:
        return pixels, None
    if not how.resized:
        return None, other_size(path, (pixels.shape[0], pixels.shape[1]), how.size, how.like)
    import tensorflow as tf

    method = tf.image.ResizeMethod.NEAREST_NEIGHBOR if how.nearest else tf.image.ResizeMethod.BILINEAR
    resized: Array = np.round(tf.image.resize(pixels, how.size, method).numpy()).astype("uint8")
    return resized, None
