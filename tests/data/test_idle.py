"""Arguments that would say nothing where they stand are errors, alike in a check and in a training."""

from pathlib import Path

import numpy as np
import pytest

from specc.data import describe
from specc.data.loading import load
from specc.diagnostics import has_errors
from tests.data.sections import section

TABLE = "{table: [{c: a, n: 1, t: x y, y: p}, {c: b, n: 2.5, t: z, y: q}], target: y, split: {validation: 0, test: 0}"


@pytest.mark.parametrize(
    ("rest", "code", "argument"),
    [
        ("columns: {c: {category: {bins: 8}}}", "idle-argument", "bins"),
        ("columns: {c: {category: {encode: index, bins: 8}}}", "idle-argument", "bins"),
        ("columns: {c: {category: {encode: hash, bins: 8}}}", None, ""),
        ("columns: {c: {category: {bins: 32}}}", None, ""),  # as by default
        ("columns: {c: {category: {encode: hash, most: 2}}}", "idle-argument", "most"),
        ("columns: {c: {category: {most: 2}}}", None, ""),
        ("columns: {c: {category: {missing: mean}}}", "invalid-value", "mean"),
        ("columns: {c: {category: {missing: median}}}", "invalid-value", "median"),
        ("columns: {c: {category: {missing: most_frequent}}}", None, ""),
        ("columns: {c: {category: {missing: other}}}", None, ""),
        ("columns: {t: {text: {output_sequence_length: 3, output_mode: count}}}", "idle-argument", "output_sequence"),
        ("columns: {t: {text: {output_sequence_length: 3}}}", "idle-argument", "multi_hot"),
        ("inputs: {i: t}, columns: {t: {text: {output_sequence_length: 3}}}", None, ""),
        ("columns: {y: {category: {most: 1}}}", "idle-argument", "`most` says nothing of `y`"),
        ("columns: {y: {category: index}}", "idle-argument", "encode"),
        ("columns: {y: {category: {bins: 4}}}", "idle-argument", "bins"),
        ("columns: {y: {category: {missing: other}}}", "idle-argument", "missing value of the target `y`"),
        ("columns: {y: {category: {missing: drop, replace: {r: p}}}}", None, ""),
        ("target: n, columns: {n: {number: {missing: mean}}}", "idle-argument", "missing"),
        ("target: n, columns: {n: {number: {indicator: false}}}", "idle-argument", "indicator"),
        ("target: n, columns: {n: {number: {scale: log, missing: drop}}}", None, ""),
    ],
)
def test_of_columns(rest: str, code: str | None, argument: str, tmp_path: Path) -> None:
    text = (TABLE.replace("target: y, ", "") if "target: n" in rest else TABLE) + f", {rest}}}"
    facts, findings = describe(section(text), tmp_path, tmp_path)
    columns, heavy = load(section(text), tmp_path, tmp_path)
    assert findings == heavy
    assert [finding.code for finding in findings] == ([code] if code else []), findings
    assert (facts is None) == (columns is None) == (code is not None)
    assert all(argument in finding.message for finding in findings)
    written = {(finding.span.line, finding.span.column) for finding in findings}
    assert (1, 1) not in written  # at the argument


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("x: {vector: {length: 3}}", "idle-argument"),
        ("x: {vector: {length: 2}}", None),
        ("x: {vector: {separator: ;}}", "idle-argument"),
        ("i: {image: {channels: 1}}", "idle-argument"),
        ("i: {image: {channels: 3, size: [2, 2]}}", None),
        ("i: {image: {folder: a}}", "idle-argument"),
    ],
)
def test_of_arrays(said: str, code: str | None, tmp_path: Path) -> None:
    images = np.zeros((4, 3, 3, 3), "uint8")
    np.savez(tmp_path / "a.npz", x=np.ones((4, 2), "float32"), i=images, y=np.array(["p", "q"] * 2))
    text = (
        f"{{numpy: a.npz, target: y, inputs: {{a: x, b: i}}, columns: {{{said}}}, split: {{validation: 0, test: 0}}}}"
    )
    for findings in (describe(section(text), tmp_path, tmp_path)[1], load(section(text), tmp_path, tmp_path)[1]):
        assert [finding.code for finding in findings] == ([code] if code else [])


def test_of_built_in_sets(tmp_path: Path) -> None:
    text = "{dataset: iris, columns: {petal_length: {number: log}, species: {category: {most: 2}}}}"
    facts, findings = describe(section(text), tmp_path, tmp_path)
    assert facts is None
    assert [finding.code for finding in findings if has_errors([finding])] == ["idle-argument"]
