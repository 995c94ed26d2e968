"""Slips in a spec's text -> the edits that undo them, where there is no doubt.

Comes in: what a finding is about, with its place. Goes out: a `Fix`, or None where more than one change would do, or
the place may hold something else (an escape, a computed value). Nothing is changed here: `specc.fixing` does that.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from specc.diagnostics import Edit, Fix, Span
from specc.language.suggest import certain_match, certain_own_name
from specc.language.tree import Mapping, Node, PlainValue, Sequence, Value, plain

_TAB_WIDTHS = (2, 4, 8)
_OLD_BREAKS = re.compile("[\x85\u2028\u2029]")
_LONGEST = 2**16  # characters of a text that is read once more for each width
_INDENT = re.compile(r"(?:[ \t]*-(?=[ \t]))*[ \t]*")  # a list's dashes are part of it
# What means itself without quotes, wherever it stands in YAML.
_WORDS = re.compile(r"[A-Za-z_][\w.()/-]*(?: [\w.()/-]+)*", re.ASCII)
_CONSTANTS = frozenset(("true", "false", "null"))


def respelt(span: Span, name: str, known: Iterable[str], beside: Iterable[str] = ()) -> Fix | None:
    """Replace the word `name` by the one of `known` that it can only be a slip of.

    `beside` are the keys of the mapping that `name` is a key of: none may come twice.
    """
    known = tuple(known)
    match = certain_match(name, known)
    if match is None or any(key == match or certain_match(key, known) == match for key in beside if key != name):
        return None
    return _renamed(span, name, match)


def respelt_own_name(span: Span, name: str, known: Iterable[str]) -> Fix | None:
    """Like `respelt` for names that the user made up: layers, inputs, columns."""
    match = certain_own_name(name, known)
    return _renamed(span, name, match) if match else None


def _renamed(span: Span, name: str, match: str) -> Fix | None:
    """The word alone changes, so that quotes around it stay."""
    extra = span.end_column - span.column - len(name)
    if span.line != span.end_line or extra not in (0, 2) or not _WORDS.fullmatch(match) or match in _CONSTANTS:
        return None
    inside = span._replace(column=span.column + extra // 2, end_column=span.end_column - extra // 2)
    return _replaced(inside, name, match)


def without_fraction(span: Span, value: float) -> Fix | None:
    """Replace an integer that is written as a fraction by the integer."""
    return _replaced(span, str(value), str(int(value)))


def without_quotes(span: Span, text: str) -> Fix | None:
    """Take the quotes off a number that is written as a string."""
    return _replaced(span, f'"{text}"', text)


def as_word(span: Span, old: str, new: str) -> Fix | None:
    """Replace a bare word by another, as `yes` by `true`."""
    return _replaced(span, old, new)


def _replaced(span: Span, old: str, new: str) -> Fix | None:
    if span.line != span.end_line or span.end_column - span.column != len(old):
        return None
    return Fix(f"replace `{old}` by `{new}`", (Edit(span, old, new),))


def with_first_key(root: Node, written: str) -> Fix | None:
    """Begin the mapping of a YAML document, not one in braces, with the line `written`."""
    first = root.entries[0].key_span if isinstance(root, Mapping) and root.entries else None
    if first is None or first[:3] != root.span[:3]:
        return None
    here = first._replace(end_line=first.line, end_column=first.column)
    return Fix(f"insert `{written}`", (Edit(here, "", f"{written}\n{' ' * (first.column - 1)}"),))


def with_colon(path: str, lines: list[str], number: int) -> Fix | None:
    """Write `:` after the type that line `number` (from 1) is, as a list item; the keys below it are then its own."""
    match = re.fullmatch(r"(\s*- +[A-Za-z_][\w.]*)(\s+#.*|\s*)", lines[number - 1])
    if not match:
        return None
    end = Span(path, number, match.end(1) + 1, number, match.end(1) + 1)
    return Fix(f"write `{match[1].strip()}:`", (Edit(end, "", ":"),))


def with_space(path: str, lines: list[str], number: int) -> Fix | None:
    """Write a space after the `:` of a key in line `number` (from 1), whose value follows at once."""
    match = re.match(r"\s*(?:- +)*([A-Za-z_][\w.-]*:)[^\s:/\\]", lines[number - 1])  # neither an address nor a drive
    if not match or _goes_on(lines, number):
        return None
    end = Span(path, number, match.end(1) + 1, number, match.end(1) + 1)
    return Fix(f"put a space after `{match[1]}`", (Edit(end, "", " "),))


def _goes_on(lines: list[str], number: int) -> bool:
    """Whether line `number` (from 1) may be the text of the value that the line above begins."""
    above = next((line for line in reversed(lines[: number - 1]) if line.strip()), "")
    deeper = len(lines[number - 1]) - len(lines[number - 1].lstrip()) > len(above) - len(above.lstrip())
    return deeper and re.search(r":\s+[^\s#]", above) is not None


def with_spaces(lines: list[str], path: str) -> Fix | None:
    """Indent by spaces instead of tabs, if the text then means the same however wide a tab is taken to be."""
    meanings: list[PlainValue] = []
    fix = None
    if sum(map(len, lines)) > _LONGEST:
        return None
    for width in _TAB_WIDTHS:
        indented = _indented(lines, path, width)
        if indented is None:
            continue
        meaning, edits = indented
        if not edits:  # the tab stands elsewhere; read again, the text would come back here
            return None
        meanings.append(meaning)
        fix = fix or Fix(f"indent with {width} spaces for each tab", edits)
    return fix if all(meaning == meanings[0] for meaning in meanings) else None


def _indented(lines: list[str], path: str, width: int) -> tuple[PlainValue, tuple[Edit, ...]] | None:
    """What the text means with tabs of this width, and the edits; tabs inside a text of many lines are kept."""
    tree = _read(lines, path, frozenset(), width)
    if tree is None:
        return None
    inside = frozenset(_lines_inside_texts(tree))
    kept = _read(lines, path, inside, width) if inside else None
    if kept is None:
        inside = frozenset()
    return plain(kept or tree), tuple(_indent_edits(lines, path, inside, width))


def _read(lines: list[str], path: str, kept: frozenset[int], width: int) -> Node | None:
    """The text with tabs of this width but in the `kept` lines; None if that is no YAML."""
    from specc.language.yaml_text import LOADER, read_yaml

    text = "\n".join(line if number in kept else _untabbed(line, width) for number, line in enumerate(lines, 1))
    if not _parses(text, LOADER):  # asked first: a text with a fault would come back here to be mended
        return None
    tree, findings = read_yaml(text, path)
    return None if findings else tree


def _parses(text: str, loader: type[Any]) -> bool:
    try:
        for _ in yaml.parse(text, loader):
            pass
    except (yaml.YAMLError, RecursionError):
        return False
    return not _OLD_BREAKS.search(text)  # read in disguise, so that a fault may be left


def _lines_inside_texts(node: Node) -> Iterator[int]:
    """The numbers of the lines that texts go on in, but do not begin in."""
    match node:
        case Mapping(entries=entries):
            for entry in entries:
                yield from _lines_inside_texts(entry.value)
        case Sequence(items=items):
            for item in items:
                yield from _lines_inside_texts(item)
        case Value(span=span):
            yield from range(span.line + 1, span.end_line + (span.end_column > 1))


def _indent_edits(lines: list[str], path: str, kept: frozenset[int], width: int) -> Iterator[Edit]:
    for number, line in enumerate(lines, 1):
        indent = _indent(line)
        if "\t" in indent and number not in kept:
            yield Edit(Span(path, number, 1, number, len(indent) + 1), indent, indent.expandtabs(width))


def _untabbed(line: str, width: int) -> str:
    indent = _indent(line)
    return indent.expandtabs(width) + line[len(indent) :]


def _indent(line: str) -> str:
    match = _INDENT.match(line)
    return match.group() if match else ""


def without_text(lines: list[str], path: str, number: int, start: int, end: int) -> Fix:
    """Remove offsets `start` to `end` of line `number` (from 1), and the whole line if nothing else is on it."""
    line = lines[number - 1]
    if not line[end:].strip():
        start, end = len(line[:start].rstrip()), len(line)
    description = f"remove `{line[start:end].strip(' ,')}`"
    removed = Fix(description, (Edit(Span(path, number, start + 1, number, end + 1), line[start:end], ""),))
    if start > 0 or end < len(line) or number == len(lines):
        return removed
    return Fix(description, (Edit(Span(path, number, 1, number + 1, 1), f"{line}\n", ""),))
