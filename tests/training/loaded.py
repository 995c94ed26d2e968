"""What the tests of training need of a spec's data: the prepared splits, as training gets them."""

from pathlib import Path

from specc.check import check
from specc.data.whole import describe_whole
from specc.training.preparation import Prepared, prepare
from specc.training.storing import Keeping


def prepared_of(spec: Path, keeping: Keeping = Keeping(cache=False)) -> Prepared:  # noqa: B008  immutable
    """The prepared data of a sound spec."""
    checked = check(spec, look=describe_whole)
    assert checked.plan, checked.findings
    prepared, findings = prepare(checked.plan, checked.root, spec.parent, keeping)
    assert prepared, findings
    return prepared
