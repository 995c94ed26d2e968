"""The published schema and a spec's blocks -> the schema by which an editor completes those blocks too."""

from collections.abc import Mapping

from specc.catalog import load_schema
from specc.catalog.types import Schema, boolean, integer, number
from specc.composition.blocks import Block, Param
from specc.composition.groups import BLOCK_NAME
from specc.language.tree import plain

_EXPRESSION: Schema = {"type": "string", "pattern": "^\\$"}


def schema_with(blocks: Mapping[str, Block]) -> Schema:
    """The schema of specs in which these blocks are known: their parameters, and no other words in small letters."""
    schema = load_schema("spec-v1")
    definitions: Schema = schema["$defs"]
    entry: Schema = definitions["layer-entry"]
    known = {f"block.{name}": _definition(block) for name, block in blocks.items()}
    references: Schema = {name: {"$ref": f"#/$defs/block.{name}"} for name in blocks}
    ready = [name for name, block in blocks.items() if all(param.default is not None for param in block.params)]
    words = [word for word in entry["then"]["anyOf"] if word.get("pattern") != BLOCK_NAME]
    keys: Schema = entry["else"]
    patterns = {name: part for name, part in keys["patternProperties"].items() if name != BLOCK_NAME}
    layers = entry | {
        "then": {"anyOf": [*words, {"enum": ready}]},
        "else": keys | {"properties": keys["properties"] | references, "patternProperties": patterns},
    }
    return schema | {"$defs": definitions | known | {"layer-entry": layers}}


def _definition(block: Block) -> Schema:
    """As the definition of a layer: arguments by name, or the first one alone."""
    arguments = {param.name: _argument(param) for param in block.params}
    required = [param.name for param in block.params if param.default is None]
    by_name: Schema = {"properties": arguments, "additionalProperties": False}
    first = next(iter(arguments.values()), {"type": "null"})
    about = f"A block with {', '.join(arguments) or 'no parameters'}, defined at {block.span.path}:{block.span.line}."
    return {
        "description": about,
        "if": {"type": "object"},
        "then": by_name | ({"required": required} if required else {}),
        "else": first if required or first == {"type": "null"} else {"anyOf": [first, {"type": "null"}]},
    }


def _argument(param: Param) -> Schema:
    lowest = None if param.minimum is None else int(param.minimum)
    highest = None if param.maximum is None else int(param.maximum)
    kinds: dict[str, Schema] = {
        "integer": integer(minimum=lowest, maximum=highest).schema,
        "number": number(minimum=param.minimum, maximum=param.maximum).schema,
        "boolean": boolean().schema,
        "string": {"type": "string"},
        "list": {"type": ["array", "string"]},
        "component": {"type": ["string", "object", "null"]},
    }
    schema = kinds.get(param.type, {})
    if param.enum:
        schema = {"anyOf": [{"enum": list(param.enum)}, _EXPRESSION]}
    return schema if param.default is None else schema | {"default": plain(param.default)}
