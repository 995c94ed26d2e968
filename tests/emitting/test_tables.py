"""Scripts of specs whose data stand in the spec itself read all kinds of cells, as specc does."""

import json
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.plan import Plan
from tests.emitting.specs import checked, script_of

pytestmark = pytest.mark.train

NUMBERS: list[object] = [0.5, 1, 2.5, 3, 4.25, 5, 6, 7, 8, 9]
NUMERIC: dict[str, list[object]] = {
    "whole numbers": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "real numbers": NUMBERS,
    "very small and large ones": [1e-9, 1e9, -3, 4, 5, 6, 7, 8, 9, 10],
    "numbers as text": ["1", "2", "3.5", "+4", "5", "6", "7", "8", "9", "010"],
    "numbers and gaps": [1, None, 3, 4, None, 6, 7, 8, 9, 10],
}
CATEGORIES: dict[str, list[object]] = {
    "categories": list("xyxyxyxyxy"),
    "categories with spaces and quotes": [" x", "x", '"', "'", "x", " x", '"', "'", "x", "x"],
    "what a file would call missing": ["NA", "x", "?", "NA", "x", "?", "NA", "x", "?", "NA"],
    "categories and gaps": ["x", None, "y", "", "x", "y", "x", "y", "x", "y"],
    "truths and text": [True, "x"] * 5,
    "numbers and text": ["1", "x", "2.5", "x", "1", "x", "2.5", "x", "1", "2.5"],
}


@pytest.mark.parametrize("beside", ["alone", "beside a number", "beside a category"])
@pytest.mark.parametrize("name", NUMERIC | CATEGORIES)
def test_a_column_of(name: str, beside: str, tmp_path: Path) -> None:
    cells = (NUMERIC | CATEGORIES)[name]
    others: dict[str, list[list[object]]] = {
        "alone": [],
        "beside a number": [NUMBERS],
        "beside a category": [["p", "q"] * 5],
    }
    other = others[beside]
    x, plan = prepared([cells, *other], "", tmp_path)
    assert x.shape == (10, *plan.facts.inputs["input"].shape)
    assert np.isfinite(x).all()
    if name in CATEGORIES and beside == "alone":
        counts = Counter(
            "" if cell is None else str(cell).lower() if isinstance(cell, bool) else cell for cell in cells
        )
        assert sorted(x.sum(axis=0)) == sorted(counts.values())


@pytest.mark.parametrize("cells", [[True, False] * 5, ["yes", "No"] * 5])
def test_truths(cells: list[object], tmp_path: Path) -> None:
    x, plan = prepared([cells, NUMBERS], "", tmp_path)
    assert x.shape == (10, *plan.facts.inputs["input"].shape)
    assert x[:, 0].tolist() == [1.0, 0.0] * 5


def test_truths_of_which_some_are_missing_are_left_to_the_user(tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    rows = json.dumps([{"c": cell, "t": place / 2} for place, cell in enumerate([True, False, None] * 4)])
    path.write_text(f"spec: 1\ndata: {{table: {rows}, target: t}}\nmodel: [Output]\n", encoding="utf-8")
    assert "does not write data with missing values in the boolean `c`" in script_of(path)


@pytest.mark.parametrize("cells", [[1, 2, 1.0, 2, "1", "2", 1, 2, 1, 2], [1, None, 2, 2, 1, 1, 2, 1, 2, 2]])
def test_numbers_as_categories(cells: list[object], tmp_path: Path) -> None:
    x, plan = prepared([cells, NUMBERS], "columns: {c0: category}", tmp_path)
    assert x.shape == (10, *plan.facts.inputs["input"].shape)


def prepared(columns: list[list[object]], more: str, folder: Path) -> tuple[np.ndarray[Any, Any], Plan]:
    """What the script of a table of these columns gives to its model, all rows training."""
    rows = [
        {f"c{number}": cell for number, cell in enumerate(row)} | {"t": place / 2 + 0.25}
        for place, row in enumerate(zip(*columns, strict=True))
    ]
    path = folder / "table.yaml"
    data = f"table: {json.dumps(rows)}\n  target: t\n  split: {{validation: 0, test: 0}}\n  {more}"
    path.write_text(f"spec: 1\ndata:\n  {data}\nmodel: [Output]\n", encoding="utf-8")
    _, plan = checked(path)
    assert isinstance(plan, Plan)
    (folder / "script.py").write_text(script_of(path), encoding="utf-8")
    script = runpy.run_path(str(folder / "script.py"))
    x, y = script["load_data"]()
    assert y.ravel().tolist() == [row["t"] for row in rows]
    if "build_preprocessing" not in script:
        return x, plan
    model = script["build_preprocessing"](x, np.arange(len(y)))
    return np.asarray(model({name: script["tf"].constant(array) for name, array in x.items()})), plan
