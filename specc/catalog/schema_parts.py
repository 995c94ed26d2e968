"""The parts that the schemas of all sections are made of: mappings, names, alternatives, types of components."""

from specc.catalog.types import Schema, Type, nullable

NAME = "^[A-Za-z_][A-Za-z0-9_-]*$"
NOTES: Schema = {"^x-": {"description": "A note of your own; specc does not read it."}}


def said(kind: Type, about: str = "", **default: object) -> Schema:
    """The schema of `kind` with its hover text, and with `default=` what holds where it is left out."""
    return kind.schema | {"description": about or kind.about} | default


def mapping(about: str, properties: Schema, *required: str) -> Schema:
    """A mapping with these keys and no others but notes."""
    closed: Schema = {"type": "object", "properties": properties, "patternProperties": NOTES}
    return (
        {"description": about}
        | closed
        | {"additionalProperties": False}
        | ({"required": [*required]} if required else {})
    )


def named(about: str, value: Schema, *, names: str = NAME) -> Schema:
    """A mapping from names to values of one form."""
    return {
        "description": about,
        "type": "object",
        "additionalProperties": value,
        "propertyNames": {"pattern": names},
        "minProperties": 1,
    }


def either(about: str, kind: str, then: Schema, other: str, otherwise: Schema) -> Schema:
    """A value of JSON type `kind` or `other`, each with its own schema. One fault gives one error: the outer type's."""
    branches = {"if": {"type": kind}, "then": untyped(then), "else": untyped(otherwise)}
    return {"description": about, "type": [kind, other]} | branches


def untyped(schema: Schema) -> Schema:
    """The schema for where the type has been checked before."""
    return {keyword: value for keyword, value in schema.items() if keyword != "type"}


def one_of_types(properties: Schema) -> Schema:
    """A component as a mapping: one key, which is a type."""
    return {"properties": properties, "additionalProperties": False, "minProperties": 1, "maxProperties": 1}


def component_type(about: str, arguments: Schema, required: list[str], first: Schema | None) -> Schema:
    """`$defs/K.Type`: arguments by name, or `first`, the schema of the first argument alone.

    `first` without null becomes nullable if nothing is required: `Type:` is then `Type` with no arguments.
    """
    bare: Schema = {"type": "null"}
    if first is not None:
        bare = first if required else nullable(Type(first)).schema
    by_name: Schema = {"properties": arguments, "additionalProperties": False}
    if required:
        by_name["required"] = required
    return {"description": about, "if": {"type": "object"}, "then": by_name, "else": bare}
