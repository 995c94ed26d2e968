"""A `.keras` archive, or a JSON file as `model.to_json()` gives it -> the positioned tree of the model's config.

Nothing of a file is run or imported: of an archive its `config.json` is read, other members are left alone, whatever
they hold. Faults of the file are findings.
"""

from pathlib import Path
from typing import NamedTuple

from specc import archive
from specc.diagnostics import Finding, error
from specc.language import limits
from specc.language.read import read, read_bytes
from specc.language.source import Source, start_of
from specc.language.tree import Mapping, Node, Sequence

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
"""The members of a `.keras` archive that matter here."""

_ZIP, _HDF5 = b"PK", b"\x89HDF"


class ModelFile(NamedTuple):
    """A file that describes a model. `has_weights` says whether it holds them too.

    `archive` is the path of the archive that the config came from, None for others.
    """

    tree: Mapping
    source: Source
    has_weights: bool = False
    archive: Path | None = None


def read_model(path: Path) -> tuple[ModelFile | None, Source, list[Finding]]:
    """The config in the file at `path`, and the text that findings point into.

    Findings: not-a-model, those of `specc.archive` and those of the JSON reader.
    """
    name = str(path)
    if path.is_dir():
        help_text = "name a `.keras` file, or a model's config as `.json`"
        return _nothing(error("not-a-file", f"`{name}` is a folder, not a saved model", start_of(name), help=help_text))
    start = _start(path)
    if start.startswith(_ZIP):
        return _read_archive(path)
    if start == _HDF5:
        help_text = "load it with Keras and save it as `.keras`"
        return _nothing(error("not-a-model", f"`{path.name}` is an HDF5 file", start_of(name), help=help_text))
    if path.suffix.lower() != ".json" and start:
        message = f"`{path.name}` is neither a `.keras` archive nor a JSON file"
        return _nothing(error("not-a-model", message, start_of(name), help="the name of a JSON file ends in `.json`"))
    tree, source, findings = read(path)
    return _model_file(tree, source, findings)


def parse(text: str, name: str) -> tuple[ModelFile | None, Source, list[Finding]]:
    """The config in a JSON text that findings call `name`, which ends in `.json`."""
    tree, source, findings = read_bytes(text.encode(), name)
    return _model_file(tree, source, findings)


def _start(path: Path) -> bytes:
    """The first bytes of a regular file; none of anything else, which the JSON reader reports."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(len(_HDF5))
    except (OSError, ValueError):
        return b""


def _read_archive(path: Path) -> tuple[ModelFile | None, Source, list[Finding]]:
    members, findings = archive.members(path)
    if findings:
        return _nothing(*findings)
    if CONFIG not in members:
        message = f"this archive has no `{CONFIG}`, as `.keras` files have"
        return _nothing(error("not-a-model", message, start_of(str(path))))
    data, findings = archive.read_member(path, CONFIG, limits.FILE_BYTES)
    if data is None:
        return _nothing(*findings)
    tree, source, faults = read_bytes(data, f"{path}/{CONFIG}")
    file, source, findings = _model_file(tree, source, faults)
    return file and file._replace(has_weights=WEIGHTS in members, archive=path), source, findings


def _model_file(
    tree: Node | None, source: Source, findings: tuple[Finding, ...]
) -> tuple[ModelFile | None, Source, list[Finding]]:
    if any(finding.code == "empty-spec" for finding in findings):
        return None, source, [error("not-a-model", "the file is empty", start_of(source.path))]
    if tree is None or findings:
        return None, source, list(findings)
    serialized = isinstance(tree, Mapping) and tree.get("class_name") is not None and tree.get("config") is not None
    if isinstance(tree, Mapping) and not serialized and isinstance(tree.get("layers"), Sequence):
        tree = _with_class(tree)
        serialized = True
    if not isinstance(tree, Mapping) or not serialized:
        message = "this describes no Keras model: a `class_name` and a `config` are missing"
        return None, source, [error("not-a-model", message, start_of(source.path))]
    return ModelFile(tree, source), source, []


def _with_class(config: Mapping) -> Mapping:
    """What `model.get_config()` gives, as `model.to_json()` would have it."""
    from specc.language.tree import Entry, Value

    class_name = "Functional" if config.get("output_layers") else "Sequential"
    span = config.span
    return Mapping(span, (Entry("class_name", span, Value(span, class_name)), Entry("config", span, config)))


def _nothing(*findings: Finding) -> tuple[None, Source, list[Finding]]:
    return None, Source(findings[0].span.path, ""), list(findings)
