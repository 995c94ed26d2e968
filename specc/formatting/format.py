"""A spec's bytes -> the same spec in the form of `specc fmt`.

What a text says and which comments it has is compared before and after: a text that would lose any of it is a fault of
specc, and is never given out. Reads and writes no file.
"""

from typing import Any, NamedTuple

from specc.diagnostics import Finding
from specc.language.read import read_bytes
from specc.language.source import LINE_BREAK
from specc.language.tree import Mapping, Node, Sequence


class Formatted(NamedTuple):
    """The formatted text; the text as it was, where findings say why it cannot be read."""

    text: str
    findings: tuple[Finding, ...]


def format_spec(content: bytes, name: str) -> Formatted:
    """Format what a file called `name` holds: JSON if that ends in `.json`, else YAML.

    Findings: those of `specc.language.read`. Raises RuntimeError, by a fault of specc, if the meaning or a comment
    would be lost.
    """
    tree, source, findings = read_bytes(content, name)
    if tree is None or findings:
        return Formatted(source.text, findings)
    text = LINE_BREAK.sub("\n", source.text.removeprefix("\ufeff"))
    formatted = _json(text) if name.lower().endswith(".json") else _yaml(text)
    again, _, faults = read_bytes(formatted.encode("utf-8"), name)
    if faults or again is None or _meaning(again) != _meaning(tree):
        raise RuntimeError(f"formatting `{name}` would change what it says")
    return Formatted(formatted, ())


def _json(text: str) -> str:
    from specc.formatting.json_form import json_form

    return json_form(text)


def _yaml(text: str) -> str:
    from specc.formatting.yaml_form import yaml_form
    from specc.language.comments import comments

    formatted = yaml_form(text)
    before, after = ([comment.text.rstrip(" \t") for comment in comments(each)] for each in (text, formatted))
    if sorted(before) != sorted(after):
        raise RuntimeError("formatting would lose a comment")
    return formatted


def _meaning(node: Node, top: bool = True) -> Any:  # noqa: ANN401
    """Values with their types and keys in their order, which counts below the top level."""
    match node:
        case Mapping(entries=entries):
            pairs = [(entry.key, _meaning(entry.value, top=False)) for entry in entries]
            return dict(pairs) if top else ("mapping", pairs)
        case Sequence(items=items):
            return ["list", *(_meaning(item, top=False) for item in items)]
    return type(node.value).__name__, repr(node.value)
