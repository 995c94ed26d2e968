"""Defaults of the columns' arguments, and shapes that are known before anything is fitted."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.component import Component
from specc.data.facts import ColumnFacts
from specc.data.layout import encoded, vector_dtype, width
from specc.data.options import DEFAULTS, complete_options
from specc.data.preprocessing import fit
from tests.data.raw_columns import PLACE, raw_table

SCHEMA = Path(__file__).parents[2] / "schemas" / "spec-v1.schema.json"


@pytest.mark.parametrize("kind", DEFAULTS)
def test_defaults_are_those_of_the_schema(kind: str) -> None:
    definition = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"][f"column.{kind}"]
    arguments = definition["then"]["properties"]
    assert set(arguments) == set(DEFAULTS[kind])
    said = {name: argument["default"] for name, argument in arguments.items() if "default" in argument}
    filled = {name: list(value) if isinstance(value, tuple) else value for name, value in DEFAULTS[kind].items()}
    follows = {"output_mode": "int"} if kind == "text" else {}
    assert {name: value for name, value in filled.items() if value not in (None, {})} == said | follows


@pytest.mark.parametrize(
    ("component", "kind", "more", "name", "expected"),
    [
        (None, "number", {}, "scale", "standard"),
        (None, "number", {"scale": "none"}, "scale", "none"),
        (None, "number", {"target": True}, "scale", "none"),
        (("number", {"scale": "log"}), "number", {"target": True, "scale": "none"}, "scale", "log"),
        (("category", {"most": 3}), "number", {}, "scale", "standard"),
        (("category", {"most": 3}), "category", {}, "most", 3),
        (("boolean", {"missing": None}), "boolean", {}, "missing", False),
        (None, "text", {}, "output_mode", "int"),
        (None, "text", {"alone": False}, "output_mode", "multi_hot"),
        (("text", {"output_mode": "count"}), "text", {"alone": False}, "output_mode", "count"),
        (("datetime", {"parts": ["time"]}), "datetime", {}, "parts", ("time",)),
    ],
)
def test_options(component: Any, kind: str, more: dict[str, Any], name: str, expected: object) -> None:
    written = None if component is None else Component("column", component[0], component[1], PLACE)
    assert complete_options(written, kind, **more)[name] == expected


def facts(kind: str, arguments: Mapping[str, Any], shape: tuple[int | None, ...] = (), dtype: str = "") -> ColumnFacts:
    options = complete_options(Component("column", kind, arguments, PLACE), kind)
    return ColumnFacts("x", kind, shape, dtype or "float32", options)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (facts("number", {}), None),
        (facts("vector", {}, (3,)), None),
        (facts("text", {"output_mode": "count"}), None),
        (facts("text", {}), ((200,), "int32")),
        (facts("text", {"output_sequence_length": 7}), ((7,), "int32")),
        (facts("image", {}, (8, 8, 3), "uint8"), ((8, 8, 3), "float32")),
        (facts("image", {"size": [4, 5]}, (None, None, 3), "uint8"), ((4, 5, 3), "float32")),
        (facts("sequence", {"length": 6}, (None, 2), "int32"), ((6, 2), "int32")),
        (ColumnFacts("x", "sequence", (32, 1)), ((32, 1), "float32")),
        (ColumnFacts("x", "text"), None),
    ],
)
def test_inputs_of_their_own(column: ColumnFacts, expected: object) -> None:
    if column.kind == "text" and not column.options:
        column = column._replace(options=complete_options(None, "text", alone=False))
    assert encoded(column) == expected


@pytest.mark.parametrize(
    ("column", "values", "missing", "expected"),
    [
        (facts("number", {}), None, None, None),
        (facts("number", {}), None, True, 2),
        (facts("number", {}), (), False, 1),
        (facts("number", {"indicator": False}), None, None, 1),
        (facts("number", {"missing": "drop"}), None, None, 1),
        (facts("boolean", {}), ("true",), True, 2),
        (facts("category", {}), None, False, None),
        (facts("category", {}), ("a", "b"), None, None),
        (facts("category", {}), ("a", "b"), True, 3),
        (facts("category", {"missing": "a"}), ("a", "b"), True, 2),
        (facts("category", {"missing": "drop"}), ("a", "b"), True, 2),
        (facts("category", {"replace": {"b": "a"}}), ("a", "b"), False, 1),
        (facts("category", {"most": 2}), ("a", "b", "c"), True, 3),
        (facts("category", {"encode": "index"}), None, None, 1),
        (facts("category", {"encode": "hash"}), None, None, 32),
        (facts("text", {"output_mode": "count", "max_tokens": 9}), None, None, 9),
        (facts("datetime", {}), None, False, 4),
        (facts("datetime", {"cyclic": True}), None, True, 8),
        (facts("vector", {}, (3,)), None, None, 3),
        (facts("vector", {}, (None,)), None, None, None),
    ],
)
def test_widths(
    column: ColumnFacts, values: Collection[str] | None, missing: bool | None, expected: int | None
) -> None:
    assert width(column, values, missing) == expected


def test_whole_numbers_where_all_are() -> None:
    index, number = facts("category", {"encode": "index"}), facts("number", {})
    assert [vector_dtype(columns) for columns in ([index], [index, index], [index, number], [number])] == [
        *("int32", "int32", "float32", "float32")
    ]


CELL = st.sampled_from(["a", "b", "A", "c", None])
NUMBER = st.sampled_from(["1", "2.5", None])
ARGUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "most": st.integers(1, 3),
        "missing": st.sampled_from(["a", "z", "drop"]),
        "replace": st.just({"A": "a"}),
        "encode": st.sampled_from(["one_hot", "index", "hash"]),
        "bins": st.integers(2, 5),
    },
)
NUMBERS = st.fixed_dictionaries(
    {}, optional={"missing": st.sampled_from(["mean", "drop", 0]), "indicator": st.booleans()}
)


@given(st.lists(st.tuples(CELL, NUMBER), min_size=1, max_size=8), ARGUMENTS, NUMBERS)
def test_width_is_what_is_fitted(
    rows: list[tuple[str | None, str | None]], arguments: dict[str, Any], more: dict[str, Any]
) -> None:
    """The checker, which sees the different texts of the training rows, and the fit find the same width."""
    kinds = {"c": ("category", arguments), "n": ("number", more)}
    if arguments.get("missing") == "drop":
        rows = [row for row in rows if row[0] is not None] or [("a", "1")]
    if more.get("missing") == "drop":
        rows = [row for row in rows if row[1] is not None] or [("a", "1")]
    table = raw_table(kinds, {"c": [row[0] for row in rows], "n": [row[1] for row in rows]})
    found = {name: {row[index] for row in rows} for index, name in enumerate(("c", "n"))}
    widths = [
        width(table.facts.columns[name], {text for text in found[name] if text is not None}, None in found[name])
        for name in ("c", "n")
    ]
    (prepared,) = fit(table, np.arange(len(rows))).inputs
    assert prepared.shape == (sum(each or 0 for each in widths),)
