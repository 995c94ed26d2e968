"""A tree node that stands where a component may stand -> `Component`.

The node has passed the schema, so types and arguments exist and have the right form; what JSON Schema cannot say is
checked here: exactly one type key, and required arguments of scalar and bare forms.
"""

from specc.catalog import ArgumentFacts, Catalog, EntryFacts
from specc.component import Argument, Component
from specc.diagnostics import Finding, Span, error
from specc.language.tree import Mapping, Node, Sequence, Value


def resolve_component(node: Node, kind: str, catalog: Catalog) -> tuple[Component | None, list[Finding]]:
    """The component that `node` writes as a bare type, or as a one-key mapping `Type: arguments`.

    Returns None and a finding if it writes none.
    """
    match node:
        case Value(value=str() as type_name):
            return build_component(type_name, node.span, None, kind, catalog)
        case Mapping(entries=(entry,)):
            return build_component(entry.key, entry.key_span, entry.value, kind, catalog)
    return None, [error("not-a-component", f"expected one {kind}, written `Type: arguments`", node.span)]


def build_component(
    type_name: str, span: Span, value: Node | None, kind: str, catalog: Catalog
) -> tuple[Component | None, list[Finding]]:
    """The component of type `type_name`, written at `span`, whose arguments are `value` (None: a bare type)."""
    facts = catalog.find(kind, type_name)
    if facts is None:
        return None, [error(f"unknown-{kind}", f"there is no {kind} called `{type_name}`", span)]
    written, findings = _by_name(facts, type_name, value)
    arguments: dict[str, Argument] = {}
    for name, node in written.items():
        declared = facts.arguments.get(name)
        arguments[name], faults = _argument(node, declared, catalog)
        findings += faults
    missing = [name for name, argument in facts.arguments.items() if argument.required and name not in written]
    if missing and not findings:
        names = ", ".join(f"`{name}`" for name in missing)
        findings.append(error("missing-argument", f"`{type_name}` needs {names}", span))
    if findings:
        return None, findings
    return Component(facts.kind, type_name, arguments, span, {name: node.span for name, node in written.items()}), []


def _by_name(facts: EntryFacts, type_name: str, value: Node | None) -> tuple[dict[str, Node], list[Finding]]:
    """The written arguments by name: a mapping as it is, anything else as the first argument."""
    match value:
        case None | Value(value=None):
            return {}, []
        case Mapping():
            return {entry.key: entry.value for entry in value}, []
        case _ if facts.first is None:
            return {}, [error("unknown-argument", f"`{type_name}` takes no arguments", value.span)]
        case _:
            return {facts.first: value}, []


def _argument(node: Node, declared: ArgumentFacts | None, catalog: Catalog) -> tuple[Argument, list[Finding]]:
    if declared is None or declared.component is None:
        return _plain(node), []
    if isinstance(node, Sequence):
        items = [_argument(item, declared, catalog) for item in node.items]
        return [item for item, _ in items], [finding for _, findings in items for finding in findings]
    if isinstance(node, Value) and not isinstance(node.value, str):
        return node.value, []  # null, or the number that stands for the component, as a learning rate for its schedule
    return resolve_component(node, declared.component, catalog)


def _plain(node: Node) -> Argument:
    match node:
        case Mapping():
            return {entry.key: _plain(entry.value) for entry in node}
        case Sequence():
            return [_plain(item) for item in node.items]
        case Value():
            return node.value
