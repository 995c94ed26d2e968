"""Specs of several files: extended, included and used as layers; faults in them, and the way to them."""

# ruff: noqa: E501  # a finding is one line
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from specc.check import check
from specc.cli import specc
from specc.composition import Composed, compose
from specc.language.overrides import Overrides
from specc.language.read import read
from specc.language.tree import plain

Files = dict[str, str]


def composed(files: Files, folder: Path, overrides: Overrides = Overrides()) -> Composed:  # noqa: B008  # frozen
    """The spec `a.yaml` among `files` in `folder`, which is the project."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    path = folder / "a.yaml"
    tree, _, findings = read(path)
    assert not findings
    assert tree is not None
    return compose(tree, overrides, path, folder)


MERGES: list[tuple[Files, Any]] = [
    ({"a.yaml": "extends: b.yaml\nx: 1", "b.yaml": "y: 2\nx: 3"}, {"y": 2, "x": 1}),
    ({"a.yaml": "extends: [b.yaml, c.yaml]\nx: {a: 1}", "b.yaml": "x: {a: 2, b: 2, c: 2}", "c.yaml": "x: {b: 3}"}, {"x": {"a": 1, "b": 3, "c": 2}}),
    ({"a.yaml": "extends: b.yaml\nx: [1]", "b.yaml": "x: [1, 2, 3]"}, {"x": [1]}),
    ({"a.yaml": "extends: b.yaml\nx: {SGD: 0.1}", "b.yaml": "x: {Adam: {learning_rate: 1}}"}, {"x": {"SGD": 0.1}}),
    ({"a.yaml": "extends: b.yaml\nx: {Adam: {beta_1: 0.5}}", "b.yaml": "x: {Adam: {learning_rate: 1}}"}, {"x": {"Adam": {"learning_rate": 1, "beta_1": 0.5}}}),
    ({"a.yaml": "extends: b.yaml\nloss: {output: mse}\nmetrics: {MeanSquaredError: }", "b.yaml": "loss: {MeanSquaredError: }\nmetrics: {output: mae}"}, {"loss": {"output": "mse"}, "metrics": {"MeanSquaredError": None}}),
    ({"a.yaml": "extends: b.yaml\nloss: {a: mse}\nvars: {Width: 2}\nx: [$Width, $Depth]", "b.yaml": "loss: {b: mae}\nvars: {Depth: 1}"}, {"loss": {"b": "mae", "a": "mse"}, "x": [2, 1]}),
    ({"a.yaml": "extends: b.yaml\ndata: {csv: x.csv}", "b.yaml": "data: {dataset: iris, drop: y}"}, {"data": {"drop": "y", "csv": "x.csv"}}),
    ({"a.yaml": "extends: b.yaml\nx:\n  y: !delete\n  z: 1", "b.yaml": "x: {y: 2}"}, {"x": {"z": 1}}),
    ({"a.yaml": "extends: b.yaml\nx: !delete", "b.yaml": "x: {y: 2}\nz: 1"}, {"z": 1}),
    ({"a.yaml": "extends: b.yaml\nvars: {w: 2}", "b.yaml": "vars: {w: 1, v: $(w + 1)}\nx: $v"}, {"x": 3}),
    ({"a.yaml": "extends: p/b.yaml", "p/b.yaml": "extends: ../q/c.yaml\ny: 1", "q/c.yaml": "x: 2"}, {"x": 2, "y": 1}),
    ({"a.yaml": "extends: [b.yaml, c.yaml]", "b.yaml": "extends: d.yaml\nx: 1", "c.yaml": "extends: d.yaml", "d.yaml": "x: 0\ny: 0"}, {"x": 0, "y": 0}),
    ({"a.yaml": "extends: b.json\nx: 1", "b.json": '{"y": 2}'}, {"y": 2, "x": 1}),
    ({"a.yaml": "extends: b.yaml\nmodel: [h]", "b.yaml": "blocks: {h: [Dense]}"}, {"model": [{"(block)": {"block": "h", "layers": ["Dense"]}}]}),
    ({"a.yaml": "extends: b.yaml\nblocks: {h: {params: {u: 3}}}", "b.yaml": "blocks: {h: {params: {u: 1}, layers: [{Dense: $u}]}}\nmodel: [h]"}, {"model": [{"(block)": {"block": "h", "layers": [{"Dense": 3}]}}]}),
    ({"a.yaml": "include: b.yaml\nvars: {u: 9}\nmodel: [h]", "b.yaml": "vars: {u: 1}\nblocks: {h: [{Dense: $u}]}"}, {"model": [{"(block)": {"block": "h", "layers": [{"Dense": 1}]}}]}),
    ({"a.yaml": "include: p/b.yaml\nmodel: [h]", "p/b.yaml": "include: c.yaml\nblocks: {h: [g]}", "p/c.yaml": "blocks: {g: [Dense]}"}, {"model": [{"(block)": {"block": "h", "layers": [{"(block)": {"block": "g", "layers": ["Dense"]}}]}}]}),
    ({"a.yaml": "extends: b.yaml\nmodel: [h]", "b.yaml": "include: c.yaml", "c.yaml": "blocks: {h: [Dense]}"}, {"model": [{"(block)": {"block": "h", "layers": ["Dense"]}}]}),
    ({"a.yaml": "include: [b.yaml, c.yaml]\nmodel: [h]", "b.yaml": "include: d.yaml", "c.yaml": "include: d.yaml", "d.yaml": "blocks: {h: [Dense]}"}, {"model": [{"(block)": {"block": "h", "layers": ["Dense"]}}]}),
    ({"a.yaml": "vars: {u: 9}\nmodel: [{model: p/m.yaml}]", "p/m.yaml": "include: c.yaml\nvars: {u: 1}\nmodel: [{Dense: $u}, g]\ndata: 1", "p/c.yaml": "blocks: {g: [ReLU]}"}, {"model": [{"(model)": {"source": "p/m.yaml", "model": [{"Dense": 1}, {"(block)": {"block": "g", "layers": ["ReLU"]}}]}}]}),
    ({"a.yaml": "model: [{model: p/m.yaml}]", "p/m.yaml": "model: [{model: n.yaml}]", "p/n.yaml": "model: [ReLU]"}, {"model": [{"(model)": {"source": "p/m.yaml", "model": [{"(model)": {"source": "n.yaml", "model": ["ReLU"]}}]}}]}),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), MERGES)
def test_merges(files: Files, expected: Any, tmp_path: Path) -> None:
    result = composed(files, tmp_path)
    assert [finding.message for finding in result.findings] == []
    assert plain(result.tree) == expected


def test_overrides_change_what_all_files_say(tmp_path: Path) -> None:
    files = {"a.yaml": "extends: b.yaml", "b.yaml": "vars: {w: 1}\nx: {y: $w}", "c.yaml": "vars: {w: 1}\nz: $w"}
    result = composed(files, tmp_path, Overrides((("x.q", "5"),), (("w", "7"),)))
    assert plain(result.tree) == {"x": {"y": 7, "q": 5}}
    result = composed(files, tmp_path, Overrides((("extends", "c.yaml"),), (("w", "7"),)))
    assert plain(result.tree) == {"z": 7}


FAULTS: list[tuple[Files, list[str]]] = [
    ({"a.yaml": "extends: 1"}, ["a.yaml:1:10 wrong-type: `extends` takes the name of a file, or a list of such names"]),
    ({"a.yaml": "extends: b.yml", "b.yaml": ""}, ["a.yaml:1:10 no-such-file: there is no file `b.yml`"]),
    ({"a.yaml": "extends: /etc/passwd"}, ["a.yaml:1:10 path-outside-project: `/etc/passwd` is outside the project"]),
    ({"a.yaml": "include: ../b.yaml"}, ["a.yaml:1:10 path-outside-project: `../b.yaml` is outside the project"]),
    ({"a.yaml": "model: [{model: ../m.yaml}]"}, ["a.yaml:1:17 path-outside-project: `../m.yaml` is outside the project"]),
    ({"a.yaml": "model: [{model: 'https://x.org/m.yaml'}]"}, ["a.yaml:1:17 no-such-file: there is no file `https://x.org/m.yaml`"]),
    ({"a.yaml": "extends: a.yaml"}, ["a.yaml:1:10 cyclic-files: `a.yaml` is brought in by itself"]),
    ({"a.yaml": "extends: b.yaml", "b.yaml": "extends: a.yaml"}, ["b.yaml:1:10 cyclic-files: `a.yaml` is brought in by itself in a file that is extended at a.yaml:1:10"]),
    ({"a.yaml": "include: b.yaml", "b.yaml": "include: b.yaml"}, ["b.yaml:1:10 cyclic-files: `b.yaml` is brought in by itself in a file that is included at a.yaml:1:10"]),
    ({"a.yaml": "model: [{model: ./a.yaml}]"}, ["a.yaml:1:17 cyclic-files: `./a.yaml` is brought in by itself"]),
    ({"a.yaml": "extends: b.yaml", "b.yaml": "x: [1"}, ["b.yaml:1:4 invalid-syntax: the list opened by `[` is never closed in a file that is extended at a.yaml:1:10"]),
    ({"a.yaml": "extends: b.yaml", "b.yaml": "[1]"}, ["a.yaml:1:10 wrong-type: `b.yaml` holds no mapping, and a spec to extend is needed"]),
    ({"a.yaml": "x: !delete"}, ["a.yaml:1:4 nothing-to-delete: there is no `x` to delete"]),
    ({"a.yaml": "extends: b.yaml\nx:\n- !delete", "b.yaml": "x: 1"}, ["a.yaml:3:3 nothing-to-delete: `!delete` stands for a key's value, not in a list"]),
    ({"a.yaml": "extends: b.yaml", "b.yaml": "x: $no"}, ["b.yaml:1:4 unknown-variable: there is no variable `no` in a file that is extended at a.yaml:1:10"]),
    ({"a.yaml": "extends: b.yaml", "b.yaml": "extends: c.yaml", "c.yaml": "x: $no"}, ["c.yaml:1:4 unknown-variable: there is no variable `no` in a file that is extended at b.yaml:1:10 in a file that is extended at a.yaml:1:10"]),
    ({"a.yaml": "include: b.yaml\nmodel: [h]", "b.yaml": "blocks: {h: [{Dense: $no}]}"}, ["b.yaml:1:22 unknown-variable: there is no variable `no` in the block `h`, used at a.yaml:2:9"]),
    ({"a.yaml": "model: [{model: ./m.yaml}]", "m.yaml": "model: [{Dense: $no}]"}, ["m.yaml:1:17 unknown-variable: there is no variable `no` in a model that is used as a layer at a.yaml:1:17"]),
    ({"a.yaml": "model: [{model: ./m.yaml}]", "m.yaml": "data: 1"}, ["a.yaml:1:17 missing-key: `./m.yaml` has no `model`"]),
    ({"a.yaml": "include: [b.yaml, c.yaml]\nmodel: [h]", "b.yaml": "blocks: {h: [Dense]}", "c.yaml": "blocks: {h: [ReLU]}"}, ["a.yaml:1:19 duplicate-block: two files define a block `h`"]),
    ({"a.yaml": "include: b.yaml\nblocks: {h: [ReLU]}\nmodel: [h]", "b.yaml": "blocks: {h: [Dense]}"}, ["a.yaml:2:10 duplicate-block: the block `h` is defined twice"]),
    ({"a.yaml": "include: b.yaml", "b.yaml": "vars: {w: $no}"}, ["b.yaml:1:11 unknown-variable: there is no variable `no` in a file that is included at a.yaml:1:10"]),
    ({"a.yaml": "include: b.yaml", "b.yaml": "include: c.yaml", "c.yaml": "blocks: {h: 1}"}, ["c.yaml:1:13 wrong-type: the block `h` must be a list of layers, or a mapping with `layers` in a file that is included at b.yaml:1:10 in a file that is included at a.yaml:1:10"]),
    ({"a.yaml": "extends: b.yaml\nspec: 1", "b.yaml": "spec: 2"}, ["b.yaml:1:7 unknown-choice: `spec` must be `1`, got the integer 2 in a file that is extended at a.yaml:1:10"]),
    ({"a.yaml": "include: b.yaml", "b.yaml": "spec: 2\nblokcs: 1\nx-note: 1"}, ["b.yaml:1:7 unknown-choice: `spec` must be `1`, got the integer 2 in a file that is included at a.yaml:1:10", "b.yaml:2:1 unknown-key: the top level has no key `blokcs` in a file that is included at a.yaml:1:10"]),
    ({"a.yaml": "model: [{model: ./m.yaml}, {model: ./m.yaml}]", "m.yaml": "model: [ReLU]\nfoo: 1"}, ["m.yaml:2:1 unknown-key: the top level has no key `foo` in a model that is used as a layer at a.yaml:1:17"]),
    ({"a.yaml": "extends: no.yaml\nmodel: [h, {Dense: $w}, {model: m}]"}, ["a.yaml:1:10 no-such-file: there is no file `no.yaml`"]),
    ({"a.yaml": "include: no.yaml\nmodel: [h, {h: 3}]"}, ["a.yaml:1:10 no-such-file: there is no file `no.yaml`"]),
    ({"a.yaml": "model: [{model: ./m.yaml}]", "m.yaml": "extends: no.yaml"}, ["m.yaml:1:10 no-such-file: there is no file `no.yaml` in a model that is used as a layer at a.yaml:1:17"]),
    ({"a.yaml": "extends: b.yaml\nx: [{Dense: !delete }, !delete ]", "b.yaml": "y: 1"}, ["a.yaml:2:13 nothing-to-delete: there is no `Dense` to delete", "a.yaml:2:24 nothing-to-delete: `!delete` stands for a key's value, not in a list"]),
    ({"a.yaml": "models: [1]\nmodel: [ReLU]"}, ["a.yaml:1:9 wrong-type: `models` must be a mapping of names to models"]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), FAULTS)
def test_faults(files: Files, expected: list[str], tmp_path: Path) -> None:
    result = composed(files, tmp_path)
    told = [
        " ".join([f"{f.span.path}:{f.span.line}:{f.span.column} {f.code}: {f.message}", *(u.words for u in f.span.via)])
        for f in result.findings
    ]
    assert [line.replace(f"{tmp_path}{os.sep}", "") for line in told] == expected


def test_the_texts_of_all_files_come_along(tmp_path: Path) -> None:
    files = {"a.yaml": "extends: b.yaml\ninclude: c.yaml", "b.yaml": "x: 1", "c.yaml": "blocks: {h: [Dense]}"}
    assert [Path(source.path).name for source in composed(files, tmp_path).sources] == ["b.yaml", "c.yaml"]


def test_a_spec_brings_in_so_many_files_and_no_more(tmp_path: Path) -> None:
    files = {"a.yaml": f"extends: [{', '.join(f'f{n}.yaml' for n in range(70))}]"}
    result = composed(files | {f"f{n}.yaml": f"x{n}: 1" for n in range(70)}, tmp_path)
    assert {finding.code for finding in result.findings} == {"expansion-limit"}
    assert len(result.findings) == 70 - 64


FANS = [
    ("extends: [NEXT, NEXT, NEXT]", "spec: 1\nx: 1", []),
    ("include: [NEXT, NEXT, NEXT]\nblocks: {hNUMBER: [ReLU]}", "blocks: {h: [ReLU]}", []),
    ("model: [{model: NEXT}, {model: NEXT}, {model: NEXT}]", "model: [{Dense: 3}]", ["expansion-limit"]),
]


@pytest.mark.timeout(60)  # it would be many minutes
@pytest.mark.parametrize(("text", "last", "expected"), FANS)
def test_files_that_bring_each_other_in_again_and_again(
    text: str, last: str, expected: list[str], tmp_path: Path
) -> None:
    names = ["a.yaml", *(f"f{number}.yaml" for number in range(1, 12))]
    texts = (text.replace("NEXT", name).replace("NUMBER", str(number)) for number, name in enumerate(names[1:]))
    result = composed(dict(zip(names, [*texts, last], strict=True)), tmp_path)
    assert [finding.code for finding in result.findings] == expected


WHOLE: list[tuple[Files, list[str]]] = [
    ({"a.yaml": "spec: 1\nextends: b.yaml", "b.yaml": "extends: no.yaml"}, ["no-such-file"]),
    ({"a.yaml": "extends: a.yaml\nmodel: [Output]"}, ["cyclic-files"]),
    ({"a.yaml": "spec: 1\nextends: b.yaml\ntraining: {epochs: 0}", "b.yaml": "x: [1"}, ["out-of-range", "invalid-syntax"]),
    ({"a.yaml": "spec: 1\ndata: {dataset: iris}\nmodel: [{repeat: 9000, layers: [{Dense: 1, repeat: 100}]}, Output]"}, ["expansion-limit"]),
    ({"a.yaml": "spec: 1\ndata: {dataset: iris}\nmodels: {m: [{Dense: 3}]}\nmodel: [{model: {source: m, trainable: maybe, foo: 3}}, Output]"}, ["wrong-type", "unknown-key"]),
    ({"a.yaml": "spec: 1\ndata: {dataset: iris}\nmodel: [{Dens: 3, repeat: 0}, {Dense: {unit: 3}, repeat: 0}, {Dense: $(1 // 0), repeat: 0}, Output]"}, ["unknown-layer", "unknown-argument"]),
    ({"a.yaml": "spec: 1\ninclude: b.yaml\ndata: {dataset: iris}\nmodel: [h, g, Output]", "b.yaml": "blocks: {h: {layer: [Dense]}, g: {Dense: 3}}"}, ["unknown-key", "wrong-type"]),
    ({"a.yaml": "spec: 1\nblocks: {h: [ReLU]}"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), WHOLE)
def test_what_the_whole_check_says(files: Files, expected: list[str], tmp_path: Path) -> None:
    composed(files, tmp_path)
    assert [finding.code for finding in check(tmp_path / "a.yaml", root=tmp_path).findings] == expected


def test_a_fault_of_a_file_that_several_specs_bring_in_is_told_once(tmp_path: Path) -> None:
    spec = "spec: 1\nextends: b.yaml\nmodel: [Output]\n"
    composed({"a.yaml": spec, "c.yaml": spec, "b.yaml": "spec: 1\ndata: {datsaet: iris}\n"}, tmp_path)
    result = CliRunner().invoke(specc, ["validate", str(tmp_path), "--format", "jsonl"])
    assert [line.count("datsaet") > 0 for line in result.output.splitlines()].count(True) == 1


def test_a_link_does_not_lead_out_of_the_project(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("x: 1")
    project = tmp_path / "project"
    project.mkdir()
    (project / "b.yaml").symlink_to(outside)
    result = composed({"a.yaml": "extends: b.yaml"}, project)
    assert [finding.code for finding in result.findings] == ["path-outside-project"]


def test_a_comment_silences_a_warning_in_its_own_file(tmp_path: Path) -> None:
    block = "blocks:\n  h:\n    - Dense: 4{comment}\n    - Dense: 3\n"
    (tmp_path / "a.yaml").write_text("spec: 1\ninclude: b.yaml\ndata: {dataset: iris}\nmodel: [h]\n")
    for comment, codes in (("", ["linear-after-linear"]), ("  # specc: allow linear-after-linear, unused-layer", [])):
        (tmp_path / "b.yaml").write_text(block.replace("{comment}", comment))
        assert [finding.code for finding in check(tmp_path / "a.yaml").findings] == codes
