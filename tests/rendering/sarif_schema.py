"""The part of the SARIF 2.1.0 standard that specc writes, as a JSON Schema: section numbers are the standard's.

Written from the standard's text, stricter than its own schema: a property that specc does not write is none here.
"""

from typing import Any


def _object(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "uniqueItems": True}


_TEXT = {"type": "string", "minLength": 1}
_URI = {"type": "string", "pattern": r"^https://[!-~]+$"}
_FROM_1 = {"type": "integer", "minimum": 1}
_MESSAGE = _object(["text"], {"text": _TEXT})  # 3.11
_REGION = _object(  # 3.30
    ["startLine"], {"startLine": _FROM_1, "startColumn": _FROM_1, "endLine": _FROM_1, "endColumn": _FROM_1}
)
_ARTIFACT = _object(["uri"], {"uri": {"type": "string", "pattern": r"^[!-~]*$"}})  # 3.4
_LOCATION = {  # 3.28; a location must say at least one place
    **_object(
        [],
        {
            "physicalLocation": _object(
                ["artifactLocation"], {"artifactLocation": _ARTIFACT, "region": _REGION}
            ),  # 3.29
            "logicalLocations": _list(_object(["name"], {"name": _TEXT})),  # 3.33
            "message": _MESSAGE,
        },
    ),
    "anyOf": [{"required": ["physicalLocation"]}, {"required": ["logicalLocations"]}],
}
_REPLACEMENT = _object(  # 3.57
    ["deletedRegion"], {"deletedRegion": _REGION, "insertedContent": _object(["text"], {"text": {"type": "string"}})}
)
_CHANGE = _object(  # 3.56
    ["artifactLocation", "replacements"],
    {"artifactLocation": _ARTIFACT, "replacements": {"type": "array", "items": _REPLACEMENT, "minItems": 1}},
)
_FIX = _object(  # 3.55
    ["artifactChanges"], {"description": _MESSAGE, "artifactChanges": {**_list(_CHANGE), "minItems": 1}}
)
_RULE = _object(  # 3.49
    ["id"], {"id": _TEXT, "shortDescription": _MESSAGE, "helpUri": _URI}
)
_DRIVER = _object(  # 3.19
    ["name"],
    {"name": _TEXT, "version": _TEXT, "informationUri": _URI, "rules": _list(_RULE)},
)
_RESULT = _object(  # 3.27
    ["message", "ruleId"],
    {
        "ruleId": _TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": _MESSAGE,
        "locations": {"type": "array", "items": _LOCATION, "minItems": 1, "maxItems": 1},
        "relatedLocations": _list(_LOCATION),
        "fixes": _list(_FIX),
        "partialFingerprints": {"type": "object", "additionalProperties": _TEXT, "minProperties": 1},
    },
)
_RUN = _object(  # 3.14
    ["tool"],
    {
        "tool": _object(["driver"], {"driver": _DRIVER}),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": _RESULT},
    },
)
SARIF: dict[str, Any] = _object(  # 3.13
    ["version", "runs"],
    {
        "$schema": _URI,
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": _RUN},
    },
)
