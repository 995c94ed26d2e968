"""Callbacks that look for what Keras' `fit` does not log."""

from pathlib import Path

import pytest

from specc.emitting import gap
from specc.plan import Plan
from tests.emitting.specs import checked, script_of

SPEC = """\
spec: 1
data: {dataset: iris}
model: [Output]
training:
  loss: {CategoricalCrossentropy: {from_logits: true}}
  metrics: [METRIC, {AUC: {name: auc, from_logits: true, multi_label: true}}]
  callbacks: [CALLBACK]
"""
STOPPING = "{EarlyStopping: {monitor: NAME, mode: max}}"
SAVING = "{ModelCheckpoint: {filepath: 'best-{NAME:.2f}.keras'}}"


@pytest.mark.parametrize(
    ("metric", "callback", "name"),
    [
        ("F1Score", STOPPING, "val_f1_score_1"),
        ("F1Score", SAVING, "val_f1_score_1"),
        ("{Recall: {thresholds: [0.2, 0.5]}}", STOPPING, "recall_0"),
        ("F1Score", STOPPING, "val_loss"),
        ("{F1Score: {average: macro}}", STOPPING, "val_f1_score"),
        ("{F1Score: {average: macro}}", SAVING, "f1_score"),
    ],
)
def test_one_of_several_numbers_is_nothing_to_keras(metric: str, callback: str, name: str, project: Path) -> None:
    path = project / "spec.yaml"
    path.write_text(SPEC.replace("METRIC", metric).replace("CALLBACK", callback.replace("NAME", name)))
    found, plan = checked(path)
    assert isinstance(plan, Plan)
    finding = gap(plan, found.root, project)
    several = name[-1].isdigit()
    assert (finding.code if finding else "") == "callbacks-not-emitted" * several
    assert ("model.fit" in script_of(path)) is not several
