"""The whole front end on one screen: a spec's text in, a plan and all findings out.

Imports neither Keras nor TensorFlow nor NumPy, and opens no network. What is at fault is `FAULTY` for the later stages
(`specc.spec.unknown`): it and what depends on it stay silent, so that one fault gives one report, and all others are
found in the same run.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from specc.advice import judge
from specc.allowing import silence
from specc.catalog import Catalog, load, load_schema
from specc.catalog.sources import FILES
from specc.component import Argument
from specc.composition import OPAQUE, Parts, compose, composed_schema
from specc.data import DataFacts, DataSpec, describe
from specc.data.around_faults import describe_around, input_names
from specc.data.section import PARTS
from specc.diagnostics import Finding, error, has_errors, in_order
from specc.files import as_written_in
from specc.graph.files import locate_files, rewrite_files
from specc.graph.graph import Graph, GraphInput
from specc.graph.infer import Inferred, infer
from specc.graph.resolve import resolve_graph, without
from specc.language import limits, tree
from specc.language.overrides import Overrides
from specc.language.read import read, read_bytes
from specc.language.schema_check import check_schema
from specc.language.source import Source
from specc.plan import Outline, Plan, imply, size_outputs
from specc.plan.imply import Written
from specc.project import project_root
from specc.spec import Faults, Runtime, resolve_logging, resolve_report, resolve_runtime, resolve_training
from specc.spec.unknown import FAULTY

_TOO_MANY = limits.FINDINGS // 4
"""Of so many findings the schema may not have told all: what passes it cannot be trusted to fit."""
NO_OVERRIDES = Overrides()


Look: TypeAlias = Callable[[DataSpec, Path, Path, int], tuple[DataFacts | None, list[Finding]]]
"""Finds the facts of the data; arguments as the first four of `specc.data.describe`."""


class Checked(NamedTuple):
    """What the check of one spec gives.

    A plan if nothing is wrong, the findings in order, and the texts that they point into. `parts` is the spec before
    blocks and repeats are put in their places. Of a spec without data there is the `outline` of its model; what it then
    `lacks` to be trained is an error to who trains it. `allowed` are the warnings that the spec silences.
    """

    path: Path
    root: Path
    plan: Plan | None
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...]
    text: str
    parts: Parts | None = None
    outline: Outline | None = None
    lacks: tuple[Finding, ...] = ()
    overrides: Overrides = NO_OVERRIDES
    allowed: tuple[Finding, ...] = ()

    def unknown(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those of `findings` that are neither among these nor allowed, each once."""
        known = {(f.code, f.span, f.message) for f in (*self.findings, *self.allowed)}
        return [f for f in dict.fromkeys(findings) if (f.code, f.span, f.message) not in known]

    @property
    def for_training(self) -> tuple[Finding, ...]:
        """The findings, and what is missing to train a spec that has no fault."""
        return self.findings if has_errors(self.findings) else (*self.findings, *self.lacks)


def check(
    path: Path,
    overrides: Overrides = NO_OVERRIDES,
    root: Path | None = None,
    look: Look = describe,
    content: bytes | None = None,
) -> Checked:
    """Check the spec in the file `path`, or in `content` as if that were in `path`.

    Files that it names must lie in `root` (default: the project around the spec). `look` finds out about the data;
    that of a check reads the beginning of files, training needs one that reads them whole.
    """
    return _check(path, overrides, root or project_root(path), look, content, None)


def check_fold(checked: Checked, fold: int, look: Look = describe) -> Checked:
    """The same spec with the rows of one fold, counted from 0: what columns become depends on the rows that train."""
    return _check(checked.path, checked.overrides, checked.root, look, checked.text.encode(), fold)


def _check(  # noqa: PLR0913, PLR0917  what a check depends on
    path: Path, overrides: Overrides, root: Path, look: Look, content: bytes | None, fold: int | None
) -> Checked:
    document, source, faults = read(path) if content is None else read_bytes(content, str(path))
    findings = list(faults)
    plan, parts, outline = None, None, None
    lacks: list[Finding] = []
    applied = True
    others: tuple[Source, ...] = ()
    if document is not None:
        document, others, faults, parts = compose(document, overrides, path, root)
        findings += faults
        # An override that cannot be applied may have been meant for any part.
        applied = {fault.span.path for fault in faults}.isdisjoint(text.path for text in overrides.sources())
    if document is not None:
        findings += check_schema(document, composed_schema())
    if isinstance(document, tree.Mapping) and applied and len(findings) < _TOO_MANY:
        missing = _missing_sections(document)
        lacks = missing if _is_part(document, parts) else []
        plan, more = _plan(document, findings, path, root, look, fold)
        findings += more if lacks else [*missing, *more]
    complete = bool(lacks) or has_errors(findings) or plan is None or plan.facts.complete
    found, findings = findings, silence(findings, document, source, others, complete=complete)
    left = frozenset(findings)
    allowed = tuple(finding for finding in found if finding not in left)
    if any(finding.fix for finding in findings):
        from specc.fixing import settled

        findings = settled(findings, source)
    sources = (source, *others, *overrides.sources())
    sound = None if plan is None or has_errors(findings) else plan
    if sound and lacks:
        outline, sound = (None if sound.graph is FAULTY else sound.outline), None
    told = in_order(findings)
    return Checked(path, root, sound, told, sources, source.text, parts, outline, tuple(lacks), overrides, allowed)


