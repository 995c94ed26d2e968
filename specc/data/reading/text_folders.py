"""Folders of text files -> `Scan`: each is read once to see that it is text, and again when its row is asked for."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from specc.data.facts import ColumnFacts
from specc.data.reading.scan import Loaded, ReadingError, Scan, reading_files
from specc.data.section import DataSpec
from specc.data.sources.faults import as_left_out, sorted_out
from specc.data.sources.folders import LABEL
from specc.data.sources.text_folders import COLUMN, table_of, text_of, texts_of
from specc.data.stored import Array, ArrowColumn, MadeColumn, Stored, digest_of_files
from specc.diagnostics import Finding, has_errors


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """The texts of a folder."""
    found, encoding, findings = texts_of(data, root, folder, None)
    if found is None:
        return None, findings
    bad = {row: fault for row, path in enumerate(found.paths) if (fault := text_of(path, encoding)[1])}
    findings += sorted_out(data, list(bad.values()))
    if has_errors(findings):
        return None, findings
    left_out = (*found.left_out, *as_left_out(bad.values()))
    found = found.without(bad)
    paths = found.paths

    def read(rows: Array) -> Array:
        texts = np.empty(len(rows), object)
        for index, row in enumerate(rows):
            text, fault = text_of(paths[row], encoding)
            if fault:  # the file was another one when it was looked at first
                raise ReadingError(fault)
            texts[index] = text
        return texts

    def digest() -> bytes:
        with reading_files():
            return digest_of_files(paths, encoding)

    def load(wanted: Mapping[str, ColumnFacts]) -> Loaded:
        stored: dict[str, Stored] = {COLUMN: MadeColumn(len(paths), read, digest)}
        if found.labels:
            stored[LABEL] = ArrowColumn(pa.chunked_array([pa.array(found.labels).dictionary_encode()]))
        return {name: stored[name] for name in wanted}, []

    return Scan(table_of(found), load, left_out), findings
