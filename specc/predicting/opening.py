"""A run and a file -> the file's samples, whatever the run's samples are: `open_samples`."""

from pathlib import Path

from specc.data import TargetFacts
from specc.data.facts import CATEGORY, CLASSES, NUMBER, ColumnFacts
from specc.diagnostics import Finding
from specc.predicting.rows import FileRows, for_file, open_rows, without_names
from specc.predicting.running import open_text
from specc.predicting.served import Served
from specc.predicting.windows import open_forecasts, open_windows


def open_samples(
    served: Served, file: Path, *, answered: bool, keep: bool = False
) -> tuple[FileRows | None, list[Finding]]:
    """The samples of `file` with the columns that the model takes and, if they are `answered`, with the targets.

    With `keep` the result has the file's columns as texts too.
    """
    names = [target.name for target in served.targets.values()]
    if served.data.source.kind == "text":
        vocabulary = next(iter(served.targets.values())).names or ()
        return open_text(for_file(served.data, file, {}), file, vocabulary, answered=answered, keep=keep)
    if answered:
        wanted = {**served.columns, **{target.name: _facts(target) for target in served.targets.values()}}
        if served.data.windows is not None:
            return open_windows(for_file(served.data, file, {}), file, wanted)
        return open_rows(for_file(served.data, file, wanted), file, wanted)
    if served.data.windows is not None:
        return open_forecasts(for_file(served.data, file, {}, ()), file, served.columns, names, keep=keep)
    data = for_file(served.data, file, served.columns, names)
    rows, findings = open_rows(data, file, served.columns, keep=keep)
    shorter = without_names(data, names)
    if rows is None and shorter is not None:
        again, more = open_rows(shorter, file, served.columns, keep=keep)
        return (again, more) if again is not None else (None, findings)
    return rows, findings


def _facts(target: TargetFacts) -> ColumnFacts:
    kind, dtype = (CATEGORY, "string") if target.kind == CLASSES else (NUMBER, "float32")
    return ColumnFacts(target.name, kind, () if target.shape == (1,) else target.shape, dtype)
