"""Which parts of a tree are at fault, by the places of the errors."""

import pytest

from specc.diagnostics import Finding, Span, error, warning
from specc.language.read import read_text
from specc.language.tree import Mapping, Path, descend
from specc.spec.faults import Faults
from specc.spec.unknown import is_faulty

TEXT = """\
base: &base {units: 4, rate: x}
training:
  epochs: 5
  loss: {a: mse, b: mae}
  empty:
model:
  - Dense: {units: 0}
  - Dense: {units: 1}
  - *base
"""


def tree() -> Mapping:
    found, findings = read_text(TEXT, "s.yaml")
    assert isinstance(found, Mapping)
    assert not findings
    return found


def at(marked: str, line: int) -> Finding:
    """An error at the first place of `marked` on a line."""
    column = TEXT.split("\n")[line - 1].index(marked) + 1
    return error("wrong-type", "", Span("s.yaml", line, column, line, column + len(marked)))


@pytest.mark.parametrize(
    ("finding", "faulty", "sound"),
    [
        (at("5", 3), [("training",), ("training", "epochs")], [("training", "loss"), ("model",)]),
        (at("mse", 4), [("training", "loss"), ("training", "loss", "a")], [("training", "loss", "b")]),
        (at("0", 7), [("model",), ("model", 0), ("model", 0, "Dense")], [("model", 1), ("model", 2)]),
        (at("{units: 1}", 8), [("model", 1)], [("model", 0), ("model", 1, "Dense", "units")]),
        (at("x", 1), [("base",), ("model",), ("model", 2)], [("model", 0), ("training",)]),  # through the alias
    ],
)
def test_a_fault_is_in_all_that_is_around_it(finding: Finding, faulty: list[Path], sound: list[Path]) -> None:
    root = tree()
    faults = Faults(root, [finding])
    assert [path for path in faulty if not faults.inside(descend(root, path))] == []
    assert [path for path in sound if faults.inside(descend(root, path))] == []


def test_what_has_no_width_is_found() -> None:
    root = tree()
    place = descend(root, ("training", "empty")).span
    faults = Faults(root, [error("wrong-type", "", place)])
    training = root.get("training")
    assert isinstance(training, Mapping)
    assert is_faulty(faults.get(training, "empty"))
    assert not is_faulty(faults.get(training, "epochs"))


def test_a_key_at_fault_may_mean_any_that_is_left_out() -> None:
    root = tree()
    faults = Faults(root, [at("epochs", 3)])
    training = root.get("training")
    assert isinstance(training, Mapping)
    assert is_faulty(faults.get(training, "epochs"))
    assert is_faulty(faults.get(training, "batch_size"))
    assert not is_faulty(faults.get(training, "loss"))
    assert faults.get(root, "runtime") is None
    assert is_faulty(faults.get(root, "epochs"))  # it may belong there


def test_parts_with_faults_inside_are_looked_into() -> None:
    root = tree()
    faults = Faults(root, [at("mse", 4)])
    training = faults.part(root, "training")
    assert is_faulty(faults.get(root, "training"))
    assert is_faulty(faults.get(training, "loss"))
    assert not is_faulty(faults.part(training, "loss"))
    assert [entry.key for entry in faults.sound(training.get("loss"))] == ["b"]


def test_warnings_are_no_faults() -> None:
    root = tree()
    assert not Faults(root, [warning("unused-layer", "", root.span)]).inside(root)
    assert Faults(root, []).get(root, "runtime") is None
