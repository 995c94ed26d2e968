"""Flat models become blocks, repeats and parallels that mean the same."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.graph.graph import Ref, Wiring
from specc.importing.folding import fold
from specc.language.yaml_dump import dump_block
from tests.graph.resolved import graph_of
from tests.importing.layer_lines import lines
from tests.importing.unfolding import meaning, unfold

Flat = dict[str, Any]


def flat(*layers: tuple[str, Any, str, Any], outputs: tuple[str, ...] = (), inputs: tuple[str, ...] = ("x",)) -> Flat:
    """A flat model of (type, arguments, name, inputs)."""
    entries = [{kind: arguments, "name": name, "inputs": wires} for kind, arguments, name, wires in layers]
    ends = outputs or (entries[-1]["name"],)
    return {
        "inputs": {name: {"shape": [8], "dtype": "float32"} for name in inputs},
        "layers": entries,
        "outputs": {name: name for name in ends},
    }


def chained(*layers: tuple[str, Any, str]) -> Flat:
    """A flat model in which every layer takes the one before."""
    names = ["x", *(name for _, _, name in layers)]
    return flat(*((*layer, before) for layer, before in zip(layers, names, strict=False)))


def residuals(count: int, *, strides: tuple[int, ...] = ()) -> Flat:
    """Blocks as ResNets have them; those with a stride have a convolution beside."""
    layers: list[tuple[str, Any, str, Any]] = [("Conv2D", {"filters": 8, "kernel_size": 3}, "stem", "x")]
    before = "stem"
    for number in range(count):
        block = f"stage_block{number + 1}"
        first: dict[str, Any] = {"filters": 8, "kernel_size": 3, "padding": "same"}
        merged = [before]
        if number in strides:
            first["strides"] = 2
            layers.append(("Conv2D", {"filters": 8, "kernel_size": 1, "strides": 2}, f"{block}_0_conv", before))
            layers.append(("BatchNormalization", None, f"{block}_0_bn", f"{block}_0_conv"))
            merged = [f"{block}_0_bn"]
        layers += [
            ("Conv2D", first, f"{block}_1_conv", before),
            ("BatchNormalization", None, f"{block}_1_bn", f"{block}_1_conv"),
            ("Add", None, f"{block}_add", [*merged, f"{block}_1_bn"]),
            ("Activation", {"activation": "relu"}, f"{block}_out", f"{block}_add"),
        ]
        before = f"{block}_out"
    return flat(*layers)


def check(model: Flat, folder: Path) -> dict[str, Any]:
    """Folds, and expands again both by the tests' rules and by the language's own."""
    folded = fold(model)
    wanted = meaning(model)
    assert meaning(unfold(folded), evaluated=True) == wanted, folded
    graph, findings = graph_of(dump_block(folded), folder)
    assert graph is not None, findings
    assert {finding.code for finding in findings} <= {"unused-input"}, dump_block(folded)
    names = {graph_input.name for graph_input in graph.inputs}

    def wires(wiring: Wiring) -> Any:
        if not isinstance(wiring, Ref):
            return [wires(ref) for ref in wiring]
        return wiring.source if wiring.source in names else f"{wiring.source}:{wiring.port}"

    found = {node.name: wires(node.positional[0]) for node in graph.nodes}
    assert found == {name: taken for name, (_, _, taken) in wanted["layers"].items() if name in found}
    assert {name: wires(ref) for name, ref in graph.outputs.items()} == wanted["outputs"]
    return folded


RELU = {"activation": "relu"}
CASES: dict[str, tuple[Flat, Flat]] = {
    "two layers are written as they are": (
        chained(("Dense", {"units": 4}, "dense"), ("Dense", {"units": 2}, "y")),
        {"layers": [{"Dense": {"units": 4}}, {"Dense": {"units": 2}, "name": "y"}]},
    ),
    "equal layers are repeated": (
        chained(*(("Dense", {"units": 4}, f"fc{number}") for number in (1, 2, 3)), ("Dense", {"units": 2}, "y")),
        {
            "layers": [
                {"Dense": {"units": 4}, "name": "fc$(index + 1)", "repeat": 3},
                {"Dense": {"units": 2}, "name": "y"},
            ]
        },
    ),
    "numbers from nought are implied": (
        chained(*(("Dense", {"units": 4}, f"fc_{number}") for number in range(3)), ("Dense", {"units": 2}, "y")),
        {"layers": [{"Dense": {"units": 4}, "name": "fc", "repeat": 3}, {"Dense": {"units": 2}, "name": "y"}]},
    ),
    "automatic names are left out": (
        chained(
            ("Dense", {"units": 4}, "dense"),
            ("Dense", {"units": 4}, "dense_1"),
            ("Dense", {"units": 2}, "y"),
        ),
        {"layers": [{"Dense": {"units": 4}, "repeat": 2}, {"Dense": {"units": 2}, "name": "y"}]},
    ),
    "automatic names that do not count from nought stay": (
        chained(("Dense", {"units": 4}, "dense_3"), ("Dense", {"units": 2}, "y")),
        {"layers": [{"Dense": {"units": 4}, "name": "dense_3"}, {"Dense": {"units": 2}, "name": "y"}]},
    ),
    "branches are parallel": (
        flat(
            ("Dense", {"units": 4}, "a", "x"),
            ("Dense", {"units": 4}, "b", "x"),
            ("Concatenate", {"axis": 1}, "both", ["a", "b"]),
            ("Dense", {"units": 2}, "y", "both"),
        ),
        {
            "layers": [
                {
                    "parallel": {
                        "branches": [[{"Dense": {"units": 4}, "name": "a"}], [{"Dense": {"units": 4}, "name": "b"}]],
                        "merge": {"Concatenate": {"axis": 1}},
                    },
                    "name": "both",
                },
                {"Dense": {"units": 2}, "name": "y"},
            ]
        },
    ),
    "a wire from further back is written": (
        flat(
            ("Dense", {"units": 8}, "a", "x"),
            ("Dense", {"units": 8}, "b", "a"),
            ("ops.add", None, "sum", {"x1": "b", "x2": "a"}),
            ("Dense", {"units": 2}, "y", "sum"),
        ),
        {
            "layers": [
                {"Dense": {"units": 8}, "name": "a"},
                {"Dense": {"units": 8}, "name": "b"},
                {"ops.add": None, "name": "sum", "inputs": {"x1": "b", "x2": "a"}},
                {"Dense": {"units": 2}, "name": "y"},
            ]
        },
    ),
    "an output that is no last layer is named": (
        flat(("Dense", {"units": 2}, "a", "x"), ("Dense", {"units": 2}, "b", "a"), outputs=("a", "b")),
        {
            "layers": [{"Dense": {"units": 2}, "name": "a"}, {"Dense": {"units": 2}, "name": "b"}],
            "outputs": ["a", "b"],
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_model(case: str) -> None:
    model, expected = CASES[case]
    folded = fold(model)
    assert "blocks" not in folded
    assert folded["model"] == {"inputs": model["inputs"], **expected}
    assert meaning(unfold(folded), evaluated=True) == meaning(model)


def test_equal_residual_blocks(tmp_path: Path) -> None:
    folded = check(chained_end(residuals(5)), tmp_path)
    assert list(folded["blocks"]) == ["residual"]
    assert folded["model"]["layers"][1:] == [
        {"residual": None, "name": "stage_block$(index + 1)", "repeat": 5},
        {"Dense": {"units": 2}, "name": "y"},
    ]


def test_a_block_may_end_the_model(tmp_path: Path) -> None:
    folded = check(residuals(5), tmp_path)
    assert folded["model"]["layers"][1:] == [
        {"residual": None, "name": "stage_block$(index + 1)", "repeat": 4},
        {"residual": None, "name": "stage_block5"},
    ]
    assert folded["model"]["outputs"] == {"stage_block5_out": "stage_block5"}


def test_a_shortcut_that_some_blocks_have_is_conditional(tmp_path: Path) -> None:
    folded = check(chained_end(residuals(8, strides=(0, 4))), tmp_path)
    assert folded["blocks"]["residual"]["params"] == {"strides": 1}
    assert folded["model"]["layers"][1:] == [
        {"residual": 2, "name": "stage_block1"},
        {"residual": None, "name": "stage_block$(index + 2)", "repeat": 3},
        {"residual": 2, "name": "stage_block5"},
        {"residual": None, "name": "stage_block$(index + 6)", "repeat": 3},
        {"Dense": {"units": 2}, "name": "y"},
    ]


def chained_end(model: Flat) -> Flat:
    """With one more layer, so that no block ends the model."""
    last = model["layers"][-1]["name"]
    end = {"Dense": {"units": 2}, "name": "y", "inputs": last}
    return model | {"layers": [*model["layers"], end], "outputs": {"y": "y"}}


def test_arguments_that_differ_are_parameters(tmp_path: Path) -> None:
    layers: list[tuple[str, Any, str]] = []
    for number, filters in enumerate((16, 32, 64, 64, 64)):
        layers += [
            ("Conv2D", {"filters": filters, "kernel_size": 1}, f"s{number}_a"),
            ("BatchNormalization", {"epsilon": 0.01}, f"s{number}_a_bn"),
            ("Conv2D", {"filters": 4 * filters, "kernel_size": 3}, f"s{number}_b"),
            ("BatchNormalization", {"epsilon": 0.01}, f"s{number}_b_bn"),
        ]
    folded = check(chained_end(chained(*layers)), tmp_path)
    texts = "\n".join(lines(folded))
    assert "$(4 * filters)" in texts
    assert "repeat: 3" in texts


def test_a_shared_layer_stays_where_all_see_it(tmp_path: Path) -> None:
    model = flat(
        ("Dense", {"units": 8}, "a", "x"),
        ("Dense", {"units": 8}, "b", "a"),
        ("share", "a", "a_again", "b"),
        ("Dense", {"units": 2}, "y", "a_again"),
    )
    folded = fold(model)
    assert meaning(unfold(folded), evaluated=True) == meaning(model)
    assert {"share": "a", "name": "a_again"} in folded["model"]["layers"]


def test_several_inputs(tmp_path: Path) -> None:
    model = flat(
        ("Dense", {"units": 8}, "a", "p"),
        ("Dense", {"units": 8}, "b", "q"),
        ("Add", None, "sum", ["a", "b"]),
        ("Dense", {"units": 2}, "y", "sum"),
        inputs=("p", "q"),
    )
    check(model, tmp_path)


def test_texts_with_dollars_stay_texts() -> None:
    model = chained(*(("Reshape", {"target_shape": [8], "note": f"$${number}"}, f"r{number}") for number in range(4)))
    assert meaning(unfold(fold(model)), evaluated=True) == meaning(model)


def test_folding_is_deterministic() -> None:
    assert fold(residuals(6, strides=(0, 3))) == fold(residuals(6, strides=(0, 3)))


@st.composite
def models(draw: st.DrawFn) -> Flat:
    """Chains, residuals, branches, shared layers and further wires, with several inputs and outputs."""
    inputs = ("x",) if draw(st.booleans()) else ("p", "q")
    layers: list[dict[str, Any]] = []
    ends = list(inputs)
    style = draw(st.sampled_from(["automatic", "prefix", "number", "letters"]))
    counts: dict[str, int] = {}

    def add(kind: str, arguments: Any, wires: Any, prefix: str, local: str) -> str:
        base = {"Dense": "dense", "Add": "add", "Activation": "activation", "Concatenate": "concatenate"}[kind]
        number = counts.get(base, 0)
        counts[base] = number + 1
        automatic = f"{base}_{number}" if number else base
        name = automatic if style == "automatic" else f"{prefix}_{local}"
        layers.append({kind: arguments, "name": name, "inputs": wires})
        return name

    for stage in range(draw(st.integers(1, 7))):
        prefix = {"letters": f"block{'abcdefgh'[stage]}", "number": f"layer_{stage}"}.get(style, f"block{stage + 1}")
        before = draw(st.sampled_from(ends[-2:]))
        units = draw(st.sampled_from([8, 8, 8, 16]))
        kind = draw(st.sampled_from(["chain", "residual", "branches", "residual", "far"]))
        first = add("Dense", {"units": units}, before, prefix, "1_fc")
        relu = add(
            "Activation", {"activation": draw(st.sampled_from(["relu", "relu", "tanh"]))}, first, prefix, "1_act"
        )
        if kind == "residual":
            second = add("Dense", {"units": 8}, relu, prefix, "2_fc")
            relu = add("Add", None, [before, second], prefix, "add")
        elif kind == "branches":
            second = add("Dense", {"units": units}, before, prefix, "2_fc")
            relu = add("Concatenate", None, [relu, second], prefix, "concat")
        elif kind == "far":
            relu = add("Concatenate", None, [relu, draw(st.sampled_from(ends))], prefix, "concat")
        ends.append(relu)
    if draw(st.booleans()):
        owner = next(entry for entry in layers if "Dense" in entry)
        layers.append({"share": owner["name"], "name": "again", "inputs": ends[-1]})
        ends.append("again")
    outputs = {ends[-1]: ends[-1]}
    if draw(st.booleans()):
        extra = draw(st.sampled_from(layers))["name"]
        outputs |= {f"{extra}": extra}
    described = {name: {"shape": [8], "dtype": "float32"} for name in inputs}
    return {"inputs": described, "layers": layers, "outputs": outputs}


@settings(max_examples=150, deadline=None)
@given(models())
def test_any_model_means_the_same(tmp_path_factory: pytest.TempPathFactory, model: Flat) -> None:
    check(model, tmp_path_factory.getbasetemp())
