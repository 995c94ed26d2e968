from typing import Any

import pytest

from specc.data.section import SplitSpec
from tests.data.sections import resolved, section


@pytest.mark.parametrize(
    ("text", "kind", "type_name", "arguments"),
    [
        ("dataset: digits", "dataset", "digits", {}),
        ("dataset: {moons: 200}", "dataset", "moons", {"samples": 200}),
        ("dataset: {moons: {samples: 200, noise: 0.2}}", "dataset", "moons", {"samples": 200, "noise": 0.2}),
        ("dataset: {imdb: 500}", "dataset", "imdb", {"num_words": 500}),
        ("dataset: {moons: }", "dataset", "moons", {}),
        ("csv: a.csv", "csv", "csv", {"path": "a.csv"}),
        ("csv: {path: a.csv, missing: [x]}", "csv", "csv", {"path": "a.csv", "missing": ["x"]}),
        ("table: [{x: 1, y: 2}, {y: 3}]", "table", "table", {"columns": ["x", "y"], "rows": [[1, 2], [None, 3]]}),
        ("table: {columns: [x], rows: [[1], [2]]}", "table", "table", {"columns": ["x"], "rows": [[1], [2]]}),
        ("table: {columns: [x], rows: [1, 2]}", "table", "table", {"columns": ["x"], "rows": [[1], [2]]}),
    ],
)
def test_source(text: str, kind: str, type_name: str, arguments: dict[str, Any]) -> None:
    source = section(text).source
    assert (source.kind, source.type, source.arguments) == (kind, type_name, arguments)


def test_everything_else() -> None:
    data = section(
        "{csv: a.csv, target: [y, z], inputs: {left: a, right: [b, c]}, drop: d, x-note: 1,"
        " columns: {a: number, b: {number: none}, c: {number: {scale: none}}, e: category},"
        " split: {validation: 0.2, test: 30, stratify: false, seed: 5}}"
    )
    assert data.target == ("y", "z")
    assert data.inputs == {"left": ("a",), "right": ("b", "c")}
    assert data.drop == ("d",)
    assert data.split == SplitSpec(0.2, 30, stratify=False, seed=5)
    assert {name: (kind.type, kind.arguments) for name, kind in data.columns.items()} == {
        "a": ("number", {}),
        "b": ("number", {"scale": "none"}),
        "c": ("number", {"scale": "none"}),
        "e": ("category", {}),
    }


def test_places() -> None:
    data = section("csv: {path: a.csv}\ntarget: [y, z]\ninputs: {left: [a, b]}\nsplit: {test: 3}\n")
    assert data.span_of("target", 1)[1:3] == (2, 13)
    assert data.span_of("inputs", "left")[1:3] == (3, 10)
    assert data.span_of("inputs", "left", 1)[1:3] == (3, 20)
    assert data.span_of("split", "test")[1:3] == (4, 15)
    assert data.span_of("split", "seed")[1] == 4, "the nearest part around it that is written"
    assert data.span_of("drop") == data.span
    assert data.source.span_of("path")[1:3] == (1, 13)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("target: y", "missing-source"),
        ("{csv: a.csv, dataset: iris}", "several-sources"),
        ("dataset: [iris]", "invalid-value"),
        ("dataset: {iris: 1, wine: 2}", "invalid-value"),
        ("csv: {separator: x}", "invalid-value"),
        ("csv: 3", "invalid-value"),
        ("table: 3", "invalid-value"),
    ],
)
def test_no_source(text: str, code: str) -> None:
    data, findings = resolved(text)
    assert data is None
    assert [finding.code for finding in findings] == [code]


def test_what_the_schema_refuses_raises_nothing() -> None:
    data, findings = resolved(
        "{dataset: iris, target: {a: 1}, inputs: 3, columns: [1], drop: {}, split: {test: x, seed: y}}"
    )
    assert not findings
    assert data is not None
    assert (data.target, data.inputs, data.columns, data.drop, data.split) == ((), {}, {}, (), SplitSpec())
