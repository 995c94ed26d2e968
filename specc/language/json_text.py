"""JSON text -> positioned tree, the same tree that YAML gives.

Strings and numbers are scanned by the standard library's own pieces; the walk over lists and mappings is ours because
the library keeps no places, lets duplicate keys and NaN pass, and recurses without a bound.
"""

import re
from dataclasses import dataclass, field
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from json.scanner import NUMBER_RE
from typing import NoReturn

from specc.diagnostics import Finding, Label, error
from specc.language import limits
from specc.language.source import Positions, start_of
from specc.language.tree import Entry, Mapping, Node, Scalar, Sequence, Value

_SPACE = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(r"[-+]?[\w.]+|\S")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS: dict[str, Scalar] = {"null": None, "true": True, "false": False}


def read_json(text: str, path: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """The tree of `text`, which findings call `path`; None if it is no JSON.

    Findings: duplicate-key (the first is kept), and, with no tree: empty-spec, expansion-limit, invalid-character,
    invalid-syntax, nesting-limit, number-too-large.
    """
    reader = _Reader(text, Positions(text, path))
    bad = _CONTROL.search(text)
    if bad:
        message = f"the character U+{ord(bad.group()):04X} cannot stand in a text"
        return None, (error("invalid-character", message, reader.positions.span(*bad.span())),)
    try:
        start = reader.skip(0)
        if start == len(text):
            return None, (error("empty-spec", "the spec is empty", start_of(path), help='it needs `{"spec": 1, …}`'),)
        tree, end = reader.value(start, 1)
        end = reader.skip(end)
        if end < len(text):
            reader.fail("invalid-syntax", "unexpected text after the end of the spec", end)
    except _FaultError as fault:
        return None, (*reader.findings, fault.finding)
    return tree, tuple(reader.findings)


class _FaultError(Exception):
    """Ends the reading of a text with a finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(slots=True)
class _Reader:
    """Every method takes the offset where it begins and returns what it read and the offset where that ends."""

    text: str
    positions: Positions
    findings: list[Finding] = field(default_factory=list)
    nodes: int = 0

    def skip(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def fail(self, code: str, message: str, at: int, help_line: str = "", labels: tuple[Label, ...] = ()) -> NoReturn:
        match = _WORD.match(self.text, at)
        span = self.positions.span(at, min(match.end(), at + 80) if match else at)
        raise _FaultError(error(code, message, span, help=help_line, labels=labels))

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        self.nodes += 1
        if self.nodes > limits.NODES:
            self.fail("expansion-limit", f"the text holds more than {limits.NODES} values", at)
        if depth > limits.NESTING:
            message = f"lists and mappings are nested more than {limits.NESTING} levels deep"
            self.fail("nesting-limit", message, at)
        first = self.text[at : at + 1]
        if first == "{":
            return self.mapping(at, depth)
        if first == "[":
            return self.sequence(at, depth)
        if first == '"':
            string, end = self.string(at)
            return Value(self.positions.span(at, end), string), end
        scalar, end = self.scalar(at)
        return Value(self.positions.span(at, end), scalar), end

    def scalar(self, at: int) -> tuple[Scalar, int]:
        match = _WORD.match(self.text, at)
        if match is None:
            self.fail("invalid-syntax", "a value is missing at the end of the text", at)
        word = match.group()
        if word in _WORDS:
            return _WORDS[word], match.end()
        # NUMBER_RE ends where the number does: "012" leaves "12", "1.5.2" leaves ".2"
        number = NUMBER_RE.match(self.text, at)
        if word in ("}", "]", ",", ":"):
            self.fail("invalid-syntax", f"a value is missing before `{word}`", at)
        if number is None or not number.group() or _continues(self.text, number.end()):
            self.fail("invalid-syntax", f"`{word[:40]}` is no JSON value", at, _instead(word))
        integer, fraction, exponent = number.groups()
        whole = fraction is None and exponent is None
        too_large = len(integer) > limits.DIGITS if whole else abs(float(number.group())) == float("inf")
        if too_large:
            shown = word if len(word) <= 40 else word[:40] + "…"
            self.fail("number-too-large", f"the number `{shown}` is too large", at)
        return int(integer) if whole else float(number.group()), number.end()

    def string(self, at: int) -> tuple[str, int]:
        try:
            string, end = scanstring(self.text, at + 1, True)
        except JSONDecodeError as problem:
            self.string_fault(at, problem)
        lone = None if string.isascii() else _SURROGATE.search(string)
        if lone:
            message = f"half of a surrogate pair, U+{ord(lone.group()):04X}, is no character"
            raise _FaultError(error("invalid-character", message, self.positions.span(at, end)))
        return string, end

    def string_fault(self, at: int, problem: JSONDecodeError) -> NoReturn:
        if problem.msg.startswith("Unterminated"):
            self.fail_character("invalid-syntax", 'the quote `"` is never closed', at)
        if problem.msg.startswith("Invalid control"):
            if self.text[problem.pos] in "\r\n":
                self.fail_character("invalid-syntax", 'the quote `"` is not closed on its line', at)
            message = f"the character U+{ord(self.text[problem.pos]):04X} cannot stand in a JSON string"
            self.fail_character("invalid-character", message, problem.pos)
        backslash = self.text.rfind("\\", at, problem.pos + 1)
        shown = self.text[backslash : backslash + 2]
        self.fail_character("invalid-syntax", f"`{shown}` begins no JSON escape", backslash, len(shown))

    def fail_character(self, code: str, message: str, at: int, length: int = 1) -> NoReturn:
        raise _FaultError(error(code, message, self.positions.span(at, at + length)))

    def sequence(self, at: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        end = self.skip(at + 1)
        while self.text[end : end + 1] != "]":
            item, end = self.value(end, depth + 1)
            items.append(item)
            end = self.separator(end, at, "]", "list")
        return Sequence(self.positions.span(at, end + 1), tuple(items)), end + 1

    def mapping(self, at: int, depth: int) -> tuple[Node, int]:
        entries: dict[str, Entry] = {}
        end = self.skip(at + 1)
        while self.text[end : end + 1] != "}":
            if self.text[end : end + 1] != '"':
                if end == len(self.text):
                    self.not_closed(at, "mapping", "}")
                self.fail("invalid-syntax", "a key is a string in double quotes", end)
            key, key_end = self.string(end)
            key_span = self.positions.span(end, key_end)
            end = self.skip(key_end)
            if self.text[end : end + 1] != ":":
                self.fail("invalid-syntax", f"expected `:` after the key `{key[:40]}`", end)
            value, end = self.value(self.skip(end + 1), depth + 1)
            if key in entries:
                labels = (Label(entries[key].key_span, "first given here"),)
                message, caption = f"`{key}` is given twice", "and again here"
                self.findings.append(error("duplicate-key", message, key_span, caption=caption, labels=labels))
            else:
                entries[key] = Entry(key, key_span, value)
            end = self.separator(end, at, "}", "mapping")
        return Mapping(self.positions.span(at, end + 1), tuple(entries.values())), end + 1

    def separator(self, at: int, opened: int, closing: str, what: str) -> int:
        """Past the comma after an item, or at the closing bracket."""
        at = self.skip(at)
        mark = self.text[at : at + 1]
        if mark == closing:
            return at
        if not mark:
            self.not_closed(opened, what, closing)
        if mark != ",":
            label = Label(self.positions.span(opened, opened + 1), f"the {what} begins here")
            self.fail("invalid-syntax", f"expected `,` or `{closing}` in this {what}", at, labels=(label,))
        after = self.skip(at + 1)
        if self.text[after : after + 1] == closing:
            self.fail_character("invalid-syntax", f"a comma before `{closing}`", at)
        return after

    def not_closed(self, opened: int, what: str, closing: str) -> NoReturn:
        message = f"the {what} opened by `{self.text[opened]}` is never closed"
        span = self.positions.span(opened, opened + 1)
        raise _FaultError(error("invalid-syntax", message, span, help=f"add `{closing}`"))


def _continues(text: str, at: int) -> bool:
    after = text[at : at + 1]
    return after.isalnum() or after in ("_", ".")


def _instead(word: str) -> str:
    if word.lower() in _WORDS:
        return f"write `{word.lower()}`"
    if word == "None":
        return "write `null`"
    if word.lstrip("+-") in ("NaN", "Infinity"):
        return "JSON has no such number"
    if word[:1] in ("/", "#"):
        return "JSON has no comments"
    return "put text in double quotes" if word[:1].isalpha() or word[:1] in ("'", "_", "$") else ""
