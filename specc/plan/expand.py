"""`Plan` -> YAML text for people: the expanded spec, with a comment behind what has an origin."""

from collections.abc import Mapping
from typing import Any

from specc.graph.graph import Graph
from specc.language.yaml_dump import dump_flow
from specc.plan.document import as_document, as_outline
from specc.plan.plan import Outline, Plan

LAYERS = "model.layers"
_BLOCKS = {("data",), ("model",), ("training",), ("runtime",), ("model", "layers")}
WIDTH = 120
"""Flow style as long as it fits this many columns, block style otherwise."""


def expand(model: Plan | Outline) -> str:
    """The text of the spec with every implied value, name and wire; it validates, trains and expands to itself."""
    document, origins = (as_document(model), model.origins) if isinstance(model, Plan) else (as_outline(model), {})
    origins = {**origins, **_uses(model.graph)}
    return "\n".join(_mapping(document, (), origins)) + "\n"


def _uses(graph: Graph) -> dict[str, str]:
    """By which uses of blocks and files the layers came, by their paths."""
    return {
        f"{LAYERS}.{node.name}": " ".join("; ".join(use.words for use in node.span.via).split())
        for node in graph.nodes
        if node.span.via
    }


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
    blocks = path in _BLOCKS or (path[:1] == ("models",) and (len(path) < 3 or path[2:] == ("layers",))) or inside
    if not (blocks or len(line) > WIDTH) or not isinstance(value, dict | list) or not value:
        return [line + comment]
    if isinstance(value, dict):
        return [f"{key}:{comment}", *("  " + line for line in _mapping(value, path, origins))]
    return [f"{key}:{comment}", *("  " + line for item in value for line in _item(item, path, origins))]


def _item(item: Any, path: tuple[str, ...], origins: Mapping[str, str]) -> list[str]:  # noqa: ANN401  plain data
    if not isinstance(item, dict) or path[-1:] != ("layers",):
        return [f"- {dump_flow(item)}"]
    first, *rest = _mapping(item, path, {})
    origin = origins.get(f"{LAYERS}.{item.get('name')}") if path == ("model", "layers") else None
    return [f"- {first}" + (f"  # {origin}" if origin else ""), *(f"  {line}" for line in rest)]
