"""The entries of a spec in the order of the language's reference, each with the comments above it.

In: the root, and its lines in chunks, as `specc.formatting.yaml_form` prints them. Out: the lines. Nothing moves where
an alias could get before its anchor.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from specc.formatting.parts import Collection, Leaf, Part

if TYPE_CHECKING:
    from specc.formatting.yaml_form import Line

ORDER = (
    "spec", "name", "description", "vars", "extends", "include", "blocks", "models", "data", "model", "training",
    "runtime", "report", "allow",
)  # fmt: skip
_RANK = {key: rank for rank, key in enumerate(ORDER)}
_ABOUT_THE_FILE = ("yaml-language-server", "$schema", "#!", "vim:", "-*-")


def order_of(keys: Sequence[str]) -> list[int]:
    """Which of the keys of the top level comes first, second and so on.

    The user's own come last, those that nobody knows stay behind the key before them.
    """
    ranks: list[int] = []
    for key in keys:
        unknown = ranks[-1] if ranks else -1
        ranks.append(len(ORDER) if key.startswith("x-") else _RANK.get(key, unknown))
    return sorted(range(len(keys)), key=ranks.__getitem__)


def in_reference_order(root: Part, chunks: "Sequence[Sequence[Line]]") -> "list[Line]":
    """The lines of all chunks: first what heads the file, then the entries in order, then what is left."""
    if not isinstance(root, Collection) or not root.is_mapping or len(chunks) < 3 or not _may_move(root):
        return [line for chunk in chunks for line in chunk]
    first, *entries, left = chunks
    order = order_of([(item.key.value or "") if item.key else "" for item in root.items])
    if order == sorted(order):
        return [line for chunk in chunks for line in chunk]
    head = _head(entries[0])
    moved = [*entries]
    moved[0] = entries[0][head:]
    lines = [*first, *entries[0][:head]]
    for number, at in enumerate(order):
        chunk = moved[at]
        lines += chunk[1:] if number == 0 and _is_blank(chunk[0]) else chunk
    return [*lines, *left]


def _head(chunk: "Sequence[Line]") -> int:
    """How many lines above the first entry are about the file: up to a blank line, and words to editors."""
    head = 0
    for number, line in enumerate(chunk):
        if _is_blank(line) or any(word in line.text for word in _ABOUT_THE_FILE):
            head = number + 1
        elif not line.text.startswith("#"):
            break
    return head


def _is_blank(line: "Line") -> bool:
    return not line.text and line.comment is None


def _may_move(root: Collection) -> bool:
    """Whether every entry keeps its meaning wherever it stands.

    No alias leads from one to another, there is no merge, and no text that keeps the blank lines behind it.
    """
    if any(item.key is None or item.key.value is None or item.key.text == "<<" for item in root.items):
        return False
    for item in root.items:
        anchored = set()
        for part in _parts(item.value):
            anchored |= {text[1:] for text in part.properties if text.startswith("&")}
            if not isinstance(part, Leaf):
                continue
            if part.value is None and part.text[1:] not in anchored:
                return False
            if keeps_its_end(part):
                return False
    return True


def keeps_its_end(leaf: Leaf) -> bool:
    """Whether blank lines behind a block of text are part of it. Without a line break at its end it ends the file."""
    header = leaf.text.partition("\n")[0].partition("#")[0]
    return leaf.style in ("|", ">") and "+" in header and (not leaf.value or leaf.value.endswith("\n"))


def _parts(part: Part) -> Iterator[Part]:
    yield part
    if isinstance(part, Collection):
        for item in part.items:
            if item.key is not None:
                yield item.key
            yield from _parts(item.value)
