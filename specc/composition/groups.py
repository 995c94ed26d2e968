"""How a composed spec writes what stood for several layers: as entries under keys that no spec can write.

The published schema describes specs as they are written; `composed_schema` gives the schema of composed ones.
"""

from functools import cache
from typing import Any, Final, TypeAlias

from specc.catalog import load_schema
from specc.diagnostics import Span
from specc.language.tree import Entry, Value
from specc.language.variables import Unresolved

BLOCK: Final = "(block)"
"""A use of a block: `{block: name, inputs, layers, outputs}`, with names of its own."""
COPIES: Final = "(copies)"
"""A repeated entry: the list of its copies, each with names of its own."""
MODEL: Final = "(model)"
"""A model that is used as a layer: its `model:` section, and what the entry says about it."""
OPAQUE: Final = "(unknown)"
"""A layer that is at fault, of which a finding tells; at the top, what a file that cannot be had would have said."""
UNUSED: Final = "(unused)"
"""At the top: the bodies of blocks that nothing uses, and models that nothing uses, which are checked all the same."""

RESERVED: Final = frozenset((BLOCK, COPIES, MODEL, OPAQUE, UNUSED))
BLOCK_NAME = "^[a-z][A-Za-z0-9_]*$"
Schema: TypeAlias = dict[str, Any]


def opaque(place: Span) -> Entry:
    """The entry that stands at `place` for what is not known."""
    return Entry(OPAQUE, place, Value(place, Unresolved(OPAQUE)))


@cache
def brought_in_schema() -> Schema:
    """What a file that another one brings in must fit by itself: the version, and no unknown keys."""
    schema = load_schema("spec-v1")
    kept = {"properties": {key: part if key == "spec" else {} for key, part in schema["properties"].items()}}
    return {key: part for key, part in schema.items() if key != "required"} | kept


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
        MODEL: _with_model(keys["properties"]["model"]["then"], schema["properties"]["model"]),
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
        "properties": schema["properties"] | {UNUSED: {"additionalProperties": body}, OPAQUE: {}},
        "$defs": definitions | {"layer-entry": composed},
    }


def _with_model(options: Schema, model: Schema) -> Schema:
    """The options of a model that is used as a layer, and its section, which the composed spec has beside them."""
    return options | {"properties": options["properties"] | {"model": model}}
