"""The whole way from a saved model to the text of a spec.

In: the path of a `.keras` file or of a config as JSON, or `keras.applications:NAME`. Out: the text, what was found on
the way, and where the weights are. Nothing is written here.
"""

import secrets
from collections.abc import Mapping as AbstractMapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from specc import archive
from specc.catalog import load
from specc.diagnostics import Finding, error, has_errors, in_order
from specc.importing.applications import PREFIX, Options, application_name, build, save_weights
from specc.importing.checking import checked, faults_in
from specc.importing.compiling import training_section
from specc.importing.converting import Converted, convert
from specc.importing.reading import WEIGHTS, ModelFile, parse, read_model
from specc.importing.shortening import shorten
from specc.importing.spec_names import spec_name
from specc.importing.vocabularies import with_vocabularies
from specc.importing.writing import write
from specc.language.source import Source, start_of
from specc.language.tree import Mapping

FOLDED = 2_000
"""Layers that are searched for what repeats, which takes seconds; a model of more is written layer by layer."""

LARGEST_WEIGHTS = 2**40
"""Bytes of weights that are copied: a terabyte, more than any model has."""


class ImportOptions(NamedTuple):
    """How to import.

    `name` is the spec's (default: the model's). `flat` writes each layer once, without looking for repetition.
    `weights` is the path, relative to the spec, that the spec shall take its weights from. `application` is what an
    application is made with. `stem` is the name of the spec's file without its ending, by which files beside it are
    called; None if there can be none.
    """

    name: str | None = None
    flat: bool = False
    weights: str | None = None
    application: Options = Options()
    stem: str | None = None


class Imported(NamedTuple):
    """What came of it. `text` is empty and `document` None if a finding is an error.

    `sources` are the texts that findings point into. `model` is the keras.Model of an application, None for files;
    `has_weights` says whether there are weights to keep. `files` are the texts of files that belong beside the spec, by
    their names: long vocabularies.
    """

    text: str
    document: dict[str, Any] | None
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...] = ()
    model: Any = None
    has_weights: bool = False
    files: AbstractMapping[str, str] = MappingProxyType({})


def import_model(source: str, options: ImportOptions | None = None) -> Imported:
    """The spec of the model `source`: the path of a file, or `keras.applications:NAME`.

    Files are read without Keras; applications are made with it. Findings are those of `reading.read_model` and
    `converting.convert`.
    """
    options = options or ImportOptions()
    header = f"Imported from {_shown(source)}"
    model, file, text, findings = _read(source, options)
    if file is None:
        return Imported("", None, tuple(findings), (text,))
    catalog = load()
    tree, files, faults = with_vocabularies(file.tree, file.archive, options.stem)
    findings += faults
    converted, faults = convert(tree, catalog)
    findings += faults
    training: dict[str, Any] = {}
    if converted:
        training, faults = training_section(tree, converted.outputs, catalog)
        findings += faults
    if converted is None or has_errors(findings):
        return Imported("", None, in_order(findings), (text,))
    if not options.flat and len(converted.model["layers"]) > FOLDED:
        options = options._replace(flat=True)
        header += f"\nLayer by layer: more than {FOLDED:,} are not searched for what repeats"
    document, written, faults = _sound(converted, training, options, tree, header)
    found = in_order([*findings, *faults])
    if document is None:
        return Imported("", None, found, (text,))
    return Imported(written, document, found, (text,), model, file.has_weights or model is not None, files)


def _sound(
    converted: Converted, training: dict[str, Any], options: ImportOptions, root: Mapping, header: str
) -> tuple[dict[str, Any] | None, str, list[Finding]]:
    """The document and its text, if the front end finds no error in them; else what is wrong, where `root` has it."""
    document = shorten(_document(converted, training, options), load())
    text = write(document, header)
    graph, complaints = checked(text)
    if graph is not None:
        return document, text, []
    compiled = root.get("compile_config")
    flat = _document(converted, training, options._replace(flat=True))
    faults = faults_in(flat, converted.places, root.span, compiled.span if compiled else root.span)
    if faults:
        return None, "", faults
    return None, "", [finding._replace(span=root.span, labels=(), fix=None) for finding in complaints]


def _read(source: str, options: ImportOptions) -> tuple[Any, ModelFile | None, Source, list[Finding]]:
    if not source.startswith(PREFIX):
        return None, *read_model(Path(source))
    name, findings = application_name(source, load())
    if name is None:
        return None, None, Source(source, ""), findings
    try:
        model = build(name, options.application)
    except ValueError as refusal:
        words = str(refusal).splitlines()[0]
        finding = error("keras-refuses", f"Keras cannot build `{name}`: {words}", start_of(source))
        return None, None, Source(source, ""), [finding]
    return model, *parse(model.to_json(), f"{source}.json")


def _document(converted: Converted, training: dict[str, Any], options: ImportOptions) -> dict[str, Any]:
    """The whole spec, sections in the order of the language's reference."""
    model, models, blocks = converted.model, converted.models, dict[str, Any]()
    if not options.flat:
        model, models, blocks = _folded(model, models)
    if options.weights:
        model = {"weights": options.weights} | model
    document: dict[str, Any] = {"spec": 1, "name": spec_name(options.name or converted.name)}
    document |= {"blocks": blocks} if blocks else {}
    document |= {"models": models} if models else {}
    document["model"] = model
    document |= {"training": training} if training else {}
    if converted.precision != "float32":
        document["runtime"] = {"precision": converted.precision}
    return document


def _folded(model: dict[str, Any], models: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The same with repetition as blocks. Only the main model is searched: blocks belong to the whole spec."""
    from specc.importing.folding import fold

    open_input = not model["inputs"]
    folded = fold(model | {"inputs": {"input": None}} if open_input else model)
    new = dict(folded["model"])
    if open_input:
        new["inputs"] = {}
    return new, models, dict(folded.get("blocks") or {})


def _shown(source: str) -> str:
    """The source as a comment names it: an application, or a file without the folders that lead to it."""
    shown = source if source.startswith(PREFIX) else Path(source).name
    return "".join(letter if letter.isprintable() else "?" for letter in shown)


def application_options(
    input_shape: tuple[int, ...] | None, classes: int | None, *, top: bool, trained: bool
) -> Options:
    """What an application is made with: `trained` with the weights that Keras publishes, else with random ones."""
    return Options(input_shape, classes, top, "imagenet" if trained else None)


def keep_weights(imported: Imported, source: str, path: Path) -> list[Finding]:
    """Write the weights of the imported model to `path`, whole or not at all; findings where there are none.

    Those of a file are copied as they are. Raises OSError if `path` cannot be written.
    """
    aside = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        if imported.model is not None:
            save_weights(imported.model, aside)
            findings: list[Finding] = []
        elif imported.has_weights:
            with aside.open("xb") as target:
                findings = archive.copy_member(Path(source), WEIGHTS, LARGEST_WEIGHTS, target)
        else:
            findings = [error("no-weights", f"`{Path(source).name}` holds no weights", start_of(source))]
        if not findings:
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return findings
