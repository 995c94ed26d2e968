"""A spec as plain data -> YAML text as a person would write it.

Sections and layer lists go down the page, a layer to a line; whatever fits in a line of 120 columns below them stands
in flow style. What the document says is not changed here.
"""

import re
from collections.abc import Iterator
from typing import Any

from specc.composition.entries import NODE_KEYS
from specc.language.yaml_dump import dump_flow

WIDTH = 120
_EXPONENT = re.compile(r"(?:\.0)?e([+-])0*(\d+)$")
_DOWN = frozenset({"blocks", "models", "model", "training", "layers", "branches"})
"""Keys whose values go down the page even if they would fit in a line."""


def write(document: dict[str, Any], header: str = "") -> str:
    """The text of a spec under a comment."""
    comment = "".join(f"# {line}\n" for line in header.splitlines())
    return comment + "".join(f"{line}\n" for line in _mapping(document, 0))


def _mapping(document: dict[str, Any], indent: int) -> Iterator[str]:
    """The entries of a mapping, each on lines of its own."""
    for key, value in document.items():
        yield from _entry(key, value, indent)


def _entry(key: str, value: Any, indent: int) -> Iterator[str]:  # noqa: ANN401
    head = f"{' ' * indent}{flow(key)}:"
    line = f"{head} {flow(value)}" if value is not None else head
    short = len(line) <= WIDTH and not _goes_down(key, value)
    if short or not isinstance(value, dict | list) or not value:
        yield line
        return
    yield head
    yield from _mapping(value, indent + 2) if isinstance(value, dict) else _list(value, indent + 2)


def _goes_down(key: str, value: Any) -> bool:  # noqa: ANN401
    """Whether a value is a page of its own: a section, a list of layers, or a mapping that holds one."""
    if not isinstance(value, dict | list) or not value:
        return False
    if isinstance(value, dict) and any(_goes_down(inner, item) for inner, item in value.items()):
        return True
    return key in _DOWN and (key in ("blocks", "models", "model", "training") or len(value) > 1)


def _list(items: list[Any], indent: int) -> Iterator[str]:
    for item in items:
        yield from _item(item, indent)


def _item(item: Any, indent: int) -> Iterator[str]:  # noqa: ANN401
    """An item of a list: in one line if it fits, else its first entry beside the dash and the others below."""
    margin = " " * indent
    line = f"{margin}- {_one_line(item)}"
    down = isinstance(item, dict) and any(_goes_down(key, value) for key, value in item.items())
    if not isinstance(item, dict | list) or not item or (len(line) <= WIDTH and not down):
        yield line
        return
    lines = _mapping(item, indent + 2) if isinstance(item, dict) else _list(item, indent + 2)
    first = next(lines)
    yield f"{margin}- {first[indent + 2 :]}"
    yield from lines


def _one_line(item: Any) -> str:  # noqa: ANN401
    """`Type: arguments` for a layer alone, braces around one with more to say."""
    if isinstance(item, dict) and len(item) == 1:
        ((key, value),) = item.items()
        return f"{flow(key)}: {flow(value)}" if value is not None else f"{flow(key)}:"
    return flow(item)


def flow(value: Any) -> str:  # noqa: ANN401  plain data
    """A value in flow style. A layer without arguments is its bare name: `{Add, inputs: [a, b]}`."""
    match value:
        case dict():
            return (
                "{"
                + ", ".join(
                    flow(k) if v is None and k not in NODE_KEYS else f"{flow(k)}: {flow(v)}" for k, v in value.items()
                )
                + "}"
            )
        case list():
            return "[" + ", ".join(flow(item) for item in value) + "]"
        case float():
            return _number(value)
        case str():
            return _text(value)
    return dump_flow(value)


def _text(text: str) -> str:
    """A string that means itself inside brackets, quoted if it has to be."""
    plain = dump_flow([text])[1:-1]
    if plain.startswith("'") and "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'  # apostrophes need not be doubled
    return plain


def _number(value: float) -> str:
    """`1e-5` for 1e-05, `0.001` for 1e-3: short, and a number to every reader of YAML 1.2."""
    text = repr(value)
    return _EXPONENT.sub(lambda m: f"e{'-' if m[1] == '-' else ''}{m[2]}", text) if "e" in text else dump_flow(value)
