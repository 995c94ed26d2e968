"""JSON text -> the same text with one value to a line, two spaces for each level; strings and numbers as written."""

import re
from collections.abc import Iterator
from json import loads
from typing import NamedTuple, TypeAlias

from specc.formatting.order import order_of

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class _Member(NamedTuple):
    key: str
    value: "_Value"


_Value: TypeAlias = "str | list[_Value] | tuple[_Member, ...]"


def json_form(text: str) -> str:
    """`text`, which could be read, laid out anew, its sections in the order of the language's reference."""
    tokens = iter(_TOKEN.findall(text))
    value = _value(next(tokens), tokens)
    if isinstance(value, tuple):
        value = tuple(value[at] for at in order_of([loads(member.key) for member in value]))
    return "\n".join(_lines(value, "", "", "")) + "\n"


def _value(token: str, tokens: Iterator[str]) -> _Value:
    if token == "[":
        items = []
        while (token := next(tokens)) != "]":
            if token != ",":
                items.append(_value(token, tokens))
        return items
    if token == "{":
        members = []
        while (token := next(tokens)) != "}":
            if token != ",":
                next(tokens)  # the colon
                members.append(_Member(token, _value(next(tokens), tokens)))
        return tuple(members)
    return token


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
