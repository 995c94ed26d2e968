"""Phases in scripts: what they set in Keras, that they run, and what is left out with a word."""

from pathlib import Path

import pytest

from specc.emitting import gap
from specc.plan import Plan
from tests.emitting.specs import checked, script_of, write
from tests.warm import Warm

HEAD = "spec: 1\nname: net\ndata: {dataset: iris}\nmodel: [{Dense: {units: 4, activation: relu}, name: body}, Output]\n"
BY_EPOCHS = (
    "callbacks: [{LearningRateScheduler: {schedule: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 9}}}}]"
)
THAWED = "phases: [{epochs: 1, freeze: body, %s}, {epochs: 1, %s}, {epochs: 1, unfreeze: body}]"


def gap_of(training: str, folder: Path) -> str:
    path = folder / "spec.yaml"
    path.write_text(HEAD + f"training: {{{training}}}\n", encoding="utf-8")
    found, plan = checked(path)
    assert isinstance(plan, Plan)
    finding = gap(plan, found.root, folder)
    assert ("model.fit" in script_of(path)) is (finding is None)
    return finding.message.rpartition(" phases with ")[2] if finding else ""


GAPS = {
    "one phase": ("phases: [{epochs: 9}], callbacks: [{EarlyStopping: {patience: 3}}]", ""),
    "patience": ("phases: [{epochs: 9}, {epochs: 9}], callbacks: [{EarlyStopping: {patience: 3}}]", "`EarlyStopping`"),
    "averages": ("phases: [{epochs: 1}, {epochs: 1, optimizer: {Adam: {use_ema: true}}}]", "averaged weights"),
    "thawed later": (THAWED % ("optimizer: SGD", "name: b"), ""),
    "thawed later still": (
        THAWED % ("optimizer: SGD", "optimizer: Adam"),
        "layers that are thawed while an optimizer goes on",
    ),
    "by epochs": ("phases: [{epochs: 9}, {epochs: 9}], " + BY_EPOCHS, ""),
}


@pytest.mark.parametrize(("training", "expected"), GAPS.values(), ids=GAPS.keys())
def test_gaps(training: str, expected: str, project: Path) -> None:
    assert gap_of(training, project) == expected


def test_lines(project: Path) -> None:
    main = script_of(write("phases", project)).partition("def main")[2]
    lines = [line.strip() for line in main.splitlines()]
    kept = [line for line in lines if line.startswith(("#", "compile_model", "model.optimizer", "model.get_layer"))]
    assert kept == [
        "# phase 1: head",
        "compile_model(model, keras.optimizers.SGD(0.1, momentum=0.9))",
        "model.optimizer.build(model.trainable_variables)",
        'model.get_layer("body").trainable = False',
        "# phase 2",
        "compile_model(model, model.optimizer)",
        'model.get_layer("body").trainable = True',
        'model.get_layer("body").get_layer("low").trainable = False',
        "# phase 3",
        "compile_model(model, keras.optimizers.Adam())",
        'model.get_layer("body").get_layer("low").trainable = True',
        'model.get_layer("output").trainable = False',
    ]


CHANGES = """
import numpy as np
import script

def weights(model):
    return {path: model_layer.get_weights() for path, model_layer in layers(model)}

def layers(model):
    body = model.get_layer("body")
    return [("low", body.get_layer("low")), ("high", body.get_layer("high")), ("output", model.get_layer("output"))]

fit, said = script.keras.Model.fit, []

def watched(model, *arguments, **named):
    before = weights(model)
    fit(model, *arguments, **named)
    after = weights(model)
    changed = [path for path in after if any(not np.array_equal(a, b) for a, b in zip(before[path], after[path]))]
    said.append(f"{named.get('initial_epoch', 0)} {' '.join(changed)} {int(model.optimizer.iterations.numpy())}")

script.keras.Model.fit = watched
script.main()
print(said)
"""


@pytest.mark.train
def test_each_phase_trains_what_it_says(project: Path, warm: Warm) -> None:
    """Weights that change, phase by phase; the optimizer that goes on counts its steps on."""
    (project / "script.py").write_text(script_of(write("phases", project)), encoding="utf-8")
    (project / "watch.py").write_text(CHANGES, encoding="utf-8")
    done = warm.python(project / "watch.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "['0 output 2', '2 high output 4', '4 low high 1']"
