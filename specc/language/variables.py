"""Variables: definitions -> values, and trees with `$name` and `$(expression)` -> trees with values in their place.

A substituted value stands, with its span, where it is used. What cannot be computed stays as `Unresolved` text, so that
later stages can keep silent about it. Knows nothing of a spec's sections.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from typing import TypeGuard

from specc.diagnostics import Finding, Label, Span, error
from specc.language import limits
from specc.language.expressions import ExpressionError, Hole, Template, evaluate, height, parse, weight
from specc.language.tree import Entry, Mapping, Node, PlainValue, Sequence, Value, plain

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_NAMES = frozenset(("true", "false", "null", "and", "or", "not", "if", "else", "min", "max", "round", "len"))


class Unresolved(str):
    """A string whose expression is faulty: a finding says so, and its value is unknown."""

    __slots__ = ()


@dataclass(slots=True)
class Tally:
    """What all environments of a spec have in common: the findings so far, and how much has been written."""

    findings: list[Finding] = field(default_factory=list)
    spent: int = 0
    expanded: int = 0


@dataclass(slots=True)
class Variables:
    """The values of the variables in sight, where each is defined, and the names of those whose value is unknown."""

    tally: Tally = field(default_factory=Tally)
    values: dict[str, PlainValue] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    unknown_all: bool = False
    # By a node's id: aliases share nodes, and what is shared is substituted once. The node is kept so that its id is.
    done: dict[int, tuple[Node, Node]] = field(default_factory=dict)

    def within(self, values: AbstractMapping[str, Node]) -> "Variables":
        """These variables and `values`, which hide those of their names; a value that is unresolved is unknown."""
        inner = Variables(self.tally, dict(self.values), dict(self.spans), set(self.unknown), self.unknown_all)
        for name, node in values.items():
            inner.set(name, node)
        return inner

    def set(self, name: str, node: Node) -> None:
        """Give a variable its value."""
        self.values[name] = plain(node)
        self.spans[name] = node.span
        if has_unresolved(node):
            self.unknown.add(name)
        else:
            self.unknown.discard(name)

    def entry(self, entry: Entry, depth: int) -> Entry:
        """The entry with its value's holes filled."""
        value = self.substitute(entry.value, depth + 1)
        return entry if value is entry.value else entry._replace(value=value)

    def substitute(self, node: Node, depth: int) -> Node:
        """`node` with its strings' holes filled; the same object if it has none."""
        if isinstance(node, Value):
            if not has_hole(node):
                return node
            known = self.done.get(id(node))
            result = known[1] if known else self._fill(node, str(node.value), depth)
        else:
            known = self.done.get(id(node))
            if known:
                return known[1]
            result = self._inside(node, depth)
        self.done[id(node)] = (node, result)
        return result

    def _inside(self, node: Mapping | Sequence, depth: int) -> Node:
        if isinstance(node, Mapping):
            entries = tuple(self.entry(entry, depth) for entry in node)
            same = all(new is old for new, old in zip(entries, node.entries, strict=True))
            return node if same else Mapping(node.span, entries)
        items = tuple(self.substitute(item, depth + 1) for item in node.items)
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else Sequence(node.span, items)

    def _fill(self, node: Value, text: str, depth: int) -> Node:
        tally = self.tally
        if len(tally.findings) >= limits.FINDINGS or tally.spent > limits.COMPOSED_WEIGHT:
            return Value(node.span, Unresolved(text))
        template = self._template(node, text)
        names = _names(template) if template is not None else []
        if template is None or self.unknown_all or not self.unknown.isdisjoint(names):
            return Value(node.span, Unresolved(text))
        value = self._value(node, template)
        if isinstance(value, Unresolved):
            return Value(node.span, value)
        if depth + height(value) > limits.NESTING:
            message = f"lists and mappings are nested more than {limits.NESTING} levels deep"
            tally.findings.append(error("nesting-limit", message, node.span))
            return Value(node.span, Unresolved(text))
        origin = self.spans.get(names[0]) if len(names) == 1 else None
        return _at(value, node.span, origin)

    def _template(self, node: Value, text: str) -> Template | None:
        if len(text) > limits.TEMPLATE_LENGTH:
            message = f"a string with variables has at most {limits.TEMPLATE_LENGTH} characters, this has {len(text)}"
            self.tally.findings.append(error("expansion-limit", message, node.span))
            return None
        try:
            return parse(text)
        except ExpressionError as fault:
            self.tally.findings.append(_invalid(node, text, fault))
            return None

    def _value(self, node: Value, template: Template) -> PlainValue:
        text = str(node.value)
        try:
            value = evaluate(template, self.values)
        except ExpressionError as fault:
            self.tally.findings.append(
                self._unknown_variable(node, text, fault) if fault.name else _invalid(node, text, fault)
            )
            return Unresolved(text)
        size = weight(value)
        self.tally.spent += size
        if size > limits.COMPUTED_WEIGHT or self.tally.spent > limits.COMPOSED_WEIGHT:
            message = "the variables of this spec stand for more values than it may hold"
            self.tally.findings.append(error("expansion-limit", message, node.span))
            return Unresolved(text)
        return value

    def _unknown_variable(self, node: Value, text: str, fault: ExpressionError) -> Finding:
        from specc.language.suggest import did_you_mean

        known = [name for name in self.values if name not in self.unknown]
        hint = did_you_mean(fault.name, known) or (
            "" if known else "define it under `vars`, or write `$$` for a dollar"
        )
        return error("unknown-variable", fault.message, _inside(node, text, fault.start, fault.end), help=hint)


