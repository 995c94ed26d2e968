"""The facts of all of the data, for what looks at whole files: `describe_whole`.

Files that are small are read as in a check. Those that are large, or that only a library reads, are loaded as for
training, which needs the extra `train`; what was loaded is kept for the training that may follow.
"""

from pathlib import Path

from specc.catalog.sources import FILES
from specc.data.describe import describe
from specc.data.facts import DataFacts
from specc.data.section import DataSpec
from specc.diagnostics import Finding, has_errors

LARGE = 16 * 1024 * 1024
"""Bytes of files of text that are read without NumPy."""


def describe_whole(data: DataSpec, root: Path, folder: Path, seed: int = 0) -> tuple[DataFacts | None, list[Finding]]:
    """As `specc.data.describe`, over all rows. Raises ImportError where the extra `train` is needed and missing."""
    facts, findings = describe(data, root, folder, seed, LARGE)
    if data.source.kind not in FILES or has_errors(findings) or (facts is not None and facts.complete):
        return facts, findings
    from specc.data.handing_over import load_to_keep

    return load_to_keep(data, root, folder, seed)
