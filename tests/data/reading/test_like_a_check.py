"""Training decides as a check does: over random tables, `load` finds the facts and the rows that `examine` finds."""

import csv
import io
import random
from pathlib import Path

import numpy as np
import pytest

from specc.data.describe import examine
from specc.data.kinds import as_categories
from specc.data.loading import load
from specc.data.reading import csv_file
from specc.data.text_table import TextTable
from specc.diagnostics import Finding
from tests.data.sections import section

POOLS = (
    ["1", "2.5", "-3", "+4", "1e3", ".5", "7.", ""],
    ["1", "01", "1.0", "2", "?", " 2 "],
    ["a", "b", " c ", "NA", "nan", "inf", "a b"],
    ["true", "False", "YES", "no", ""],
    ["2020-01-02", "2021-12-31", "null"],
    ["x,y", 'say "hi"', "two\nlines", "", "plain"],
    ["1e400", "1", "infinity", "0x10", "1_0"],
    ["ä", "\u00a0b", "c\u2003"],
    ["1 2", "3 4", "1 x", "5"],
    ["12345678901234567890", "12345678901234567891", "x"],
)
DECLARED = (
    "boolean", "number", "datetime", "vector", "{vector: 2}", "{sequence: 2}",
    "{category: {missing: most_frequent, replace: {'01': '2'}}}", "{boolean: {missing: drop}}",
)  # fmt: skip
SPLITS = ("{}", "{validation: 0.3, test: 0}", "{validation: 0, test: 2}", "{stratify: false, seed: 5}")


def random_csv(rng: random.Random) -> str:
    """A table of some columns; now and then blank lines, ragged rows, other line ends."""
    text = io.StringIO()
    end = rng.choice(["\n", "\n", "\r\n"])
    pools = [rng.choice(POOLS) for _ in range(rng.randint(1, 4))]
    writer = csv.writer(text, lineterminator=end)
    writer.writerow([f"c{index}" for index in range(len(pools))] + ["y"])
    for _ in range(rng.randint(5, 40)):
        row = [rng.choice(pool) for pool in pools] + [rng.choice(["p", "q"])]
        if rng.random() < 0.004:
            row.append("more")
        writer.writerow(row)
        if rng.random() < 0.03:
            text.write(end)
    return text.getvalue()


def told(findings: list[Finding]) -> list[tuple[str, str, int]]:
    return [(finding.code, finding.message, finding.span.line) for finding in findings]


@pytest.mark.parametrize("seed", range(250))
def test_facts_and_rows_agree(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)  # noqa: S311  no secret
    monkeypatch.setattr(csv_file, "PIECE", rng.choice([40, 200, 1 << 20]))
    monkeypatch.setattr(csv_file, "ROWS", rng.choice([3, 65_536]))
    (tmp_path / "a.csv").write_text(random_csv(rng), encoding="utf-8", newline="")
    declared = f", inputs: {{i: c0}}, columns: {{c0: {rng.choice(DECLARED)}}}"
    dropped = ", columns: {c0: {number: {missing: drop}}}, on_bad_row: skip"
    options = rng.choice(["", ", on_bad_row: skip", dropped, declared, f"{declared}, on_bad_row: skip"])
    data = section(f"{{csv: a.csv, target: y, split: {rng.choice(SPLITS)}{options}}}")

    described, light = examine(data, tmp_path, tmp_path, 3, None)
    columns, heavy = load(data, tmp_path, tmp_path, 3)

    assert told(heavy) == told(light)
    assert (columns is None) == (described is None)
    if columns is None or described is None:
        return
    assert columns.facts == described.facts
    rows = described.partition
    assert rows is not None
    for ours, theirs in zip((columns.split.train, columns.split.validation, columns.split.test), rows, strict=True):
        assert ours.tolist() == list(theirs)
    assert isinstance(described.source, TextTable)
    for name, facts in columns.facts.columns.items():
        cells = described.source.columns[name]
        if facts.kind == "number":
            expected = np.array([np.nan if text is None else float(text) for text in cells], "float32")
            np.testing.assert_array_equal(columns.numbers(name), expected)
        elif facts.kind == "text":
            assert columns.texts(name).tolist() == [text or "" for text in cells]
        elif facts.kind == "category":
            assert columns.texts(name).tolist() == [text or "" for text in as_categories(cells)]