def define(definitions: Node | None, tally: Tally, *, complete: bool = True) -> Variables:
    """The variables of a `vars:` mapping, each evaluated after those it refers to, in whatever order they stand.

    If the mapping is not `complete`, every variable is unknown.

    Findings go to `tally`: cyclic-variable, expansion-limit, invalid-expression, invalid-name, nesting-limit,
    unknown-variable, and wrong-type for what is no mapping, where every variable is unknown.
    """
    variables = Variables(tally, unknown_all=not complete)
    if isinstance(definitions, Mapping):
        _define(definitions, variables)
    elif definitions is not None and not (isinstance(definitions, Value) and definitions.value is None):
        tally.findings.append(error("wrong-type", "`vars` must be a mapping of names to values", definitions.span))
        variables.unknown_all = True
    return variables


def has_hole(node: Node) -> TypeGuard[Value]:
    """Whether `node` is a string with a `$` in it."""
    return isinstance(node, Value) and isinstance(node.value, str) and "$" in node.value


def used_names(text: str) -> list[str]:
    """The names of the variables in a string; none for a faulty one, which is reported when it is evaluated."""
    if len(text) > limits.TEMPLATE_LENGTH:
        return []
    try:
        return _names(parse(text))
    except ExpressionError:
        return []


def has_unresolved(node: Node) -> bool:
    """Whether anything in `node` is unknown."""
    if isinstance(node, Mapping):
        return any(has_unresolved(entry.value) for entry in node)
    if isinstance(node, Sequence):
        return any(has_unresolved(item) for item in node.items)
    return isinstance(node.value, Unresolved)


def is_variable_name(name: str) -> bool:
    """Whether `name` can name a variable: letters, digits and `_`, and no word of the expression language."""
    return bool(_NAME.fullmatch(name)) and name not in _NOT_NAMES


def invalid_name(name: str, span: Span) -> Finding:
    """What is said of a variable whose name is none."""
    hint = "a variable's name is letters, digits and `_`, and no word of the expression language"
    return error("invalid-name", f"`{name}` cannot name a variable", span, help=hint)


def _define(definitions: Mapping, variables: Variables) -> None:
    findings = variables.tally.findings
    named = {entry.key: entry for entry in definitions if is_variable_name(entry.key)}
    strange = [entry for entry in definitions if entry.key not in named]
    findings += [invalid_name(entry.key, entry.key_span) for entry in strange]
    variables.unknown.update(entry.key for entry in strange)
    uses = {name: [used for used in _used(entry.value) if used in named] for name, entry in named.items()}
    for name in _in_order(uses):
        entry = named[name]
        before = len(findings)
        value = variables.substitute(entry.value, 2)
        if len(findings) > before or has_unresolved(value):
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
        findings.append(error("cyclic-variable", message, named[first].key_span, labels=labels[:9]))


def _used(root: Node) -> list[str]:
    """The names of the variables in a definition."""
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
        elif has_hole(node):
            names.extend(used_names(str(node.value)))
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


def _names(template: Template) -> list[str]:
    return list(dict.fromkeys(name for piece in template if isinstance(piece, Hole) for name in piece.names))


def _at(value: PlainValue, span: Span, origin: Span | None) -> Node:
    """A computed value as a tree that stands, all of it, at `span`."""
    if isinstance(value, dict):
        return Mapping(span, tuple(Entry(key, span, _at(item, span, origin)) for key, item in value.items()), origin)
    if isinstance(value, list):
        return Sequence(span, tuple(_at(item, span, origin) for item in value), origin)
    return Value(span, value, origin)


def _invalid(node: Value, text: str, fault: ExpressionError) -> Finding:
    cut = fault.message.endswith("never closed")
    help_ = "inside braces and brackets a comma ends the value: put the expression in quotes" if cut else ""
    return error("invalid-expression", fault.message, _inside(node, text, fault.start, fault.end), help=help_)


def _inside(node: Value, text: str, start: int, end: int) -> Span:
    """The place of a stretch of a string, exact if the string stands on one line as it is, else the whole string's."""
    span = node.span
    extra = span.end_column - span.column - len(text)
    if span.line != span.end_line or extra not in (0, 2):
        return span
    begin = span.column + extra // 2  # 2 are the quotes
    return span._replace(column=begin + start, end_column=begin + end)
