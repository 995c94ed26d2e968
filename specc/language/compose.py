"""Tree as written -> composed tree: overrides applied, variables substituted, `vars` gone.

A substituted value stands, with its span, where it is used. What cannot be computed stays as `Unresolved` text, so that
later stages can keep silent about it. Knows the keys `vars`, `description` and `x-…` and nothing else of a spec.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from specc.diagnostics import Finding, Label, Span, error
from specc.language import limits
from specc.language.expressions import ExpressionError, Hole, Template, evaluate, height, parse, weight
from specc.language.overrides import Overrides, apply
from specc.language.tree import Entry, Mapping, Node, PlainValue, Sequence, Value, plain

__all__ = ["Overrides", "Unresolved", "compose"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_NAMES = frozenset(("true", "false", "null", "and", "or", "not", "if", "else", "min", "max", "round", "len"))


class Unresolved(str):
    """A string whose expression is faulty: a finding says so, and its value is unknown."""

    __slots__ = ()


def compose(tree: Node, overrides: Overrides = Overrides()) -> tuple[Node, tuple[Finding, ...]]:  # noqa: B008  # frozen
    """The tree with overrides and variables in place, without its `vars`.

    Findings: cyclic-variable, expansion-limit, invalid-expression, invalid-name (of a variable), invalid-path,
    nesting-limit, unknown-variable, wrong-type (`vars` that is no mapping), and the YAML reader's about overrides.
    """
    tree, faults = apply(tree, overrides)
    if not isinstance(tree, Mapping):
        return tree, faults
    findings = list(faults)
    variables = _Variables({}, {}, set(), findings)
    definitions = tree.get("vars")
    if isinstance(definitions, Mapping):
        _define(definitions, variables)
    elif definitions is not None and not (isinstance(definitions, Value) and definitions.value is None):
        findings.append(error("wrong-type", "`vars` must be a mapping of names to values", definitions.span))
        variables.unknown_all = True
    entries = [
        entry if entry.key == "description" or entry.key.startswith("x-") else variables.entry(entry, 1)
        for entry in tree
        if entry.key != "vars"
    ]
    return Mapping(tree.span, tuple(entries)), tuple(findings)


@dataclass(slots=True)
class _Variables:
    """The values of the variables, where they are defined, and the names of those whose value is unknown."""

    values: dict[str, PlainValue]
    spans: dict[str, Span]
    unknown: set[str]
    findings: list[Finding]
    unknown_all: bool = False
    spent: int = 0
    # By a node's id: aliases share nodes, and what is shared is substituted once. The node is kept so that its id is.
    done: dict[int, tuple[Node, Node]] = field(default_factory=dict)

    def entry(self, entry: Entry, depth: int) -> Entry:
        value = self.substitute(entry.value, depth + 1)
        return entry if value is entry.value else entry._replace(value=value)

    def substitute(self, node: Node, depth: int) -> Node:
        """`node` with its strings' holes filled; the same object if it has none."""
        if isinstance(node, Value):
            if not isinstance(node.value, str) or "$" not in node.value:
                return node
            known = self.done.get(id(node))
            result = known[1] if known else self.fill(node, node.value, depth)
        else:
            known = self.done.get(id(node))
            if known:
                return known[1]
            result = self.inside(node, depth)
        self.done[id(node)] = (node, result)
        return result

    def inside(self, node: Mapping | Sequence, depth: int) -> Node:
        if isinstance(node, Mapping):
            entries = tuple(self.entry(entry, depth) for entry in node)
            same = all(new is old for new, old in zip(entries, node.entries, strict=True))
            return node if same else Mapping(node.span, entries)
        items = tuple(self.substitute(item, depth + 1) for item in node.items)
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else Sequence(node.span, items)

    def fill(self, node: Value, text: str, depth: int) -> Node:
        if len(self.findings) >= limits.FINDINGS or self.spent > limits.COMPOSED_WEIGHT:
            return Value(node.span, Unresolved(text))
        template = self.template(node, text)
        names = _names(template) if template is not None else []
        if template is None or self.unknown_all or not self.unknown.isdisjoint(names):
            return Value(node.span, Unresolved(text))
        value = self.value(node, template)
        if isinstance(value, Unresolved):
            return Value(node.span, value)
        if depth + height(value) > limits.NESTING:
            message = f"lists and mappings are nested more than {limits.NESTING} levels deep"
            self.findings.append(error("nesting-limit", message, node.span))
            return Value(node.span, Unresolved(text))
        origin = self.spans.get(names[0]) if len(names) == 1 else None
        return _at(value, node.span, origin)

    def template(self, node: Value, text: str) -> Template | None:
        if len(text) > limits.TEMPLATE_LENGTH:
            message = f"a string with variables has at most {limits.TEMPLATE_LENGTH} characters, this has {len(text)}"
            self.findings.append(error("expansion-limit", message, node.span))
            return None
        try:
            return parse(text)
        except ExpressionError as fault:
            self.findings.append(_invalid(node, text, fault))
            return None

    def value(self, node: Value, template: Template) -> PlainValue:
        text = str(node.value)
        try:
            value = evaluate(template, self.values)
        except ExpressionError as fault:
            self.findings.append(
                self.unknown_variable(node, text, fault) if fault.name else _invalid(node, text, fault)
            )
            return Unresolved(text)
        size = weight(value)
        self.spent += size
        if size > limits.COMPUTED_WEIGHT or self.spent > limits.COMPOSED_WEIGHT:
            message = "the variables of this spec stand for more values than it may hold"
            self.findings.append(error("expansion-limit", message, node.span))
            return Unresolved(text)
        return value

    def unknown_variable(self, node: Value, text: str, fault: ExpressionError) -> Finding:
        from specc.language.suggest import did_you_mean

        known = [name for name in self.values if name not in self.unknown]
        hint = did_you_mean(fault.name, known) or (
            "" if known else "define it under `vars`, or write `$$` for a dollar"
        )
        return error("unknown-variable", fault.message, _inside(node, text, fault.start, fault.end), help=hint)


