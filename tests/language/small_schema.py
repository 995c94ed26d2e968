"""A schema in the conventions of the published one, small enough to read beside the cases that use it."""

import json
from typing import Any

EXPRESSION = {"$ref": "#/$defs/expression"}
INTEGER = {"type": ["integer", "string"], "pattern": "^\\$"}
NUMBER = {"type": ["number", "string"], "pattern": "^\\$"}
BOOLEAN = {"type": ["boolean", "string"], "pattern": "^\\$"}


def choice(*words: str) -> dict[str, Any]:
    return {"anyOf": [{"enum": list(words)}, EXPRESSION]}


def component(kind: str, types: list[str], bare: list[str], node_keys: dict[str, Any] | None = None) -> dict[str, Any]:
    mapping: dict[str, Any] = {
        "properties": {name: {"$ref": f"#/$defs/{kind}.{name}"} for name in types} | (node_keys or {}),
        "additionalProperties": False,
        "minProperties": 1,
    }
    if not node_keys:
        mapping["maxProperties"] = 1
    return {
        "type": ["string", "object"],
        "if": {"type": "string"},
        "then": {"anyOf": [{"enum": bare}, EXPRESSION]},
        "else": mapping,
    }


def arguments(known: dict[str, Any], required: list[str], first: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": "A type.",
        "if": {"type": "object"},
        "then": {"properties": known, "required": required, "additionalProperties": False},
        "else": first,
    }


UNITS = INTEGER | {"minimum": 1}
RATE = NUMBER | {"minimum": 0, "exclusiveMaximum": 1}
NULL = {"type": "null"}
ACTIVATION = {"$ref": "#/$defs/activation"}
LAYERS = {"type": "array", "items": {"$ref": "#/$defs/entry"}, "minItems": 1}

_SMALL: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "spec": {"const": 1},
        "name": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
        "data": {"$ref": "#/$defs/data"},
        "model": LAYERS,
        "training": {"$ref": "#/$defs/training"},
        "runtime": {"$ref": "#/$defs/runtime"},
    },
    "patternProperties": {"^x-": {}},
    "required": ["spec"],
    "additionalProperties": False,
    "$defs": {
        "expression": {"type": "string", "pattern": "^\\$"},
        "data": {
            "type": "object",
            "properties": {
                "csv": {"type": "string", "pattern": r"^(?![/~]|[A-Za-z]:)(?!.*\\)(?!(.*/)?\.\.(/|$))."},
                "table": {"type": "array"},
                "drop": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
                "inputs": {"type": "object", "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"}},
            },
            "oneOf": [{"required": ["csv"]}, {"required": ["table"]}],
            "additionalProperties": False,
        },
        "training": {
            "type": "object",
            "properties": {
                "optimizer": {"$ref": "#/$defs/optimizer"},
                "epochs": INTEGER | {"minimum": 1},
                "shuffle": BOOLEAN,
                "class_weight": {
                    "anyOf": [{"enum": ["balanced"]}, {"type": "object", "additionalProperties": NUMBER}, EXPRESSION]
                },
            },
            "additionalProperties": False,
        },
        "runtime": {"type": "object", "properties": {"seed": INTEGER}, "additionalProperties": False},
        "entry": component(
            "layer",
            ["Dense", "Conv2D", "Dropout", "Flatten", "TimeDistributed"],
            ["Flatten"],
            {"name": {"type": "string"}, "inputs": {"type": ["string", "array"]}},
        ),
        "layer": component("layer", ["Dense", "Conv2D", "Dropout", "Flatten", "TimeDistributed"], ["Flatten"]),
        "activation": component("activation", ["ReLU"], ["relu", "relu6", "softmax", "ReLU"]),
        "optimizer": component("optimizer", ["Adam", "SGD"], ["adam", "sgd", "Adam", "SGD"]),
        "layer.Dense": arguments(
            {"units": UNITS | {"description": "Width."}, "activation": ACTIVATION, "use_bias": BOOLEAN},
            ["units"],
            UNITS,
        ),
        "layer.Conv2D": arguments(
            {
                "filters": UNITS,
                "kernel_size": {
                    "type": ["integer", "array", "string"],
                    "pattern": "^\\$",
                    "minimum": 1,
                    "items": INTEGER | {"minimum": 1},
                    "minItems": 2,
                    "maxItems": 2,
                },
                "padding": choice("valid", "same"),
            },
            ["filters", "kernel_size"],
            UNITS,
        ),
        "layer.Dropout": arguments({"rate": RATE}, ["rate"], RATE),
        "layer.Flatten": arguments({}, [], NULL),
        "layer.TimeDistributed": arguments({"layer": {"$ref": "#/$defs/layer"}}, ["layer"], {"$ref": "#/$defs/layer"}),
        "activation.ReLU": arguments({"max_value": NUMBER}, [], {"type": ["number", "null"]}),
        "optimizer.Adam": arguments(
            {"learning_rate": NUMBER}, [], {"type": ["number", "string", "null"], "pattern": "^\\$"}
        ),
        "optimizer.SGD": arguments(
            {"learning_rate": NUMBER}, [], {"type": ["number", "string", "null"], "pattern": "^\\$"}
        ),
    },
}

# As read from a file: no two places share an object.
SMALL: dict[str, Any] = json.loads(json.dumps(_SMALL))
