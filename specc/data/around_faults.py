"""The `data` section with faults in it -> what is known all the same.

A fault in the source, the target, the inputs or among the dropped columns leaves all of the data unknown, but for names
of columns that are none; one in how a column is read, or in the split, leaves unknown what follows from that.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from specc.data.columns import DEFAULT_INPUT
from specc.data.facts import DataFacts, InputFacts
from specc.data.section import UNREAD, DataSpec, SplitSpec, resolve_data
from specc.diagnostics import Finding
from specc.language.tree import Mapping, Node, Value
from specc.spec.faults import Faults
from specc.spec.unknown import FAULTY

Look: TypeAlias = Callable[[DataSpec, int], tuple[DataFacts | None, list[Finding]]]
_PARTS = ("columns", "split")
_NOTHING = SplitSpec(0.0, 0.0, stratify=False)


def describe_around(
    node: Node | None,
    faults: Faults,
    seed: int,
    look: Callable[[DataSpec, int], tuple[DataFacts | None, list[Finding]]],
) -> tuple[DataSpec, DataFacts, list[Finding]]:
    """The section and what is known of the data; what is at fault is `FAULTY`, an input's shape then None.

    `look` finds the facts for a seed, as `specc.data.describe` does. `seed` is the run's, and may be `FAULTY`.
    """
    if not isinstance(node, Mapping) or faults.own(node):
        return FAULTY, FAULTY, []
    lost = _is_lost(node, faults)
    split, unread = faults.get(node, "split"), _unread(node.get("columns"), faults)
    data, findings = resolve_data(_readable(node, unread, faults))
    if data is None:
        return FAULTY, FAULTY, [] if lost else findings
    if split is FAULTY:
        data = replace(data, split=_NOTHING)
    facts, more = look(data, 0 if seed is FAULTY else seed)
    if lost:
        return FAULTY, FAULTY, [finding for finding in more if finding.code == "missing-column"]
    findings += [
        finding for finding in more if finding.code == "missing-column" or not _is_about(finding, data, unread)
    ]
    known_split = data if split is not FAULTY else replace(data, split=FAULTY)
    if facts is None or any(target.name in unread for target in facts.targets):
        return known_split, FAULTY, findings
    divided = data.source.kind != "dataset" and (split is FAULTY or (seed is FAULTY and data.split.seed is None))
    columns = {name: FAULTY if name in unread else found for name, found in facts.columns.items()}
    return known_split, replace(facts, columns=columns, inputs=_inputs(facts, unread, divided=divided)), findings


def _is_about(finding: Finding, data: DataSpec, unread: frozenset[str]) -> bool:
    """Whether a finding follows from how one of the columns would be read."""
    places = {data.span_of("columns", name) for name in unread}
    places |= {data.span_of("target", index) for index, name in enumerate(data.target) if name in unread}
    stratified = finding.code == "stratify-without-classes" and bool(unread)
    return finding.span in places or stratified


def input_names(node: Node | None, faults: Faults) -> tuple[str, ...]:
    """What the section calls the model's inputs, `FAULTY` if that cannot be told."""
    if not isinstance(node, Mapping):
        return FAULTY  # type: ignore[no-any-return]
    inputs = faults.part(node, "inputs")
    if inputs is None:
        return (DEFAULT_INPUT,)
    named = isinstance(inputs, Mapping) and not faults.own(inputs)
    return tuple(entry.key for entry in inputs) if named else FAULTY


def _is_lost(node: Mapping, faults: Faults) -> bool:
    """Whether more than a part is at fault."""
    columns = node.get("columns")
    if isinstance(columns, Mapping) and faults.own(columns):
        return True
    return any(
        faults.inside(entry.value) and (entry.key not in _PARTS or not isinstance(entry.value, Mapping))
        for entry in node
    )


def _unread(columns: Node | None, faults: Faults) -> frozenset[str]:
    entries = columns.entries if isinstance(columns, Mapping) else ()
    return frozenset(entry.key for entry in entries if faults.inside(entry.value))


def _readable(node: Mapping, unread: frozenset[str], faults: Faults) -> Mapping:
    """The section without a split that is at fault, and with `UNREAD` for what is said of the columns that are."""
    entries = []
    for entry in node:
        if entry.key == "columns" and isinstance(entry.value, Mapping):
            columns = tuple(
                each._replace(value=Value(each.value.span, UNREAD)) if each.key in unread else each
                for each in entry.value
            )
            entries.append(entry._replace(value=Mapping(entry.value.span, columns)))
        elif not faults.inside(entry.value):
            entries.append(entry)
    return Mapping(node.span, tuple(entries))


def _inputs(facts: DataFacts, unread: frozenset[str], *, divided: bool) -> dict[str, InputFacts]:
    """The inputs; of those whose shape follows from a fault the size is unknown."""
    return {
        name: found._replace(shape=(None,)) if divided or unread & set(found.columns) else found
        for name, found in facts.inputs.items()
    }
