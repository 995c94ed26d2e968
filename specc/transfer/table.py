"""Matches and contents as short tables for a terminal."""

from collections.abc import Iterator, Sequence

from specc.transfer.matching import DIFFERS, LOADED, MISSING, Match
from specc.transfer.opening import WeightsContent
from specc.transfer.stored import Stored

MOST = 12
"""Names that are listed of one sort; of more, the rest is counted."""

_WORDS = {LOADED: "loaded", DIFFERS: "does not fit", MISSING: "not in the file"}


def match_table(name: str, found: Match, *, whole: bool = False) -> str:
    """What became of each layer: one line for all that is loaded, one for each other; with `whole`, one for each."""
    loaded = found.having(LOADED)
    numbers = sum(row.parameters for row in loaded)
    inside = f", from its model `{found.within}`" if found.within else ""
    order = ", by position, since the file tells no names" if found.by == "position" else ""
    lines = [f"weights of {len(loaded)} of {len(found.rows)} layers ({numbers:,} numbers) from {name}{inside}{order}"]
    shown = found.rows if whole else found.having(DIFFERS) + found.having(MISSING)
    table = [
        (row.layer, _WORDS[row.status] + (f": {row.why}" if row.why else ""))
        for row in shown[: None if whole else MOST]
    ]
    lines += _columns(table)
    lines += [f"  … and {len(shown) - MOST} more"] if len(shown) > MOST and not whole else []
    if found.unused:
        lines.append(f"  not used of the file: {_listed(found.unused)}")
    return "\n".join(lines)


def content_table(content: WeightsContent) -> str:
    """Each layer of a file with its shapes and how many numbers it holds."""
    rows = list(_rows(content.root, ""))
    layout = (
        "old Keras layout" if content.legacy else "names are stored" if content.root.named else "no names are stored"
    )
    head = f"{content.path}: {len(rows)} layers with weights, {content.root.parameters:,} numbers ({layout})"
    return "\n".join([head, *_columns(rows)])


def _rows(model: Stored, prefix: str) -> Iterator[tuple[str, ...]]:
    for layer in model.layers:
        name = f"{prefix}{layer.name or layer.key}"
        if layer.layers:
            yield from _rows(layer, f"{name}/")
        elif layer.tensors:
            yield name, f"{layer.parameters:,}", ", ".join(map(str, layer.shapes))


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more
