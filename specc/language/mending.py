"""Slips in a spec's text -> the edits that undo them, where there is no doubt.

Comes in: what a finding is about, with its place. Goes out: a `Fix`, or None where more than one change would do, or
the place may hold something else (an escape, a computed value). Nothing is changed here: `specc.fixing` does that.
"""

import re
from collections.abc import Iterable, Iterator

from specc.diagnostics import Edit, Fix, Span
from specc.language.suggest import certain_match, certain_own_name
from specc.language.tree import Mapping, Node, PlainValue, plain

_TAB_WIDTHS = (2, 4, 8)
_LONGEST = 2**16  # characters of a text that is read once more for each width
_INDENT = re.compile(r"[ \t]*")
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


def with_colon(line: str, span: Span) -> Fix | None:
    """Write `:` after the type that `line` begins a list item with; the keys below it are then beside it or under it.

    `span` is the line's text without its indentation.
    """
    if not re.fullmatch(r"\s*- +[A-Za-z_][\w.]*", line):
        return None
    end = span._replace(line=span.end_line, column=span.end_column)
    return Fix(f"write `{line.strip()}:`", (Edit(end, "", ":"),))


def with_spaces(lines: list[str], path: str) -> Fix | None:
    """Indent by spaces instead of tabs, if the text then means the same however wide a tab is taken to be."""
    meanings: list[PlainValue] = []
    fix = None
    if sum(map(len, lines)) > _LONGEST:
        return None
    for width in _TAB_WIDTHS:
        edits = tuple(_indent_edits(lines, path, width))
        if not edits:  # the tab stands elsewhere; read again, the text would come back here
            return None
        meaning = _meaning("\n".join(_untabbed(line, width) for line in lines), path)
        if meaning is None:
            continue
        meanings.append(meaning)
        fix = fix or Fix(f"indent with {width} spaces for each tab", edits)
    return fix if all(meaning == meanings[0] for meaning in meanings) else None


def _indent_edits(lines: list[str], path: str, width: int) -> Iterator[Edit]:
    for number, line in enumerate(lines, 1):
        indent = _indent(line)
        if "\t" in indent:
            yield Edit(Span(path, number, 1, number, len(indent) + 1), indent, indent.replace("\t", " " * width))


def _untabbed(line: str, width: int) -> str:
    indent = _indent(line)
    return indent.replace("\t", " " * width) + line[len(indent) :]


def _indent(line: str) -> str:
    match = _INDENT.match(line)
    return match.group() if match else ""


def _meaning(text: str, path: str) -> PlainValue:
    """What `text` says; None if it is no YAML."""
    from specc.language.yaml_text import read_yaml

    tree, findings = read_yaml(text, path)
    return None if tree is None or findings else plain(tree)


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
