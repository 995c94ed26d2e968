"""The whole front end on one screen: a spec's text in, a plan and all findings out.

Imports neither Keras nor TensorFlow nor NumPy, and opens no network. A stage whose input is at fault is left out, so
that one fault gives one report; sections that do not depend on each other are all checked.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from specc.advice import judge
from specc.allowing import silence
from specc.catalog import load, load_schema
from specc.data import READ_WHEN_CHECKING, DataFacts, DataSpec, describe, resolve_data
from specc.diagnostics import Finding, Level, Span, error, has_errors, in_order
from specc.graph.files import locate_files
from specc.graph.graph import GraphInput
from specc.graph.infer import infer
from specc.graph.resolve import INPUT, resolve_graph
from specc.language import tree
from specc.language.compose import Overrides, Unresolved, compose
from specc.language.read import read, read_bytes
from specc.language.schema_check import check_schema
from specc.language.source import Source
from specc.plan import Plan, imply, size_outputs
from specc.plan.imply import Written
from specc.project import project_root
from specc.spec import resolve_runtime, resolve_training
from specc.spec.sections import resolve_report

NO_OVERRIDES = Overrides()


class Checked(NamedTuple):
    """What the check of one spec gives.

    A plan if nothing is wrong, the findings in order, and the texts that they point into.
    """

    path: Path
    root: Path
    plan: Plan | None
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...]
    text: str


def check(
    path: Path,
    overrides: Overrides = NO_OVERRIDES,
    root: Path | None = None,
    data_limit: int | None = READ_WHEN_CHECKING,
    content: bytes | None = None,
) -> Checked:
    """Check the spec in the file `path`, or in `content` as if that were in `path`.

    Files that it names must lie in `root` (default: the project around the spec). Of a data file at most `data_limit`
    bytes are read; None reads it whole, which training needs.
    """
    root = root or project_root(path)
    document, source, faults = read(path) if content is None else read_bytes(content, str(path))
    findings = list(faults)
    plan = None
    if document is not None:
        document, faults = compose(document, overrides)
        findings += faults
    if document is not None:
        findings += check_schema(document, load_schema("spec-v1"))
    if isinstance(document, tree.Mapping):
        plan, more = _plan(document, findings, path, root, data_limit)
        findings += more
    findings = silence(findings, document, source, complete=plan is None or plan.facts.complete)
    if any(finding.fix for finding in findings):
        from specc.fixing import settled

        findings = settled(findings, source)
    sound = None if has_errors(findings) else plan
    return Checked(path, root, sound, in_order(findings), (source, *overrides.sources()), source.text)


def _plan(
    document: tree.Mapping, so_far: list[Finding], path: Path, root: Path, data_limit: int | None
) -> tuple[Plan | None, list[Finding]]:
    """Sections -> data facts -> graph -> shapes -> implied values."""
    catalog = load()
    sound = {entry.key: entry.value for entry in document if not _at_fault(entry, so_far)}
    findings = _missing_sections(document)
    training, faults = resolve_training(sound.get("training"), document.span, catalog)
    findings += faults
    runtime, faults = resolve_runtime(sound.get("runtime"), catalog)
    findings += faults
    data, facts, faults = _data(sound.get("data"), root, path.parent, runtime.seed, data_limit)
    findings += faults
    inputs = _inputs(data, facts, document.entry("data"))
    model = sound.get("model")
    if model is None:
        return None, findings
    name = _text(sound.get("name")) or _name_from(path)
    graph, faults = resolve_graph(model, name, inputs, catalog)
    findings += faults
    if graph is None or data is None or facts is None:
        return None, findings
    findings += _inputs_against_data(graph.inputs, inputs)
    graph, faults = size_outputs(graph, facts)
    findings += faults
    located, faults = locate_files(graph, catalog, root, path.parent)
    findings += faults
    inferred, mismatches = infer(located, catalog, runtime.precision)
    findings += mismatches
    if has_errors(findings) or has_errors(so_far):
        return None, findings
    description = _text(sound.get("description"))
    report = resolve_report(sound.get("report"))
    written = Written(
        name, description, document.span, data, facts, graph, inferred, training, runtime, report, _codes(document)
    )
    plan, faults = imply(written, catalog)
    return plan, findings + faults + (judge(plan, catalog) if plan else [])


def _data(
    node: tree.Node | None, root: Path, folder: Path, seed: int, limit: int | None
) -> tuple[DataSpec | None, DataFacts | None, list[Finding]]:
    if not isinstance(node, tree.Mapping):
        return None, None, []
    data, findings = resolve_data(node)
    if data is None:
        return None, None, findings
    facts, faults = describe(data, root, folder, seed, limit)
    return data, facts, findings + list(faults)


def _inputs(data: DataSpec | None, facts: DataFacts | None, section: tree.Entry | None) -> tuple[GraphInput, ...]:
    """The model's inputs as the data determines them; unknown ones where the data section is at fault."""
    if data is not None and facts is not None:
        return tuple(
            # A size that is not known yet leaves the whole shape open: in a graph None is an axis of any length.
            GraphInput(name, None if None in given.shape else given.shape, given.dtype, data.span_of("inputs", name))
            for name, given in facts.inputs.items()
        )
    if section is None:
        return ()
    names = tuple(data.inputs) if data and data.inputs else (INPUT,)
    return tuple(GraphInput(name, None, None, section.key_span) for name in names)