def _define(definitions: Mapping, variables: _Variables) -> None:
    """Evaluates every variable after those it refers to, in whatever order they stand."""
    named: dict[str, Entry] = {}
    for entry in definitions:
        if _NAME.fullmatch(entry.key) and entry.key not in _NOT_NAMES:
            named[entry.key] = entry
        else:
            hint = "a variable's name is letters, digits and `_`, and no word of the expression language"
            message = f"`{entry.key}` cannot name a variable"
            variables.findings.append(error("invalid-name", message, entry.key_span, help=hint))
    uses = {name: [used for used in _used(entry.value) if used in named] for name, entry in named.items()}
    for name in _in_order(uses):
        entry = named[name]
        before = len(variables.findings)
        value = variables.substitute(entry.value, 2)
        if len(variables.findings) > before or _has_unresolved(value):
            variables.unknown.add(name)
        variables.values[name] = plain(value)
        variables.spans[name] = entry.value.span
    cyclic = {name: used for name, used in uses.items() if name not in variables.values}
    variables.unknown.update(cyclic)
    variables.values.update(dict.fromkeys(cyclic))
    for cycle in _cycles(cyclic):
        first, *others = cycle
        labels = tuple(Label(named[name].key_span, "by way of this") for name in others)
        shown = " -> ".join(f"`{name}`" for name in (*cycle[:10], first))
        message = f"the variable `{first}` is defined by itself: {shown}"
        variables.findings.append(error("cyclic-variable", message, named[first].key_span, labels=labels[:9]))


def _used(root: Node) -> list[str]:
    """The names of the variables in a definition; none for a faulty string, which is reported when it is evaluated."""
    names: list[str] = []
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            waiting.extend(entry.value for entry in node)
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node.value, str) and "$" in node.value and len(node.value) <= limits.TEMPLATE_LENGTH:
            try:
                names.extend(_names(parse(node.value)))
            except ExpressionError:
                continue
    return list(dict.fromkeys(names))


def _in_order(uses: dict[str, list[str]]) -> Iterable[str]:
    """The names, each after all it uses; those on or behind a cycle are left out."""
    users: dict[str, list[str]] = {name: [] for name in uses}
    open_uses = {name: len(used) for name, used in uses.items()}
    for name, used in uses.items():
        for other in used:
            users[other].append(name)
    ready = [name for name, count in open_uses.items() if count == 0]
    for name in ready:  # grows while it is walked
        yield name
        for user in users[name]:
            open_uses[user] -= 1
            if open_uses[user] == 0:
                ready.append(user)


def _cycles(uses: dict[str, list[str]]) -> list[list[str]]:
    """The cycles met when from each name the first open use is followed; each once."""
    cycles: list[list[str]] = []
    seen: set[str] = set()
    for start in uses:
        way: dict[str, None] = {}
        name = start
        while name not in seen and name not in way:
            way[name] = None
            name = next(used for used in uses[name] if used in uses)
        if name in way:
            names = list(way)
            cycles.append(names[names.index(name) :])
        seen.update(way)
    return cycles


def _has_unresolved(node: Node) -> bool:
    if isinstance(node, Mapping):
        return any(_has_unresolved(entry.value) for entry in node)
    if isinstance(node, Sequence):
        return any(_has_unresolved(item) for item in node.items)
    return isinstance(node.value, Unresolved)


def _names(template: Template) -> list[str]:
    return list(dict.fromkeys(name for piece in template if isinstance(piece, Hole) for name in piece.names))


def _at(value: PlainValue, span: Span, origin: Span | None) -> Node:
    """A computed value as a tree that stands, all of it, at `span`."""
    if isinstance(value, dict):
        return Mapping(span, tuple(Entry(key, span, _at(item, span, origin)) for key, item in value.items()))
    if isinstance(value, list):
        return Sequence(span, tuple(_at(item, span, origin) for item in value))
    return Value(span, value, origin)


def _invalid(node: Value, text: str, fault: ExpressionError) -> Finding:
    return error("invalid-expression", fault.message, _inside(node, text, fault.start, fault.end))


def _inside(node: Value, text: str, start: int, end: int) -> Span:
    """The place of a stretch of a string, exact if the string stands on one line as it is, else the whole string's."""
    span = node.span
    extra = span.end_column - span.column - len(text)
    if span.line != span.end_line or extra not in (0, 2):
        return span
    begin = span.column + extra // 2  # 2 are the quotes
    return span._replace(column=begin + start, end_column=begin + end)
