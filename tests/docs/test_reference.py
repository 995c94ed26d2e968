"""The reference is whole: every key of every section of the published schema, and every data set, has its row."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from specc.catalog import load, load_schema
from specc.data.options import DEFAULTS
from specc.rendering import Format

DOCS = Path(__file__).resolve().parents[2] / "docs"
TOP = ("language.md", "The top level")
HEADINGS = {
    "": TOP,
    "data": ("data.md", "The section"),
    "data.csv": ("data.md", "CSV files"),
    "data.jsonl": ("data.md", "JSON Lines"),
    "data.images": ("data.md", "Folders of images"),
    "data.texts": ("data.md", "Folders of texts"),
    "data.lines": ("data.md", "Lines of text"),
    "data.text": ("data.md", "Running text"),
    "data.parquet": ("data.md", "Parquet and Feather"),
    "data.feather": ("data.md", "Parquet and Feather"),
    "data.numpy": ("data.md", "NumPy's arrays"),
    "data.hdf5": ("data.md", "HDF5"),
    "data.tfrecord": ("data.md", "TFRecord"),
    "data.windows": ("data.md", "Time series"),
    "data.table": ("data.md", "Tables in the spec"),
    "data.columns": ("data.md", "Columns"),
    **{f"data.columns.{kind}": ("data.md", "Columns") for kind in DEFAULTS},
    "data.split": ("data.md", "Splits"),
    "model": ("language.md", "The model"),
    "model.inputs": ("language.md", "The model"),
    "model.layers": ("language.md", "The model"),
    "model.parallel": ("composition.md", "Branches"),
    "model.model": ("composition.md", "Models as layers"),
    "model.layers.parallel": ("composition.md", "Branches"),
    "model.layers.model": ("composition.md", "Models as layers"),
    "blocks": ("composition.md", "Blocks"),
    "blocks.params": ("composition.md", "Blocks"),
    "model.weights": ("weights.md", "The keys"),
    "training": ("language.md", "Training"),
    "training.phases": ("language.md", "Training"),
    "runtime": ("language.md", "Runtime"),
    "runtime.checkpoint": ("language.md", "Runtime"),
    "report": ("language.md", "The report"),
}
"""Where the keys of each section are explained: the page and its heading."""

SCHEMA: dict[str, Any] = load_schema("spec-v1")
FOLLOWED = ("layers", "layer-entry", "column", *(f"column.{kind}" for kind in DEFAULTS))
"""The definitions that are sections' own. The others are components, whose reference is Keras'."""


def keys(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """The dotted path of each section, and its keys, types of layers left out."""
    reference = part.get("$ref", "").removeprefix("#/$defs/")
    if reference in FOLLOWED and path[:1] != ("blocks",) and "layers" not in path[:-1]:  # a layer list once
        yield from keys(SCHEMA["$defs"][reference], path)
    for key, value in part.get("properties", {}).items():
        is_type = "." in value.get("$ref", "").removeprefix("#/$defs/")
        if not is_type or path == ("data", "columns"):
            yield ".".join(path), key
            yield from keys(value, (*path, key))
    if path[-1:] in {("inputs",), ("columns",), ("blocks",), ("params",)} and isinstance(
        part.get("additionalProperties"), dict
    ):
        yield from keys(part["additionalProperties"], path)
    for branch in ("then", "else", "items"):
        if branch in part:
            yield from keys(part[branch], path)


KEYS = sorted(set(keys(SCHEMA)))


def rows(page: str, heading: str) -> set[str]:
    """What stands as code in the first cells of the tables under a heading."""
    text = (DOCS / page).read_text(encoding="utf-8")
    sections = dict(section.split("\n", 1) for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:])
    first = (line.split("|")[1] for line in sections[heading].splitlines() if line.startswith("|"))
    return {word for cell in first for word in re.findall(r"`([^`]+)`", cell)}


def test_the_schema_was_read() -> None:
    assert {section for section, _ in KEYS} == set(HEADINGS)


@pytest.mark.parametrize(("section", "key"), KEYS, ids=lambda value: value)
def test_a_key_has_its_row(section: str, key: str) -> None:
    assert key in rows(*HEADINGS[section])


@pytest.mark.parametrize("name", load().names("dataset"))
def test_a_data_set_has_its_row_with_its_arguments(name: str) -> None:
    lines = (DOCS / "data.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| `{name}` |")]
    facts = load().find("dataset", name)
    assert facts
    assert [argument for argument in facts.arguments if f"`{argument}`" not in row] == []


@pytest.mark.parametrize("spec", sorted((DOCS.parent / "specs").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_spec_of_the_gallery_has_its_row_with_its_promise(spec: Path) -> None:
    lines = (spec.parent / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| [{spec.stem}]({spec.name}) |")]
    promises = yaml.safe_load(spec.read_text(encoding="utf-8")).get("x-expect", {})
    assert all(f"`{metric} {promise}`" in row for metric, promise in promises.items())


@pytest.mark.parametrize("form", Format)
def test_a_format_of_findings_has_its_row(form: Format) -> None:
    assert form in rows("findings.md", "Formats")
