"""Image folders -> `Table`: the column `image`, and the target `label` of a folder's classes, or `mask`.

Names and headers are read, no pixels. What the pixels are is the business of `specc.data.reading.images`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from specc.data.facts import CLASSES, IMAGE, NUMBER, ColumnFacts, TargetFacts
from specc.data.section import DataSpec
from specc.data.sources.faults import file_fault, in_words, sorted_out, unreadable
from specc.data.sources.folders import LABEL, Listed, Wanted, listed
from specc.data.sources.locating import is_pattern
from specc.data.text_table import Table, text_table
from specc.diagnostics import Finding, Span, has_errors
from specc.files import locate, locate_folder

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp"})
MASK = "mask"
BYTES_PER_NAME = 256
"""What a name counts in the bytes that a check may read."""
HEADERS = 100
"""Of so many images a check reads the headers, evenly over all."""

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"RIFF")
_LONGEST_SIDE = 2**16


class Pictures(NamedTuple):
    """The images of a source. `size` is the height and width of each as the model gets it.

    `masks` are files in the order of the images, or empty; `mask_classes` is how many classes their pixels have, None
    for grey values. `resized` says whether images are brought to `size`, or have it.
    """

    found: Listed
    size: tuple[int, int]
    channels: int
    resized: bool
    masks: list[Path]
    mask_classes: int | None


def read(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[Table | None, list[Finding]]:
    """The images' shape and classes; names are read until they count as `limit` bytes, and some headers."""
    pictures, findings = pictures_of(data, root, folder, None if limit is None else limit // BYTES_PER_NAME)
    if pictures is None:
        return None, findings
    findings += _check_headers(data, pictures)
    return (None if has_errors(findings) else table_of(pictures)), findings


def pictures_of(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[Pictures | None, list[Finding]]:
    """The images that a source names, and the size that they will have; of many the first `limit`."""
    arguments = data.source.arguments
    wanted = Wanted(ENDINGS, images=True, classes="masks" not in arguments)
    found, findings = listed(data, root, folder, wanted, limit)
    if found is None:
        return None, findings
    masks: list[Path] = []
    if "masks" in arguments:
        masks, more = _masks(data, root, folder, found)
        if has_errors(more):
            return None, findings + more
    size = size_of(arguments.get("size"))
    if size is None:
        size, fault = first_size(found.paths)
        if size is None:
            return None, [*findings, fault] if fault else findings
    written = arguments.get("channels")
    channels = written if isinstance(written, int) else 3
    classes = arguments.get("classes")
    number = classes if isinstance(classes, int) and masks else None
    return Pictures(found, size, channels, "size" in arguments, masks, number), findings


def table_of(pictures: Pictures) -> Table:
    """The table of these images."""
    found, (height, width) = pictures.found, pictures.size
    resizing = {"size": pictures.size} if pictures.resized else {}  # which the saved model does as well
    typed = {"image": image_facts("image", pictures.size, pictures.channels)._replace(options=resizing)}
    targets: dict[str, TargetFacts] = {}
    columns: dict[str, Sequence[str | None]] = {}
    if pictures.masks:
        shape: tuple[int, ...] = (height, width) if pictures.mask_classes else (height, width, 1)
        names = tuple(str(index) for index in range(pictures.mask_classes or 0)) or None
        kind = CLASSES if pictures.mask_classes else NUMBER
        typed[MASK] = ColumnFacts(MASK, IMAGE, shape, "int32" if pictures.mask_classes else "float32")
        targets[MASK] = TargetFacts(MASK, kind, pictures.mask_classes, names, shape)
    elif found.labels:
        columns[LABEL] = found.labels
        targets[LABEL] = found.target
    return text_table(columns, len(found.paths), found.place, found.complete, found.given, typed, targets)


def image_facts(name: str, size: tuple[int, int] | None, channels: int) -> ColumnFacts:
    """The facts of a column of images; None is a size that is not known."""
    return ColumnFacts(name, IMAGE, (*(size or (None, None)), channels), "uint8")


def image_column_facts(
    data: DataSpec, facts: ColumnFacts, first: tuple[str, Span] | None, root: Path, folder: Path
) -> tuple[ColumnFacts, list[Finding]]:
    """A column of paths as a column of images: the shape is that of `size`, or of the first image.

    `facts` are the column's, with its options; `first` is its first path, and where that stands.
    """
    channels = facts.options.get("channels") or 3
    size = size_of(facts.options.get("size"))
    findings: list[Finding] = []
    if size is None and first is not None:
        top, findings = folder_of_paths(data, facts, root, folder)
        path, findings = locate(*first, root, top, "an image") if top else (None, findings)
        size, fault = first_size([path]) if path else (None, None)
        findings += [fault] if fault else []
    return image_facts(facts.name, size, channels)._replace(options=facts.options), findings


def folder_of_paths(data: DataSpec, facts: ColumnFacts, root: Path, folder: Path) -> tuple[Path | None, list[Finding]]:
    """The folder that a column's paths begin in: its `folder`, or else the one that the table lies in."""
    start = facts.options.get("folder")
    if start is None:
        files = data.files()
        parent = str(PurePosixPath(files[0].written).parent) if files else "."
        start = "." if is_pattern(parent) else parent
    return locate_folder(str(start), data.span_of("columns", facts.name), root, folder, "a folder of images")


def size_of(written: Any) -> tuple[int, int] | None:  # noqa: ANN401  an argument
    """Height and width as an argument gives them."""
    return (int(written[0]), int(written[1])) if isinstance(written, list | tuple) and len(written) == 2 else None


def first_size(paths: Sequence[Path]) -> tuple[tuple[int, int] | None, Finding | None]:
    """Height and width of the first image whose header can be read; the finding is about the first image."""
    first = None
    for path in paths[:HEADERS]:
        size, fault = header(path)
        first = first or fault
        if size is not None:
            return size, None
    return None, first


def header(path: Path) -> tuple[tuple[int, int] | None, Finding | None]:
    """Height and width as the file stores them, before any turning that a camera notes, or why it is no image."""
    import imagesize  # with its own imports; most specs have no images

    try:
        with path.open("rb") as file:
            start = file.read(16)
            if not start:
                return None, file_fault("not-an-image", path, "is empty")
            if not start.startswith(_BEGINNINGS):
                return None, file_fault(
                    "not-an-image", path, "does not begin as a JPEG, PNG, GIF, BMP or WebP file does"
                )
            file.seek(0)
            info = imagesize.get_info(file)
    except OSError as fault:
        return None, unreadable(path, fault)
    except (ValueError, IndexError, KeyError, TypeError) as fault:  # `struct.error` is a ValueError; damaged headers
        return None, file_fault("damaged-image", path, f"has a damaged header: {in_words(fault)}")
    width, height = (info.height, info.width) if info.rotation in {5, 6, 7, 8} else (info.width, info.height)
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
        return None, file_fault("damaged-image", path, "does not say what size it has")
    return (height, width), None


def other_size(path: Path, size: tuple[int, int], expected: tuple[int, int], like: Path) -> Finding:
    """An image that has not the size of the others."""
    words = f"is {_sized(size)}, and `{like.name}` is {_sized(expected)}"
    return file_fault("image-size", path, words, help="write `size: [height, width]`, which brings all to one size")


def _sized(size: tuple[int, int]) -> str:
    return f"{size[0]} high and {size[1]} wide"


def _check_headers(data: DataSpec, pictures: Pictures) -> list[Finding]:
    """The headers of some images, so that a check finds the common faults."""
    paths = pictures.found.paths
    faults = []
    for path in paths[:: max(len(paths) // HEADERS, 1)]:
        size, fault = header(path)
        if fault is None and size is not None and size != pictures.size and not pictures.resized:
            fault = other_size(path, size, pictures.size, paths[0])
        faults += [fault] if fault else []
    return [] if data.skip_bad_rows else sorted_out(data, faults)


def _masks(data: DataSpec, root: Path, folder: Path, found: Listed) -> tuple[list[Path], list[Finding]]:
    """The mask of each image: the file of the same name, whatever its ending, in the folder of masks."""
    place = data.source.span_of("masks")
    top, findings = locate_folder(str(data.source.arguments["masks"]), place, root, folder, "a folder of masks")
    if top is None:
        return [], findings
    top = top.resolve()
    names: Mapping[Path, Path] = {
        path.relative_to(top).with_suffix(""): path for path in top.rglob("*") if path.suffix.lower() in ENDINGS
    }
    masks = []
    for path, above in zip(found.paths, found.folders, strict=True):
        mask = names.get(path.relative_to(above).with_suffix(""))
        if mask is None or not mask.resolve().is_relative_to(root.resolve()):
            words = f"has no mask: nothing in `{data.source.arguments['masks']}` is called alike"
            return [], [file_fault("missing-mask", path, words)]
        masks.append(mask)
    return masks, []
