"""What phases freeze: which layers train, and what is set in Keras for it."""

from pathlib import Path

import pytest

from specc.check import check
from specc.plan import Plan
from specc.plan.freezing import layer_paths, settings, train_in, trainable_as_built
from specc.plan.stretches import stretches

SPEC = """
spec: 1
data: {dataset: digits}
models:
  deep: [{Dense: {units: 4, activation: relu}, name: low}, {Dense: {units: 4, activation: relu}, name: high}]
  body: [{model: deep, name: deep}, {Dense: {units: 4, activation: relu}, name: last}]
model:
  - Flatten
  - {model: body, name: body}
  - {Dense: {units: 4, activation: relu, trainable: false}, name: still}
  - Output
allow: [freeze-without-effect]
training:
  phases: PHASES
"""
LEAVES = {"flatten", "body/deep/low", "body/deep/high", "body/last", "still", "output"}


def plan_of(phases: str, folder: Path) -> Plan:
    path = folder / "spec.yaml"
    path.write_text(SPEC.replace("PHASES", phases), encoding="utf-8")
    found = check(path)
    assert found.plan, found.findings
    return found.plan


TRAINED = {
    "nothing said": ("[{epochs: 1}]", [LEAVES - {"still"}]),
    "a layer": ("[{epochs: 1, freeze: output}]", [LEAVES - {"still", "output"}]),
    "it stays so": ("[{epochs: 1, freeze: output}, {epochs: 1}]", [LEAVES - {"still", "output"}] * 2),
    "a model": ("[{epochs: 1, freeze: body}]", [{"flatten", "output"}]),
    "a model in a model": ("[{epochs: 1, freeze: body/deep}]", [{"flatten", "output", "body/last"}]),
    "but for one": ("[{epochs: 1, freeze: body, unfreeze: body/last}]", [{"flatten", "output", "body/last"}]),
    "thawed later": (
        "[{epochs: 1, freeze: body}, {epochs: 1, unfreeze: [body/deep/high]}]",
        [{"flatten", "output"}, {"flatten", "output", "body/deep/high"}],
    ),
    "as the spec has it": ("[{epochs: 1, unfreeze: still}]", [LEAVES]),
}


@pytest.mark.parametrize(("phases", "expected"), TRAINED.values(), ids=TRAINED.keys())
def test_trained(phases: str, expected: list[set[str]], project: Path) -> None:
    plan = plan_of(phases, project)
    flags = trainable_as_built(plan.graph)
    found = []
    for phase in plan.phases:
        after = train_in(phase, flags)
        flags |= after
        found.append({path for path, trains in after.items() if trains})
    assert found == expected


SET = {
    "thawed again": (
        "[{epochs: 1, freeze: body/last}, {epochs: 1, unfreeze: body}]",
        [["body/last off"], ["body/last on"]],
    ),
    "nothing said": ("[{epochs: 1}]", [[]]),
    "a model": ("[{epochs: 1, freeze: body}, {epochs: 1, unfreeze: body}]", [["body off"], ["body on"]]),
    "but for one": (
        "[{epochs: 1, freeze: body, unfreeze: body/last}]",
        [["body/deep off"]],
    ),
    "thawed later": (
        "[{epochs: 1, freeze: body}, {epochs: 1, unfreeze: body/deep/high, freeze: output}]",
        [["body off"], ["body on", "body/deep/low off", "body/last off", "output off"]],
    ),
}


@pytest.mark.parametrize("phases", [phases for phases, _ in (*TRAINED.values(), *SET.values())])
def test_settings_leave_what_trains(phases: str, project: Path) -> None:
    """As Keras has it: a layer that changes sets all inside of it, and a layer in a frozen model does not train."""
    plan = plan_of(phases, project)
    built = trainable_as_built(plan.graph)
    keras, wanted = dict(built), dict(built)
    for phase, calls in zip(plan.phases, settings(plan.phases, built), strict=True):
        wanted |= train_in(phase, wanted)
        for setting in calls:
            keras |= {path: setting.trains for path in keras if f"{path}/".startswith(f"{setting.path}/")}
        trained = {leaf for leaf in LEAVES if all(keras[path] for path in keras if f"{leaf}/".startswith(f"{path}/"))}
        assert trained == {leaf for leaf in LEAVES if wanted[leaf]}


@pytest.mark.parametrize(("phases", "expected"), SET.values(), ids=SET.keys())
def test_settings(phases: str, expected: list[list[str]], project: Path) -> None:
    plan = plan_of(phases, project)
    calls = settings(plan.phases, trainable_as_built(plan.graph))
    shown = [[f"{setting.path} {'on' if setting.trains else 'off'}" for setting in one] for one in calls]
    assert shown == expected


def test_paths(project: Path) -> None:
    plan = plan_of("[{epochs: 1}]", project)
    assert {path for path, _ in layer_paths(plan.graph)} == LEAVES | {"body", "body/deep"}


STRETCHES = {
    "one optimizer": ("[{epochs: 2}, {epochs: 3}]", ["Adam 0 5"]),
    "of the first": ("[{epochs: 2, optimizer: SGD}, {epochs: 3}]", ["SGD 0 5"]),
    "another": ("[{epochs: 2}, {epochs: 1}, {epochs: 3, optimizer: SGD}]", ["Adam 0 3", "SGD 3 3"]),
    "the same again": ("[{epochs: 2, optimizer: SGD}, {epochs: 3, optimizer: SGD}]", ["SGD 0 2", "SGD 2 3"]),
}


@pytest.mark.parametrize(("phases", "expected"), STRETCHES.values(), ids=STRETCHES.keys())
def test_stretches(phases: str, expected: list[str], project: Path) -> None:
    plan = plan_of(phases, project)
    assert [f"{one.optimizer.type} {one.first} {one.epochs}" for one in stretches(plan)] == expected
    assert sum(one.epochs for one in stretches(plan)) == plan.epochs
