"""Data sections and files for the tests, made in place."""

import random
from pathlib import Path

from specc.data import DataFacts, DataSpec, describe, resolve_data
from specc.data.facts import CATEGORY, TEXT
from specc.data.loading import Array, Columns, load
from specc.diagnostics import Finding, has_errors
from specc.language.read import read_text
from specc.language.tree import Mapping


def section(text: str) -> DataSpec:
    """The `data` section whose YAML is `text`; it has to be right."""
    data, findings = resolved(text)
    assert data is not None, findings
    return data


def resolved(text: str) -> tuple[DataSpec | None, list[Finding]]:
    tree, findings = read_text(text, "spec.yaml")
    assert isinstance(tree, Mapping), findings
    return resolve_data(tree)


def described(text: str, folder: Path = Path(), seed: int = 0) -> DataFacts:
    facts, findings = describe(section(text), folder, folder, seed)
    assert facts is not None, findings
    return facts


def loaded(text: str, folder: Path = Path(), seed: int = 0) -> Columns:
    columns, findings = load(section(text), folder, folder, seed)
    assert columns is not None, findings
    assert not has_errors(findings)
    return columns


def raw(columns: Columns, name: str) -> Array:
    """All values of a column as it is kept: arrays, texts or numbers."""
    facts = columns.facts.columns[name]
    if facts.shape:
        return columns.arrays(name)
    return columns.texts(name) if facts.kind in {CATEGORY, TEXT} else columns.numbers(name)


def write_penguins(folder: Path, rows: int = 120) -> list[list[str]]:
    """`penguins.csv`: two numbers and a category with missing values, and three species. Returns its rows."""
    dice = random.Random(1)  # noqa: S311  made-up measurements
    table = []
    for row in range(rows):
        species = ("Adelie", "Chinstrap", "Gentoo")[row % 3]
        length = "" if row % 11 == 5 else f"{38 + 5 * (row % 3) + dice.random():.2f}"
        sex = "" if row % 13 == 7 else dice.choice(["male", "female"])
        table.append([species, length, f"{3500 + dice.randrange(1000)}", sex, dice.choice(["Biscoe", "Dream"])])
    write_csv(folder / "penguins.csv", PENGUINS_HEADER, table)
    return table


PENGUINS_HEADER = ["species", "length", "mass", "sex", "island"]
PENGUINS = "{csv: penguins.csv, target: species}"


def write_csv(path: Path, header: list[str], rows: list[list[str]]) -> None:
    path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n", encoding="utf-8")
