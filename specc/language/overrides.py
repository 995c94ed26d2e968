"""What the command line changes in a spec: `--set path=value` and `--var name=value`, applied to the tree.

The options read like files of their own called `--set` and `--var`, one option a line, so that findings point at
them.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from specc.diagnostics import Finding, Span, error
from specc.language.source import LINE_BREAK, Source
from specc.language.tree import Entry, Mapping, Node, Sequence, Value, plain
from specc.language.yaml_text import read_yaml

SET, VAR = "--set", "--var"


class Overrides(NamedTuple):
    """The options as written: `sets` are (path, value), `variables` are (name, value). Later ones win."""

    sets: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()

    def sources(self) -> tuple[Source, ...]:
        """The texts that findings about overrides point into."""
        given = ((SET, self.sets), (VAR, self.variables))
        return tuple(Source(name, _listing(options)) for name, options in given if options)


def apply(tree: Node, overrides: Overrides) -> tuple[Node, tuple[Finding, ...]]:
    """The tree with every override in its place.

    Findings: unknown-variable (a `--var` that the spec does not define), invalid-path (a `--set` that leads nowhere),
    and those of the YAML reader for values.
    """
    findings: list[Finding] = []
    for span, name, value in _options(VAR, overrides.variables, findings):
        defined = tree.get("vars") if isinstance(tree, Mapping) else None
        known = [entry.key for entry in defined] if isinstance(defined, Mapping) else []
        if name in known:
            tree = _put(tree, ("vars", name), value, span)
        else:
            findings.append(_unknown(name, span, known))
    for span, path, value in _options(SET, overrides.sets, findings):
        try:
            tree = _put(tree, tuple(path.split(".")), value, span)
        except _PathError as fault:
            findings.append(error("invalid-path", fault.message, span, help=fault.hint))
    return tree, tuple(findings)


def _listing(options: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name}={_indented(name, value)}" for name, value in options)


def _indented(name: str, value: str) -> str:
    """A value of several lines so that all of them begin where the first does in the listing."""
    return value.replace("\n", "\n" + " " * (len(name) + 1))


def _options(
    pseudo_file: str, options: tuple[tuple[str, str], ...], findings: list[Finding]
) -> Iterable[tuple[Span, str, Node]]:
    """Each option's name with its place, and its value read as YAML; options with faulty values are left out."""
    line = 1
    for name, given in options:
        text = _indented(name, given)
        span = Span(pseudo_file, line, 1, line, len(name) + 1)
        after = Span(pseudo_file, line, len(name) + 2, line, len(name) + 2)
        # The blanks put the value where it stands in the listing.
        value, faults = read_yaml("\n" * (line - 1) + " " * (len(name) + 1) + text, pseudo_file)
        if any(fault.code == "empty-spec" for fault in faults):
            value, faults = Value(after, None), ()
        findings.extend(faults)
        if value is not None and not faults:
            yield span, name, value
        line += len(LINE_BREAK.split(f"{name}={text}"))


def _unknown(name: str, span: Span, known: list[str]) -> Finding:
    from specc.language.schema_words import listed
    from specc.language.suggest import did_you_mean

    notes = (f"the spec's variables are {listed(known)}",) if known else ("the spec has no `vars`",)
    help_ = did_you_mean(name, known)
    return error("unknown-variable", f"there is no variable `{name}`", span, help=help_, notes=() if help_ else notes)


class _PathError(Exception):
    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def _put(root: Node, path: tuple[str, ...], value: Node, span: Span) -> Node:
    """`root` with `value` at `path`; mappings that are missing on the way are made."""
    if not all(path):
        raise _PathError("the path has an empty step", "write it like `training.epochs=5`")
    way: list[tuple[Node, str | int]] = []
    node, at = root, 0
    while at < len(path):
        if isinstance(node, Value) and node.value is None:
            node = Mapping(node.span, ())
        if isinstance(node, Mapping):
            key = _key(node, path[at:])
            way.append((node, key))
            at += key.count(".") + 1
            found = node.get(key)
            node = Mapping(span, ()) if found is None else found
        elif isinstance(node, Sequence):
            index = _index(node, path[at], ".".join(path[:at]))
            way.append((node, index))
            node, at = node.items[index], at + 1
        else:
            there = ".".join(path[:at]) or "the spec"
            message = f"`{there}` is the value `{plain(node)}`, which has nothing called `{path[at]}`"
            raise _PathError(message, "set the whole value")
    for parent, step in reversed(way):
        value = _with(parent, step, value, span)
    return value


def _key(node: Mapping, path: tuple[str, ...]) -> str:
    """The key that the path names here: keys such as `ops.mean` have dots of their own."""
    known = {entry.key for entry in node}
    joined = (".".join(path[:length]) for length in range(min(len(path), 3), 1, -1))
    return next((key for key in joined if key in known), path[0])


def _index(node: Sequence, step: str, there: str) -> int:
    if not (step.isascii() and step.isdigit()):
        raise _PathError(f"`{there}` is a list, whose items are numbered from 0, not called `{step}`")
    index = int(step) if len(step) < 10 else len(node.items)
    if index >= len(node.items):
        raise _PathError(f"`{there}` has {len(node.items)} items, numbered from 0, but no item {step}")
    return index


def _with(parent: Node, step: str | int, value: Node, span: Span) -> Node:
    if isinstance(parent, Sequence) and isinstance(step, int):
        return replace(parent, items=(*parent.items[:step], value, *parent.items[step + 1 :]))
    entries = parent.entries if isinstance(parent, Mapping) else ()
    key = str(step)
    if not any(entry.key == key for entry in entries):
        return Mapping(parent.span, (*entries, Entry(key, span, value)))
    changed = tuple(entry._replace(value=value) if entry.key == key else entry for entry in entries)
    return Mapping(parent.span, changed)
