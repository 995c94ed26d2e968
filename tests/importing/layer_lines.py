"""A folded model as YAML with one layer to a line, which is how its length is counted."""

from collections.abc import Iterator, Mapping
from typing import Any

from specc.language.yaml_dump import dump_flow


def lines(document: Mapping[str, Any]) -> Iterator[str]:
    """The lines of `{"blocks": …, "model": …}`."""
    if document.get("blocks"):
        yield "blocks:"
    for name, block in document.get("blocks", {}).items():
        yield f"  {name}:"
        yield from _body({"layers": block} if isinstance(block, list) else block, "    ")
    yield "model:"
    yield from _body(document["model"], "  ")


def _body(body: Mapping[str, Any], indent: str) -> Iterator[str]:
    yield from (f"{indent}{key}: {dump_flow(value)}" for key, value in body.items() if key != "layers")
    yield f"{indent}layers:"
    yield from _entries(body["layers"], indent)


def _entries(entries: list[Any], indent: str) -> Iterator[str]:
    for entry in entries:
        kind = next((key for key in ("parallel", "layers") if isinstance(entry, dict) and key in entry), None)
        if kind is None:
            yield f"{indent}- {dump_flow(entry)}"
            continue
        yield f"{indent}- {kind}:"
        if kind == "layers":
            yield from _entries(entry["layers"], f"{indent}    ")
        else:
            yield from _parallel(entry["parallel"], f"{indent}    ")
        yield from (f"{indent}  {key}: {dump_flow(value)}" for key, value in entry.items() if key != kind)


def _parallel(parallel: Mapping[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}merge: {dump_flow(parallel['merge'])}"
    yield f"{indent}branches:"
    for branch in parallel["branches"]:
        inner = list(_entries(branch, f"{indent}  ")) or [f"{indent}  []"]
        yield f"{indent}- {inner[0].lstrip()}"
        yield from inner[1:]
