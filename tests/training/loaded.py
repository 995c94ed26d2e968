"""What the tests of training share: the prepared splits as training gets them, and projects with a run to be copied."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from specc.check import check
from specc.data.whole import describe_whole
from specc.runs import RunFolder
from specc.training.preparation import Prepared, prepare
from specc.training.storing import Keeping


@contextmanager
def new_project(factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, pytest.MonkeyPatch]]:
    """An empty folder that is a project's root and, within, the current folder; what is patched is so within."""
    root = factory.mktemp(name) / "project"
    root.mkdir()
    (root / "specc.toml").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        yield root, patch


def copied_run(project: Path, to: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """The only run of the spec called `name`, in a copy of its project, which becomes the current folder."""
    shutil.copytree(project, to)
    monkeypatch.chdir(to)
    (folder,) = Path("runs", name).iterdir()
    return RunFolder(folder)


def prepared_of(spec: Path, keeping: Keeping = Keeping(cache=False)) -> Prepared:  # noqa: B008  immutable
    """The prepared data of a sound spec."""
    checked = check(spec, look=describe_whole)
    assert checked.plan, checked.findings
    prepared, findings = prepare(checked.plan, checked.root, spec.parent, keeping)
    assert prepared, findings
    return prepared
