"""The tables of a run: history, gradients and predictions. Bad rows are findings, the others are read."""

import csv
import io
import math
from pathlib import Path

from specc.diagnostics import Finding
from specc.runs.run import Gradients, History, Predictions, WeightGradients
from specc.runs.texts import broken, text

GRADIENTS_HEADER = ("epoch", "weight", "gradient_norm", "update_ratio")

_LONGEST_COUNT = 9  # digits of a number of epochs that axes can hold


def read_history(path: Path, findings: list[Finding]) -> History:
    """One row for each epoch."""
    header, rows = _table(path, findings)
    if header and "epoch" not in header:
        findings.append(broken(path, 1, 1, "the header has no column `epoch`"))
        return History((), {})
    numbers: list[dict[str, float]] = []
    for line, row in rows:
        try:
            numbers.append({name: float(cell) if cell else math.nan for name, cell in zip(header, row, strict=True)})
        except ValueError:
            wrong = next(cell for cell in row if cell and not _is_number(cell))
            findings.append(broken(path, line, 1, f"expected a number, got `{wrong[:40]}`"))
    whole = [row for row in numbers if math.isfinite(row["epoch"])]
    return History(
        epochs=tuple(int(row["epoch"]) for row in whole),
        columns={name: tuple(row[name] for row in whole) for name in header if name != "epoch"},
    )


def read_gradients(path: Path, findings: list[Finding]) -> Gradients:
    """One row for each epoch and trained weight, under `GRADIENTS_HEADER`."""
    header, rows = _table(path, findings)
    if header and header != GRADIENTS_HEADER:
        findings.append(broken(path, 1, 1, f"expected the header `{','.join(GRADIENTS_HEADER)}`"))
        return Gradients((), {})
    found: dict[str, dict[int, tuple[float, float]]] = {}
    for line, (epoch, weight, norm, ratio) in rows:
        try:
            numbers = (float(norm) if norm else math.nan, float(ratio) if ratio else math.nan)
            found.setdefault(weight, {})[int(epoch[:_LONGEST_COUNT])] = numbers
        except ValueError:
            wrong = next((cell for cell in (norm, ratio) if not _is_number(cell or "nan")), epoch)
            findings.append(broken(path, line, 1, f"expected a number, got `{wrong[:40]}`"))
    epochs = sorted({epoch for by_epoch in found.values() for epoch in by_epoch})
    nothing = (math.nan, math.nan)
    return Gradients(
        tuple(epochs),
        {
            weight: WeightGradients(
                tuple(by_epoch.get(epoch, nothing)[0] for epoch in epochs),
                tuple(by_epoch.get(epoch, nothing)[1] for epoch in epochs),
            )
            for weight, by_epoch in found.items()
        },
    )


def read_predictions(path: Path, findings: list[Finding]) -> Predictions:
    """One row for each sample of the test split."""
    header, rows = _table(path, findings)
    return Predictions(header, tuple(row for _, row in rows))


def _table(path: Path, findings: list[Finding]) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]:
    """The header, and each complete row with the number of its last line."""
    content = text(path, findings)
    if content is None:
        return (), []
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    header: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        for cells in reader:
            if not header:
                header = tuple(cells)
            elif len(cells) == len(header):
                rows.append((reader.line_num, tuple(cells)))
            elif cells:
                message = f"expected {len(header)} cells, as in the header, got {len(cells)}"
                findings.append(broken(path, reader.line_num, 1, message))
    except csv.Error as fault:
        findings.append(broken(path, reader.line_num, 1, f"invalid CSV: {fault}"))
    return header, rows


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
