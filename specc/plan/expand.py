"""`Plan` -> YAML text for people: the expanded spec, with a comment behind everything that was implied."""

from collections.abc import Mapping
from typing import Any

from specc.language.yaml_dump import dump_flow
from specc.plan.document import as_document
from specc.plan.plan import Plan

WIDTH = 120
"""Flow style as long as it fits this many columns, block style otherwise."""


def expand(plan: Plan) -> str:
    """The text of the spec with every implied value, name and wire; it validates, trains and expands to itself."""
    return "\n".join(_mapping(as_document(plan), (), plan.origins)) + "\n"


def _mapping(mapping: Mapping[str, Any], path: tuple[str, ...], origins: Mapping[str, str]) -> list[str]:
    lines = []
    for key, value in mapping.items():
        here = (*path, key)
        origin = origins.get(".".join(here))
        comment = f"  # {origin}" if origin else ""
        lines += _entry(dump_flow(key), value, here, origins, comment)
    return lines


def _entry(key: str, value: Any, path: tuple[str, ...], origins: Mapping[str, str], comment: str) -> list[str]:  # noqa: ANN401
    """`key: value` in one line where that fits and no comment belongs inside, in a block otherwise."""
    inside = any(known.startswith(".".join(path) + ".") for known in origins)
    line = f"{key}:" if value is None else f"{key}: {dump_flow(value)}"
    blocks = path in {("data",), ("model",), ("training",), ("runtime",)} or path == ("model", "layers") or inside
    if not (blocks or len(line) > WIDTH) or not isinstance(value, dict | list) or not value:
        return [line + comment]
    if isinstance(value, dict):
        return [f"{key}:{comment}", *("  " + line for line in _mapping(value, path, origins))]
    return [f"{key}:{comment}", *("  " + line for item in value for line in _item(item, path, origins))]


def _item(item: Any, path: tuple[str, ...], origins: Mapping[str, str]) -> list[str]:  # noqa: ANN401  plain data
    if not isinstance(item, dict) or path != ("model", "layers"):
        return [f"- {dump_flow(item)}"]
    first, *rest = _mapping(item, path, origins)
    return [f"- {first}", *(f"  {line}" for line in rest)]
