"""Heavy reading, for training: a source as a `Scan`, which knows what a check knows and can load the columns.

A scan goes through the files once, a piece at a time, and keeps little of them; `Scan.load` goes through them again,
once it is known what each column is.
"""

from importlib import import_module
from pathlib import Path

from specc.data.reading.scan import Loaded, ReadingError, Scan
from specc.data.section import DataSpec
from specc.diagnostics import Finding

__all__ = ["SCANS", "Loaded", "ReadingError", "Scan", "scan"]

SCANS = {
    "csv": "csv_file",
    "jsonl": "jsonl",
    "parquet": "arrow",
    "feather": "arrow",
    "numpy": "numpy_files",
    "hdf5": "hdf5",
    "tfrecord": "tfrecord",
    "images": "images",
    "texts": "text_folders",
    "lines": "lines",
    "text": "text",
    "table": "table",
}
"""Source -> the module here whose `scan(data, root, folder)` scans it; imported only when it is asked for."""


def scan(data: DataSpec, root: Path, folder: Path) -> tuple[Scan | None, list[Finding]]:
    """Go through a source that is no built-in set; None if it cannot be read."""
    module = import_module(f"specc.data.reading.{SCANS[data.source.kind]}")
    try:
        found: tuple[Scan | None, list[Finding]] = module.scan(data, root, folder)
    except ReadingError as fault:
        return None, fault.findings
    return found
