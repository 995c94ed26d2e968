"""Blocks, repeats, parallels and models: what stands in their place, and faults with the way to them."""

# ruff: noqa: E501  # a finding is one line
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from specc.composition import compose
from specc.composition.editors import schema_with
from specc.diagnostics import Finding
from specc.language import limits
from specc.language.overrides import Overrides
from specc.language.tree import plain
from specc.language.yaml_text import read_yaml
from tests.language.shown import shown


def composed(text: str) -> tuple[Any, list[Finding]]:
    tree, findings = read_yaml(text, "p")
    assert not findings
    assert tree is not None
    result = compose(tree, Overrides(), Path("p"), Path())
    return plain(result.tree), list(result.findings)


def block(called: str, /, *layers: Any, **keys: Any) -> dict[str, Any]:
    return {"(block)": {"block": called, "layers": list(layers)}, **keys}


LAYERS: list[tuple[str, Any]] = [
    ("blocks: {b: [Dense, ReLU]}\nmodel: [b]", [block("b", "Dense", "ReLU")]),
    ("blocks: {b: [Dense]}\nmodel: [{b: , name: n, inputs: x}]", [block("b", "Dense", name="n", inputs="x")]),
    ("blocks: {b: {params: {u: 2}, layers: [{Dense: $u}]}}\nmodel: [b, b: 3, {b: {u: 4}}]", [block("b", {"Dense": 2}), block("b", {"Dense": 3}), block("b", {"Dense": 4})]),
    ("vars: {w: 5}\nblocks: {b: {params: {u: $(w + 1)}, layers: [{Dense: $u}, {Dense: $w}]}}\nmodel: [b]", [block("b", {"Dense": 6}, {"Dense": 5})]),
    ("blocks: {b: {params: {u: 1, v: $(2 * u)}, layers: [{Dense: $v}]}}\nmodel: [{b: 4}]", [block("b", {"Dense": 8})]),
    ("blocks: {b: {params: [u], layers: [{Dense: $u}]}}\nmodel: [{b: [1, 2]}]", [block("b", {"Dense": [1, 2]})]),
    ("blocks: {b: {params: [r], layers: [{Dense: {units: 1, kernel_regularizer: $r}}]}}\nmodel: [{b: {L2: 0.1}}]", [block("b", {"Dense": {"units": 1, "kernel_regularizer": {"L2": 0.1}}})]),
    ("vars: {u: 1}\nblocks: {b: {params: {u: 2}, layers: [{Dense: $u}]}}\nmodel: [b, {Dense: $u}]", [block("b", {"Dense": 2}), {"Dense": 1}]),
    ("blocks: {a: [{b: 3}], b: {params: {u: 1}, layers: [{Dense: $u}]}}\nmodel: [a]", [block("a", block("b", {"Dense": 3}))]),
    ("blocks: {b: [{Dense: 1, name: $$x}]}\nmodel: [b]", [block("b", {"Dense": 1, "name": "$x"})]),
    ("model: [{Dense: $index, repeat: 2}]", [{"(copies)": [{"Dense": 0}, {"Dense": 1}]}]),
    ("model: [{Dense: 1, repeat: 2, name: n, inputs: x}]", [{"(copies)": [{"Dense": 1, "inputs": "x"}, {"Dense": 1}], "name": "n"}]),
    ("model: [{Dense: 1, repeat: 2, name: n$(index + 1)}]", [{"(copies)": [{"Dense": 1, "name": "n1"}, {"Dense": 1, "name": "n2"}]}]),
    ("model: [{Dense: 1, repeat: 0}, ReLU]", ["ReLU"]),
    ("blocks: {a: [b], b: [Dense]}\nmodel: [{layers: [{a: }], repeat: 0}, {b: , repeat: 0}, ReLU]", ["ReLU"]),
    ("vars: {n: 1}\nmodel: [{Dense: 1, repeat: '$(1 if n > 1 else 0)'}, ReLU]", ["ReLU"]),
    ("model: [{layers: [{Dense: $index}, ReLU], repeat: 2}]", [{"(copies)": [{"layers": [{"Dense": 0}, "ReLU"]}, {"layers": [{"Dense": 1}, "ReLU"]}]}]),
    ("blocks: {b: {params: [u], layers: [{Dense: $u}]}}\nmodel: [{b: '$(2 ** index)', repeat: 2}]", [{"(copies)": [block("b", {"Dense": 1}), block("b", {"Dense": 2})]}]),
    ("blocks: {b: [Dense]}\nmodel: [{parallel: {branches: [[b], []], merge: Add}}]", [{"parallel": {"branches": [[block("b", "Dense")], []], "merge": "Add"}}]),
    ("vars: {w: 3}\nmodels: {m: [{Dense: $w}]}\nmodel: [{model: m, name: n}]", [{"(model)": {"source": "m", "model": [{"Dense": 3}]}, "name": "n"}]),
    ("models: {m: [Dense]}\nmodel: [{model: {source: m, trainable: false}}]", [{"(model)": {"source": "m", "trainable": False, "model": ["Dense"]}}]),
    ("model: {layers: [{Dense: $index, repeat: 1}], outputs: x}", {"layers": [{"(copies)": [{"Dense": 0}]}], "outputs": "x"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LAYERS)
def test_layers(text: str, expected: Any) -> None:
    tree, findings = composed(text)
    assert findings == []
    assert tree["model"] == expected


FAULTS: list[tuple[str, list[str]]] = [
    ("blocks: [1]\nmodel: [Dense]", ["1:9-12 wrong-type: `blocks` must be a mapping of names to blocks"]),
    ("blocks: {B: [Dense]}\nmodel: [Dense]", ["1:10-11 invalid-name: `B` cannot name a block (a block's name is letters, digits and `_`, and begins with a small letter)"]),
    ("blocks: {b: {outputs: [], layers: [Dense]}}\nmodel: [b]", ["1:23-25 wrong-type: `outputs` of a block must be a name or a list of names"]),
    ("blocks: {b: {inputs: 1, layers: [Dense]}}\nmodel: [b]", ["1:22-23 wrong-type: `inputs` of a block must be a name or a list of names"]),
    ("blocks: {b: {layer: [Dense]}}\nmodel: [b]", ["1:14-19 unknown-key: the block `b` has no key `layer` (did you mean `layers`?)"]),
    ("blocks: {b: {params: [u]}}\nmodel: [b, {b: 3}]", ["1:10-11 missing-key: the block has no `layers`"]),
    ("blocks: {b: {Dense: 3}, c: Dense}\nmodel: [b, {c: 1}]", ["1:13-23 wrong-type: the block `b` must be a list of layers, or a mapping with `layers` (layers stand in a list, each behind a `-`)", "1:28-33 wrong-type: the block `c` must be a list of layers, or a mapping with `layers` (layers stand in a list, each behind a `-`)"]),
    ("blocks: {b: {params: {u: {typ: integer}}, layers: [{Dense: $u}]}}\nmodel: [{b: 1}]", ["1:27-30 unknown-key: the parameter `u` has no key `typ` (did you mean `type`?)"]),
    ("blocks: {b: {params: {u: {enum: [1, 2], default: 4}}, layers: [{Dense: $u}]}}\nmodel: [b]", ["1:50-51 unknown-choice: `u` is one of `1`, `2`, got `4` [declared here 1:23-24]"]),
    ("blocks: {b: {params: {u: {minimum: 5}}, layers: [{Dense: $u}]}}\nmodel: [{b: 1}]", ["2:13-14 out-of-range: `u` is at least 5, got 1 [declared here 1:23-24]"]),
    ("blocks: {b: {params: {u: {minimum: 5, maximum: 3}}, layers: [{Dense: $u}]}}\nmodel: [{b: 1}]", ["1:26-50 out-of-range: no number is at least 5 and at most 3"]),
    ("blocks: {b: {params: {u: {minimum: x}}, layers: [{Dense: $u}]}}\nmodel: [{b: 1}]", ["1:36-37 wrong-type: `minimum` must be a number, got `x`"]),
    ("blocks: {b: {params: {u: {enum: 3}}, layers: [{Dense: $u}]}}\nmodel: [{b: 1}]", ["1:33-34 wrong-type: `enum` must be a list of numbers or words"]),
    ("vars: {w: x}\nblocks: {b: {params: {u: {type: integer, default: $w}}, layers: [{Dense: $u}]}}\nmodel: [b, b]", ["2:51-53 wrong-type: `u` takes an integer, got `x` [declared here 2:23-24]"]),
    ("blocks: {b: {params: {u: {type: component}}, layers: [{Dense: {units: 3, activation: $u}}]}}\nmodel: [{b: {u: {x: 1, y: 2}}}]", ["2:17-29 wrong-type: `u` takes a component, got a mapping [declared here 1:23-24]"]),
    ("blocks: {b: {params: {u: 3}, layers: [{Dense: $u}]}}\nmodel: [{b: {Dense: 3}}]", ["2:13-23 wrong-type: `u` is a number by default, got a mapping [declared here 1:23-24]"]),
    ("blocks: {b: {params: [units], layers: [{Dense: $units}]}}\nmodel: [{b: , units: 3}]", ["2:15-20 misplaced-argument: `units` is an argument of `b`, but stands beside it (indent it under `b:`, or write `b: {units: …}`)"]),
    ("blocks: {b: [Dense]}\nmodel: [{b: , padding: 3}]", ["2:15-22 unknown-key: the entry of `b` has no key `padding`"]),
    ("model: [{parallel: {branches: [[], []]}, merge: Add}]", ["1:42-47 misplaced-argument: `merge` is an argument of `parallel`, but stands beside it (indent it under `parallel:`, or write `parallel: {merge: …}`)"]),
    ("model: [{layers: [ReLU], nme: x}]", ["1:26-29 unknown-key: the entry of `layers` has no key `nme` (did you mean `name`?)"]),
    ("models: {m: [ReLU]}\nmodel: [{model: m, trainable: false}]", ["2:20-29 misplaced-argument: `trainable` is an argument of `model`, but stands beside it (write `model: {source: m, trainable: …}`)"]),
    ("models: {m: [ReLU], n: [{model: m}]}\nmodel: [ReLU]", ["1:21-22 unused-model: nothing uses the model `n` (write `- model: n` among the layers, or leave it out)"]),
    ("blocks: {b: [ReLU], c: [b], d: [c]}\nmodel: [ReLU]", ["1:29-30 unused-block: nothing uses the block `d` (write `- d` among the layers, or leave it out)"]),
    ("blocks: {b: {params: {u: 1, v: 2, w: $v}, layers: [{Dense: $(w + 1)}]}}\nmodel: [b]", ["1:23-24 unused-parameter: nothing in the block `b` uses its parameter `u` (write `$u` where it is meant, or leave it out)"]),
    ("vars: {min: 4}\nmodel: [{Dense: $min}]", ["1:8-11 invalid-name: `min` cannot name a variable (a variable's name is letters, digits and `_`, and no word of the expression language)"]),
    ("blocks: {b: {params: {u: {type: int}}, layers: [{Dense: $u}]}}\nmodel: [{b: 1}]", ["1:33-36 unknown-choice: `int` is no type of a parameter (the types are `any`, `integer`, `number`, `string`, `boolean`, `list`, `component`)"]),
    ("blocks: {b: {params: {u: {type: integer, default: x}}, layers: [{Dense: $u}]}}\nmodel: [{b: 1}]", ["1:51-52 wrong-type: `u` takes an integer, got `x` [declared here 1:23-24]"]),
    ("blocks: {b: {params: {u: {type: integer}}, layers: [{Dense: $u}]}}\nmodel: [{b: x}]", ["2:13-14 wrong-type: `u` takes an integer, got `x` [declared here 1:23-24]"]),
    ("blocks: {b: {params: {u: {type: integer, minimum: 2, maximum: 4}}, layers: [{Dense: $u}]}}\nmodel: [{b: 1}, {b: 5}, {b: 3}]", ["2:13-14 out-of-range: `u` is at least 2, got 1 [declared here 1:23-24]", "2:21-22 out-of-range: `u` is at most 4, got 5 [declared here 1:23-24]"]),
    ("blocks: {b: {params: {u: {type: string, enum: [same, valid]}}, layers: [{Dense: $u}]}}\nmodel: [{b: sane}]", ["2:13-17 unknown-choice: `u` is one of `same`, `valid`, got `sane` (did you mean `same`?) [declared here 1:23-24]"]),
    ("blocks: {b: {params: [u], layers: [{Dense: $u}]}}\nmodel: [b]", ["2:9-10 missing-argument: `b` needs `u` [has no default 1:23-24]"]),
    ("blocks: {b: {params: {u: false}, layers: [{Dense: $u}]}}\nmodel: [{b: 3}]", ["2:13-14 wrong-type: `u` takes `true` or `false`, got `3` [declared here 1:23-24]"]),
    ("blocks: {b: {params: {units: 1}, layers: [{Dense: $units}]}}\nmodel: [{b: {unit: 3}}]", ["2:14-18 unknown-argument: the block `b` has no parameter `unit` (did you mean `units`?)"]),
    ("blocks: {b: [Dense]}\nmodel: [{b: 3}]", ["2:13-14 unknown-argument: `b` takes no arguments [it has no `params` 1:10-11]"]),
    ("blocks: {bottle: [Dense]}\nmodel: [botle, bottle]", ["2:9-14 unknown-block: there is no block `botle` (did you mean `bottle`?)"]),
    ("blocks: {b: [Dense]}\nmodel: [Dense]", ["1:10-11 unused-block: nothing uses the block `b` (write `- b` among the layers, or leave it out)"]),
    ("blocks: {a: [b], b: [a]}\nmodel: [a]", ["1:22-23 cyclic-block: a block cannot hold itself: `a` -> `b` -> `a` [defined here 1:10-11]"]),
    ("model: [{Dense: 1, repeat: -1}]", ["1:28-30 out-of-range: `repeat` must be between 0 and 10000, got -1"]),
    ("model: [{Dense: 1, repeat: x}]", ["1:28-29 wrong-type: `repeat` must be an integer, got the string `x`"]),
    ("blocks: {b: [Dense]}\nmodel: [{b: , repeat: $(4 / 2)}]", ["2:23-31 wrong-type: `repeat` must be an integer, got `2.0`"]),
    ("model: [{model: m}]", ["1:17-18 unknown-model: there is no model `m` under `models` (the file of another spec is written `./name.yaml`)"]),
    ("models: {m: [{model: m}]}\nmodel: [{model: m}]", ["1:22-23 cyclic-block: a model cannot hold itself: `m` -> `m`"]),
    ("model: [{model: }]", ["1:17-17 wrong-type: `model` takes the name of one of the `models`, or the file of a spec"]),
    ("blocks: {b: [{Dense: $no}]}\nmodel: [b, b]", ["1:22-25 unknown-variable: there is no variable `no` (define it under `vars`, or write `$$` for a dollar)"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_faults(text: str, expected: list[str]) -> None:
    _, findings = composed(text)
    once = {(f.code, f.span.place): f for f in reversed(findings)}
    assert shown(tuple(f for f in findings if once[f.code, f.span.place] is f)) == expected


def test_a_fault_in_a_block_knows_the_way_to_it() -> None:
    _, findings = composed("blocks: {a: [{b: }], b: [{Dense: $no}]}\nmodel: [a]")
    assert [use.words for use in findings[0].span.via] == [
        "in the block `b`, used at p:1:15",
        "in the block `a`, used at p:2:9",
    ]


BOMBS = [
    "blocks:\n" + "".join(f"  b{n}: [b{n + 1}, b{n + 1}, b{n + 1}, b{n + 1}, b{n + 1}, b{n + 1}, b{n + 1}, b{n + 1}]\n" for n in range(10)) + "  b10: [Dense]\nmodel: [b0]",
    "model:\n  - layers: [{layers: [{layers: [{Dense: 1, repeat: 1000}], repeat: 1000}], repeat: 1000}]\n    repeat: 1000",
    "blocks: {b: [{Dense: 1, repeat: 9999}]}\nmodel: [{b: , repeat: 9999}]",
]  # fmt: skip


@pytest.mark.parametrize("text", BOMBS)
def test_what_grows_without_bound_is_one_finding(text: str) -> None:
    _, findings = composed(text)
    assert [finding.code for finding in findings] == ["expansion-limit"]


def test_what_nests_without_bound_is_one_finding() -> None:
    deep = limits.BLOCK_DEPTH + 2
    text = "blocks:\n" + "".join(f"  b{n}: [b{n + 1}]\n" for n in range(deep)) + f"  b{deep}: [Dense]\nmodel: [b0]"
    _, findings = composed(text)
    assert [finding.code for finding in findings] == ["nesting-limit"]


SCHEMA_CASES: list[tuple[Any, bool]] = [
    ("b", True),
    ("c", False),
    ("d", False),
    ({"b": 3}, True),
    ({"b": None}, True),
    ({"b": {"units": "$w"}}, True),
    ({"b": {"unit": 3}}, False),
    ({"b": {"units": "many"}}, False),
    ({"c": 3}, True),
    ({"c": {"padding": "same", "n": 1}}, True),
    ({"c": {"padding": "sane", "n": 1}}, False),
    ({"d": 3}, False),
    ({"Dense": 3}, True),
]


@pytest.mark.parametrize(("layer", "fits"), SCHEMA_CASES)
def test_an_editor_knows_the_blocks(layer: Any, fits: bool) -> None:
    tree, _ = read_yaml(
        "blocks: {b: {params: {units: {type: integer, default: 1}}, layers: [{Dense: $units}]}, "
        "c: {params: {n: {type: integer}, padding: {type: string, enum: [same, valid], default: same}}, layers: [ReLU]}}",
        "p",
    )
    assert tree is not None
    parts = compose(tree, Overrides(), Path("p"), Path()).parts
    assert parts
    spec = {"spec": 1, "model": [layer]}
    assert Draft202012Validator(schema_with(parts.blocks)).is_valid(spec) is fits
