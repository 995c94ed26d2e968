"""`Summary` -> aligned text for a terminal, numbers to the right, long names shortened in their middle."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from specc.rendering.escape import escape, width
from specc.summary.summary import Inner, Row, Summary

SHORTEST = 12
"""Names and shapes are not shortened below this many columns, even if the terminal is narrower."""

_GAP = "  "
_INDENT = "  "
_UNITS = ("kB", "MB", "GB", "TB", "PB")

Cells = tuple[str, ...]


def summary_table(summary: Summary, columns: int | None = None) -> str:
    """The summary as text, at most `columns` wide where that is possible.

    The inputs of layers are left out where each layer takes what stands above it.
    """
    header: Cells = ("layer", "type", "inputs", "output shape", "parameters", "multiply-adds", "activations")
    rows = [header, *(cells for row in summary.rows for cells in _rows(row))]
    texts = 4
    if _is_chain(summary.rows):
        rows = [(*row[:2], *row[3:]) for row in rows]
        texts = 3
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    if columns is not None:
        widths = _narrowed(widths, texts, columns)
    lines = [_line(row, widths, texts) for row in rows]
    rule = _GAP.join("-" * size for size in widths)
    return "\n".join([escape(summary.name), "", lines[0], rule, *lines[1:], "", *_totals(summary)])


def human_bytes(count: int | None) -> str:
    """A number of bytes with three digits and a decimal unit, 1 kB = 1,000 B."""
    if count is None:
        return "unknown"
    if count < 1000:
        return f"{count} B"
    value, unit = float(count), "B"
    for unit in _UNITS:  # noqa: B007  the last unit tried is the one that fits
        value /= 1000
        if value < 999.5:
            break
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:,.{digits}f} {unit}"


def _is_chain(rows: Sequence[Row]) -> bool:
    return all(row.wires == ((above.name,) if not row.is_input else ()) for above, row in pairwise(rows))


def _rows(row: Row) -> Iterable[Cells]:
    yield (
        escape(row.name),
        f"{row.type} of {row.shares}" if row.shares else row.type,
        escape(", ".join(row.wires)),
        row.output_shape,
        "shared" if row.shares else _count(row.parameters),
        _count(row.multiply_adds),
        human_bytes(row.activation_bytes),
    )
    for inner in () if row.shares else row.inner:
        yield from _inner_rows(inner, _INDENT)


def _inner_rows(inner: Inner, indent: str) -> Iterable[Cells]:
    yield (f"{indent}{inner.argument}", f"{indent}{inner.type}", "", "", "", "", "")
    for deeper in inner.inner:
        yield from _inner_rows(deeper, indent + _INDENT)


def _narrowed(widths: Sequence[int], texts: int, columns: int) -> list[int]:
    """The widths with the widest columns of text narrowed until all fit, or none can be narrowed further."""
    narrowed = list(widths)
    while sum(narrowed) + len(_GAP) * (len(narrowed) - 1) > columns:
        widest = max(range(texts), key=lambda column: narrowed[column])
        if narrowed[widest] <= SHORTEST:
            break
        narrowed[widest] -= 1
    return narrowed


def _line(row: Cells, widths: Sequence[int], texts: int) -> str:
    cells = []
    for column, (text, size) in enumerate(zip(row, widths, strict=True)):
        cell = _shortened(text, size)
        blank = " " * (size - width(cell))
        cells.append(cell + blank if column < texts else blank + cell)
    return _GAP.join(cells).rstrip()


def _shortened(text: str, size: int) -> str:
    """At most `size` columns: the middle goes, since names often differ at their ends."""
    if width(text) <= size:
        return text
    start, end = (size - 1) - (size - 1) // 2, (size - 1) // 2
    while width(text[:start]) > size - 1 - end:
        start -= 1
    while end and width(text[-end:]) + width(text[:start]) > size - 1:
        end -= 1
    return f"{text[:start]}…{text[-end:] if end else ''}"


def _totals(summary: Summary) -> list[str]:
    memory, least = summary.memory, "" if summary.known else "at least "
    counts = [
        f"parameters: {least}{summary.parameters:,} ({summary.trainable:,} trainable, {summary.non_trainable:,} not)",
        f"multiply-adds per sample: {least}{summary.multiply_adds:,}",
    ]
    if memory is None:
        return counts
    least_memory = "" if memory.known else "at least "
    parts = f"weights {human_bytes(memory.weights)}, gradients {human_bytes(memory.gradients)}"
    parts += f", optimizer {human_bytes(memory.optimizer)}, activations {human_bytes(memory.activations)}"
    return [
        *counts,
        f"training memory for batches of {memory.batch_size:,}: {least_memory or 'about '}{human_bytes(memory.total)}",
        f"  ({parts})",
    ]


def _count(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"
