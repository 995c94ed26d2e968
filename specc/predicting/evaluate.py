"""`evaluate`: a run and a file with the targets in, the loss and metrics of training on these rows out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from specc.catalog import load
from specc.data.facts import CATEGORY, CLASSES, NUMBER, ColumnFacts, TargetFacts
from specc.data.layout import replaced
from specc.data.reading import ReadingError
from specc.diagnostics import Finding, error
from specc.keras_target.build import one_or_all
from specc.predicting.predict import prepared_pieces
from specc.predicting.rows import FileRows, open_rows
from specc.predicting.served import Served, open_run
from specc.training.compilation import compile_model

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class Evaluated(NamedTuple):
    """Loss and metrics by Keras' log names, over how many rows."""

    metrics: Mapping[str, float]
    samples: int


def evaluate(run: Path, file: Path) -> tuple[Evaluated | None, list[Finding]]:
    """How well the model of the run directory `run` does on the rows of `file`, computed as training computes it.

    Findings, besides those of reading: missing-target-value, unknown-class.
    """
    served, findings = open_run(run)
    if served is None:
        return None, findings
    facts = {
        target.name: ColumnFacts(target.name, CATEGORY if target.kind == CLASSES else NUMBER, dtype=_dtype(target))
        for target in served.targets.values()
    }
    rows, findings = open_rows(served.data, file, {**served.columns, **facts})
    if rows is None:
        return None, findings
    targets: dict[str, Array] = {}
    for name, target in served.targets.items():
        targets[name], more = _encoded(served, name, target, rows)
        findings += more
    if findings:
        return None, findings
    compile_model(served.model, served.locked, load(), served.scalings)
    try:
        logs = served.model.evaluate(_labelled(served, rows, targets), return_dict=True, verbose=0)
    except ReadingError as fault:
        return None, findings + fault.findings
    return Evaluated({name: float(value) for name, value in logs.items()}, len(rows)), []


def _dtype(target: TargetFacts) -> str:
    return "string" if target.kind == CLASSES else "float32"


def _encoded(served: Served, output: str, target: TargetFacts, rows: FileRows) -> tuple[Array, list[Finding]]:
    """A target as its loss takes it: (n, 1) class numbers or numbers, or (n, classes)."""
    column = rows.columns[target.name]
    if target.kind != CLASSES:
        numbers = column.numbers().astype("float32")
        missing = np.flatnonzero(np.isnan(numbers))
        return numbers[:, None], [_without(target, rows, missing)] if len(missing) else []
    options = served.data.columns[target.name].arguments if target.name in served.data.columns else {}
    names = {name: number for number, name in enumerate(target.names or ())}
    index = {text: names[meaning] for text in column.counts() if (meaning := replaced(text, options)) in names}
    classes = column.codes(index)
    wrong = np.flatnonzero(classes < 0)
    if not len(wrong):
        one_hot = output in served.one_hot
        return np.eye(len(names), dtype="float32")[classes] if one_hot else classes[:, None], []
    empty = wrong[column.texts(wrong) == ""]
    if len(empty):
        return classes, [_without(target, rows, empty)]
    return classes, [_unseen(target, rows, wrong, str(column.texts(wrong[:1])[0]))]


def _without(target: TargetFacts, rows: FileRows, missing: Array) -> Finding:
    others = f" and {len(missing) - 1} other rows have" if len(missing) > 1 else " has"
    message = f"row {int(missing[0]) + 1}{others} no value for the target `{target.name}`"
    help_ = "remove the rows without a target, or use `specc predict`"
    return error("missing-target-value", message, rows.place(int(missing[0]), target.name), help=help_)


def _unseen(target: TargetFacts, rows: FileRows, wrong: Array, text: str) -> Finding:
    from specc.language.suggest import did_you_mean  # only faults pay for it

    names = target.names or ()
    shown = ", ".join(f"`{name}`" for name in names[:20]) + (", …" if len(names) > 20 else "")
    others = (f"so do {len(wrong) - 1} other rows",) if len(wrong) > 1 else ()
    return error(
        "unknown-class",
        f"`{target.name}` holds `{text}`, which is no class of the run",
        rows.place(int(wrong[0]), target.name),
        notes=(*others, f"the classes are {shown}"),
        help=did_you_mean(text, names),
    )


def _labelled(served: Served, rows: FileRows, targets: Mapping[str, Array]) -> Iterator[tuple[Any, Any]]:
    """Batches as `keras.Model.evaluate` takes them, of the size that they have in training."""
    size = max(1, served.locked.batch_size)
    for numbers, prepared in prepared_pieces(served, rows):
        for start in range(0, len(numbers), size):
            inputs = {name: array[start : start + size] for name, array in prepared.items()}
            answers = {name: array[numbers[start : start + size]] for name, array in targets.items()}
            yield one_or_all(inputs), one_or_all(answers)