def _inputs_against_data(inputs: tuple[GraphInput, ...], from_data: tuple[GraphInput, ...]) -> list[Finding]:
    """A spec that writes its model's inputs must mean those that the data gives."""
    given = {graph_input.name: graph_input for graph_input in from_data}
    if len(inputs) == len(from_data) == 1:
        given = {inputs[0].name: from_data[0]}
    findings = []
    for graph_input in inputs:
        found = given.get(graph_input.name)
        if found is None:
            known = ", ".join(f"`{name}`" for name in given)
            message = f"the data has no input `{graph_input.name}`, it has {known}"
            help_ = "say which columns feed it: `data: {inputs: {…}}`"
            findings.append(error("unknown-input", message, graph_input.span, help=help_))
        elif not _compatible(graph_input.shape, found.shape):
            message = (
                f"the data gives `{graph_input.name}` the shape {found.shape}, the model takes {graph_input.shape}"
            )
            findings.append(error("input-mismatch", message, graph_input.span))
    return findings


def _compatible(one: tuple[int | None, ...] | None, other: tuple[int | None, ...] | None) -> bool:
    if one is None or other is None:
        return True
    return len(one) == len(other) and all(a == b or a is None or b is None for a, b in zip(one, other, strict=True))


def _missing_sections(document: tree.Mapping) -> list[Finding]:
    """A spec without data or model says nothing to train; one finding, on the spec's first key.

    A key that is like the missing one is a finding already.
    """
    written = [entry.key for entry in document]
    if "data" in written and "model" in written:
        return []
    from specc.language.suggest import did_you_mean

    strange = [key for key in written if not key.startswith("x-") and key not in load_schema("spec-v1")["properties"]]
    missing = [key for key in ("data", "model") if key not in written and not did_you_mean(key, strange)]
    if not missing or "spec" not in written:
        return []
    names = " and ".join(f"`{key}`" for key in missing)
    place = document.entries[0].key_span
    return [error("missing-key", f"the spec has no {names}", place, help="`specc init` writes a spec to start from")]


def _at_fault(entry: tree.Entry, findings: list[Finding]) -> bool:
    """Whether an error lies in this section, or in a variable that it uses: it is then unknown to the later stages.

    What an alias, a merge or `--set` brings in stands elsewhere in the text, or in another one.
    """
    starts = sorted(fault.span[:3] for fault in findings if fault.level is Level.ERROR)
    if not starts:
        return False
    # One column more, since what is left out has a place and no width.
    own = entry.key_span._replace(end_line=entry.value.span.end_line, end_column=entry.value.span.end_column + 1)
    for span in (own, *_elsewhere(entry.value, own)):
        if span is None:
            return True
        at = bisect_left(starts, span[:3])
        if at < len(starts) and starts[at] < (span.path, span.end_line, span.end_column):
            return True
    return False


def _elsewhere(node: tree.Node, around: Span) -> Iterator[Span | None]:
    """The places of the parts of `node` that do not lie in the text around them; None for what has no value."""
    waiting, seen = [(node, around)], set()
    while waiting:
        node, around = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if not _within(node.span, around):
            yield node.span
        if isinstance(node, tree.Value) and isinstance(node.value, Unresolved):
            yield None
        match node:
            case tree.Mapping(entries=entries):
                yield from (entry.key_span for entry in entries if not _within(entry.key_span, node.span))
                waiting += [(entry.value, node.span) for entry in entries]
            case tree.Sequence(items=items):
                waiting += [(item, node.span) for item in items]


def _within(inner: Span, outer: Span) -> bool:
    return inner.path == outer.path and outer[1:3] <= inner[1:3] and inner[3:] <= outer[3:]


def _codes(document: tree.Mapping) -> tuple[str, ...]:
    codes = document.get("allow")
    items = codes.items if isinstance(codes, tree.Sequence) else ()
    return tuple(str(item.value) for item in items if isinstance(item, tree.Value))


def _text(node: tree.Node | None) -> str:
    return str(node.value) if isinstance(node, tree.Value) and node.value is not None else ""


def _name_from(path: Path) -> str:
    """A name for a spec that has none: its file's, with what names may not hold replaced."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", path.stem)
    return name if name[:1].isalpha() else f"spec_{name}"
