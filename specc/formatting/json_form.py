"""JSON text -> the same text with one value to a line, two spaces for each level; strings and numbers as written."""

import re
from collections.abc import Iterator
from json import loads
from typing import NamedTuple, TypeAlias

from specc.formatting.order import order_of

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class _Member(NamedTuple):
    key: str
    value: "_Value"


_Value: TypeAlias = "str | list[_Value] | tuple[_Member, ...]"


def json_form(text: str) -> str:
    """`text`, which could be read, laid out anew, its sections in the order of the language's reference."""
    words = iter(_WORD.findall(text))
    value = _value(next(words), words)
    if isinstance(value, tuple):
        value = tuple(value[at] for at in order_of([loads(member.key) for member in value]))
    return "\n".join(_lines(value, "", "", "")) + "\n"


def _value(word: str, words: Iterator[str]) -> _Value:
    if word == "[":
        items = []
        while (word := next(words)) != "]":
            if word != ",":
                items.append(_value(word, words))
        return items
    if word == "{":
        members = []
        while (word := next(words)) != "}":
            if word != ",":
                next(words)  # the colon
                members.append(_Member(word, _value(next(words), words)))
        return tuple(members)
    return word


def _lines(value: _Value, indent: str, before: str, after: str) -> Iterator[str]:
    if isinstance(value, str) or not value:
        empty = "{}" if isinstance(value, tuple) else "[]"
        yield f"{indent}{before}{value or empty}{after}"
        return
    opening, closing = "{}" if isinstance(value, tuple) else "[]"
    yield f"{indent}{before}{opening}"
    for number, item in enumerate(value, 1):
        key, inner = (f"{item.key}: ", item.value) if isinstance(item, _Member) else ("", item)
        yield from _lines(inner, indent + "  ", key, "," if number < len(value) else "")
    yield f"{indent}{closing}{after}"
