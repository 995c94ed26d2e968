"""YAML text -> positioned tree, by the YAML 1.2 core schema.

PyYAML's parser (libyaml where it is there) gives events; what a scalar means, which keys are allowed and what an alias
stands for is decided here, because PyYAML follows YAML 1.1: `1e-3` is a string to it, `on` true and `010` eight.
Does not know what a spec is: that is the schema's business.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

import yaml

from specc.diagnostics import Finding, Label, Span, error
from specc.language import limits
from specc.language.source import Positions, start_of
from specc.language.tree import Deletion, Entry, Mapping, Node, Scalar, Sequence, Value

# `yaml.CLoader` is missing where PyYAML was built without libyaml; the pure Python parser gives the same events.
LOADER: Final[type[Any]] = getattr(yaml, "CLoader", yaml.SafeLoader)

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# YAML 1.1 breaks lines at these, YAML 1.2 and editors do not: they travel through the parser in disguise.
_OLD_BREAKS = "\x85\u2028\u2029"

_CORE = "tag:yaml.org,2002:"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_SPECIALS = {
    sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")
} | dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan"))
_INTEGER = re.compile(r"[-+]?[0-9]+")
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_RESOLVABLE = frozenset("-+.0123456789~nNtTfF")  # how everything begins that is not a string


def read_yaml(text: str, path: str, loader: type[Any] = LOADER) -> tuple[Node | None, tuple[Finding, ...]]:
    """The tree of the one document in `text`, which findings call `path`; None if the text cannot be used.

    Findings: duplicate-key (the first is kept), and, with no tree: empty-spec, expansion-limit, invalid-character,
    invalid-key, invalid-merge, invalid-syntax, multiple-documents, nesting-limit, number-too-large, recursive-alias,
    undefined-alias, unknown-tag, wrong-type.
    """
    bad = _UNPRINTABLE.search(text)
    if bad:
        return None, (_invalid_character(text, bad.start(), path),)
    disguise = _disguise(text) if any(character in text for character in _OLD_BREAKS) else {}
    parser = loader(text.translate(disguise))
    builder = _Builder(parser, path, {code: chr(old) for old, code in disguise.items()})
    try:
        tree = builder.document()
    except _FaultError as fault:
        return None, (*builder.findings, fault.finding)
    except yaml.MarkedYAMLError as problem:
        from specc.language.yaml_faults import syntax_finding

        return None, (*builder.findings, syntax_finding(problem, text, path))
    finally:
        parser.dispose()
    return tree, tuple(builder.findings)


def resolve(text: str) -> Scalar:
    """What a plain scalar means in the YAML 1.2 core schema.

    Raises:
        OverflowError: a number with more digits or a larger exponent than can be kept.

    """
    if text[:1] not in _RESOLVABLE and text:
        return text
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text) or _PREFIXED.fullmatch(text):
        if len(text) > limits.DIGITS:
            raise OverflowError(text)
        return int(text, {"o": 8, "x": 16}.get(text[1:2], 10))
    if _FLOAT.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise OverflowError(text)
        return number
    return _SPECIALS.get(text, text)


class _FaultError(Exception):
    """Ends the reading of a text with a finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


_Event: TypeAlias = Any  # one of PyYAML's events, whose attributes depend on the kind


class _Parser(Protocol):
    def get_event(self) -> _Event: ...


class _Anchored(NamedTuple):
    node: Node
    size: int
    height: int


_Anchors: TypeAlias = "dict[str, _Anchored | None]"  # None while the anchored node is still being read


