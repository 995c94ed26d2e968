"""`evaluate`: a run and a file with the targets in, the loss and metrics of training on these rows out."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from specc.catalog import load
from specc.data.facts import CLASSES, TargetFacts
from specc.data.layout import replaced
from specc.data.reading import ReadingError
from specc.diagnostics import Finding, error, has_errors
from specc.engine.listening import as_logs
from specc.keras_target.build import one_or_all
from specc.predicting.opening import open_samples
from specc.predicting.predict import prepared_pieces
from specc.predicting.rows import FileRows
from specc.predicting.served import Served, open_run
from specc.training.compilation import compile_model

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Answers: TypeAlias = Callable[[Array], Array]
"""What gives a target of the samples at some positions."""


class Evaluated(NamedTuple):
    """Loss and metrics by the log names of training, over how many rows."""

    metrics: Mapping[str, float]
    samples: int


def evaluate(run: Path, file: Path) -> tuple[Evaluated | None, list[Finding]]:
    """How well the model of the run directory `run` does on the rows of `file`, computed as training computes it.

    Findings, besides those of reading: missing-target-value, unknown-class. Warnings come with the figures.
    """
    served, findings = open_run(run)
    if served is None:
        return None, findings
    rows, findings = open_samples(served, file, answered=True)
    if rows is None:
        return None, findings
    targets: dict[str, Answers] = {}
    for name, target in served.targets.items():
        targets[name], more = _encoded(served, name, target, rows)
        findings += more
    if has_errors(findings):
        return None, findings
    model = served.model
    compile_model(model, served.locked, load(), served.scalings)
    try:
        # Without the number of steps Keras looks for a batch behind the last one, which counts in the means of the
        # losses of single outputs (3.15, backend/tensorflow/trainer.py, `_make_function`).
        steps = -(-len(rows) // max(1, served.locked.batch_size))
        logs = model.evaluate(_labelled(served, rows, targets), steps=steps, return_dict=True, verbose=0)
    except ReadingError as fault:
        return None, findings + fault.findings
    return Evaluated(as_logs(logs), len(rows)), findings


def _encoded(served: Served, output: str, target: TargetFacts, rows: FileRows) -> tuple[Answers, list[Finding]]:
    """What gives a target as its loss takes it: (n, 1) class numbers or numbers, or (n, classes), or (n, *shape)."""
    column = rows.columns[target.name]
    names = {name: number for number, name in enumerate(target.names or ())}
    one_hot = np.eye(len(names), dtype="float32") if output in served.one_hot else None
    if target.shape != (1,):
        dtype = "int32" if target.kind == CLASSES else "float32"

        def many(part: Array) -> Array:
            found = column.arrays(part).astype(dtype)
            return found if one_hot is None else one_hot[found]

        return many, []
    if target.kind != CLASSES:
        numbers = column.numbers().astype("float32")
        missing = np.flatnonzero(np.isnan(numbers))
        return (lambda part: numbers[part][:, None]), [_without(target, rows, missing)] if len(missing) else []
    options = served.data.columns[target.name].arguments if target.name in served.data.columns else {}
    texts = column.counts()
    index = {text: names[meaning] for text in texts if (meaning := replaced(text, options)) in names}
    classes = column.codes(index)
    wrong = np.flatnonzero(classes < 0)
    if len(wrong):
        empty = wrong[column.texts(wrong) == ""]
        shown = str(column.texts(wrong[:1])[0])
        fault = _without(target, rows, empty) if len(empty) else _unseen(target, rows, wrong, shown)
        return (lambda part: classes[part]), [fault]
    return (lambda part: classes[part][:, None] if one_hot is None else one_hot[classes[part]]), []


def _without(target: TargetFacts, rows: FileRows, missing: Array) -> Finding:
    others = f" and {len(missing) - 1} other rows have" if len(missing) > 1 else " has"
    row = int(missing[0])
    message = f"row {int(rows.index[row]) + 1}{others} no value for the target `{target.name}`"
    help_ = "remove the rows without a target, or use `specc predict`"
    return error("missing-target-value", message, rows.place(row, target.name), help=help_)


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


def _labelled(served: Served, rows: FileRows, targets: Mapping[str, Answers]) -> Iterator[tuple[Any, Any]]:
    """Batches as `keras.Model.evaluate` takes them, of the size that they have in training."""
    size = max(1, served.locked.batch_size)
    for part, prepared in prepared_pieces(served, rows):
        for start in range(0, len(part), size):
            inputs = {name: array[start : start + size] for name, array in prepared.items()}
            answers = {name: answer(part[start : start + size]) for name, answer in targets.items()}
            yield one_or_all(inputs), one_or_all(answers)
