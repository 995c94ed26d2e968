"""A composed tree and the errors found in it -> which of its parts are at fault.

Resolvers ask `Faults` before they read a part, and take `FAULTY` for what is at fault, so that all that passes them has
passed the schema, and each of its neighbours is resolved as if there were no fault.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

from specc.diagnostics import Finding, Level, Span
from specc.language.tree import Mapping, Node, Sequence, Value
from specc.language.variables import Unresolved
from specc.spec.unknown import FAULTY


class Faults:
    """The parts of `root` that an error lies in, by the errors' places.

    What an alias, a merge, a variable or `--set` brings in stands elsewhere in the text, or in another one, and is
    found there.
    """

    __slots__ = ("_inside", "_own", "_root", "_spans", "_stray")

    def __init__(self, root: Node, findings: Iterable[Finding]) -> None:
        """Of the errors among `findings`, which are about `root`."""
        spans = [span for finding in findings if finding.level is Level.ERROR for span in _places(finding)]
        self._spans = sorted(set(spans))
        self._root = root
        # By the nodes' ids; the nodes are kept so that their ids are: copies of an entry are made while names are.
        self._inside: dict[int, tuple[Node, bool]] = {}
        self._own: dict[int, tuple[Node, bool]] = {}
        self._stray = set(self._stray_keys()) if self._spans else set()

    def inside(self, node: Node) -> bool:
        """Whether anything in the node is at fault."""
        if not self._spans:
            return False
        found = self._inside.get(id(node))
        if found is None:
            self._inside[id(node)] = node, False
            found = self._inside[id(node)] = node, self._look_inside(node)
        return found[1]

    def own(self, mapping: Mapping) -> bool:
        """Whether the mapping's keys are at fault, or it lacks one: what it leaves out may be what was meant."""
        if not self._spans:
            return False
        found = self._own.get(id(mapping))
        if found is None:
            keys = any(self.at(entry.key_span) for entry in mapping)
            parts = [(entry.key_span, entry.value.span) for entry in mapping]
            found = self._own[id(mapping)] = mapping, keys or self._besides(mapping.span, parts)
        return found[1]

    def at(self, span: Span) -> bool:
        """Whether an error lies in a key or a scalar at `span`."""
        return next(self._within(span), None) is not None

    def part(self, mapping: Mapping, key: str) -> Any:  # noqa: ANN401  a node, or FAULTY
        """The list or mapping under `key`, which may have faults inside; None if it is left out, and rightly so."""
        entry = mapping.entry(key)
        if entry is None:
            lost = self._spans and (self.own(mapping) or key in self._stray or self._root_lacks())
            return FAULTY if lost else None
        at_fault = self._spans and (self.at(entry.key_span) or self._is_itself(entry.value))
        return FAULTY if at_fault else entry.value

    def get(self, mapping: Mapping, key: str) -> Any:  # noqa: ANN401  a node, or FAULTY
        """The value under `key`, in which nothing is at fault; None if it is left out, and rightly so."""
        found = self.part(mapping, key)
        return found if found is None or found is FAULTY or not self.inside(found) else FAULTY

    def sound(self, mapping: Mapping) -> Iterator[Any]:
        """The entries in which nothing is at fault."""
        return (entry for entry in mapping if not self.at(entry.key_span) and not self.inside(entry.value))

    def _is_itself(self, node: Node) -> bool:
        return isinstance(node, Value) and self.inside(node)

    def _root_lacks(self) -> bool:
        return isinstance(self._root, Mapping) and self.own(self._root)

    def _look_inside(self, node: Node) -> bool:
        match node:
            case Value():
                return isinstance(node.value, Unresolved) or self.at(node.span)
            case Mapping():
                return self.own(node) or any(self.inside(entry.value) for entry in node)
            case Sequence():
                if any(self.inside(item) for item in node.items):
                    return True
                return self._besides(node.span, [(item.span, item.span) for item in node.items])

    def _within(self, span: Span) -> Iterator[Span]:
        """The errors that lie in a stretch of text."""
        end = (span.end_line, span.end_column)
        for number in range(bisect_left(self._spans, (*span[:3], 0, 0)), len(self._spans)):
            found = self._spans[number]
            if found.path != span.path or found[1:3] > end:
                return
            if found[3:5] <= end:
                yield found

    def _besides(self, span: Span, parts: list[tuple[Span, Span]]) -> bool:
        """Whether an error lies in `span` and in none of the parts of it, each from one span to another.

        An error of all of it is its own, though a mapping's only entry may stand in the same place.
        """
        return any(
            found[1:5] == span[1:5] or not any(_holds(first, last, found) for first, last in parts)
            for found in self._within(span)
        )

    def _stray_keys(self) -> Iterator[str]:
        """The names of the keys that are at fault: they may have been meant for another section."""
        waiting, seen = [self._root], set()
        while waiting:
            node = waiting.pop()
            if id(node) in seen or not self.inside(node):
                continue
            seen.add(id(node))
            if isinstance(node, Mapping):
                yield from (entry.key for entry in node if self.at(entry.key_span))
                waiting += [entry.value for entry in node]
            elif isinstance(node, Sequence):
                waiting += node.items


def _holds(first: Span, last: Span, found: Span) -> bool:
    if not first.path == last.path == found.path or last[1:3] < first[1:3]:  # what an alias stands for is elsewhere
        return first.path == found.path and first[1:3] <= found[1:3] and found[3:5] <= first[3:5]
    return first[1:3] <= found[1:3] and found[3:5] <= last[3:5]


def _places(finding: Finding) -> Iterator[Span]:
    """Where the fault is: of a key that is given twice, both values are in doubt."""
    yield finding.span
    if finding.code == "duplicate-key":
        yield from (label.span for label in finding.labels)


def words(node: Node) -> Iterator[str]:
    """Every scalar in a node as a word, keys left out."""
    match node:
        case Value(value=value):
            yield str(value)
        case Mapping():
            for entry in node:
                yield from words(entry.value)
        case Sequence():
            for item in node.items:
                yield from words(item)
