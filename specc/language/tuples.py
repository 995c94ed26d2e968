"""A Python tuple written in a spec -> the finding that says how YAML writes the list.

Comes in: a tree, and the place of a value that does not fit. To YAML `(3, 3)` is a text; in braces or brackets it is
two pieces, `(3` and `3)`, each of which alone makes no sense to its reader. Text that fits where it stands is no matter
of this module. Only faults need it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from specc.diagnostics import Edit, Finding, Fix, Span, error
from specc.language.tree import Entry, Mapping, Node, Path, Sequence, Value, descend

_ITEM = r"(?:[-+]?[0-9][0-9.]*(?:[eE][-+]?[0-9]+)?|None|null|True|False)"
_PIECE = re.compile(rf"[( ]*{_ITEM}?[) ]*")
_WHOLE = re.compile(rf"\((?:[\s,()]|{_ITEM})*\)")
_LONGEST = 1000  # characters of a text, and pieces, that are looked at
_WORDS = {"None": "null", "True": "true", "False": "false"}
_OTHERS = re.compile(r"None|True|False|[()]")


class _Piece(NamedTuple):
    """One scalar of a collection: its text and place, and the step that leads to it."""

    step: str | int
    text: str
    span: Span
    begins: bool  # a value, or a list's item; else a key without a value


class Tuple(NamedTuple):
    """A tuple: the place of its first value, and its pieces."""

    path: Path
    pieces: tuple[_Piece, ...]

    @property
    def span(self) -> Span:
        """From the first parenthesis to the last."""
        first, last = self.pieces[0].span, self.pieces[-1].span
        return first._replace(end_line=last.end_line, end_column=last.end_column)


def tuple_at(tree: Node, path: Path) -> Tuple | None:
    """The tuple that the value or the key at `path` is a piece of."""
    if not path:
        return None
    pieces = _pieces(descend(tree, path[:-1]))
    at = next((i for i, piece in enumerate(pieces) if piece.step == path[-1]), None)
    if at is None:
        return None
    for start in range(at, max(at - _LONGEST, -1), -1):
        whole = _tuple_from(pieces, start)
        if whole:
            return Tuple((*path[:-1], whole[0].step), whole) if start + len(whole) > at else None
        if not _PIECE.fullmatch(pieces[start].text):
            return None
    return None


def tuple_in(tree: Node, path: Path) -> Tuple | None:
    """The first tuple that a collection has pieces of."""
    pieces = _pieces(descend(tree, path))
    found = ((start, _tuple_from(pieces, start)) for start in range(min(len(pieces), _LONGEST)))
    return next((Tuple((*path, pieces[start].step), whole) for start, whole in found if whole), None)


def tuple_finding(written: Tuple, subject: str) -> Finding:
    """What is told of a tuple that stands where it does not fit."""
    shown = ", ".join(piece.text for piece in written.pieces).replace(", )", ",)")
    listed = _as_list(shown)
    edits = tuple(
        Edit(piece.span, _quoted(piece), _as_list(piece.text))
        for piece in written.pieces
        if _as_list(piece.text) != piece.text
    )
    message = f"{subject} is written `{shown}`, which is no list in YAML"
    fix = Fix(f"write `{listed}`", edits)
    return error("wrong-type", message, written.span, help=f"write `{listed}`", fix=fix)


def _as_list(text: str) -> str:
    """The text with brackets for parentheses, and the words of YAML."""
    return _OTHERS.sub(lambda match: _WORDS.get(match[0], "[" if match[0] == "(" else "]"), text)


def _quoted(piece: _Piece) -> str:
    """The text as it stands in the spec: a whole tuple may be in quotes."""
    width = piece.span.end_column - piece.span.column
    return f'"{piece.text}"' if width == len(piece.text) + 2 else piece.text


def _tuple_from(pieces: list[_Piece], start: int) -> tuple[_Piece, ...]:
    """The pieces of the tuple that begins with piece `start`, or nothing."""
    first = pieces[start]
    if not first.begins or not first.text.startswith("("):
        return ()
    if _WHOLE.fullmatch(first.text) and _depth(first.text) == 0:
        return (first,)
    depth = 0
    for end in range(start, min(len(pieces), start + _LONGEST)):
        piece = pieces[end]
        if not _PIECE.fullmatch(piece.text) or (piece.begins and isinstance(piece.step, str) and end > start):
            return ()
        depth += _depth(piece.text)
        if depth <= 0:
            return tuple(pieces[start : end + 1]) if depth == 0 else ()
    return ()


def _depth(text: str) -> int:
    return text.count("(") - text.count(")")


def _pieces(node: Node) -> list[_Piece]:
    match node:
        case Sequence(items=items):
            return [_Piece(i, _text(item), item.span, begins=True) for i, item in enumerate(items)]
        case Mapping(entries=entries):
            return [piece for entry in entries for piece in _of_entry(entry)]
    return []


def _of_entry(entry: Entry) -> Iterator[_Piece]:
    value = entry.value
    if isinstance(value, Value) and value.value is None and value.span[1:3] == value.span[3:5]:
        yield _Piece(entry.key, entry.key, entry.key_span, begins=False)
    else:
        yield _Piece(entry.key, _text(value), value.span, begins=True)


def _text(node: Node) -> str:
    if not isinstance(node, Value) or isinstance(node.value, bool) or node.origin:
        return "…"
    return "null" if node.value is None else str(node.value)[:_LONGEST]
