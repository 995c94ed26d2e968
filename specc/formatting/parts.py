"""YAML text -> its parts as they are written, each with its place: what a tree says and how the text says it.

Only for text that `specc.language.yaml_text` could read, with line feeds alone. Comments are no parts:
`specc.language.comments` finds them. Nothing is laid out here.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import yaml

from specc.language.comments import NO_BREAKS
from specc.language.yaml_text import LOADER

Place: TypeAlias = tuple[int, int]
"""A line and a column, from 0."""

_REVEALED = str.maketrans({chr(there): chr(here) for here, there in NO_BREAKS.items()})
_PROPERTY = re.compile(r"&[^\s,\[\]{}]+|!<[^>]*>|![^\s,\[\]{}]*")
_BETWEEN = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BEGINS = (
    yaml.AliasToken,
    yaml.AnchorToken,
    yaml.BlockEntryToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
    yaml.KeyToken,
    yaml.ScalarToken,
    yaml.TagToken,
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar or an alias: its anchor and tag, the text as written (empty where nothing is written), its style.

    `begin` is where the anchor or tag stands, `start` where the text does. `value` is what it says, None for an alias.
    """

    properties: tuple[str, ...]
    text: str
    style: str | None
    value: str | None
    begin: Place
    start: Place
    end: Place


class Item(NamedTuple):
    """One entry of a collection; `key` is None in lists."""

    key: Leaf | None
    value: "Part"


@dataclass(frozen=True, slots=True)
class Collection:
    """A list or a mapping. `column` is where its entries begin, which means nothing in flow style."""

    properties: tuple[str, ...]
    items: tuple[Item, ...]
    is_mapping: bool
    flow: bool
    column: int
    begin: Place
    start: Place
    end: Place


Part: TypeAlias = Leaf | Collection


class Document(NamedTuple):
    """A text's root, the line of its `---` if it has one, and where its parts, dashes and keys begin, in order."""

    root: Part
    marker: int | None
    begins: list[Place]


def parse(text: str) -> Document:
    """The parts of the one document in `text`."""
    disguised = text.translate(NO_BREAKS)
    events: Any = yaml.parse(disguised, Loader=LOADER)
    next(events)  # the stream starts
    start = next(events)
    root = _Reader(text, events).part(next(events))
    begins = sorted({_place(token.start_mark) for token in _tokens(disguised) if isinstance(token, _BEGINS)})
    return Document(root, start.end_mark.line if start.explicit else None, begins)


def _tokens(text: str) -> Any:  # noqa: ANN401  PyYAML's tokens
    return yaml.scan(text, Loader=LOADER)


def _place(mark: Any) -> Place:  # noqa: ANN401  PyYAML's and libyaml's marks are of different classes
    return mark.line, mark.column


class _Reader:
    def __init__(self, text: str, events: Any) -> None:  # noqa: ANN401  PyYAML's events
        self.text = text
        self.events = events
        self.starts = [0]
        for line in text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def part(self, event: Any) -> Part:  # noqa: ANN401
        begin, end = _place(event.start_mark), _place(event.end_mark)
        if isinstance(event, yaml.AliasEvent):
            return Leaf((), self.text[self.offset(begin) : self.offset(end)], None, None, begin, begin, end)
        properties, start = self.properties(event, begin)
        if isinstance(event, yaml.ScalarEvent):
            written = self.text[self.offset(start) : self.offset(end)] if start < end else ""
            return Leaf(properties, written, event.style, event.value.translate(_REVEALED), begin, min(start, end), end)
        return self.collection(event, properties, begin, start)

    def offset(self, place: Place) -> int:
        return self.starts[place[0]] + place[1]

    def properties(self, event: Any, begin: Place) -> tuple[tuple[str, ...], Place]:  # noqa: ANN401
        """The anchor and the tag as written, and where what they belong to may begin."""
        found: list[str] = []
        at = self.offset(begin)
        while len(found) < (event.anchor is not None) + (event.tag is not None):
            match = _PROPERTY.match(self.text, at)
            if match is None:  # libyaml tells of a tag that only its style implies
                break
            found.append(match.group())
            between = _BETWEEN.match(self.text, match.end())
            at = between.end() if between else match.end()
        line = bisect_right(self.starts, at) - 1
        return tuple(found), (line, at - self.starts[line])

    def collection(self, event: Any, properties: tuple[str, ...], begin: Place, start: Place) -> Collection:  # noqa: ANN401
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        items = []
        inner = next(self.events)
        while not isinstance(inner, yaml.CollectionEndEvent):
            key = self.part(inner) if is_mapping else None
            value = self.part(next(self.events) if is_mapping else inner)
            items.append(Item(key if isinstance(key, Leaf) else None, value))
            inner = next(self.events)
        return Collection(
            properties, tuple(items), is_mapping, bool(event.flow_style), start[1], begin, start, _place(inner.end_mark)
        )
