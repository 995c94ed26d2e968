"""Constructors for the types of arguments: what JSON Schema a value must fit, and what the catalog notes about it.

The overlay writes types with these; `specc.catalog.spec_schema` publishes them. A scalar that is not a string may also
be written as an expression (`$width`), since editors read specs before substitution. No Keras here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

FLOATS = ("float32", "float64", "float16", "bfloat16")
DTYPES = (*FLOATS, "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "bool", "string")
POLICIES = (*DTYPES, "mixed_float16", "mixed_bfloat16")

EXPRESSION: Schema = {"type": "string", "pattern": "^\\$"}
INFINITE: Schema = {"x-infinite": True}
"""For a number that may be `.inf`. JSON Schema has no word for it, as JSON has no such number."""
EXPRESSION_REF: Schema = {"$ref": "#/$defs/expression"}
# Relative, with forward slashes: no root, home, drive or backslash in front. What is read may lie upwards, as far as
# the project's root; what is written never does: no `..` between slashes.
_READ = r"^(?![/~]|[A-Za-z]:)(?!.*\\)."
_WRITTEN = r"^(?![/~]|[A-Za-z]:)(?!.*\\)(?!(.*/)?\.\.(/|$))."


@dataclass(frozen=True, slots=True)
class Type:
    """The type of one argument.

    `schema` is draft 2020-12, `about` the hover text (empty: the table of argument names has it), `component` the kind
    whose components the argument takes, `many` whether it takes a list, `path` whether it names a file or a folder,
    `real` whether it is a single number that need not be whole.
    """

    schema: Schema
    about: str = ""
    component: str | None = None
    many: bool = False
    path: bool = False
    real: bool = False


def integer(about: str = "", *, minimum: int | None = None, maximum: int | None = None) -> Type:
    """A whole number, both ends included."""
    return Type(_bounded("integer", minimum=minimum, maximum=maximum), about)


def number(  # noqa: PLR0913  one argument for each keyword
    about: str = "",
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    below: float | None = None,
    finite: bool = True,
) -> Type:
    """A number; `above` and `below` exclude their ends. What is not `finite` may be infinite."""
    bounds = _bounded("number", minimum=minimum, maximum=maximum, exclusiveMinimum=above, exclusiveMaximum=below)
    return Type(bounds | ({} if finite else INFINITE), about, real=True)


def boolean(about: str = "") -> Type:
    """True or false."""
    return Type({"type": ["boolean", "string"], "pattern": "^\\$"}, about)


def string(about: str = "", *, pattern: str | None = None) -> Type:
    """Text, if given matching `pattern`."""
    return Type({"type": "string"} | ({"pattern": pattern} if pattern else {}), about)


def text_or_integer(about: str = "") -> Type:
    """Text or a whole number, such as a token."""
    return Type({"type": ["string", "integer"]}, about)


def choice(values: Sequence[str | int | bool], about: str = "") -> Type:
    """One of a few words."""
    return Type({"anyOf": [{"enum": list(values)}, EXPRESSION_REF]}, about)


def sizes(count: int, about: str = "", *, minimum: int | None = 1) -> Type:
    """A whole number for all axes, or a list of `count` of them."""
    item = integer(minimum=minimum).schema
    listed = {"items": item, "minItems": count, "maxItems": count}
    return Type(item | {"type": ["integer", "array", "string"]} | listed, about)


def spread(
    about: str = "", *, minimum: float | None = None, maximum: float | None = None, above: float | None = None
) -> Type:
    """A number, or a list of a lower and an upper number."""
    item = number(minimum=minimum, maximum=maximum, above=above).schema
    return Type(item | {"type": ["number", "array", "string"], "items": item, "minItems": 2, "maxItems": 2}, about)


def array(item: Type, about: str = "", *, least: int | None = None, most: int | None = None) -> Type:
    """A list of `item`s of `least` to `most` entries."""
    schema: Schema = {"type": ["array", "string"], "pattern": "^\\$", "items": item.schema}
    return Type(schema | _given(minItems=least, maxItems=most), about)


def one_or_many(item: Type, about: str = "") -> Type:
    """An `item`, or a list of them that is not empty. The item is a scalar."""
    kinds = item.schema["type"]
    listed = {"type": [*([kinds] if isinstance(kinds, str) else kinds), "array"], "items": item.schema, "minItems": 1}
    return Type(item.schema | listed, about)


def nested_numbers(about: str = "") -> Type:
    """A number, or numbers in lists of any depth."""
    return Type({"$ref": "#/$defs/numbers"}, about)


def component(kind: str, about: str = "", *, definition: str | None = None) -> Type:
    """A component of `kind`, checked against `$defs/<definition>` where that narrows the kind."""
    return Type({"$ref": f"#/$defs/{definition or kind}"}, about, component=kind)


def components(kind: str, about: str = "", *, definition: str | None = None) -> Type:
    """A list of components of `kind`."""
    items = {"$ref": f"#/$defs/{definition or kind}"}
    return Type({"type": "array", "items": items, "minItems": 1}, about, component=kind, many=True)


def one_or_many_components(kind: str, about: str = "", *, definition: str | None = None) -> Type:
    """A component of `kind`, or a list of such."""
    one, many = component(kind, definition=definition), components(kind, definition=definition)
    return Type({"if": {"type": "array"}, "then": many.schema, "else": one.schema}, about, component=kind)


def number_or_component(kind: str, about: str = "", *, minimum: float | None = None) -> Type:
    """A number, or a component of `kind` that yields one."""
    schema = {
        "if": {"type": "object"},
        "then": {"$ref": f"#/$defs/{kind}"},
        "else": number(minimum=minimum).schema,
    }
    return Type(schema, about, component=kind, real=True)


def file(about: str = "", *, ending: str = "") -> Type:
    """A file that is read, relative to the spec. `ending` is a pattern for the end of its name."""
    return Type(_path(_READ, ending), about, path=True)


def path(about: str = "", *, ending: str = "") -> Type:
    """A file or folder that is written, without `..`. `ending` is a pattern for the end of its name."""
    return Type(_path(_WRITTEN, ending), about, path=True)


def _path(pattern: str, ending: str) -> Schema:
    schema: Schema = {"type": "string", "pattern": pattern}
    return schema | {"allOf": [{"pattern": f"({ending})$|^\\$"}]} if ending else schema


def list_or_path(item: Type, about: str = "") -> Type:
    """A list written in place, or the path of a text file with one item per line."""
    return Type({"type": ["array", "string"], "items": item.schema, "minItems": 1, "pattern": _READ}, about, path=True)


def nullable(kind: Type) -> Type:
    """The same, or null."""
    return replace(kind, schema=_with_null(kind.schema))


def _with_null(schema: Schema) -> Schema:
    if "type" in schema:
        kinds = schema["type"]
        listed = [kinds] if isinstance(kinds, str) else list(kinds)
        return schema | {"type": listed if "null" in listed else [*listed, "null"]}
    if "anyOf" in schema:
        first, *others = schema["anyOf"]
        return {"anyOf": [{"enum": [*(value for value in first["enum"] if value is not None), None]}, *others]}
    if schema.get("if") == {"type": "null"}:
        return schema
    return {"if": {"type": "null"}, "else": schema}


def _bounded(kind: str, **bounds: float | None) -> Schema:
    return {"type": [kind, "string"], "pattern": "^\\$"} | _given(**bounds)


def _given(**keywords: float | None) -> Schema:
    return {keyword: value for keyword, value in keywords.items() if value is not None}
