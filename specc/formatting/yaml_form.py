"""YAML text -> the same text in the one form that `specc fmt` writes.

In: text that could be read, with line feeds alone. Out: its parts laid out anew, scalars and comments as written. The
texts of comments and their order stay; whether the meaning does is for `specc.formatting.format` to see.

Parts are printed in the order of the text, so that a comment stands between the same parts as before: behind the part
whose line it ends, or alone above the entry it precedes. What stands between a key and a value that share a line goes
above them.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from specc.formatting.order import in_reference_order
from specc.formatting.parts import Collection, Item, Leaf, Part, Place, parse
from specc.language.comments import Comment, comments

WIDTH = 120
"""Flow style as long as it fits this many columns, block style otherwise."""

STEP = 2
_FAR = 2**62
_END: Place = (_FAR, 0)
_INDICATOR = re.compile(r"[1-9]")
_UNSAFE_KEY = re.compile("[\n\ufeff]|^(?:---|[.]{3})")
_KEY_LENGTH = 1000  # YAML ends a key that has no `?` before it at 1024 characters


class Line(NamedTuple):
    """A line of the new text. A comment behind it knows where it stood, and how many blanks were before it."""

    text: str
    comment: str | None = None
    was: Place = (0, 0)
    gap: int = 2


def yaml_form(text: str) -> str:
    """`text` laid out anew; as it is if its root is a scalar."""
    document = parse(text)
    if isinstance(document.root, Leaf):
        return text
    printer = _Printer(text, document.begins)
    if document.marker is not None:
        printer.marker(document.marker)
    chunks = printer.root(document.root)
    return "".join(f"{line}\n" for line in _aligned(in_reference_order(document.root, chunks)))


def _aligned(lines: Sequence[Line]) -> list[str]:
    """The lines with their comments: two columns or more behind the text, in one column where they were in one."""
    texts: list[str] = []
    first = 0
    while first < len(lines):
        end = first + 1
        while end < len(lines) and _in_one_column(lines[first], lines[end]):
            end += 1
        behind = [line for line in lines[first:end] if line.text]
        column = max((len(line.text) for line in behind), default=0)
        column += max(2, min((line.gap for line in behind), default=2))
        texts += [f"{line.text:{column}}{line.comment}" if line.comment else line.text for line in lines[first:end]]
        first = end
    return texts


def _in_one_column(one: Line, other: Line) -> bool:
    """Whether a comment stands below another; blank lines may be between them."""
    is_blank = not other.text and other.comment is None
    return one.comment is not None and (is_blank or (other.comment is not None and one.was[1] == other.was[1]))


class _Printer:
    """Prints parts in the order of the text; `last` is where the part printed last ended."""

    def __init__(self, text: str, begins: list[Place]) -> None:
        self.source = text.split("\n")
        self.begins = begins
        self.comments = list(comments(text))
        self.next = 0  # the first comment that is not printed yet
        self.lines: list[Line] = []
        self.last: Place = (-1, 0)
        self.opened = True  # nothing, or the line above an inner block: no blank line follows
        self.after_text = False  # a block of text came last: a comment that is indented would be part of it
        self.after_comment = False  # a comment on a line of its own came last

    def marker(self, number: int) -> None:
        """Everything up to the line of `---`: directives, comments."""
        while self.next < len(self.comments) and self.comments[self.next].line - 1 < number:
            self.next += 1
        self.lines += [Line(line.rstrip(" \t")) for line in self.source[:number] if line.strip(" \t\ufeff")]
        self.lines.append(Line("---"))
        self.last = (number, 3)

    def root(self, part: Collection) -> list[list[Line]]:
        """The lines in chunks: what comes first, one chunk for each entry with the comments above it, what is left."""
        if part.flow and (not part.items or self.fits(part, 0)):
            self.comments_before(part.start, 0)
            self.put(" ".join([*part.properties, _flow(part)]), part.end)
            self.comments_before(_END, 0)
            return [self.lines]
        if part.properties:
            self.comments_before(part.begin, 0)
            self.put(" ".join(part.properties), part.begin)
            self.comments_before(part.start, 0, _FAR)
            self.opened = True
        chunks = [self.take_lines()]
        for item in part.items:
            self.item(item, part, 0, "")
            chunks.append(self.take_lines())
        self.comments_before(_END, 0)
        return [*chunks, self.lines]

    def take_lines(self) -> list[Line]:
        if self.lines:
            self.comments_before(self.upcoming(), 0, _FAR)
        taken, self.lines = self.lines, []
        return taken

    def block(self, part: Collection, indent: int, outer: int, lead: str | None = None) -> None:
        """The entries, one below the other. `lead` stands before the first where that shares its line with a dash."""
        for number, item in enumerate(part.items):
            self.item(item, part, indent, lead if number == 0 and lead is not None else " " * indent)
        if part.flow:
            self.comments_before(part.end, indent)
            self.last = part.end
        elif part.column > outer:
            self.comments_before(self.upcoming(), indent, part.column)

    def item(self, item: Item, part: Collection, indent: int, lead: str) -> None:
        if len(lead) == indent and not lead.strip():
            self.comments_before(self.first_place(item, lead), indent)
            self.blank_line(self.first_place(item, lead)[0])
        inner = indent + STEP
        key = "- " if item.key is None else f"{_key(item.key)}: "
        value = item.value
        if isinstance(value, Collection) and not self.fits(value, len(lead + key)):
            self.nested(item, part, lead + key, inner)
            return
        if isinstance(value, Leaf) and value.style in ("|", ">"):
            self.text(value, lead + key, inner, 0 if part.flow else part.column)
            return
        first, *rest = (" ".join([*value.properties, _written(value)])).split("\n")
        if rest and item.key and value.begin[0] > item.key.end[0] and first:
            first, rest = "", [first, *rest]
        self.put((lead + key + first).rstrip(" "), value.end)
        self.lines += [Line(_continued(line, inner)) for line in rest]
        if not part.flow:
            self.comments_before(self.upcoming(), inner, part.column + STEP)

    def nested(self, item: Item, part: Collection, start: str, inner: int) -> None:
        """A collection in block style below its key or dash, or beside a dash."""
        value = item.value
        assert isinstance(value, Collection)  # noqa: S101
        column = -1 if part.flow else part.column
        if item.key is None and not value.properties:
            self.block(value, inner, column, start)
            return
        self.put((start + " ".join(value.properties)).rstrip(" "), item.key.end if item.key else value.begin)
        if value.properties:
            self.last = value.begin
        if value.flow:
            self.last = value.start
            if value.start[0] == value.end[0]:
                self.trailing(_END)
        self.opened = True
        self.block(value, inner, column)

    def text(self, leaf: Leaf, start: str, indent: int, column: int) -> None:
        """A block of text: its lines as they are, moved as a whole."""
        header = leaf.text.split("\n", 1)[0].split("#", 1)[0].rstrip(" \t")
        body = self.source[leaf.start[0] + 1 : leaf.end[0] + (leaf.end[1] > 0)]
        indicator = _INDICATOR.search(header)
        if indicator:
            was = column + int(indicator.group())
            header = header.replace(indicator.group(), str(STEP))
        else:
            was = next(
                (len(line) - len(line.lstrip(" ")) for line in body if line.strip(" ")), max(map(len, body), default=0)
            )
        kept = "+" in header
        moved = [" " * indent + line[was:] if line[was:] else "" for line in body]
        if body and leaf.value and not leaf.value.endswith("\n") and "-" not in header:
            header = header.replace("+", "") + "-"  # the file ends without a line break, and will not any more
        while moved and not moved[-1] and not kept:
            moved.pop()
        self.put(" ".join([start + "".join(f"{each} " for each in leaf.properties) + header]), leaf.start)
        self.trailing(leaf.end)
        self.lines += [Line(line) for line in moved]
        self.last = (leaf.start[0] + len(moved), 0)
        self.after_text, self.opened = True, kept  # blank lines behind a text that keeps its end would be part of it

    def put(self, text: str, end: Place) -> None:
        self.lines.append(Line(text))
        self.last = end
        self.opened = self.after_text = self.after_comment = False

    def fits(self, part: Part, column: int) -> bool:
        """Whether a collection stays in flow style: it is, in one line, without an end to its line's width."""
        if isinstance(part, Leaf) or not part.items:
            return True
        if not part.flow or part.start[0] != part.end[0]:
            return False
        return column + len(" ".join([*part.properties, _flow(part)])) <= WIDTH

    def first_place(self, item: Item, lead: str) -> Place:
        """Where the first thing ends before which all comments stand above the entry."""
        value = item.value
        column = len(lead) + (STEP if item.key is None else len(_key(item.key)) + 2)
        if isinstance(value, Leaf) or self.fits(value, column):
            written = isinstance(value, Collection) or bool(value.text)
            return value.start if written or item.key is None else item.key.start
        if item.key is not None:
            return item.key.begin
        return value.begin if value.properties else self.first_place(value.items[0], " " * column)

    def upcoming(self) -> Place:
        """Where the next part, dash or key begins."""
        at = bisect_right(self.begins, self.last)
        return self.begins[at] if at < len(self.begins) else _END

    def trailing(self, until: Place) -> None:
        """The comment at the end of the line of the part printed last, where that is no line of its own."""
        comment = self.pending(until)
        if comment and self.is_behind(comment) and not self.after_comment and self.lines[-1].comment is None:
            number, column = comment.line - 1, comment.column - 1
            gap = column - len(self.source[number][:column].rstrip(" \t"))
            self.lines[-1] = Line(self.lines[-1].text, comment.text.rstrip(" \t"), (number, column), gap)
            self.next += 1

    def comments_before(self, until: Place, indent: int, column: int | None = None) -> None:
        """Print the comments up to `until`; with `column`, only those alone on their lines from that column on."""
        self.trailing(until)
        while comment := self.pending(until):
            here = (comment.line - 1, comment.column - 1)
            if self.continues(here) and comment.alone:
                self.lines.append(Line("", comment.text.rstrip(" \t"), here, here[1]))
            elif (
                column is None
                or self.is_behind(comment)
                or (comment.alone and here[1] >= column and not self.after_text)
            ):
                self.blank_line(here[0])
                self.lines.append(Line(" " * indent + comment.text.rstrip(" \t")))
                self.opened, self.after_comment = False, True
            else:
                return
            self.next += 1
            self.last = max(self.last, (here[0], self.last[1]))

    def continues(self, here: Place) -> bool:
        """Whether a comment stands right under one that ends a line."""
        above = self.lines[-1] if self.lines else None
        return above is not None and above.comment is not None and (above.was[0] + 1, above.was[1]) == here

    def is_behind(self, comment: Comment) -> bool:
        return not comment.alone and comment.line - 1 == self.last[0]

    def pending(self, until: Place) -> Comment | None:
        comment = self.comments[self.next] if self.next < len(self.comments) else None
        return comment if comment and (comment.line - 1, comment.column - 1) < until else None

    def blank_line(self, number: int) -> None:
        """Keep a blank line between what was printed last and the line `number`, if there is one."""
        if not self.opened and any(not line.strip(" \t") for line in self.source[self.last[0] + 1 : number]):
            self.lines.append(Line(""))