def _plan(  # noqa: PLR0913, PLR0917  as above
    document: tree.Mapping, so_far: list[Finding], path: Path, root: Path, look: Look, fold: int | None
) -> tuple[Plan | None, list[Finding]]:
    """Sections -> data facts -> graph -> shapes -> implied values -> advice; what is at fault is left out, alone."""
    catalog, faults = load(), Faults(document, so_far)
    findings: list[Finding] = []
    training, more = resolve_training(faults.part(document, "training"), document.span, catalog, faults)
    findings += more
    runtime, more = resolve_runtime(faults.part(document, "runtime"), catalog, faults)
    findings += more
    section = faults.part(document, "data")
    data, facts, more = describe_around(
        section, faults, runtime.seed, lambda spec, seed: look(_of_fold(spec, fold), root, path.parent, seed)
    )
    data = _of_fold(data, fold)
    findings += more
    name = _text(document.get("name")) or _name_from(path)
    inputs = _inputs(data, facts, section, faults)
    graph, more = _graph(document, name, inputs, catalog, faults)
    findings += more
    inferred: Inferred = FAULTY
    if graph is not FAULTY:
        graph, more = size_outputs(graph, facts, runtime.precision)
        findings += more
        located, more = locate_files(graph, catalog, root, path.parent)
        findings += more
        inferred, mismatches = infer(located, catalog, _precision(runtime))
        findings += mismatches
        graph = without(rewrite_files(graph, catalog, path.parent), inferred.refused)
    data = _as_written_here(data, path.parent)
    logging, more = resolve_logging(faults.part(document, "report"), faults)
    findings += more
    description, report = _text(document.get("description")), resolve_report(document.get("report"))
    parts = (name, description, document.span, data, facts, graph, inferred, training, runtime, report, logging)
    written = Written(*parts, allow=_codes(document), sound=not has_errors([*so_far, *findings]))
    plan, more = imply(written, catalog)
    return plan, findings + more + judge(plan, catalog)


def _precision(runtime: Runtime) -> str:
    return "float32" if runtime.precision is FAULTY else runtime.assumed_precision


def _of_fold(data: DataSpec, fold: int | None) -> DataSpec:
    return data if fold is None or data is FAULTY else replace(data, split=replace(data.split, fold=fold))


def _graph(
    document: tree.Mapping, name: str, inputs: tuple[GraphInput, ...], catalog: Catalog, faults: Faults
) -> tuple[Graph, list[Finding]]:
    """The model's graph, `FAULTY` if there is none."""
    model = faults.part(document, "model")
    if model is None or model is FAULTY:
        return FAULTY, []
    graph, findings = resolve_graph(model, name, inputs, catalog, faults)
    if graph is None:
        return FAULTY, findings
    mismatches = [] if inputs is FAULTY or not inputs else _inputs_against_data(graph.inputs, inputs)
    if mismatches:  # which of the two is meant cannot be told
        graph = replace(graph, inputs=tuple(x._replace(shape=None, dtype=None) for x in graph.inputs))
    return graph, findings + mismatches


def _as_written_here(data: DataSpec, folder: Path) -> DataSpec:
    """The data section with its file as a spec in `folder` names it, whatever other file brought it in."""
    if data is FAULTY or data.source.kind not in FILES:
        return data
    arguments, spans = dict(data.source.arguments), dict(data.source.spans)
    for part in (part for part in (*PARTS, "masks") if part in arguments):
        place = data.source.span_of(part)
        arguments[part] = _each_text(arguments[part], partial(as_written_in, folder, place=place))
        spans[part] = place.place
    return replace(data, source=replace(data.source, arguments=arguments, spans=spans))


def _each_text(value: Argument, change: Callable[[str], str]) -> Argument:
    match value:
        case str():
            return change(value)
        case list():
            return [_each_text(item, change) for item in value]
        case dict():
            return {key: _each_text(item, change) for key, item in value.items()}
    return value


def _inputs(data: DataSpec, facts: DataFacts, section: tree.Node | None, faults: Faults) -> tuple[GraphInput, ...]:
    """The model's inputs as the data determines them; unknown ones where the data section is at fault."""
    if facts is not FAULTY:
        return tuple(
            # A size that is not known yet leaves the whole shape open: in a graph None is an axis of any length.
            GraphInput(name, None if None in given.shape else given.shape, given.dtype, data.span_of("inputs", name))
            for name, given in facts.inputs.items()
        )
    names = input_names(section, faults)
    if section is None or names is FAULTY:
        return () if section is None else FAULTY
    return tuple(GraphInput(name, None, None, section.span) for name in names)


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

    A key that is like the missing one is a finding already, and so is a file that cannot be had and may have had it.
    """
    written = [entry.key for entry in document]
    if OPAQUE in written or ("data" in written and "model" in written):
        return []
    from specc.language.suggest import did_you_mean

    strange = [key for key in written if not key.startswith("x-") and key not in load_schema("spec-v1")["properties"]]
    missing = [key for key in ("data", "model") if key not in written and not did_you_mean(key, strange)]
    if not missing or "spec" not in written:
        return []
    names = " and ".join(f"`{key}`" for key in missing)
    place = document.entries[0].key_span
    return [error("missing-key", f"the spec has no {names}", place, help="`specc init` writes a spec to start from")]


def _is_part(document: tree.Mapping, parts: Parts | None) -> bool:
    """Whether the spec is one for others to use: a model that says what flows into it, blocks, or models by name."""
    model = document.get("model")
    if model is None:
        return parts is not None and any(parts.tree.get(key) is not None for key in ("blocks", "models"))
    return document.get("data") is None and isinstance(model, tree.Mapping) and model.get("inputs") is not None


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
