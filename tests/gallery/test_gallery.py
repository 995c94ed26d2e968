"""Every spec of the gallery that has data trains and keeps what its `x-expect` promises.

`x-expect` maps `split.metric` to `>= number`, or to `>= linear - number`: as good as scikit-learn's linear model on the
very same rows, less that number.
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import specc
from specc.check import check
from tests.training.loaded import prepared_of

GALLERY = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
TRAINED = [path for path in GALLERY if "\ndata:" in path.read_text(encoding="utf-8")]
PROMISE = re.compile(r">= (?P<linear>linear - )?(?P<number>[0-9.]+)")


@pytest.mark.parametrize("spec", GALLERY, ids=lambda path: path.stem)
def test_sound_and_described(spec: Path) -> None:
    checked = check(spec)
    model = checked.plan or checked.outline
    assert checked.findings == ()
    assert model
    assert model.name == spec.stem
    assert len(model.description) > 80
    assert bool(promises_of(spec)) == (spec in TRAINED)


@pytest.mark.train
@pytest.mark.parametrize("spec", TRAINED, ids=lambda path: path.stem)
def test_keeps_its_promise(spec: Path, project: Path) -> None:
    outcome = specc.train(spec)
    assert outcome.run
    assert outcome.run.path.resolve().is_relative_to(project)
    metrics = json.loads(outcome.run.metrics.read_text())
    for name, promise in promises_of(spec).items():
        split, _, metric = name.partition(".")
        found = PROMISE.fullmatch(promise)
        assert found, f"{spec.name}: cannot read the promise `{promise}`"
        least = float(found["number"])
        if found["linear"]:
            least = linear_score(spec) - least
        assert metrics[split][metric] >= least, f"{name} is {metrics[split][metric]}, promised {promise}: {least}"


def promises_of(spec: Path) -> dict[str, str]:
    written: dict[str, Any] = yaml.safe_load(spec.read_text(encoding="utf-8"))
    promises: dict[str, str] = written.get("x-expect", {})
    return promises


def linear_score(spec: Path) -> float:
    """The test score of scikit-learn's linear model for the spec's target, trained on the spec's training split."""
    from sklearn.linear_model import LinearRegression, LogisticRegression

    prepared = prepared_of(spec)
    train, test = prepared.train, prepared.test
    assert test
    (x,), (y,) = map(np.asarray, train.inputs.values()), map(np.asarray, train.targets.values())
    (x_test,), (y_test,) = map(np.asarray, test.inputs.values()), map(np.asarray, test.targets.values())
    model = LogisticRegression(max_iter=5000) if np.issubdtype(y.dtype, np.integer) else LinearRegression()
    return float(model.fit(x, y[:, 0]).score(x_test, y_test[:, 0]))