@dataclass(slots=True)
class _Builder:
    parser: _Parser
    path: str
    reveal: dict[int, str]
    findings: list[Finding] = field(default_factory=list)
    anchors: _Anchors = field(default_factory=dict)
    nodes: int = 0
    alias_nodes: int = 0
    deepest: int = 0

    def document(self) -> Node:
        next_event = self.parser.get_event
        next_event()  # the stream starts
        event = next_event()
        if isinstance(event, yaml.StreamEndEvent):
            raise _FaultError(_empty_spec(self.path))
        tree = self.node(next_event(), 1)
        next_event()  # the document ends
        event = next_event()
        if not isinstance(event, yaml.StreamEndEvent):
            message = "one file holds one spec, but a second document begins here"
            raise _FaultError(
                error("multiple-documents", message, self.span(event), help="put it in a file of its own")
            )
        if isinstance(tree, Value) and tree.value is None:
            raise _FaultError(_empty_spec(self.path))
        return tree

    def span(self, event: _Event, end: _Event = None) -> Span:
        start, stop = event.start_mark, (end or event).end_mark
        return Span(self.path, start.line + 1, start.column + 1, stop.line + 1, stop.column + 1)

    def node(self, event: _Event, depth: int) -> Node:
        if type(event) is yaml.AliasEvent:
            return self.alias(event, depth)
        self.nodes += 1
        if self.nodes > limits.NODES:
            message = f"the text holds more than {limits.NODES} values"
            raise _FaultError(error("expansion-limit", message, self.span(event)))
        self.check_depth(event, depth)
        anchor = event.anchor
        if anchor is None:
            return self.content(event, depth)
        outer, before = self.deepest, self.nodes
        self.anchors[anchor], self.deepest = None, depth
        node = self.content(event, depth)
        self.anchors[anchor] = _Anchored(node, self.nodes - before + 1, self.deepest - depth)
        self.deepest = max(outer, self.deepest)
        return node

    def check_depth(self, event: _Event, depth: int) -> None:
        self.deepest = max(self.deepest, depth)
        if depth > limits.NESTING:
            message = f"lists and mappings are nested more than {limits.NESTING} levels deep"
            raise _FaultError(error("nesting-limit", message, self.span(event)))

    def content(self, event: _Event, depth: int) -> Node:
        if type(event) is yaml.ScalarEvent:
            return self.scalar(event)
        if type(event) is yaml.SequenceStartEvent:
            self.check_tag(event, "seq")
            return self.sequence(event, depth)
        self.check_tag(event, "map")
        return self.mapping(event, depth)

    def alias(self, event: _Event, depth: int) -> Node:
        span = self.span(event)
        if event.anchor not in self.anchors:
            message = f"no anchor `&{event.anchor}` stands before this alias"
            raise _FaultError(error("undefined-alias", message, span, help=_similar_anchor(event.anchor, self.anchors)))
        anchored = self.anchors[event.anchor]
        if anchored is None:
            message = f"`*{event.anchor}` stands inside the value it repeats"
            raise _FaultError(error("recursive-alias", message, span))
        self.nodes += anchored.size
        self.alias_nodes += anchored.size
        if self.alias_nodes > limits.ALIAS_NODES or self.nodes > limits.NODES:
            message = f"the aliases of this text stand for more than {limits.ALIAS_NODES} values"
            raise _FaultError(error("expansion-limit", message, span))
        self.check_depth(event, depth + anchored.height)
        return anchored.node

    def text(self, event: _Event) -> str:
        text: str = event.value
        if text.isascii():
            return text
        lone = _SURROGATE.search(text)
        if lone:  # PyYAML's own parser lets `\\ud800` pass, libyaml does not
            message = f"the escape of U+{ord(lone.group()):04X} is no character"
            raise _FaultError(error("invalid-character", message, self.span(event)))
        return text.translate(self.reveal) if self.reveal else text

    def scalar(self, event: _Event) -> Value:
        text, tag = self.text(event), event.tag
        span = self.span(event)
        if tag is None:
            try:
                return Value(span, resolve(text) if event.implicit[0] else text)
            except OverflowError:
                raise _FaultError(_too_large(text, span)) from None
        if tag in ("!", _CORE + "str"):
            return Value(span, text)
        for name, types in (("null", type(None)), ("bool", bool), ("int", int), ("float", float)):
            if tag == _CORE + name:
                value = self.resolved(text, span)
                if types is float and type(value) is int:
                    value = float(value)
                if type(value) is types:
                    return Value(span, value)
                raise _FaultError(error("wrong-type", f"the tag `!!{name}` does not fit `{text}`", span))
        if tag == "!delete":
            return Value(span, Deletion(tag))
        raise _FaultError(_unknown_tag(tag, span))

    def resolved(self, text: str, span: Span) -> Scalar:
        try:
            return resolve(text)
        except OverflowError:
            raise _FaultError(_too_large(text, span)) from None

    def check_tag(self, event: _Event, name: str) -> None:
        if event.tag is not None and event.tag not in ("!", _CORE + name):
            raise _FaultError(_unknown_tag(event.tag, self.span(event)))

    def sequence(self, start: _Event, depth: int) -> Sequence:
        items = []
        next_event = self.parser.get_event
        event = next_event()
        while type(event) is not yaml.SequenceEndEvent:
            items.append(self.node(event, depth + 1))
            event = next_event()
        return Sequence(self.collection_span(start, event, items[-1].span if items else None), tuple(items))

    def mapping(self, start: _Event, depth: int) -> Mapping:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        merge_span: Span | None = None
        next_event = self.parser.get_event
        event = next_event()
        last: Span | None = None
        while type(event) is not yaml.MappingEndEvent:
            if type(event) is yaml.ScalarEvent and event.value == "<<" and event.implicit[0] and event.tag is None:
                key_span = self.span(event)
                if merge_span:
                    self.findings.append(_duplicate_key("<<", key_span, merge_span))
                merge_span = merge_span or key_span
                value = self.node(next_event(), depth + 1)
                for entry in self.merge_sources(value, key_span):
                    merged.setdefault(entry.key, entry)
            else:
                key, key_span = self.key(event, depth)
                value = self.node(next_event(), depth + 1)
                if key in own:
                    self.findings.append(_duplicate_key(key, key_span, own[key].key_span))
                else:
                    own[key] = Entry(key, key_span, value)
            last = value.span if value.span.line >= key_span.line else key_span
            event = next_event()
        return Mapping(self.collection_span(start, event, last), tuple((merged | own).values()))

    def collection_span(self, start: _Event, end: _Event, last: Span | None) -> Span:
        """A block collection ends, to libyaml, where the next thing begins; to a reader, with its last value."""
        if start.flow_style or last is None:
            return self.span(start, end)
        mark = start.start_mark
        return Span(self.path, mark.line + 1, mark.column + 1, last.end_line, last.end_column)

    def key(self, event: _Event, depth: int) -> tuple[str, Span]:
        node = self.node(event, depth + 1)
        if not isinstance(node, Value):
            what = "list" if isinstance(node, Sequence) else "mapping"
            hint = "one pair of braces makes a mapping" if what == "mapping" else ""
            raise _FaultError(error("invalid-key", f"a {what} cannot be a key", node.span, help=hint))
        if isinstance(node.value, str):
            return node.value, node.span
        if type(node.value) is int:
            return str(node.value), node.span
        text = self.text(event) if isinstance(event, yaml.ScalarEvent) else str(node.value)
        if not text:
            raise _FaultError(error("invalid-key", "a key is missing before this `:`", node.span))
        kind = "null" if node.value is None else "a boolean" if isinstance(node.value, bool) else "a number"
        message = f"a key is a name, but `{text}` is {kind}"
        raise _FaultError(error("invalid-key", message, node.span, help=f'write `"{text}"` if it is meant as a name'))

    def merge_sources(self, value: Node, key_span: Span) -> list[Entry]:
        sources = value.items if isinstance(value, Sequence) else (value,)
        entries: list[Entry] = []
        for source in sources:
            if not isinstance(source, Mapping):
                message = "`<<` merges a mapping or a list of mappings"
                raise _FaultError(error("invalid-merge", message, key_span))
            entries.extend(source.entries)
        self.nodes += len(entries)
        return entries


