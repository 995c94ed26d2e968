"""How a composed spec writes what stood for several layers: as entries under keys that no spec can write.

The published schema describes specs as they are written; `composed_schema` gives the schema of composed ones.
"""

from functools import cache
from typing import Any, Final, TypeAlias

from specc.catalog import load_schema

BLOCK: Final = "(block)"
"""A use of a block: `{block: name, inputs, layers, outputs}`, with names of its own."""
COPIES: Final = "(copies)"
"""A repeated entry: the list of its copies, each with names of its own."""
MODEL: Final = "(model)"
"""A model that is used as a layer: its `model:` section, and what the entry says about it."""
OPAQUE: Final = "(unknown)"
"""A layer that is at fault, of which a finding tells."""
UNUSED: Final = "(unused)"
"""At the top: the bodies of blocks that nothing uses, and models that nothing uses, which are checked all the same."""

RESERVED: Final = frozenset((BLOCK, COPIES, MODEL, OPAQUE, UNUSED))
BLOCK_NAME = "^[a-z][A-Za-z0-9_]*$"
Schema: TypeAlias = dict[str, Any]


@cache
def composed_schema() -> Schema:
    """The published schema of specs, for composed ones: with the keys above, and without blocks.

    What is not changed is shared with the published one. A word in small letters is here a misspelt layer.
    """
    schema = load_schema("spec-v1")
    definitions: Schema = schema["$defs"]
    entry: Schema = definitions["layer-entry"]
    words, keys = entry["then"]["anyOf"], entry["else"]
    body: Schema = {"type": "object", "properties": {"layers": {"items": {"$ref": "#/$defs/layer-entry"}}}}
    groups: Schema = {
        BLOCK: body,
        COPIES: {"items": {"$ref": "#/$defs/layer-entry"}},
        MODEL: {"properties": {"model": schema["properties"]["model"]}},
        OPAQUE: {},
    }
    composed = entry | {
        "then": {"anyOf": [word for word in words if word.get("pattern") != BLOCK_NAME]},
        "else": keys
        | {
            "properties": keys["properties"] | groups,
            "patternProperties": {name: part for name, part in keys["patternProperties"].items() if name != BLOCK_NAME},
        },
    }
    return schema | {
        "properties": schema["properties"] | {UNUSED: {"additionalProperties": body}},
        "$defs": definitions | {"layer-entry": composed},
    }
