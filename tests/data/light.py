"""Runs in a process of its own: describes everything, to see what that imports."""

from pathlib import Path

from specc.data import describe, resolve_data
from specc.data.sets import SETS
from specc.language.read import read_text
from specc.language.tree import Mapping


def describe_all(folder: Path) -> None:
    for text in ("{csv: penguins.csv, target: species}", *(f"dataset: {name}" for name in SETS)):
        tree, _ = read_text(text, "spec.yaml")
        assert isinstance(tree, Mapping)
        data, _ = resolve_data(tree)
        assert data is not None
        facts, findings = describe(data, folder, folder)
        assert facts is not None, findings


def describe_texts(texts: list[str], folder: str) -> None:
    for text in texts:
        tree, _ = read_text(text, "spec.yaml")
        assert isinstance(tree, Mapping)
        data, _ = resolve_data(tree)
        assert data is not None
        describe(data, Path(folder), Path(folder))
