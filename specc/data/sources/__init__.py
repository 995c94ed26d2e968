"""Sources of data as a check sees them: each module reads one kind of source, without NumPy.

`specc.data.reading` has the modules that load the same sources for training.
"""

from importlib import import_module
from pathlib import Path

from specc.data.section import DataSpec
from specc.data.text_table import Table
from specc.diagnostics import Finding

READERS = {
    "csv": "csv_file",
    "jsonl": "jsonl",
    "parquet": "binary",
    "feather": "binary",
    "numpy": "numpy_files",
    "hdf5": "binary",
    "tfrecord": "binary",
    "images": "images",
    "texts": "text_folders",
    "lines": "lines",
    "text": "text",
}
"""Source -> the module here whose `read(data, root, folder, limit)` reads it; imported only when it is asked for."""


def light_table(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[Table | None, list[Finding]]:
    """The table of a source that is no built-in set; None, without a finding, if only a library could read it."""
    if data.source.kind == "table":
        from specc.data.sources.table import read

        return read(data)
    reader = import_module(f"specc.data.sources.{READERS[data.source.kind]}")
    found: tuple[Table | None, list[Finding]] = reader.read(data, root, folder, limit)
    return found