def _disguise(text: str) -> dict[int, int]:
    """For each old line break in `text`, a private character that `text` does not use."""
    free = (code for code in range(0xF0000, 0xFFFFD) if chr(code) not in text)
    return {ord(old): next(free) for old in _OLD_BREAKS}


def _invalid_character(text: str, offset: int, path: str) -> Finding:
    code = ord(text[offset])
    message = f"the character U+{code:04X} cannot stand in a text"
    hint = "the file may be binary, or saved in another encoding than UTF-8" if code == 0 else "remove it"
    return error("invalid-character", message, Positions(text, path).span(offset, offset + 1), help=hint)


def _empty_spec(path: str) -> Finding:
    return error("empty-spec", "the spec is empty", start_of(path), help="a spec begins with `spec: 1`")


def _too_large(text: str, span: Span) -> Finding:
    shown = text if len(text) <= 40 else text[:40] + "…"
    return error("number-too-large", f"the number `{shown}` is too large", span)


def _duplicate_key(key: str, span: Span, first: Span) -> Finding:
    labels = (Label(first, "first given here"),)
    return error("duplicate-key", f"`{key}` is given twice", span, caption="and again here", labels=labels)


def _unknown_tag(tag: str, span: Span) -> Finding:
    shown = "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
    return error("unknown-tag", f"the tag `{shown}` is not part of the language", span, help="remove the tag")


def _similar_anchor(name: str, anchors: _Anchors) -> str:
    from specc.language.suggest import did_you_mean

    return did_you_mean(name, anchors, "*")
