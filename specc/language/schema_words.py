"""Values, types and lists of names as words of a message."""

from collections.abc import Iterable, Sequence
from typing import Any

from specc.language.tree import PlainValue, Scalar

_LONGEST = 60  # characters of a value that a message repeats
_TYPES = {
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "string": "a string",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}
_KINDS = {"op": "operation", "schedule": "learning-rate schedule", "dataset": "data set"}


def described(value: PlainValue) -> str:
    """A value with its type: the string `abc`, the integer 5, an empty list."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"the string `{_cut(value)}`" if value else "an empty string"
    if isinstance(value, int):
        return f"the integer {number(value)}"
    if isinstance(value, float):
        return f"the number {number(value)}"
    what = "list" if isinstance(value, list) else "mapping"
    return f"a {what}" if value else f"an empty {what}"


def number(value: float) -> str:
    """As YAML writes it; long ones are cut."""
    return str(value).replace("inf", ".inf").replace("nan", ".nan") if isinstance(value, float) else _cut(str(value))


def type_words(schema: dict[str, Any], *, without: str = "") -> str:
    """The types that a schema allows: an integer or a list. A string that can only be an expression is none of them."""
    types = schema.get("type", [])
    if "if" in schema and "else" in schema and schema["else"].get("pattern") == "^\\$":
        schema = schema["else"]
    types = [types] if isinstance(types, str) else list(types)
    if schema.get("pattern") == "^\\$":
        types = [name for name in types if name != "string"]
    return alternatives([_TYPES[name] for name in types if name in _TYPES and name != without])


def alternatives(words: Sequence[str]) -> str:
    """Words as a, b or c."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1] if words else "")))


def kind_words(kind: str, *, article: bool = False) -> str:
    """A kind of components as words: `op` is an operation."""
    words = _KINDS.get(kind, kind.replace("_", " "))
    return words if not article else f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def choices(values: Sequence[Scalar]) -> str:
    """The words that may stand somewhere, each once, in their order."""
    shown = list(dict.fromkeys(f"`{_plain(value)}`" for value in values))
    return ", ".join(shown[:20]) + (", …" if len(shown) > 20 else "")


def listed(names: Iterable[str]) -> str:
    """Names as `a`, `b` and `c`; of many, the first twenty."""
    quoted = [f"`{_cut(name)}`" for name in names]
    if len(quoted) > 20:
        return ", ".join(quoted[:20]) + ", …"
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1] if quoted else "")))


def _plain(value: Scalar) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
