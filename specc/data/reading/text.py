"""Running text -> `Scan`: the numbers of all units are kept, and pieces of them cut when their rows are asked for."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np

from specc.data.facts import ColumnFacts
from specc.data.reading.scan import Loaded, Scan
from specc.data.section import DataSpec
from specc.data.sources.text import COLUMN, TARGET, Running, running_text, table_of
from specc.data.stored import Array, MadeColumn
from specc.diagnostics import Finding


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """The pieces of a text, which is read as a whole."""
    running, findings = running_text(data, root, folder, None)
    if running is None:
        return None, findings
    units = np.concatenate([_numbered(part, running.vocabulary) for part in running.parts])
    starts = _starts(running)
    places = np.arange(running.cut.span - 1)

    def pieces(rows: Array, later: int) -> Array:
        found: Array = units[starts[rows][:, None] + places + later].astype("int32")
        return found

    def load(wanted: Mapping[str, ColumnFacts]) -> Loaded:
        columns = {
            COLUMN: MadeColumn(len(starts), lambda rows: pieces(rows, 0)),
            TARGET: MadeColumn(len(starts), lambda rows: pieces(rows, 1)),
        }
        return {name: columns[name] for name in wanted}, []

    return Scan(table_of(running), load), findings


def _numbered(part: Sequence[str], vocabulary: Sequence[str]) -> Array:
    """The number of each unit; 0 for those that the vocabulary does not have."""
    kind = np.min_scalar_type(len(vocabulary))
    if not isinstance(part, str):
        index = {unit: number for number, unit in enumerate(vocabulary)}
        return np.fromiter((index.get(unit, 0) for unit in part), kind, len(part))
    points = np.frombuffer(part.encode("utf-32-le", "surrogatepass"), "uint32")
    table = np.zeros(0x110000, kind)
    table[[ord(unit) for unit in vocabulary[1:]]] = np.arange(1, len(vocabulary))
    numbers: Array = table[points]
    return numbers


def _starts(running: Running) -> Array:
    """Where each piece begins among the units of all parts."""
    begins = [0, *accumulate(len(part) for part in running.parts)]
    return np.concatenate(
        [begin + np.arange(count) * running.cut.stride for begin, count in zip(begins, running.pieces, strict=False)]
    ).astype("int64")