def _key(key: Leaf) -> str:
    """A key in one line."""
    text = _written(key)
    if key.value is not None and (key.style in ("|", ">") or len(text) > _KEY_LENGTH or _UNSAFE_KEY.search(text)):
        text = json.dumps(key.value, ensure_ascii=False)  # which YAML reads as well
    written = " ".join([*key.properties, text]).rstrip(" ")
    return written if key.value is not None and text else f"{written} "  # a colon could belong to an alias or a tag


def _written(part: Part) -> str:
    if isinstance(part, Collection):
        return _flow(part)
    if part.text in ("-", "?", ":"):  # text in brackets alone
        return f'"{part.text}"'
    return _requoted(part.text) if part.style == "'" else part.text


def _requoted(text: str) -> str:
    """A scalar in double quotes, if it is in single ones and both mean the same."""
    content = text[1:-1]
    if not text.startswith("'") or any(character in content for character in '"\\\n'):
        return text
    return '"' + content.replace("''", "'") + '"'


def _flow(part: Collection) -> str:
    """The collection in one line."""
    items = [_flow_item(item) for item in part.items]
    return f"{{{', '.join(items)}}}" if part.is_mapping else f"[{', '.join(items)}]"


def _flow_item(item: Item) -> str:
    value = " ".join([*item.value.properties, _written(item.value)])
    return value if item.key is None else f"{_key(item.key)}: {value}"


def _continued(line: str, indent: int) -> str:
    """A further line of a scalar: how far it is indented means nothing, nor do blanks at its end but escaped ones."""
    line = line.lstrip(" \t")
    shorter = line.rstrip(" \t")
    line = line if shorter.endswith("\\") else shorter
    return " " * indent + line if line else ""
