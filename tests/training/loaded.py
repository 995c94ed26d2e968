"""What the tests of training need of a spec's data: the prepared splits, as training gets them."""

from pathlib import Path

from specc.check import check
from specc.training.preparation import Prepared, prepare


def prepared_of(spec: Path) -> Prepared:
    """The prepared data of a sound spec."""
    checked = check(spec, data_limit=None)
    assert checked.plan, checked.findings
    prepared, findings = prepare(checked.plan, checked.root, spec.parent)
    assert prepared, findings
    return prepared
