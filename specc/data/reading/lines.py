"""Files of lines -> `Scan`: where lines begin is kept, and each is read when its row is asked for."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from specc.data.facts import ColumnFacts
from specc.data.reading.scan import Loaded, Scan
from specc.data.section import DataSpec
from specc.data.sources.folders import LABEL
from specc.data.sources.lines import files_of, lines_of, table_of
from specc.data.sources.text_folders import COLUMN
from specc.data.stored import Array, ArrowColumn, MadeColumn, Stored
from specc.diagnostics import Finding


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """The lines of the files."""
    files, encoding, findings = files_of(data, root, folder)
    if findings:
        return None, findings
    found, findings = lines_of(data, files, encoding, None)
    if found is None:
        return None, findings
    file_of = np.array([line.file for line in found.lines], "int32")
    starts = np.array([line.start for line in found.lines], "int64")

    def read(rows: Array) -> Array:
        texts = np.empty(len(rows), object)
        for index in np.unique(file_of[rows]):
            with files[index].path.open("rb") as file:
                for position in np.flatnonzero(file_of[rows] == index):
                    file.seek(int(starts[rows[position]]))
                    texts[position] = file.readline().rstrip(b"\r\n").decode(encoding)
        return texts

    def load(wanted: Mapping[str, ColumnFacts]) -> Loaded:
        stored: dict[str, Stored] = {COLUMN: MadeColumn(len(starts), read)}
        if LABEL in wanted:
            labels = pa.DictionaryArray.from_arrays(pa.array(file_of), pa.array([file.label for file in files]))
            stored[LABEL] = ArrowColumn(pa.chunked_array([labels]))
        return {name: stored[name] for name in wanted}, []

    return Scan(table_of(files, found), load, found.left_out), findings
