"""The `data` section of a spec and the seed that divides its rows, without the rest of the spec.

Goes in: the spec's file. Comes out: the section, if nothing is wrong in it; a model that is at fault, or not there yet,
keeps nobody from looking at the data. Reads no data.
"""

from pathlib import Path
from typing import NamedTuple

from specc.catalog import load
from specc.composition import compose, composed_schema
from specc.data import DataSpec, resolve_data
from specc.diagnostics import Finding, Level, Span, error
from specc.language import tree
from specc.language.overrides import Overrides
from specc.language.read import read
from specc.language.schema_check import check_schema
from specc.language.source import Source
from specc.project import project_root
from specc.spec import Faults, resolve_runtime
from specc.spec.unknown import FAULTY


class Opened(NamedTuple):
    """A spec as far as its data goes. `data` is None if `findings` forbid it; `sources` are the texts they point into.

    Paths in `data` are relative to `folder` and must lie in `root`. `name` is the spec's, or its file's.
    """

    data: DataSpec | None
    name: str
    seed: int
    root: Path
    folder: Path
    document: tree.Node | None
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]


def open_spec(path: Path, overrides: Overrides, root: Path | None = None) -> Opened:
    """The data section of the spec in the file `path`. `root` is by default the project around the spec."""
    root = root or project_root(path)
    document, source, read_faults = read(path)
    others: tuple[Source, ...] = ()
    data, name, seed = None, path.stem, 0
    findings = list(read_faults)
    if document is not None:
        document, others, faults, _ = compose(document, overrides, path, root)
        findings += faults
    if isinstance(document, tree.Mapping):
        findings += check_schema(document, composed_schema())
        data, seed, more = _section(document, findings)
        findings = more if data is not None else findings + more
        written = document.get("name")
        name = str(written.value) if isinstance(written, tree.Value) and written.value else name
    sources = (source, *others, *overrides.sources())
    return Opened(data, name, seed, root, path.parent, document, sources, tuple(findings))


def _section(document: tree.Mapping, findings: list[Finding]) -> tuple[DataSpec | None, int, list[Finding]]:
    """The section and the run's seed, and what is wrong with the section beyond `findings`."""
    faults = Faults(document, findings)
    runtime, _ = resolve_runtime(faults.part(document, "runtime"), load(), faults)
    seed = 0 if runtime.seed is FAULTY else runtime.seed
    section = faults.part(document, "data")
    if section is None:
        return None, seed, [error("missing-key", "the spec has no `data`", _start(document))]
    if section is FAULTY or not isinstance(section, tree.Mapping) or faults.inside(section):
        return None, seed, []
    data, more = resolve_data(section)
    return (None if any(finding.level is Level.ERROR for finding in more) else data), seed, more


def _start(document: tree.Mapping) -> Span:
    return document.entries[0].key_span if document.entries else document.span
